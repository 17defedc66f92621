"""A line of credit for working capital: it revolves, and is the last source before suppliers go unpaid.

Sign:    every line is the positive amount that its label names; what is drawn net of repayment may be negative.
Timing:  drawn and repaid at period end, within its limit and the share of receivables or stock that backs it; what
         these no longer back goes back at once. Interest is on the opening balance, a fee on what is not drawn.
Draws:   "shortfall": when cash of the period, the operating account and locked cash leave less than `keep`; cash
         beyond `keep` repays it before any other use. "base": always as much as the line and its base allow.
Source:  order of sources before a shortfall (F2), the credit committee's list (F39). Nothing is drawn from the last
         period of operations on.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.operations import Operations
from finmodel.deal.short_term.terms import CreditLine
from finmodel.kernel.expr import Expr, hi, lo
from finmodel.kernel.model import Account, Line, Section
from finmodel.kernel.units import PER_YEAR


@dataclass(frozen=True, eq=False, repr=False)
class Revolver:
    """A line of credit while the deal is declared: `most` is what may be drawn at period end."""

    section: Section
    terms: CreditLine
    account: Account
    most: Line
    keep: Expr
    interest: Line
    fee: Line
    net_drawn: Line


def begin(context: Context, name: str, terms: CreditLine, rate: Expr, works: Operations) -> Revolver:
    """Declare what the line costs and allows; what is drawn follows in `close`.

    Args:
        context: The deal's model, time and money.
        name: The line's name in the case.
        terms: Its terms.
        rate: Its rate of interest [1/year].
        works: Operations, whose bills and stock back it.
    """
    clock, money = context.clock, context.money
    title = terms.label
    section = context.model.section(f"credit_line.{name}", money.money, title)
    account = section.account("outstanding", f"{title}: Outstanding")
    limit = money.convert(terms.limit) * (clock.operations & ~clock.last_operation)
    base = _base(terms, works)
    allowed = limit if base is None else lo(limit, base * terms.advance)
    most = section.line("available", f"{title}: What may be drawn", allowed)
    years = clock.years_by(terms.day_count)
    yearly = section.line("rate", f"{title}: Interest rate", rate, PER_YEAR)
    interest = section.line("interest", f"{title}: Interest on the opening balance", account.opening * yearly * years)
    undrawn = hi(0, money.convert(terms.limit) * clock.operations - account.opening)
    fee = section.line("commitment_fee", f"{title}: Commitment fee", undrawn * terms.commitment_fee * years)
    net = section.ahead("net_drawn", f"{title}: Drawn less repaid")
    register, party = context.register, f"credit_line.{name}"
    register.owes("working_capital_line", account.closing)
    register.receives(net, party)
    register.pays(interest + fee, party)
    return Revolver(section, terms, account, most, money.convert(terms.keep), interest, fee, net)


def close(line: Revolver, cash: Expr) -> None:
    """Draw and repay: `cash` is what the period has without the line, before any payment."""
    section, title, owed = line.section, line.terms.label, line.account
    if line.terms.draws == "base":
        wanted: Expr = line.most
    else:
        before = section.line("net_cash_before", f"{title}: Cash without the line", cash)
        wanted = lo(line.most, hi(0, owed.opening + line.keep - before))
    drawn = section.line("drawn", f"{title}: Drawn", hi(0, wanted - owed.opening))
    back = section.line("repaid", f"{title}: Repaid", hi(0, owed.opening - wanted))
    owed.close(add=[drawn], less=[back])
    line.net_drawn.define(drawn - back)


def _base(terms: CreditLine, works: Operations) -> Expr | None:
    """What backs the line; None when nothing does."""
    receivable, stock = works.working.receivable.whole, works.inventory.closing
    every: dict[str, Expr | None] = {
        "none": None, "receivable": receivable, "stock": stock, "both": receivable + stock,
    }  # fmt: skip
    return every[terms.base]
