"""Kinds: several ways that exclude each other, of which a table names one; each has keys of its own.

The case language stays flat: the keys of all kinds stand side by side in one table. A kind says here which of them it
needs and takes, so that no rule lists the keys of the others, and a key of another kind is refused with both names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from finmodel.case.expand import Fault
from finmodel.case.leaf import typed
from finmodel.case.table import Table
from finmodel.case.wording import an, quoted
from finmodel.kernel.expr import Given


@dataclass(frozen=True)
class Kind:
    """One of the ways.

    Args:
        name: As it is typed.
        meaning: What it does, for the list of keys.
        needs: Key → what to write when it is missing, a line of the case file.
        takes: Keys that it may have beside them.
    """

    name: str
    meaning: str
    needs: Mapping[str, str] = field(default_factory=dict, hash=False)
    takes: tuple[str, ...] = ()


class Kinds:
    """All kinds of one table, by name; the keys that none of them needs are for all."""

    def __init__(self, noun: str, *kinds: Kind, key: str = "kind") -> None:
        """`noun` is what a message calls the table, such as "process"; `key` names the kind in it."""
        self.noun, self.key = noun, key
        self.by_name = {kind.name: kind for kind in kinds}
        self.owners: dict[str, list[str]] = {}
        for kind in kinds:
            for name in (*kind.needs, *kind.takes):
                self.owners.setdefault(name, []).append(kind.name)

    @property
    def choices(self) -> dict[str, str]:
        """Name → meaning, for the list of keys."""
        return {kind.name: kind.meaning for kind in self.by_name.values()}

    def faults(self, at: str, table: Table) -> Iterator[Fault]:
        """What the kind that a table names needs and lacks, and keys of other kinds.

        Args:
            at: The dotted key of the table.
        """
        chosen = self.by_name[getattr(table, self.key)]
        for name, owners in self.owners.items():
            given = getattr(table, name)
            if name in chosen.needs and not _stated(given):
                wrong = f'{an(self.noun)} of {self.key} "{chosen.name}" needs {name}.'
                yield at, wrong, f"Write {chosen.needs[name]}."
            elif chosen.name not in owners and _stated(given):
                kinds = f"{self.key}{'s' if len(owners) > 1 else ''} {quoted(owners, 'and')}"
                wrong = f'{name} belongs to {kinds}, and this {self.noun} is of {self.key} "{chosen.name}".'
                yield f"{at}.{name}", wrong, "Remove it."


def _stated(value: object) -> bool:
    """Whether the case states a key; a table of tables is there once it holds one."""
    if isinstance(value, Given):
        return typed(value)
    return bool(value) if isinstance(value, Mapping) else value is not None
