"""Statistics of many paths, from the numbers of every path in their order: exact quantiles, honest errors.

Error:   of independent paths, sd / √n. A pair of antithetic paths counts as one. Of Sobol points, the spread of the 16
         replicates' means. A quantile's 95 % interval is between order statistics, and needs independent paths.
Rates:   a total loss counts as -100 %, so that leaving it out cannot flatter a mean or a quantile; its share is told.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from finmodel.risk.draws.sobol import REPLICATES
from finmodel.risk.draws.streams import BLOCK
from finmodel.risk.simulated import QUANTILES, TOTAL_LOSS, Chance, Histogram, Spread

Floats = NDArray[np.float64]
_Z = 1.96
_CLASSES = 20
_REACH = 2.5
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


class Tail(NamedTuple):
    """A level, and the side that costs: 1 if high numbers are the bad ones, -1 if low ones."""

    level: float
    side: int


def spread(
    values: NDArray[Any],
    sampling: str,
    reasons: Mapping[str, float] | None = None,
    tail: Tail | None = None,
) -> Spread:
    """What is said of one number.

    Args:
        values: Of every path, in order; nan where it is not defined.
        sampling: "random", "antithetic" or "sobol"; "part" for paths picked from a run.
        reasons: Why not → share of paths.
        tail: Beyond which level `worst` is the mean, and on which side.
    """
    known = np.asarray(values[~np.isnan(values)], dtype=float)
    undefined = dict(reasons or {})
    missing = 1 - known.size / values.size if values.size else 1.0
    if missing > 0 and sum(share for why, share in undefined.items() if why != TOTAL_LOSS) < missing - 1e-12:
        undefined["not applicable"] = missing
    if not known.size:
        return Spread(None, None, None, {}, {}, undefined)
    ordered = np.sort(known)
    quantiles = {f"p{p}": float(q) for p, q in zip(QUANTILES, _quantiles(ordered), strict=True)}
    whole = known.size == values.size
    sd = float(known.std(ddof=1)) if known.size > 1 else None
    return Spread(
        mean=float(known.mean()),
        sd=sd,
        se=_error(known, sampling if whole else "part"),
        quantiles=quantiles,
        intervals=_intervals(ordered) if sampling in ("random", "part") else {},
        undefined=undefined,
        worst=None if tail is None else _worst(ordered, *tail),
    )


def chance(happened: NDArray[Any], sampling: str) -> Chance:
    """The share of paths on which something happens.

    Args:
        happened: Flag of each path.
        sampling: "random", "antithetic" or "sobol".
    """
    flags = np.asarray(happened, dtype=float)
    return Chance(float(flags.mean()), _error(flags, sampling))


def histogram(values: NDArray[Any]) -> Histogram:
    """At most some twenty classes of a round width, over the middle of a number's values.

    What lies beyond the first and the last per cent, or further from the middle half than 2.5 times its width, is in
    the first and the last class: a few paths far out, such as total losses, do not squeeze all others together.

    Args:
        values: One number a path.
    """
    known = np.asarray(values[~np.isnan(values)], dtype=float)
    if not known.size:
        return Histogram((), ())
    low, below, above, high = (float(q) for q in np.quantile(known, (0.01, 0.25, 0.75, 0.99)))
    reach = _REACH * (above - below)
    if reach > 0:
        low, high = max(low, below - reach), min(high, above + reach)
    if high - low <= 1e-12 * max(abs(low), abs(high)):
        return Histogram((low, high), (known.size,))
    size = 10 ** math.floor(math.log10((high - low) / _CLASSES))
    step = next(size * part for part in _STEPS if (high - low) / (size * part) <= _CLASSES)
    first, last = math.floor(low / step), math.floor(high / step) + 1
    edges = [step * at for at in range(first, last + 1)]
    classes = np.clip(np.searchsorted(edges, known, side="right") - 1, 0, len(edges) - 2)
    return Histogram(tuple(edges), tuple(np.bincount(classes, minlength=len(edges) - 1).tolist()))


def shares(states: Floats, reasons: tuple[str, ...], missing: NDArray[np.bool_]) -> dict[str, float]:
    """Why a number is not defined → share of paths; a total loss is told too, a note on a number is not.

    Args:
        states: Numbers of the reasons; 0 is none.
        reasons: In words.
        missing: Whether the path has no number.
    """
    names = [_short(reason) for reason in reasons]
    counts = np.bincount(states[missing].astype(int), minlength=len(reasons))
    if TOTAL_LOSS in names:
        lost = names.index(TOTAL_LOSS)
        counts[lost] = np.count_nonzero(states == lost)
    return {names[i]: counts[i] / states.size for i in range(1, len(names)) if counts[i] and names[i]}


def _short(reason: str) -> str:
    return TOTAL_LOSS if TOTAL_LOSS in reason else reason


def _quantiles(ordered: Floats) -> Floats:
    """By linear interpolation between order statistics, as NumPy and most databases do."""
    return np.asarray(np.quantile(ordered, [p / 100 for p in QUANTILES]))


def _intervals(ordered: Floats) -> dict[str, tuple[float, float]]:
    n, found = ordered.size, {}
    for p in QUANTILES:
        share = p / 100
        half = _Z * math.sqrt(n * share * (1 - share))
        low, high = math.floor(n * share - half) - 1, math.ceil(n * share + half)
        if low >= 0 and high < n:
            found[f"p{p}"] = (float(ordered[low]), float(ordered[high]))
    return found


def _error(values: Floats, sampling: str) -> float | None:
    """The standard error of the mean."""
    if sampling == "antithetic":
        half, rest = BLOCK // 2, values.size % BLOCK
        whole = values[: values.size - rest].reshape(-1, 2, half).mean(axis=1).ravel()
        paired = max(0, rest - half)
        last = values[values.size - rest :]
        pairs = (last[:paired] + last[half : half + paired]) / 2
        values = np.concatenate([whole, pairs, last[paired:half]])  # paths whose mirror was cut off count alone
    elif sampling == "sobol":
        blocks = values.reshape(-1, BLOCK).mean(axis=1)
        values = blocks.reshape(-1, REPLICATES).mean(axis=0)
    return float(values.std(ddof=1) / math.sqrt(values.size)) if values.size > 1 else None


def _worst(ordered: Floats, level: float, side: int) -> float:
    """The mean of the worst (1 - level) of paths; the path on the edge counts in part."""
    worst = ordered[::-1] if side > 0 else ordered
    count = (1 - level) * ordered.size
    whole = min(int(count), ordered.size - 1)
    total = math.fsum(worst[:whole].tolist()) + (count - whole) * float(worst[whole])
    return total / count
