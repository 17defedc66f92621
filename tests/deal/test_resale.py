"""Take-or-pay where the seller sells on what the buyer did not take: credit, cost, excess and storage.

The mine makes 100 t a year; the buyer contracts 100 t at 50 USD/kg in 2029 to 2031 and pledges 90 t. What it does not
take is sold spot at 40 USD/kg. It takes 60 t in 2029, then all. A tonne at a USD/kg is a thousand USD; full demand
brings 3 × 100 × 50 = 15,000 thousand.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from tests.deal.faces import differ, in_the_workbook
from tests.deal.ops import METAL, Deal, by_date, deal, read, timeline

THREE = ("2029", "2030", "2031")
NO_MAKE_UP = 'make_up_years = "0.4 years"\n'
"""Rights that lapse before anybody can use them, on a timeline of years."""


def buyer(
    folder: Path,
    *yearly: str,
    more: str = "",
    spot: str = "20 %",
    tables: str = "",
    products: tuple[str, ...] = ("ore",),
) -> Deal:
    """The contract, of which the buyer nominates so much by year from 2029; what is sold spot brings so much less."""
    steps = {f"{2029 + number}-01-01": part for number, part in enumerate(yearly)}
    contract = f"""
[price.ore]
deck = "50 USD/kg"
[product.ore]
spot_discount = "{spot}"
[offtake.buyer]
label = "Buyer"
products = [{", ".join(f'"{name}"' for name in products)}]
quantity = "100 t/year"
start = 2029-01-01
term = "36 months"
take_or_pay = "90 %"
demand = {by_date({"2028-01-01": "100 %", **steps})}
{more}
"""
    return deal(folder, contract + tables)


def receipts(small: Deal, labels: tuple[str, ...] = THREE) -> list[float]:
    """Thousands of USD billed less what is paid to the buyer or for reselling, by year."""
    spent = [spend.billed.id for spend in small.works.sales.spends]
    return [
        (small.at("sales.billed", [label])[0] - sum(small.at(id, [label])[0] for id in spent)) / 1e3 for label in labels
    ]


def test_without_credit_and_make_up_the_seller_is_paid_twice(tmp_path: Path) -> None:
    """2029: 60 × 50 + 30 × 50 + 40 × 40 = 3,000 + 1,500 + 1,600 = 6,100; then 5,000 and 5,000: 16,100 in all."""
    small = buyer(tmp_path, "60 %", "100 %", more=NO_MAKE_UP)

    assert receipts(small) == pytest.approx([6_100, 5_000, 5_000])
    assert sum(receipts(small)) == pytest.approx(16_100)


def test_make_up_gives_back_a_part_of_it(tmp_path: Path) -> None:
    """6,100; then 10 t a year beyond the pledge are free: 4,500 and 4,500; 10 t of rights expire: 15,100 in all."""
    small = buyer(tmp_path, "60 %", "100 %")

    assert receipts(small) == pytest.approx([6_100, 4_500, 4_500])
    assert sum(receipts(small)) == pytest.approx(15_100)
    assert small.at("offtake.buyer.make_up_expired", THREE) == pytest.approx([0, 0, 10])


def test_with_full_credit_the_deficiency_pays_what_resale_lost(tmp_path: Path) -> None:
    """2029: 60 × 50 + 30 × (50 - 40) + 40 × 40 = 3,000 + 300 + 1,600 = 4,900; 14,900 in all, less than 15,000."""
    small = buyer(tmp_path, "60 %", "100 %", more=NO_MAKE_UP + 'resale_credit = "100 %"\n')

    assert receipts(small) == pytest.approx([4_900, 5_000, 5_000])
    assert sum(receipts(small)) == pytest.approx(14_900)
    assert small.at("offtake.buyer.resale_credit", THREE) == pytest.approx([1_200_000, 0, 0])
    assert small.at("offtake.buyer.deficiency_payment", THREE) == pytest.approx([300_000, 0, 0])


def test_stored_tonnes_are_made_up_on_top_of_the_quantity_and_the_rest_is_sold(tmp_path: Path) -> None:
    """2029: 40 t are stored: 3,000 + 1,500 = 4,500. 2030 and 2031: 115 t taken, 15 t of them made up: 5,000 each.

    The last 10 t of stock are sold spot when the contract ends: 400. 14,900 in all.
    """
    more = 'untaken_stock = "40 t"\nmake_up_beyond = "quantity"\nmax_take = "115 %"\n'
    small = buyer(tmp_path, "60 %", "115 %", more=more)

    assert small.at("offtake.buyer.untaken.closing", THREE) == pytest.approx([40, 25, 0])
    assert small.at("offtake.buyer.make_up_used", THREE) == pytest.approx([0, 15, 15])
    assert receipts(small) == pytest.approx([4_500, 5_000, 5_400])
    assert sum(receipts(small)) == pytest.approx(14_900)


def test_make_up_is_counted_in_the_money_that_was_paid(tmp_path: Path) -> None:
    """With full credit 300 thousand were paid on 30 t at 50 USD/kg: rights of 6 t, and 94 t of 2030 are paid for."""
    small = buyer(tmp_path, "60 %", "100 %", more='resale_credit = "100 %"\n')

    assert small.at("offtake.buyer.deficiency", THREE) == pytest.approx([30, 0, 0])
    assert small.at("offtake.buyer.make_up.closing", THREE) == pytest.approx([6, 0, 0])
    assert receipts(small) == pytest.approx([4_900, 4_700, 5_000])


def test_half_the_credit_is_half_of_it(tmp_path: Path) -> None:
    """1,500 - 50 % × 30 × 40 = 900."""
    small = buyer(tmp_path, "60 %", more='resale_credit = "50 %"\n')

    assert small.at("offtake.buyer.deficiency_payment", ["2029"]) == pytest.approx([900_000])


def test_index_reference_leaves_out_the_spot_discount(tmp_path: Path) -> None:
    """Index 50, contract 50 less 4 %: 48. Proceeds: 30 × (48 - 40) = 240. Index: 50 is above 48: nothing is due."""
    more = 'discount = "4 %"\nresale_credit = "100 %"\n'
    assert buyer(tmp_path, "60 %", more=more).at("offtake.buyer.deficiency_payment", ["2029"]) == pytest.approx(
        [240_000]
    )
    small = buyer(tmp_path, "60 %", more=more + 'resale_reference = "index"\n')
    assert small.at("offtake.buyer.deficiency_payment", ["2029"]) == pytest.approx([0])


def test_cost_of_resale_is_borne_by_the_seller_and_leaves_less_to_credit(tmp_path: Path) -> None:
    """3 USD/kg on 30 t: 90 paid, and credited is 40 - 3: 30 × 13 = 390. 3,000 + 390 + 1,600 - 90 = 4,900 as before."""
    small = buyer(tmp_path, "60 %", more='resale_credit = "100 %"\nresale_cost = "3 USD/kg"\n')

    assert small.at("offtake.buyer.deficiency_payment", ["2029"]) == pytest.approx([390_000])
    assert small.at("offtake.buyer.resale_cost", ["2029"]) == pytest.approx([90_000])
    assert receipts(small)[0] == pytest.approx(4_900)


@pytest.mark.parametrize(("keeps", "paid"), [("seller", 0), ("buyer", 150)])
def test_resale_above_the_contract_price_is_kept_or_passed_on(tmp_path: Path, keeps: str, paid: int) -> None:
    """Spot 50, contract 50 less 10 %: 45. Nothing is due for 30 t, and resale brings 5 more on each: 150.

    60 × 45 + 40 × 50 = 4,700, and full demand 4,500: the seller gains 40 × 5 = 200, or the 50 of what was not pledged.
    """
    more = f'discount = "10 %"\nresale_credit = "100 %"\nresale_excess = "{keeps}"\n'
    small = buyer(tmp_path, "60 %", more=more, spot="0 %")

    assert small.at("offtake.buyer.deficiency_payment", ["2029"]) == pytest.approx([0])
    assert sum(small.at(spend.billed.id, ["2029"])[0] for spend in small.works.sales.spends) == pytest.approx(
        paid * 1e3
    )
    assert receipts(small)[0] == pytest.approx(4_700 - paid)


def test_deficiency_is_capped_by_the_year(tmp_path: Path) -> None:
    """1,500 is due, 1,000 the most: rights of 20 t for the 1,000 paid."""
    small = buyer(tmp_path, "60 %", more='deficiency_cap = "1,000,000 USD/year"\n')

    assert small.at("offtake.buyer.deficiency_payment", ["2029"]) == pytest.approx([1_000_000])
    assert small.at("offtake.buyer.make_up.closing", ["2029"]) == pytest.approx([20])


def test_stock_whose_rights_expire_is_credited_when_it_is_sold(tmp_path: Path) -> None:
    """30 t stored and paid in full, 10 t a year made up: 10 t expire at the end, are sold at 40 and credited: 400."""
    small = buyer(tmp_path, "60 %", "100 %", more='untaken_stock = "30 t"\nresale_credit = "100 %"\n')

    assert small.at("offtake.buyer.untaken.closing", THREE) == pytest.approx([30, 20, 0])
    assert small.at("offtake.buyer.deficiency_payment", THREE) == pytest.approx([1_500_000, 0, 0])
    assert small.at("offtake.buyer.resale_refund", THREE) == pytest.approx([0, 0, 400_000])
    assert receipts(small) == pytest.approx([3_000 + 1_500 + 400, 4_500 + 400, 4_500 + 400 + 400 - 400])


def test_buyer_does_not_pay_for_tonnes_that_were_never_made(tmp_path: Path) -> None:
    """The mine makes 70 t: the pledge is 90 - 30 = 60 t. Nothing is nominated, and 60 of 70 t are paid for."""
    small = buyer(tmp_path, "0 %", tables='[node.mine]\nnameplate = "70 t/year"\n')

    assert small.at("offtake.buyer.deficiency", ["2029"]) == pytest.approx([60])


def test_stock_of_several_products_is_kept_in_proportion_to_what_is_left(tmp_path: Path) -> None:
    """38.07895 t of ore are left by the metal plant, whose 50 t of metal contain 61.92105 t: 100 t contained.

    60 t are taken, and of the 40 t left 20 are kept: half of each product's rest, 7.61579 t of ore and 10 t of metal.
    In 2030 the buyer takes 100 t of 120, and 10 t of the 20 stay in stock: 10 t beyond the pledge are made up.
    """
    both = 'untaken_stock = "20 t"\n'
    small = buyer(tmp_path, "60 %", "100 %", more=both, tables=METAL, products=("metal", "ore"))

    ore = 100 - 50 * 1.1765 / 0.95
    assert small.at("offtake.buyer.available", ["2029", "2030"]) == pytest.approx([100, 120])
    assert small.at("offtake.buyer.ore.untaken.closing", THREE) == pytest.approx([0.2 * ore, 0.1 * ore, 0])
    assert small.at("offtake.buyer.metal.untaken.closing", THREE) == pytest.approx([10, 5, 0])
    assert small.at("spot.metal.delivered", ["2029"]) == pytest.approx([10])


def test_a_credit_is_shared_by_company_and_faces_agree(tmp_path: Path) -> None:
    """Every clause of resale at once, in half-years under prices that move, with two companies."""
    result = fm.run(read(tmp_path, everything()))
    used = ("resale_credit", "resale_cost", "resale_excess", "resale_refund", "seller.other.resale_cost")
    used += ("seller.other.resale_excess", "seller.other.resale_refund", "ore.untaken.closing")

    assert [id for id in used if not np.any(np.abs(np.asarray(result[f"offtake.buyer.{id}"])) > 1e-9)] == []
    assert [check.id for check in result.checks if not check.passed and check.kind == "error"] == []
    assert differ(result) == []
    assert in_the_workbook(result, tmp_path) < 1e-9


def everything() -> str:
    """Two companies, one contract with every clause of resale and storage."""
    prices = by_date({"2028-01-01": "1x", "2029-07-01": "1.5x", "2030-07-01": "0.6x", "2031-07-01": "1.4x"})
    takes = by_date({"2028-01-01": "50 %", "2030-01-01": "95 %", "2031-01-01": "60 %", "2032-01-01": "70 %"})
    company = """
[entity.other]
label = "Other company"
country = "Japan"
currency = "USD"
tax_year_end = "December"
tax_rate = "25 %"
depreciation = { method = "straight", life = "10 years" }
"""
    metal = METAL.replace('entity = "mining"', 'entity = "other"')
    return f"""
{timeline("half")}{company}{metal}
[intercompany]
rate = "4 % p.a."
[capex.mine]
amount = "3 million USD"
[price.ore]
premium = {prices}
[product.ore]
spot_discount = "5 %"
[offtake.buyer]
label = "Buyer"
products = ["ore", "metal"]
quantity = "100 t/year"
start = 2029-01-01
term = "48 months"
take_or_pay = "90 %"
demand = {takes}
discount = "20 %"
make_up_years = "1 year"
payment_days = "60 days"
untaken_stock = "8 t"
resale_credit = "80 %"
resale_cost = "0.3 USD/kg"
resale_excess = "buyer"
deficiency_cap = "300,000 USD/year"
"""
