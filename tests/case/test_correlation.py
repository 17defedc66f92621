"""Correlation matrices: which can exist, the nearest of those that cannot, and their roots."""

from __future__ import annotations

import numpy as np
import pytest

from finmodel.case import correlation

BAD = np.array([[1, 0.9, 0.1], [0.9, 1, 0.9], [0.1, 0.9, 1]])


def test_three_prices_cannot_follow_one_that_do_not_follow_each_other():
    """0.9 and 0.9 allow at least 2 × 0.81 − 1 = 0.62 between the outer two."""
    assert not correlation.possible(BAD)
    assert correlation.possible(np.array([[1, 0.9, 0.62], [0.9, 1, 0.9], [0.62, 0.9, 1]]))


def test_the_nearest_matrix_can_exist_and_is_near():
    near = correlation.nearest(BAD)

    assert correlation.possible(near)
    assert np.abs(near - BAD).max() < 0.16
    assert np.array_equal(near, near.T)
    assert np.array_equal(np.diag(near), np.ones(3))


@pytest.mark.parametrize("rho", [1.0, -1.0, 0.0, 0.85])
def test_a_root_gives_the_matrix_back_even_when_prices_move_as_one(rho):
    matrix = np.array([[1, rho], [rho, 1]])
    lower = correlation.root(matrix)

    assert lower @ lower.T == pytest.approx(matrix)
    assert np.array_equal(lower, np.tril(lower))
