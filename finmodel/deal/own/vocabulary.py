"""The schema of a case that knows own clauses: their tables join those of finmodel, their rules its rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from pydantic import create_model

from finmodel.case.expand import Fault
from finmodel.case.table import Id
from finmodel.deal.own.clause import Clause
from finmodel.deal.own.mistakes import blamed
from finmodel.deal.ruling import Rule
from finmodel.deal.schema import CaseTables


@lru_cache(maxsize=64)
def tables_with(clauses: tuple[Clause, ...]) -> type[CaseTables]:
    """The root table of a case that may have the tables of some clauses; the one of finmodel without any."""
    if not clauses:
        return CaseTables
    tables: dict[str, Any] = {
        clause.name: (dict[Id, clause.terms], {}) if clause.many else (clause.terms | None, None)  # type: ignore[name-defined]
        for clause in clauses
    }
    root = create_model("CaseTables", __base__=CaseTables, __doc__=CaseTables.__doc__, **tables)
    root.clauses = clauses
    return root


def rules_of(clauses: tuple[Clause, ...]) -> list[Rule]:
    """The rules between keys of some clauses."""
    return [_rule(clause) for clause in clauses]


def _rule(clause: Clause) -> Callable[[CaseTables], Iterator[Fault]]:
    def rule(case: CaseTables) -> Iterator[Fault]:
        with blamed(clause):
            yield from list(clause.faults(case))

    return rule
