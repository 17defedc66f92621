"""Tax pools: worked by hand for three methods, and conservation on random cost."""

from collections.abc import Sequence

import numpy as np
import pytest

from finmodel.deal.tax import pools as tax_pools
from finmodel.deal.tax.terms import Depreciation
from finmodel.kernel.units import unit
from tests.deal.tax_helpers import Deal, deal, depreciation, draws, evaluate, given, on_paths

STRAIGHT_20 = depreciation("straight", 20)
AUSTRALIA = depreciation("declining", 20)
JAPAN = depreciation("declining", 8, switch=True)
METHODS = [STRAIGHT_20, depreciation("straight", 4), AUSTRALIA, JAPAN]


def pools(deal: Deal, terms: Depreciation, cost: Sequence[float], year_end: str = "March") -> tax_pools.PoolLines:
    """The pools of one entity with this cost by period."""
    section = deal.model.section("tax.au", unit("USD"), "Australia")
    return tax_pools.build(section, terms, deal.flow("cost", cost), year_end, deal.clock)


def written_off(deal: Deal, terms: Depreciation, cost: Sequence[float], year_end: str = "March") -> list[float]:
    """Depreciation by period."""
    lines = pools(deal, terms, cost, year_end)
    row: list[float] = evaluate(deal.model)[lines.depreciation.id]
    return row


def test_100_over_20_years_is_5_a_year_from_completion_and_then_nothing() -> None:
    """60 + 40 spent in two years of construction; 100 / 20 = 5, twenty times; 25 years of operations."""
    row = written_off(deal("year", (2, 25, 1)), STRAIGHT_20, [60, 40])

    assert row == pytest.approx([0, 0] + [5] * 20 + [0] * 6)


@pytest.mark.parametrize("frequency, periods", [("month", 12), ("quarter", 4), ("half", 2)])
def test_straight_line_is_the_same_each_period_and_leaves_nothing(frequency: str, periods: int) -> None:
    """100 over 20 years by month: 100 / 240 each; the tax value after twenty years is exactly 0."""
    small = deal(frequency, (1, 21 * periods, 1))
    lines = pools(small, STRAIGHT_20, [100])
    values = evaluate(small.model)

    assert values[lines.depreciation.id][1 : 1 + 20 * periods] == pytest.approx([5 / periods] * 20 * periods)
    assert values[lines.closing.id][20 * periods] == 0


def test_cost_waits_in_progress_until_completion() -> None:
    """60 after the first year, 100 after the second; the plant is complete then, 95 after a year of operations."""
    small = deal("year", (2, 25, 1))
    lines = pools(small, STRAIGHT_20, [60, 40])
    values = evaluate(small.model)

    assert values["tax.au.in_progress.closing"][:3] == [60, 0, 0]
    assert values[lines.closing.id][:3] == [60, 100, 95]


def test_later_addition_is_spread_over_the_years_of_operation_left() -> None:
    """18 at the end of operating year 2 of 20: 18 / 18 = 1 a year from year 3."""
    row = written_off(deal("year", (1, 20, 1)), STRAIGHT_20, [0, 0, 18])

    assert row == pytest.approx([0, 0, 0] + [1] * 18 + [0])


def test_later_addition_with_a_shorter_life_starts_at_the_rate_of_that_life() -> None:
    """8 with a life of 4 and 5 years left: 8/4 = 2 is more than 8/5; then 6/4 = 1.5 a year to the end."""
    row = written_off(deal("year", (1, 10, 1)), depreciation("straight", 4), [0, 0, 0, 0, 0, 8])

    assert row[6:11] == pytest.approx([2, 1.5, 1.5, 1.5, 1.5])


def test_australian_pool_declines_by_10_percent_of_the_value_at_the_start_of_the_tax_year() -> None:
    """1,000 ready in April: 1,000 × 10 % / 4 = 25 to June; then (1,000 − 25) × 10 % / 4 = 24.375 in four quarters;
    then (975 − 97.5) × 10 % / 4 = 21.9375.
    """
    small = deal("quarter", (12, 80, 2))
    row = written_off(small, AUSTRALIA, [0] * 11 + [1000], "June")

    assert row[small.at("2030Q2") : small.at("2031Q4")] == pytest.approx([25] + [24.375] * 4 + [21.9375])


def test_addition_within_a_tax_year_counts_from_the_period_after_it() -> None:
    """40 at the end of September 2030: 40 × 10 % / 4 = 1 in three quarters, then (40 − 3) × 10 % / 4 = 0.925."""
    small = deal("quarter", (12, 80, 2))
    row = written_off(small, AUSTRALIA, [0] * 13 + [40], "June")

    assert row[small.at("2030Q3") : small.at("2031Q4")] == pytest.approx([0, 1, 1, 1, 0.925])


def test_last_period_of_operations_writes_off_the_rest_and_what_is_added_in_it() -> None:
    """100 at 10 %: 90, 81 left after two years; the third and last writes off 81 and the 7 added in it."""
    row = written_off(deal("year", (1, 3, 2)), AUSTRALIA, [100, 0, 0, 7])

    assert row == pytest.approx([0, 10, 9, 88, 0, 0])


def test_japanese_pool_switches_to_straight_line_when_that_gives_more() -> None:
    """25 % of 100, 75, 56.25, 42.1875; the 31.640625 left with four years to go are 7.91015625 a year."""
    row = written_off(deal("year", (1, 10, 1)), JAPAN, [100])

    assert row == pytest.approx([0, 25, 18.75, 14.0625, 10.546875] + [7.91015625] * 4 + [0] * 3)


def test_quarters_of_a_japanese_fiscal_year_are_equal() -> None:
    """Each quarter writes off a quarter of the year's amount, before and after the switch."""
    row = written_off(deal("quarter", (4, 40, 1)), JAPAN, [0, 0, 0, 100])
    years = [25, 18.75, 14.0625, 10.546875] + [7.91015625] * 4

    assert row[4:36] == pytest.approx([year / 4 for year in years for _ in range(4)])


@pytest.mark.parametrize("terms", METHODS)
def test_all_that_is_added_is_written_off_and_no_pool_is_ever_negative(terms: Depreciation) -> None:
    """Random cost in every period, wind-up included; tax year to June, completion in April."""
    small = deal("quarter", (4, 40, 2))
    lines = pools(small, terms, small.zeros, "June")
    cost = draws(small, 0, 100)
    values = on_paths(small.model, {"cost.input": cost})
    stocks = np.stack([row for id, row in values.items() if id.endswith(".closing")])

    assert values[lines.depreciation.id].sum(axis=0) == pytest.approx(cost.sum(axis=0))
    assert stocks.min() > -1e-9
    assert values[lines.depreciation.id].min() >= 0


def test_a_share_written_off_at_once_goes_in_the_first_period_and_the_rest_follows_the_method() -> None:
    """100 at completion: 40 at once, and 60 at 20 % a year declining: 12, 9.6, 7.68 ..."""
    small = deal("year", (1, 5, 1))
    terms = depreciation("declining", 10).model_copy(update={"immediate": given("entity.x.immediate", 0.4)})
    tax_pools.build(
        small.model.section("tax", unit("USD"), "Tax"), terms, small.flow("cost", [100]), "March", small.clock
    )

    assert evaluate(small.model)["tax.depreciation"][:4] == pytest.approx([0, 52, 9.6, 7.68])


def test_a_plant_may_be_written_off_whole_at_once() -> None:
    small = deal("quarter", (1, 8, 1))
    terms = depreciation("straight", 2).model_copy(update={"immediate": given("entity.x.immediate", 1.0)})
    tax_pools.build(
        small.model.section("tax", unit("USD"), "Tax"), terms, small.flow("cost", [80]), "March", small.clock
    )

    assert evaluate(small.model)["tax.depreciation"][:4] == pytest.approx([0, 80, 0, 0])


@pytest.mark.parametrize("switch", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_with_any_share_at_once_the_cost_is_written_off_once(seed: int, switch: bool) -> None:
    draw = np.random.default_rng(seed)
    small = deal("quarter", (4, 24, 2))
    pool = depreciation("declining", draw.uniform(1, 12), draw.uniform(0.5, 3), switch=switch)
    terms = pool.model_copy(update={"immediate": given("entity.x.immediate", draw.uniform(0, 1))})
    cost = list(draw.uniform(0, 10, 12))
    tax_pools.build(
        small.model.section("tax", unit("USD"), "Tax"), terms, small.flow("cost", cost), "June", small.clock
    )
    values = evaluate(small.model)

    assert np.sum(values["tax.depreciation"]) == pytest.approx(sum(cost))
    assert np.min(values["tax.depreciation"]) >= -1e-12
    assert np.min(values["tax.tax_value"]) >= -1e-9
