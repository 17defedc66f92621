"""Working capital: what is billed and not yet received or paid.

Sign:    receivable and payable are positive.
Timing:  bills of a period are spread evenly over it. At period end, the bills of the last `days` days are open; more
         days than the period has reach back into the periods before (F36). What is billed on the last day of a period
         is open as a whole until its days have passed.
Source:  every sale and cost states its days; value-added tax is left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.base.expr import Expr, Given, add, hi, lo, ratio
from finmodel.base.model import Line, Model, Section
from finmodel.cashflow.items import Sale, Spend
from finmodel.cashflow.macro import Macro
from finmodel.cashflow.timing import Clock

SHORTEST_MONTH = 28


@dataclass(frozen=True)
class Working:
    """Cash of operations and the balances behind it [reporting currency]."""

    received: Line
    paid: Line
    receivable: Line
    payable: Line


def build(model: Model, sales: Sequence[Sale], spends: Sequence[Spend], clock: Clock, macro: Macro) -> Working:
    """Declare what is received from customers and paid to suppliers."""
    section = model.section("working", macro.money, "Working capital")
    receivable = _open(section, "receivable", "Receivable", sales, clock)
    payable = _open(section, "payable", "Payable", spends, clock)
    billed, cost = add([sale.billed for sale in sales]), add([spend.billed for spend in spends])
    received = section.line("received", "Received from customers", billed + receivable.prev - receivable)
    paid = section.line("paid", "Paid to suppliers", cost + payable.prev - payable)
    register = model.register
    register.receives(received, "customers")
    register.owns("receivable", receivable)
    register.owes("payable", payable)
    for party in dict.fromkeys(spend.party for spend in spends):
        own = [spend for spend in spends if spend.party == party]
        if len(own) == len(spends):
            register.pays(paid, party)
        else:
            register.pays(_paid(section, party, own), party)
    return Working(received, paid, receivable, payable)


def _paid(section: Section, party: str, spends: Sequence[Spend]) -> Line:
    """What one party is paid: its bills, less what stays open of them."""
    named = [f"{section.name}.payable.{spend.name}" for spend in spends]
    still = add([section.model.lines[id] for id in named if id in section.model.lines])
    label = f"Payable to {party}"
    open_ = section.line(f"payable_to.{party}", label, still) if still.series else None
    billed = add([spend.billed for spend in spends])
    moved = billed if open_ is None else billed + open_.prev - open_
    return section.line(f"paid_to.{party}", f"Paid to {party}", moved)


def _open(section: Section, kind: str, label: str, items: Sequence[Sale | Spend], clock: Clock) -> Line:
    """The balance of all items, each with a line of its own when it has days."""
    rows = []
    for item in items:
        reach = math.ceil(item.days.number / (SHORTEST_MONTH * clock.timeline.months))
        if reach:
            at_end = isinstance(item, Sale) and item.at_end
            parts = [item.billed.lag(back) * _share(item.days, back, clock, at_end) for back in range(reach)]
            rows.append(section.line(f"{kind}.{item.name}", f"{label}: {item.label}", add(parts)))
    return section.ahead(kind, label).define(add(list(rows)))


def _share(days: Given, back: int, clock: Clock, at_end: bool) -> Expr:
    """The share of the bills of `back` periods ago that is still open at period end."""
    left: Expr = days  # of the days after the end of that period
    for step in range(back):
        left = left - clock.days.lag(step)
    return left > 0 if at_end else lo(1, hi(0, ratio(left, clock.days.lag(back))))
