"""Recycling: a rebate for taking scrap, shared, and the recycled content of what is sold; worked by hand.

The mine stands for a recycler: 100 t of product a year, from scrap that it is paid to take.
"""

from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from tests.deal.ops import METAL, by_date, deal, read

SCRAP = (
    '[node.mine]\nrecovery = "80 %"\n[node.mine.buys.ore]\npayable = "0 %"\nrebate = "2 USD/kg"\nrecycled = "100 %"\n'
)


def test_recycler_is_paid_its_share_of_the_rebate_on_what_the_scrap_holds(tmp_path: Path) -> None:
    """100 t won at 80 % are 125 t contained × 2 USD/kg = 250,000 USD, 60 % of it the recycler's: 150,000 USD."""
    small = deal(tmp_path, f'{SCRAP}rebate_share = "60 %"\n')

    assert small.at("node.mine.rebate.ore", ["2029"]) == pytest.approx([250_000])
    assert small.at("node.mine.rebate_share.ore", ["2029"]) == pytest.approx([150_000])
    assert small.at("sales.billed", ["2029"]) == pytest.approx([1_150_000])
    assert small.at("operations.net_cash", ["2029"]) == pytest.approx([1_150_000])


def test_rebate_by_date_and_no_royalty_on_it(tmp_path: Path) -> None:
    """2 USD/kg in 2029 and 1 from 2030; a royalty of 10 % is on the ore alone."""
    steps = by_date({"2028-01-01": "2 USD/kg", "2030-01-01": "1 USD/kg"})
    royalty = '[cost.royalty]\nlabel = "Royalty"\nnode = "mine"\nof_revenue = "10 %"\n'
    small = deal(tmp_path, SCRAP.replace('"2 USD/kg"', steps) + royalty)

    assert small.at("node.mine.rebate_share.ore", ["2029", "2030"]) == pytest.approx([250_000, 125_000])
    assert small.at("cost.royalty.billed", ["2029"]) == pytest.approx([100_000])


def test_rebate_is_on_the_recycled_share_of_the_feed(tmp_path: Path) -> None:
    """125 t contained, 70 % of it scrap in 2029 and 85 % from 2030: 87.5 t and 106.25 t at 2 USD/kg, 60 % of it own.

    Where all or nothing is scrap: 125 t, and none.
    """
    steps = by_date({"2028-01-01": "70 %", "2030-01-01": "85 %"})
    scrap = SCRAP.replace('recycled = "100 %"\n', "")
    small = deal(tmp_path, f'{scrap}rebate_share = "60 %"\nrecycled = {steps}\n')

    assert small.at("node.mine.rebate.ore", ["2029", "2030"]) == pytest.approx([175_000, 212_500])
    assert small.at("node.mine.rebate_share.ore", ["2029", "2030"]) == pytest.approx([105_000, 127_500])
    for share, paid in (("100 %", 250_000), ("0 %", 0)):
        assert deal(tmp_path, f'{scrap}recycled = "{share}"\n').at("node.mine.rebate.ore", ["2029"]) == [paid]


def test_rebate_is_taxed_and_received_like_a_sale(tmp_path: Path) -> None:
    """Income before depreciation: 1,250,000 USD; all checks of the deal pass."""
    result = fm.run(read(tmp_path, SCRAP))

    assert float(result["taxable.net_income.mining"][1]) == pytest.approx(1_250_000)
    assert result.passed


def test_recycled_content_is_the_share_of_the_feed(tmp_path: Path) -> None:
    """A quarter of the feed is scrap in 2029 and 2030, half from then on: 37.5 % of all that is sold."""
    steps = by_date({"2028-01-01": "25 %", "2031-01-01": "50 %"})
    small = deal(tmp_path, f"[node.mine.buys.ore]\nrecycled = {steps}\n")

    assert small.at("recycling.content") == pytest.approx([0.25, 0.25, 0.5, 0.5])
    assert float(small["recycling.all_content"][0]) == pytest.approx(0.375)


def test_stock_carries_its_recycled_share(tmp_path: Path) -> None:
    """20 t of 2029 at 0 % are kept, 100 t of 2030 at 60 % join: 60 / 120 = 50 %. 2031: (20 × 50 % + 60) / 120."""
    steps = by_date({"2028-01-01": "0 %", "2030-01-01": "60 %"})
    small = deal(tmp_path, f'[product.ore]\nstock_days = "73 days"\n[node.mine.buys.ore]\nrecycled = {steps}\n')

    assert small.at("recycling.share.ore", ["2029", "2030", "2031"]) == pytest.approx([0, 0.5, 70 / 120])


def test_metal_has_the_recycled_share_of_its_oxide(tmp_path: Path) -> None:
    """40 % of the ore is recycled, and so is 40 % of the metal, and of all that is sold."""
    small = deal(tmp_path, f'{METAL}[node.mine.buys.ore]\nrecycled = "40 %"\n')

    assert small.at("recycling.share.metal") == pytest.approx([0.4] * 4)
    assert float(small["recycling.all_content"][0]) == pytest.approx(0.4)


def test_recycled_content_is_a_result_by_name_and_absent_where_no_feed_is_recycled(tmp_path: Path) -> None:
    recycled = fm.run(read(tmp_path, '[node.mine.buys.ore]\nrecycled = "15 %"\n'))
    plain = fm.run(read(tmp_path))

    assert recycled.metrics["recycled_content"] == pytest.approx(0.15)
    assert "recycled_content" not in plain.metrics


@pytest.mark.parametrize("seed", range(10))
def test_recycled_tonnes_sold_and_left_are_those_that_came_in(tmp_path: Path, seed: int) -> None:
    """Any shares by year and any stock: what was fed is sold by the end of operations."""
    draw = np.random.default_rng(seed)
    steps = by_date({f"{year}-01-01": f"{draw.uniform(0, 100):.3f} %" for year in range(2028, 2033)})
    target = f'[product.ore]\nstock_days = "{draw.integers(0, 200)} days"\n'
    small = deal(tmp_path, f"{target}[node.mine.buys.ore]\nrecycled = {steps}\n")
    fed = np.asarray(small.case.tables.node["mine"].buys["ore"].recycled.value) * small["node.mine.produced"]

    assert small["recycling.recycled"].sum() == pytest.approx(fed.sum())
