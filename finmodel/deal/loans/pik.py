"""Interest of mezzanine that a gate stops, deferred at a rate of its own (PIK): a balance beside the loan.

Sign:    every line is the positive amount that its label names.
Timing:  on a payment date whose gate is closed the interest falling due joins the balance. The balance bears interest
         at its rate, which falls due with that of the loan. It is paid on the first dates with cash left after the
         service of the date, and falls due in full with the last repayment, gate or no gate; until all of it is paid
         nothing is distributed. Principal that a gate stops is arrears, as is interest left unpaid by an open gate.
Source:  a bank's covenant page: interest that a gate stops is capitalised where the loan has a PIK rate, without
         arrears; it is arrears of its rank without one, and never a default of senior debt.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.loans.currency import Exchange
from finmodel.deal.loans.terms import Facility
from finmodel.deal.tax.withholding import Withheld
from finmodel.kernel.expr import Expr, ratio
from finmodel.kernel.model import Account, Line, Section


@dataclass(frozen=True, eq=False, repr=False)
class Pik:
    """Deferred interest: its balance and yearly rate, what a closed gate adds to it, and what is due of it."""

    account: Account
    rate: Expr
    stopped: Line
    called: Line


def begin(loan: Section, facility: Facility, exchange: Exchange, withheld: Withheld | None) -> Pik | None:
    """Open the balance; None where the facility has no rate for it. The waterfall says what is stopped and due."""
    if facility.pik_rate is None:
        return None
    title, rate = loan.title, facility.pik_rate
    return Pik(
        account=exchange.account(loan, "pik", f"{title}: Deferred interest (PIK)"),
        rate=rate if withheld is None or not facility.gross_up else ratio(rate, 1 - withheld.rate),
        stopped=loan.ahead("pik_added", f"{title}: Interest deferred on its date"),
        called=loan.ahead("pik_due", f"{title}: Deferred interest, due now"),
    )


def interest(pik: Pik | None, own: Expr, years: Line) -> Expr:
    """Interest of the loan, and that of what is deferred of it.

    Args:
        own: Interest of the loan by itself.
        years: Length of each period [year].
    """
    return own if pik is None else own + pik.account.opening * pik.rate * years


def due(pik: Pik | None, payable: Line) -> Expr:
    """Interest due of what falls due: but for what is deferred now, and with what was.

    Args:
        payable: Interest that falls due in the period.
    """
    return payable if pik is None else payable - pik.stopped + pik.called


def accounts(pik: Pik | None) -> list[Account]:
    """The balance, where there is one."""
    return [] if pik is None else [pik.account]


def close(pik: Pik | None, loan: Section) -> None:
    """Close the balance; it is owed to the lender."""
    if pik is not None:
        pik.account.close(add=[pik.stopped], less=[pik.called])
        loan.model.register.owes("interest_deferred", pik.account.closing)
