"""The page of `run --bank`: limits of the debt, what relaxing them is worth, and the debt without support."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from finmodel.present.grid import grid
from finmodel.present.numbers import clean, millions, times
from finmodel.run.debt_limits import Bank

MISSED = {
    "arrears": ("senior debt", "is paid on every date", "unpaid"),
    "arrears_mezzanine": ("mezzanine", "is paid on every date", "unpaid"),
    "deferred": ("mezzanine interest", "is never deferred", "deferred"),
    "reserve_short": ("debt service reserve", "is never short of its target", "short of its target"),
}
"""Event → what it is of, what is said when it never holds, and when it does."""
CASH = "Binding dates: debt that 1 of CFADS adds, first order"


def page(bank: Bank) -> Group:
    """Limits, worth of 0.01x of cover and of cash on the dates that bind, the lenders' case, debt without support."""
    currency = bank.lenders.case.tables.currency
    limits = [[name, millions(amount), "binds" if name == bank.binding else ""] for name, amount in bank.limits.items()]
    blocks: list[RenderableType] = [
        Text(),
        grid("Limits of senior debt", ("Limit", f"{currency} m", ""), limits, words=(0, 2)),
        Text(),
        *(Text(clean(line)) for line in _told(bank, currency)),
    ]
    if bank.cash_worth:
        rows = [[label, f"{worth:.2f}"] for label, worth in bank.cash_worth.items()]
        blocks += [Text(), grid(CASH, ("Date", currency), rows)]
    return Group(*blocks)


def _missed(bank: Bank, currency: str) -> Iterator[str]:
    """What the lenders' own case leaves unpaid, rank by rank, and by how much its reserve falls short."""
    facilities = bank.lenders.case.tables.facility
    several = sum(terms.rank == "mezzanine" for terms in facilities.values()) > 1
    for name, event in bank.events.items():
        terms = facilities.get(name.partition(".")[2])
        if name in MISSED:
            subject, never, short = MISSED[name]
        elif several and terms is not None and terms.rank == "mezzanine":
            subject, never, short = terms.label, "is paid on every date", "unpaid"
        else:
            continue
        if not event.dates or event.peak is None:
            yield f"Lenders' case: {subject} {never}."
            continue
        first, last, most = (_day(bank, label) for label in (event.first, event.last, event.peak_at))
        span = f"on {first}" if first == last else f"on {len(event.dates)} dates from {first} to {last}"
        yield f"Lenders' case: {subject} {short} {span}; most {currency} {millions(event.peak)} m, on {most}."


def _day(bank: Bank, label: str | None) -> str:
    """The last day of a period."""
    timeline = bank.lenders.model.timeline
    return "" if label is None else str(timeline.periods[timeline.labels.index(label)].last_day)


def _told(bank: Bank, currency: str) -> list[str]:
    """One sentence a line; what each figure leaves out stands beside it."""
    first = f"{millions(bank.cover_worth)} first order (tax, fees and interest in construction held)"
    again = "n/a sized again: a cover would be below 1.00x"
    if bank.cover_resized is not None:
        again = f"{millions(bank.cover_resized)} sized again"
    lines = [f"Senior debt: {currency} {millions(bank.debt)} m, limited by: {bank.binding}."]
    lines.append(f"0.01x less of every cover, {currency} m: {first}; {again}.")
    lowest = bank.lenders.metrics["dscr_min"]
    if lowest is not None:
        at = bank.lenders.facts.get("dscr_min_at", "")
        lines.append(f"Lenders' case: minimum DSCR {times(lowest)} ({at}).")
    lines += _missed(bank, currency)
    if bank.without_support is not None:
        rests = millions(bank.debt - bank.without_support)
        lines.append(
            f"Without support: {currency} {millions(bank.without_support)} m; {rests} rests on support. Sized with"
            " nothing paid under support contracts, at the prices of the case; all else as lenders see it."
        )
    return lines
