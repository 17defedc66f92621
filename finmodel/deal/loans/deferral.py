"""Interest that a lender puts off, and forgives: events in the life of a loan that its schedule does not know.

Sign:    every line is the positive amount that its label names.
Timing:  a share of the interest falling due on a date is put off; it bears no interest, and falls due with the last
         repayment, but for what is forgiven before.
Source:  the loan of JARE to Lynas: interest of 2016 put off, and forgiven in 2023 (F40). What is forgiven is income of
         the borrower, and taxable (assumed). The plan and the sizing of debt count interest as if it were not put off.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.loans.currency import Exchange
from finmodel.deal.loans.schedule import Course
from finmodel.deal.loans.terms import Facility
from finmodel.deal.time.calendar import RATIO_ROUNDING
from finmodel.kernel.expr import Const
from finmodel.kernel.model import Account, Line, Section


@dataclass(frozen=True, eq=False, repr=False)
class Deferral:
    """The balance of interest put off, None where none can be, and the interest that must be paid now."""

    account: Account | None
    payable: Line


def build(
    loan: Section, facility: Facility, exchange: Exchange, falls_due: Line, course: Course, borrower: str
) -> Deferral:
    """Declare what is put off, forgiven and due.

    Args:
        loan: The facility's section.
        facility: Its terms.
        exchange: Its currency.
        falls_due: Interest falling due, before any is put off.
        course: Its repayment dates and the share still to repay.
        borrower: The entity that is taxed on what is forgiven.
    """
    if facility.deferred is None:
        return Deferral(None, falls_due)
    title = loan.title
    account = exchange.account(loan, "deferred", f"{title}: Interest put off")
    put_off = loan.line("put_off", f"{title}: Interest put off on its date", falls_due * facility.deferred)
    share = Const(0) if facility.forgiven is None else facility.forgiven
    forgiven = loan.line("forgiven", f"{title}: Interest forgiven", account.opening * share)
    last = course.repaying & (course.planned <= RATIO_ROUNDING)
    due = loan.line("deferred_due", f"{title}: Interest put off, falling due", (account.opening - forgiven) * last)
    account.close(add=[put_off], less=[forgiven, due])
    register = loan.model.register
    register.owes("interest_deferred", account.closing)
    register.earns("debt_forgiven", forgiven)
    register.taxes(forgiven, borrower)
    pays = loan.line(
        "interest_payable_now", f"{title}: Interest falling due, but for what is put off", falls_due - put_off + due
    )
    return Deferral(account, pays)
