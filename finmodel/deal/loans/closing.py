"""Closing a facility, once funding and the waterfall have said what is drawn and paid: its balances and its lender.

Sign:    every line is the positive amount that its label names; what is drawn less debt service may be negative.
Timing:  at the end of each period.
Source:  see `finmodel.deal.loans.facility`, which opens it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.deal.loans import pik as piks
from finmodel.deal.loans.facility import Loan
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, add, ratio
from finmodel.kernel.model import Line


@dataclass(frozen=True, eq=False, repr=False)
class Repaid:
    """Of a facility, once it is closed: all principal repaid, and what is drawn less debt service and fees."""

    principal: Line
    net_borrowed: Line


def close_loan(loan: Loan, drawn: Expr, interest: Expr, principal: Expr, gone: Sequence[Expr], clock: Clock) -> Repaid:
    """Say what was drawn and paid; balances close.

    What another facility repaid, or cash prepaid, scales the schedule. Interest that is capitalised joins the balance.
    Construction interest is capitalised by `capitalise`, else paid from funding. In operation, unpaid senior
    interest becomes overdue; unpaid junior interest is capitalised and is no default, but for what a gate defers.

    Args:
        loan: The facility, as it was opened.
        drawn: What is drawn of it [reporting currency per period, as all amounts].
        interest: Interest that operations pay.
        principal: Principal that operations pay as due.
        gone: What else of the balance is gone: repaid by another facility, or prepaid.
        clock: Rows of time.
    """
    section, title = loan.section, loan.label
    loan.drawn.define(drawn)
    unpaid = loan.due_interest - interest
    joins: list[Expr] = [loan.idc] if loan.terms.capitalise else []
    joins += [unpaid] if loan.overdue is None else []
    capitalised = [section.line("capitalised", f"{title}: Interest capitalised", add(joins))] if joins else []
    scheduled = [ratio(amount, loan.planned) for amount in gone]
    loan.base.close(add=[loan.drawn, *(line * clock.construction for line in capitalised)], less=scheduled)
    loan.outstanding.close(add=[loan.drawn, *capitalised], less=[principal, *_paid_early(loan), *gone])
    loan.accrued.close(add=[loan.interest], less=[loan.fallen_due])
    if loan.overdue is not None:
        loan.overdue.closing.define(unpaid)
    piks.close(loan.pik, loan.section)
    return _note(loan, interest, [principal, *gone])


def _note(loan: Loan, paid_interest: Expr, others: list[Expr]) -> Repaid:
    """What the lender brings and takes, and what is owed to it."""
    register, lender = loan.section.model.register, f"facility.{loan.id}"
    register.receives(loan.drawn, lender)
    interest = paid_interest if loan.terms.capitalise else paid_interest + loan.idc
    title, section = loan.label, loan.section
    principal = section.line("principal_paid", f"{title}: Principal repaid, all", add([*others, *_paid_early(loan)]))
    cost = interest + loan.fees + loan.agency + principal
    net = section.line("net_borrowed", f"{title}: Drawn less debt service and fees", loan.drawn - cost)
    if loan.withheld is not None:
        interest = interest - loan.withheld.from_interest(loan.section, interest)
    for amount in (interest, *others, loan.fees, loan.agency, *_paid_early(loan)):
        register.pays(amount, lender)
    register.owes("loans", loan.outstanding.closing)
    register.owes("interest_accrued", loan.accrued.closing)
    if loan.overdue is not None:
        register.owes("interest_overdue", loan.overdue.closing)
    return Repaid(principal, net)


def _paid_early(loan: Loan) -> list[Line]:
    return [] if loan.early is None else [loan.early]
