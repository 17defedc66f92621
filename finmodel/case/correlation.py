"""Correlation matrices: put together from pairs, judged, and the nearest one that can exist.

Source:  N. J. Higham, Computing the nearest correlation matrix, IMA Journal of Numerical Analysis 22 (2002).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from finmodel.kernel.expr import Given

Floats = NDArray[np.float64]
ROUNDING = 1e-9
_ROUNDS = 1000


def matrix(names: Sequence[str], pairs: Mapping[str, Mapping[str, Given]]) -> Floats:
    """The matrix of some names; a pair that is not given has correlation 0.

    Args:
        names: Names, in the order of rows and columns.
        pairs: Name → other name → correlation [ratio].
    """
    result = np.eye(len(names))
    for first, row in pairs.items():
        for second, given in row.items():
            i, j = names.index(first), names.index(second)
            result[i, j] = result[j, i] = given.number
    return result


def possible(correlation: Floats) -> bool:
    """Whether variables with these correlations can exist: no eigenvalue is below 0 but for rounding.

    Args:
        correlation: Correlations, shape (n, n).
    """
    return correlation.size == 0 or float(np.linalg.eigvalsh(correlation)[0]) >= -ROUNDING


def nearest(correlation: Floats) -> Floats:
    """The nearest possible correlation matrix in the sum of squares, rounded to hundredths towards independence.

    Args:
        correlation: Correlations, shape (n, n).
    """
    shift, best = np.zeros_like(correlation), correlation
    for _ in range(_ROUNDS):
        values, vectors = np.linalg.eigh(best - shift)
        inside = (vectors * np.maximum(values, 0)) @ vectors.T
        shift = inside - (best - shift)
        best = (inside + inside.T) / 2
        np.fill_diagonal(best, 1.0)
    rounded = np.trunc(best * 100) / 100
    np.fill_diagonal(rounded, 1.0)
    while not possible(rounded):
        rounded = np.trunc(rounded * 0.99 * 100) / 100
        np.fill_diagonal(rounded, 1.0)
    return rounded


def root(correlation: Floats) -> Floats:
    """The lower triangle L with L Lᵀ = correlation; a variable that follows from those before it has a 0 in L.

    Args:
        correlation: Correlations, shape (n, n).
    """
    size = len(correlation)
    lower = np.zeros_like(correlation)
    for i in range(size):
        for j in range(i + 1):
            rest = correlation[i, j] - float(np.sum(lower[i, :j] * lower[j, :j]))
            if i == j:
                lower[i, i] = np.sqrt(rest) if rest > ROUNDING else 0.0
            elif lower[j, j] > 0:
                lower[i, j] = rest / lower[j, j]
    return lower
