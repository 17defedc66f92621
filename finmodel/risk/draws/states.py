"""Regimes: a Markov chain of world states by month, and the name that a path earns by the states it goes through.

A probability of a regime may mean two things, which differ widely: the share of months spent in it (occupancy), or the
share of paths that bear its name. Here a path bears the name of the regime in which it spends at least `marks` months
of the first `label_months`; of several, the one that asks for most; else the one in which it spends most months.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
States = NDArray[np.int8]


@dataclass(frozen=True)
class Chain:
    """The regimes of a case.

    Args:
        names: In the order of the case.
        start: Probability of each at the first month.
        step: Row by row the probabilities of the next month.
        volatility: Multiple of volatility in each.
        marks: Months after which a path bears the name; 0 where only most months count.
        label_months: The months that count for a path's name.
    """

    names: tuple[str, ...]
    start: tuple[float, ...]
    step: tuple[tuple[float, ...], ...]
    volatility: tuple[float, ...]
    marks: tuple[int, ...]
    label_months: int

    def states(self, uniform: Floats) -> States:
        """The regime of each month and path, by one uniform number each; shape of `uniform`."""
        start = np.cumsum(self.start)[:-1]
        steps = np.cumsum(np.array(self.step), axis=1)[:, :-1]
        rows = np.empty(uniform.shape, dtype=np.int8)
        rows[0] = _reached(uniform[0], start[:, None])
        for month in range(1, len(uniform)):
            bounds: Floats = steps.T[:, rows[month - 1]]
            rows[month] = _reached(uniform[month], bounds)
        return rows

    def occupancy(self, months: int) -> Floats:
        """The probability of each regime at each month, exactly; shape (months, regimes).

        Args:
            months: Number of months.
        """
        found = [np.array(self.start)]
        for _ in range(months - 1):
            found.append(found[-1] @ np.array(self.step))
        return np.array(found)

    def labels(self, states: States) -> States:
        """The number of the regime whose name each path bears.

        Args:
            states: Regime of each month and path.
        """
        counted = states[: self.label_months]
        months = np.stack([(counted == number).sum(axis=0) for number in range(len(self.names))])
        label: States = months.argmax(axis=0).astype(np.int8)
        for number in sorted(range(len(self.names)), key=lambda k: self.marks[k]):
            if self.marks[number]:
                label[months[number] >= self.marks[number]] = number
        return label


def _reached(uniform: Floats, bounds: Floats) -> States:
    """How many bounds a number is beyond; the last regime has no bound, so rounding leads nowhere else."""
    beyond: States = (uniform >= bounds).sum(axis=0, dtype=np.int8)
    return beyond
