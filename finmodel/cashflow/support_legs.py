"""Legs of price support: what a contract's terms entitle to, and what they ask back, before any budget.

Sign:    gaps and excesses are positive; `net_short` and `net_over` are negative where nothing is due.
Timing:  a leg settles over its window. Over a window longer than a period, floor and reference are summed on the tonnes
         of the window (or averaged over its time), so that a high month offsets a low one; what is due stands at the
         window's end. With advances a period is paid what the window to date is short of, and the end trues it up.
Caps:    per calendar year, whatever year the budget has.
Source:  decisions on windows (F16), on two-way contracts (F20) and on where a floor lives (F19).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from finmodel.base.expr import Const, Expr, Given, hi, lo, ratio, where
from finmodel.base.model import Line, Section
from finmodel.base.timeline import MONTH_NAMES, from_serial
from finmodel.base.units import RATIO
from finmodel.case.calendar import KG_PER_T, ONE_YEAR
from finmodel.case.schema_support import Programme, Support
from finmodel.cashflow.macro import Macro
from finmodel.cashflow.running import to_date, year_to_date
from finmodel.cashflow.timing import Clock

QUARTER_ENDS = ("March", "June", "September", "December")


@dataclass(frozen=True)
class Terms:
    """A contract while it is declared: its terms, its section, when it is in force, and the year of its budget."""

    support: Support
    section: Section
    active: Line
    year_end: str
    clock: Clock
    macro: Macro

    @property
    def title(self) -> str:
        """The contract's name in words."""
        return self.support.label


@dataclass(frozen=True)
class Measures:
    """What legs are measured on: tonnes and price per kg, and money per period in the reporting currency."""

    supported: Line
    price: Line
    revenue: Expr
    ebitda: Line | None


@dataclass(frozen=True)
class _Window:
    """A settlement window: its last period, and its first."""

    ends: Line
    starts: Expr


@dataclass(frozen=True)
class Due:
    """A leg's outcome per period: what is due, and what advances are returned."""

    amount: Line
    returned: Line | None = None


def year_end_of(support: Support, programme: Programme | None, clock: Clock) -> str:
    """The month that ends the year in which tonnes and budgets are counted; the case's own without a programme."""
    return programme.year_end if programme is not None else MONTH_NAMES[clock.timeline.year_end - 1]


def window_months(support: Support, window: str, year_end: str) -> tuple[str, ...]:
    """The months in which a window ends; none where it is the period itself."""
    if window == "quarter":
        return QUARTER_ENDS
    if window == "calendar_year":
        return ("December",)
    if window == "fiscal_year":
        return (year_end,)
    return () if window == "period" else (_month_before(from_serial(support.start.number)),)


def top_up(terms: Terms, on: Measures) -> Due:
    """Declare what is due to the seller."""
    support, section = terms.support, terms.section
    if support.premium is not None or support.capacity_payment is not None:
        return Due(section.line("due", f"{terms.title}: Payment due", _capped_due(terms, _payment(terms, on))))
    if support.window == "period":
        return Due(section.line("due", f"{terms.title}: Top-up due", _capped_due(terms, _period_gap(terms, on))))
    return _windowed_top_up(terms, on)


def give_back(terms: Terms, on: Measures, returned: Line | None) -> Line:
    """Declare what the terms ask back: a share of the excess, and advances that were too high."""
    support, section = terms.support, terms.section
    label = f"{terms.title}: Give-back asked for"
    strike = (support.strike, support.revenue_cap, support.ebitda_cap)
    if all(level is None for level in strike):
        line = section.ahead("give_back_asked", label)
        return line.define(0 if returned is None else returned)
    full = _excess(terms, on)
    if support.share_cap is not None:
        cap = terms.macro.convert(support.share_cap)
        full = _year_capped(terms, "give_back_to_date", f"{terms.title}: Give-back, calendar year to date", full, cap)
    if returned is not None:
        full = full + returned
    return section.line("give_back_asked", label, full * 1)


def escalated(terms: Terms, amount: Given) -> Expr:
    """A floor or payment in the reporting currency, raised by its inflation table and by its own steps."""
    support, macro = terms.support, terms.macro
    value = macro.convert(amount)
    if support.inflation is not None:
        value = value * macro.index(support.inflation)
    return value if support.escalation is None else value * _steps(terms, support.escalation)


def _steps(terms: Terms, rate: Given) -> Expr:
    """(1 + rate) to the full years since the contract's start."""
    section = terms.section
    if f"{section.name}.escalation" in section.model.lines:
        return section.model.find(f"{section.name}.escalation")
    first = terms.active & ~terms.active.prev
    year_ends = terms.clock.year_end(_month_before(from_serial(terms.support.start.number)))
    begins = first | (terms.active & year_ends.prev)
    number = to_date(section, "contract_year", f"{terms.title}: Year of the contract", begins)
    return section.line("escalation", f"{terms.title}: Escalation", (1 + rate * ONE_YEAR) ** hi(0, number - 1), RATIO)


def _payment(terms: Terms, on: Measures) -> Expr:
    support = terms.support
    if support.premium is not None:
        return on.supported * KG_PER_T * escalated(terms, support.premium)
    assert support.capacity_payment is not None
    return escalated(terms, support.capacity_payment) * terms.clock.years * terms.active


def _period_gap(terms: Terms, on: Measures) -> Expr:
    support, section = terms.support, terms.section
    if support.floor is not None:
        below = hi(0, escalated(terms, support.floor) - on.price)
        gap = section.line("gap", f"{terms.title}: Floor less reference price", below, on.price.unit)
        due: Expr = on.supported * KG_PER_T * gap
    else:
        due = hi(0, _money_short(terms, on))
    return due * support.top_up_share


def _money_short(terms: Terms, on: Measures) -> Expr:
    """A floor of revenue or EBITDA for the period, less what there is."""
    support = terms.support
    floor = support.revenue_floor if support.revenue_floor is not None else support.ebitda_floor
    assert floor is not None
    label = f"{terms.title}: Floor less {'revenue' if support.revenue_floor is not None else 'EBITDA'}"
    short = escalated(terms, floor) * terms.clock.years - _money(on, support.revenue_floor is not None)
    return terms.section.line("net_short", label, short * terms.active)


def _money(on: Measures, revenue: bool) -> Expr:
    if revenue:
        return on.revenue
    assert on.ebitda is not None
    return on.ebitda


def _windowed_top_up(terms: Terms, on: Measures) -> Due:
    support, section, title = terms.support, terms.section, terms.title
    window = _window(terms, support.window, "window")
    if support.floor is not None:
        difference = escalated(terms, support.floor) - on.price
        short = _price_sum(terms, "short", f"{title}: Floor less reference price", on, difference, window)
    else:
        label = f"{title}: Floor less measure, window to date"
        short = year_to_date(section, "net_short_to_date", label, _money_short(terms, on), window.starts)
    owed = hi(0, short) * support.top_up_share
    if not support.advances:
        return Due(section.line("due", f"{title}: Top-up due", _capped_due(terms, owed * window.ends)))
    earned = section.line("earned_to_date", f"{title}: Top-up earned, window to date", owed)
    advanced = section.ahead("advanced_to_date", f"{title}: Advances paid, window to date")
    before = where(window.starts, 0, advanced.prev)
    due = section.line("due", f"{title}: Top-up due", _capped_due(terms, hi(0, earned - before)))
    advanced.define(before + due)
    label = f"{title}: Advances returned at the window's end"
    return Due(due, section.line("returned", label, hi(0, before + due - earned) * window.ends))


def _price_sum(terms: Terms, name: str, label: str, on: Measures, difference: Expr, window: _Window) -> Line:
    """A price difference summed over the window to date on its tonnes, or averaged over its time."""
    section = terms.section
    kilos = on.supported * KG_PER_T
    if terms.support.averaging == "volume":
        return year_to_date(
            section, f"net_{name}_to_date", f"{label}, on tonnes, to date", kilos * difference, window.starts
        )
    years = terms.clock.years * terms.active
    weighted = year_to_date(section, f"net_{name}_time", f"{label} × time, to date", difference * years, window.starts)
    time = year_to_date(section, f"{name}_time", f"{label}: Time, to date", years, window.starts)
    weight = year_to_date(section, f"{name}_weight", f"{label}: Kilograms, to date", kilos, window.starts)
    return section.line(f"net_{name}_to_date", f"{label}, on the average, to date", weight * ratio(weighted, time))


def _excess(terms: Terms, on: Measures) -> Expr:
    """The share of the excess over strike or cap, at the end of its window."""
    support, section, title = terms.support, terms.section, terms.title
    open_ = Const(1) if support.share_start is None else _since(terms, support.share_start)
    if support.share_window == "period":
        return section.line("excess_share", f"{title}: Share of the excess", _period_excess(terms, on) * open_)
    window = _window(terms, support.share_window, "share_window")
    if support.strike is not None:
        difference = (on.price - escalated(terms, support.strike)) * open_
        over = _price_sum(terms, "over", f"{title}: Reference price less strike", on, difference, window)
    else:
        label = f"{title}: Measure less cap, window to date"
        over = year_to_date(section, "net_over_to_date", label, _money_over(terms, on) * open_, window.starts)
    return section.line("excess_share", f"{title}: Share of the excess", hi(0, over) * support.share * window.ends)


def _period_excess(terms: Terms, on: Measures) -> Expr:
    support = terms.support
    if support.strike is not None:
        excess = hi(0, on.price - escalated(terms, support.strike))
        return on.supported * KG_PER_T * excess * support.share
    return hi(0, _money_over(terms, on)) * support.share


def _money_over(terms: Terms, on: Measures) -> Expr:
    support = terms.support
    cap = support.revenue_cap if support.revenue_cap is not None else support.ebitda_cap
    assert cap is not None
    over = _money(on, support.revenue_cap is not None) - escalated(terms, cap) * terms.clock.years
    return terms.section.line("net_over", f"{terms.title}: Measure less cap", over * terms.active)


def _capped_due(terms: Terms, due: Expr) -> Expr:
    cap = terms.support.top_up_cap
    if cap is None:
        return due
    limit = terms.macro.convert(cap)
    return _year_capped(terms, "due_to_date", f"{terms.title}: Top-up, calendar year to date", due, limit)


def _year_capped(terms: Terms, name: str, label: str, flow: Expr, cap: Expr) -> Expr:
    """A flow up to a cap in each calendar year."""
    so_far = terms.section.ahead(name, label)
    before = so_far.prev * ~terms.clock.year_start("December")
    allowed = terms.section.line(f"{name}_allowed", f"{label}: Allowed", lo(flow, hi(0, cap * ONE_YEAR - before)))
    so_far.define(before + allowed)
    return allowed


def _since(terms: Terms, start: Given) -> Line:
    """1 from the period that starts on this day."""
    flag = terms.clock.between(start, terms.support.end)
    return terms.section.flag("shares", f"{terms.title}: A share is given back", flag)


def _window(terms: Terms, window: str, name: str) -> _Window:
    section, title, active = terms.section, terms.title, terms.active
    months = window_months(terms.support, window, terms.year_end)
    closing = terms.clock.month_flag(months) | ~active.next
    ends = section.flag(f"{name}_ends", f"{title}: {name.replace('_', ' ').capitalize()} ends", active & closing)
    return _Window(ends, ends.prev | (active & ~active.prev))


def _month_before(day: date) -> str:
    """The month that ends a year which starts on this day."""
    return MONTH_NAMES[day.month - 1 - 1]  # December before January
