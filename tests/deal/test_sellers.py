"""What a buyer pays beside the tonnes, shared by the companies that sell under one contract; worked by hand.

Three plants make 100, 60 and 40 t of ore a year: `mining` and `second` are taxed in Australia, `third` in Japan. One
buyer contracts 200 t, pledges 95 % of them, and pays 10 USD/kg.
"""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from tests.deal.faces import differ, in_the_workbook
from tests.deal.ops import Deal, by_date, deal, read, timeline

HALVES = ("2029H1", "2029H2", "2030H1", "2030H2")
COMPANIES = ("mining", "second", "third")
PRODUCTS = ("ore", "second_ore", "third_ore")


def plant(name: str, country: str, capacity: int, runs: str = '"100 %"') -> str:
    """A company with a plant of its own that makes ore on the same index."""
    return f"""
[entity.{name}]
label = "{name.capitalize()} company"
country = "{country}"
currency = "USD"
tax_year_end = "December"
tax_rate = "30 %"
depreciation = {{ method = "straight", life = "10 years" }}
[product.{name}_ore]
label = "{name.capitalize()} ore"
price = "ore"
[node.{name}]
label = "{name.capitalize()} mine"
entity = "{name}"
product = "{name}_ore"
nameplate = "{capacity} t/year"
availability = {runs}
buys = {{ {name}_ore = {{ payable = "0 %" }} }}
"""


STOPS = by_date({"2028-01-01": "100 %", "2029-07-01": "0 %", "2030-01-01": "100 %"})


def three(demand: str, more: str = "", order: tuple[str, ...] = PRODUCTS, runs: str = STOPS) -> str:
    """Three sellers under one contract, in half-years; the second stops in the second half of 2029."""
    listed = ", ".join(f'"{name}"' for name in order)
    buyer = f"""
[offtake.buyer]
label = "Buyer"
products = [{listed}]
quantity = "200 t/year"
start = 2029-01-01
term = "48 months"
take_or_pay = "95 %"
demand = {demand}
{more}
"""
    plants = plant("second", "Australia", 60, runs) + plant("third", "Japan", 40)
    return timeline("half") + plants + buyer


def dearer(changes: str) -> str:
    """The third company's ore on an index of its own, at 14 USD/kg."""
    index = '[price.third]\nlabel = "Third index"\nvat = "excluded"\ndeck = "14 USD/kg"\n'
    return changes.replace('label = "Third ore"\nprice = "ore"', 'label = "Third ore"\nprice = "third"') + index


HALF_OF_2029 = by_date({"2028-01-01": "50 %", "2030-01-01": "100 %"})


def of_each(small: Deal, line: str, label: str) -> list[float]:
    """A line of each company in one period."""
    return [small.at(f"offtake.buyer.seller.{name}.{line}", [label])[0] for name in COMPANIES]


def test_deficiency_is_shared_by_the_tonnes_nominated_from_each_company(tmp_path: Path) -> None:
    """H1: 50 t nominated of 50 + 30 + 20 t: 25, 15, 10 t. H2, the second stands: 50 t of 50 + 0 + 20 t.

    That is 35.714, 0 and 14.286 t; of the year's 100 t 60.714, 15 and 24.286 %. Pledged 190 t less the 30 t
    that there are too few of in H2, taken 100 t: 60 t × 10 USD/kg = 600,000 USD, 364,285.71 and 90,000 and 145,714.29.
    """
    small = deal(tmp_path, three(HALF_OF_2029))

    assert small.at("offtake.buyer.deficiency_payment", HALVES) == pytest.approx([0, 600_000, 0, 0])
    shares = [(25 + 250 / 7) / 100, 0.15, (10 + 100 / 7) / 100]
    assert of_each(small, "share", "2029H2") == pytest.approx(shares)
    assert of_each(small, "deficiency_payment", "2029H2") == pytest.approx(
        [364_285.714285714, 90_000, 145_714.285714286]
    )
    assert of_each(small, "deficiency_payment", "2030H2") == [0, 0, 0]


def test_deferred_revenue_of_each_company_goes_with_the_rights(tmp_path: Path) -> None:
    """60 t of rights; 2030 takes 200 t, 10 beyond the 190 pledged: a sixth is used, five sixths of each part are left.

    In 2031 and 2032 20 t more are used, the last 30 t expire with the contract, and nothing is left.
    """
    small = deal(tmp_path, three(HALF_OF_2029))

    assert small.at("offtake.buyer.make_up_used", HALVES) == pytest.approx([0, 0, 0, 10])
    assert of_each(small, "deferred", "2029H2") == pytest.approx([364_285.714285714, 90_000, 145_714.285714286])
    assert of_each(small, "deferred", "2030H2") == pytest.approx([303_571.428571429, 75_000, 121_428.571428571])
    assert of_each(small, "deferred", "2032H2") == [0, 0, 0]


def test_companies_share_by_capacity_while_nobody_nominates(tmp_path: Path) -> None:
    """Nothing is nominated in 2029: 190 t × 10 USD/kg by 100, 60 and 40 t a year: 50, 30 and 20 %."""
    small = deal(tmp_path, three(by_date({"2028-01-01": "0 %", "2030-01-01": "100 %"}), runs='"100 %"'))

    assert of_each(small, "share", "2029H2") == pytest.approx([0.5, 0.3, 0.2])
    assert of_each(small, "deficiency_payment", "2029H2") == pytest.approx([950_000, 570_000, 380_000])


def test_damages_and_what_is_paid_on_top_of_make_up_are_shared_alike(tmp_path: Path) -> None:
    """All is nominated in 2029, and 30 t are missing in its second half: 30 t × 10 USD/kg × 50 % = 150,000 USD.

    H1: 50, 30, 20 t nominated; H2: 100 t by 50, 0 and 20 t: 71.429, 0, 28.571; of 200 t 60.714, 15, 24.286 %.
    """
    more = 'deliver_or_pay = "100 %"\nshortfall_damages = "50 %"\npayment_days = "90 days"\n'
    small = deal(tmp_path, three('"100 %"', more))

    assert small.at("offtake.buyer.damages", HALVES) == pytest.approx([0, 150_000, 0, 0])
    assert of_each(small, "damages", "2029H2") == pytest.approx([91_071.428571429, 22_500, 36_428.571428571])
    open_ = [small.at(f"working.payable.offtake.buyer.damages.{name}", HALVES)[1] for name in COMPANIES]
    assert open_ == pytest.approx([91_071.428571429, 22_500, 36_428.571428571])


def test_each_company_is_paid_and_taxed_on_its_own_part(tmp_path: Path) -> None:
    """Not deferred for tax: the second company's income of 2029 is 15 t × 10 USD/kg and its 90,000 USD.

    It delivers 15 t in H1 and none in H2, and sells the other 15 t spot. Its receivable of 90,000 USD at the end of
    2029 is paid in 2030.
    """
    more = 'payment_days = "90 days"\ntax_deferred = false\n'
    result = fm.run(read(tmp_path, three(HALF_OF_2029, more) + '[intercompany]\nrate = "4 % p.a."\n'))
    at = [result.model.timeline.labels.index(label) for label in HALVES]

    assert list(result["taxable.net_income.second"][at[:2]]) == pytest.approx([300_000, 90_000])
    open_ = result["working.receivable.offtake.buyer.deficiency.second"]
    assert list(open_[at]) == pytest.approx([0, 90_000, 0, 0])
    assert result["company.second.liabilities.deferred_revenue"][at[1]] == pytest.approx(90_000)
    assert [check.id for check in result.checks if not check.passed and check.kind == "error"] == []


def test_tax_follows_the_books_of_each_company_where_revenue_is_deferred(tmp_path: Path) -> None:
    """The third is billed 145,714.29 in 2029 and defers it; a sixth, 24,285.71, is income of 2030.

    H2 of 2029: it sells 20 t at 10 USD/kg. H2 of 2030: 20 t delivered, a fifth of 10 t of them free: 180,000 USD.
    """
    result = fm.run(read(tmp_path, three(HALF_OF_2029) + '[intercompany]\nrate = "4 % p.a."\n'))
    at = [result.model.timeline.labels.index(label) for label in HALVES]

    expected = [200_000, 200_000, 200_000, 180_000 + 24_285.714285714]
    assert list(result["taxable.net_income.third"][at]) == pytest.approx(expected)


@pytest.mark.parametrize("order", list(permutations(PRODUCTS)))
def test_order_of_products_changes_no_bit(tmp_path: Path, order: tuple[str, ...]) -> None:
    """Three products on two indices, in every order: each line has the same bits, tax and cash of each company too."""
    more = 'deliver_or_pay = "100 %"\nshortfall_damages = "50 %"\nmake_up_top_up = true\npayment_days = "90 days"\n'
    books = '[intercompany]\nrate = "4 % p.a."\n'
    base = fm.run(read(tmp_path, dearer(three(HALF_OF_2029, more)) + books))
    other = fm.run(read(tmp_path, dearer(three(HALF_OF_2029, more, order)) + books))

    assert set(base.model.lines) == set(other.model.lines)
    moved = [id for id in base.model.lines if not np.array_equal(base[id], other[id], equal_nan=True)]
    assert moved == []


def test_deficiency_of_products_on_two_indices_is_priced_by_what_there_is_of_each(tmp_path: Path) -> None:
    """40 t of 200 t a year sell at 14 USD/kg, the rest at 10: 10.80 on average. 90 t × 10.80 USD/kg = 972,000 USD."""
    small = deal(tmp_path, dearer(three(HALF_OF_2029, runs='"100 %"')))

    assert small.at("offtake.buyer.deficiency_payment", HALVES) == pytest.approx([0, 972_000, 0, 0])


def test_plants_of_one_company_share_a_deficiency_by_capacity(tmp_path: Path) -> None:
    """One company owns the mine and a second one of 60 t: 100 t of 160 t bear a royalty of 10 % on 450,000 USD."""
    second = plant("second", "Australia", 60).replace('entity = "second"', 'entity = "mining"')
    second = second[second.index("[product.second_ore]") :]
    royalty = '[cost.royalty]\nlabel = "Royalty"\nnode = "mine"\nof_revenue = "10 %"\n'
    buyer = three(HALF_OF_2029).split("[offtake.buyer]")[1].replace(', "third_ore"', "").replace("200 t", "160 t")
    small = deal(tmp_path, timeline("half") + second + royalty + "[offtake.buyer]" + buyer)

    assert small.at("offtake.buyer.deficiency_payment", HALVES[:2]) == pytest.approx([0, 720_000])
    sold = 500_000  # the mine sells 50 t in each half, to the buyer or spot
    assert small.at("cost.royalty.billed", HALVES[:2]) == pytest.approx([0.1 * sold, 0.1 * (sold + 450_000)])
    assert "offtake.buyer.seller.mining.share" not in small.model.lines


def test_all_faces_of_the_parts_agree(tmp_path: Path) -> None:
    """Interpreter, scalar, paths, and the formulas of the workbook."""
    more = 'deliver_or_pay = "100 %"\nshortfall_damages = "50 %"\nmake_up_top_up = true\npayment_days = "90 days"\n'
    cost = '[capex.mine]\namount = "3 million USD"\n'
    result = fm.run(read(tmp_path, dearer(three(HALF_OF_2029, more)) + cost))

    assert differ(result) == []
    assert in_the_workbook(result, tmp_path) < 1e-9
