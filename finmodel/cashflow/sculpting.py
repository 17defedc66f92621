"""Sculpting: the debt that service capacity can carry, and the shares of it that each date repays.

Sign:    positive; a balance never rises, so no principal is negative.
Timing:  backward over payment dates: what can be carried into a date is the value of its capacity and all later.
Source:  sculpted principal at a date = its capacity less the interest accrued over its window; debt = the value of all
         capacity at the debt's own rate.
"""

from __future__ import annotations

from finmodel.base.expr import Expr, lo, ratio, where
from finmodel.base.folds import total
from finmodel.base.model import Line, Section
from finmodel.base.units import RATIO


def sculpted(section: Section, label: str, dates: tuple[Line, Line], capacity: Line, growth: Line | None) -> Line:
    """Declare the value of all capacity, and the shares that use it; returns the debt."""
    value = valued(section, dates, capacity, growth)
    first = section.line(
        "capacity_at_close", "Debt that all capacity can carry", value * section.model.find("time.first")
    )
    debt = section.line("by_cover", label, total(first))
    schedule(section, dates[0], value, debt)
    return debt


def valued(section: Section, dates: tuple[Line, Line], capacity: Line, growth: Line | None) -> Line:
    """Declare the debt that the capacity still to come can carry, after the payment of each period.

    Debt is counted in money of close, and `growth` is what one of it is worth at each date: 1, or what its currencies
    have gained; the rate is its interest in money of the date. Where interest on the later capacity would be more than
    a date's own capacity, the debt is only what that date carries: its capacity over its rate.
    """
    repaying, rate = dates
    value = section.ahead("capacity_value", "Debt that the capacity still to come can carry")
    later: Expr = value if growth is None else value * growth
    owed = (1 if growth is None else growth) + rate
    carried = lo(ratio(later + capacity, owed), ratio(capacity, rate, value + capacity))
    step = section.line("capacity_step", "Debt that can be carried into the date", repaying * carried)
    return value.define(step.next + ~repaying.next * value.next)


def schedule(section: Section, repaying: Line, value: Line, debt: Expr) -> None:
    """Declare the shares of the debt that leave, after each date, the value of what is still to come."""
    balance = section.ahead("unit_balance", "Share of the debt still to repay", RATIO)
    before = balance.lag(1, 1)
    left = where(repaying, lo(before, ratio(value, debt)), before)
    balance.define(left)
    section.line("schedule_target", "Sculpted principal, share of the debt", before - balance, RATIO)
