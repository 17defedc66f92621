"""Scrambled Sobol points with a Brownian bridge: normal numbers that fill their space evenly.

A run has 16 replicates, each with a scrambling of its own: the spread of their means is the error of their mean, which
a single one could not tell. Block b belongs to replicate b mod 16, and is the next 1,024 points of it. The bridge gives
the first, most even coordinates to the end of each path, then to its middle, and so on; what it returns are independent
normal numbers again, so every process may use them.
Measured: error of the mean of 1,024 points, on a strip of quarterly puts over ten years: 0.09 % bridged, 0.06 % by
         principal components, 2.4 % of random paths; on the flagship, whose regimes are drawn at random, 16,384 paths
         have an error of support of 1.0 against 2.0 million. Principal components would need a product of matrices on
         the path axis, whose bits change with the machine: the bridge stays.
Source:  A. B. Owen, Scrambled net variance for integrals of smooth functions (1997); P. Glasserman, Monte Carlo Methods
         in Financial Engineering (2003), sections 5.2 and 5.4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from finmodel.kernel.errors import LimitError
from finmodel.risk.draws.streams import BLOCK, quantile

Floats = NDArray[np.float64]
REPLICATES = 16
MOST = 21_201  # coordinates for which direction numbers are known


@dataclass(frozen=True)
class Points:
    """The points of one block of paths."""

    seed: int
    block: int

    def normal(self, variables: int, months: int) -> Floats:
        """Independent standard normal numbers with shape (variables, months, 1024).

        Args:
            variables: Number of variables.
            months: Number of months.

        Raises:
            LimitError: More coordinates than direction numbers.
        """
        if variables * months > MOST:
            raise LimitError(
                f"Sobol points have at most {MOST:,} coordinates: got {variables} prices × {months} months"
            )
        replicate, place = self.block % REPLICATES, self.block // REPLICATES
        points = _points(self.seed, replicate, variables * months, place)
        even = quantile(points + 2.0**-33).T.reshape(months, variables, BLOCK)
        return np.ascontiguousarray(_bridge(even).transpose(1, 0, 2))


def _points(seed: int, replicate: int, size: int, place: int) -> Floats:
    from scipy.stats import qmc  # takes long to load, and few runs need it

    scrambling = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(replicate,))))
    sequence = qmc.Sobol(size, scramble=True, bits=32, rng=scrambling)
    if place:
        sequence.fast_forward(place * BLOCK)
    points: Floats = sequence.random(BLOCK)
    return points


def _bridge(even: Floats) -> Floats:
    """Steps of random walks whose end is coordinate 0, whose middle is coordinate 1, and so on."""
    months = len(even)
    walk = np.zeros((months + 1, *even.shape[1:]))
    walk[months] = math.sqrt(months) * even[0]
    for number, (left, middle, right) in enumerate(_order(months), 1):
        share = (middle - left) / (right - left)
        sd = math.sqrt((middle - left) * (right - middle) / (right - left))
        walk[middle] = (1 - share) * walk[left] + share * walk[right] + sd * even[number]
    return np.diff(walk, axis=0)


@lru_cache(maxsize=16)
def _order(months: int) -> tuple[tuple[int, int, int], ...]:
    """In which order a bridge is filled: (left, middle, right), the widest gaps first."""
    gaps, found = [(0, months)], []
    while gaps:
        left, right = gaps.pop(0)
        middle = (left + right) // 2
        if middle > left:
            found.append((left, middle, right))
            gaps += [(left, middle), (middle, right)]
    return tuple(found)
