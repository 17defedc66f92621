"""The plan of senior debt as signed: what every look ahead reads, so that no path sees its own future.

Sign:    service is positive.
Timing:  service stands at its payment date; the share drawn is known from completion on, and 1 before.
Source:  the locked schedule in proportion to what was drawn of it (F1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from finmodel.case.table import Month
from finmodel.deal.context import Context
from finmodel.deal.loans.facility import Loan, plan_service
from finmodel.deal.sizing.senior import SeniorDates, dates
from finmodel.kernel.expr import add, hi, ratio, where
from finmodel.kernel.model import Line, Section
from finmodel.kernel.units import RATIO


@dataclass(frozen=True, eq=False, repr=False)
class Plan:
    """The sized facilities, their interest and principal by schedule on full commitments, the share drawn, the dates.

    Payments fall in `months` of the year. `moved` is what prices expected on a date move of the next twelve months'
    CFADS; None where the forecast is the plan.
    """

    section: Section
    loans: Sequence[Loan]
    service: Line
    drawn: Line
    dates: SeniorDates
    months: tuple[Month, ...]
    moved: Line | None = None


def build(context: Context, senior: Sequence[Loan]) -> Plan:
    """Declare the plan of all senior facilities together.

    Args:
        senior: Senior facilities.

    Returns:
        The plan: what is owed and due of the amount drawn.
    """
    clock = context.clock
    section = context.model.section("plan", context.money.money, "Plan of senior debt")
    service = add([plan_service(loan, clock) for loan in senior])
    share = ratio(add([loan.base.opening for loan in senior]), add([loan.commitment for loan in senior]))
    drawn = section.line("drawn_share", "Share of senior commitments drawn", where(clock.completed, share, 1), RATIO)
    planned = section.line("service", "Senior service, as planned", service)
    months = tuple(senior[0].terms.payment_months)
    return Plan(section, senior, planned, drawn, dates(section, senior), months)


def tested(plan: Plan, senior: Sequence[Loan]) -> SeniorDates:
    """The dates on which cover is tested: those of a facility that refinances others too.

    Args:
        senior: Senior facilities.
    """
    later = [loan.repaying for loan in senior if loan.terms.refinances]
    if not later:
        return plan.dates
    label = "Repayment date of senior debt, refinancing included"
    repaying = plan.section.flag("tested_date", label, hi(0, plan.dates.repaying, *later))
    return replace(plan.dates, repaying=repaying)
