"""Units: reading, writing, combining and converting."""

from __future__ import annotations

from fractions import Fraction

import pytest

from finmodel.kernel.errors import UnitError
from finmodel.kernel.operators import OPERATORS
from finmodel.kernel.units import DATE, DAY, MONTH, RATIO, Unit, conversion, unit

pytestmark = pytest.mark.smoke

USD, JPY, KG, T, YEAR = (unit(text) for text in ("USD", "JPY", "kg", "t", "year"))


@pytest.mark.parametrize("text", ["USD", "USD/kg", "1/year", "JPY/USD", "ratio", "kg/t", "USD·year/kg", "USD/kg/year"])
def test_a_unit_is_written_as_it_was_read(text: str) -> None:
    assert str(unit(text)) == text


@pytest.mark.parametrize(("text", "same"), [("x", "ratio"), ("", "ratio"), ("1/y", "1/year"), ("tonnes", "t")])
def test_a_unit_has_other_spellings(text: str, same: str) -> None:
    assert unit(text) == unit(same)


def test_a_name_that_is_no_unit_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnitError, match='"furlong" is not a unit; known are USD, JPY,'):
        unit("USD/furlong")


def test_units_cancel() -> None:
    assert USD / KG * KG == USD
    assert USD / USD == RATIO
    assert str(USD * USD / KG) == "USD^2/kg"


@pytest.mark.parametrize(
    ("given", "wanted", "factor"),
    [
        ("USD/t", "USD/kg", Fraction(1, 1000)),
        ("t", "g", Fraction(1_000_000)),
        ("1/year", "1/month", Fraction(1, 12)),
        ("half", "quarter", Fraction(2)),
        ("USD/MWh", "USD/kWh", Fraction(1, 1000)),
        ("USD", "JPY", None),
        ("day", "month", None),
    ],
)
def test_a_conversion_is_an_exact_number_or_none(given: str, wanted: str, factor: Fraction | None) -> None:
    assert conversion(unit(given), unit(wanted)) == factor


@pytest.mark.parametrize(
    ("name", "units", "result"),
    [
        ("add", (USD, None), USD), ("add", (DATE, DAY), DATE), ("add", (DAY, DATE), DATE), ("sub", (DATE, DATE), DAY),
        ("sub", (DATE, DAY), DATE), ("mul", (USD, None), None), ("mul", (USD / KG, KG), USD),
        ("div", (USD, YEAR), USD / YEAR),
        ("lt", (USD, None), RATIO), ("where", (RATIO, USD, None), USD), ("ratio", (USD, KG, None, RATIO), USD / KG),
        ("lo", (None, USD, USD), USD), ("month_of", (DATE,), MONTH), ("pow", (RATIO, RATIO), RATIO),
        ("neg", (USD,), USD),
    ],
)  # fmt: skip
def test_an_operator_gives_the_unit_of_its_result(
    name: str, units: tuple[Unit | None, ...], result: Unit | None
) -> None:
    assert OPERATORS[name].unit(units) == result


@pytest.mark.parametrize(
    ("name", "units", "wrong"),
    [
        ("add", (USD, JPY), "USD and JPY do not fit together"),
        ("add", (KG, T), "kg and t do not fit together"),
        ("add", (DATE, DATE), "two dates do not add up to anything"),
        ("sub", (DAY, DATE), "day and date do not fit together"),
        ("lt", (USD, RATIO), "USD and ratio do not fit together"),
        ("and", (USD, RATIO), "a flag or pure number is needed here: got USD"),
        ("where", (USD, KG, KG), "a flag or pure number is needed here: got USD"),
        ("pow", (RATIO, YEAR), "a flag or pure number is needed here: got year"),
        ("ratio", (USD, KG, USD, RATIO), "USD/kg and USD do not fit together"),
        ("div", (USD, None), "0 is no divisor"),
        ("month_of", (DAY,), "month_of needs a date: got day"),
    ],
)
def test_units_that_do_not_fit_are_refused(name: str, units: tuple[Unit | None, ...], wrong: str) -> None:
    with pytest.raises(UnitError, match=wrong):
        OPERATORS[name].unit(units)
