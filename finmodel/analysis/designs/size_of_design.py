"""The size of a design: the least scale at which it reaches an outcome, and how far it comes if it does not."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from finmodel.analysis.designs.schemes import CLOSE, COVER, HALVINGS, HIGHEST, STEPS


class Size(NamedTuple):
    """The least scale that reaches an outcome, None where none does, and the best outcome found."""

    scale: float | None
    best: float


def least_scale(outcome: Callable[[float], float], goal: float) -> Size:
    """The least scale at which an outcome is reached; None, and the best there is, if none does.

    Args:
        outcome: Scale → the result that is looked at.
        goal: The result to be reached, in its unit.
    """
    if outcome(1.0) >= goal - CLOSE and outcome(1.0 - CLOSE) < goal - CLOSE:
        return Size(1.0, goal)
    best, last = -math.inf, 0.0
    for step in range(STEPS + 1):
        scale = HIGHEST * step / STEPS
        found = outcome(scale)
        best = max(best, found)
        if found >= goal - CLOSE:
            return Size(0.0 if step == 0 else _halved(outcome, goal, last, scale), found)
        last = scale
    return Size(None, best)


def achievable(metric: str, best: float, goal: float) -> str:
    """How far a scheme comes, to as many decimals as it takes to tell it from the goal.

    Args:
        metric: Name of the result.
        best: The most that is reached, in its unit.
        goal: What is to be reached.
    """
    times, sign = (1, "x") if metric == COVER else (100, " %")
    places = next((at for at in range(2, 9) if f"{best * times:.{at}f}" != f"{goal * times:.{at}f}"), 9)
    return f"maximum achievable: {best * times:.{places}f}{sign}"


def _halved(outcome: Callable[[float], float], goal: float, low: float, high: float) -> float:
    """Where an outcome comes to its goal in a bracket: a secant step and a halving in turn.

    A jump is closed in on by halving: there the goal is met by a step and not on the way.
    """
    at_low, at_high = outcome(low) - goal, outcome(high) - goal
    for turn in range(2 * HALVINGS):
        if (at_high <= CLOSE and outcome(high * (1 - CLOSE)) < goal - CLOSE) or high - low <= CLOSE * high:
            break
        secant = low - at_low * (high - low) / (at_high - at_low)
        middle = secant + CLOSE * high if turn % 2 else (low + high) / 2
        found = outcome(min(middle, high)) - goal
        if found >= -CLOSE:
            high, at_high = min(middle, high), found
        else:
            low, at_low = middle, found
    return high
