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
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from finmodel.deal.costs.items import Sale, Spend
from finmodel.deal.market.macro import Macro
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, Given, add, hi, lo, ratio
from finmodel.kernel.model import Line, Model, Section

SHORTEST_MONTH = 28
_WORDS = {"receivable": ("received", "from"), "payable": ("paid", "to")}
_CHANGES = {"written_off": False, "net_exchange": True}
_Item = TypeVar("_Item", Sale, Spend)


@dataclass(frozen=True, eq=False, repr=False)
class Working:
    """Cash of operations and the balances behind it [reporting currency]."""

    received: Line
    paid: Line
    receivable: Line
    payable: Line


def build(model: Model, sales: Sequence[Sale], spends: Sequence[Spend], clock: Clock, macro: Macro) -> Working:
    """Declare what is received from customers and paid to suppliers."""
    section = model.section("working", macro.money, "Working capital")
    receivable = _open(section, "receivable", sales, (clock, macro))
    payable = _open(section, "payable", spends, (clock, macro))
    changes = [*_written_off(section, sales, macro), *_exchange(section, sales, macro)]
    billed, cost = add([sale.billed for sale in sales]), add([spend.billed for spend in spends])
    came = billed + receivable.prev - receivable
    received = section.line("received", "Received from customers", add([came, *changes]))
    paid = section.line("paid", "Paid to suppliers", cost + payable.prev - payable)
    register = model.register
    register.owns("receivable", receivable)
    register.owes("payable", payable)
    for party, buyer in _by_party(sales).items():
        register.receives(received if len(buyer) == len(sales) else _moved(section, "receivable", party, buyer), party)
    for party, seller in _by_party(spends).items():
        register.pays(paid if len(seller) == len(spends) else _moved(section, "payable", party, seller), party)
    return Working(received, paid, receivable, payable)


def _by_party(items: Sequence[_Item]) -> dict[str, list[_Item]]:
    """Items by the party that pays or is paid, in the order in which parties come."""
    return {name: [item for item in items if item.party == name] for name in dict.fromkeys(i.party for i in items)}


def _moved(section: Section, kind: str, party: str, items: Sequence[Sale | Spend]) -> Line:
    """What one party pays or is paid: its bills, less what stays open of them or is lost."""
    lines, (verb, title) = section.model.lines, _WORDS[kind]
    named = [f"{section.name}.{kind}.{item.name}" for item in items]
    still = add([lines[id] for id in named if id in lines])
    moved = add([item.billed for item in items])
    if still.series:
        open_ = section.line(f"{kind}_{title}.{party}", f"{kind.capitalize()} {title} {party}", still)
        moved = moved + open_.prev - open_
    for item in items:
        for change, gain in _CHANGES.items():
            if (line := lines.get(f"{section.name}.{change}.{item.name}")) is not None:
                moved = moved + line if gain else moved - line
    return section.line(f"{verb}_{title}.{party}", f"{verb.capitalize()} {title} {party}", moved)


def _written_off(section: Section, sales: Sequence[Sale], macro: Macro) -> list[Expr]:
    """What is lost of the receivable of buyers in the period of their default; an expense that tax allows."""
    rows, register = [], section.model.register
    for sale in sales:
        row = section.model.lines.get(f"{section.name}.receivable.{sale.name}")
        if sale.loss is None or row is None:
            continue
        own, first = _own(section, sale), sale.loss.defaulted & ~sale.loss.defaulted.prev
        open_ = row.prev if own is None else own.prev * macro.rate(sale.currency or macro.currency)
        label = f"{sale.label}: Receivable lost"
        lost = section.line(f"written_off.{sale.name}", label, open_ * sale.loss.share * first)
        register.earns("receivables_lost", -lost)
        register.taxes(-lost, sale.entity)
        rows.append(lost)
    return [-section.line("written_off", "Receivable lost", add(rows))] if rows else []


def _exchange(section: Section, sales: Sequence[Sale], macro: Macro) -> list[Expr]:
    """What the rate moves of bills that are open in a foreign currency; taxed as it arises."""
    rows: list[Expr] = []
    for sale in sales:
        own = _own(section, sale)
        if own is None or sale.currency is None:
            continue
        rate = macro.rates[sale.currency]
        label = f"{sale.label}: Exchange gain on the receivable"
        gain = section.line(f"net_exchange.{sale.name}", label, own.prev * (rate - rate.prev))
        section.model.register.earns("exchange_on_receivables", gain)
        section.model.register.taxes(gain, sale.entity)
        rows.append(gain)
    return rows


def _own(section: Section, sale: Sale) -> Line | None:
    """The receivable of a sale in its own currency, if it has one whose rate moves."""
    return section.model.lines.get(f"{section.name}.receivable_own.{sale.name}")


def _open(section: Section, kind: str, items: Sequence[Sale | Spend], frame: tuple[Clock, Macro]) -> Line:
    """The balance of all items, each with a line of its own when it has days."""
    rows, label = [], kind.capitalize()
    for item in items:
        reach = math.ceil(section.model.decides(item.days) / (SHORTEST_MONTH * frame[0].timeline.months))
        if reach:
            still = _still(section, item, reach, frame)
            rows.append(section.line(f"{kind}.{item.name}", f"{label}: {item.label}", still))
    return section.ahead(kind, label).define(add(list(rows)))


def _still(section: Section, item: Sale | Spend, reach: int, frame: tuple[Clock, Macro]) -> Expr:
    """What is still open of an item's bills; in a foreign currency, at the rate of the period."""
    clock, macro = frame
    billed, rate = item.billed, macro.rates.get(item.currency or "") if isinstance(item, Sale) else None
    if rate is not None and rate.series:
        abroad = ratio(item.billed, rate)
        billed = section.line(f"billed_own.{item.name}", f"{item.label}, in its currency", abroad, abroad.unit)
    still = add([billed.lag(back) * _share(item.days, back, clock, item.at_end) for back in range(reach)])
    if isinstance(item, Sale) and item.loss is not None:
        still = still * (1 - item.loss.share * item.loss.defaulted)
    if rate is None or not rate.series:
        return still
    label = f"Receivable: {item.label}, in its currency"
    return section.line(f"receivable_own.{item.name}", label, still, still.unit) * rate


def _share(days: Given, back: int, clock: Clock, at_end: bool) -> Expr:
    """The share of the bills of `back` periods ago that is still open at period end."""
    left: Expr = days  # of the days after the end of that period
    for step in range(back):
        left = left - clock.days.lag(step)
    return left > 0 if at_end else lo(1, hi(0, ratio(left, clock.days.lag(back))))
