"""Stationary block bootstrap: months of history drawn in stretches of random length, all prices together.

A stretch starts anywhere, goes on with probability 1 - 1/length, and runs on from the end of history to its start.
Source:  D. N. Politis and J. P. Romano, The stationary bootstrap (1994). The covariance that it gives at lag k is
         (1 - 1/length)^k times the circular covariance of the sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class History:
    """Log changes by month of one price, without their mean.

    Args:
        name: Of the variable, such as "price.ndpr".
        centre: "mean" or "median".
        changes: Oldest first.
        length: Mean length of a stretch [months].
    """

    name: str
    centre: str
    changes: tuple[float, ...]
    length: float

    def factor(self, months: NDArray[np.int64]) -> Floats:
        """The price as a multiple of its centre, from numbers of months as `drawn` gives them.

        Args:
            months: Numbers of months of the history, shape (months, paths).
        """
        path = np.cumsum(np.array(self.changes)[months], axis=0)
        if self.centre == "mean":
            path -= np.log(self.growth(len(months)))[:, None]
        return np.asarray(np.exp(path))

    def growth(self, months: int) -> Floats:
        """The mean of exp(sum of changes) after each month, exactly: a recursion over the month last drawn.

        Args:
            months: Number of months.
        """
        lift, stay = np.exp(np.array(self.changes)), 1 - 1 / self.length
        weight = lift / len(lift)
        found = [float(weight.sum())]
        for _ in range(months - 1):
            weight = lift * (stay * np.roll(weight, 1) + (1 - stay) * weight.sum() / len(lift))
            found.append(float(weight.sum()))
        return np.array(found)


def drawn(size: int, length: float, fresh: Floats, where: Floats) -> NDArray[np.int64]:
    """Numbers of the months of history, by two uniform numbers each: whether a stretch starts, and where.

    Args:
        size: Months of the history.
        length: Mean length of a stretch [months].
        fresh: Whether a stretch starts, between 0 and 1.
        where: Where it starts, between 0 and 1.
    """
    starts = np.minimum((where * size).astype(np.int64), size - 1)
    new = fresh < 1 / length
    rows = starts
    for month in range(1, len(rows)):
        rows[month] = np.where(new[month], starts[month], (rows[month - 1] + 1) % size)
    return rows
