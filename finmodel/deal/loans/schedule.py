"""When a facility is repaid, and in which parts: its dates and its schedule in shares of the amount drawn.

Sign:    shares are positive and sum to 1.
Timing:  repayments fall on the first payment dates that lie at least the grace period after completion, or on the
         dates of a table; a bridge loan's one date is its takeout.
Source:  term sheet of each facility. A level payment is the same at each date (what is left is the value of the
         payments to come); a balloon is repaid on the last date, and bears interest until then.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.loans.profiles.every import ALL
from finmodel.deal.loans.profiles.profile import Dates, Repaid
from finmodel.deal.loans.terms import Facility
from finmodel.deal.time.calendar import ONE_MONTH
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, Given, month_of
from finmodel.kernel.model import Line, Section
from finmodel.kernel.units import RATIO


@dataclass(frozen=True, eq=False, repr=False)
class Course:
    """When a facility pays and repays, interest since the last payment date per unit, shares repaid and to repay.

    `instalment` is the number of the last repayment, 0 before the first.
    """

    pays: Line
    repaying: Line
    instalment: Line
    window_rate: Line
    schedule: Line
    planned: Line


def course(loan: Section, facility: Facility, accrual: Expr, solved: Given | None, clock: Clock) -> Course:
    """Declare dates, the rate over each window, and the schedule.

    Args:
        loan: The facility's section.
        facility: Its terms.
        accrual: Interest of the period, per unit outstanding.
        solved: The schedule that sizing finds, when this one is sculpted.
        clock: Rows of time.

    Raises:
        ModelError: The facility is sculpted, and sizing finds no schedule for it.
    """
    on, title = dates(loan, facility, clock), facility.label
    window_rate = loan.ahead("window_rate", f"{title}: Interest since the last payment date, per unit", RATIO)
    window_rate.define(window_rate.prev * ~on.pays.prev + accrual)
    repaid = schedule(loan, facility, on, window_rate, solved)
    planned = loan.ahead("planned", f"{title}: Planned share still to repay", RATIO)
    planned.define(planned.lag(1, 1) - repaid)
    return Course(on.pays, on.repaying, on.instalment, window_rate, repaid, planned)


def dates(loan: Section, facility: Facility, clock: Clock) -> Dates:
    """Declare payment dates and repayment dates."""
    label, title = f"{loan.title}: Payment date", loan.title
    months = clock.month_flag(facility.payment_months)
    if facility.rank == "bridge":
        out = loan.flag("takeout_date", f"{title}: Taken out by senior debt", takeout_date(facility, clock))
        pays = loan.flag("payment_date", label, months | out)
        return _counted(loan, pays, out * 1)
    pays = loan.flag("payment_date", label, months)
    if facility.table is not None:
        return _counted(loan, pays, facility.table > 0)
    since, open_ = _start(facility, clock)
    over = pays & open_ & (since + facility.grace <= clock.end_month)
    eligible = loan.flag("grace_over", f"{title}: Grace period over", over)
    number = loan.ahead("instalment", f"{title}: Instalment number", RATIO)
    number.define(number.prev + eligible)
    repaying = loan.flag("repayment_date", f"{title}: Repayment date", eligible & (number <= facility.instalments))
    return Dates(pays, repaying, number)


def _start(facility: Facility, clock: Clock) -> tuple[Expr, Expr]:
    """The month from which grace counts, and the flag of periods after it: completion, or the draw of a refinancing."""
    if facility.drawn_on is None:
        return clock.planned, clock.due
    return month_of(facility.drawn_on) + ONE_MONTH, facility.drawn_on < clock.last_day


def takeout_date(facility: Facility, clock: Clock) -> Expr:
    """The date on which senior debt takes out a bridge loan; the last of construction unless it is stated."""
    return clock.last_construction if facility.takeout is None else clock.last_day.eq(facility.takeout)


def _counted(loan: Section, pays: Line, repays: Expr) -> Dates:
    """Repayment dates, numbered as they come."""
    repaying = loan.flag("repayment_date", f"{loan.title}: Repayment date", repays)
    number = loan.ahead("instalment", f"{loan.title}: Instalment number", RATIO)
    number.define(number.prev + repaying)
    return Dates(pays, repaying, number)


def schedule(loan: Section, facility: Facility, on: Dates, window_rate: Line, solved: Given | None) -> Line:
    """Declare the share of the amount drawn that falls due at each date.

    Args:
        window_rate: Interest of the window per unit owed [ratio].
        solved: The share that the engine finds, by period.

    Returns:
        The share of what was drawn that falls due [ratio].
    """
    asked = Repaid(loan, on, window_rate, facility.instalments, facility.table, solved)
    profile = ALL[facility.profile]
    share = profile.share(asked)
    if profile.balloon:  # it is repaid on the last date, and the rest as the profile says
        share = share * (1 - facility.balloon) + facility.balloon * (on.repaying & asked.last)
    return loan.line("schedule", f"{facility.label}: Principal falling due, share of the amount drawn", share, RATIO)
