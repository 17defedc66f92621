"""Parameters of a process from a price history, each with its sample and an interval; what cannot be told is not.

Volatility:   standard deviation of monthly log changes × √12; 95 % interval by the chi-square distribution. Months that
              are averages of days understate it by √(2/3), which a lag-one autocorrelation of 0.25 gives away.
Reversion:    least squares of the log price on its past. The estimate is far too high in any sample of decades, so the
              interval holds every κ under which an estimate so large is no surprise, by simulation, and the middle one
              is the κ whose median estimate it is.
Jumps:        changes beyond three robust standard deviations; their number has a Poisson interval.
Drift:        is not estimated: its standard error is σ/√years, larger than any drift worth stating.
Source:       H. Phillips and J. Yu, Jackknifing bond option prices (2005), on the bias; D. W. K. Andrews (1993), on
              median-unbiased estimates.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from finmodel.case.histories import History
from finmodel.kernel.errors import UsageError
from finmodel.kernel.timeline import month_start

Floats = NDArray[np.float64]
LEAST = 25  # months, so that there are two years of changes
LEAST_REVERSION = 121
STILL = 0.5  # share of changes that are nothing, beyond which quotes do not follow the market
CUT = 3.0
_SAMPLES = 2_000
_KAPPAS = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0, 5.0)


@dataclass(frozen=True)
class Estimate:
    """A number and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Calibration:
    """What a history says of one price.

    Args:
        name: Of the index.
        first: First month, such as 2013-01.
        last: Last month.
        changes: Number of monthly changes.
        volatility: Over a year.
        autocorrelation: Of changes, one month apart.
        reversion: Speed a year; None when the history is too short.
        naive_reversion: By least squares, uncorrected.
        level: Mean price in the long run under the middle reversion [unit of the prices]; None without reversion.
        jump_rate: Jumps a year.
        jump_mean: Mean log jump; None without jumps.
        jump_sd: Standard deviation of log jumps; None with fewer than three.
        core: Volatility without the jumps.
        unit: Of the prices.
        remarks: What to know.
    """

    name: str
    first: str
    last: str
    changes: int
    volatility: Estimate
    autocorrelation: float
    reversion: Estimate | None
    naive_reversion: float | None
    level: float | None
    jump_rate: Estimate
    jump_mean: float | None
    jump_sd: float | None
    core: float
    unit: str
    remarks: tuple[str, ...]


def calibrate(histories: Mapping[str, History], *, force: bool = False) -> dict[str, Calibration]:
    """Parameters of each price.

    Args:
        histories: Price → its history by month.
        force: Estimate reversion from less than ten years too.

    Raises:
        UsageError: A history is too short, constant, or has a price of 0.
    """
    if not histories:
        raise UsageError("there is no price history: prices.csv has a column for each index")
    return {name: _one(name, history, force) for name, history in histories.items()}


def correlations(histories: Mapping[str, History]) -> dict[tuple[str, str], Estimate]:
    """Correlation of monthly log changes of each pair, over the months that both have, with Fisher's interval.

    Args:
        histories: Price → its history by month.
    """
    found = {}
    names = list(histories)
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            months = sorted(set(histories[first].months) & set(histories[second].months))
            pairs = [(a, b) for a, b in pairwise(months) if b == a + 1]
            if len(pairs) >= LEAST - 1:
                found[first, second] = _correlation(histories[first], histories[second], pairs)
    return found


def _correlation(first: History, second: History, pairs: Sequence[tuple[int, int]]) -> Estimate:
    one, other = (np.array([math.log(h.months[b] / h.months[a]) for a, b in pairs]) for h in (first, second))
    r = float(np.corrcoef(one, other)[0, 1])
    half = 1.96 / math.sqrt(len(pairs) - 3)
    bent = math.atanh(min(max(r, -1 + 1e-15), 1 - 1e-15))
    return Estimate(r, math.tanh(bent - half), math.tanh(bent + half))


def _one(name: str, history: History, force: bool) -> Calibration:
    months = sorted(history.months)
    prices = np.array([history.months[month] for month in months])
    _refuse(name, months, prices)
    logs = np.log(prices)
    changes = np.diff(logs)
    count = changes.size
    sd = float(changes.std(ddof=1))
    remarks = _remarks(changes)
    reversion, naive, level = None, None, None
    if len(months) >= LEAST_REVERSION or force:
        naive = _least_squares(logs)
        reversion = _reversion(naive, count, float((logs[0] - logs.mean()) / sd))
        spread = (sd * sd * 12) / (4 * reversion.value) if reversion.value > 0 else math.inf
        level = math.exp(float(logs.mean()) + spread) if spread < 1 else None
    else:
        remarks.append(f"reversion is not estimated from {len(months)} months: it takes ten years; --force insists")
    jumps = _jumps(changes)
    return Calibration(
        name=name,
        first=f"{month_start(months[0]):%Y-%m}",
        last=f"{month_start(months[-1]):%Y-%m}",
        changes=count,
        volatility=_volatility(sd, count),
        autocorrelation=float(np.corrcoef(changes[1:], changes[:-1])[0, 1]),
        reversion=reversion,
        naive_reversion=naive,
        level=level,
        jump_rate=_rate(jumps.size, count / 12),
        jump_mean=float(jumps.mean()) if jumps.size else None,
        jump_sd=float(jumps.std(ddof=1)) if jumps.size > 2 else None,
        core=float(changes[~np.isin(changes, jumps)].std(ddof=1)) * math.sqrt(12),
        unit=str(history.unit),
        remarks=tuple(remarks),
    )


def _refuse(name: str, months: Sequence[int], prices: Floats) -> None:
    """Histories that say nothing."""
    if len(months) < LEAST:
        raise UsageError(f"{name}: {len(months)} months of prices are too few: at least {LEAST} are needed")
    gap = next((a for a, b in pairwise(months) if b != a + 1), None)
    if gap is not None:
        raise UsageError(f"{name}: a month is missing after {month_start(gap):%Y-%m}; fill the gap, or cut before it")
    if prices.min() <= 0:
        at = month_start(months[int(prices.argmin())])
        raise UsageError(f"{name}: the price of {at:%Y-%m} is {prices.min():g}; a log price needs prices above 0")
    if prices.max() == prices.min():
        raise UsageError(f"{name}: the price never moves; a volatility of 0 needs no calibration")


def _remarks(changes: Floats) -> list[str]:
    still = float(np.mean(changes == 0))
    own = float(np.corrcoef(changes[1:], changes[:-1])[0, 1])
    found = []
    if still > STILL:
        found.append(
            f"{still:.0%} of the quotes do not move: the volatility of the market is higher".replace("%", " %")
        )
    if own > 0.15:
        found.append("changes follow each other, as those of averages do: of averages, multiply volatility by 1.22")
    return found


def _volatility(sd: float, count: int) -> Estimate:
    from scipy.stats import chi2

    low, high = chi2.ppf([0.975, 0.025], count - 1)
    yearly = sd * math.sqrt(12)
    return Estimate(yearly, yearly * math.sqrt((count - 1) / low), yearly * math.sqrt((count - 1) / high))


def _least_squares(logs: Floats) -> float:
    """κ of x' = a + e^(-κ/12) x + noise; 0 where x does not come back."""
    slope = float(_slopes(logs.reshape(-1, 1))[0])
    return -12 * math.log(min(max(slope, 1e-9), 1.0))


def _slopes(logs: Floats) -> Floats:
    """Slope of each column on its past."""
    before, after = logs[:-1] - logs[:-1].mean(axis=0), logs[1:] - logs[1:].mean(axis=0)
    slopes: Floats = (before * after).sum(axis=0) / (before * before).sum(axis=0)
    return slopes


def _reversion(naive: float, count: int, start: float) -> Estimate:
    """The κ under which the estimate would be the median, and the smallest and largest that leave it likely."""
    shares = _chances(count, 2 * round(start / 2))
    reached = np.array([float(np.mean(estimates <= naive)) for estimates in shares])
    return Estimate(*(_where(reached, chance) for chance in (0.5, 0.975, 0.025)))


def _where(reached: Floats, chance: float) -> float:
    """The κ at which an estimate this low or lower has a chance: chances fall as κ rises."""
    kappas = np.array(_KAPPAS)
    if reached[0] <= chance:
        return 0.0
    if reached[-1] >= chance:
        return float(kappas[-1])
    below = int(np.argmax(reached < chance))
    a, b = reached[below - 1], reached[below]
    return float(kappas[below - 1] + (kappas[below] - kappas[below - 1]) * (a - chance) / (a - b))


@lru_cache(maxsize=32)
def _chances(count: int, start: int) -> tuple[Floats, ...]:
    """Least-squares estimates over simulated histories of this length, for each κ of a grid; always the same ones.

    Args:
        start: First log price less the mean, in standard deviations of a monthly change.
    """
    noise = np.random.Generator(np.random.Philox(key=20270401)).standard_normal((count, _SAMPLES))
    found = []
    for kappa in _KAPPAS:
        decay = math.exp(-kappa / 12)
        logs = np.empty((count + 1, _SAMPLES))
        logs[0] = start if kappa > 0 else 0.0
        for month in range(count):
            logs[month + 1] = decay * logs[month] + noise[month]
        found.append(-12 * np.log(np.clip(_slopes(logs), 1e-9, 1.0)))
    return tuple(found)


def _jumps(changes: Floats) -> Floats:
    """Changes beyond three robust standard deviations of their median."""
    middle = float(np.median(changes))
    robust = float(np.median(np.abs(changes - middle))) * 1.4826
    return changes[np.abs(changes - middle) > CUT * robust] if robust > 0 else changes[:0]


def _rate(number: int, years: float) -> Estimate:
    """Events a year, with the exact Poisson interval."""
    from scipy.stats import chi2

    low = chi2.ppf(0.025, 2 * number) / 2 if number else 0.0
    return Estimate(number / years, float(low) / years, float(chi2.ppf(0.975, 2 * number + 2)) / 2 / years)
