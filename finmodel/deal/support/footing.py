"""What the legs of a support contract stand on: its terms, its sellers, its windows, and caps that sellers share.

Sellers: one claim per selling company. Price, window, yearly quantity and caps are the contract's; a cap is shared in
         proportion to what each one would be due. A contract with one seller has all its lines in one section.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from finmodel.deal.context import Context
from finmodel.deal.support.terms import Programme, Support
from finmodel.deal.time.calendar import ONE_YEAR
from finmodel.deal.time.running import to_date, year_to_date
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Const, Expr, Given, add, hi, lo, ratio
from finmodel.kernel.model import Line, Section
from finmodel.kernel.timeline import MONTH_NAMES, from_serial
from finmodel.kernel.units import RATIO

QUARTER_ENDS = ("March", "June", "September", "December")


@dataclass(frozen=True, eq=False, repr=False)
class Terms:
    """A contract while it is declared: its terms, its section, when it is in force, and the year of its budget.

    `cache` holds lines that are declared once, when they are first read.
    """

    support: Support
    section: Section
    active: Line
    year_end: str
    context: Context
    cache: dict[str, Line] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The contract's name in words."""
        return self.support.label


@dataclass(frozen=True, eq=False, repr=False)
class Part:
    """What one company sells under a contract: where its lines stand, its name, and its tonnes.

    `counted` are its tonnes of the basis in the period, `supported` what of them is within the year's quantity, and
    `capacity` its part of what can be made, for periods in which none of the sellers has tonnes.
    """

    section: Section
    title: str
    supported: Line
    counted: Expr
    capacity: Expr


@dataclass(frozen=True, eq=False, repr=False)
class Measures:
    """What legs are measured on: price per kg, and money per period in the reporting currency."""

    price: Line
    revenue: Expr
    ebitda: Line | None


@dataclass(frozen=True, eq=False, repr=False)
class PerKg:
    """What the price of a period pays on a kg, and takes back, before windows, caps and any budget."""

    top_up: Expr
    back: Expr


@dataclass(frozen=True, eq=False, repr=False)
class Window:
    """A settlement window: its last period, and its first; None where it is the period itself."""

    name: str
    ends: Line
    starts: Expr


@dataclass(frozen=True, eq=False, repr=False)
class Due:
    """A leg's outcome per period: what is due, and what advances are returned."""

    amount: Line
    returned: Line | None = None


def year_end_of(support: Support, programme: Programme | None, clock: Clock) -> str:
    """The month that ends the year in which tonnes and budgets are counted; the case's own without a programme."""
    return programme.year_end if programme is not None else MONTH_NAMES[clock.timeline.year_end - 1]


def window_months(terms: Terms, window: str) -> tuple[str, ...]:
    """The months in which a window ends; none where it is the period itself.

    Args:
        window: Window of a leg, as the case names it.
    """
    if window == "quarter":
        return QUARTER_ENDS
    if window == "calendar_year":
        return ("December",)
    if window == "fiscal_year":
        return (terms.year_end,)
    return () if window == "period" else (_month_before(_start(terms)),)


def open_window(terms: Terms, window: str, name: str) -> Window:
    """Declare where a settlement window longer than a period ends.

    Args:
        window: Window of a leg, as the case names it.
        name: Name of its lines.

    Returns:
        The window.
    """
    section, title, active = terms.section, terms.title, terms.active
    months = window_months(terms, window)
    closing = terms.context.clock.month_flag(months) | ~active.next
    ends = section.flag(f"{name}_ends", f"{title}: {name.replace('_', ' ').capitalize()} ends", active & closing)
    return Window(name, ends, ends.prev | (active & ~active.prev))


def escalated(terms: Terms, amount: Given) -> Expr:
    """A floor or payment in the reporting currency, raised by its inflation table and by its own steps.

    Args:
        amount: The floor or payment at its base date.
    """
    support, macro = terms.support, terms.context.money
    value = macro.convert(amount)
    if support.inflation is not None:
        value = value * macro.index(support.inflation)
    return value if support.escalation is None else value * _steps(terms, support.escalation)


def per_kg(terms: Terms, price: Line, since: Line | None) -> PerKg | None:
    """What a kg is paid at a price and what is given back on it.

    Args:
        price: The reference price [reporting currency per kg contained].
        since: 1 from the period in which a share is given back; None where it always is.

    Returns:
        None where neither a floor nor a strike measures a price, or what is paid hangs on a stock.
    """
    support = terms.support
    if support.stock_cap is not None or (support.floor is None and support.strike is None):
        return None
    paid: Expr = Const(0)
    back: Expr = Const(0)
    if support.floor is not None:
        paid = hi(0, escalated(terms, support.floor) - price) * support.top_up_share
    if support.strike is not None:
        back = hi(0, price - escalated(terms, support.strike)) * support.share
        back = back if since is None else back * since
    return PerKg(paid, back)


def shares(terms: Terms, parts: Sequence[Part], window: Window | None = None) -> list[Expr]:
    """Each seller's part of what the contract as a whole is measured on: by tonnes of the basis, of the window to date.

    Of no tonnes, by what each one can make. One seller has all.

    Args:
        parts: What each seller has of the contract.
    """
    tonnes: list[Expr] = [part.counted for part in parts]
    if window is not None:
        label = f"Tonnes of the basis, {window.name.replace('_', ' ')} to date"
        tonnes = [
            year_to_date(
                part.section, f"{window.name}_tonnes", f"{part.title}: {label}", part.counted * 1, window.starts
            )
            for part in parts
        ]
    return [ratio(own, add(tonnes), part.capacity) for own, part in zip(tonnes, parts, strict=True)]


def year_capped(
    terms: Terms, named: tuple[str, str], parts: Sequence[Part], flows: Sequence[Expr], cap: Expr
) -> list[Expr]:
    """Flows of the sellers, together up to a cap in each calendar year."""
    name, label = named
    asked = list(flows)
    if len(parts) > 1:
        asked = [
            part.section.line(f"{name}_asked", f"{part.title}: {label}: Before the cap", flow * 1)
            for part, flow in zip(parts, flows, strict=True)
        ]
    so_far = terms.section.ahead(name, f"{terms.title}: {label}")
    before = so_far.prev * ~terms.context.clock.year_start("December")
    most = lo(add(asked), hi(0, cap * ONE_YEAR - before))
    allowed = terms.section.line(f"{name}_allowed", f"{terms.title}: {label}: Allowed", most)
    so_far.define(before + allowed)
    return [allowed] if len(parts) == 1 else [flow * ratio(allowed, add(asked)) for flow in asked]


def _steps(terms: Terms, rate: Given) -> Expr:
    """(1 + rate) to the full years since the contract's start."""
    if "escalation" in terms.cache:
        return terms.cache["escalation"]
    section = terms.section
    first = terms.active & ~terms.active.prev
    year_ends = terms.context.clock.year_end(_month_before(_start(terms)))
    begins = first | (terms.active & year_ends.prev)
    number = to_date(section, "contract_year", f"{terms.title}: Year of the contract", begins)
    raised = (1 + rate * ONE_YEAR) ** hi(0, number - 1)
    terms.cache["escalation"] = section.line("escalation", f"{terms.title}: Escalation", raised, RATIO)
    return terms.cache["escalation"]


def _start(terms: Terms) -> date:
    """The first day of the contract, which decides the months in which its years end."""
    return from_serial(terms.context.model.decides(terms.support.start))


def _month_before(day: date) -> str:
    """The month that ends a year which starts on this day."""
    return MONTH_NAMES[day.month - 1 - 1]  # December before January
