"""Senior debt as one: its dates, and the rate at which its cash is valued.

Timing:  all senior facilities pay on the same dates; those with a schedule of their own repay on some of these.
Source:  life cover is discounted at the facilities' rates, weighted by what each is planned to owe (F7).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.base.expr import Const, Expr, add, hi, ratio
from finmodel.base.model import Line, Model, Section
from finmodel.base.units import RATIO
from finmodel.cashflow.facility import Loan, weighted_rate


@dataclass(frozen=True)
class SeniorDates:
    """Payment dates, dates on which some facility repays, and how many of these have come so far."""

    pays: Line
    repaying: Line
    number: Line


def dates(model: Model, senior: Sequence[Loan]) -> SeniorDates:
    """The dates of all senior facilities: those of the first where they share one schedule."""
    first = shared(senior)[0]
    number = model.find(f"{first.section.name}.instalment")
    if not own(senior):
        return SeniorDates(first.pays, first.repaying, number)
    section = model.sections["plan"]
    repaying = section.flag(
        "repayment_date", "Repayment date of senior debt", hi(0, *(loan.repaying for loan in senior))
    )
    count = section.ahead("repayment_number", "Repayment dates of senior debt so far", RATIO)
    return SeniorDates(first.pays, repaying, count.define(count.prev + repaying))


def own(senior: Sequence[Loan]) -> list[Loan]:
    """Facilities with a schedule of their own."""
    return [loan for loan in senior if loan.terms.own_schedule]


def shared(senior: Sequence[Loan]) -> list[Loan]:
    """Facilities on the one schedule."""
    return [loan for loan in senior if not loan.terms.own_schedule]


def share(loan: Loan) -> Expr:
    """A facility's part of senior debt."""
    return Const(1) if loan.terms.share is None else loan.terms.share


def unit_service(loan: Loan) -> Expr:
    """Planned principal and interest at each payment date, per unit of the facility."""
    return loan.schedule + loan.window_rate * loan.planned.lag(1, 1) * loan.pays


def rate(section: Section, senior: Sequence[Loan]) -> Line:
    """Declare senior interest over the window, per unit owed."""
    label = "Senior interest over the window, per unit"
    fixed = [share(loan) for loan in senior]
    if not own(senior):
        return weighted_rate(section, "window_rate", label, list(senior), fixed)
    owed = [loan.planned.lag(1, 1) * share(loan) for loan in senior]
    by_share = add([loan.window_rate * part for loan, part in zip(senior, fixed, strict=True)])
    weighted = add([loan.window_rate * part for loan, part in zip(senior, owed, strict=True)])
    return section.line("window_rate", label, ratio(weighted, add(owed), by_share), RATIO)
