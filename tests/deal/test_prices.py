"""Market prices: decks, inflation, premium and currency, worked by hand."""

from pathlib import Path

import pytest

from tests.deal.ops import by_date, deal, timeline


def test_nominal_deck_does_not_grow(tmp_path: Path) -> None:
    """10 USD/kg in every year."""
    assert deal(tmp_path).at("price.ore.market") == pytest.approx([10, 10, 10, 10])


def test_real_deck_grows_from_the_base_of_its_index(tmp_path: Path) -> None:
    """10 USD/kg of 2028 at 10 % a year: 11, 12.1, 13.31, 14.641."""
    small = deal(tmp_path, '[price.ore]\nbasis = "real"\ninflation = "us"\n')

    assert small.at("price.ore.deck") == pytest.approx([10] * 4)
    assert small.at("price.ore.market") == pytest.approx([11, 12.1, 13.31, 14.641])


def test_premium_multiplies_the_deck_by_date(tmp_path: Path) -> None:
    """10 USD/kg at 1.00x, and from 2031 at 1.30x."""
    premium = by_date({"2028-01-01": "1.00x", "2031-01-01": "1.30x"})
    small = deal(tmp_path, f"[price.ore]\npremium = {premium}\n")

    assert small.at("price.ore.market") == pytest.approx([10, 10, 13, 13])


def test_real_deck_premium_and_foreign_currency_multiply(tmp_path: Path) -> None:
    """1,000 JPY/kg at 125 JPY/USD is 8 USD/kg; with 10 % inflation and 1.5x, 13.2 in 2029."""
    small = deal(
        tmp_path,
        '[fx]\njpy_per_usd = "125 JPY/USD"\n'
        '[price.ore]\nbasis = "real"\ninflation = "us"\npremium = "1.5x"\ndeck = "1,000 JPY/kg"\n',
    )

    assert small.at("price.ore.deck", ["2029"]) == pytest.approx([8])
    assert small.at("price.ore.market", ["2029"]) == pytest.approx([13.2])


def test_deck_runs_straight_between_dates_and_flat_beyond(tmp_path: Path) -> None:
    """20 on 2 July 2029, 10 on 2 July 2031 (the middles of these years): 15 on 2 July 2030, half-way."""
    deck = by_date({"2029-07-02": "20 USD/kg", "2031-07-02": "10 USD/kg"})
    small = deal(tmp_path, f"[price.ore]\ndeck = {deck}\n")

    assert small.at("price.ore.market") == pytest.approx([20, 15, 10, 10], abs=0.01)


def test_deck_with_a_kink_within_a_year_has_the_value_of_its_middle(tmp_path: Path) -> None:
    """From 20 on 1 January 2030 down to 10 on 2 July, flat beyond: 10 in the middle of the year, 12.5 on average."""
    deck = by_date({"2030-01-01": "20 USD/kg", "2030-07-02": "10 USD/kg"})
    small = deal(tmp_path, f"[price.ore]\ndeck = {deck}\n")

    assert small.at("price.ore.market", ["2030"]) == pytest.approx([10])


def test_two_indices_stand_side_by_side(tmp_path: Path) -> None:
    """One deck per index, each with its own growth."""
    other = '[price.spar]\nlabel = "Spar"\nvat = "excluded"\nbasis = "real"\ninflation = "us"\ndeck = "4 USD/kg"\n'
    small = deal(tmp_path, timeline("year") + other)

    assert small.at("price.ore.market", ["2030"]) == pytest.approx([10])
    assert small.at("price.spar.market", ["2030"]) == pytest.approx([4.84])
