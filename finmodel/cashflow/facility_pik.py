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

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finmodel.base.expr import Expr, add, hi, lo, ratio, where
from finmodel.base.model import Account, Line, Section
from finmodel.case.calendar import RATIO_ROUNDING
from finmodel.case.schema_debt import Facility
from finmodel.cashflow.facility_currency import Exchange
from finmodel.cashflow.withholding import Withheld

if TYPE_CHECKING:
    from finmodel.cashflow.facility import Loan


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
    """Interest of the loan, and that of what is deferred of it."""
    return own if pik is None else own + pik.account.opening * pik.rate * years


def due(pik: Pik | None, payable: Line) -> Expr:
    """Interest due of what falls due: but for what is deferred now, and with what was."""
    return payable if pik is None else payable - pik.stopped + pik.called


def accounts(pik: Pik | None) -> list[Account]:
    """The balance, where there is one."""
    return [] if pik is None else [pik.account]


def settle(loans: Sequence[Loan], closed: Expr, means: Expr) -> None:
    """Say what a closed gate defers, and what of the balances is due: all at the end, before it what cash allows.

    Args:
        closed: 1 on a payment date whose gate is closed.
        means: Cash behind the gate, for all facilities of the rank; nothing where it is closed.
    """
    balances = {loan.id: loan.pik.account for loan in loans if loan.pik is not None}
    owed = add([account.opening for account in balances.values()])
    spare = hi(0, means - add([loan.falls_due for loan in loans]) - add([loan.due_principal for loan in loans]))
    for loan in loans:
        if loan.pik is None:
            continue
        opening, over = loan.pik.account.opening, loan.planned <= RATIO_ROUNDING
        loan.pik.stopped.define(loan.falls_due * (closed & ~over))
        loan.pik.called.define(where(over, opening, lo(owed, spare) * ratio(opening, owed)))


def close(loan: Loan) -> None:
    """Close the balance; it is owed to the lender."""
    if loan.pik is not None:
        loan.pik.account.close(add=[loan.pik.stopped], less=[loan.pik.called])
        loan.section.model.register.owes("interest_deferred", loan.pik.account.closing)


def balances(loans: Sequence[Loan]) -> list[Line]:
    """What is deferred at the end of the period, by facility."""
    return [loan.pik.account.closing for loan in loans if loan.pik is not None]
