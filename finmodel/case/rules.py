"""Rules between keys: what no single key can say. Each yields (key, what is wrong, what to write instead)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from finmodel.case.expand import Fault
from finmodel.case.leaf import Points

if TYPE_CHECKING:
    from finmodel.case.schema import CaseTables

Rule = Callable[["CaseTables"], Iterator[Fault]]
SHARE_TOLERANCE = 1e-9


def spend_profiles_are_whole(case: CaseTables) -> Iterator[Fault]:
    """A profile of capital cost spends all of it."""
    for name, capex in case.capex.items():
        total = (
            sum(value for _, value in capex.profile.points)
            if isinstance(capex.profile, Points)
            else capex.profile.number
        )
        if abs(total - 1) > SHARE_TOLERANCE:
            yield f"capex.{name}.profile", f"the shares sum to {total * 100:.10g} %: they must sum to 100 %.", ""


RULES: list[Rule] = [spend_profiles_are_whole]
