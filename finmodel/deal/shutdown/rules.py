"""Rules of a shut-down: it watches a price of the case, and counts whole periods."""

from __future__ import annotations

from collections.abc import Iterator

from finmodel.case.expand import Fault
from finmodel.deal.ruling import Rule, months_text, unknown, whole_periods
from finmodel.deal.schema import CaseTables
from finmodel.kernel.timeline import MONTHS


def a_shut_down_watches_a_price(case: CaseTables) -> Iterator[Fault]:
    """The price that starts output again is one of the case."""
    terms = case.shutdown
    if terms is not None and terms.price not in case.price:
        yield unknown("shutdown.price", terms.price, case.price, "price", "price index")


def a_shut_down_counts_whole_periods(case: CaseTables) -> Iterator[Fault]:
    """Margins and prices are known by period."""
    terms, size = case.shutdown, MONTHS[case.timeline.frequency]
    for key, given in () if terms is None else (("after", terms.after), ("restart_after", terms.restart_after)):
        yield from whole_periods(f"shutdown.{key}", given.number, size, months_text(size))


RULES: list[Rule] = [a_shut_down_watches_a_price, a_shut_down_counts_whole_periods]
