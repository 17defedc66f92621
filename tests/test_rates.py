"""Public rates and present values against numpy-financial, closed forms and what the models compute."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy_financial as npf  # type: ignore[import-untyped]
import pytest

import finmodel as fm
from finmodel.kernel.errors import UsageError

FLOWS = [-100.0, 30.0, 40.0, 50.0, 10.0]


def test_a_rate_is_that_of_numpy_financial() -> None:
    assert fm.irr(FLOWS) == pytest.approx(npf.irr(FLOWS), rel=1e-12)


def test_many_flows_give_many_rates() -> None:
    """One that doubles, one that loses all, one that invests nothing."""
    rates = fm.irr(np.array([[-1.0, -1.0, 1.0], [2.0, 0.0, 1.0]]))

    assert rates[:2] == pytest.approx([1.0, -1.0])
    assert np.isnan(rates[2])


def test_the_guess_chooses_among_several_rates() -> None:
    """-100 (1 - 1.1 z)(1 - 1.2 z)."""
    flows = [-100.0, 230.0, -132.0]

    assert fm.irr(flows, 0.05) == pytest.approx(0.1)
    assert fm.irr(flows, guess=0.3) == pytest.approx(0.2)


def test_a_dated_rate_counts_days_and_dates_need_no_order() -> None:
    """100 becomes 121 in 730 days; 60.5 and 60.5 on one day are 121."""
    dates = [date(2029, 12, 31), date(2028, 1, 1), date(2029, 12, 31)]

    assert fm.xirr([60.5, -100.0, 60.5], dates) == pytest.approx(0.1, abs=1e-12)
    assert fm.xirr([60.5, -100.0, 60.5], np.array(dates, dtype="datetime64[D]")) == pytest.approx(0.1, abs=1e-12)


def test_a_near_total_loss_has_its_dated_rate() -> None:
    """100 becomes 0.01 in 365 days."""
    assert fm.xirr([-100.0, 0.01], [date(2027, 1, 1), date(2028, 1, 1)]) == pytest.approx(-0.9999, abs=1e-12)


def test_a_present_value_is_that_of_numpy_financial_one_period_earlier() -> None:
    assert fm.npv(0.08, FLOWS) == pytest.approx(npf.npv(0.08, FLOWS) / 1.08, rel=1e-14)


def test_flows_in_mid_period_are_worth_half_a_period_more() -> None:
    assert fm.npv(0.08, FLOWS, timing="mid") == pytest.approx(fm.npv(0.08, FLOWS) * 1.08**0.5, rel=1e-14)


def test_a_level_annuity_has_its_closed_form() -> None:
    assert fm.npv(0.05, [1.0] * 20) == pytest.approx((1 - 1.05**-20) / 0.05, rel=1e-14)


def test_a_flow_is_worth_nothing_at_its_own_rate() -> None:
    dates = [date(2027 + n, 3, 31) for n in range(5)]

    assert fm.npv(fm.irr(FLOWS), FLOWS) == pytest.approx(0, abs=1e-12)
    assert fm.npv(fm.xirr(FLOWS, dates), FLOWS, dates=dates) == pytest.approx(0, abs=1e-11)


def test_dated_flows_are_discounted_to_the_first_date() -> None:
    """-100, and 110 a year of 365 days later, at 10 %."""
    assert fm.npv(0.1, [110.0, -100.0], dates=[date(2028, 1, 1), date(2027, 1, 1)]) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: fm.irr([]), "one period at least"),
        (lambda: fm.irr(np.zeros((2, 2, 2))), r"shape \(2, 2, 2\)"),
        (lambda: fm.irr([-1.0, 2.0], guess=-1.0), "guess is -1.0; give a decimal above -1"),
        (lambda: fm.npv(-1.5, [1.0]), "rate is -1.5"),
        (lambda: fm.npv(0.1, [1.0], timing="start"), 'timing is "start"; write "end" or "mid"'),
        (lambda: fm.npv(0.1, [1.0], "mid", [date(2027, 1, 1)]), "leave out one of them"),
        (lambda: fm.xirr([-1.0, 2.0], [date(2027, 1, 1)]), "2 flows and 1 dates"),
        (lambda: fm.xirr([-1.0, 2.0], ["then", "now"]), "dates must be days"),
    ],
)
def test_a_call_that_makes_no_sense_says_what_to_write(call, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        call()
