"""Every rate above -100 % and up to 1,000 % of any flow, against numpy.roots; and what is told."""

from __future__ import annotations

import numpy as np
import pytest

from finmodel.kernel.returns.irr import (
    FRAGILE,
    NO_ROOT,
    NO_ROOT_FRAGILE,
    OK,
    SEVERAL,
    TOTAL_LOSS,
    Floats,
    Side,
    Steps,
    irr_batch,
    judged_batch,
)
from finmodel.kernel.returns.roots import isolate
from tests.kernel.one_flow import irr_one


def rates_of_all(flows: Floats, steps: Steps) -> list[Floats]:
    """Rates of every row, rising."""
    with np.errstate(all="ignore"):
        sides = [Side.of(flows, steps, back) for back in (False, True)]
        at_one = sides[0].amounts.weigh(np.ones(flows.shape[1]))[0]
        rows, rates = [], []
        for side, table in zip(sides, steps.tables(), strict=True):
            found = isolate(side.amounts, table, at_one)
            rows.append(found.row)
            rates.append(side.rates(found, np.full(found.row.size, 0.02)))
    row, rate = np.concatenate(rows), np.concatenate(rates)
    return [np.sort(rate[row == number]) for number in range(flows.shape[1])]


def oracle(row: Floats) -> Floats:
    """Real roots of Σ flow × (1 + rate)^(last - t) in (-1, 10], by numpy.roots."""
    used = np.flatnonzero(row)
    roots = np.roots(row[used[0] : used[-1] + 1])
    real = roots[(np.abs(roots.imag) < 1e-9 * np.abs(roots)) & (roots.real > 0) & (roots.real <= 11)]
    return np.sort(real.real) - 1


def random_flows(chance: np.random.Generator, kind: int, count: int) -> Floats:
    """Noise; whole numbers with gaps; projects with a costly end; noise over many orders of size."""
    periods = int(chance.integers(8, 121))
    flows = chance.normal(0, 1, (periods, count))
    if kind == 1:
        flows = np.round(flows * 10) * (chance.random(flows.shape) < 0.3)
    elif kind == 2:
        flows = np.abs(flows) * 30
        flows[:4] *= -10
        flows[-2:] *= -5 * chance.random((2, count))
    elif kind == 3:
        flows *= np.exp(chance.normal(0, 3, flows.shape))
    return np.asarray(flows[:, (flows > 0).any(axis=0) & (flows < 0).any(axis=0)])


def assert_all_are_found(batches: int, size: int) -> int:
    chance = np.random.default_rng(15)
    seen = 0
    for batch in range(batches):
        flows = random_flows(chance, batch % 4, size)
        rates, status = irr_batch(flows, 0.02)
        for number, mine in enumerate(rates_of_all(flows, Steps.equal(len(flows)))):
            theirs = oracle(flows[:, number])
            assert mine == pytest.approx(theirs, rel=1e-6, abs=1e-6), flows[:, number].tolist()
            seen += theirs.size
            if theirs.size:
                assert status[number] == (SEVERAL if theirs.size > 1 else OK)
                nearest = theirs[np.abs(theirs - 0.02).argmin()]
                assert abs(rates[number] - 0.02) == pytest.approx(abs(nearest - 0.02), rel=1e-6, abs=1e-6)
            elif status[number] != OK:  # one change of sign and a rate above 1,000 % is one all the same
                assert status[number] == NO_ROOT
    return seen


def test_every_rate_of_400_random_flows_is_found() -> None:
    assert assert_all_are_found(16, 25) > 300


@pytest.mark.slow
def test_every_rate_of_10_000_random_flows_is_found() -> None:
    assert assert_all_are_found(200, 50) > 10_000


@pytest.mark.parametrize("periods", [2, 8, 40, 120])
def test_one_change_of_sign_always_has_its_rate_however_near_a_total_loss(periods: int) -> None:
    """100 goes out and 100 × (1 + rate)^n comes back at the end of n periods."""
    grown = 10.0 ** -np.linspace(0.01, 300 / periods, 400)
    flows = np.zeros((periods + 1, grown.size))
    flows[0], flows[-1] = -100.0, 100 * grown**periods

    rates, status = irr_batch(flows, 0.02)

    assert (status == OK).all()
    assert 1 + rates == pytest.approx(grown, rel=1e-10, abs=1e-15)


def test_a_rate_that_touches_but_does_not_cross_counts_as_one() -> None:
    """-100 × (1 - 1.1 z)^2."""
    rate, status = irr_one([-100.0, 220.0, -121.0], 0.02)

    assert status == OK
    assert rate == pytest.approx(0.1, abs=1e-7)


def test_two_rates_in_a_millionth_are_told_apart() -> None:
    """-100 × (1 - 1.1 z)(1 - 1.100001 z)."""
    assert irr_one([-100.0, 220.0001, -121.00011], 0.02)[1] == SEVERAL


def test_a_dated_flow_finds_all_its_rates_a_year() -> None:
    """-100 (1 - 1.1 z)(1 - 1.2 z) on days 0, 365 and 730; and -100 (1 - 0.01 z)(1 - 5 z): -99 % and 400 %."""
    steps = Steps.dated(np.array([0.0, 365.0, 730.0]))

    assert rates_of_all(np.array([[-100.0, 230.0, -132.0]]).T, steps)[0] == pytest.approx([0.1, 0.2], abs=1e-12)
    assert rates_of_all(np.array([[-100.0, 501.0, -5.0]]).T, steps)[0] == pytest.approx([-0.99, 4.0], abs=1e-11)


def test_a_dated_row_has_the_same_bits_alone_and_among_others() -> None:
    chance = np.random.default_rng(4)
    steps = Steps.dated(np.cumsum([0.0, *(90 + chance.integers(0, 3, 39))]))
    flows = chance.normal(10, 40, (40, 500))

    rates, status = irr_batch(flows, 0.05, steps)

    for row in range(0, 500, 37):
        alone = irr_one(flows[:, row].tolist(), 0.05, steps)
        assert np.array_equal(alone, (rates[row], status[row]), equal_nan=True)


def told(flows: list[float]) -> int:
    return int(judged_batch(np.array(flows)[:, None], 0.02)[1][0])


def test_a_note_says_where_a_release_at_the_end_makes_the_rate() -> None:
    """Without the last 0.01 of 160 there is no rate at all: at any, 50 and then -10 are worth less than 100."""
    assert told([-100.0, 50.0, -10.0, 0.01]) == FRAGILE


def test_a_note_says_where_a_cost_at_the_end_takes_the_rate_away() -> None:
    """100 - 219 z + 120 z^2 has 5.4 % and 13.6 %; 0.1 z^3 more and the first two never meet what goes out."""
    assert told([100.0, -219.0, 119.9]) == SEVERAL
    assert told([100.0, -219.0, 119.9, 0.2]) in (NO_ROOT_FRAGILE, FRAGILE)


def test_no_note_where_the_last_flows_hardly_matter() -> None:
    assert told([-100.0, 60.0, 60.0, 0.01]) == OK


def test_a_recovery_of_dust_is_told() -> None:
    """-100 and 0.05: -99.95 %, where without the dust all is lost."""
    assert told([-100.0, 0.05]) == FRAGILE


def test_a_point_is_of_the_yearly_rate() -> None:
    """-50 % with, -50.4 % a quarter without the last 0.1: 0.4 points a period; a year, -93.75 and -93.9 %."""
    flows = np.array([[-100.0, 49.9, 0.05]]).T
    rate, status = judged_batch(flows, 0.02, per_year=4)
    assert status[0] == OK
    assert rate[0] == pytest.approx(-0.5, abs=0.01)


@pytest.mark.parametrize("dust", [3e-11, -3e-11])
def test_what_rounding_leaves_after_the_last_flow_is_no_flow(dust: float) -> None:
    """A loan of 8 million, repaid to the cent: what is left by the order of adding makes no second rate and no note."""
    loan = [8e6, 0.0, -4.4e6, -4.84e6]
    rate, status = judged_batch(np.array([[*loan, 0.0, 0.0], [*loan, dust, 0.0]]).T, 0.02)

    assert status.tolist() == [OK, OK]
    assert rate[0] == rate[1]


def test_what_is_no_rounding_beside_the_largest_flow_stays_a_flow() -> None:
    """One ten-billionth is money: all is lost but that."""
    assert told([-1e10, 1.0]) == FRAGILE
    assert told([-1e10, 1e-3]) == TOTAL_LOSS
