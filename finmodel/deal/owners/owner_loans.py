"""Loans that owners make to the deal: what a class lends and gets back counts in its return, beside its equity.

Sign:    every line is the positive amount that its label names, or is called net.
Timing:  when cash moves.
Source:  F28: a class's cash in, shareholder loans included, against all cash out, after withholding tax.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from finmodel.deal.loans.facility import Loan
from finmodel.deal.owners.equity import Owner
from finmodel.kernel.expr import add


def join(owners: Sequence[Owner], loans: Sequence[Loan]) -> list[Owner]:
    """Owners with their loans among what they put in and got; `net_loans` is what these add to the equity flow.

    Args:
        owners: Classes of equity, before their loans.
        loans: All facilities.
    """
    joined: list[Owner] = []
    for owner in owners:
        own = [loan for loan in loans if loan.terms.owner == owner.id]
        joined.append(_with_loans(owner, own) if own else owner)
    return joined


def _with_loans(owner: Owner, loans: Sequence[Loan]) -> Owner:
    line, title, register = owner.section.line, owner.terms.label, owner.section.model.register
    cash = [register.cash_of(f"facility.{loan.id}") for loan in loans]
    lent = line("lent", f"{title}: Lent", add([received for _, received in cash]))
    back = line("loan_received", f"{title}: Received on its loans", add([paid for paid, _ in cash]))
    net_loans = line("net_loans", f"{title}: Net flow of its loans", back - lent)
    put_in = line("all_in", f"{title}: Paid in, and lent", owner.put_in + lent)
    got = line("all_out", f"{title}: Received, with its loans", owner.got + back)
    net = line("net_all", f"{title}: Net flow, with its loans", got - put_in)
    return replace(owner, put_in=put_in, got=got, net=net, net_loans=net_loans)
