"""The financing blocks of the term sheet: sources and uses, facilities, classes of equity."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from rich.console import Group
from rich.text import Text

from finmodel.deal.waterfall.terms import StepName, whole_order
from finmodel.present.annual import matching, owner_lines
from finmodel.present.grid import Cell, grid, strong
from finmodel.present.numbers import DUST, NOT_APPLICABLE, metric_text, millions, percent
from finmodel.run.results import Results

HALF_A_TENTH = 0.05e6
PAID: dict[StepName, str] = {
    "senior": "senior debt",
    "reserve": "reserve",
    "sweep": "cash sweep",
    "senior_gate": "senior gate",
    "mezzanine": "mezzanine",
    "distribution_gate": "distribution gate",
    "shareholder_loans": "shareholder loans",
    "distributions": "owners",
}
"""Steps of the waterfall in words."""
FROM = {"first repayment": "from the first repayment of senior debt on", "completion": "from completion on"}
"""From when distributions are tested, in words."""
USES = (
    ("Interest in construction", "funding.idc"),
    ("Financing fees", "funding.fees"),
    ("Cover premium", "funding.premium"),
    ("Debt service reserve", "funding.reserve"),
    ("Working capital", "funding.initial_cash"),
)
FORECAST = {
    "price_held": " Cover ahead: the plan with prices of the date held for 12 months, before tax.",
    "projection": " Cover ahead: the plan with its prices moved by the gap of the date, which fades, before tax.",
}
"""What cover of twelve months ahead is of, where it is not the plan of signing."""
Item = tuple[str, float]


def sources_and_uses(result: Results) -> Group | None:
    """Uses of funds in construction beside the sources that pay for them; None if nothing is funded."""
    if not matching(result, "funding.uses"):
        return None
    total = total_of(result, "funding.uses")
    uses = list(_with_rest(_uses(result), total, "Other uses"))
    sources = list(_with_rest(_sources(result), total, "Other sources"))
    pairs = zip_longest(_shares(uses, total), _shares(sources, total), fillvalue=("", "", ""))
    rows: list[tuple[Cell, ...]] = [(*use, "", *source) for use, source in pairs]
    last = (strong("Total"), strong(millions(total)), strong("100.0 %"))
    unit = f"{result.case.tables.currency} m"
    headers = ("Uses", unit, "Share", "", "Sources", unit, "Share")
    return grid("Sources and uses", headers, [*rows, (*last, "", *last)], words=(0, 3, 4))


def facilities(result: Results) -> Group | None:
    """Each facility: who lends how much at what price, when it is repaid, and the lowest balance once drawn."""
    terms = result.case.tables.facility
    known = [name for name in terms if f"facility.{name}.commitment" in result.values]
    if not known:
        return None
    amounts = {name: at_close(result, f"facility.{name}.commitment") for name in known}
    total = math.fsum(amounts.values())
    rows = []
    for name in known:
        first, last = _repaid(result, name)
        fees = total_of(result, f"facility.{name}.fees") + total_of(result, f"facility.{name}.agency_fee")
        share = percent(amounts[name] / total, 1) if total else NOT_APPLICABLE
        words = (terms[name].label, terms[name].lender, millions(amounts[name]), share)
        rows.append((*words, _rate(result, name), first, last, millions(fees), _lowest(result, name)))
    money = f"{result.case.tables.currency} m"
    dates = ("First\nrepayment", "Last\nrepayment")
    headers = ("Facility", "Lender", f"Amount\n{money}", "Share", "Rate", *dates, f"Fees\n{money}", "Lowest\nbalance")
    return grid("Facilities", headers, rows, words=(0, 1))


def payments(result: Results) -> Text | None:
    """The order in which cash is paid: the steps at which the deal has something to pay or to test."""
    tables = result.case.tables
    ranks = {terms.rank for terms in tables.facility.values()}
    if not ranks:
        return None
    unused = {
        "senior": "senior" not in ranks,
        "reserve": tables.reserve.dsra is None,
        "sweep": tables.waterfall.sweep is None,
        "senior_gate": "senior" not in ranks,
        "mezzanine": "mezzanine" not in ranks,
        "shareholder_loans": "shareholder" not in ranks,
    }
    steps = [PAID[name] for name in whole_order(tables.waterfall.order) if not unused.get(name, False)]
    told = f"Cash pays in this order: operating cost, tax, {', '.join(steps)}."
    start = f" Owners are paid {FROM[tables.waterfall.distribute_from]}." if "senior" in ranks else ""
    return Text(told + start + FORECAST.get(tables.waterfall.forecast, ""))


def equity(result: Results) -> Group | None:
    """Each class of owners: what it pays in, receives and earns."""
    terms = result.case.tables.equity
    known = [name for name in terms if f"equity.{name}.paid_in" in result.values]
    metrics, units = result.metrics, result.units
    rows = []
    for name in known:
        flows = [millions(total_of(result, id)) for id in owner_lines(result.values, name)]
        shown = [f"equity_multiple.{name}", f"equity_irr.{name}"]
        ratios = [metric_text(key, metrics.get(key), units.get(key, "")) for key in shown]
        rows.append((terms[name].label, terms[name].holder, percent(terms[name].share.number, 1), *flows, *ratios))
    amounts = (f"Paid in\n{result.case.tables.currency} m", f"Received\n{result.case.tables.currency} m")
    headers = ("Class", "Holder", "Share", *amounts, "Multiple", "IRR")
    return grid("Equity", headers, rows, words=(0, 1)) if rows else None


def total_of(result: Results, id: str) -> float:
    """The sum of a line over all periods; 0 if the model does not have it.

    Args:
        id: Dotted name of the line.
    """
    return math.fsum(result.values[id]) if matching(result, id) else 0.0


def at_close(result: Results, id: str) -> float:
    """A single number, or the first value of a series: what a commitment in another currency is at close.

    Args:
        id: Dotted name of the line.
    """
    value: Any = result.values[id]
    return float(value[0]) if result.model.lines[id].series else float(value)


def _uses(result: Results) -> list[Item]:
    capex = result.case.tables.capex
    built = [(terms.label, total_of(result, f"capex.{name}.spent")) for name, terms in capex.items()]
    return [*built, *((label, total_of(result, id)) for label, id in USES)]


def _sources(result: Results) -> list[Item]:
    tables = result.case.tables
    grants = total_of(result, "funding.grants_received") - total_of(result, "funding.surplus")
    kept = {name: terms for name, terms in tables.facility.items() if terms.rank != "bridge" and not terms.refinances}
    loans = [(terms.label, total_of(result, f"funding.draw.{name}")) for name, terms in kept.items()]
    owners = [(terms.label, _until_complete(result, f"equity.{name}.paid_in")) for name, terms in tables.equity.items()]
    return [("Grants", grants), *loans, *owners]


def _until_complete(result: Results, id: str) -> float:
    """The sum of a line over construction: contingent equity that pays for debt service later is no source of funds."""
    if not matching(result, id):
        return 0.0
    building: Any = result.values["time.construction"]
    return math.fsum(value for value, on in zip(result.values[id], building, strict=True) if on)


def _with_rest(items: Sequence[Item], total: float, label: str) -> Iterator[Item]:
    """Items that are not nothing, and what they leave of the total."""
    yield from (item for item in items if item[1])
    rest = total - math.fsum(amount for _, amount in items)
    if abs(rest) >= HALF_A_TENTH:
        yield label, rest


def _shares(items: Sequence[Item], total: float) -> Iterator[tuple[Cell, Cell, Cell]]:
    for label, amount in items:
        yield label, millions(amount), percent(amount / total, 1) if total else NOT_APPLICABLE


def _repaid(result: Results, name: str) -> tuple[str, str]:
    """The days of the first and the last repayment of principal by the loan's own schedule."""
    id = f"facility.{name}.scheduled"
    paid = [t for t, value in enumerate(result.values[id]) if value > DUST] if matching(result, id) else []
    periods = result.model.timeline.periods
    return (str(periods[paid[0]].last_day), str(periods[paid[-1]].last_day)) if paid else (NOT_APPLICABLE,) * 2


def _rate(result: Results, name: str) -> str:
    """The interest rate while anything is outstanding; its range if it moves."""
    if f"facility.{name}.rate" not in result.values:
        return NOT_APPLICABLE
    rates: Any = result.values[f"facility.{name}.rate"]
    if not result.model.lines[f"facility.{name}.rate"].series:
        return percent(float(rates))
    opening = result.values.get(f"facility.{name}.outstanding.opening", rates)
    live = [rate for rate, balance in zip(rates, opening, strict=True) if balance > DUST] or list(rates)
    low, high = percent(min(live)), percent(max(live))
    return low if low == high else f"{low.removesuffix(' %')}–{high}"


def _lowest(result: Results, name: str) -> str:
    """The lowest closing balance from the first drawing on: 0 when repaid, below 0 when a formula is wrong."""
    id = f"facility.{name}.outstanding.closing"
    row = [float(value) for value in result.values[id]] if matching(result, id) else []
    first = next((t for t, value in enumerate(row) if value > DUST), len(row))
    return millions(min(row[first:])) if row[first:] else NOT_APPLICABLE
