"""Senior debt as one: its dates, and the rate at which its cash is valued.

Timing:  all senior facilities pay on the same dates; those with a schedule of their own repay on some of these.
Source:  life cover is discounted at the facilities' rates, weighted by what each is planned to owe (F7).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.deal.loans.facility import Loan
from finmodel.deal.sizing.sculpting import Form
from finmodel.kernel.expr import Const, Expr, add, hi, ratio, where
from finmodel.kernel.model import Line, Section
from finmodel.kernel.units import RATIO


@dataclass(frozen=True, eq=False, repr=False)
class SeniorDates:
    """Payment dates, dates on which some facility repays, and how many of these have come so far."""

    pays: Line
    repaying: Line
    number: Line


@dataclass(frozen=True, eq=False, repr=False)
class Capacity:
    """What senior debt is sized on: its dates, and per date the cash that lenders count and what may be paid of it.

    `form` is how a sculpted schedule uses what is left where another limit binds.
    """

    dates: SeniorDates
    window: Line
    service: Line
    form: Form


@dataclass(frozen=True, eq=False, repr=False)
class AtCover:
    """Debt at the debt service cover: the limits, and what one more of capacity on each date adds to it.

    `binds` flags the date that carries least, None where all dates bind together; `schedule` are the shares of sculpted
    debt that fall due, None where nothing is sculpted.
    """

    limits: list[Line]
    worth: Line
    binds: Line | None = None
    schedule: Line | None = None


def dates(section: Section, senior: Sequence[Loan]) -> SeniorDates:
    """The dates of all senior facilities: those of the first where they share one schedule.

    Args:
        senior: Senior facilities.
    """
    first = shared(senior)[0]
    if not own(senior):
        return SeniorDates(first.pays, first.repaying, first.instalment)
    repaying = section.flag(
        "repayment_date", "Repayment date of senior debt", hi(0, *(loan.repaying for loan in senior))
    )
    count = section.ahead("repayment_number", "Repayment dates of senior debt so far", RATIO)
    return SeniorDates(first.pays, repaying, count.define(count.prev + repaying))


def own(senior: Sequence[Loan]) -> list[Loan]:
    """Facilities with a schedule of their own.

    Args:
        senior: Senior facilities.
    """
    return [loan for loan in senior if loan.terms.own_schedule]


def shared(senior: Sequence[Loan]) -> list[Loan]:
    """Facilities on the one schedule.

    Args:
        senior: Senior facilities.
    """
    return [loan for loan in senior if not loan.terms.own_schedule]


def share(loan: Loan) -> Expr:
    """A facility's part of senior debt."""
    return Const(1) if loan.terms.share is None else loan.terms.share


def worth(loan: Loan) -> Expr:
    """A facility's part of senior debt, at what its currency is worth in the period."""
    return share(loan) if loan.growth is None else share(loan) * loan.growth


def unit_service(loan: Loan) -> Expr:
    """Planned principal and interest at each payment date, per unit of the facility in its own currency."""
    return loan.schedule + loan.window_rate * loan.planned.lag(1, 1) * loan.pays


def foreign(loans: Sequence[Loan]) -> bool:
    """Whether any facility is in another currency than the deal.

    Args:
        loans: Facilities.
    """
    return any(loan.growth is not None for loan in loans)


def growth(section: Section, loans: Sequence[Loan], name: str) -> Line | None:
    """Declare what the facilities' currencies are worth against close, by shares; None in the reporting currency.

    Args:
        loans: Facilities.
        name: Name of the line.
    """
    if not foreign(loans):
        return None
    value = ratio(add([worth(loan) for loan in loans]), add([share(loan) for loan in loans]))
    return section.line(name, "Value of senior currencies, against close", value, RATIO)


def interest(section: Section, loans: Sequence[Loan]) -> Line:
    """Declare interest over the window per unit of the facilities, by shares, in money of the date.

    Args:
        loans: Facilities.

    Returns:
        Interest per unit owed at close [ratio].
    """
    rates = add([loan.window_rate * worth(loan) for loan in loans])
    parts = add([share(loan) for loan in loans])
    label = "Interest of sculpted debt over the window, per unit"
    return section.line("sculpted_rate", label, ratio(rates, parts), RATIO)


def rate(section: Section, senior: Sequence[Loan]) -> Line:
    """Declare senior interest over the window, per unit owed; a currency that has become dearer counts as interest.

    Args:
        senior: Senior facilities.

    Returns:
        Interest of the window per unit owed [ratio].
    """
    label = "Senior interest over the window, per unit"
    by_share = add([loan.window_rate * share(loan) for loan in senior])
    if not own(senior) and not foreign(senior):
        return section.line("window_rate", label, by_share, RATIO)
    planned = [loan.planned.lag(1, 1) for loan in senior]
    before = add([left * _before(loan) for loan, left in zip(senior, planned, strict=True)])
    now = add([left * worth(loan) * (1 + loan.window_rate) for loan, left in zip(senior, planned, strict=True)])
    return section.line("window_rate", label, ratio(now, before, 1 + by_share) - 1, RATIO)


def _before(loan: Loan) -> Expr:
    """A facility's part of senior debt, at what its currency was worth on the payment date before."""
    if loan.growth is None:
        return share(loan)
    name, label = "currency_growth_before", f"{loan.label}: Value of its currency on the payment date before"
    kept = loan.section.ahead(name, label, RATIO)
    return share(loan) * kept.define(where(loan.pays.prev, loan.growth.prev, kept.lag(1, 1)))
