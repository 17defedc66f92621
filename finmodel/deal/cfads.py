"""Cash flow available for debt service: cash of operations after tax, premium and agency fees, and after what is set
aside for later cost.

Sign:    CFADS may be negative.
Timing:  from completion on; before, operations are funded with construction.
Source:  what CFADS are (F4). Tax is what goes into the tax reserve, so that it falls due with the income it is on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.cover import events
from finmodel.deal.operations import Operations
from finmodel.deal.reserves import set_aside
from finmodel.deal.reserves.set_aside import SetAside
from finmodel.deal.tax.entity import TaxLines
from finmodel.kernel.expr import Expr, add
from finmodel.kernel.model import Line


@dataclass(frozen=True, eq=False, repr=False)
class CashFlow:
    """CFADS [reporting currency per period], and what a stop of transfers blocks of them; None where nothing can."""

    cfads: Line
    blocked: Line | None


def build(
    context: Context, works: Operations, taxes: Sequence[TaxLines], fees: Line, saved: Sequence[SetAside]
) -> CashFlow:
    """Declare CFADS.

    Args:
        context: The deal's model, time and money.
        works: Operations.
        taxes: The tax of each company.
        fees: Premium and agency fees in operation [reporting currency per period].
        saved: What is set aside for later cost.
    """
    clock = context.clock
    section = context.model.section("cfads", context.money.money, "Cash flow available for debt service")
    moved = add([entity.transfer for entity in taxes]) + works.hook("other_tax")
    tax = section.line("net_tax", "Transferred to the tax reserve", moved)
    cash: Expr = works.cash * clock.completed - tax - fees
    blocked = None
    if works.events.stopped is not None:
        earned = section.line("net_before_block", "CFADS before a stop of transfers", cash)
        stop = events.block(context, works.events.stopped, earned)
        cash, blocked = stop.moves, stop.added
    return CashFlow(section.line("net_cfads", "CFADS", set_aside.settle(saved, cash, clock)), blocked)
