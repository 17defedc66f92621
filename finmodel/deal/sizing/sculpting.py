"""Sculpting: the debt that service capacity can carry, and the shares of it that each date repays.

Sign:    positive; a balance never rises, so no principal is negative.
Timing:  backward over payment dates: what can be carried into a date is the value of its capacity and all later.
Source:  sculpted principal at a date = its capacity less the interest accrued over its window; debt = the value of all
         capacity at the debt's own rate. Where another limit makes the debt smaller, cover is left over. "level"
         spreads it: a date leaves of what is owed the part that the value to come is of the value carried into it, so
         that service is the same part of capacity on each date, and the lowest cover is as high as it can be; it is
         level after the last date whose capacity goes to interest alone. "back-ended" repays as late as capacity
         allows. Where the cover limits the debt, both use all capacity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from finmodel.kernel.expr import Expr, lo, ratio, where
from finmodel.kernel.folds import total
from finmodel.kernel.model import Line, Section
from finmodel.kernel.units import RATIO

Form = Literal["level", "back-ended"]


@dataclass(frozen=True, eq=False, repr=False)
class Carried:
    """The debt that capacity still to come can carry: `into` each repayment date, and `after` each period.

    `cut` flags the dates whose own capacity goes to interest alone, and so limits the debt.
    """

    into: Line
    after: Line
    cut: Line


@dataclass(frozen=True, eq=False, repr=False)
class Sculpted:
    """Sculpted debt: the dates on which it repays, its interest over the window per unit, and the form of schedule.

    `growth` is what one of it is worth at each date against close; None in the reporting currency.
    """

    repaying: Line
    rate: Line
    growth: Line | None
    form: Form


@dataclass(frozen=True, eq=False, repr=False)
class AllCapacity:
    """The debt that uses all capacity at the cover, what is carried into each date, and the shares that fall due."""

    debt: Line
    carried: Carried
    schedule: Line


def sculpted(section: Section, first: Line, label: str, debt: Sculpted, capacity: Line) -> AllCapacity:
    """Declare the value of all capacity, and the shares that use it.

    Args:
        section: Where the lines stand.
        first: Flag of the first period.
        label: Of the debt.
        debt: Its dates, interest and form of schedule.
        capacity: What may be paid on each date [reporting currency].
    """
    carried = valued(section, debt, capacity)
    whole = section.line("capacity_at_close", "Debt that all capacity can carry", carried.after * first)
    most = section.line("by_cover", label, total(whole))
    return AllCapacity(most, carried, schedule(section, debt, carried, most))


def valued(section: Section, debt: Sculpted, capacity: Line) -> Carried:
    """Declare the debt that the capacity still to come can carry, after the payment of each period.

    Debt is counted in money of close, and `growth` is what one of it is worth at each date: 1, or what its currencies
    have gained; the rate is its interest in money of the date. Where interest on the later capacity would be more than
    a date's own capacity, the debt is only what that date carries: its capacity over its rate.

    Args:
        capacity: What service may cost on each date [reporting currency per period].

    Returns:
        The debt that can be carried [reporting currency].
    """
    repaying, rate, growth = debt.repaying, debt.rate, debt.growth
    value = section.ahead("capacity_value", "Debt that the capacity still to come can carry")
    later: Expr = value if growth is None else value * growth
    owed = (1 if growth is None else growth) + rate
    carried = lo(ratio(later + capacity, owed), ratio(capacity, rate, value + capacity))
    step = section.line("capacity_step", "Debt that can be carried into the date", repaying * carried)
    value.define(step.next + ~repaying.next * value.next)
    short = repaying & (capacity * owed < (later + capacity) * rate)
    return Carried(step, value, section.flag("cut_short", "The date's own capacity limits the debt", short))


def schedule(section: Section, debt: Sculpted, carried: Carried, most: Expr) -> Line:
    """Declare the shares of the debt that fall due: `most` is the debt that uses all capacity."""
    balance = section.ahead("unit_balance", "Share of the debt still to repay", RATIO)
    before = balance.lag(1, 1)
    if debt.form == "level":
        left: Expr = before * lo(1, ratio(carried.after, carried.into))
    else:
        left = lo(before, ratio(carried.after, most))
    balance.define(where(debt.repaying, left, before))
    return section.line("schedule_target", "Sculpted principal, share of the debt", before - balance, RATIO)
