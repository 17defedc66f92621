"""Statistics by hand, and errors that are what they say."""

from __future__ import annotations

import math

import numpy as np
import pytest

from finmodel.risk.draws.streams import BLOCK
from finmodel.risk.statistics import chance, histogram, shares, spread


def test_mean_deviation_error_and_quantiles_by_hand():
    """1 to 5: mean 3, sd √2.5, s.e. √0.5; P25 = 2, P90 = 4.6 by linear interpolation."""
    found = spread(np.array([5.0, 1.0, 4.0, 2.0, 3.0]), "random")

    assert (found.mean, found.sd, found.se) == pytest.approx((3, math.sqrt(2.5), math.sqrt(0.5)))
    assert (found.quantiles["p25"], found.quantiles["p50"], found.quantiles["p90"]) == pytest.approx((2, 3, 4.6))


def test_the_mean_of_the_worst_by_hand():
    """Ten paths, the worst 25 %: two and a half of them. Costs 10, 9 and half of 8: (10 + 9 + 4) / 2.5 = 9.2."""
    values = np.arange(1.0, 11.0)

    assert spread(values, "random", None, (0.75, 1)).worst == pytest.approx(9.2)
    assert spread(values, "random", None, (0.75, -1)).worst == pytest.approx((1 + 2 + 1.5) / 2.5)


def test_the_mean_of_the_worst_is_never_better_than_the_quantile():
    values = np.random.default_rng(1).normal(size=5_000)
    found = spread(values, "random", None, (0.95, 1))

    assert found.worst > found.quantiles["p95"]


def test_a_number_that_is_not_defined_everywhere_tells_its_share():
    found = spread(np.array([1.0, np.nan, 3.0, np.nan]), "random", {"no debt service": 0.5})

    assert found.mean == 2
    assert found.undefined == {"no debt service": 0.5}
    assert found.defined == 0.5


def test_a_hole_without_a_reason_is_told_too():
    assert spread(np.array([1.0, np.nan]), "random").undefined == {"not applicable": 0.5}


def test_a_number_that_is_defined_nowhere_is_no_number():
    found = spread(np.array([np.nan, np.nan]), "random", {"nothing is invested": 1.0})

    assert (found.mean, found.sd, found.se, found.quantiles) == (None, None, None, {})
    assert found.defined == 0


def test_reasons_are_counted_by_their_status_and_a_note_on_a_number_is_none():
    """Of five paths two lose all, one has no rate, and one has a rate with a note."""
    reasons = ("", "nothing comes back: a total loss", "several rates exist", "no rate of return was found")
    states, missing = np.array([0.0, 1.0, 1.0, 2.0, 3.0]), np.array([False, False, False, False, True])

    assert shares(states, reasons, missing) == {"total loss": 0.4, "no rate of return was found": 0.2}


def test_the_interval_of_a_quantile_holds_it_19_times_in_20():
    """The 90th percentile of an exponential is ln 10; 400 samples of 500."""
    rng = np.random.default_rng(2)
    found = [spread(rng.exponential(size=500), "random").intervals["p90"] for _ in range(400)]
    held = np.mean([low <= math.log(10) <= high for low, high in found])

    assert abs(held - 0.95) <= 4 * math.sqrt(0.95 * 0.05 / 400)


def test_a_quantile_too_far_out_has_no_interval():
    assert "p1" not in spread(np.arange(50.0), "random").intervals


def test_a_pair_of_antithetic_paths_counts_as_one():
    """A value and its opposite: every pair has mean 0, so the mean has no error at all."""
    half = np.random.default_rng(3).normal(size=BLOCK // 2)
    block = np.concatenate([half, -half])

    assert spread(np.concatenate([block, block]), "antithetic").se == 0
    assert spread(block[:700], "antithetic").se > 0


def test_the_error_of_even_points_is_the_spread_of_their_replicates():
    """Block b belongs to replicate b mod 16: here its number, so sd of 0 … 15 over √16."""
    values = np.repeat(np.tile(np.arange(16.0), 2), BLOCK)

    assert spread(values, "sobol").se == pytest.approx(np.std(np.arange(16), ddof=1) / 4)


def test_a_chance_has_the_error_of_a_share():
    found = chance(np.array([True, False, False, False] * 25), "random")

    assert found.share == 0.25
    assert found.se == pytest.approx(math.sqrt(0.25 * 0.75 / 99))


def test_classes_are_of_a_round_width_and_hold_every_number():
    """1 to 1,000: the first and last per cent at 10.99 and 990.01 are 979 apart, so a width of 50 makes 20 classes."""
    found = histogram(np.arange(1.0, 1001.0))

    assert found.edges == pytest.approx(np.arange(0, 1001, 50))
    assert found.counts == (49, *[50] * 18, 51)


def test_a_few_numbers_far_out_stand_in_the_outermost_class():
    """Half of the numbers lie in 0.235 to 0.745: classes begin 2.5 times that below, -1.04, in steps of 0.2."""
    found = histogram(np.concatenate([np.linspace(0, 1, 1_000), [-1e6] * 20, [np.nan] * 5]))

    assert found.edges[:2] == pytest.approx((-1.2, -1.0))
    assert found.counts[0] == 20
    assert sum(found.counts) == 1_020


def test_one_number_is_one_class_and_none_is_none():
    assert histogram(np.full(7, 3.0)).counts == (7,)
    assert histogram(np.array([0.0])).counts == (1,)
    assert histogram(np.full(3, np.nan)).counts == ()
