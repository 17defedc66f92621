"""What is drawn besides prices: an input as a multiple drawn once a path, and events that start in a month and last."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from finmodel.market.streams import quantile

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Multiple:
    """A multiple of an input, drawn once a path.

    Args:
        name: Of the variable, such as "driver.overrun".
        key: The input.
        kind: "triangular", "uniform" or "lognormal".
        points: (low, likely, high), (low, high), or (mean, sd of the logarithm).
    """

    name: str
    key: str
    kind: str
    points: tuple[float, ...]

    def of(self, uniform: Floats) -> Floats:
        """The multiple of each path by its quantile."""
        if self.kind == "uniform":
            low, high = self.points
            return low + (high - low) * uniform
        if self.kind == "lognormal":
            mean, sd = self.points
            return np.asarray(mean * np.exp(sd * quantile(uniform) - sd * sd / 2))
        low, likely, high = self.points
        turn = (likely - low) / (high - low)
        rising = low + np.sqrt(uniform * (high - low) * (likely - low))
        falling = high - np.sqrt((1 - uniform) * (high - low) * (high - likely))
        return np.where(uniform < turn, rising, falling)


@dataclass(frozen=True)
class Happening:
    """An event: while it lasts, an input is a multiple of itself.

    Args:
        name: Of the variable, such as "event.licence".
        key: The input.
        hazard: Events expected in a year.
        months: How long one lasts.
        multiple: Of the input, meanwhile.
    """

    name: str
    key: str
    hazard: float
    months: int
    multiple: float

    def of(self, uniform: Floats) -> Floats:
        """The multiple in each month and path; an event that starts while one lasts makes it last longer."""
        starts = uniform < -math.expm1(-self.hazard / 12)
        number = np.cumsum(starts, axis=0)
        number[self.months :] = number[self.months :] - number[: -self.months].copy()
        return np.where(number > 0, self.multiple, 1.0)
