"""Processes of one price by month: random walk, mean reversion, jumps; exact steps, one formula for all.

The price is centre × exp(y - v/2 - jumps' mean), where y is the log deviation: each month
    y ← y e^(-κ/12) + σ s √((1 - e^(-κ/6)) / 2κ) z + jumps,      v ← v e^(-κ/6) + (σ s)² (1 - e^(-κ/6)) / 2κ
with z standard normal and s the multiple of volatility of the month's regime. κ = 0 is geometric Brownian motion, κ > 0
Schwartz (1997), one factor; jumps are those of Merton (1976): N of them, Poisson, log-normal in size. v is the variance
that y has given the regimes, so the factor has mean 1 along every sequence of regimes ("mean"), or log mean 0
("median"); "own" runs from a start to a level and replaces the deck.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MONTHS = 12
_LEAST = 1e-18  # what is left of a Poisson tail


@dataclass(frozen=True)
class Motion:
    """The numbers of a process, per year.

    Args:
        name: Of the variable, such as "price.ndpr".
        centre: "mean", "median" or "own".
        volatility: Standard deviation of the log price over a year.
        reversion: Speed of return; 0 is none.
        jump_rate: Jumps a year; 0 is none.
        jump_mean: Mean of the log of a jump.
        jump_sd: Standard deviation of the log of a jump.
        start: Price at the start of a price of its own.
        level: Its long-run mean; 0 without reversion.
        drift: Its expected growth, compounded continuously.
    """

    name: str
    centre: str
    volatility: float
    reversion: float = 0.0
    jump_rate: float = 0.0
    jump_mean: float = 0.0
    jump_sd: float = 0.0
    start: float = 0.0
    level: float = 0.0
    drift: float = 0.0

    @property
    def decay(self) -> float:
        """What is left of a deviation after a month."""
        return math.exp(-self.reversion / MONTHS)

    @property
    def step_variance(self) -> float:
        """Variance of a month's normal step, at a multiple of volatility of 1."""
        k = self.reversion
        spread = -math.expm1(-2 * k / MONTHS) / (2 * k) if k > 0 else 1 / MONTHS
        return self.volatility**2 * spread

    @property
    def jump_growth(self) -> float:
        """By how much a jump lifts the price on average: k of Merton."""
        return math.expm1(self.jump_mean + self.jump_sd**2 / 2)

    def middle(self, months: int) -> Floats:
        """The expected price of each month of a price of its own; ones about the deck.

        Args:
            months: Number of months.
        """
        years = np.arange(1, months + 1) / MONTHS
        if self.centre != "own":
            return np.ones(months)
        if self.reversion == 0:
            return np.asarray(self.start * np.exp(self.drift * years))
        log_level = math.log(self.level) - self.volatility**2 / (4 * self.reversion)
        left = np.exp(-self.reversion * years)
        variance = self.volatility**2 * -np.expm1(-2 * self.reversion * years) / (2 * self.reversion)
        return np.asarray(np.exp(left * math.log(self.start) + (1 - left) * log_level + variance / 2))

    def offset(self, months: int) -> Floats:
        """What jumps add to the logarithm: of the mean, or ("median") the mean of the logarithm; shape (months, 1).

        Args:
            months: Number of months.
        """
        each = self.jump_mean if self.centre == "median" else self.jump_growth
        return np.asarray(self.jump_rate * each * np.arange(1, months + 1) / MONTHS).reshape(-1, 1)


def factor(motion: Motion, normal: Floats, scale: Floats | None, jumps: Floats | None) -> Floats:
    """The price as a multiple of its centre, with shape (months, paths).

    Args:
        normal: Standard normal numbers of each month; used up.
        scale: Multiple of volatility of each month; None is 1 throughout.
        jumps: Log of the jumps of each month; None for none.
    """
    months, decay, variance = len(normal), motion.decay, motion.step_variance
    steps = normal
    steps *= math.sqrt(variance)
    if scale is not None:
        steps *= scale
    if jumps is not None:
        steps += jumps
    spread = _spread(variance, decay, months, scale)
    for month in range(1, months):
        steps[month] += decay * steps[month - 1] if decay != 1 else steps[month - 1]
    if motion.centre != "median":
        steps -= 0.5 * spread
    if motion.jump_rate:
        steps -= motion.offset(months)
    return np.exp(steps, out=steps)


def _spread(variance: float, decay: float, months: int, scale: Floats | None) -> Floats:
    """The variance of the log deviation at each month, given the regimes."""
    rows = np.full((months, 1), variance) if scale is None else variance * (scale * scale)
    for month in range(1, months):
        rows[month] += decay * decay * rows[month - 1]
    return rows


def jump_sizes(motion: Motion, uniform: Floats, normal: Floats) -> Floats:
    """The log of each month's jumps: their number by the uniform number, their sizes by the normal one.

    Args:
        uniform: Numbers between 0 and 1, shape (months, paths).
        normal: Standard normal numbers of the same shape.
    """
    mean = motion.jump_rate / MONTHS
    number = np.zeros_like(uniform)
    term = reached = math.exp(-mean)
    count = 0
    while 1 - reached > _LEAST and count < mean + 50 * math.sqrt(mean + 1):
        number += uniform > reached
        count += 1
        term *= mean / count
        reached += term
    return np.asarray(number * motion.jump_mean + np.sqrt(number) * motion.jump_sd * normal)
