"""Debt service reserve: the balance that lenders want to see, from the planned service and never from a path's future.

Sign:    every line is the positive amount that its label names.
Timing:  after the payment of a date the target is the planned service of the months to come; until the next payment
         date it holds. It starts in the last period of construction, and is zero once no service is left.
Source:  decisions on the reserve (F26) and on tests that look ahead (F1). First funding is a use of funds: the
         service of the months that start half a year before the first repayment date, so that they contain it. Where
         the months end between two payment dates, or within a period, the later service counts by time: six months of
         a yearly service are half of it, whatever the timeline. A letter of credit stands for the cash: it needs no
         funding, costs a fee on its amount, and what is drawn of it is a loan, repaid first from cash left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.case.table import Month
from finmodel.deal.context import Context
from finmodel.deal.loans.facility import Loan, plan_service
from finmodel.deal.sizing.plan import Plan
from finmodel.deal.time.calendar import MONTHS_PER_YEAR, ONE_YEAR
from finmodel.deal.time.timing import Clock
from finmodel.deal.waterfall.terms import ReserveTerms
from finmodel.kernel.expr import Const, Expr, add, hi, ratio, where
from finmodel.kernel.model import Account, Line, Section
from finmodel.kernel.timeline import MONTH_NAMES, MONTHS
from finmodel.kernel.units import RATIO


@dataclass(frozen=True, eq=False, repr=False)
class PlannedService:
    """Senior service as planned: what is `due` [money per period, zero between payment dates], and its dates.

    `pays` flags every payment date, `repays` those with scheduled principal; payments fall in `months` of the year.
    """

    due: Line
    pays: Line
    repays: Line
    months: tuple[Month, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class _Held:
    """The months of service held: whole periods, and where these end within one, the part of it.

    `by_time` says that some payment date may lie beyond them, whose service then counts by time.
    """

    whole: int
    part: Expr | None
    by_time: bool


@dataclass(frozen=True, eq=False, repr=False)
class ReservePlan:
    """What the reserve should hold at the end of each period, and what funding puts in at the end of construction.

    `remaining` is the planned service from each period to the end.
    """

    target: Line
    funding: Line
    remaining: Line


@dataclass(frozen=True, eq=False, repr=False)
class Letter:
    """A letter of credit: what is drawn and owed, the interest on it, the fee on its amount, and what is left of it."""

    owed: Account
    interest: Line
    fee: Line
    left: Line


@dataclass(frozen=True, eq=False, repr=False)
class ServiceReserve:
    """The debt service reserve: what it should hold, its first funding, the interest it earns, and what it can pay.

    `section` holds the accounts of the deal.
    `final` flags the last payment date when the reserve pays it first; None when it does not.
    """

    section: Section
    account: Account
    target: Expr
    funding: Expr
    earned: Line
    available: Expr
    final: Line | None = None
    letter: Letter | None = None


def service(context: Context, terms: ReserveTerms | None, ahead: Plan | None, later: Sequence[Loan]) -> ServiceReserve:
    """Declare the debt service reserve; its target follows the plan, in proportion to what was drawn of it (F1).

    Args:
        context: The deal's model, time and money.
        terms: How much it holds, and in which form; None without a reserve.
        ahead: The plan of senior debt; None without sized debt.
        later: Senior facilities that refinance others: from the date after their draw on, their service counts too.
    """
    clock, cent = context.clock, context.money.cent
    section = context.model.section("account", context.money.money, "Accounts")
    account = section.account("dsra", "Debt service reserve account")
    rate = Const(0) if terms is None else terms.interest * clock.years
    earned = section.line("dsra.interest", "Interest earned on the reserve", account.opening * rate)
    context.register.receives(earned, "debt_service_reserve")
    if terms is None or ahead is None:
        return ServiceReserve(section, account, Const(0), Const(0), earned, account.opening)
    planned = PlannedService(ahead.service, ahead.dates.pays, ahead.dates.repaying, ahead.months)
    own = context.model.section("reserve.dsra", planned.due.unit, "DSRA")
    held = build(own, terms, planned, clock)
    target = own.line("target_drawn", "Reserve target, for what was drawn", held.target * ahead.drawn)
    if later:
        more = [_refinanced(own, loan, terms, clock) for loan in later]
        target = own.line("target_refinanced", "Reserve target, refinancing included", target + add(more))
    if terms.form == "letter_of_credit":
        letter = _by_letter(own, terms, target, clock)
        return ServiceReserve(section, account, target, Const(0), earned, letter.left, letter=letter)
    final = None
    if terms.final_instalment:
        last = (held.remaining > cent) & (held.remaining.lead(1) <= cent)
        final = own.flag("final_service", "Last payment date of the plan", last)
    return ServiceReserve(section, account, target, held.funding, earned, account.opening, final)


def _refinanced(section: Section, loan: Loan, terms: ReserveTerms, clock: Clock) -> Expr:
    """What is held for a facility that refinances others: its planned service to come, for what was drawn of it."""
    title = f"DSRA, {loan.label}"
    held = _held(terms, loan.terms.payment_months, clock)
    ahead = _to_come(section, _Names(f"{loan.id}.", title), plan_service(loan, clock), loan.pays, held).ahead
    planned = section.ahead(f"{loan.id}.target", f"{title}: Target on its full commitment")
    planned.define(where(loan.pays, ahead, planned.prev))
    return planned * ratio(loan.base.opening, loan.commitment)


def _by_letter(section: Section, terms: ReserveTerms, target: Line, clock: Clock) -> Letter:
    """The letter's amount is the target of the period before; what is drawn leaves less of it."""
    owed = section.account("letter", "Drawn on the letter of credit")
    interest = section.line(
        "letter_interest", "Interest on what is drawn of the letter", owed.opening * terms.rate * clock.years
    )
    fee = section.line("letter_fee", "Fee of the letter of credit", target.prev * terms.fee * clock.years)
    left = section.line("letter_left", "Not yet drawn of the letter", hi(0, target.prev - owed.opening))
    register = section.model.register
    register.pays(fee, "letter_of_credit")
    register.owes("letter_of_credit", owed.closing)
    register.earns("letter_of_credit", -interest)
    return Letter(owed, interest, fee, left)


def build(section: Section, terms: ReserveTerms, service: PlannedService, clock: Clock) -> ReservePlan:
    """Declare the target of a reserve; its balance is an account of the waterfall.

    Args:
        section: The reserve's own.
        terms: How many months of service it holds.
        service: Planned service and its dates.
        clock: Rows of time.
    """
    title = section.title
    held = _held(terms, service.months, clock)
    to_come = _to_come(section, _Names("", title), service.due, service.pays, held)
    first = _first_service(section, service, to_come, held, clock)
    funding = section.line("funding", f"{title}: Initial funding", first * clock.last_construction)
    target = section.ahead("target", f"{title}: Target")
    target.define(where(service.pays & clock.completed, to_come.ahead, funding + target.prev))
    return ReservePlan(target, funding, to_come.remaining)


def _held(terms: ReserveTerms, months: Sequence[Month], clock: Clock) -> _Held:
    """The periods whose service is held; the length of the reserve and the payment dates shape the lines."""
    length, timeline = clock.section.model.decides(terms.months), clock.timeline
    whole = math.floor(length / timeline.months)
    numbers = sorted(MONTH_NAMES.index(month) for month in months)
    gaps = [
        (after - before - 1) % MONTHS["year"] + 1
        for before, after in zip(numbers, numbers[1:] + numbers[:1], strict=True)
    ]
    within = length % timeline.months != 0
    periods = terms.months / MONTHS_PER_YEAR / ONE_YEAR * Const(timeline.per_year)
    part = periods - Const(whole) if within else None
    return _Held(whole, part, within or any(length % gap != 0 for gap in gaps))


@dataclass(frozen=True, eq=False, repr=False)
class _ToCome:
    """Planned service: from each period to the end, and of the months to come.

    `counted` is the sum to the end of what counts, and `by_time` that of each period where it counts by time.
    """

    remaining: Line
    by_time: Line | None
    counted: Line
    ahead: Line


@dataclass(frozen=True, eq=False, repr=False)
class _Names:
    """Of rows of planned service: what their ids begin with, and their labels."""

    prefix: str
    title: str


def _to_come(section: Section, names: _Names, due: Expr, pays: Line, held: _Held) -> _ToCome:
    """Declare the planned service to come: `due` on the dates that `pays` flags."""
    prefix, title = names.prefix, names.title
    remaining = section.ahead(f"{prefix}service_remaining", f"{title}: Planned service from here to the end")
    remaining.define(due + remaining.next)
    spread = _by_time(section, names, due, pays) if held.by_time else None
    by_time, counted = (None, remaining) if spread is None else (spread.each, spread.rest)
    to_come: Expr = counted.lead(1) - counted.lead(1 + held.whole)
    if held.part is not None and by_time is not None:
        to_come = to_come + held.part * by_time.lead(1 + held.whole)
    ahead = section.line(f"{prefix}service_ahead", f"{title}: Planned service of the months to come", to_come)
    return _ToCome(remaining, by_time, counted, ahead)


@dataclass(frozen=True, eq=False, repr=False)
class _Spread:
    """Service of each period by time, and its sum from there to the end."""

    each: Line
    rest: Line


def _by_time(section: Section, names: _Names, due: Expr, pays: Line) -> _Spread:
    """Declare each date's service spread over the periods since the payment date before, and its sum to the end."""
    prefix, title = names.prefix, names.title
    count = section.ahead(f"{prefix}window_periods", f"{title}: Periods since the last payment date", RATIO)
    count.define(count.prev * ~pays.prev + 1)
    spread = section.ahead(f"{prefix}service_by_time", f"{title}: Planned service of the period, by time")
    spread.define(where(pays, ratio(due, count), spread.next))
    rest = section.ahead(
        f"{prefix}service_by_time_remaining", f"{title}: Planned service by time, from here to the end"
    )
    return _Spread(spread, rest.define(spread + rest.next))


def _first_service(section: Section, service: PlannedService, to_come: _ToCome, held: _Held, clock: Clock) -> Line:
    """The service of the months that contain the first repayment date, known in every period up to it."""
    title = section.title
    half = math.ceil(MONTHS["half"] / clock.timeline.months)
    begun = section.ahead("repayment_begun", f"{title}: Repayment has begun", RATIO)
    begun.define(hi(begun.prev, service.repays))
    first: Expr = service.repays & ~begun.prev
    beyond = held.whole + 1 - half
    contained: Expr = to_come.counted.lag(half - 1) - to_come.counted.lead(beyond)
    if held.part is not None and to_come.by_time is not None:
        contained = contained + held.part * to_come.by_time.lead(beyond)
    known = section.ahead("first_service", f"{title}: Planned service around the first repayment date")
    return known.define(where(first, contained, known.next))
