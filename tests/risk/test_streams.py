"""Random numbers by name: the same for a seed, a name and a block, whatever else is drawn."""

from __future__ import annotations

import numpy as np
import pytest

from finmodel.kernel.errors import LimitError, UsageError
from finmodel.risk.draws.sobol import Points, _bridge
from finmodel.risk.draws.streams import BLOCK, Stream, check_seed


def test_a_stream_is_the_same_whenever_it_is_drawn_and_whatever_else_is():
    first = Stream(7, 3).normal("price.ndpr", 5)
    Stream(7, 3).normal("price.dy", 500)

    assert np.array_equal(first, Stream(7, 3).normal("price.ndpr", 5))


def test_more_rows_go_on_where_fewer_ended():
    assert np.array_equal(Stream(7, 3).uniform("a", 9)[:4], Stream(7, 3).uniform("a", 4))


@pytest.mark.parametrize("other", [("b", 7, 3), ("a", 8, 3), ("a", 7, 4)])
def test_another_name_seed_or_block_has_other_numbers(other):
    name, seed, block = other
    both = np.stack([Stream(7, 3).normal("a", 20).ravel(), Stream(seed, block).normal(name, 20).ravel()])

    assert abs(np.corrcoef(both)[0, 1]) < 4 / np.sqrt(both.shape[1])


def test_normal_numbers_are_normal():
    """Mean, variance, skewness and kurtosis of a million within four standard errors of 0, 1, 0 and 3."""
    drawn = np.concatenate([Stream(1, block).normal("z", 100).ravel() for block in range(10)])
    moments = [drawn.mean(), (drawn**2).mean(), (drawn**3).mean(), (drawn**4).mean()]
    errors = np.sqrt(np.array([1, 2, 15, 96]) / drawn.size)

    assert np.abs(np.array(moments) - [0, 1, 0, 3]) / errors == pytest.approx([0] * 4, abs=4)


def test_the_second_half_of_an_antithetic_block_mirrors_the_first():
    drawn = Stream(1, 0, antithetic=True).normal("z", 3)

    assert drawn.shape == (3, BLOCK)
    assert np.array_equal(drawn[:, : BLOCK // 2], -drawn[:, BLOCK // 2 :])


def test_uniform_numbers_never_reach_0_or_1():
    lowest, highest = 0.5 * 2.0**-52, (2**52 - 0.5) * 2.0**-52

    assert 0 < lowest < highest < 1
    assert 1 - highest == lowest


@pytest.mark.parametrize("seed", [-1, 2**64, "abc", 1.5, True])
def test_a_seed_is_a_whole_number_of_64_bits(seed):
    with pytest.raises(UsageError, match="a seed is a whole number"):
        check_seed(seed)


def test_a_bridge_returns_independent_normal_steps():
    """The bridge is an orthogonal map: it keeps the length of every vector."""
    even = Stream(3, 0).normal("z", 37).reshape(37, 1, BLOCK)

    assert (_bridge(even) ** 2).sum(axis=0) == pytest.approx((even**2).sum(axis=0))


def test_sobol_points_of_a_block_are_the_same_alone_or_after_others():
    Points(5, 0).normal(2, 6)
    drawn = Points(5, 17).normal(2, 6)

    assert np.array_equal(drawn, Points(5, 17).normal(2, 6))
    assert not np.array_equal(drawn, Points(5, 1).normal(2, 6))


def test_sobol_points_fill_their_space_more_evenly_than_random_ones():
    """The mean over 1,024 points of the end of the walk errs by 1/32 at random, and far less here."""
    ends = [Points(seed, 0).normal(1, 12)[0].sum(axis=0).mean() for seed in range(8)]

    assert np.abs(ends).max() < 0.1 * np.sqrt(12 / BLOCK)


def test_too_many_coordinates_are_a_limit():
    with pytest.raises(LimitError, match="21,201 coordinates"):
        Points(1, 0).normal(89, 240)
