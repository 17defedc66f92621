"""Moments and autocovariances of each process within four standard errors of theory, with fixed seeds."""

from __future__ import annotations

import math

import numpy as np
import pytest

from finmodel.risk.draws.drivers import Happening, Multiple
from finmodel.risk.draws.history import History, drawn
from finmodel.risk.draws.processes import Motion, factor, jump_sizes
from finmodel.risk.draws.states import Chain
from finmodel.risk.draws.streams import Stream

BLOCKS, MONTHS = 40, 60


def paths(motion: Motion, scale: np.ndarray | None = None) -> np.ndarray:
    """The factor of 40,960 paths over 60 months."""
    found = []
    for block in range(BLOCKS):
        stream = Stream(20270401, block)
        jumps = None
        if motion.jump_rate:
            jumps = jump_sizes(motion, stream.uniform("number", MONTHS), stream.normal("size", MONTHS))
        found.append(factor(motion, stream.normal("z", MONTHS), scale, jumps))
    return np.concatenate(found, axis=1)


def close(sample: np.ndarray, theory: float) -> bool:
    """Whether the mean of a sample lies within four standard errors of theory."""
    return abs(sample.mean() - theory) <= 4 * sample.std(ddof=1) / math.sqrt(sample.size)


def covariance_is(first: np.ndarray, second: np.ndarray, theory: float) -> bool:
    return close((first - first.mean()) * (second - second.mean()), theory)


def test_a_random_walk_has_mean_1_and_the_covariance_of_its_earlier_month():
    """Var ln S(t) = σ² t, Cov = σ² min(s, t)."""
    walk = paths(Motion("x", "mean", 0.38))
    logs = np.log(walk)

    assert all(close(walk[month], 1) for month in (0, 23, 59))
    assert close(logs[59], -(0.38**2) * 5 / 2)
    assert covariance_is(logs[59], logs[59], 0.38**2 * 5)
    assert covariance_is(logs[23], logs[59], 0.38**2 * 2)


def test_a_reverting_price_has_the_covariance_of_schwartz():
    """Cov = σ²/2κ (e^(−κ|t−s|) − e^(−κ(t+s))) at 2 and 5 years; κ = 0.6."""
    kappa, sigma = 0.6, 0.4
    walk = paths(Motion("x", "mean", sigma, kappa))
    logs = np.log(walk)

    def theory(s: float, t: float) -> float:
        return sigma**2 / (2 * kappa) * (math.exp(-kappa * abs(t - s)) - math.exp(-kappa * (t + s)))

    assert all(close(walk[month], 1) for month in (0, 23, 59))
    assert covariance_is(logs[59], logs[59], theory(5, 5))
    assert covariance_is(logs[23], logs[59], theory(2, 5))


def test_a_price_of_its_own_runs_from_its_start_to_its_level():
    """E S(t) by the closed form; the mean in the long run is the level."""
    motion = Motion("x", "own", 0.4, 0.6, start=100.0, level=80.0)
    price = paths(motion) * motion.middle(MONTHS)[:, None]

    assert all(close(price[month], motion.middle(MONTHS)[month]) for month in (0, 23, 59))
    assert motion.middle(600)[-1] == pytest.approx(80.0)
    assert motion.middle(1)[0] == pytest.approx(100 - 0.6 / 12 * (100 * math.log(100 / 80)) * 1.0, rel=0.01)


def test_jumps_have_the_cumulants_of_merton():
    """Log mean, variance (σ² + λ(m² + s²)) t, third cumulant λ(m³ + 3ms²) t, and mean 1 of the price."""
    rate, mean, sd = 0.8, 0.07, 0.22
    motion = Motion("x", "mean", 0.24, 0.0, rate, mean, sd)
    walk = paths(motion)
    logs = np.log(walk)
    centred = logs[59] - logs[59].mean()

    assert all(close(walk[month], 1) for month in (0, 23, 59))
    assert close(logs[59], 5 * (-(0.24**2) / 2 + rate * (mean - motion.jump_growth)))
    assert close(centred**2, 5 * (0.24**2 + rate * (mean**2 + sd**2)))
    assert close(centred**3, 5 * rate * (mean**3 + 3 * mean * sd**2))


def test_the_median_of_a_price_about_the_median_is_its_deck():
    logs = np.log(paths(Motion("x", "median", 0.24, 0.0, 0.8, 0.07, 0.22)))

    assert close(logs[59], 0)
    assert close(np.sign(np.log(paths(Motion("x", "median", 0.38)))[59]), 0)


@pytest.mark.parametrize(
    ("motion", "value"),
    [
        (Motion("x", "mean", 0.0), 1.0),
        (Motion("x", "mean", 0.0, 1e6), 1.0),
        (Motion("x", "mean", 0.0, 0.0, 0.0, 0.1, 0.2), 1.0),
    ],
)
def test_a_process_without_spread_stays_at_its_centre(motion, value):
    assert np.all(paths(motion)[:, :1024] == value)


def test_a_price_that_reverts_at_once_forgets_its_past():
    logs = np.log(paths(Motion("x", "mean", 0.38, 1e6)))

    assert np.isfinite(logs).all()
    assert logs[59].std() == pytest.approx(0.38 / math.sqrt(2e6), rel=0.02)


def test_the_mean_is_1_along_every_sequence_of_regimes():
    """Volatility doubles after two years: the compensation follows each path's own variance."""
    scale = np.where(np.arange(MONTHS)[:, None] < 24, 1.0, 2.0) * np.ones(1024)
    walk = paths(Motion("x", "mean", 0.3, 0.3), scale)

    assert all(close(walk[month], 1) for month in (23, 40, 59))


CHAIN = Chain(
    names=("calm", "tense", "shock"),
    start=(0.2, 0.8, 0.0),
    step=((0.95, 0.05, 0.0), (0.04, 0.92, 0.04), (0.0, 0.2, 0.8)),
    volatility=(1.0, 1.0, 1.0),
    marks=(0, 0, 2),
    label_months=36,
)


def states() -> np.ndarray:
    return np.concatenate([CHAIN.states(Stream(1, block).uniform("regime", MONTHS)) for block in range(BLOCKS)], axis=1)


def test_a_chain_spends_its_months_as_its_matrix_says():
    drawn_states, theory = states(), CHAIN.occupancy(MONTHS)

    for month in (0, 11, 59):
        for number in range(3):
            share = theory[month, number]
            error = math.sqrt(share * (1 - share) / drawn_states.shape[1]) + 1e-12
            assert abs((drawn_states[month] == number).mean() - share) <= 4 * error


def test_a_chain_moves_as_its_matrix_says():
    drawn_states = states()
    before, after = drawn_states[:-1].ravel(), drawn_states[1:].ravel()
    for number, row in enumerate(CHAIN.step):
        stays = after[before == number]
        for other, share in enumerate(row):
            assert abs((stays == other).mean() - share) <= 4 * math.sqrt(share * (1 - share) / stays.size) + 1e-12


def test_a_path_bears_the_name_that_its_months_give_it():
    """36 months: most months count, but two of the shock name a path."""
    columns = [[0] * 20 + [1] * 16, [1] * 20 + [0] * 16, [0] * 34 + [2] * 2, [0] * 35 + [2]]
    rows = np.array(columns, dtype=np.int8).T

    assert CHAIN.labels(rows).tolist() == [0, 1, 2, 0]


def test_an_absorbing_regime_is_never_left():
    chain = Chain(("a", "b"), (1.0, 0.0), ((0.5, 0.5), (0.0, 1.0)), (1.0, 1.0), (0, 0), 12)
    rows = chain.states(Stream(1, 0).uniform("regime", 40))

    assert np.all(np.diff(rows, axis=0) >= 0)
    assert np.all(rows[39] == 1)


SAMPLE = tuple(float(x) for x in np.random.default_rng(3).normal(0, 0.1, 90) + 0.05 * np.sin(np.arange(90) / 5))


def test_drawn_history_keeps_its_covariance_over_short_lags():
    """Cov at lag k = (1 − 1/L)^k × the circular covariance of the sample; L = 12."""
    sample = np.array(SAMPLE) - np.mean(SAMPLE)
    numbers = [
        drawn(90, 12.0, Stream(1, block).uniform("fresh", 40), Stream(1, block).uniform("where", 40))
        for block in range(BLOCKS)
    ]
    changes = sample[np.concatenate(numbers, axis=1)]

    for lag in range(5):
        circular = float(np.mean(sample * np.roll(sample, lag)))
        assert close(changes[30] * changes[30 - lag], (1 - 1 / 12) ** lag * circular)


def test_a_price_drawn_from_history_has_mean_1():
    history = History("x", "mean", tuple(np.array(SAMPLE) - np.mean(SAMPLE)), 12.0)
    numbers = [
        drawn(90, 12.0, Stream(2, block).uniform("fresh", 40), Stream(2, block).uniform("where", 40))
        for block in range(BLOCKS)
    ]
    price = history.factor(np.concatenate(numbers, axis=1))

    assert all(close(price[month], 1) for month in (0, 19, 39))


@pytest.mark.parametrize(
    ("multiple", "mean", "variance"),
    [
        (Multiple("x", "k", "uniform", (0.9, 1.3)), 1.1, 0.4**2 / 12),
        (Multiple("x", "k", "triangular", (0.9, 1.0, 1.3)), 3.2 / 3, (0.81 + 1 + 1.69 - 0.9 - 1.17 - 1.3) / 18),
        (Multiple("x", "k", "lognormal", (1.1, 0.2)), 1.1, 1.1**2 * math.expm1(0.04)),
    ],
)
def test_a_multiple_has_the_mean_and_variance_of_its_kind(multiple, mean, variance):
    drawn_multiples = multiple.of(np.concatenate([Stream(4, b).uniform("x", 1)[0] for b in range(BLOCKS)]))

    assert close(drawn_multiples, mean)
    assert close((drawn_multiples - mean) ** 2, variance)


def test_an_event_starts_at_its_hazard_and_lasts_its_months():
    """2 % a month, 3 months: a month is free of it when none of its last three had a start, 0.98³."""
    event = Happening("x", "k", -12 * math.log(0.98), 3, 0.25)
    months = np.concatenate([event.of(Stream(5, b).uniform("x", 30)) for b in range(BLOCKS)], axis=1)

    assert set(np.unique(months)) == {0.25, 1.0}
    assert close((months[0] == 0.25) * 1.0, 0.02)
    assert close((months[20] == 0.25) * 1.0, 1 - 0.98**3)
