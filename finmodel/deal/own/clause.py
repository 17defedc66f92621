"""The clause that a user writes: keys, rules between them, and what it adds to a deal.

class Royalty(Clause):
    name, version, terms = "royalty", "1.0", RoyaltyTerms

    def declare(self, deal: DealFace, terms: RoyaltyTerms) -> None:
        deal.cost("due", "Royalty due", deal.revenue(terms.node) * terms.rate, party="royalties")
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from finmodel.case.expand import Fault
from finmodel.deal.own.declared import Declared
from finmodel.deal.own.face import DealFace
from finmodel.deal.ruling import unknown
from finmodel.deal.schema import CaseTables


@dataclass(frozen=True)
class NameOf:
    """Of a key that holds a name: the table of the case in which it must stand, such as "node" or "price"."""

    table: str


class Clause(Declared):
    """A clause of a user's own. A subclass says its name, version and terms, and declares its lines."""

    def declare(self, deal: DealFace, terms: Any) -> None:
        """Declare lines, cash, checks and results; called once for each table of the clause in a case.

        Args:
            deal: What may be read and added.
            terms: The keys of the table, a record of the class `terms`.
        """
        raise NotImplementedError(f"the clause {self.name} has no method declare")

    def rules(self, terms: Any, case: CaseTables) -> Iterator[Fault]:
        """What no single key can say: (key of the table, what is wrong, what to write instead) for each mistake.

        Args:
            case: All of the case, for names that must stand in it.
        """
        yield from ()

    def faults(self, case: CaseTables) -> Iterator[Fault]:
        """The mistakes in the tables of a case, with whole keys: names that it does not have, then its own rules."""
        for id, terms in self.tables_of(case).items():
            above = f"{self.name}.{id}" if id else self.name
            for key, info in type(terms).model_fields.items():
                for mark in [mark for mark in info.metadata if isinstance(mark, NameOf)]:
                    known, named = getattr(case, mark.table), getattr(terms, key)
                    if named is not None and named not in known:
                        yield unknown(f"{above}.{key}", named, known, mark.table, mark.table)
            yield from ((f"{above}.{key}", wrong, remedy) for key, wrong, remedy in self.rules(terms, case))
