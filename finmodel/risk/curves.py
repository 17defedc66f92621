"""What pictures of a run are drawn from: rows over time, and how results settle as paths are added."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from finmodel.kernel.errors import UsageError
from finmodel.kernel.faces.generated import Values
from finmodel.risk.checkpoint import Store
from finmodel.risk.draws.sobol import REPLICATES
from finmodel.risk.draws.streams import BLOCK
from finmodel.risk.simulated import Convergence, Fan, side
from finmodel.risk.statistics import Tail, spread
from finmodel.risk.summarise import Told

FEWEST, POINTS = 64, 32


def fans(store: Store) -> list[str]:
    """The rows that were kept by year or by period."""
    return [row.name for row in store.job.keep.yearly]


def fan(store: Store, name: str, told: Told, values: Values) -> Fan:
    """A row over time.

    Args:
        name: Name of the row.
        values: Every line of the case as it stands.

    Raises:
        UsageError: It was not kept.
    """
    keep = store.job.keep
    row = next((row for row in keep.yearly if row.name == name), None)
    if row is None:
        raise UsageError(f"{name} was not kept by year; kept are {', '.join(fans(store)) or 'none'}")
    case = np.broadcast_to(np.asarray(values[row.line], dtype=float), len(keep.labels))  # a still price is one number
    base = [float(part[0]) for part in keep.rows_of(row, case, 1)]
    spans, spreads, cases = [], [], []
    for span, level in zip(keep.spans(row), base, strict=True):
        found = spread(np.asarray(store.column(f"{name}:{span}"), dtype=float), store.job.sampling)
        if found.mean is not None:
            spans.append(span)
            spreads.append(found)
            cases.append(level)
    label = told.labels.get(name, name)
    return Fan(name, label, told.units.get(name, ""), tuple(spans), tuple(spreads), tuple(cases))


def convergence(store: Store, name: str, told: Told, tail: float) -> Convergence:
    """Mean, error and quantiles of a result over the first paths, ever more of them.

    Sobol points are balanced only in whole sets, so only these are shown.

    Args:
        name: Name of the result.
        tail: Share of the worst paths [ratio].

    Raises:
        UsageError: It is no result that was kept.
    """
    figures = [figure.name for figure in store.job.keep.figures]
    if name not in figures:
        raise UsageError(f"{name} was not asked for; kept are {', '.join(figures)}")
    values = np.asarray(store.column(name), dtype=float)
    numbers = _numbers(values, store.job.sampling)
    spreads = tuple(spread(values[:n], store.job.sampling, None, Tail(tail, side(name))) for n in numbers)
    return Convergence(name, told.labels.get(name, name), told.units.get(name, ""), numbers, spreads)


def _numbers(values: NDArray[np.float64], sampling: str) -> tuple[int, ...]:
    """Numbers of paths at equal ratios; of whole blocks where there are any, so that each has its mirror."""
    count = values.size
    if sampling == "sobol":
        whole = REPLICATES * BLOCK
        return tuple(whole * 2**k for k in range((count // whole).bit_length()))
    marks = np.geomspace(min(FEWEST, count), count, POINTS).round().astype(int)
    whole_blocks = (max(BLOCK, int(n) // BLOCK * BLOCK) if n >= BLOCK and n != count else int(n) for n in marks)
    return tuple(sorted(set(whole_blocks)))
