"""Inflation and exchange rates, worked by hand."""

from pathlib import Path

import pytest

from finmodel.kernel.errors import ModelError
from finmodel.kernel.expr import Given
from finmodel.kernel.units import unit
from tests.deal.ops import by_date, deal, timeline
from tests.deal.tax_helpers import deal as clocked
from tests.deal.tax_helpers import evaluate


def test_index_is_one_in_the_period_that_ends_with_the_base_month(tmp_path: Path) -> None:
    """10 % a year from December 2028: 1, 1.1, 1.21."""
    assert deal(tmp_path)["macro.index.us"][:3] == pytest.approx([1, 1.1, 1.21])


def test_index_steps_with_each_period(tmp_path: Path) -> None:
    """Half-years from December 2028: 1.1 to the half, not half of 10 %."""
    small = deal(tmp_path, timeline("half"))

    assert small.at("macro.index.us", ["2028H1", "2028H2", "2029H1", "2029H2"]) == pytest.approx(
        [1.1**-0.5, 1, 1.1**0.5, 1.1]
    )


def test_index_before_its_base_is_below_one(tmp_path: Path) -> None:
    """Base 2030: two years before it, prices are 1 / 1.1 squared of it."""
    small = deal(tmp_path, "[inflation.us]\nbase = 2030-12-31\n")

    assert small.at("macro.index.us", ["2028", "2030"]) == pytest.approx([1 / 1.21, 1])


@pytest.mark.parametrize("day", ["2028-12-31", "2028-10-01", "2028-11-15"])
def test_index_counts_whole_periods_from_the_end_of_the_period_of_its_base(tmp_path: Path, day: str) -> None:
    """Prices of the last quarter of 2028, on its first, a middle or its last day: 1.1^0.25 in 2029Q1, 1.1 in 2029Q4."""
    small = deal(tmp_path, timeline("quarter") + f"[inflation.us]\nbase = {day}\n")

    assert small.at("macro.index.us", ["2029Q1", "2029Q4"]) == pytest.approx([1.1**0.25, 1.1])


@pytest.mark.parametrize(("frequency", "one"), [("quarter", "2031Q1"), ("half", "2031H1"), ("year", "2031")])
def test_a_base_on_the_first_day_of_a_period_means_that_period(tmp_path: Path, frequency: str, one: str) -> None:
    """1 January 2031 is a day of 2031: the index is 1 in the period that begins with it, and not in the one before."""
    small = deal(tmp_path, timeline(frequency) + "[inflation.us]\nbase = 2031-01-01\n")

    assert small.at("macro.index.us", [one]) == pytest.approx([1])


def test_base_within_a_longer_period_is_that_period(tmp_path: Path) -> None:
    """Prices of mid-2028 in a timeline of years are prices of 2028: 2029 is one year on."""
    small = deal(tmp_path, "[inflation.us]\nbase = 2028-06-30\n")

    assert small.at("macro.index.us", ["2028", "2029"]) == pytest.approx([1, 1.1])


def test_foreign_amount_is_converted_at_the_rate_of_its_period(tmp_path: Path) -> None:
    """1,000 JPY/kg is 10 USD/kg at 100 JPY/USD, 8 at 125: 100 t bring 1,000,000 and 800,000."""
    rate = by_date({"2028-01-01": "100 JPY/USD", "2030-01-01": "125 JPY/USD"})
    small = deal(tmp_path, f'[fx]\njpy_per_usd = {rate}\n[price.ore]\ndeck = "1,000 JPY/kg"\n')

    assert small.at("macro.usd_per_jpy", ["2029", "2030"]) == pytest.approx([0.01, 0.008])
    assert small.at("spot.ore.billed", ["2029", "2030"]) == pytest.approx([1_000_000, 800_000])


def test_amount_goes_into_another_currency_and_back() -> None:
    """200 USD are 25,000 JPY at 125."""
    small = clocked("year", (1, 1, 0), fx={"jpy_per_usd": 125})
    yen = Given("yen", 1.0, unit("JPY"))
    there = small.model.section("x", unit("JPY")).line("yen", "Yen", small.macro.to(small.flow("usd", 200), yen))
    small.model.section("y", unit("USD")).line("usd", "Dollars", small.macro.convert(there))
    row = evaluate(small.model)

    assert list(row["x.yen"]) == pytest.approx([25_000] * 2)
    assert list(row["y.usd"]) == pytest.approx([200] * 2)


def test_own_currency_is_left_as_it_is() -> None:
    """No rate is needed, and the very same expression comes back."""
    small = clocked("year", (1, 1, 0))
    amount = small.flow("usd", 5)

    assert small.macro.convert(amount) is amount
    assert small.macro.to(amount, amount) is amount


def test_missing_rate_is_an_error_that_names_the_key() -> None:
    """The case has no yen."""
    small = clocked("year", (1, 1, 0))

    with pytest.raises(ModelError, match=r"add fx\.jpy_per_usd"):
        small.macro.rate("JPY")


def test_no_inflation_means_an_index_of_one() -> None:
    """A price without an index stays as it is."""
    assert getattr(clocked("year", (1, 1, 0)).macro.index(None), "value", None) == 1
