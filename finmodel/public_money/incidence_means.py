"""Incidence over many worlds: the share of a party is the mean of what it has over the mean net support.

A ratio of means, never a mean of ratios: a world with little support has little weight. The interval is a bootstrap
over worlds, with a seed of its own. Default avoided counts the worlds in which senior debt is short without support
and is not with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from finmodel.kernel.alternatives import Alternatives
from finmodel.public_money.incidence import GIVE_BACK, TOP_UP, Deal, Split, split

RESAMPLES, SEED = 1_000, 7
LOW, HIGH = 0.025, 0.975
SHORTFALL = "waterfall.senior_shortfall"
CENT = 0.01


@dataclass(frozen=True)
class Mean:
    """Incidence over worlds: means by party, shares with an interval, and what was seen on the way.

    `shares`, `low` and `high` are None where the mean net support is nothing or negative. `worst` is the largest
    residual of a world over its tolerance: at most 1.
    """

    worlds: int
    net: float
    amounts: NDArray[np.float64]
    shares: NDArray[np.float64] | None
    low: NDArray[np.float64] | None
    high: NDArray[np.float64] | None
    avoided: float
    worst: float


def over_worlds(deal: Deal, rate: float, draws: Iterable[Mapping[str, Any]]) -> Mean:
    """Run each world without support, with top-up alone and with both, and take the means.

    Args:
        rate: Effective yearly rate [1/year].
        draws: Blocks of drawn inputs: (paths,) for a single number, (periods, paths) for a row.

    Returns:
        Means over the worlds, with their errors.
    """
    splits: list[Split] = []
    avoided = 0
    kernel: Alternatives | None = None
    for rows in draws:
        known = {id: np.asarray(value, dtype=float) for id, value in rows.items() if id in deal.given}
        if kernel is None:
            short = [SHORTFALL] if SHORTFALL in deal.model.lines else []
            outputs = [*deal.lines, *deal.paid("paid"), *deal.paid("given_back"), "sales.billed", *short]
            kernel = Alternatives(deal.model, deal.values, deal.given, (*known, TOP_UP, GIVE_BACK), outputs)
        paths = max(value.shape[-1] for value in known.values())
        count = deal.model.timeline.count
        three = {id: np.repeat(value, 3, axis=-1) for id, value in known.items()}
        three[TOP_UP] = np.tile([0.0, 1.0, 1.0], (count, paths))
        three[GIVE_BACK] = np.tile([0.0, 0.0, 1.0], (count, paths))
        out = kernel.run(three, 3 * paths)
        splits += split(deal, out, rate)
        if SHORTFALL in out:
            worst = out[SHORTFALL].max(axis=0)
            avoided += int(np.count_nonzero((worst[0::3] > CENT) & (worst[2::3] <= CENT)))
    return _mean(splits, avoided)


def _mean(splits: Sequence[Split], avoided: int) -> Mean:
    amounts = np.array([one.all for one in splits])
    nets = np.array([one.net for one in splits])
    worst = max(abs(one.residual) / one.tolerance for one in splits)
    shares, low, high = ratio_of_means(amounts, nets)
    return Mean(len(splits), float(nets.mean()), amounts.mean(axis=0), shares, low, high, avoided / len(splits), worst)


def ratio_of_means(
    amounts: NDArray[np.float64], nets: NDArray[np.float64]
) -> tuple[NDArray[np.float64] | None, NDArray[np.float64] | None, NDArray[np.float64] | None]:
    """The mean of each column over the mean net, with its interval; None where the net is not positive.

    Args:
        amounts: Present values, shape (worlds, columns).
        nets: Net support of each world.
    """
    if nets.mean() <= 0:
        return None, None, None
    random, count = np.random.default_rng(SEED), len(nets)
    found = []
    for _ in range(RESAMPLES):
        weights = np.bincount(random.integers(0, count, count), minlength=count)
        found.append((weights @ amounts) / max(float(weights @ nets), 1e-300))
    low, high = np.quantile(np.array(found), [LOW, HIGH], axis=0)
    return amounts.mean(axis=0) / nets.mean(), low, high
