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
from finmodel.kernel.expr import Expr, add
from finmodel.kernel.model import Model


def join(model: Model, owners: Sequence[Owner], loans: Sequence[Loan]) -> tuple[list[Owner], list[Expr]]:
    """Owners with their loans among what they put in and got, and what the loans add to the flow of all equity."""
    joined: list[Owner] = []
    added: list[Expr] = []
    for owner in owners:
        own = [loan for loan in loans if loan.terms.owner == owner.id]
        if own:
            owner = _with_loans(model, owner, own)
            added.append(model.find(f"equity.{owner.id}.net_loans"))
        joined.append(owner)
    return joined, added


def _with_loans(model: Model, owner: Owner, loans: Sequence[Loan]) -> Owner:
    section = model.sections[f"equity.{owner.id}"]
    line, title = section.line, owner.terms.label
    cash = [model.register.cash_of(f"facility.{loan.id}") for loan in loans]
    lent = line("lent", f"{title}: Lent", add([received for _, received in cash]))
    back = line("loan_received", f"{title}: Received on its loans", add([paid for paid, _ in cash]))
    line("net_loans", f"{title}: Net flow of its loans", back - lent)
    put_in = line("all_in", f"{title}: Paid in, and lent", owner.put_in + lent)
    got = line("all_out", f"{title}: Received, with its loans", owner.got + back)
    net = line("net_all", f"{title}: Net flow, with its loans", got - put_in)
    return replace(owner, put_in=put_in, got=got, net=net)
