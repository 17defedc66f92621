"""Stock in the books at weighted-average cost, worked by hand and on random plants."""

from pathlib import Path

import numpy as np
import pytest

from tests.deal.ops import METAL, cost, deal, timeline

STOCK = '[product.ore]\nstock_days = "73 days"\n'
POWER = cost('per_year = "100,000 USD/year"')
HEAT = cost('per_year = "38,078.947368 USD/year"', "heat", 'node = "metal"')
REAGENTS = cost('per_kg = "2 USD/kg"', "reagents")

GRAVEL = """
[product.gravel]
label = "Gravel"
price = "ore"

[product.block]
label = "Block"
price = "ore"

[node.mine.by_products]
gravel = "50 %"

[node.block]
label = "Block plant"
entity = "mining"
product = "block"
nameplate = "50 t/year"
availability = "100 %"
takes = { node = "mine", product = "gravel", per_product = "1.0x" }
"""


def test_stock_carries_the_average_of_opening_stock_and_output_over_two_periods(tmp_path: Path) -> None:
    """100 t cost 110,000 USD and 20 t stay, at 1,100 a tonne; next year, 10 % dearer, 22,000 + 121,000 over 120 t.

    Of that average, 1,191.67 a tonne, 20 t stay: 23,833.33 USD; 119,166.67 USD leave.
    """
    small = deal(tmp_path, STOCK + cost('per_year = "100,000 USD/year"\ninflation = "us"'))

    assert small.at("inventory.mine.added", ["2029", "2030"]) == pytest.approx([110_000, 121_000])
    assert small.at("inventory.mine.average", ["2029", "2030"]) == pytest.approx([1_100, 143_000 / 120])
    assert small.at("inventory.mine.value.closing", ["2029", "2030"]) == pytest.approx([22_000, 143_000 / 6])
    assert small.at("inventory.mine.released", ["2029", "2030"]) == pytest.approx([88_000, 143_000 * 5 / 6])


def test_stock_is_worth_nothing_once_it_is_sold(tmp_path: Path) -> None:
    """The last period of operations sells all: the cost of four years, 400,000 USD, has gone through."""
    small = deal(tmp_path, STOCK + POWER)

    assert small.at("inventory.closing") == pytest.approx([20_000, 20_000, 20_000, 0])
    assert small.at("inventory.net_increase") == pytest.approx([20_000, 0, 0, -20_000])
    assert small["inventory.mine.released"].sum() == pytest.approx(400_000)


def test_no_stock_lets_cost_through_as_it_comes(tmp_path: Path) -> None:
    """All ore is sold in its year."""
    small = deal(tmp_path, POWER)

    assert small.at("inventory.mine.released") == pytest.approx([100_000] * 4)
    assert small["inventory.closing"].max() == 0


def test_feed_carries_its_cost_from_node_to_node(tmp_path: Path) -> None:
    """Ore costs 1,000 USD a tonne: 61,921.05 for 50 t of metal. With 38,078.95 of heat, metal costs 2,000 a tonne.

    73 of 365 days of metal, 10 t, stay in stock: 20,000 USD.
    """
    small = deal(tmp_path, METAL + POWER + HEAT, {"product.metal.stock_days": "73 days"})

    assert small.at("inventory.metal.added", ["2029"]) == pytest.approx([100_000])
    assert small.at("inventory.metal.value.closing") == pytest.approx([20_000, 20_000, 20_000, 0])
    assert small.at("inventory.mine.value.closing") == pytest.approx([0] * 4, abs=1e-6)
    assert small.at("inventory.net_increase", ["2029"]) == pytest.approx([20_000])


def test_by_product_that_feeds_a_node_carries_no_cost(tmp_path: Path) -> None:
    """The ore bears all 100,000 USD: blocks are made of gravel at no cost, and their stock is worth nothing."""
    small = deal(tmp_path, GRAVEL + POWER, {"product.block.stock_days": "73 days"})

    assert small.at("node.block.taken", ["2029"]) == pytest.approx([50])
    assert small.at("inventory.closing", ["2029"]) == pytest.approx([0])


@pytest.mark.parametrize("seed", range(15))
def test_cost_of_what_leaves_is_in_the_end_all_cost(tmp_path: Path, seed: int) -> None:
    """Any ramp-up, stock and inflation: the increases of the value sum to 0, and it is never negative."""
    draw = np.random.default_rng(seed)
    changes = (
        f"{timeline('quarter')}{METAL}{HEAT}{REAGENTS}"
        f'[node.mine]\nramp_up = ["{draw.uniform(10, 100):.1f} %", "{draw.uniform(10, 100):.1f} %"]\n'
        f'[product.ore]\nstock_days = "{draw.integers(1, 150)} days"\n'
    )
    small = deal(tmp_path, changes, {"product.metal.stock_days": f"{draw.integers(1, 150)} days"})
    closing = small["inventory.closing"]

    assert closing.min() >= -1e-6
    assert [closing[-1], small["inventory.net_increase"].sum()] == pytest.approx([0, 0], abs=1e-6)
