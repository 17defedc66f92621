"""Solving: solved inputs are moved to their targets until every residual is nothing.

The loops of a deal (debt ↔ interest ↔ tax ↔ cash, debt ↔ fees ↔ uses) are mild: each target moves by less than its
input. So the inputs are set to their targets again and again, with Anderson's mixing of the last few steps, which on
the flagship takes a third of the passes. Only lines that depend on solved inputs are recomputed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from finmodel.kernel.errors import SolveError
from finmodel.kernel.faces.generated import Kernel, Values
from finmodel.kernel.model import Solved

PASSES = 100
_MEMORY = 5


@dataclass(frozen=True)
class Solution:
    """Values of the solved inputs, the lines computed with them, passes, and the largest relative residual.

    `residuals` has that of each solved input, by id; `total` is finite as long as every line is.
    """

    given: Values
    lines: Values
    passes: int
    residual: float
    residuals: Mapping[str, float] = field(default_factory=dict)
    total: float = 0.0


def solve(
    searched: Sequence[Solved], kernel: Kernel, given: Mapping[str, Any], fixed: Mapping[str, Any], tolerance: float
) -> Solution:
    """Find the solved inputs of a model; `kernel` computes the targets that move, `fixed` holds the rest.

    Args:
        searched: Solved inputs and their targets.
        given: Input id → number, or one a period.
        tolerance: Largest residual [of the target's size].

    Raises:
        SolveError: The residual stays above the tolerance; names the input, its target and its best value.
    """
    unknown = _Vector(searched)
    trial = dict(given)
    point = unknown.pack({solved.value.id: given[solved.value.id] for solved in searched})
    history: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
    best = np.inf
    for passes in range(1, PASSES + 1):
        trial.update(unknown.unpack(point))
        moved, total = kernel.unchecked(trial, fixed)
        out = {**fixed, **moved}
        target = unknown.pack({solved.value.id: out[solved.target.id] for solved in searched})
        residual = target - point
        scale = unknown.scale(target)
        size = float(np.max(np.abs(residual) / scale)) if residual.size else 0.0
        if not np.isfinite(size):
            raise SolveError("sizing does not settle: a solved value is no finite number")
        if size <= tolerance:
            largest = unknown.largest(np.abs(residual) / scale)
            return Solution(unknown.unpack(point), out, passes, size, largest, total)
        best = min(best, size)
        history.append((point / scale, residual / scale))
        del history[:-_MEMORY]
        point = _mix(history) * scale
    raise SolveError(_unsolved(searched, trial, out, best))


def _mix(history: list[tuple[NDArray[np.float64], NDArray[np.float64]]]) -> NDArray[np.float64]:
    """Anderson's next point: the mixture of the last steps whose residual is smallest (Walker and Ni 2011)."""
    point, residual = history[-1]
    if len(history) == 1:
        return point + residual
    moves = np.stack([after[0] - before[0] for before, after in pairwise(history)], axis=1)
    changes = np.stack([after[1] - before[1] for before, after in pairwise(history)], axis=1)
    weights, *_ = np.linalg.lstsq(changes, residual, rcond=1e-12)
    result: NDArray[np.float64] = point + residual - (moves + changes) @ weights
    return result


class _Vector:
    """Solved inputs as one vector; each has the scale of its own largest target."""

    def __init__(self, solved: Sequence[Solved]) -> None:
        self.solved = solved
        self.sizes = [len(item.value.value) if isinstance(item.value.value, tuple) else 1 for item in solved]

    def pack(self, values: Mapping[str, Any]) -> NDArray[np.float64]:
        """Values by id as one vector."""
        parts = [np.atleast_1d(np.asarray(values[item.value.id], dtype=float)) for item in self.solved]
        return np.concatenate(parts) if parts else np.zeros(0)

    def unpack(self, vector: NDArray[np.float64]) -> Values:
        """The vector as values by id."""
        values: Values = {}
        start = 0
        for item, size in zip(self.solved, self.sizes, strict=True):
            part = vector[start : start + size].tolist()
            values[item.value.id] = part if item.value.series else part[0]
            start += size
        return values

    def largest(self, vector: NDArray[np.float64]) -> dict[str, float]:
        """The largest element of each solved input, by id."""
        ends = np.cumsum(self.sizes)
        parts = zip(self.solved, ends - self.sizes, ends, strict=True)
        return {item.value.id: float(np.max(vector[start:end])) for item, start, end in parts}

    def scale(self, target: NDArray[np.float64]) -> NDArray[np.float64]:
        """The size of each element: the largest of its target, so that a row is judged as one."""
        scales = []
        start = 0
        for size in self.sizes:
            largest = float(np.max(np.abs(target[start : start + size])))
            scales.append(np.full(size, largest if largest > 0 else 1.0))
            start += size
        return np.concatenate(scales) if scales else np.ones(0)


def _unsolved(searched: Sequence[Solved], trial: Mapping[str, Any], out: Values, best: float) -> str:
    rows = [f"sizing does not settle in {PASSES} passes; the smallest relative residual was {best:.3g}"]
    for item in searched:
        if not item.value.series:
            tried, wanted = trial[item.value.id], out[item.target.id]
            rows.append(f"  {item.value.label}: tried {tried:,.2f}, its target then was {wanted:,.2f}")
    return "\n".join(rows)
