"""Closed forms that a simulation must reproduce: puts and calls on forwards, and mixtures of them.

All are per kg; volumes and caps are for the caller. A put of strike K is what a floor at K pays.
Source:  F. Black, The pricing of commodity contracts (1976); R. C. Merton, Option pricing when underlying stock
         returns are discontinuous (1976); E. S. Schwartz, The stochastic behavior of commodity prices (1997).
"""

from __future__ import annotations

import math

_MOST = 400


def normal_cdf(x: float) -> float:
    """The standard normal distribution function."""
    return 0.5 * math.erfc(-x / math.sqrt(2))


def _d1(forward: float, strike: float, sd: float) -> float:
    return math.log(forward / strike) / sd + sd / 2


def put(forward: float, strike: float, sd: float) -> float:
    """Expected max(strike - price, 0), undiscounted, of a log-normal price.

    Args:
        sd: Standard deviation of the log price at that date.
    """
    if sd == 0:
        return max(strike - forward, 0.0)
    d1 = _d1(forward, strike, sd)
    return strike * normal_cdf(sd - d1) - forward * normal_cdf(-d1)


def call(forward: float, strike: float, sd: float) -> float:
    """Expected max(price - strike, 0), undiscounted."""
    return put(forward, strike, sd) + forward - strike


def put_delta(forward: float, strike: float, sd: float) -> float:
    """By how much a put moves with the forward, undiscounted."""
    return -normal_cdf(-_d1(forward, strike, sd))


def put_vega(forward: float, strike: float, sd: float, years: float) -> float:
    """By how much a put moves with volatility (a year), undiscounted."""
    d1 = _d1(forward, strike, sd)
    return forward * math.exp(-d1 * d1 / 2) / math.sqrt(2 * math.pi) * math.sqrt(years)


def reverting(start: float, log_level: float, reversion: float, volatility: float, years: float) -> tuple[float, float]:
    """Forward, and standard deviation of the log price, of Schwartz's one-factor process."""
    left = math.exp(-reversion * years)
    variance = volatility**2 * -math.expm1(-2 * reversion * years) / (2 * reversion)
    return math.exp(left * math.log(start) + (1 - left) * log_level + variance / 2), math.sqrt(variance)


def put_with_jumps(
    forward: float, strike: float, volatility: float, years: float, jumps: tuple[float, float, float]
) -> float:
    """A put on a price with Merton's jumps: a Poisson sum of puts.

    Args:
        jumps: Rate a year, mean and standard deviation of the log of a jump.
    """
    rate, mean, sd = jumps
    growth = math.expm1(mean + sd * sd / 2)
    weight, value = math.exp(-rate * years), 0.0
    for count in range(_MOST):
        moved = forward * math.exp(-rate * growth * years + count * math.log1p(growth))
        value += weight * put(moved, strike, math.sqrt(volatility**2 * years + count * sd * sd))
        weight *= rate * years / (count + 1)
    return value
