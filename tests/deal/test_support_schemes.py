"""Every mechanism of price support, worked by hand: windows, escalation, tonnes, stock, buyers, budgets by key.

The mine sells 100 t a year at 10 USD/kg, 1,000,000 USD; nothing costs anything unless a test says so.
"""

from pathlib import Path

import pytest

from tests.deal.ops import cost, deal, quarters, share, timeline
from tests.deal.test_support import floor, fund, index

QUARTERLY = timeline("quarter")


def scheme(more: str, name: str = "scheme", contract: str = "buyer", payer: str = 'programme = "fund"') -> str:
    """A support contract without a measure: the test gives it."""
    rows = f'{payer}\ncontract = "{contract}"\nprice = "ore"\nquantity = "100,000 t/year"\n'
    return f'[support.{name}]\nlabel = "Support {name}"\n{rows}start = 2029-01-01\nend = 2032-12-31\n{more}\n'


def test_floor_on_the_average_of_a_year_lets_high_quarters_offset_low_ones(tmp_path: Path) -> None:
    """25 t a quarter at 10, 10, 18 and 20 USD/kg: average 14.5; a floor of 15 pays 0.5 USD/kg on 100 t in December."""
    steps = '{ 2028-01-01 = "1x", 2029-07-01 = "1.8x", 2029-10-01 = "2x", 2030-01-01 = "1x" }'
    terms = floor(more='window = "calendar_year"') + f"[price.ore]\npremium = {steps}\n"
    small = deal(tmp_path, QUARTERLY + share() + fund() + terms)

    assert small.at("support.floor.due", quarters(2029)) == pytest.approx([0, 0, 0, 50_000])
    assert small.at("support.floor.due", quarters(2030)) == pytest.approx([0, 0, 0, 500_000])


def test_floor_on_the_time_average_ignores_when_tonnes_are_sold(tmp_path: Path) -> None:
    """0 t at 10 USD/kg, then 75 t at 20: the time average is 17.5, so a floor of 18 pays 0.5 USD/kg on 75 t.

    On tonnes the average is 20, and nothing is due.
    """
    made = 'availability = { 2028-01-01 = "0 %", 2029-04-01 = "100 %" }'
    prices = '{ 2028-01-01 = "1x", 2029-04-01 = "2x" }'
    world = QUARTERLY + share() + fund() + f"[price.ore]\npremium = {prices}\n[node.mine]\n{made}\n"
    keys = 'window = "calendar_year"\naveraging = '
    by_time = deal(tmp_path, world + floor("18 USD/kg", more=keys + '"time"'))
    by_volume = deal(tmp_path, world + floor("18 USD/kg", more=keys + '"volume"'))

    assert by_time.at("support.floor.due", ["2029Q4"]) == pytest.approx([37_500])
    assert by_volume.at("support.floor.due", ["2029Q4"]) == [0]


def test_two_way_contract_pays_the_difference_in_both_directions(tmp_path: Path) -> None:
    """Strike 15: at 10 and 8 the seller gets 5 and 7 USD/kg; at 15 nothing; at 20 it gives back all 5."""
    terms = floor(more='strike = "15 USD/kg"\nshare = "100 %"') + index("1x", "0.8x", "1.5x", "2x")
    small = deal(tmp_path, share() + fund() + terms)

    assert small.at("support.floor.due") == pytest.approx([500_000, 700_000, 0, 0])
    assert small.at("support.floor.give_back_due") == pytest.approx([0, 0, 0, 500_000])


def test_collar_keeps_the_price_between_floor_and_ceiling(tmp_path: Path) -> None:
    """Floor 9, ceiling 12: 8, 10 and 20 USD/kg become 9, 10 and 12."""
    terms = floor("9 USD/kg", more='strike = "12 USD/kg"\nshare = "100 %"') + index("0.8x", "1x", "2x", "1x")
    small = deal(tmp_path, share() + fund() + terms)
    net = small["support.floor.due"] - small["support.floor.give_back_due"]

    assert small.at("support.floor.due") == pytest.approx([100_000, 0, 0, 0])
    assert net[small.model.timeline.labels.index("2031")] == pytest.approx(-800_000)


def test_cap_and_floor_on_revenue_of_a_year_and_repayment_up_to_what_was_received(tmp_path: Path) -> None:
    """Floor 900,000 and cap 1,200,000 USD a year; revenue 800,000, 1,000,000, 1,250,000 and 2,000,000.

    Paid 100,000; above the cap 50,000 and 800,000 are asked for, but only 100,000 were received: 50,000 and 50,000.
    """
    keys = 'revenue_floor = "900,000 USD/year"\nrevenue_cap = "1.2 million USD/year"\nshare = "100 %"\nrepayable = true'
    small = deal(tmp_path, share() + fund() + scheme(keys) + index("0.8x", "1x", "1.25x", "2x"))

    assert small.at("support.scheme.due") == pytest.approx([100_000, 0, 0, 0])
    assert small.at("support.scheme.given_back") == pytest.approx([0, 0, 50_000, 50_000])


def test_price_gap_is_paid_in_part_up_to_a_yearly_ceiling_and_paid_back_in_full(tmp_path: Path) -> None:
    """Hydrogen type: 90 % of the gap to 15, at most 400,000 USD a calendar year; above 15 all of it comes back.

    By quarter 25 t × 5 × 90 % = 112,500: three quarters in full, then 62,500. At 20: 125,000 back each quarter.
    """
    keys = 'top_up_share = "90 %"\ntop_up_cap = "400,000 USD/year"\nstrike = "15 USD/kg"\nshare = "100 %"'
    small = deal(tmp_path, QUARTERLY + share() + fund() + floor(more=keys) + index("1x", "2x"))

    assert small.at("support.floor.due", quarters(2029)) == pytest.approx([112_500, 112_500, 112_500, 62_500])
    assert small.at("support.floor.given_back", quarters(2030)) == pytest.approx([125_000] * 4)


def test_ebitda_floor_pays_quarterly_advances_that_the_year_trues_up(tmp_path: Path) -> None:
    """Floor 1,000,000 USD a year rising 2 % a year; cost 400,000 a year; index 1x, then 2x from July 2029.

    EBITDA by quarter 150,000, 150,000, 400,000 and 400,000 against 250,000: advances 100,000 and 100,000; by September
    the year to date is short of 50,000, by December of nothing: 200,000 are returned. 2030: 20 % index, EBITDA -50,000
    a quarter against 255,000: 305,000 each.
    """
    steps = '{ 2028-01-01 = "1x", 2029-07-01 = "2x", 2030-01-01 = "0.2x" }'
    keys = 'ebitda_floor = "1 million USD/year"\nescalation = "2 % p.a."\nwindow = "contract_year"\nadvances = true'
    small = deal(
        tmp_path,
        QUARTERLY + share() + fund() + scheme(keys) + cost('per_year = "400,000 USD/year"')
        + f"[price.ore]\npremium = {steps}\n",
    )  # fmt: skip

    assert small.at("support.scheme.due", quarters(2029)) == pytest.approx([100_000, 100_000, 0, 0])
    assert small.at("support.scheme.give_back_due", quarters(2029)) == pytest.approx([0, 0, 0, 200_000])
    assert small.at("support.scheme.due", quarters(2030)) == pytest.approx([305_000] * 4)


def test_fixed_premium_is_paid_on_each_kilogram_whatever_the_price(tmp_path: Path) -> None:
    """3 USD/kg on 100 t, with 10 % inflation from the end of 2028: 330,000, 363,000, …"""
    keys = 'premium = "3 USD/kg"\ninflation = "us"'
    small = deal(tmp_path, share() + fund() + scheme(keys) + index("1x", "5x", "0.1x", "1x"))

    assert small.at("support.scheme.due") == pytest.approx([330_000, 363_000, 399_300, 439_230])


def test_capacity_payment_is_fixed_and_nine_tenths_of_the_margin_come_back(tmp_path: Path) -> None:
    """LTDA type: 2,000,000 USD a year; cost 400,000. At 10 USD/kg the margin is 600,000: 540,000 back; at 40: 3.24m."""
    keys = 'capacity_payment = "2 million USD/year"\nebitda_cap = "0 USD/year"\nshare = "90 %"'
    small = deal(tmp_path, share() + fund() + scheme(keys) + cost('per_year = "400,000 USD/year"') + index("1x", "4x"))

    assert small.at("support.scheme.due", ["2029", "2030"]) == pytest.approx([2e6, 2e6])
    assert small.at("support.scheme.give_back_due", ["2029", "2030"]) == pytest.approx([540_000, 3_240_000])
    assert small.at("support.scheme.paid", ["2030"])[0] < small.at("support.scheme.given_back", ["2030"])[0]


MP = """
[programme.dod]
label = "DoD"
payer = "US DoD"
budget = "1,000 million USD/year"
envelope = "10,000 million USD"
year_end = "September"

[support.mp]
label = "Price protection"
programme = "dod"
contract = "buyer"
price = "ore"
floor = "110 USD/kg"
basis = "designated"
quantity = "100,000 t/year"
start = 2029-01-01
end = 2032-12-31
window = "quarter"
strike = "110 USD/kg"
share = "30 %"
share_start = 2030-01-01
"""


def test_a_quarter_designates_what_is_made_and_stocked_once(tmp_path: Path) -> None:
    """718 t made a quarter, 562 t sold in the first, 156 t stocked: at 60 USD/kg 50 USD/kg on 718 t are 35.9m.

    The stock is sold in later quarters and is not designated again. Of 300 t that stood in stock before the start
    all are designated at once: 1,018 t in the first quarter.
    """
    made = '[node.mine]\nnameplate = "2,872 t/year"\n[product.ore]\nstock_days = "20 days"\n'
    made += '[price.ore]\ndeck = "60 USD/kg"\n'
    small = deal(tmp_path, QUARTERLY + share() + MP + made)
    extra = MP.replace('quantity = "100,000', 'opening_stock = "300 t"\nquantity = "100,000')

    assert small.at("offtake.buyer.delivered", ["2029Q1"])[0] == pytest.approx(718 - 718 * 20 / 90)
    assert small.at("support.mp.supported", quarters(2029)) == pytest.approx([718] * 4)
    assert small.at("support.mp.due", quarters(2029)) == pytest.approx([35.9e6] * 4)
    assert small["support.mp.supported"].sum() == pytest.approx(718 * 16)
    assert deal(tmp_path, QUARTERLY + share() + extra + made).at("support.mp.supported", quarters(2029)[:2]) == (
        pytest.approx([1_018, 718])
    )


def test_what_is_not_designated_waits_and_is_designated_later_once(tmp_path: Path) -> None:
    """25 t a quarter of which half the pool is designated: 12.5, then half of 12.5 + 25, …; never more than made."""
    terms = MP.replace('basis = "designated"', 'basis = "designated"\ndesignated = "50 %"')
    small = deal(tmp_path, QUARTERLY + share() + terms)

    assert small.at("support.mp.supported", quarters(2029)) == pytest.approx([12.5, 18.75, 21.875, 23.4375])
    assert small["support.mp.supported"].sum() + small["support.mp.pool.closing"][-1] == pytest.approx(400)


def test_share_starts_on_its_date(tmp_path: Path) -> None:
    """At 130 USD/kg 30 % of 20 USD/kg on 25 t is 150,000 a quarter, from 2030 on."""
    small = deal(tmp_path, QUARTERLY + share() + MP + '[price.ore]\ndeck = "130 USD/kg"\n')

    assert small.at("support.mp.give_back_due", ["2029Q4", "2030Q1"]) == pytest.approx([0, 150_000])


def test_buyer_that_pays_the_floor_costs_no_public_money(tmp_path: Path) -> None:
    """5 USD/kg on 100 t come from the buyer; public totals stay 0; the seller's cash is 1.5m."""
    terms = floor().replace('programme = "fund"\n', 'payer = "offtaker"\n')
    small = deal(tmp_path, share() + terms)

    assert small.at("support.floor.paid", ["2029"]) == pytest.approx([500_000])
    assert small.at("operations.net_cash", ["2029"]) == pytest.approx([1_500_000])
    assert small.at("support.paid") == [0] * 4
    assert small.values["support.all_imputed"] == pytest.approx(2_000_000)
    assert "programme.fund" not in small.model.register.received


def test_programme_that_bears_the_buyers_resale_loss_pays_it_within_its_budget(tmp_path: Path) -> None:
    """The seller has its 500,000 from the buyer; the programme reimburses 300,000, its budget."""
    terms = floor(more='payer = "offtaker"\nresale_loss = "programme"')
    small = deal(tmp_path, share() + fund("300,000 USD/year") + terms)

    assert small.at("support.floor.paid", ["2029"]) == pytest.approx([500_000])
    assert small.at("support.floor.outlay", ["2029"]) == pytest.approx([300_000])
    assert small.at("support.paid", ["2029"]) == [0]


def test_stock_is_bought_below_the_floor_within_its_cap_and_sold_at_the_trigger(tmp_path: Path) -> None:
    """Floor 15, cap 150 t, trigger 20. At 10: 100 t for 1.5m, of which 0.5m above the market; then 50 t; at 25 sold.

    150 t cost 2.25m and bring 3.75m. In 2032, at 10 again, 100 t are bought, and sold at once as operations end.
    """
    keys = 'stock_cap = "150 t"\nrelease_above = "20 USD/kg"'
    small = deal(tmp_path, share() + fund("20 million USD/year") + floor(more=keys) + index("1x", "1x", "2.5x", "1x"))

    assert small.at("support.floor.bought") == pytest.approx([100, 50, 0, 100])
    assert small.at("support.floor.paid") == pytest.approx([500_000, 250_000, 0, 500_000])
    assert small.at("support.floor.outlay") == pytest.approx([1.5e6, 0.75e6, 0, 1.5e6])
    assert small.at("support.floor.resale") == pytest.approx([0, 0, 3.75e6, 1e6])
    assert small.at("support.floor.net_margin") == pytest.approx([0, 0, 1.5e6, -0.5e6])
    assert small.at("support.floor.stock.closing") == pytest.approx([100, 150, 0, 0])


def test_stock_is_bought_only_as_far_as_the_budget_goes(tmp_path: Path) -> None:
    """Budget 750,000: 50 t at 15; the seller gets 250,000 above the market, and misses 250,000 on the other 50 t."""
    keys = 'stock_cap = "150 t"\nrelease_above = "20 USD/kg"'
    small = deal(tmp_path, share() + fund("750,000 USD/year") + floor(more=keys))

    assert small.at("support.floor.bought", ["2029"]) == pytest.approx([50])
    assert small.at("support.floor.unmet", ["2029"]) == pytest.approx([250_000])
    assert small.at("support.floor.paid", ["2029"]) == pytest.approx([250_000])


def test_floor_on_the_price_achieved_sees_the_discount_and_the_contracts_own_floor(tmp_path: Path) -> None:
    """Index 10 less 20 % is 8; a contract floor of 12 makes it 12: 3 USD/kg to a support floor of 15."""
    small = deal(tmp_path, share(more='discount = "20 %"\n') + fund() + floor(more='settlement = "achieved"'))
    both = share(more='discount = "20 %"\nfloor = "12 USD/kg"\n')
    second = deal(tmp_path, both + fund() + floor(more='settlement = "achieved"'))

    assert small.at("support.floor.due", ["2029"]) == pytest.approx([700_000])
    assert second.at("support.floor.due", ["2029"]) == pytest.approx([300_000])


def test_quarterly_share_keeps_money_for_the_end_of_the_fiscal_year(tmp_path: Path) -> None:
    """400,000 USD a year to March, 25 % a quarter; 125,000 are due in each: 100,000 in each, none left out.

    Without the share the first three quarters take 375,000 and the last has 25,000.
    """
    plain = deal(tmp_path, QUARTERLY + share() + fund("400,000 USD/year", year_end="March") + floor())
    shared = fund("400,000 USD/year", year_end="March") + 'quarter_share = "25 %"\n'
    even = deal(tmp_path, QUARTERLY + share() + shared + floor())
    year = [*quarters(2029)[1:], "2030Q1"]

    assert plain.at("support.floor.granted", year) == pytest.approx([125_000, 125_000, 125_000, 25_000])
    assert even.at("support.floor.granted", year) == pytest.approx([100_000] * 4)


def test_unmet_support_waits_as_a_backlog_if_the_programme_carries_it(tmp_path: Path) -> None:
    """Due 500,000, 0, 0, 500,000; 300,000 a year: 300,000, 200,000, 0, 300,000, and the rest in 2033."""
    carried = fund("300,000 USD/year") + 'unmet = "carry"\n'
    small = deal(tmp_path, share() + carried + floor() + index("1x", "2x", "2x", "1x"))

    assert small.at("support.floor.granted") == pytest.approx([300_000, 200_000, 0, 300_000])
    assert small.at("support.floor.granted", ["2033"]) == pytest.approx([200_000])
    assert small["support.unmet"].sum() == pytest.approx(0)


def test_budget_by_payment_counts_in_the_year_of_the_payment(tmp_path: Path) -> None:
    """A lag of 3 months moves the quarter to March into the next fiscal year.

    125,000 a quarter, 400,000 a year to March. By payment, FY2029 (April to March) pays what was earned from January
    to December: 125,000, 125,000, 125,000, then 25,000; by entitlement what was earned from April to March.
    """
    lagged = floor(more='lag = "3 months"')
    by_payment = fund("400,000 USD/year", year_end="March") + 'budget_basis = "payment"\n'
    small = deal(tmp_path, QUARTERLY + share() + by_payment + lagged)
    plain = deal(tmp_path, QUARTERLY + share() + fund("400,000 USD/year", year_end="March") + lagged)
    year = [*quarters(2029)[1:], *quarters(2030)]

    assert small.at("support.floor.paid", year)[:4] == pytest.approx([125_000, 125_000, 125_000, 25_000])
    assert plain.at("support.floor.paid", year)[:5] == pytest.approx([125_000, 125_000, 125_000, 125_000, 25_000])


def test_money_given_back_refills_a_budget_that_revolves(tmp_path: Path) -> None:
    """Envelope 1,000,000: paid 500,000 and 500,000; given back 500,000 in 2031, which pays 2032."""
    terms = floor(more='strike = "15 USD/kg"\nshare = "100 %"') + index("1x", "1x", "2x", "1x")
    plain = deal(tmp_path, share() + fund(envelope="1 million USD") + terms)
    small = deal(tmp_path, share() + fund(envelope="1 million USD") + "revolving = true\n" + terms)

    assert plain.at("support.floor.granted") == pytest.approx([500_000, 500_000, 0, 0])
    assert small.at("support.floor.granted") == pytest.approx([500_000, 500_000, 0, 500_000])


def test_cumulative_carry_over_keeps_what_every_year_left(tmp_path: Path) -> None:
    """300,000 a year from 2028; nothing due before 2032, then 1,400,000: 5 years' money covers it."""
    keys = fund("300,000 USD/year") + "carry_over = true\n"
    terms = floor() + index("2x", "2x", "2x", "0.1x")
    small = deal(tmp_path, share() + keys + "cumulative = true\n" + terms)
    last = deal(tmp_path, share() + keys + terms)

    assert small.at("support.floor.granted", ["2032"]) == pytest.approx([1_400_000])
    assert last.at("support.floor.granted", ["2032"]) == pytest.approx([600_000])


def test_contract_tonnes_are_supported_whether_or_not_they_are_delivered(tmp_path: Path) -> None:
    """Contract of 80 t, of which 60 are nominated: 5 USD/kg on 80 t."""
    contract = share().replace('share = "100 %"', 'quantity = "80 t/year"\ndemand = "75 %"')
    small = deal(tmp_path, contract + fund() + floor(more='basis = "contract"'))

    assert small.at("support.floor.due", ["2029"]) == pytest.approx([400_000])


@pytest.mark.parametrize("leaf", ["top_up", "give_back"])
def test_scales_stand_in_the_model_once(tmp_path: Path, leaf: str) -> None:
    """With the scale at 1 nothing changes; it is one row of inputs that all contracts read."""
    small = deal(tmp_path, share() + fund() + floor())
    given = small.model.givens()[f"scale.{leaf}"]

    assert set(given.value) == {1.0}
