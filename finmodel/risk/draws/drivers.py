"""What is drawn besides prices: an input once a path, events that start in a month and last, and hazards of events."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from finmodel.risk.draws.streams import quantile

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
        """The multiple of each path by its quantile.

        Args:
            uniform: Numbers between 0 and 1, one a path.
        """
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
        """The multiple in each month and path; an event that starts while one lasts makes it last longer.

        Args:
            uniform: Numbers between 0 and 1, shape (months, paths).
        """
        starts = uniform < -math.expm1(-self.hazard / 12)
        number = np.cumsum(starts, axis=0)
        number[self.months :] = number[self.months :] - number[: -self.months].copy()
        return np.where(number > 0, self.multiple, 1.0)


@dataclass(frozen=True)
class Choice:
    """One of several values of an input, drawn once a path.

    Args:
        name: Of the variable, such as "driver.delay".
        key: The input.
        values: In the order of the case.
        chances: Of each; they sum to 1.
    """

    name: str
    key: str
    values: tuple[float, ...]
    chances: tuple[float, ...]

    def of(self, uniform: Floats) -> Floats:
        """The value of each path.

        Args:
            uniform: Numbers between 0 and 1, one a path.
        """
        at = np.searchsorted(np.cumsum(self.chances), uniform, side="right")
        return np.asarray(np.array(self.values)[np.minimum(at, len(self.values) - 1)])


@dataclass(frozen=True)
class Hazard:
    """When an event of the case strikes: the first time of a Poisson process, at the start of the period it falls in.

    Args:
        name: Of the event.
        rate: A year.
        share: Lost while it holds.
        period: Months.
    """

    name: str
    rate: float
    share: float
    period: int

    def of(self, uniform: Floats, never: float) -> Floats:
        """Months from the event's start until it strikes, on each path; `never` beyond the timeline.

        Args:
            uniform: Numbers between 0 and 1, one a path.
        """
        if self.rate == 0:
            return np.full(uniform.shape, never)
        months = -12 / self.rate * np.log1p(-uniform)
        return np.asarray(np.minimum(np.floor(months / self.period) * self.period, never))
