"""Take-or-pay: deficiency, make-up rights and deferred revenue, worked by hand and on random demand."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from finmodel.kernel.errors import CaseError
from tests.deal.ops import Deal, by_date, deal, quarters, read, timeline

BUYER = """
[offtake.buyer]
label = "Buyer"
products = ["ore"]
quantity = "100 t/year"
start = 2029-01-01
term = "48 months"
take_or_pay = "90 %"
"""

FOREVER = '[timeline]\noperations = "84 months"\n[capex.mine]\nlife = "7 years"\n'
"""Operations of seven years, 2029 to 2035, so that a contract can end before they do."""


def buyer(folder: Path, *yearly: str, more: str = "", keys: Mapping[str, str] | None = None) -> Deal:
    """The mine with a take-or-pay contract on 100 t a year, of which the buyer nominates so much by year from 2029."""
    steps = {f"{2029 + number}-01-01": share for number, share in enumerate(yearly)}
    nominated = f"demand = {by_date({'2028-01-01': '100 %', **steps})}\n"
    return deal(folder, BUYER + nominated + more, keys)


def vintages(folder: Path, *yearly: str, more: str = "") -> Deal:
    """A contract of six years within seven of operations; pledge 85 t a year, rights live for 2 years."""
    keys = {"offtake.buyer.term": "72 months", "offtake.buyer.make_up_years": "2 years"}
    keys["offtake.buyer.take_or_pay"] = "85 %"
    return buyer(folder, *yearly, more=more + FOREVER, keys=keys)


def test_buyer_who_nominates_less_than_the_pledge_pays_for_the_rest_at_the_year_end(tmp_path: Path) -> None:
    """60 t of 100 nominated, 90 t pledged: 30 t × 10 USD/kg are billed beside the 60 t, and 40 t are sold spot."""
    small = buyer(tmp_path, "60 %", "100 %")

    assert small.at("offtake.buyer.delivered", ["2029"]) == pytest.approx([60])
    assert small.at("offtake.buyer.deficiency") == pytest.approx([30, 0, 0, 0])
    assert small.at("offtake.buyer.deficiency_payment", ["2029"]) == pytest.approx([300_000])
    assert small.at("spot.ore.delivered", ["2029"]) == pytest.approx([40])
    assert small.at("sales.billed", ["2029"]) == pytest.approx([600_000 + 300_000 + 400_000])


def test_deficiency_is_priced_at_the_time_average_of_the_contract_year(tmp_path: Path) -> None:
    """10, 10, 15, 15 USD/kg: 12.5 on average. By volume (25, 12.5, 12.5, 12.5 t) it would be 12.

    27.5 t of the 90 t pledged are missing at the end of the fourth quarter: 343,750 USD.
    """
    premium = by_date({"2028-01-01": "1.0x", "2029-07-01": "1.5x"})
    steps = by_date({"2028-01-01": "100 %", "2029-04-01": "50 %", "2030-01-01": "100 %"})
    changes = timeline("quarter") + BUYER + f"demand = {steps}\n[price.ore]\npremium = {premium}\n"
    small = deal(tmp_path, changes)

    assert small.at("offtake.buyer.delivered", quarters(2029)) == pytest.approx([25, 12.5, 12.5, 12.5])
    assert small.at("offtake.buyer.deficiency", quarters(2029)) == pytest.approx([0, 0, 0, 27.5])
    assert small.at("offtake.buyer.average_price", quarters(2029)) == pytest.approx([10, 10, 35 / 3, 12.5])
    assert small.at("offtake.buyer.deficiency_payment", quarters(2029)) == pytest.approx([0, 0, 0, 343_750])


def test_deficiency_price_includes_discount_and_floor(tmp_path: Path) -> None:
    """Index 10 less 20 % is 8, the floor is 9.5: 30 t cost 285,000 USD."""
    small = buyer(tmp_path, "60 %", "100 %", more='discount = "20 %"\nfloor = "9.5 USD/kg"\n')

    assert small.at("offtake.buyer.deficiency_payment", ["2029"]) == pytest.approx([285_000])


def test_make_up_is_used_after_the_full_pledge_of_the_next_year_and_is_free(tmp_path: Path) -> None:
    """30 t of rights. 2030: 100 t taken, 10 t beyond the 90 t pledged are free; so in 2031 and 2032, and all are used.

    Deferred revenue of 300,000 USD goes with them, 100,000 USD a year.
    """
    small = buyer(tmp_path, "60 %", "100 %")

    assert small.at("offtake.buyer.make_up_used") == pytest.approx([0, 10, 10, 10])
    assert small.at("offtake.buyer.make_up.closing") == pytest.approx([30, 20, 10, 0])
    assert small.at("offtake.buyer.ore.billed") == pytest.approx([600_000, 900_000, 900_000, 900_000])
    assert small.at("offtake.buyer.deferred.closing") == pytest.approx([300_000, 200_000, 100_000, 0])
    assert small.at("offtake.buyer.deferred_released") == pytest.approx([0, 100_000, 100_000, 100_000])


def test_make_up_within_a_year_waits_for_the_pledge_of_the_whole_year(tmp_path: Path) -> None:
    """In quarters of 25 t, 75 t are taken after three; of the last 25 t, 10 are beyond the year's 90."""
    steps = by_date({"2028-01-01": "60 %", "2030-01-01": "100 %"})
    small = deal(tmp_path, timeline("quarter") + BUYER + f"demand = {steps}\n")

    assert small.at("offtake.buyer.deficiency", quarters(2029)) == pytest.approx([0, 0, 0, 30])
    assert small.at("offtake.buyer.make_up_used", quarters(2030)) == pytest.approx([0, 0, 0, 10])


def test_make_up_in_two_periods_of_a_year_counts_what_is_beyond_the_pledge_once(tmp_path: Path) -> None:
    """60 t of rights, pledge 70 t. 75 t after three quarters of 2030 use 5 t, 100 t after four use 25 t more."""
    steps = by_date({"2028-01-01": "10 %", "2030-01-01": "100 %"})
    keys = {"offtake.buyer.take_or_pay": "70 %"}
    small = deal(tmp_path, timeline("quarter") + BUYER + f"demand = {steps}\n", keys)

    assert small.at("offtake.buyer.make_up_used", quarters(2030)) == pytest.approx([0, 0, 5, 25])


def test_make_up_adds_no_volume(tmp_path: Path) -> None:
    """A buyer with rights takes what it nominates and no more."""
    small = buyer(tmp_path, "60 %", "100 %")

    assert small.at("offtake.buyer.delivered", ["2030"]) == pytest.approx([100])


def test_rights_expire_first_in_first_out_when_the_older_vintage_is_used_up(tmp_path: Path) -> None:
    """Pledge 85 t, life 2 years. 10 t of 2029, 20 t of 2030; 2031 uses 15 t: all of 2029 and 5 t of 2030.

    So nothing of 2029 expires at the end of 2031, and the 15 t left of 2030 do at the end of 2032.
    """
    small = vintages(tmp_path, "75 %", "65 %", "100 %", "85 %")

    assert small.at("offtake.buyer.deficiency") == pytest.approx([10, 20, 0, 0])
    assert small.at("offtake.buyer.make_up_used") == pytest.approx([0, 0, 15, 0])
    assert small.at("offtake.buyer.make_up_expired") == pytest.approx([0, 0, 0, 15])
    assert small.at("offtake.buyer.make_up.closing") == pytest.approx([10, 30, 15, 0])


def test_rights_expire_first_in_first_out_when_the_older_vintage_is_left_over(tmp_path: Path) -> None:
    """2031 uses 4 t of the 10 t of 2029: the other 6 t expire at its end, the 20 t of 2030 at the end of 2032."""
    small = vintages(tmp_path, "75 %", "65 %", "89 %", "85 %")

    assert small.at("offtake.buyer.make_up_used") == pytest.approx([0, 0, 4, 0])
    assert small.at("offtake.buyer.make_up_expired") == pytest.approx([0, 0, 6, 20])
    assert small.at("offtake.buyer.make_up.closing") == pytest.approx([10, 30, 20, 0])


def test_rights_carry_the_average_price_paid(tmp_path: Path) -> None:
    """10 t at 10 and 20 t at 20 USD/kg: 500,000 USD over 30 t. 4 t used and 6 t expired take a third, 166,667 USD."""
    premium = f"[price.ore]\npremium = {by_date({'2028-01-01': '1x', '2030-01-01': '2x'})}\n"
    small = vintages(tmp_path, "75 %", "65 %", "89 %", "85 %", more=premium)

    assert small.at("offtake.buyer.deficiency_payment") == pytest.approx([100_000, 400_000, 0, 0])
    assert small.at("offtake.buyer.make_up_money", ["2031"]) == pytest.approx([500_000 * 4 / 30])
    assert small.at("offtake.buyer.expired_money", ["2031", "2032"]) == pytest.approx([100_000, 500_000 * 2 / 3])
    assert small.at("offtake.buyer.deferred.closing") == pytest.approx([100_000, 500_000, 1_000_000 / 3, 0])


def test_end_of_the_contract_ends_rights_and_releases_what_is_deferred(tmp_path: Path) -> None:
    """A contract of 2029 and 2030: 30 t of 2029 and 20 t of 2030 lapse on its last day, and 500,000 USD are earned."""
    small = buyer(tmp_path, "60 %", "70 %", keys={"offtake.buyer.term": "24 months"})

    assert small.at("offtake.buyer.make_up_expired") == pytest.approx([0, 50, 0, 0])
    assert small.at("offtake.buyer.deferred_released") == pytest.approx([0, 500_000, 0, 0])
    assert small.at("offtake.buyer.deferred.closing") == pytest.approx([300_000, 0, 0, 0])
    assert small.at("offtake.buyer.delivered") == pytest.approx([60, 70, 0, 0])


def test_end_of_operations_ends_a_contract_that_runs_longer(tmp_path: Path) -> None:
    """A term of ten years, four of operations: the rights of the last year lapse at once."""
    small = buyer(tmp_path, "60 %", keys={"offtake.buyer.term": "120 months", "offtake.buyer.make_up_years": "9 years"})

    assert small.at("offtake.buyer.make_up.closing") == pytest.approx([30, 60, 90, 0])
    assert small.at("offtake.buyer.deferred_released", ["2032"]) == pytest.approx([1_200_000])


def test_shortfall_of_the_seller_lowers_the_pledge(tmp_path: Path) -> None:
    """The mine makes 70 t, 100 t are nominated: the shortfall of 30 t leaves a pledge of 60 t, and 70 t were taken."""
    small = buyer(tmp_path, keys={"node.mine.nameplate": "70 t/year"})

    assert small.at("offtake.buyer.seller_shortfall", ["2029"]) == pytest.approx([30])
    assert small.at("offtake.buyer.net_pledged_to_date", ["2029"]) == pytest.approx([60])
    assert small.at("offtake.buyer.deficiency", ["2029"]) == pytest.approx([0])


def test_shortfall_in_one_half_leaves_the_rest_of_the_pledge(tmp_path: Path) -> None:
    """25 t available of 50 t in the first half: 25 t short, whatever is nominated; the pledge is 65 t.

    25 t and 35 t are taken of 35 t nominated in each half: 5 t are missing. By the tonnes nominated, 10 t would be
    short, and the buyer would pay for all 15 t that there were, though it need not take 10 t of the quantity.
    """
    runs = by_date({"2028-01-01": "50 %", "2029-07-01": "100 %"})
    changes = timeline("half") + BUYER + f'demand = "70 %"\n[node.mine]\navailability = {runs}\n'
    small = deal(tmp_path, changes)

    assert small.at("offtake.buyer.seller_shortfall", ["2029H1", "2029H2"]) == pytest.approx([25, 0])
    assert small.at("offtake.buyer.deficiency", ["2029H1", "2029H2"]) == pytest.approx([0, 5])


@pytest.mark.parametrize(("most", "taken"), [("", 100), ('max_take = "110 %"\n', 110)])
def test_buyer_takes_no_more_than_the_contract_lets_it(tmp_path: Path, most: str, taken: float) -> None:
    """120 t nominated of 130 t made: the contract quantity of 100 t unless it may take more; spot has the rest."""
    small = buyer(tmp_path, "120 %", more=f'{most}[node.mine]\nnameplate = "130 t/year"\n')

    assert small.at("offtake.buyer.delivered", ["2029"]) == pytest.approx([taken])
    assert small.at("spot.ore.delivered", ["2029"]) == pytest.approx([130 - taken])


def test_nomination_above_the_contract_quantity_is_no_shortfall_of_the_seller(tmp_path: Path) -> None:
    """120 t nominated, 100 t contracted and delivered: the seller met the contract, and the pledge stays at 90 t."""
    small = buyer(tmp_path, "120 %", more='max_take = "120 %"\n')

    assert small.at("offtake.buyer.seller_shortfall", ["2029"]) == pytest.approx([0])
    assert small.at("offtake.buyer.net_pledged_to_date", ["2029"]) == pytest.approx([90])


def test_contract_year_runs_from_the_month_of_the_start(tmp_path: Path) -> None:
    """A contract from April 2029: the deficiency of 30 t is billed with the quarter that ends in March 2030."""
    keys = {"offtake.buyer.start": "2029-04-01", "offtake.buyer.term": "24 months", "offtake.buyer.demand": "60 %"}
    small = deal(tmp_path, timeline("quarter") + BUYER, keys)

    assert small.at("offtake.buyer.deficiency", ["2029Q4", "2030Q1", "2031Q1"]) == pytest.approx([0, 30, 30])
    assert small["offtake.buyer.deficiency"].sum() == pytest.approx(60)


def test_pledge_of_a_year_that_is_cut_by_completion_is_in_proportion(tmp_path: Path) -> None:
    """A contract from July 2028, operations from January 2029: half of the first year, 45 t pledged, 30 t taken."""
    keys = {"offtake.buyer.start": "2028-07-01", "offtake.buyer.demand": "60 %"}
    small = deal(tmp_path, timeline("half") + BUYER, keys)

    assert small.at("offtake.buyer.deficiency", ["2028H2", "2029H1"]) == pytest.approx([0, 15])


def test_rights_made_up_bear_no_support(tmp_path: Path) -> None:
    """2030: 100 t delivered, 10 t of them paid for in 2029."""
    small = buyer(tmp_path, "60 %", "100 %")

    assert small.at("offtake.buyer.supported", ["2029", "2030"]) == pytest.approx([60, 90])


def test_what_take_or_pay_secures_is_contracted_by_volume(tmp_path: Path) -> None:
    """100 t taken, 90 t pledged: 900,000 of 1,000,000 USD; 60 t taken: 600,000 and the deficiency of 300,000 USD."""
    small = buyer(tmp_path, "100 %", "60 %", "95 %")

    assert small.at("sales.firm", ["2029", "2030"]) == pytest.approx([900_000, 900_000])
    assert small["sales.contracted"].sum() == 0


def test_payment_for_a_deficiency_is_revenue_of_the_node_and_deferred_in_its_company(tmp_path: Path) -> None:
    """900,000 USD billed and 300,000 deferred in 2029; in 2030 100,000 come back into income."""
    small = buyer(
        tmp_path, "60 %", "100 %", more='[cost.royalty]\nlabel = "Royalty"\nnode = "mine"\nof_revenue = "10 %"\n'
    )

    assert small.at("cost.royalty.billed", ["2029"]) == pytest.approx([130_000])
    deferred = small["offtake.buyer.deferred.closing"]
    assert list(deferred[:3]) == pytest.approx([0, 300_000, 200_000])


def first_in_first_out(created: list[float], used: list[float], life: int, close: int) -> list[float]:
    """What expires in each period, vintage by vintage: by age after use, and all of it when the contract closes."""
    held, expired = [0.0] * len(created), []
    for period, taken in enumerate(used):
        held[period] = created[period]
        for vintage in range(period + 1):
            out = min(held[vintage], taken)
            held[vintage], taken = held[vintage] - out, taken - out
        old = range(period + 1) if period == close else range(max(0, period - life + 1))
        expired.append(sum(held[vintage] for vintage in old))
        for vintage in old:
            held[vintage] = 0.0
    return expired


@pytest.mark.parametrize("seed", range(30))
def test_rights_are_used_or_expire_and_deferred_revenue_ends_at_nothing(tmp_path: Path, seed: int) -> None:
    """Any demand, price and availability by half-year, against a ledger of vintages; no balance is ever negative."""
    draw = np.random.default_rng(seed)
    days = [f"{2028 + number // 2}-{'01' if number % 2 == 0 else '07'}-01" for number in range(10)]
    life, term = draw.integers(1, 4), draw.choice([18, 24, 36, 48])

    def steps(low: float, high: float, unit: str) -> str:
        return by_date(
            {day: f"{value:.3f}{unit}" for day, value in zip(days, draw.uniform(low, high, 10), strict=True)}
        )

    changes = (
        f'{timeline("half")}{BUYER}max_take = "120 %"\ndemand = {steps(30, 130, " %")}\n'
        f"[price.ore]\npremium = {steps(0.5, 2, 'x')}\n[node.mine]\navailability = {steps(40, 100, ' %')}\n"
    )
    keys = {"make_up_years": f"{life} years", "term": f"{term} months", "take_or_pay": f"{draw.uniform(50, 100):.1f} %"}
    small = deal(tmp_path, changes, {f"offtake.buyer.{key}": value for key, value in keys.items()})
    row = {id.removeprefix("offtake.buyer."): list(small[id]) for id in small.values if id.startswith("offtake.buyer.")}

    ledger = first_in_first_out(row["deficiency"], row["make_up_used"], 2 * int(life), row["closes"].index(1))
    assert row["make_up_expired"] == pytest.approx(ledger, abs=1e-9)
    assert min(row["make_up.closing"]) >= -1e-9
    assert min(row["deferred.closing"]) >= -1e-6
    assert [row["make_up.closing"][-1], row["deferred.closing"][-1]] == pytest.approx([0, 0], abs=1e-6)
    assert sum(row["deferred_released"]) == pytest.approx(sum(row["deficiency_payment"]))


def test_start_of_a_contract_cannot_change_in_the_sizing_case(tmp_path: Path) -> None:
    """The month in which contract years end is a matter of structure."""
    with pytest.raises(CaseError, match="shapes the model"):
        read(tmp_path, timeline("half") + BUYER + "[sizing.case]\nofftake.buyer.start = 2029-07-01\n")
