"""Ratios: debt service cover by payment date, loan-life and project-life cover.

Each ratio has three rows: `tested` (0/1), `value` (0 where untested; what others compute on) and a display row.
Timing:  a window is the periods after one payment date up to the next; DSCR is the window's CFADS over the interest,
         and the scheduled principal, falling due at its end. Arrears and sweeps are not in the denominator. ICR is the
         same on dates from completion with interest and no scheduled principal; agency fees are in CFADS, before it.
         Cover of twelve months back is first tested a year after the first repayment, or, by `first_test`, on every
         date since completion with service due, over the windows paid since then while these are less than a year.
Source:  DSCR (F5), LLCR and PLCR (F7): value of the CFADS to come, each window placed at its payment date, discounted
         at the senior facilities' window rate, over senior debt outstanding after the payment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.loans.facility import Loan
from finmodel.deal.sizing import life_cover
from finmodel.deal.sizing.life_cover import Life
from finmodel.deal.sizing.plan import Plan
from finmodel.deal.sizing.senior import SeniorDates
from finmodel.deal.sizing.sizing import Sizing, Unknowns
from finmodel.deal.time.calendar import RATIO_ROUNDING
from finmodel.deal.waterfall.terms import WaterfallTerms
from finmodel.kernel.expr import Expr, add, ratio, shown
from finmodel.kernel.folds import lowest, total
from finmodel.kernel.model import Line, Section
from finmodel.kernel.units import RATIO

FORECAST = {"plan": "plan", "price_held": "prices held", "projection": "prices projected"}
"""Forecast of the cover ahead, in words."""


@dataclass(frozen=True, eq=False, repr=False)
class Ratio:
    """A ratio by period: whether it is tested, and its value there."""

    tested: Line
    value: Line


@dataclass(frozen=True, eq=False, repr=False)
class Cover:
    """Debt service cover by window, over twelve months back, and over twelve months ahead on the plan.

    `interest` is cover of interest on dates without scheduled principal. `cfads` and `service` are those of the window,
    `cfads_back` and `service_back` of twelve months.
    """

    section: Section
    window: Ratio
    interest: Ratio
    historic: Ratio
    forward: Ratio
    cfads: Line
    service: Line
    cfads_back: Expr
    service_back: Expr


@dataclass(frozen=True, eq=False, repr=False)
class LifeCover:
    """Loan-life cover, to the last repayment, and project-life cover, to the end of operations."""

    loan: Ratio
    project: Ratio


def define(section: Section, name: str, label: str, above: Expr, below: Expr, tested: Expr) -> Ratio:
    """Declare the three rows of a ratio.

    Args:
        name: Name of the ratio.
        label: What it is.
        above: What is divided.
        below: What it is divided by.
        tested: 1 where it is tested.

    Returns:
        The three rows.
    """
    flag = section.flag(f"{name}.tested", f"{label}: Tested", tested)
    value = section.line(f"{name}.value", f"{label}: Value where tested", flag * ratio(above, below), RATIO)
    section.display(name, label, shown(value, flag), RATIO)
    return Ratio(flag, value)


def reaches(value: Expr, target: Expr) -> Expr:
    """Whether a ratio reaches its target, but for rounding.

    Args:
        value: The ratio.
        target: What it is to reach.
    """
    return target - RATIO_ROUNDING <= value


def cover(
    context: Context, senior: Sequence[Loan], sizing: Sizing, plan: Plan, solved: Unknowns, terms: WaterfallTerms
) -> Cover:
    """Declare the DSCR rows of senior debt.

    Args:
        context: The deal's model, time and money.
        senior: Senior facilities, those that refinance others included.
        sizing: CFADS of each payment window.
        plan: The plan as signed, with the dates that are tested.
        solved: What the engine finds: CFADS of the lenders' case.
        terms: How the case tests cover.
    """
    clock, cent, dates = context.clock, context.money.cent, plan.dates
    section = context.model.section("ratios", context.money.money, "Ratios")
    pays, repaying = dates.pays, dates.repaying
    due = [loan.falls_due * clock.completed + loan.falls_due_later for loan in senior]
    service = section.line("senior_service", "Senior service falling due", add(due))
    window = define(
        section, "dscr", "Debt service cover ratio", sizing.window_cfads, service, repaying & (service > cent)
    )
    alone = pays & clock.completed & ~repaying & (service > cent)
    interest = define(section, "icr", "Interest cover ratio", sizing.window_cfads, service, alone)
    year = clock.timeline.per_year
    counted, whole = sizing.window_cfads * pays, repaying & (dates.number.lag(year) >= 1)
    if terms.first_test == "since_completion":  # windows of before count for nothing, so that early sums are shorter
        counted, whole = counted * clock.completed, (pays | repaying) & clock.completed & (service > cent)
    cash = _running(section, "cfads_to_date", "CFADS to date", counted)
    paid = _running(section, "service_to_date", "Senior service to date", service)
    back = paid - paid.lag(year)
    historic = define(
        section,
        "dscr_historic",
        "Debt service cover ratio, 12 months back",
        cash - cash.lag(year),
        back,
        whole & (back > cent),
    )
    forward = _forward(context, section, plan, solved, FORECAST[terms.forecast])
    return Cover(
        section, window, interest, historic, forward, sizing.window_cfads, service, cash - cash.lag(year), back
    )


def _running(section: Section, name: str, label: str, flow: Expr) -> Line:
    line = section.ahead(name, label)
    return line.define(line.prev + flow)


def _ahead(section: Section, name: str, label: str, flow: Expr, periods: int) -> Expr:
    """The sum of the next `periods` periods, from a row that sums to the end."""
    rest = section.ahead(name, label)
    rest.define(rest.next + flow)
    return rest.lead(1) - rest.lead(1 + periods)


def _forward(context: Context, section: Section, plan: Plan, solved: Unknowns, words: str) -> Ratio:
    """The plan's cover of the next twelve months: no foresight, so a path cannot see its own future.

    Prices of the date move it where the forecast says so; `words` names it.
    """
    year = context.clock.timeline.per_year
    label = "CFADS of the lenders' case, to the end"
    cash = _ahead(section, "plan_cfads_ahead", label, solved.plan_cfads * plan.dates.pays, year)
    service = _ahead(section, "plan_service_ahead", "Planned senior service, to the end", plan.service, year)
    label = "Planned senior service, next 12 months, for what was drawn"
    needed = section.line("plan_service_year", label, service * plan.drawn)
    tested = plan.dates.repaying & (needed > context.money.cent)
    cash = cash if plan.moved is None else cash + plan.moved
    return define(section, "dscr_forward", f"Debt service cover ratio, {words}, 12 months ahead", cash, needed, tested)


def lives(context: Context, covers: Cover, senior: Sequence[Loan], dates: SeniorDates, sizing: Sizing) -> LifeCover:
    """Declare LLCR (to the last repayment) and PLCR (to the end of operations).

    Args:
        context: The deal's model, time and money.
        covers: Debt service cover, beside which they stand.
        senior: Senior facilities.
        dates: The dates that are tested.
        sizing: CFADS of each payment window, and its rate.
    """
    clock, cent, section = context.clock, context.money.cent, covers.section
    rate = sizing.window_rate
    debt = section.line(
        "senior_outstanding", "Senior debt outstanding", add([loan.outstanding.closing for loan in senior])
    )
    still = life_cover.loan_life(section, dates.repaying)
    alive = section.flag(
        "cover_tested",
        "Life cover is tested",
        (dates.pays & clock.completed | clock.last_construction) & still.next & (debt > cent),
    )
    results = []
    for name, label, within in (
        ("llcr", "Loan life cover ratio", still),
        ("plcr", "Project life cover ratio", clock.operations),
    ):
        life = Life(name, label, within)
        value = life_cover.value(section, life, dates.pays & clock.completed, sizing.window_cfads, rate)
        results.append(define(section, name, label, value, debt, alive))
    return LifeCover(*results)


def summary(covers: Cover, life: LifeCover) -> None:
    """Declare the smallest and average ratios as results."""
    section = covers.section
    reason = ("", "no senior debt service falls due")

    def metric(name: str, label: str, value: Expr, tested: Line) -> None:
        count = section.line(f"{name}.count", f"{label}: Number of tests", total(tested), RATIO)
        number = section.line(f"{name}.number", f"{label}: Value", value, RATIO)
        missing = section.flag(f"{name}.missing", f"{label}: Not tested", count.eq(0))
        section.model.metric(name, section.display(name, label, shown(number, ~missing), RATIO), missing, reason)

    window = covers.window
    metric("dscr_min", "Minimum DSCR", lowest(window.value, window.tested), window.tested)
    average = ratio(total(window.value), section.line("dscr_dates", "Dates with a DSCR", total(window.tested), RATIO))
    metric("dscr_avg", "Average DSCR", average, window.tested)
    for name, row in (("llcr", life.loan), ("plcr", life.project)):
        metric(f"{name}_min", f"Minimum {name.upper()}", lowest(row.value, row.tested), row.tested)
    reason = ("", "no date has senior interest and no scheduled principal")
    metric("icr_min", "Minimum ICR", lowest(covers.interest.value, covers.interest.tested), covers.interest.tested)
