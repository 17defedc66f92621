"""Working capital: what is billed and not yet received or paid.

Sign:    receivable and payable are positive.
Timing:  bills of a period are spread evenly over it. At period end, the bills of the last `days` days are open; more
         days than the period has reach back into the periods before (F36). What is billed on the last day of a period
         is open as a whole until its days have passed.
Money:   bills in a foreign currency are open in it: what the rate moves until they are paid is a gain or loss.
Source:  every sale and cost states its days; value-added tax is left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from finmodel.deal.context import Context
from finmodel.deal.costs.items import Sale, Spend
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, Given, add, hi, lo, ratio
from finmodel.kernel.model import Line, Section

SHORTEST_MONTH = 28
_WORDS = {"receivable": "received from", "payable": "paid to"}
_Item = TypeVar("_Item", Sale, Spend)


@dataclass(frozen=True, eq=False, repr=False)
class Open:
    """What is billed and open at period end [reporting currency], in all and by item; items without days have none.

    `own` is what is open in a foreign currency, in it. `lost` is what a buyer's default takes of a sale's bills in the
    period, and `exchange` what the rate moves of them; none of costs.
    """

    whole: Line
    items: Mapping[str, Line]
    own: Mapping[str, Line]
    lost: Mapping[str, Line] = field(default_factory=dict)
    exchange: Mapping[str, Line] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, repr=False)
class Working:
    """Cash of operations per period, and the balances behind it [reporting currency]."""

    received: Line
    paid: Line
    receivable: Open
    payable: Open


def build(context: Context, sales: Sequence[Sale], spends: Sequence[Spend]) -> Working:
    """Declare what is received from customers and paid to suppliers.

    Args:
        sales: Everything billed to customers.
        spends: Everything billed by suppliers.
    """
    section, register = context.model.section("working", context.money.money, "Working capital"), context.register
    came_in = _open(context, section, "receivable", sales)
    payable = _open(context, section, "payable", spends)
    lost = _lost(context, section, sales, came_in)
    losses = [-section.line("written_off", "Receivable lost", add(list(lost.values())))] if lost else []
    receivable = replace(came_in, lost=lost, exchange=_exchange(context, section, sales, came_in))
    billed, cost = add([sale.billed for sale in sales]), add([spend.billed for spend in spends])
    came, went = billed + receivable.whole.prev - receivable.whole, cost + payable.whole.prev - payable.whole
    received = section.line("received", "Received from customers", add([came, *losses, *receivable.exchange.values()]))
    paid = section.line("paid", "Paid to suppliers", went)
    register.owns("receivable", receivable.whole)
    register.owes("payable", payable.whole)
    for party, buyer in _by_party(sales).items():
        own = received if len(buyer) == len(sales) else _moved(section, "receivable", party, buyer, receivable)
        register.receives(own, party)
    for party, seller in _by_party(spends).items():
        own = paid if len(seller) == len(spends) else _moved(section, "payable", party, seller, payable)
        register.pays(own, party)
    return Working(received, paid, receivable, payable)


def _by_party(items: Sequence[_Item]) -> dict[str, list[_Item]]:
    """Items by the party that pays or is paid, in the order in which parties come."""
    return {name: [item for item in items if item.party == name] for name in dict.fromkeys(i.party for i in items)}


def _moved(section: Section, kind: str, party: str, items: Sequence[Sale | Spend], open_: Open) -> Line:
    """What one party pays or is paid: its bills, less what stays open of them or is lost."""
    verb, word = _WORDS[kind].split()
    still = add([open_.items[item.name] for item in items if item.name in open_.items])
    moved = add([item.billed for item in items])
    if still.series:
        left = section.line(f"{kind}_{word}.{party}", f"{kind.capitalize()} {word} {party}", still)
        moved = moved + left.prev - left
    for item in items:
        if item.name in open_.lost:
            moved = moved - open_.lost[item.name]
        if item.name in open_.exchange:
            moved = moved + open_.exchange[item.name]
    return section.line(f"{verb}_{word}.{party}", f"{verb.capitalize()} {word} {party}", moved)


def _lost(context: Context, section: Section, sales: Sequence[Sale], open_: Open) -> dict[str, Line]:
    """What is lost of the receivable of buyers in the period of their default; an expense that tax allows."""
    rows, money, register = {}, context.money, context.register
    for sale in sales:
        row, own = open_.items.get(sale.name), open_.own.get(sale.name)
        if sale.loss is None or row is None:
            continue
        first = sale.loss.defaulted & ~sale.loss.defaulted.prev
        before = row.prev if own is None else own.prev * money.rate(sale.currency or money.currency)
        label = f"{sale.label}: Receivable lost"
        lost = section.line(f"written_off.{sale.name}", label, before * sale.loss.share * first)
        register.earns("receivables_lost", -lost)
        register.taxes(-lost, sale.entity)
        rows[sale.name] = lost
    return rows


def _exchange(context: Context, section: Section, sales: Sequence[Sale], open_: Open) -> dict[str, Line]:
    """What the rate moves of bills that are open in a foreign currency; taxed as it arises."""
    rows = {}
    for sale in sales:
        own = open_.own.get(sale.name)
        if own is None or sale.currency is None:
            continue
        rate = context.money.rates[sale.currency]
        label = f"{sale.label}: Exchange gain on the receivable"
        gain = section.line(f"net_exchange.{sale.name}", label, own.prev * (rate - rate.prev))
        context.register.earns("exchange_on_receivables", gain)
        context.register.taxes(gain, sale.entity)
        rows[sale.name] = gain
    return rows


def _open(context: Context, section: Section, kind: str, items: Sequence[Sale | Spend]) -> Open:
    """The balance of all items, each with a line of its own when it has days."""
    rows: dict[str, Line] = {}
    abroad: dict[str, Line] = {}
    label, clock = kind.capitalize(), context.clock
    for item in items:
        reach = math.ceil(context.model.decides(item.days) / (SHORTEST_MONTH * clock.timeline.months))
        if reach:
            rate = context.money.rates.get(item.currency or "") if isinstance(item, Sale) else None
            if rate is not None and rate.series:
                abroad[item.name] = _still_abroad(section, item, rate, reach, clock)
                still = abroad[item.name] * rate
            else:
                still = _still(item, item.billed, reach, clock)
            rows[item.name] = section.line(f"{kind}.{item.name}", f"{label}: {item.label}", still)
    whole = section.ahead(kind, label).define(add(list(rows.values())))
    return Open(whole, rows, abroad)


def _still(item: Sale | Spend, billed: Line, reach: int, clock: Clock) -> Expr:
    """What is still open of an item's bills; what a default takes is gone."""
    still = add([billed.lag(back) * _share(item.days, back, clock, item.at_end) for back in range(reach)])
    if isinstance(item, Sale) and item.loss is not None:
        still = still * (1 - item.loss.share * item.loss.defaulted)
    return still


def _still_abroad(section: Section, item: Sale | Spend, rate: Line, reach: int, clock: Clock) -> Line:
    """What is still open of bills in a foreign currency, in it: each bill at the rate of the day when it was billed."""
    bills = ratio(item.billed, rate)
    billed = section.line(f"billed_own.{item.name}", f"{item.label}, in its currency", bills, bills.unit)
    still = _still(item, billed, reach, clock)
    label = f"Receivable: {item.label}, in its currency"
    return section.line(f"receivable_own.{item.name}", label, still, still.unit)


def _share(days: Given, back: int, clock: Clock, at_end: bool) -> Expr:
    """The share of the bills of `back` periods ago that is still open at period end."""
    left: Expr = days  # of the days after the end of that period
    for step in range(back):
        left = left - clock.days.lag(step)
    return left > 0 if at_end else lo(1, hi(0, ratio(left, clock.days.lag(back))))
