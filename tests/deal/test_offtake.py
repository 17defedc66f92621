"""Offtake contracts by share, by floor and over several products, and spot sales, worked by hand."""

from pathlib import Path

import pytest

from tests.deal.ops import CONTAINED, METAL, by_date, deal, share


def test_share_contract_takes_its_share_and_spot_the_rest(tmp_path: Path) -> None:
    """40 % of 100 t at 10 USD/kg; 60 t spot."""
    small = deal(tmp_path, share("40 %"))

    assert small.at("offtake.buyer.delivered") == pytest.approx([40] * 4)
    assert small.at("offtake.buyer.ore.billed", ["2029"]) == pytest.approx([400_000])
    assert small.at("spot.ore.billed", ["2029"]) == pytest.approx([600_000])


def test_contracts_are_served_in_the_order_of_the_case(tmp_path: Path) -> None:
    """The first takes 40 of 100 t; half of the 60 t left go to the second, 30 t to spot."""
    small = deal(tmp_path, share("40 %", "first") + share("50 %", "second"))

    assert small.at("offtake.second.delivered", ["2029"]) == pytest.approx([30])
    assert small.at("spot.ore.delivered", ["2029"]) == pytest.approx([30])


def test_discount_is_taken_off_the_index_and_the_floor_holds_below_it(tmp_path: Path) -> None:
    """20 less 10 % is 18, then 10 less 10 % is 9: the floor of 12 holds only then. 40 t."""
    premium = f"[price.ore]\npremium = {by_date({'2028-01-01': '2x', '2030-01-01': '1x'})}\n"
    small = deal(tmp_path, share("40 %", more='discount = "10 %"\nfloor = "12 USD/kg"') + premium)

    assert small.at("offtake.buyer.ore.billed", ["2029", "2030"]) == pytest.approx([720_000, 480_000])


def test_floor_in_another_currency_moves_with_the_rate(tmp_path: Path) -> None:
    """1,500 JPY/kg: 15 USD/kg at 100 JPY/USD, 12 at 125; the index stands at 10. 40 t."""
    rate = by_date({"2028-01-01": "100 JPY/USD", "2030-01-01": "125 JPY/USD"})
    small = deal(tmp_path, share("40 %", more='floor = "1,500 JPY/kg"') + f"[fx]\njpy_per_usd = {rate}\n")

    assert small.at("offtake.buyer.ore.billed", ["2029", "2030"]) == pytest.approx([600_000, 480_000])


def test_quantity_is_split_over_products_in_proportion_to_what_they_contain(tmp_path: Path) -> None:
    """38.07895 t of ore and 50 t of metal contain 100 t. A contract on 50 t takes half of each.

    A kg of metal is billed at 1.238421 × 10 + 2 USD.
    """
    both = """
[offtake.buyer]
label = "Buyer"
products = ["ore", "metal"]
quantity = "50 t/year"
start = 2029-01-01
term = "48 months"
"""
    small = deal(tmp_path, METAL + both)

    assert small.at("offtake.buyer.available", ["2029"]) == pytest.approx([100])
    assert small.at("offtake.buyer.delivered", ["2029"]) == pytest.approx([50])
    assert small.at("offtake.buyer.ore.delivered", ["2029"]) == pytest.approx([19.03947368])
    assert small.at("offtake.buyer.metal.delivered", ["2029"]) == pytest.approx([25])
    assert small.at("offtake.buyer.metal.billed", ["2029"]) == pytest.approx([25_000 * (CONTAINED * 10 + 2)])


def test_fee_grows_with_its_own_index(tmp_path: Path) -> None:
    """2 USD/kg of 2028 at 10 %: 2.2, 2.42, 2.662, 2.9282 beside 12.38421 for the ore in a kg of metal; 50 t."""
    small = deal(tmp_path, METAL.replace('fee = "2 USD/kg"', 'fee = "2 USD/kg"\nfee_inflation = "us"'))

    fees = [2.2, 2.42, 2.662, 2.9282]
    assert small.at("spot.metal.billed") == pytest.approx([50_000 * (CONTAINED * 10 + fee) for fee in fees])


def test_spot_is_sold_below_the_index(tmp_path: Path) -> None:
    """100 t at 10 USD/kg less 5 %."""
    small = deal(tmp_path, '[product.ore]\nspot_discount = "5 %"\n')

    assert small.at("spot.ore.billed") == pytest.approx([950_000] * 4)


def test_spot_discount_is_taken_off_the_index_and_not_off_the_fee(tmp_path: Path) -> None:
    """50 t of metal at 95 % of 1.238421 × 10 USD/kg, and a fee of 2."""
    small = deal(tmp_path, METAL, {"product.metal.spot_discount": "5 %"})

    assert small.at("spot.metal.billed", ["2029"]) == pytest.approx([50_000 * (0.95 * CONTAINED * 10 + 2)])


def test_quantity_with_a_floor_is_contracted_as_far_as_it_is_pledged(tmp_path: Path) -> None:
    """40 t at a floor of 12 USD/kg: without take-or-pay none need be taken; with it on half of them 240,000 USD."""
    floored = share(more='floor = "12 USD/kg"').replace('share = "100 %"', 'quantity = "40 t/year"')

    assert deal(tmp_path, floored).at("sales.contracted", ["2029"]) == pytest.approx([0])
    pledged = deal(tmp_path, floored, {"offtake.buyer.take_or_pay": "50 %"})
    assert pledged.at("sales.contracted", ["2029"]) == pytest.approx([240_000])


def test_share_contract_is_contracted_only_with_a_floor(tmp_path: Path) -> None:
    """40 t at the index are merchant; 40 t at a floor of 12 USD/kg are contracted."""
    assert "sales.contracted" not in deal(tmp_path, share("40 %")).model.lines
    floored = deal(tmp_path, share("40 %", more='floor = "12 USD/kg"'))

    assert floored.at("sales.contracted", ["2029"]) == pytest.approx([480_000])
