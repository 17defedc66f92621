"""Rules of public money and of tax credits: windows, shares of profit, and keys that go together."""

from __future__ import annotations

from collections.abc import Iterator

from finmodel.case.describe import nearest
from finmodel.case.expand import Fault
from finmodel.case.leaf import typed
from finmodel.case.quantity import clip
from finmodel.case.wording import quoted
from finmodel.deal.ruling import TOLERANCE, Rule, day, percent
from finmodel.deal.schema import CaseTables
from finmodel.kernel.expr import Given


def windows_of_public_money_are_whole(case: CaseTables) -> Iterator[Fault]:
    """A window has two dates, the second after the first."""
    for name, grant in case.grant.items():
        given = {"start": grant.start, "end": grant.end}
        missing = [word for word, date in given.items() if date is None]
        if len(missing) == 1:
            there = "end" if missing[0] == "start" else "start"
            wrong = f"a window has two dates: {there} is given, and {missing[0]} is not."
            yield f"grant.{name}.{there}", wrong, f"Write {missing[0]} = … beside it, or remove {there}."
        elif grant.start is not None and grant.end is not None:
            yield from _order(f"grant.{name}", grant.start, grant.end)
    for name, subsidy in case.subsidy.items():
        yield from _order(f"subsidy.{name}", subsidy.start, subsidy.end)


def _order(key: str, start: Given, end: Given) -> Iterator[Fault]:
    if day(end) < day(start):
        wrong = f"the window ends on {day(end)}, before it starts on {day(start)}."
        yield f"{key}.end", wrong, f"Write an end after {day(start)}."


def claw_back_takes_no_more_than_there_is(case: CaseTables) -> Iterator[Fault]:
    """All grants together take back at most the whole of what could be distributed."""
    shares = {
        name: grant.claw_back.share
        for name, grant in case.grant.items()
        if grant.claw_back is not None and grant.claw_back.basis == "distributions"
    }
    total = sum(share.number for share in shares.values())
    if total > 1 + TOLERANCE:
        parts = " + ".join(f"{name} {percent(share.number)}" for name, share in shares.items())
        wrong = f"grants take back {percent(total)} of distributions ({parts}): together they take at most 100 %."
        yield f"grant.{list(shares)[-1]}.claw_back.share", wrong, f"Lower the shares by {percent(total - 1)} in all."


def books_by_output_know_their_node(case: CaseTables) -> Iterator[Fault]:
    """A cost that is written off by output names the node that makes it; any other names none."""
    for name, capex in case.capex.items():
        if capex.books == "output" and capex.node is None:
            wrong = 'books = "output" follows what a node makes, and this cost names none.'
            yield f"capex.{name}.books", wrong, f"Write node = {quoted(list(case.node))}."
        if capex.books != "output" and capex.node is not None:
            wrong = 'node is read with books = "output" alone.'
            yield f"capex.{name}.node", wrong, 'Write books = "output", or remove the line.'


def credits_have_the_keys_of_their_kind(case: CaseTables) -> Iterator[Fault]:
    """A refund comes after a lag; what is set off has a limit and a life."""
    for name, entity in case.entity.items():
        credit, key = entity.investment_credit, f"entity.{name}.investment_credit"
        if credit is None:
            continue
        if credit.refundable:
            unread = {"limit": typed(credit.limit), "years": credit.years is not None}
        else:
            unread = {"lag": typed(credit.lag)}
        kind = "refunded" if credit.refundable else "set off against tax"
        for word in (word for word, given in unread.items() if given):
            other = "false" if credit.refundable else "true"
            wrong = f"{word} is not read for a credit that is {kind}."
            yield f"{key}.{word}", wrong, f"Remove it, or write refundable = {other}."


def kinds_of_recipient_are_known(case: CaseTables) -> Iterator[Fault]:
    """A facility and a class name a kind of recipient that the borrower has a rate for."""
    name, borrower = next(((name, entity) for name, entity in case.entity.items() if entity.borrower), ("", None))
    if borrower is None:
        return
    paid = {f"facility.{id}": loan.withholding for id, loan in case.facility.items()}
    paid |= {f"equity.{id}": owner.withholding for id, owner in case.equity.items()}
    for key, kind in paid.items():
        if kind is not None and kind not in borrower.withholding:
            table = f"entity.{name}.withholding"
            near = nearest(kind, borrower.withholding)
            known = f"Write {quoted(list(borrower.withholding))}, or add {clip(kind)} to [{table}]."
            remedy = (
                f'Did you mean "{near}"?'
                if near
                else known
                if borrower.withholding
                else f'Add {clip(kind)} = "10 %" to [{table}].'
            )
            yield f"{key}.withholding", f'"{clip(kind)}" is not a kind of recipient in [{table}].', remedy


def tax_is_withheld_from_interest_that_is_paid(case: CaseTables) -> Iterator[Fault]:
    """Interest that joins a loan is not paid, so nothing is withheld from it; a gross-up belongs to a tax."""
    for name, loan in case.facility.items():
        if loan.withholding is not None and loan.capitalise:
            wrong = "tax is withheld from interest that is paid, and this facility capitalises its interest."
            yield f"facility.{name}.withholding", wrong, "Write capitalise = false, or remove the line."
        if not loan.gross_up and loan.withholding is None:
            wrong = "gross_up = false is given, but no tax is withheld from this lender."
            yield f"facility.{name}.gross_up", wrong, 'Write withholding = "…" beside it, or remove the line.'


def companies_are_several(case: CaseTables) -> Iterator[Fault]:
    """An account within the group takes two companies."""
    if case.intercompany is not None and len(case.entity) == 1:
        wrong = f"the case has one company, {next(iter(case.entity))}: there is nothing within the group."
        yield "intercompany", wrong, "Remove the table, or add a table [entity.other]."


RULES: list[Rule] = [
    companies_are_several,
    kinds_of_recipient_are_known,
    tax_is_withheld_from_interest_that_is_paid,
    windows_of_public_money_are_whole,
    claw_back_takes_no_more_than_there_is,
    books_by_output_know_their_node,
    credits_have_the_keys_of_their_kind,
]
