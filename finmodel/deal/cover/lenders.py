"""What each lender loses, with and without its cover: draws less all receipts at the contract rate, to financial close.

Money:   the lender counts in its own: of a loan in another currency, all amounts are at the exchange rate of close.
Sign:    the loss of a lender may be negative: default interest is its gain.
Timing:  contract interest joins what is owed on payment dates; what is left in the last period is lost.
Source:  the lender's loss, in % of what was drawn (F33).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finmodel.deal.cover.events import Events
from finmodel.deal.loans.facility import Loan
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Const, Expr, add, ratio
from finmodel.kernel.folds import total
from finmodel.kernel.model import Account, Line, Section
from finmodel.kernel.units import RATIO


@dataclass(frozen=True, eq=False, repr=False)
class Paid:
    """What the waterfall paid on each facility, the events of the deal, and the cash that they took away.

    `gone` is principal paid before it was due: refinanced, or prepaid; `blocked` is cash that is not transferred.
    """

    interest: Mapping[str, Expr]
    principal: Mapping[str, Expr]
    gone: Mapping[str, Sequence[Expr]]
    events: Events
    operations_lost: Line | None
    blocked: Line | None


@dataclass(frozen=True, eq=False, repr=False)
class _Contract:
    """What a lender is owed by contract: interest accrued per unit, and the dates on which it is paid."""

    accrual: Expr
    dates: Expr


def build(section: Section, loan: Loan, paid: Paid, claimed: Expr | None, clock: Clock) -> None:
    """Declare the loss of a lender without cover, and with it where it has any, as results.

    Args:
        section: The lender's section, in the reporting currency.
        loan: Its facility.
        paid: What was paid on all facilities.
        claimed: Claims less what they cost the lender [reporting currency per period]; None without cover.
        clock: Rows of time.
    """
    title = section.title
    received = _all_received(loan, paid)
    contract = _Contract(loan.rate * clock.years_by(loan.terms.day_count), loan.pays | clock.last)
    factor = section.ahead("discount", f"{title}: Discount factor at the contract rate", RATIO)
    factor.define(factor.lag(1, 1) * ratio(1, 1 + loan.window_rate * contract.dates))
    lent = loan.drawn
    if loan.growth is not None:
        lent = section.line("lent", f"{title}: Drawn, at the exchange rate of close", _own(loan, lent))
    drawn = section.line("drawn", f"{title}: Drawn", total(lent))
    got = section.line("received", f"{title}: Received", _own(loan, received))
    ways = {"": got}
    if claimed is not None:
        label = f"{title}: Received, with claims"
        ways["covered"] = section.line("net_received_covered", label, got + _own(loan, claimed))
    for way, amount in ways.items():
        words = f"{title}, {'with' if way else 'without'} cover"
        value = _unpaid(section, f"{way}." if way else "", words, lent, amount, contract)
        name = f"{way}.net_loss" if way else "net_loss"
        lost = section.line(name, f"{words}: Loss, present value", value.closing * factor * clock.last)
        label = f"{words}: Loss, share of what was drawn"
        share = section.line(f"{name}_share", label, ratio(total(lost), drawn), RATIO)
        section.model.metric(f"lender_loss_covered.{loan.id}" if way else f"lender_loss.{loan.id}", share)


def _all_received(loan: Loan, paid: Paid) -> Expr:
    """Interest and principal of a facility, whoever pays them, with what was paid from funding."""
    received = add([paid.interest.get(loan.id, Const(0)), paid.principal[loan.id], *paid.gone[loan.id]])
    if not loan.terms.capitalise:
        received = received + loan.idc
    return received if loan.early is None else received + loan.early


def _own(loan: Loan, amount: Expr) -> Expr:
    """An amount in the loan's own money, at the exchange rate of close."""
    return amount if loan.growth is None else ratio(amount, loan.growth)


def _unpaid(section: Section, prefix: str, title: str, lent: Line, received: Line, contract: _Contract) -> Account:
    """What the lender has still to receive: draws and contract interest, joined on payment dates, less receipts."""
    value = section.account(f"{prefix}net_value", f"{title}: Still to be received")
    waiting = section.account(f"{prefix}net_interest", f"{title}: Contract interest, not due")
    accrued = value.opening * contract.accrual
    earned = section.line(f"{prefix}net_interest.earned", f"{title}: Contract interest", accrued)
    due = (waiting.opening + earned) * contract.dates
    joins = section.line(f"{prefix}net_interest.joins", f"{title}: Contract interest due", due)
    waiting.close(add=[earned], less=[joins])
    value.close(add=[lent, joins], less=[received])
    return value
