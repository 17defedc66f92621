"""Inventory finance: stock in a warehouse is sold and bought back later; what is lent follows its value.

Sign:    every line is the positive amount that its label names; net cash may be negative.
Timing:  at period end a share of the value of the stock is lent. New money comes when the deal is rolled; money goes
         back in any period in which the stock is sold or worth less. Interest and the guarantor's fee are on the
         opening balance.
Call:    of what goes back, a margin call is what the stock of the opening would no longer back at the period's prices
         and share; the rest is repaid on the sale of stock.
Source:  terms of metal repos: advance rate, haircut, margin call, tenor that rolls, backing by an insurer.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.operations import Operations
from finmodel.deal.plant.goods import market_value
from finmodel.deal.short_term.terms import Repo
from finmodel.deal.time import calendar
from finmodel.deal.time.calendar import KG_PER_T
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, add, hi, lo, where
from finmodel.kernel.model import Line, Section
from finmodel.kernel.units import MONTH, PER_YEAR


@dataclass(frozen=True, eq=False, repr=False)
class StockLoan:
    """What is lent against stock: interest, the guarantor's fee, cash left of drawings, and margin calls."""

    interest: Line
    fee: Line | None
    net_cash: Line
    margin_call: Line


def build(context: Context, name: str, terms: Repo, rate: Expr, works: Operations) -> StockLoan:
    """Declare the balance of one repo and what it costs.

    Args:
        context: The deal's model, time and money.
        name: The repo's name in the case.
        terms: Its terms.
        rate: Its rate of interest [1/year].
        works: Operations, whose stock it lends against.
    """
    clock, money = context.clock, context.money
    section = context.model.section(f"repo.{name}", money.money, terms.label)
    title, owed = terms.label, section.account("outstanding", f"{terms.label}: Outstanding")
    value, before = _values(context, section, terms, works)
    going_on = clock.operations & ~clock.last_operation
    most = value * terms.advance * going_on
    limited = most if terms.limit is None else lo(most, money.convert(terms.limit))
    backed = section.line("backed", f"{title}: What the stock backs", limited)
    kept = backed if terms.tenor is None else where(_rolls(section, terms, clock), backed, lo(owed.opening, backed))
    moved = kept - owed.opening
    drawn = section.line("drawn", f"{title}: Drawn", hi(0, moved))
    back = section.line("repaid", f"{title}: Repaid", hi(0, -moved))
    owed.close(add=[drawn], less=[back])
    called = lo(back, hi(0, owed.opening - before * terms.advance))
    call = section.line("margin_call", f"{title}: Margin call", called * going_on)
    section.line("repaid_on_sale", f"{title}: Repaid on the sale of stock", back - call)
    years = clock.years_by(terms.day_count)
    yearly = section.line("rate", f"{title}: Interest rate", rate, PER_YEAR)
    interest = section.line("interest", f"{title}: Interest on the opening balance", owed.opening * yearly * years)
    register, party = context.register, f"repo.{name}"
    register.owes("inventory_finance", owed.closing)
    register.receives(drawn, party)
    register.pays(back, party)
    register.pays(interest, party)
    net: Expr = drawn - back - interest
    fee = None
    if terms.guarantee_fee is not None:
        label = f"{title}: Fee of {terms.guarantor or 'the guarantor'}"
        fee = section.line("guarantee_fee", label, owed.opening * terms.guarantee_fee * years)
        register.pays(fee, f"guarantor.{name}")
        net = net - fee
    return StockLoan(interest, fee, section.line("net_cash", f"{title}: Net cash", net), call)


def _values(context: Context, section: Section, terms: Repo, works: Operations) -> tuple[Line, Line]:
    """The value of the stock at the period's end, and that of the stock of its opening at the period's prices."""
    after: list[Expr] = []
    before: list[Expr] = []
    for product in terms.products:
        stock, worth = works.stocks[product], _worth(context, terms, product, works)
        after.append(stock.closing * worth)
        before.append(stock.opening * worth)
    value = section.line("stock_value", f"{terms.label}: Value of the stock", add(after))
    return value, section.line("opening_value", f"{terms.label}: Value of the opening stock, now", add(before))


def _worth(context: Context, terms: Repo, product: str, works: Operations) -> Expr:
    """Value of a tonne in stock: what spot buyers pay, or what it cost."""
    goods = works.chain.goods[product]
    if terms.basis == "cost":
        return works.inventory.average[product]
    index = works.market.index[goods.terms.price] * (1 - goods.terms.spot_discount)
    return KG_PER_T * market_value(goods.terms, index, goods.contained, context.money)


def _rolls(section: Section, terms: Repo, clock: Clock) -> Line:
    """1 where the deal is rolled: every so many months since the first period."""
    assert terms.tenor is not None
    step = calendar.given("calendar.months", float(clock.timeline.months), str(MONTH), "Months in a period")
    age = section.ahead("age", f"{terms.label}: Time since it was rolled", MONTH)
    rolls = section.flag("rolls", f"{terms.label}: Rolled", age >= terms.tenor)
    age.define(age.prev * ~rolls.prev + step)
    return rolls
