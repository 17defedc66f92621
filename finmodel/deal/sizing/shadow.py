"""What binds where the cover limits debt, and what a little more of cash or a little less of cover is worth there.

Sign:    positive: debt [reporting currency] that one more of cash on a date, or a hundredth less of cover, carries.
Timing:  sculpted debt is the value of capacity: one more of it on a date is worth the product of the discounts up to
         the date; on a date whose capacity goes to interest alone, the product before it over the date's rate; after
         such a date nothing. With any other profile the date that carries least binds, and no other.
Source:  closed forms of sculpting. First order: tax, fees and interest in construction stay as they are, so that a
         re-sizing gives a little more; a date of exactly no cash is at a kink. They are of the debt that the cover
         allows: where another limit binds, they are worth nothing to the debt that is signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.deal.sizing.sculpting import Carried, Sculpted
from finmodel.deal.time.calendar import COVER_STEP
from finmodel.kernel.expr import Expr, Given, add, hi, ratio, where
from finmodel.kernel.folds import lowest, total
from finmodel.kernel.model import Line, Section
from finmodel.kernel.units import RATIO


@dataclass(frozen=True, eq=False, repr=False)
class Part:
    """A part of the cash of a window, as a share of it (None for all), and the cover that lenders want on it."""

    share: Expr | None
    cover: Given

    @property
    def of(self) -> Expr | int:
        """The share as a factor."""
        return 1 if self.share is None else self.share


def sculpted(section: Section, debt: Sculpted, carried: Carried, whole: Expr | None = None) -> Line:
    """Declare what one more of capacity on each date adds to sculpted debt.

    Args:
        whole: Debt in all per unit of sculpted debt at close, beside schedules of their own; None for 1.
    """
    growth = debt.growth
    owed = (1 if growth is None else growth) + debt.rate
    price = section.ahead("carried_worth", "Debt at close that one carried past the date adds, first order", RATIO)
    before = price.lag(1, 1)
    past = ratio(1 if growth is None else growth, owed) * ~carried.cut
    price.define(before * where(debt.repaying, past, 1))
    each = where(carried.cut, ratio(1, debt.rate), ratio(1, owed))
    scaled = before * debt.repaying * each
    if whole is not None:
        scaled = ratio(scaled, whole)
    return section.line("capacity_worth", "Debt that one more of capacity adds, first order", scaled, RATIO)


@dataclass(frozen=True, eq=False, repr=False)
class Least:
    """Debt sized on the date that carries least: the flag of that date, and what one more of capacity adds there."""

    binds: Line
    worth: Line


def least(section: Section, carried: Line, unit_service: Line, repaying: Line, most: Expr) -> Least:
    """Declare what one more of capacity adds to debt that is sized on the date that carries least.

    Args:
        section: Where the lines stand.
        carried: The debt that each date can carry [reporting currency].
        unit_service: Service of each date per unit of debt.
        repaying: Flag of repayment dates.
        most: The debt at the cover and a cent: a spreadsheet may differ in the last digit.
    """
    alike = carried <= most
    binds = section.flag("carries_least", "The date that carries least", repaying & alike)
    worth = binds * ratio(1, unit_service)
    label = "Debt that one more of capacity adds, first order"
    return Least(binds, section.line("capacity_worth", label, worth, RATIO))


def build(section: Section, worth: Line, window: Line, parts: Sequence[Part], binds: Line | None) -> None:
    """Declare what one more of CFADS on each date, and a hundredth less of every cover, add to the debt at the cover.

    Args:
        section: Where the lines stand.
        worth: What one more of capacity on each date adds.
        window: The cash of each payment window that lenders count [reporting currency].
        parts: Its parts by cover.
        binds: Flag of the date that carries least; None where all dates bind together, as in sculpting.
    """
    per_cash = add([part.of / part.cover for part in parts])
    cash = worth * per_cash * (window > 0)
    section.line("cash_worth", "Debt that one more of CFADS on the date adds, first order", cash, RATIO)
    per_cover = add([hi(0, window * part.of) / part.cover / part.cover for part in parts]) * COVER_STEP
    step = section.line("cover_step", "Debt that 0.01x less of cover adds on the date, first order", worth * per_cover)
    label = "Debt that 0.01x less of cover adds, first order"
    section.line("cover_worth", label, total(step) if binds is None else lowest(step, binds))
