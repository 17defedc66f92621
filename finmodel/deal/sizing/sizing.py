"""Sizing: how much senior debt the deal carries, by the binding one of its limits, and its schedule.

Sign:    positive; a schedule is the share of the amount drawn that falls due.
Timing:  cash counts by payment window: the periods after one payment date up to the next. Sculpted principal is the
         window's service capacity less the interest accrued over it; debt is the value of all capacity.
Source:  cash is shared by revenue of the window: contracted by price and volume, by volume alone, merchant, each by
         its own cover and floored at 0; limits: gearing, debt service cover, loan-life and project-life cover, what
         uses leave, the lenders' own.
         Values below with a target are solved: the engine finds them, and each residual is a line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finmodel.deal.loans.facility import Loan
from finmodel.deal.loans.terms import SizingTerms
from finmodel.deal.market.macro import Macro
from finmodel.deal.sales import contracted_shares
from finmodel.deal.sales.contracted import Revenue
from finmodel.deal.sales.contracted_shares import ByWindow
from finmodel.deal.sizing import life_cover, own_schedule, sculpting, senior, shadow
from finmodel.deal.sizing.sculpting import Sculpted
from finmodel.deal.sizing.senior import Capacity, SeniorDates
from finmodel.deal.sizing.shadow import Part
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, Given, add, hi, lo, ratio
from finmodel.kernel.folds import lowest
from finmodel.kernel.model import Line, Model, Section
from finmodel.kernel.units import RATIO, unit


@dataclass(frozen=True, eq=False, repr=False)
class Unknowns:
    """The solved inputs: senior debt, shared uses, the schedule, the plan's CFADS, and the equity commitment.

    `by_price` and `by_volume` are shares of revenue on the sizing case: they are results, and steer nothing.
    """

    debt: Given
    shared_uses: Given
    schedule: Given
    plan_cfads: Given
    equity: Given
    by_price: Given
    by_volume: Given


@dataclass(frozen=True, eq=False, repr=False)
class Cash:
    """What sizing reads of operations, each per period in the reporting currency; `cent` counts as nothing."""

    cfads: Line
    net_support: Expr
    revenue: Revenue
    cent: Given


@dataclass(frozen=True, eq=False, repr=False)
class Room:
    """What the uses of funds leave for senior debt.

    `geared` are the uses that gearing counts, `shared_uses` those that facilities share, `others` other commitments.
    """

    geared: Expr
    shared_uses: Line
    others: Expr


@dataclass(frozen=True, eq=False, repr=False)
class Sizing:
    """Senior interest over a payment window, per unit, and all CFADS of the window, support included."""

    window_rate: Line
    window_cfads: Line


def unknowns(model: Model, currency: str) -> Unknowns:
    """Inputs for the engine to find; they start at nothing."""
    money = unit(currency)
    none = (0.0,) * model.timeline.count

    def solved(name: str, value: float | tuple[float, ...], label: str, of: str) -> Given:
        return Given(
            f"solved.{name}", value, unit(of), label, where="solved", source="solved on the sizing case", solved=True
        )

    return Unknowns(
        debt=solved("senior_debt", 0.0, "Senior debt", str(money)),
        shared_uses=solved("shared_uses", 0.0, "Uses that facilities share", str(money)),
        schedule=solved("schedule", none, "Senior repayment schedule", "ratio"),
        plan_cfads=solved("plan_cfads", none, "CFADS of the lenders' case by payment date", str(money)),
        equity=solved("equity", 0.0, "Equity commitment", str(money)),
        by_price=solved("share_by_price", 0.0, "Share of revenue contracted by price and volume", "ratio"),
        by_volume=solved("share_by_volume", 0.0, "Share of revenue contracted by volume at least", "ratio"),
    )


def search(model: Model, solved: Unknowns) -> None:
    """Name what the engine must find; a part that no line reads is not searched."""
    targets: Mapping[str, tuple[Given, str]] = {
        "debt": (solved.debt, "sizing.senior_debt_target"),
        "uses": (solved.shared_uses, "funding.shared_total_target"),
        "schedule": (solved.schedule, "sizing.schedule_target"),
        "plan": (solved.plan_cfads, "sizing.plan_cfads_target"),
        "equity": (solved.equity, "funding.equity_target"),
        "by_price": (solved.by_price, "sizing.share_by_price_target"),
        "by_volume": (solved.by_volume, "sizing.share_by_volume_target"),
    }
    read = model.givens()
    for value, target in targets.values():
        if value.id in read and target in model.lines:
            model.solve(value, model.lines[target])


def build(
    model: Model,
    terms: SizingTerms,
    loans: tuple[Sequence[Loan], SeniorDates, Unknowns],
    cash: Cash,
    room: Room,
    frame: tuple[Clock, Macro],
) -> Sizing:
    """Declare service capacity, the limits on debt, and the schedule that follows; `loans` are senior debt."""
    (clock, macro), (facilities, dates, solved) = frame, loans
    section = model.section("sizing", macro.money, "Sizing")
    rate = senior.rate(section, facilities)
    windows = _revenue(section, cash, dates)
    parts = _parts(section, terms, windows)
    capacity = _capacity(section, terms, cash, dates, parts)
    by_cover, worth = _by_cover(section, facilities, capacity, rate, solved)
    shadow.build(section, worth, capacity.window, parts, senior.shared(facilities)[0].terms.profile == "sculpted")
    limits: list[Expr] = [
        section.line("by_gearing", "Debt at the gearing cap", room.geared * terms.gearing_cap),
        *by_cover,
        section.line("by_uses", "Debt that uses leave room for", hi(0, room.shared_uses - room.others)),
    ]
    limits += life_cover.limits(section, terms, capacity, rate, clock)
    if terms.limit is not None:
        limits.append(section.line("by_limit", "Debt at the lenders' limit", macro.convert(terms.limit)))
    fixed = None if terms.amount is None else macro.convert(terms.amount)
    section.line("senior_debt_target", "Senior debt, sized", lo(*limits) if fixed is None else fixed)
    planned = capacity.window * dates.pays * clock.completed
    section.line("plan_cfads_target", "CFADS of the lenders' case by payment date", planned)
    if windows is not None:
        contracted_shares.build(section, windows, dates.repaying, solved.by_price, solved.by_volume)
    whole = _window(section, "window_cfads", "CFADS of the payment window", cash.cfads, dates.pays)
    return Sizing(rate, whole)


def _capacity(section: Section, terms: SizingTerms, cash: Cash, dates: SeniorDates, parts: Sequence[Part]) -> Capacity:
    """Cash of each window, each part of it by its own cover."""
    pays, repaying = dates.pays, dates.repaying
    counted = cash.cfads if terms.support == "contract" else cash.cfads - cash.net_support
    window = _window(section, "window_counted", "CFADS of the payment window that lenders count", counted, pays)
    each = [hi(0, window if part.share is None else window * part.share) / part.cover for part in parts]
    service = section.line("capacity", "Debt service capacity", add(each) * repaying)
    return Capacity(dates, window, service, terms.sculpting, cash.cent)


def _revenue(section: Section, cash: Cash, dates: SeniorDates) -> ByWindow | None:
    """Revenue of each payment window; None where nothing is contracted."""
    by_price, by_volume = cash.revenue.by_price, cash.revenue.by_volume
    if by_price is None or by_volume is None:
        return None
    label = "Revenue of the payment window contracted by price and volume"
    of_price = _window(section, "window_contracted", label, by_price, dates.pays)
    whole = _window(section, "window_revenue", "Revenue of the payment window", cash.revenue.whole, dates.pays)
    if by_volume is by_price:
        return ByWindow(whole, of_price, of_price)
    label = "Revenue of the payment window contracted by volume at least"
    return ByWindow(whole, of_price, _window(section, "window_firm", label, by_volume, dates.pays))


def _parts(section: Section, terms: SizingTerms, revenue: ByWindow | None) -> list[Part]:
    """Each part of the window's cash, as a share of it, and its cover."""
    if revenue is None:
        return [Part(None, terms.dscr_merchant)]
    label = "Share of revenue contracted by price and volume"
    share = section.line("contracted_share", label, lo(1, ratio(revenue.by_price, revenue.whole)), RATIO)
    if revenue.by_volume is revenue.by_price:
        return [Part(share, terms.dscr_contracted), Part(1 - share, terms.dscr_merchant)]
    label = "Share of revenue contracted by volume at least"
    firm = section.line("firm_share", label, lo(1, hi(share, ratio(revenue.by_volume, revenue.whole))), RATIO)
    volume = terms.dscr_merchant if terms.dscr_volume is None else terms.dscr_volume
    return [Part(share, terms.dscr_contracted), Part(firm - share, volume), Part(1 - firm, terms.dscr_merchant)]


def _window(section: Section, name: str, label: str, flow: Expr, pays: Line) -> Line:
    """What came in since the last payment date."""
    line = section.ahead(name, label)
    return line.define(line.prev * ~pays.prev + flow)


def _by_cover(
    section: Section, loans: Sequence[Loan], capacity: Capacity, rate: Line, solved: Unknowns
) -> tuple[list[Line], Line]:
    """Debt that the capacity can serve, and for a sculpted profile the schedule that uses all of it.

    Returns:
        The limits, and what one more of capacity on each date adds to the debt.
    """
    first, label = senior.shared(loans)[0], "Debt at the debt service cover"
    if first.terms.profile == "sculpted":
        if senior.own(loans):
            return own_schedule.limits(section, loans, capacity.service, solved.debt, capacity.form)
        growth = senior.growth(section, loans, "growth")
        own = rate if growth is None else senior.interest(section, loans)
        debt = Sculpted(first.repaying, own, growth, capacity.form)
        most, carried = sculpting.sculpted(section, label, debt, capacity.service)
        return [most], shadow.sculpted(section, debt, carried)
    repaying = capacity.dates.repaying
    if len(loans) > 1 or senior.foreign(loans):  # a level payment hangs on each loan's rate, and each has its balloon
        service = add([senior.worth(loan) * senior.unit_service(loan) for loan in loans]) * repaying
    else:
        service = first.schedule + rate * first.planned.lag(1, 1) * repaying
    unit_service = section.line("unit_service", "Service per unit of debt", service, RATIO)
    carries = section.line("carried", "Debt that each date can carry", ratio(capacity.service, unit_service))
    by_cover = section.line("by_cover", label, lowest(carries, repaying))
    return [by_cover], shadow.least(section, carries, unit_service, repaying, by_cover + capacity.cent)
