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

from finmodel.deal.context import Context
from finmodel.deal.loans.terms import SizingTerms
from finmodel.deal.sales import contracted_shares
from finmodel.deal.sales.contracted import Revenue
from finmodel.deal.sales.contracted_shares import ByWindow
from finmodel.deal.sizing import life_cover, own_schedule, sculpting, senior, shadow
from finmodel.deal.sizing.plan import Plan
from finmodel.deal.sizing.sculpting import Sculpted
from finmodel.deal.sizing.senior import AtCover, Capacity, SeniorDates
from finmodel.deal.sizing.shadow import Part
from finmodel.kernel.expr import Expr, Given, add, hi, lo, ratio
from finmodel.kernel.folds import lowest
from finmodel.kernel.model import Line, Section
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
    """What sizing reads of operations, each per period in the reporting currency."""

    cfads: Line
    net_support: Expr
    revenue: Revenue


@dataclass(frozen=True, eq=False, repr=False)
class Room:
    """What the uses of funds leave for senior debt.

    `uses` are all, `geared` those that gearing counts, `shared_uses` those that facilities share, `others` other
    commitments.
    """

    uses: Line
    geared: Expr
    shared_uses: Line
    others: Expr


@dataclass(frozen=True, eq=False, repr=False)
class Sizing:
    """Senior interest over a payment window, per unit, and all CFADS of the window, support included.

    What the engine must find: `debt`, `plan_cfads`, the `schedule` of sculpted debt, and shares of revenue `by_price`
    and `by_volume` where some is contracted.
    """

    window_rate: Line
    window_cfads: Line
    debt: Line
    plan_cfads: Line
    schedule: Line | None
    by_price: Line | None
    by_volume: Line | None


def unknowns(context: Context) -> Unknowns:
    """Inputs for the engine to find; they start at nothing."""
    money = context.money.money
    none = (0.0,) * context.clock.timeline.count

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


@dataclass(frozen=True, eq=False, repr=False)
class _Target:
    """A value that the engine finds, and the line that it must equal; None where the deal has no such line."""

    value: Given
    line: Line | None


def search(context: Context, solved: Unknowns, sized: Sizing | None, shared_uses: Line, equity: Line) -> None:
    """Name what the engine must find; a part that no line reads is not searched.

    Args:
        context: The deal's model, with all lines that may read such a value.
        solved: The values.
        sized: What sizing asks of them; None without sized debt.
        shared_uses: Total of the uses that facilities share [reporting currency].
        equity: Total that owners pay in [reporting currency].
    """
    targets = [
        _Target(solved.debt, None if sized is None else sized.debt),
        _Target(solved.shared_uses, shared_uses),
        _Target(solved.schedule, None if sized is None else sized.schedule),
        _Target(solved.plan_cfads, None if sized is None else sized.plan_cfads),
        _Target(solved.equity, equity),
        _Target(solved.by_price, None if sized is None else sized.by_price),
        _Target(solved.by_volume, None if sized is None else sized.by_volume),
    ]
    read = context.model.givens()
    for target in targets:
        if target.value.id in read and target.line is not None:
            context.model.solve(target.value, target.line)


def build(context: Context, terms: SizingTerms, plan: Plan, solved: Unknowns, cash: Cash, room: Room) -> Sizing:
    """Declare service capacity, the limits on debt, and the schedule that follows.

    Args:
        context: The deal's model, time and money.
        terms: Covers and limits of the case.
        plan: The facilities that are sized, and their dates.
        solved: What the engine finds.
        cash: What operations bring.
        room: What the uses of funds leave.
    """
    clock, money, facilities, dates = context.clock, context.money, plan.loans, plan.dates
    section = context.model.section("sizing", money.money, "Sizing")
    rate = senior.rate(section, facilities)
    windows = _revenue(section, cash, dates)
    parts = _parts(section, terms, windows)
    capacity = _capacity(section, terms, cash, dates, parts)
    at_cover = _by_cover(context, section, plan, capacity, rate, _Whole(solved.debt, room.uses))
    shadow.build(section, at_cover.worth, capacity.window, parts, at_cover.binds)
    limits: list[Expr] = [
        section.line("by_gearing", "Debt at the gearing cap", room.geared * terms.gearing_cap),
        *at_cover.limits,
        section.line("by_uses", "Debt that uses leave room for", hi(0, room.shared_uses - room.others)),
    ]
    limits += life_cover.limits(section, terms, capacity, rate, clock)
    if terms.limit is not None:
        limits.append(section.line("by_limit", "Debt at the lenders' limit", money.convert(terms.limit)))
    fixed = None if terms.amount is None else money.convert(terms.amount)
    debt = section.line("senior_debt_target", "Senior debt, sized", lo(*limits) if fixed is None else fixed)
    planned = capacity.window * dates.pays * clock.completed
    plan_cfads = section.line("plan_cfads_target", "CFADS of the lenders' case by payment date", planned)
    shares: Mapping[str, Line] = {}
    if windows is not None:
        shares = contracted_shares.build(section, windows, dates.repaying, solved.by_price, solved.by_volume)
    whole = _window(section, "window_cfads", "CFADS of the payment window", cash.cfads, dates.pays)
    return Sizing(
        window_rate=rate,
        window_cfads=whole,
        debt=debt,
        plan_cfads=plan_cfads,
        schedule=at_cover.schedule,
        by_price=shares.get("price"),
        by_volume=shares.get("volume"),
    )


def _capacity(section: Section, terms: SizingTerms, cash: Cash, dates: SeniorDates, parts: Sequence[Part]) -> Capacity:
    """Cash of each window, each part of it by its own cover."""
    pays, repaying = dates.pays, dates.repaying
    counted = cash.cfads if terms.support == "contract" else cash.cfads - cash.net_support
    window = _window(section, "window_counted", "CFADS of the payment window that lenders count", counted, pays)
    each = [hi(0, window if part.share is None else window * part.share) / part.cover for part in parts]
    service = section.line("capacity", "Debt service capacity", add(each) * repaying)
    return Capacity(dates, window, service, terms.sculpting)


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


@dataclass(frozen=True, eq=False, repr=False)
class _Whole:
    """Senior debt as the engine finds it, and all uses of funds [reporting currency]."""

    debt: Given
    uses: Line


def _by_cover(context: Context, section: Section, plan: Plan, capacity: Capacity, rate: Line, whole: _Whole) -> AtCover:
    """Debt that the capacity can serve, and for a sculpted profile the schedule that uses all of it."""
    clock, loans = context.clock, plan.loans
    first, label = senior.shared(loans)[0], "Debt at the debt service cover"
    if first.terms.profile == "sculpted":
        if senior.own(loans):
            return own_schedule.limits(section, clock, loans, capacity, whole.debt, whole.uses)
        growth = senior.growth(section, loans, "growth")
        own = rate if growth is None else senior.interest(section, loans)
        debt = Sculpted(first.repaying, own, growth, capacity.form)
        used = sculpting.sculpted(section, clock.first, label, debt, capacity.service)
        return AtCover([used.debt], shadow.sculpted(section, debt, used.carried), schedule=used.schedule)
    repaying = capacity.dates.repaying
    if len(loans) > 1 or senior.foreign(loans):  # a level payment hangs on each loan's rate, and each has its balloon
        service = add([senior.worth(loan) * senior.unit_service(loan) for loan in loans]) * repaying
    else:
        service = first.schedule + rate * first.planned.lag(1, 1) * repaying
    unit_service = section.line("unit_service", "Service per unit of debt", service, RATIO)
    carries = section.line("carried", "Debt that each date can carry", ratio(capacity.service, unit_service))
    by_cover = section.line("by_cover", label, lowest(carries, repaying))
    least = shadow.least(section, carries, unit_service, repaying, by_cover + context.money.cent)
    return AtCover([by_cover], least.worth, binds=least.binds)
