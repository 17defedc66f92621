"""The production chain in tonnes, and what its feed costs, worked by hand and on random plants."""

from pathlib import Path

import numpy as np
import pytest

from tests.deal.ops import CONTAINED, METAL, SPAR, deal, quarters, timeline

COMPANY = """
[entity.panels]
label = "Panel company"
country = "Japan"
currency = "USD"
tax_year_end = "December"
tax_rate = "30 %"
depreciation = { method = "straight", life = "10 years" }
"""

PANEL = """
[product.panel]
label = "Panel"
price = "ore"

[node.panel]
label = "Panel plant"
entity = "panels"
product = "panel"
nameplate = "20 t/year"
availability = "100 %"
takes = { node = "metal", product = "metal", per_product = "1.0x" }
"""


def test_node_makes_nameplate_times_availability_and_ramp_up(tmp_path: Path) -> None:
    """100 t × 90 % × 50 %, 80 %, 100 %, and the last share holds."""
    keys = {"node.mine.availability": "90 %"}
    small = deal(tmp_path, '[node.mine]\nramp_up = ["50 %", "80 %", "100 %"]\n', keys)

    assert small.at("node.mine.produced") == pytest.approx([45, 72, 90, 90])
    assert small["node.mine.produced"].sum() == pytest.approx(297)


def test_ramp_up_runs_by_year_also_in_quarters(tmp_path: Path) -> None:
    """A quarter of 100 t × 50 % in each quarter of the first year, 25 t from then on."""
    small = deal(tmp_path, timeline("quarter") + '[node.mine]\nramp_up = ["50 %", "100 %"]\n')

    assert small.at("node.mine.produced", quarters(2029)) == pytest.approx([12.5] * 4)
    assert small.at("node.mine.produced", quarters(2030)) == pytest.approx([25] * 4)


def test_by_products_are_made_in_proportion(tmp_path: Path) -> None:
    """2.5 kg of spar with each 100 kg of ore."""
    small = deal(tmp_path, SPAR)

    assert small.at("product.spar.sold") == pytest.approx([2.5] * 4)
    assert small.at("spot.spar.billed", ["2029"]) == pytest.approx([2.5 * 1000 * 40])


def test_feed_is_paid_by_what_it_holds_before_recovery(tmp_path: Path) -> None:
    """At 80 % recovery, the feed of 100 t of ore and 2.5 t of spar holds 125 and 3.125 t; 60 % and 20 % are paid."""
    bought = 'recovery = "80 %"\nbuys = { ore = { payable = "60 %" }, spar = { payable = "20 %" } }\n'
    small = deal(tmp_path, SPAR + f"[node.mine]\n{bought}")

    assert small.at("node.mine.feed_cost.ore", ["2029"]) == pytest.approx([125_000 * 0.6 * 10])
    assert small.at("node.mine.feed_cost.spar", ["2029"]) == pytest.approx([3_125 * 0.2 * 40])
    assert small.at("costs.billed", ["2029"]) == pytest.approx([750_000 + 25_000])


def test_feed_price_does_not_fall_below_its_floor(tmp_path: Path) -> None:
    """The index stands at 10, the feed is paid on 14 USD/kg: 100 t × 50 % × 14."""
    small = deal(tmp_path, '[node.mine.buys.ore]\npayable = "50 %"\nfloor = "14 USD/kg"\n')

    assert small.at("node.mine.feed_cost.ore", ["2029"]) == pytest.approx([700_000])


def test_metal_takes_its_stoichiometry_over_recovery(tmp_path: Path) -> None:
    """1.1765 / 0.95 = 1.238421 kg of ore in a kg of metal: 50 t of metal take 61.92105 t of 100; 38.07895 are sold."""
    small = deal(tmp_path, METAL)

    assert small.at("node.metal.feed_per_product", ["2029"]) == pytest.approx([1.2384210526])
    assert small.at("product.metal.contained", ["2029"]) == pytest.approx([1.2384210526])
    assert small.at("node.metal.produced") == pytest.approx([50] * 4)
    assert small.at("node.metal.taken") == pytest.approx([61.9210526] * 4)
    assert small.at("product.ore.sold") == pytest.approx([38.0789474] * 4)


def test_node_is_limited_by_the_feed_that_there_is(tmp_path: Path) -> None:
    """A plant for 90 t would take 111.5 t: 100 t of ore make 100 / 1.238421 = 80.748 t, and no ore is left."""
    small = deal(tmp_path, METAL, {"node.metal.nameplate": "90 t/year"})

    assert small.at("node.metal.produced") == pytest.approx([80.7479813] * 4)
    assert small.at("product.ore.sold") == pytest.approx([0] * 4, abs=1e-9)


def test_second_taker_has_what_the_first_leaves(tmp_path: Path) -> None:
    """The first takes 61.92 t of 100; the second, for 60 t at 1 kg a kg, has the 38.08 t that are left."""
    second = PANEL.replace('"metal", product = "metal"', '"mine", product = "ore"').replace("20 t", "60 t")
    small = deal(tmp_path, METAL + COMPANY + second)

    assert small.at("node.panel.produced") == pytest.approx([38.0789474] * 4)
    assert small.at("product.ore.sold") == pytest.approx([0] * 4, abs=1e-9)


def test_stock_is_built_to_its_target_and_sold_in_the_last_period_of_operations(tmp_path: Path) -> None:
    """73 of 365 days of 100 t: 20 t stay in 2029, and 20 t more are sold in 2032."""
    small = deal(tmp_path, '[product.ore]\nstock_days = "73 days"\n')

    assert small.at("product.ore.sold") == pytest.approx([80, 100, 100, 120])
    assert small.at("product.ore.stock.closing") == pytest.approx([20, 20, 20, 0])


def test_stock_feeds_a_node_before_it_is_sold(tmp_path: Path) -> None:
    """The mine ramps down to 50 % in 2031: with 20 t of stock, metal still takes 61.92 t, and 8.08 t stay in stock."""
    ramp = '[node.mine]\nramp_up = ["100 %", "100 %", "50 %"]\n[product.ore]\nstock_days = "73 days"\n'
    small = deal(tmp_path, METAL + ramp)

    assert small.at("node.metal.taken", ["2031"]) == pytest.approx([61.9210526])
    assert small.at("product.ore.stock.closing") == pytest.approx([20, 20, 70 - 61.9210526, 0])


def test_feed_moves_between_companies_at_the_index(tmp_path: Path) -> None:
    """61.92105 t × 1,000 × 10 USD/kg from the mining company to the metal company."""
    small = deal(tmp_path, METAL.replace('entity = "mining"', 'entity = "panels"') + COMPANY)

    (transfer,) = small.works.chain.transfers
    assert (transfer.seller, transfer.buyer) == ("mining", "panels")
    assert small.at(transfer.amount.id, ["2029"]) == pytest.approx([619_210.526], rel=1e-7)


def test_feed_within_one_company_is_no_transfer(tmp_path: Path) -> None:
    """Both plants are the mining company's."""
    assert deal(tmp_path, METAL).works.chain.transfers == []


def test_metal_moves_between_companies_at_what_it_contains_and_its_fee(tmp_path: Path) -> None:
    """20 t of metal at 1.238421 × 10 + 2 USD/kg, what a buyer outside would pay: 287,684 USD."""
    small = deal(tmp_path, METAL + COMPANY + PANEL)

    assert small.at("node.panel.transfer", ["2029"]) == pytest.approx([20_000 * (CONTAINED * 10 + 2)])


def test_nodes_may_stand_in_any_order_in_the_case(tmp_path: Path) -> None:
    """The panel plant stands before the metal plant that feeds it."""
    head, product, node = METAL.partition("[node.metal]")
    small = deal(tmp_path, head + COMPANY + PANEL + product + node)

    assert small.at("node.panel.produced") == pytest.approx([20] * 4)


@pytest.mark.parametrize("seed", range(20))
def test_no_tonne_is_made_or_lost_between_plants_stock_and_buyers(tmp_path: Path, seed: int) -> None:
    """Any plants: opening + made = taken + sold + closing; what is sold is delivered; stock ends at 0."""
    draw = np.random.default_rng(seed)
    shape = (
        f'[node.mine]\nramp_up = ["{draw.uniform(20, 100):.1f} %", "{draw.uniform(20, 100):.1f} %"]\n'
        f'[product.ore]\nstock_days = "{draw.integers(0, 200)} days"\n'
        f'[offtake.buyer]\nlabel = "Buyer"\nproducts = ["ore", "metal"]\nstart = 2029-01-01\nterm = "36 months"\n'
        f'share = "{draw.uniform(0, 100):.1f} %"\n'
    )
    keys = {"node.metal.nameplate": f"{draw.uniform(5, 120):.2f} t/year"}
    small = deal(tmp_path, timeline("quarter") + METAL + shape, keys)

    for name in ("ore", "metal"):
        row = {part: small[f"product.{name}.{part}"] for part in ("stock.opening", "stock.closing", "taken", "sold")}
        made = small[{"ore": "node.mine.produced", "metal": "node.metal.produced"}[name]]
        out = row["taken"] + row["sold"] + row["stock.closing"]
        assert row["stock.opening"] + made == pytest.approx(out, abs=1e-9)
        assert row["sold"] == pytest.approx(small[f"offtake.buyer.{name}.delivered"] + small[f"spot.{name}.delivered"])
        assert min(row["sold"].min(), row["stock.closing"].min()) >= -1e-9
        assert row["stock.closing"][-1] == pytest.approx(0, abs=1e-9)
