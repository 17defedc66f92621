"""The debt as lenders see it: its limits, the dates that bind, and what relaxing them is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from finmodel.run.covenant_events import Event, events_of
from finmodel.run.results import Results


@dataclass(frozen=True)
class Bank:
    """The debt as lenders see it. Money is in the reporting currency.

    Args:
        debt: Senior debt.
        binding: The limit that binds, in words.
        limits: What each limit allows, by its words.
        cash_worth: What one more of CFADS on a date adds to the debt, first order, by period; for the dates that bind.
            Empty where another limit than the cover binds.
        cover_worth: What 0.01x less of every cover adds to the debt, first order; 0 where another limit binds.
        cover_resized: The same, sized again; None where a cover of less than 1.00x would be needed.
        lenders: The lenders' own case with the debt as sized on it.
        without_support: The debt without support; None where the case has no price support.
    """

    debt: float
    binding: str
    limits: Mapping[str, float]
    cash_worth: Mapping[str, float]
    cover_worth: float
    cover_resized: float | None
    lenders: Results
    without_support: float | None

    @property
    def events(self) -> dict[str, Event]:
        """Covenant events of the lenders' own case: which dates leave debt unpaid or the reserve short, and by what."""
        return events_of(self.lenders)
