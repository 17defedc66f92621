"""Folds as numbers: on lists (one case) and on arrays with a path axis. Sums run in order of time on both."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from finmodel.engine.irr import OK, SEVERAL, irr_batch, irr_one, status_batch, xirr_one

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
    """Value of a numbered period; 0 for a number outside the timeline."""
    return row[int(number) - 1] if 1 <= number < len(row) + 1 else 0.0


def irr_status(row: Row) -> float:
    """Status of one flow."""
    return float(status_batch(np.array(row, dtype=float).reshape(-1, 1))[0])


def irr(row: Row, guess: float, tested: float) -> float:
    """Rate per period of one flow, where tested and there is one."""
    if not tested:
        return 0.0
    rate, status = irr_one(list(row), guess)
    return rate if status in (OK, SEVERAL) else 0.0


def xirr(row: Row, dates: Row, guess: float, tested: float) -> float:
    """Dated rate of one flow, where tested."""
    if not tested:
        return 0.0
    rate = xirr_one(list(row), list(dates), guess)
    return 0.0 if math.isnan(rate) else rate


SCALAR: dict[str, Callable[..., float]] = {
    fold.__name__: fold for fold in (total, lowest, highest, first_when, value_at, irr_status, irr, xirr)
}


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


def _irr_paths(rows: Paths, guess: Any, tested: Any) -> Any:
    flows, guesses, tests = _across(_matrix(rows), guess, tested)
    rate, status = irr_batch(flows, guesses)
    return np.where((tests != 0) & ((status == OK) | (status == SEVERAL)), rate, 0.0)


def _xirr_paths(rows: Paths, dates: Paths, guess: Any, tested: Any) -> Any:
    flows, days, guesses, tests = _across(_matrix(rows), _matrix(dates), guess, tested)
    columns = zip(flows.T.tolist(), days.T.tolist(), guesses.tolist(), tests.tolist(), strict=True)
    return np.array([xirr(*column) for column in columns])


PATHS: dict[str, Callable[..., Any]] = {
    "total": _total_paths,
    "lowest": _extreme(np.minimum, math.inf),
    "highest": _extreme(np.maximum, -math.inf),
    "first_when": _first_paths,
    "value_at": _value_paths,
    "irr_status": lambda rows: status_batch(_matrix(rows)).astype(float),
    "irr": _irr_paths,
    "xirr": _xirr_paths,
}
