"""Incidence over many worlds: ratio of means with an interval, each world within its tolerance."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from finmodel.analysis.incidence_over_paths import incidence_over_paths
from finmodel.kernel.errors import UsageError
from finmodel.public_money.incidence_means import Mean, ratio_of_means
from finmodel.run.run import load, run
from tests.flagship.deal import CASES, result
from tests.public_money.deals import flagship


@cache
def over() -> Mean:
    """The flagship on 2,048 paths of its own price risk."""
    return incidence_over_paths(result(), 2_048)


def test_a_share_is_the_ratio_of_means_and_not_the_mean_of_ratios():
    """1 of 10 and 90 of 100: 91 of 110 are 82.7 %; the mean of 10 % and 90 % would be 50 %."""
    shares, low, high = ratio_of_means(np.array([[1.0], [90.0]]), np.array([10.0, 100.0]))

    assert shares is not None and low is not None and high is not None
    assert shares[0] == pytest.approx(91 / 110)
    assert low[0] <= shares[0] <= high[0]


def test_shares_are_not_applicable_where_mean_net_support_is_not_positive():
    assert ratio_of_means(np.array([[1.0], [-3.0]]), np.array([1.0, -3.0])) == (None, None, None)


def test_every_path_is_within_the_tolerance_and_means_add_up():
    found = over()

    assert found.worlds == 2_048
    assert found.worst <= 1
    assert found.amounts.sum() == pytest.approx(found.net, rel=1e-9)
    assert found.shares is not None and found.shares.sum() == pytest.approx(1)


@pytest.mark.slow
def test_intervals_hold_the_shares_and_narrow_with_more_paths():
    few, many = over(), incidence_over_paths(result(), 8_192)
    assert few.low is not None and few.high is not None and few.shares is not None
    assert many.low is not None and many.high is not None

    assert np.all((few.low <= few.shares + 1e-12) & (few.shares <= few.high + 1e-12))
    assert (many.high - many.low).sum() < (few.high - few.low).sum()


def test_the_same_seed_gives_the_same_numbers():
    assert np.array_equal(over().amounts, incidence_over_paths(result(), 2_048).amounts)


def test_defaults_avoided_are_counted():
    assert 0 < over().avoided < 1


def test_cases_without_price_risk_or_support_are_told_so():
    with pytest.raises(UsageError, match="no price support"):
        incidence_over_paths(run(load(CASES / "tiny_loan")))
    with pytest.raises(UsageError, match="paths"):
        incidence_over_paths(flagship("detente"), 0)
