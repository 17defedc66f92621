"""Operating costs by their three bases, worked by hand."""

from pathlib import Path

import pytest

from finmodel.kernel.errors import CaseError
from tests.deal.ops import METAL, by_date, cost, deal, quarters, read, share, timeline


def test_fixed_cost_runs_with_operations_and_not_with_output(tmp_path: Path) -> None:
    """80,000 USD a year though the mine ramps up; nothing before and after."""
    small = deal(tmp_path, cost('per_year = "80,000 USD/year"') + '[node.mine]\nramp_up = ["10 %", "100 %"]\n')

    assert list(small["cost.power.billed"]) == pytest.approx([0, 80_000, 80_000, 80_000, 80_000, 0, 0])


def test_fixed_cost_of_a_quarter_is_a_quarter_of_the_year(tmp_path: Path) -> None:
    """80,000 USD a year, whatever the days of the quarter."""
    small = deal(tmp_path, timeline("quarter") + cost('per_year = "80,000 USD/year"'))

    assert small.at("cost.power.billed", quarters(2029)) == pytest.approx([20_000] * 4)


def test_variable_cost_follows_what_is_made_and_not_what_is_sold(tmp_path: Path) -> None:
    """3 USD/kg on 100 t in each year, though 20 t of 2029 are sold in 2032."""
    small = deal(tmp_path, cost('per_kg = "3 USD/kg"') + '[product.ore]\nstock_days = "73 days"\n')

    assert small.at("cost.power.billed") == pytest.approx([300_000] * 4)


def test_royalty_is_a_share_of_what_the_node_bills(tmp_path: Path) -> None:
    """5 % of 1,000,000 USD, and of 800,000 when 20 t stay in stock."""
    small = deal(tmp_path, cost('of_revenue = "5 %"') + '[product.ore]\nstock_days = "73 days"\n')

    assert small.at("cost.power.billed") == pytest.approx([40_000, 50_000, 50_000, 60_000])


def test_royalty_counts_contracts_and_by_products_of_its_node_only(tmp_path: Path) -> None:
    """The mine sells 38.07895 t of ore at 10 USD/kg; the metal plant's revenue bears no royalty of the mine."""
    small = deal(tmp_path, METAL + cost('of_revenue = "10 %"'))

    assert small.at("cost.power.billed", ["2029"]) == pytest.approx([38_078.947])


def test_inflation_raises_a_cost_from_its_base(tmp_path: Path) -> None:
    """80,000 USD of 2028 at 10 %: 88,000, 96,800 and so on."""
    small = deal(tmp_path, cost('per_year = "80,000 USD/year"\ninflation = "us"'))

    assert small.at("cost.power.billed") == pytest.approx([88_000, 96_800, 106_480, 117_128])


def test_foreign_cost_is_converted_at_the_rate_of_its_period(tmp_path: Path) -> None:
    """1,000,000 JPY a year: 10,000 USD at 100 JPY/USD, 8,000 at 125."""
    rate = by_date({"2028-01-01": "100 JPY/USD", "2030-01-01": "125 JPY/USD"})
    small = deal(tmp_path, f"[fx]\njpy_per_usd = {rate}\n" + cost('per_year = "1,000,000 JPY/year"'))

    assert small.at("cost.power.billed", ["2029", "2030"]) == pytest.approx([10_000, 8_000])


def test_cost_of_a_company_joins_the_total_but_no_node(tmp_path: Path) -> None:
    """A head office of 50,000 and power of 80,000 USD: the node bears 80,000."""
    office = cost('per_year = "50,000 USD/year"', "office", 'entity = "mining"')
    small = deal(tmp_path, office + cost('per_year = "80,000 USD/year"'))

    assert small.at("costs.billed", ["2029"]) == pytest.approx([130_000])
    assert small.at("inventory.mine.added", ["2029"]) == pytest.approx([80_000])
    assert [(spend.name, spend.entity) for spend in small.works.costs.spends if spend.name.startswith("cost.")] == [
        ("cost.office", "mining"),
        ("cost.power", "mining"),
    ]


SUPPORT = """
[programme.fund]
label = "Fund"
payer = "Treasury"
budget = "10 million USD/year"
envelope = "100 million USD"
year_end = "December"

[support.floor]
label = "Floor"
programme = "fund"
contract = "buyer"
price = "ore"
floor = "15 USD/kg"
quantity = "100 t/year"
start = 2029-01-01
end = 2032-12-31
"""


def test_royalty_counts_price_support(tmp_path: Path) -> None:
    """100 t at an index of 10 and a floor of 15 USD/kg: 5 % of 1,500,000 USD."""
    small = deal(tmp_path, share() + SUPPORT + cost('of_revenue = "5 %"'))

    assert small.at("support.granted", ["2029"]) == pytest.approx([500_000])
    assert small.at("cost.power.billed", ["2029"]) == pytest.approx([75_000])


def test_royalty_counts_price_support_on_the_products_of_its_node_only(tmp_path: Path) -> None:
    """38.07895 t of ore and 50 t of metal that holds 61.92105 t: of 500,000 USD of support, 190,394.74 are the mine's.

    It sells ore for 380,789.47 USD: 10 % of 571,184.21.
    """
    both = share().replace('["ore"]', '["ore", "metal"]')
    small = deal(tmp_path, METAL + both + SUPPORT + cost('of_revenue = "10 %"'))

    assert small.at("support.granted", ["2029"]) == pytest.approx([500_000])
    assert small.at("cost.power.billed", ["2029"]) == pytest.approx([57_118.421])


def test_royalty_is_not_taken_on_what_is_given_back(tmp_path: Path) -> None:
    """30 % of 2 USD/kg above a strike of 8 go back, 60,000 USD (the floor is 7): 5 % of 940,000."""
    terms = SUPPORT.replace("15 USD/kg", "7 USD/kg") + 'share = "30 %"\nstrike = "8 USD/kg"\n'
    small = deal(tmp_path, share() + terms + cost('of_revenue = "5 %"'))

    assert small.at("support.give_back_due", ["2029"]) == pytest.approx([60_000])
    assert small.at("cost.power.billed", ["2029"]) == pytest.approx([47_000])


def test_share_of_revenue_has_no_inflation(tmp_path: Path) -> None:
    """It grows with revenue; an index beside would make 5.5 % of 5 %."""
    with pytest.raises(CaseError, match="a share of revenue grows with revenue"):
        read(tmp_path, cost('of_revenue = "5 %"\ninflation = "us"'))
