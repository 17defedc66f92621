"""Stock of a company that bought its feed within the group: its tax and books bear the price that it paid; by hand.

The mine makes 100 t of ore a year for 1,000 USD. A metal plant of another company takes 61.92105 t of it at the market,
10 USD/kg: 619,210.53 USD for 50 t of metal, 12,384.21 USD/t. Ore cost the group 10 USD/t, so metal 12.38421 USD/t. A
tenth of a year's output, 5 t, stays in stock.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from finmodel.run.results import Results
from tests.deal.faces import differ, in_the_workbook
from tests.deal.ops import METAL, YEARS, cost, read

ORE = 50 * 1.1765 / 0.95  # tonnes that the metal plant takes a year

SECOND = """
[entity.other]
label = "Metal company"
country = "Japan"
currency = "USD"
tax_year_end = "December"
tax_rate = "25 %"
depreciation = { method = "straight", life = "10 years" }
[intercompany]
rate = "4 % p.a."
[capex.mine]
amount = "3 million USD"
"""


def chain(folder: Path, entity: str = "other", more: str = "") -> Results:
    """The mine and a metal plant of a company, with stock of 36.5 days of metal."""
    metal = METAL.replace('entity = "mining"', f'entity = "{entity}"').replace(
        "fee = ", 'stock_days = "36.5 days"\nfee = '
    )
    return fm.run(read(folder, SECOND + metal + cost('per_year = "1,000 USD/year"') + more))


def at(result: Results, line: str) -> list[float]:
    """A line's numbers in the years of operation."""
    labels = result.model.timeline.labels
    return [float(np.asarray(result[line])[labels.index(year)]) for year in YEARS]


def test_stock_bought_within_the_group_is_worth_what_the_buyer_paid(tmp_path: Path) -> None:
    """5 t × 12,384.21 USD/t = 61,921.05 USD in the company; 61.92 USD in the group; the last year sells all of it."""
    result = chain(tmp_path)

    assert at(result, "inventory.metal.own_value") == pytest.approx([1000 * ORE, 1000 * ORE, 1000 * ORE, 0])
    assert at(result, "inventory.metal.value.closing") == pytest.approx([ORE, ORE, ORE, 0])
    assert at(result, "inventory.net_margin") == pytest.approx([999 * ORE, 999 * ORE, 999 * ORE, 0])


def test_buyer_is_taxed_on_its_own_margin_alone(tmp_path: Path) -> None:
    """It earns the fee of 2 USD/kg on what it sells: 45 t in 2029, 50 t in 2030 and 2031, 55 t in 2032.

    At the group's cost of stock, 90,000 USD of 2029 would be 28,141, and 2032 would make up for it.
    """
    result = chain(tmp_path)

    assert at(result, "taxable.net_income.other") == pytest.approx([90_000, 100_000, 100_000, 110_000])


def test_group_leaves_out_the_margin_in_stock_and_the_borrower_takes_it_in(tmp_path: Path) -> None:
    """The metal company's stock stands at 61,921.05 USD in its books, at 61.92 in the group's; all books balance."""
    result = chain(tmp_path)

    assert at(result, "company.other.assets.stock") == pytest.approx([1000 * ORE] * 3 + [0])
    assert at(result, "balance.assets.inventory") == pytest.approx([ORE] * 3 + [0])
    both = np.asarray(result["company.mining.net_profit"]) + np.asarray(result["company.other.net_profit"])
    margin = np.asarray(result["inventory.net_margin"])
    assert both == pytest.approx(np.asarray(result["income.net_profit"]) + np.diff(margin, prepend=0))
    assert [check.id for check in result.checks if not check.passed and check.kind == "error"] == []


def test_chain_of_one_company_has_one_value_of_stock(tmp_path: Path) -> None:
    result = chain(tmp_path, "mining")

    assert [id for id in result.model.lines if "own_value" in id or "net_margin" in id] == []


def test_third_plant_bears_what_its_own_company_paid(tmp_path: Path) -> None:
    """An alloy plant of the metal company takes all its metal, stock included, at cost: the transfer price goes along.

    45 t of metal leave stock in 2029 at 12,384.21 USD/t, and all 45 t of alloy but 4.5 t are sold.
    """
    alloy = """
[product.alloy]
label = "Alloy"
price = "ore"
contained_in = "feed"
stock_days = "36.5 days"
[node.alloy]
label = "Alloy plant"
entity = "other"
product = "alloy"
nameplate = "45 t/year"
availability = "100 %"
takes = { node = "metal", product = "metal", per_product = "1.0x", pricing = "cost" }
"""
    result = chain(tmp_path, more=alloy)

    value = np.asarray(result["inventory.alloy.own_average"])[result.model.timeline.labels.index("2029")]
    assert value == pytest.approx(10_000 * ORE / 50)
    assert [check.id for check in result.checks if not check.passed and check.kind == "error"] == []


def test_all_faces_of_own_values_agree(tmp_path: Path) -> None:
    result = chain(tmp_path)

    assert differ(result) == []
    assert in_the_workbook(result, tmp_path) < 1e-9
