"""Break-even: the price change at which the lowest DSCR is 1.00x, with the debt held.

Method:  cover need not rise with price (a floor holds revenue while feed gets cheaper), so the search walks away from
         the case in steps, and closes in on the first step over which cover passes 1.00x.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from finmodel.analysis.shocks import Grid, price
from finmodel.kernel.evaluate import evaluate
from finmodel.run.results import Results

DSCR = "dscr_min"
TARGET = 1.0
CLOSE = 1e-6  # of the DSCR
LOWEST, HIGHEST, STEP = -0.99, 3.0, 0.1
Point = tuple[float, float]
HALVINGS = 60  # a bracket of 0.1 is then narrower than rounding


@dataclass(frozen=True)
class BreakEven:
    """The price change [ratio] at which the lowest DSCR is 1.00x, and the run there; or why there is none."""

    change: float | None
    result: Results | None
    reason: str = ""


def break_even(grid: Grid) -> BreakEven:
    """Search away from the case as it stands, first the way in which cover should come to 1.00x."""
    if not price(0.0).ids(grid.base.given):
        return BreakEven(None, None, "the case has no price that the model reads")
    start = grid.base.metrics.get(DSCR)
    if start is None:
        return BreakEven(None, None, grid.base.notes.get(DSCR, "no senior debt service falls due"))
    bracket = _bracket(grid, start - TARGET)
    if bracket is None:
        side = "above" if start > TARGET else "below"
        return BreakEven(None, None, f"cover stays {side} 1.00x from {LOWEST:.0%} to +{HIGHEST:.0%}".replace("%", " %"))
    change, gap = _root(grid, *bracket)
    if abs(gap) > CLOSE:
        return BreakEven(None, None, f"cover jumps past 1.00x at a price change of {change * 100:+.2f} %")
    return BreakEven(change, grid.run([price(change)]))


def _bracket(grid: Grid, gap: float) -> tuple[Point, Point] | None:
    """Two price changes, a step apart, between which cover passes 1.00x; the nearest in the direction searched."""
    down = [max(LOWEST, -STEP * n) for n in range(1, math.ceil(-LOWEST / STEP) + 1)]
    up = [min(HIGHEST, STEP * n) for n in range(1, math.ceil(HIGHEST / STEP) + 1)]
    for way in (down, up) if gap >= 0 else (up, down):
        last = (0.0, gap)
        for change in way:
            here = (change, _gap(grid, change))
            if math.isnan(here[1]):
                break
            if (here[1] > 0) != (last[1] > 0):
                return last, here
            last = here
    return None


def _root(grid: Grid, first: Point, second: Point) -> Point:
    """The price change in a bracket where cover is 1.00x: a secant step and a halving in turn."""
    for turn in range(2 * HALVINGS):
        (a, at_a), (b, at_b) = first, second
        change = (a + b) / 2 if turn % 2 else a - at_a * (b - a) / (at_b - at_a)
        middle = (change, _gap(grid, change))
        if abs(middle[1]) <= CLOSE / 10:
            return middle
        first, second = (middle, second) if (middle[1] > 0) == (at_a > 0) else (first, middle)
    return min(first, second, key=lambda point: abs(point[1]))


def _gap(grid: Grid, change: float) -> float:
    """The lowest DSCR less 1.00x, after a price change; nan where no debt service falls due."""
    line = grid.base.model.metrics[DSCR].line.id
    return float(evaluate(grid.base.model, grid.order, grid.given([price(change)]), [line])[line]) - TARGET
