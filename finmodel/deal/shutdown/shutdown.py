"""Shut-down: output stops once operations have lost cash for a time, and starts again once a price is back.

Sign:    the margin is sales and price support less operating cost, and may be negative.
Timing:  what stops or starts output in a period is known before it: margins and prices of the periods up to the one
         before. Months are counted in a row; a count starts anew when the margin, or the price, turns.
Effect:  no capacity while shut down, so no variable cost and no supported tonnes; of fixed costs a share runs on.
Source:  decision F2.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.shutdown.terms import Shutdown
from finmodel.deal.time.calendar import MONTHS_PER_YEAR
from finmodel.kernel.expr import Expr, where
from finmodel.kernel.model import Line, Section
from finmodel.kernel.units import RATIO


@dataclass(frozen=True, eq=False, repr=False)
class Shut:
    """Whether output is stopped, and what of fixed cost runs then; the lines that its margin closes."""

    terms: Shutdown
    section: Section
    down: Line
    losing: Line

    @property
    def running(self) -> Expr:
        """1 while there is output."""
        return ~self.down

    @property
    def fixed(self) -> Expr:
        """The share of fixed cost that runs."""
        return where(self.down, self.terms.care, 1)


def begin(context: Context, terms: Shutdown, index: Line) -> Shut:
    """Declare whether output is stopped; `end` says of which margin.

    Args:
        index: The price that is watched [reporting currency per kg].
    """
    clock, macro = context.clock, context.money
    section = context.model.section("shutdown", terms.after.unit, "Shut-down")
    down = section.ahead("down", "Shut down", RATIO)
    losing = section.ahead("losing", "Months in a row with a negative margin")
    back = section.ahead("back", "Months in a row with the price back")
    above = macro.convert(terms.restart_above) <= index
    back.define((back.prev + clock.years * MONTHS_PER_YEAR) * (above & down))
    starts = terms.restart_after <= back.prev
    stops = terms.after <= losing.prev
    down.define(where(down.prev, ~starts, stops) & clock.operations)
    return Shut(terms, section, down, losing)


def end(context: Context, shut: Shut, revenue: Expr, cost: Expr) -> None:
    """Declare the margin that stops output, and count the months in which it is negative.

    Args:
        shut: What `begin` declared.
        revenue: Sales and price support [reporting currency per period].
        cost: Operating cost [reporting currency per period].
    """
    clock, macro = context.clock, context.money
    label = "Net margin of operations, price support included"
    margin = shut.section.line("net_margin", label, revenue - cost, macro.money)
    loses = (margin + macro.cent < 0) & clock.operations & ~shut.down
    shut.losing.define((shut.losing.prev + clock.years * MONTHS_PER_YEAR) * loses)
