"""Folds as numbers: on lists (one case) and on arrays with a path axis. Sums run in order of time on both."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from finmodel.kernel.returns.irr import FOUND, Steps, irr_batch, judged_batch, without_rounding

Row = Sequence[float]
Paths = Any  # a list of floats, or an array (periods, paths)


def total(row: Row) -> float:
    """Sum from left to right; the built-in sum compensates from Python 3.12 on and would differ."""
    result = 0.0
    for value in row:
        result = result + value
    return result


def lowest(row: Row, flag: Row | None = None) -> float:
    """Smallest, flagged periods only; 0 of none."""
    return min(_flagged(row, flag), default=0.0)


def highest(row: Row, flag: Row | None = None) -> float:
    """Largest, flagged periods only; 0 of none."""
    return max(_flagged(row, flag), default=0.0)


def _flagged(row: Row, flag: Row | None) -> Iterable[float]:
    return row if flag is None else (value for value, on in zip(row, flag, strict=True) if on)


def first_when(flag: Row) -> float:
    """Number of the first flagged period, from 1; 0 of none."""
    return float(next((i for i, value in enumerate(flag, 1) if value == 1), 0))


def value_at(row: Row, number: float) -> float:
    """Value of a numbered period; 0 for a number outside the timeline.

    Args:
        number: Number of the period, from 1.
    """
    return row[int(number) - 1] if 1 <= number < len(row) + 1 else 0.0


def _single(fold: Callable[..., Any]) -> Callable[..., float]:
    """A fold over paths as one over a single case: rates of a row have the same bits alone and among others."""

    def one(*parts: Any) -> float:
        return float(fold(*parts)[0])

    return one


def _total_paths(rows: Paths) -> Any:
    result = 0.0
    for row in rows:
        result = result + row
    return result


def _extreme(pick: Callable[[Any, Any], Any], start: float) -> Callable[..., Any]:
    def fold(rows: Paths, flags: Paths | None = None) -> Any:
        result: Any = start
        seen: Any = False
        for i, row in enumerate(rows):
            flag = True if flags is None else np.asarray(flags[i]) != 0
            result = np.where(flag, pick(result, row), result)
            seen = seen | flag
        return np.where(seen, result, 0.0)

    return fold


def _first_paths(flags: Paths) -> Any:
    result: Any = 0.0
    for i, flag in enumerate(flags, 1):
        result = np.where((result == 0) & (np.asarray(flag) == 1), float(i), result)
    return result


def _value_paths(rows: Paths, number: Any) -> Any:
    result: Any = 0.0
    for i, row in enumerate(rows, 1):
        result = np.where(np.trunc(number) == i, row, result)
    return result


def _matrix(rows: Paths) -> NDArray[np.float64]:
    return np.asarray(rows, dtype=float).reshape(len(rows), -1)


def _across(*parts: Any) -> list[NDArray[np.float64]]:
    """These parts, each with the full path axis."""
    arrays = [np.atleast_1d(np.asarray(part, dtype=float)) for part in parts]
    width = max(array.shape[-1] for array in arrays)
    return [np.broadcast_to(array, (*array.shape[:-1], width)) for array in arrays]


@dataclass(frozen=True)
class _Solved:
    """What was asked last, and the answer: the status of a flow and its rate are asked one after the other."""

    flows: NDArray[np.float64]
    guess: NDArray[np.float64]
    steps: Steps
    rate: NDArray[np.float64]
    status: NDArray[np.int8]

    def answers(self, flows: NDArray[np.float64], guess: NDArray[np.float64], steps: Steps) -> bool:
        """Whether the same is asked again."""
        same = self.steps == steps and np.array_equal(self.guess, guess)
        return same and np.array_equal(self.flows, flows)


_last: list[_Solved] = []


def _statuses(flows: Paths, steps: Steps, guess: Any, per_year: int) -> Any:
    flows, guess = _across(flows, guess)
    rate, status = judged_batch(flows, guess, steps, per_year)
    _last[:] = [_Solved(flows.copy(), guess.copy(), steps, rate, status)]
    return status.astype(float)


def _rates(flows: Paths, steps: Steps, guess: Any, tested: Any) -> Any:
    flows, guess, tested = _across(flows, guess, tested)
    known = next(iter(_last), None)
    if known is not None and known.answers(flows, guess, steps):
        rate, status = known.rate, known.status
    else:
        rate, status = irr_batch(without_rounding(flows), guess, steps)
    return np.where((tested != 0) & np.isin(status, FOUND), rate, 0.0)


def _irr_status(rows: Paths, guess: Any, per_year: Any) -> Any:
    return _statuses(_matrix(rows), Steps.equal(len(rows)), guess, int(np.asarray(per_year).flat[0]))


def _irr(rows: Paths, guess: Any, tested: Any) -> Any:
    return _rates(_matrix(rows), Steps.equal(len(rows)), guess, tested)


def _xirr_status(rows: Paths, dates: Paths, guess: Any) -> Any:
    return _statuses(_matrix(rows), _dated(dates), guess, 1)


def _xirr(rows: Paths, dates: Paths, guess: Any, tested: Any) -> Any:
    return _rates(_matrix(rows), _dated(dates), guess, tested)


def _dated(dates: Paths) -> Steps:
    """The calendar is the same on every path."""
    return Steps.dated(_matrix(dates)[:, 0])


PATHS: dict[str, Callable[..., Any]] = {
    "total": _total_paths,
    "lowest": _extreme(np.minimum, math.inf),
    "highest": _extreme(np.maximum, -math.inf),
    "first_when": _first_paths,
    "value_at": _value_paths,
    "irr_status": _irr_status,
    "irr": _irr,
    "xirr_status": _xirr_status,
    "xirr": _xirr,
}
SOLVED = ("irr_status", "irr", "xirr_status", "xirr")  # by one routine for a case and for paths
SCALAR: dict[str, Callable[..., float]] = {
    **{fold.__name__: fold for fold in (total, lowest, highest, first_when, value_at)},
    **{name: _single(PATHS[name]) for name in SOLVED},
}
