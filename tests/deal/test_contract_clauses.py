"""Clauses of sales contracts: make-up after the end, carry-forward, damages, force majeure, default.

The mine makes 100 t a year at 10 USD/kg; the buyer contracts 100 t, pledges 90 t, and nominates what a test says.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from tests.deal.ops import Deal, by_date, deal, quarters, read, share, timeline
from tests.deal.test_take_or_pay import BUYER, buyer

OTHER = """
[offtake.other]
label = "Other buyer"
products = ["ore"]
quantity = "30 t/year"
start = 2029-01-01
term = "48 months"
"""

YEN = """
[fx.jpy_per_usd]
2028-01-01 = "150 JPY/USD"
2029-07-01 = "120 JPY/USD"
2030-07-01 = "165 JPY/USD"
"""


def short(folder: Path, *yearly: str, more: str) -> Deal:
    """A contract of 2029 and 2030 within operations to 2032."""
    return buyer(folder, *yearly, more=more, keys={"offtake.buyer.term": "24 months"})


def test_contract_of_lower_priority_number_is_served_first(tmp_path: Path) -> None:
    """Two contracts on all of the ore: the second of the case has priority 1, the first priority 2 and nothing."""
    changes = share("100 %", "one", "priority = 2\n") + share("100 %", "two", "priority = 1\n")
    small = deal(tmp_path, changes)

    assert small.at("offtake.two.delivered", ["2029"]) == pytest.approx([100])
    assert small.at("offtake.one.delivered", ["2029"]) == pytest.approx([0])
    assert list(small.works.sales.contracts) == ["one", "two"]


def test_rights_are_used_in_the_tail_after_the_contract_and_are_free(tmp_path: Path) -> None:
    """30 t of 2029 and 20 t of 2030. The buyer takes 30 t in 2031 and would take 40 t in 2032: 20 t are left.

    Spot has the other 70 and 80 t, and the deferred 500,000 USD are released as 300,000 and 200,000.
    """
    small = short(tmp_path, "60 %", "70 %", "30 %", "40 %", more='make_up_tail = "2 years"\n')

    assert small.at("offtake.buyer.delivered") == pytest.approx([60, 70, 30, 20])
    assert small.at("offtake.buyer.make_up_used") == pytest.approx([0, 0, 30, 20])
    assert small.at("offtake.buyer.ore.billed") == pytest.approx([600_000, 700_000, 0, 0])
    assert small.at("spot.ore.delivered") == pytest.approx([40, 30, 70, 80])
    assert small.at("offtake.buyer.deferred_released") == pytest.approx([0, 0, 300_000, 200_000])


def test_rights_left_at_the_end_of_the_tail_expire(tmp_path: Path) -> None:
    """A tail of one year: of 50 t, 30 t are taken in 2031 and 20 t expire on its last day."""
    small = short(tmp_path, "60 %", "70 %", "30 %", more='make_up_tail = "1 year"\n')

    assert small.at("offtake.buyer.make_up_expired") == pytest.approx([0, 0, 20, 0])
    assert small.at("offtake.buyer.delivered") == pytest.approx([60, 70, 30, 0])
    assert small.at("offtake.buyer.deferred.closing") == pytest.approx([300_000, 500_000, 0, 0])


@pytest.mark.parametrize(("later", "paid"), [("1.5x", 50_000), ("0.8x", 0)])
def test_buyer_pays_on_top_what_the_price_at_delivery_exceeds_the_price_paid_by(
    tmp_path: Path, later: str, paid: float
) -> None:
    """30 t paid at 10 USD/kg in 2029; 10 t of them taken in 2030, at 15 USD/kg: 50,000 USD; at 8: nothing."""
    premium = f"[price.ore]\npremium = {by_date({'2028-01-01': '1x', '2030-01-01': later})}\n"
    small = buyer(tmp_path, "60 %", "100 %", more=f"make_up_top_up = true\n{premium}")

    assert small.at("offtake.buyer.make_up_price", ["2030"]) == pytest.approx([10])
    assert small.at("offtake.buyer.make_up_top_up", ["2029", "2030"]) == pytest.approx([0, paid])


def test_make_up_beyond_the_nomination_takes_what_all_contracts_leave(tmp_path: Path) -> None:
    """60 t contracted, 54 pledged. 2029: 30 t taken, 24 t of rights. 2030: 60 t taken, 6 t of them of rights.

    The other 18 t are called: 40 t are left, or 10 t when another buyer takes 30 t after this one.
    """
    keys = {"offtake.buyer.quantity": "60 t/year"}
    alone = buyer(tmp_path, "50 %", "100 %", more="make_up_extra = true\n", keys=keys)
    both = buyer(tmp_path, "50 %", "100 %", more=f"make_up_extra = true\n{OTHER}", keys=keys)

    assert alone.at("offtake.buyer.make_up_used", ["2029", "2030"]) == pytest.approx([0, 24])
    assert alone.at("spot.ore.delivered", ["2029", "2030"]) == pytest.approx([70, 22])
    assert alone.at("offtake.buyer.ore.billed", ["2030"]) == pytest.approx([540_000])
    assert both.at("offtake.buyer.ore.made_up", ["2030"]) == pytest.approx([10])
    assert both.at("offtake.other.delivered", ["2030"]) == pytest.approx([30])
    assert both.at("spot.ore.delivered", ["2030"]) == pytest.approx([0])


def test_make_up_beyond_the_nomination_waits_for_the_pledge(tmp_path: Path) -> None:
    """2030: 50 of 54 t pledged are taken, so nothing is made up, although 40 t could be."""
    keys = {"offtake.buyer.quantity": "60 t/year"}
    small = buyer(tmp_path, "50 %", "80 %", more="make_up_extra = true\n", keys=keys)

    assert small.at("offtake.buyer.make_up_extra", ["2030"]) == pytest.approx([0])


def test_tonnes_not_taken_are_kept_up_to_the_limit_and_serve_the_buyer_later(tmp_path: Path) -> None:
    """2029: 30 t of the pledge are not taken, 20 t kept, and 20 t of the 40 t left sold spot.

    2030: 100 t taken of 120, 10 beyond the pledge: 10 t are kept on, 10 t sold. 2031 the same: none are kept.
    """
    small = buyer(tmp_path, "60 %", "100 %", more='untaken_stock = "20 t"\n')

    assert small.at("offtake.buyer.untaken.closing") == pytest.approx([20, 10, 0, 0])
    assert small.at("spot.ore.delivered") == pytest.approx([20, 10, 10, 0])
    assert small.at("offtake.buyer.available", ["2030"]) == pytest.approx([120])


def test_tonnes_kept_for_a_buyer_are_stock_at_cost(tmp_path: Path) -> None:
    """100 t cost 1,000 USD: the 20 t kept at the end of 2029 are worth 200 USD."""
    power = '[cost.power]\nlabel = "Power"\nnode = "mine"\nper_year = "1,000 USD/year"\n'
    small = buyer(tmp_path, "60 %", "100 %", more=f'untaken_stock = "20 t"\n{power}')

    assert small.at("inventory.closing") == pytest.approx([200, 10 * 1200 / 120, 0, 0])


def test_take_beyond_the_quantity_is_a_credit_that_replaces_a_later_pledge_up_to_its_limit(tmp_path: Path) -> None:
    """2029: 120 t taken, credit 20 t. 2030 and 2031: 80 t taken, 10 t missing; 10 % of 90 t are replaced, 1 t is paid.

    The 2 t left are used at the end of 2032, the date on which they would expire.
    """
    more = 'max_take = "120 %"\ncarry_forward = "10 %"\n[node.mine]\nnameplate = "130 t/year"\n'
    small = buyer(tmp_path, "120 %", "80 %", more=more)

    assert small.at("offtake.buyer.carry_forward_created") == pytest.approx([20, 0, 0, 0])
    assert small.at("offtake.buyer.carry_forward_used") == pytest.approx([0, 9, 9, 2])
    assert small.at("offtake.buyer.deficiency") == pytest.approx([0, 1, 1, 8])
    assert small.at("offtake.buyer.carry_forward.closing") == pytest.approx([20, 11, 2, 0])
    assert small.at("offtake.buyer.carry_forward_expired") == pytest.approx([0, 0, 0, 0])


def test_credits_expire_after_their_years_and_are_used_first_on_that_date(tmp_path: Path) -> None:
    """Life one year: of 20 t of 2029, 9 t are used at the end of 2030 and 11 t expire then."""
    more = 'max_take = "120 %"\ncarry_forward = "10 %"\ncarry_forward_years = "1 year"\n'
    small = buyer(tmp_path, "120 %", "80 %", more=f'{more}[node.mine]\nnameplate = "130 t/year"\n')

    assert small.at("offtake.buyer.carry_forward_used") == pytest.approx([0, 9, 0, 0])
    assert small.at("offtake.buyer.carry_forward_expired") == pytest.approx([0, 11, 0, 0])


def test_make_up_is_no_credit(tmp_path: Path) -> None:
    """2030: 120 t taken, 30 t of them made up and free: 90 t paid for are no more than the quantity."""
    more = 'max_take = "120 %"\ncarry_forward = "10 %"\n[node.mine]\nnameplate = "130 t/year"\n'
    small = buyer(tmp_path, "60 %", "120 %", "90 %", more=more)

    assert small.at("offtake.buyer.make_up_used", ["2030"]) == pytest.approx([30])
    assert small.at("offtake.buyer.carry_forward_created", ["2030"]) == pytest.approx([0])


@pytest.mark.parametrize(("cap", "paid"), [("", 40_000), ('damages_cap = "30,000 USD/year"\n', 30_000)])
def test_seller_pays_damages_on_what_it_owed_and_did_not_deliver(tmp_path: Path, cap: str, paid: float) -> None:
    """90 of 100 t owed, 70 t made: 20 t × 10 USD/kg × 20 % are 40,000 USD, a cost that customers are paid."""
    more = f'deliver_or_pay = "90 %"\nshortfall_damages = "20 %"\n{cap}[node.mine]\nnameplate = "70 t/year"\n'
    small = buyer(tmp_path, "100 %", more=more)

    assert small.at("offtake.buyer.not_delivered", ["2029"]) == pytest.approx([20])
    assert small.at("offtake.buyer.damages", ["2029"]) == pytest.approx([paid])
    assert small.at("costs.billed", ["2029"]) == pytest.approx([paid])
    assert "customers" in small.model.register.paid


def test_force_majeure_lowers_pledge_and_commitment_and_is_no_shortfall(tmp_path: Path) -> None:
    """2030: half of 100 t is lost to the seller's force majeure: 40 t are pledged, 50 t taken, spot has the others."""
    more = f"force_majeure_seller = {by_date({'2028-01-01': '0 %', '2030-01-01': '50 %', '2031-01-01': '0 %'})}\n"
    more += 'deliver_or_pay = "90 %"\nshortfall_damages = "20 %"\n'
    small = buyer(tmp_path, "100 %", more=more)

    assert small.at("offtake.buyer.delivered") == pytest.approx([100, 50, 100, 100])
    assert small.at("offtake.buyer.force_majeure_lost") == pytest.approx([0, 50, 0, 0])
    assert small.at("offtake.buyer.net_pledged_to_date") == pytest.approx([90, 40, 90, 90])
    assert small.at("offtake.buyer.seller_shortfall") == pytest.approx([0, 0, 0, 0])
    assert small.at("offtake.buyer.damages") == pytest.approx([0, 0, 0, 0])
    assert small.at("spot.ore.delivered", ["2030"]) == pytest.approx([50])


def test_force_majeure_of_both_sides_and_a_plant_that_stands_still_are_each_counted_once(tmp_path: Path) -> None:
    """1 − 50 % × 80 % = 60 % lost: 60 t. Of the other 40 t the plant makes 30: 10 t short. 90 − 70 = 20 t pledged."""
    more = 'force_majeure_seller = "50 %"\nforce_majeure_buyer = "20 %"\n[node.mine]\nnameplate = "30 t/year"\n'
    small = buyer(tmp_path, "100 %", more=more)

    assert small.at("offtake.buyer.force_majeure_lost", ["2029"]) == pytest.approx([60])
    assert small.at("offtake.buyer.seller_shortfall", ["2029"]) == pytest.approx([10])
    assert small.at("offtake.buyer.net_pledged_to_date", ["2029"]) == pytest.approx([20])


def test_force_majeure_holds_back_a_share_of_what_there_is_too(tmp_path: Path) -> None:
    """A buyer of 50 % of the ore loses a fifth of it: 40 t are delivered, and 60 t sold spot."""
    small = deal(tmp_path, share("50 %", more='force_majeure_buyer = "20 %"\n'))

    assert small.at("offtake.buyer.delivered", ["2029"]) == pytest.approx([40])
    assert small.at("spot.ore.delivered", ["2029"]) == pytest.approx([60])


def test_buyer_in_default_is_gone_and_costs_a_share_of_what_it_owes(tmp_path: Path) -> None:
    """From 2031 all is sold spot. Of the 200,000 USD open at the end of 2030 (73 of 365 days) half is lost."""
    more = 'payment_days = "73 days"\ndefault_date = 2031-01-01\ndefault_loss = "50 %"\n'
    small = buyer(tmp_path, "100 %", more=more)

    assert small.at("offtake.buyer.delivered") == pytest.approx([100, 100, 0, 0])
    assert small.at("spot.ore.delivered") == pytest.approx([0, 0, 100, 100])
    assert small.at("working.written_off") == pytest.approx([0, 0, 100_000, 0])
    assert small.at("working.received", ["2030", "2031"]) == pytest.approx([1_000_000, 1_100_000])


def test_loss_of_a_default_is_taken_once_when_bills_are_open_for_longer_than_a_period(tmp_path: Path) -> None:
    """250,000 USD a quarter after 120 days: 250,000 × (1 + 28/92) are open at the end of 2030; a quarter is lost.

    Of the rest what was billed in the third quarter comes first, and the last of it in the second quarter of 2031.
    """
    more = 'payment_days = "120 days"\ndefault_date = 2031-01-01\ndefault_loss = "25 %"\n'
    small = deal(tmp_path, timeline("quarter") + BUYER + more)
    owed = 250_000 * (1 + 28 / 92)
    spot = 250_000

    assert small.at("working.receivable", ["2030Q4"]) == pytest.approx([owed])
    assert small.at("working.written_off", quarters(2031)) == pytest.approx([owed * 0.25, 0, 0, 0])
    assert sum(small.at("working.received", quarters(2031))) == pytest.approx(owed * 0.75 + 4 * spot)


def test_rights_of_a_buyer_in_default_lapse_with_its_contract(tmp_path: Path) -> None:
    """30 t a year of rights from 2029 and 2030: 60 t lapse at the end of 2030, tail or not."""
    more = 'default_date = 2031-01-01\nmake_up_tail = "1 year"\n'
    small = buyer(tmp_path, "60 %", more=more)

    assert small.at("offtake.buyer.make_up_expired") == pytest.approx([0, 60, 0, 0])


@pytest.mark.parametrize(("key", "moved"), [("", [-300_000, 100_000]), ("tax_deferred = false\n", [0, 0])])
def test_deferred_revenue_is_taxed_when_billed_if_the_case_says_so(
    tmp_path: Path, key: str, moved: list[float]
) -> None:
    """300,000 USD of deficiency in 2029, 100,000 of them used in 2030: tax follows the books, or the bills."""
    changes = BUYER + key + f"demand = {by_date({'2028-01-01': '60 %', '2030-01-01': '100 %'})}\n"
    result = fm.run(read(tmp_path, changes))
    labels = result.model.timeline.labels
    income = np.asarray(result["taxable.net_income.mining"])
    billed = np.asarray(result["sales.billed"])

    assert [(income - billed)[labels.index(year)] for year in ("2029", "2030")] == pytest.approx(moved)
    assert result.passed


def test_reserve_buys_at_its_floor_while_the_index_is_below_and_until_it_is_full(tmp_path: Path) -> None:
    """10 USD/kg in 2029, 8 from 2030: of 100 t, 60 t a year at 9 USD/kg, but only 40 t in 2031, as 100 t fill it."""
    premium = f"[price.ore]\npremium = {by_date({'2028-01-01': '1x', '2030-01-01': '0.8x'})}\n"
    terms = 'buys_below = "9 USD/kg"\nfloor = "9 USD/kg"\ntotal_quantity = "100 t"\n'
    small = deal(tmp_path, share("60 %", more=terms) + premium)

    assert small.at("offtake.buyer.delivered") == pytest.approx([0, 60, 40, 0])
    assert small.at("offtake.buyer.ore.billed") == pytest.approx([0, 540_000, 360_000, 0])
    assert small.at("spot.ore.delivered") == pytest.approx([100, 40, 60, 100])


def test_reserve_of_a_yearly_quantity_buys_no_more_than_that(tmp_path: Path) -> None:
    """30 t a year at 9 USD/kg from 2030, when the index is 8."""
    premium = f"[price.ore]\npremium = {by_date({'2028-01-01': '1x', '2030-01-01': '0.8x'})}\n"
    small = deal(tmp_path, OTHER + 'buys_below = "9 USD/kg"\nfloor = "9 USD/kg"\n' + premium)

    assert small.at("offtake.other.delivered") == pytest.approx([0, 30, 30, 30])


def drawn(seed: int) -> Mapping[str, str]:
    """Keys of a contract with every clause, drawn at random."""
    draw = np.random.default_rng(seed)
    days = [f"{year}-{month}-01" for year in range(2028, 2033) for month in ("01", "07")]

    def steps(low: float, high: float, unit: str = " %") -> str:
        numbers = draw.uniform(low, high, len(days))
        return by_date({day: f"{number:.3f}{unit}" for day, number in zip(days, numbers, strict=True)})

    keys = {
        "demand": steps(20, 130),
        "max_take": '"120 %"',
        "take_or_pay": f'"{draw.uniform(40, 100):.1f} %"',
        "make_up_years": f'"{draw.integers(1, 4)} years"',
        "make_up_top_up": "true",
        "make_up_extra": str(bool(draw.integers(2))).lower(),
        "carry_forward": f'"{draw.uniform(0, 30):.1f} %"',
        "deliver_or_pay": f'"{draw.uniform(50, 100):.1f} %"',
        "shortfall_damages": f'"{draw.uniform(0, 100):.1f} %"',
        "damages_cap": '"20,000 USD/year"',
        "force_majeure_seller": steps(0, 60),
        "force_majeure_buyer": steps(0, 30),
        "untaken_stock": f'"{draw.uniform(0, 30):.1f} t"',
        "payment_days": f'"{draw.integers(0, 200)} days"',
        "tax_deferred": str(bool(draw.integers(2))).lower(),
    }
    if draw.integers(2):
        keys["licence"] = steps(0, 100)
    if draw.integers(2):
        keys["currency"] = '"JPY"'
    if draw.integers(2):
        keys["make_up_tail"] = f'"{draw.integers(1, 3)} years"'
    if draw.integers(2):
        keys |= {"default_date": "2031-01-01", "default_loss": f'"{draw.uniform(0, 100):.1f} %"'}
    return keys


@pytest.mark.parametrize("seed", range(40))
def test_with_every_clause_cash_and_tonnes_are_conserved_and_books_balance(tmp_path: Path, seed: int) -> None:
    """All checks of a whole deal, and no balance of rights, credits or stock below nothing; all end at nothing."""
    rows = "".join(f"{key} = {value}\n" for key, value in drawn(seed).items())
    table = BUYER.replace('take_or_pay = "90 %"\n', "").replace("48 months", "36 months") + rows
    term = timeline("half", wind_up='"24 months"')
    result = fm.run(read(tmp_path, f'{term}{table}{OTHER}{YEN}[node.mine]\nnameplate = "130 t/year"\n'))
    held = [id for id in result.model.lines if id.startswith("offtake.buyer") and id.endswith(".closing")]

    assert [check.id for check in result.checks if not check.passed and check.kind == "error"] == []
    assert {id.split(".")[2] for id in held} >= {"make_up", "carry_forward", "untaken", "deferred"}
    assert min(float(np.min(result[id])) for id in held) >= -1e-6
    assert [float(result[id][-1]) for id in held] == pytest.approx([0] * len(held), abs=1e-6)
