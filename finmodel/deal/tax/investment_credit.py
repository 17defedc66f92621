"""Investment tax credit: a share of the eligible cost of construction, refunded or set off against tax.

Sign:    every line is the positive amount that its label names.
Timing:  granted at completion, if that is in time. A refundable credit is received a lag later. Any other is set off
         up to a share of the tax of the year, the tax year of completion first, and carried for some years, the oldest
         first; what is too old is lost.
Source:  Japan's investment credit of 2026: 7 % of cost, up to a fifth of tax. The cost is without financing cost and
         net of grants, and the tax basis stays whole.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.tax import carry_forward
from finmodel.deal.tax.terms import InvestmentCredit
from finmodel.deal.time.running import settled
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, lo, month_of
from finmodel.kernel.model import Account, Line, Section


@dataclass(frozen=True, eq=False, repr=False)
class Refund:
    """A refundable credit [reporting currency per period]."""

    earned: Line
    received: Line
    receivable: Account


def refunded(context: Context, entity_id: str, label: str, terms: InvestmentCredit, cost: Line) -> Refund:
    """Declare a credit that the treasury pays out.

    Args:
        context: The deal's model, time and money.
        entity_id: The entity's name in the case.
        label: The entity in words.
        terms: The credit.
        cost: What is spent and is eligible [reporting currency per period].

    Returns:
        One value a period [reporting currency].
    """
    title, clock, register = f"{label}, investment credit", context.clock, context.register
    section = context.model.section(f"investment_credit.{entity_id}", cost.unit, title)
    earned = _granted(section, "", title, terms, cost, clock)
    receivable = section.account("receivable", f"{title}: Receivable")
    received = section.line("received", f"{title}: Received", settled(earned, receivable, terms.lag, clock))
    receivable.close(add=[earned], less=[received])
    register.receives(received, f"tax.{entity_id}")
    register.owns("credit_receivable", receivable.closing)
    register.earns("investment_credit", earned)
    return Refund(earned, received, receivable)


def set_off(
    section: Section, terms: InvestmentCredit, tax_to_date: Line, cost: Expr, assessed: Line, clock: Clock
) -> Line:
    """Declare what is set off against the tax of the year to date, in the tax currency.

    Args:
        section: The entity's tax section, in its tax currency.
        terms: The credit.
        tax_to_date: Tax of the year to date, before the credit [tax currency].
        cost: Eligible cost [tax currency per period].
        assessed: 1 where a tax year is assessed.
        clock: Rows of time.

    Returns:
        What is set off in the year to date [tax currency], one value a period.
    """
    title = f"{section.title}, investment credit"
    granted = _granted(section, "credit.", title, terms, cost, clock)
    account = section.account("credit", f"{title}: Carried forward")
    usable = lo(account.opening + granted, tax_to_date * terms.limit)
    to_date = section.line("credit.to_date", f"{title}: Set off, year to date", usable)
    used = section.line("credit.used", f"{title}: Set off", to_date * assessed)
    carry_forward.close(carry_forward.Carried(section, "credit", account, assessed, terms.years), granted, used, clock)
    return to_date


def _granted(section: Section, name: str, title: str, terms: InvestmentCredit, cost: Expr, clock: Clock) -> Line:
    """The credit on the cost of construction, in the period in which that is complete."""
    so_far = section.ahead(f"{name}cost_to_date", f"{title}: Cost to date")
    so_far.define(so_far.prev + cost * clock.construction)
    done: Expr = clock.last_construction
    if terms.until is not None:
        done = done & (clock.last_month <= month_of(terms.until))
    return section.line(f"{name}granted", f"{title}: Granted", so_far * terms.eligible * terms.share * done)
