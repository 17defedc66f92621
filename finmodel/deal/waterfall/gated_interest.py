"""Interest that a closed gate defers, and when the balance is due: what loans of a rank and their cash decide together.

Source:  see `finmodel.deal.loans.pik`, where the balance of each loan is.
"""

from __future__ import annotations

from collections.abc import Sequence

from finmodel.deal.loans.facility import Loan
from finmodel.deal.time.calendar import RATIO_ROUNDING
from finmodel.kernel.expr import Expr, add, hi, lo, ratio, where
from finmodel.kernel.model import Line


def settle(loans: Sequence[Loan], closed: Expr, means: Expr) -> None:
    """Say what a closed gate defers, and what of the balances is due: all at the end, before it what cash allows.

    Args:
        loans: Facilities that defer interest.
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


def balances(loans: Sequence[Loan]) -> list[Line]:
    """What is deferred at the end of the period, by facility.

    Args:
        loans: All facilities.
    """
    return [loan.pik.account.closing for loan in loans if loan.pik is not None]
