"""What a case may say: the tables and rules of finmodel, and those of own clauses that a user names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from finmodel.case.origin import Schema
from finmodel.case.table import Table
from finmodel.deal.rules import RULES
from finmodel.deal.schema import CaseTables


def schema_with(modules: Sequence[Path | str] = ()) -> Schema:
    """What a case is checked against.

    Args:
        modules: Own clauses: Python files, and names of installed ones.

    Raises:
        CaseError, UsageError, FileError, LimitError: A module cannot be loaded; as for `clauses_of`.
    """
    if not modules:
        return Schema(CaseTables, RULES)
    from finmodel.deal.own.loading import clauses_of
    from finmodel.deal.own.vocabulary import rules_of, tables_with  # these load the clauses of operations

    own = clauses_of(modules)
    return Schema(tables_with(own), [*RULES, *rules_of(own)])


def own_modules(tables: Table) -> tuple[str, ...]:
    """Name, version and hash of the own clauses that were named when a case was read."""
    return tuple(clause.identity for clause in tables.clauses) if isinstance(tables, CaseTables) else ()
