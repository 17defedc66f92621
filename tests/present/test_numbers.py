"""How numbers and words are written."""

from __future__ import annotations

import math

import pytest

from finmodel.present import numbers


def test_money_is_in_millions_rates_in_per_cent_and_ratios_are_multiples() -> None:
    assert numbers.millions(1_234_567_890) == "1,234.6"
    assert numbers.percent(0.1234) == "12.34 %"
    assert numbers.times(1.3) == "1.30x"


def test_nothing_is_ever_minus_zero() -> None:
    assert numbers.millions(-1.0) == "0.0"
    assert numbers.percent(-1e-9) == "0.00 %"


@pytest.mark.parametrize(
    ("name", "value", "unit", "text"),
    [
        ("equity_irr", 0.12, "1/year", "12.00 %"),
        ("gearing", 0.5, "ratio", "50.00 %"),
        ("dscr_min", 1.3, "ratio", "1.30x"),
        ("npv_post_tax", 18.66e6, "USD", "18.7 USD m"),
        ("payback_years", 4.25, "year", "4.2 years"),
        ("delivered", 5000.0, "t", "5,000.0 t"),
        ("dscr_min", None, "ratio", "n/a"),
    ],
)
def test_a_result_is_written_as_its_unit_asks(name: str, value: float | None, unit: str, text: str) -> None:
    assert numbers.metric_text(name, value, unit) == text


def test_wide_amounts_lose_their_decimal() -> None:
    assert numbers.decimals_for([9.9e9, math.nan]) == 1
    assert numbers.decimals_for([1.0, -1e10]) == 0


def test_text_is_one_line_without_control_letters() -> None:
    assert numbers.clean("a\x1b[31m\u202eb\nc\u2028d\ud800") == "a[31mb c d"
