"""Internal rates of return: closed forms, an oracle, nasty rows, and the same bits in any company."""

from __future__ import annotations

import numpy as np
import numpy_financial  # type: ignore[import-untyped]
import pytest

from finmodel.kernel.returns.irr import (
    ALL_ZERO,
    NO_INVESTMENT,
    NO_ROOT,
    NON_FINITE,
    OK,
    SEVERAL,
    TOTAL_LOSS,
    Floats,
    irr_batch,
    present_value,
)
from tests.kernel.one_flow import irr_one, xirr_one

CLEAN_UP, RELEASE = (
    float(np.min(roots[np.isreal(roots) & (roots.real > 0)].real)) - 1
    for roots in (np.roots([-100.0, *[30.0] * 8, -120.0]), np.roots([-100.0, 50.0, -10.0, 0.01]))
)
NASTY: dict[str, tuple[list[float], int, float]] = {
    "all zero": ([0.0] * 5, ALL_ZERO, np.nan),
    "all negative": ([-1.0, -2.0, 0.0], TOTAL_LOSS, -1.0),
    "all positive": ([1.0, 2.0, 0.0], NO_INVESTMENT, np.nan),
    "two roots, 25 % and 400 %": ([-1600.0, 10000.0, -10000.0], SEVERAL, 0.25),
    "two roots, 10 % and 20 %": ([-100.0, 230.0, -132.0], SEVERAL, 0.1),
    "a clean-up: -8.3 % is nearer to 2 % than 15.3 %": ([-100.0, *[30.0] * 8, -120.0], SEVERAL, CLEAN_UP),
    "tiny flows": ([-1e-9, 0.55e-9, 0.605e-9], OK, 0.1),
    "flows that hardly exist": ([-1e-200, 0.55e-200, 0.605e-200], OK, 0.1),
    "flows of 1e12": ([-1e12, 0.55e12, 0.605e12], OK, 0.1),
    "-90 % a period": ([-100.0, 10.0], OK, -0.9),
    "900 % a period": ([-100.0, 1000.0], OK, 9.0),
    "leading zeros": ([0.0, 0.0, -100.0, 110.0], OK, 0.1),
    "borrowing": ([100.0, -55.0, -60.5], OK, 0.1),
    "no real root": ([100.0, -200.0, 150.0], NO_ROOT, np.nan),
    "-99 % a period": ([-100.0, 1.0], OK, -0.99),
    "-99.9999 % a period": ([-100.0, 1e-4], OK, -0.999999),
    "-100 % but for rounding": ([-1e9, 1e-9], OK, -1.0),
    "100,000 % a period": ([-1.0, 1001.0], OK, 1000.0),
    "two roots, 10 % and 11 %": ([-100.0, 221.0, -122.1], SEVERAL, 0.1),
    "a release of 0.01 at the end": ([-100.0, 50.0, -10.0, 0.01], OK, RELEASE),
    "a nan": ([-100.0, np.nan, 120.0], NON_FINITE, np.nan),
    "an infinity": ([-100.0, np.inf], NON_FINITE, np.nan),
}


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_row_has_the_right_rate_and_status(name: str) -> None:
    flows, status, rate = NASTY[name]

    got, why = irr_one(flows, 0.02)
    assert why == status
    assert got == pytest.approx(rate, rel=3e-12, nan_ok=True)


def test_the_guess_chooses_among_several_rates() -> None:
    flows = np.array([[-100.0, 230.0, -132.0]] * 2).T

    rate, status = irr_batch(flows, np.array([0.05, 0.25]))

    assert rate == pytest.approx([0.1, 0.2], rel=1e-12)
    assert list(status) == [SEVERAL, SEVERAL]


@pytest.mark.parametrize("rate", [-0.6, -0.05, 0.0, 0.004, 0.04, 0.35, 2.0])
@pytest.mark.parametrize("periods", [1, 2, 10, 60])
def test_a_level_annuity_has_the_rate_that_its_price_was_made_with(rate: float, periods: int) -> None:
    price = float(periods) if rate == 0 else (1 - (1 + rate) ** -periods) / rate

    got, status = irr_one([-price] + [1.0] * periods, 0.02)
    assert status == OK
    assert got == pytest.approx(rate, abs=1e-12)


@pytest.mark.smoke
def test_a_bullet_loan_has_the_rate_of_its_coupon() -> None:
    rate, status = irr_one([-100.0] + [7.0] * 29 + [107.0], 0.02)

    assert status == OK
    assert rate == pytest.approx(0.07, rel=1e-13)


def random_rows(count: int, periods: int = 40) -> Floats:
    """Projects: some years of outflows, then noisy inflows; a few end with a clean-up cost."""
    chance = np.random.default_rng(7)
    flows = chance.normal(30, 40, (periods, count))
    spent = np.arange(periods)[:, None] < chance.integers(1, 8, count)
    flows = np.where(spent, -np.abs(flows) * 3, flows)
    flows[-1] -= 400 * (chance.random(count) < 0.2)
    return flows


def test_rates_are_those_of_numpy_financial_where_there_is_only_one() -> None:
    """A row with one change of sign has one root (Descartes); its largest difference is 1e-9."""
    flows = random_rows(300)
    flows = np.where(np.arange(40)[:, None] < 5, -np.abs(flows), np.abs(flows))

    rates, status = irr_batch(flows)

    assert (status == OK).all()
    assert rates == pytest.approx([numpy_financial.irr(row) for row in flows.T], abs=1e-9)


def test_the_present_value_at_a_rate_is_zero_within_1e_11_of_what_is_discounted() -> None:
    flows = random_rows(5_000)

    rates, status = irr_batch(flows)

    solved = (status == OK) | (status == SEVERAL)
    flows, factor = flows[:, solved], 1 / (1 + rates[solved])
    residual = np.abs(present_value(flows, factor)) / present_value(np.abs(flows), factor)
    assert solved.mean() > 0.8
    assert residual.max() <= 1e-11


def test_a_row_has_the_same_bits_alone_and_anywhere_among_5_000() -> None:
    flows = random_rows(5_000)
    rates, status = irr_batch(flows)

    for column in (0, 1, 7, 2_047, 2_048, 4_095, 4_096, 4_999):
        alone = irr_one(flows[:, column].tolist(), 0.02)
        assert np.array_equal(alone, (rates[column], status[column]), equal_nan=True)

    order = np.random.default_rng(1).permutation(5_000)
    shuffled, _ = irr_batch(flows[:, order])
    assert np.array_equal(shuffled, rates[order], equal_nan=True)


def test_changes_of_sign_are_counted_alike_alone_and_among_others_zeros_passed_over() -> None:
    """Flows of -1, 0 and 1: several changes seek all rates, one change its own; a row of one is counted apart."""
    flows = np.random.default_rng(3).integers(-1, 2, (9, 400)).astype(float)
    rates, status = irr_batch(flows, 0.02)

    assert {OK, SEVERAL, NO_ROOT} <= set(status)
    for column in range(flows.shape[1]):
        alone = irr_one(flows[:, column].tolist(), 0.02)
        assert np.array_equal(alone, (rates[column], status[column]), equal_nan=True)


def test_five_thousand_periods_do_not_overflow() -> None:
    rate, status = irr_one([-100.0] + [1.0] * 4_999, 0.02)

    assert status == OK
    assert rate == pytest.approx(0.01, abs=1e-9)


def test_a_dated_rate_is_a_year_of_365_days() -> None:
    """100 becomes 121 in 730 days; a flow of 0 before the first one changes nothing."""
    dates = [46_000.0, 46_100.0, 46_465.0, 46_830.0]

    assert xirr_one([0.0, -100.0, 0.0, 121.0], dates, 0.02) == pytest.approx(0.1, abs=1e-13)
    assert xirr_one([0.0, -100.0, 0.0, 49.0], dates, 0.02) == pytest.approx(-0.3, abs=1e-13)
    assert xirr_one([0.0, 100.0, 0.0, -121.0], dates, 0.02) == pytest.approx(0.1, abs=1e-13)


def test_a_flow_without_a_dated_rate_gives_nan() -> None:
    assert np.isnan(xirr_one([0.0, 0.0], [46_000.0, 46_365.0], 0.02))


def test_dated_flows_that_never_come_back_are_a_total_loss() -> None:
    assert xirr_one([-1.0, -1.0], [46_000.0, 46_365.0], 0.02) == -1
