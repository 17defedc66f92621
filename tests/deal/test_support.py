"""Price support: floors, budgets, lags and give-back, worked by hand and on random prices.

The mine sells 100 t a year at 10 USD/kg; a floor of 15 USD/kg pays 5 USD/kg, 500,000 USD a year.
"""

from pathlib import Path

import numpy as np
import pytest

from finmodel.kernel.errors import CaseError
from tests.deal.ops import METAL, SPAR, YEARS, by_date, deal, quarters, read, share, timeline

FUND = """
[programme.fund]
label = "Fund"
payer = "Treasury"
budget = {budget}
envelope = "{envelope}"
year_end = "{year_end}"
"""

JARE = """
[programme.jare]
label = "JARE"
payer = "JOGMEC"
budget = "1,000 million USD/year"
envelope = "10,000 million USD"

[support.jare]
label = "JARE terms"
programme = "jare"
contract = "buyer"
price = "ore"
floor = "110 USD/kg"
quantity = "5,000 t/year"
start = 2029-01-01
end = 2032-12-31
share = "30 %"
strike = "150 USD/kg"
share_cap = "10 million USD/year"

[node.mine]
nameplate = "5,000 t/year"
"""
"""The floor of 110 USD/kg and the share above 150 of Lynas and JARE, on a budget to a March fiscal year."""


def fund(budget: str = "10 million USD/year", envelope: str = "100 million USD", year_end: str = "December") -> str:
    """A programme; the budget is one amount, or a dated table as typed."""
    typed = budget if budget.startswith("{") else f'"{budget}"'
    return FUND.format(budget=typed, envelope=envelope, year_end=year_end)


def floor(price: str = "15 USD/kg", name: str = "floor", contract: str = "buyer", more: str = "") -> str:
    """A support contract on 100 t a year over all operations."""
    rows = f'programme = "fund"\ncontract = "{contract}"\nprice = "ore"\nfloor = "{price}"\nquantity = "100 t/year"\n'
    return f'[support.{name}]\nlabel = "Support {name}"\n{rows}start = 2029-01-01\nend = 2032-12-31\n{more}\n'


def index(*yearly: str) -> str:
    """The ore index as a multiple of 10 USD/kg, by year from 2029."""
    steps = {f"{2028 + number}-01-01": multiple for number, multiple in enumerate(("1x", *yearly))}
    return f"[price.ore]\npremium = {by_date(steps)}\n"


def test_top_up_fills_the_gap_to_the_floor(tmp_path: Path) -> None:
    """Index 10, 8, 15 and 20 under a floor of 15: 5, 7, 0 and 0 USD/kg on 100 t."""
    small = deal(tmp_path, share() + fund() + floor() + index("1x", "0.8x", "1.5x", "2x"))

    assert small.at("support.floor.due") == pytest.approx([500_000, 700_000, 0, 0])
    assert small.at("support.floor.paid") == pytest.approx([500_000, 700_000, 0, 0])
    assert small.at("operations.net_cash", ["2029"]) == pytest.approx([1_500_000])


def test_support_runs_from_its_start_to_its_end_on_what_the_contract_delivers(tmp_path: Path) -> None:
    """2030 and 2031 only, on 40 % of 100 t."""
    terms = floor().replace("2029-01-01", "2030-01-01").replace("2032-12-31", "2031-12-31")
    small = deal(tmp_path, share("40 %") + fund() + terms)

    assert small.at("support.floor.due") == pytest.approx([0, 200_000, 200_000, 0])


def test_quantity_is_capped_in_a_fiscal_year(tmp_path: Path) -> None:
    """25 t a quarter, 60 t in a year to March: 25, 25 and 10 t from April, nothing from January to March."""
    terms = floor().replace("100 t/year", "60 t/year")
    small = deal(tmp_path, timeline("quarter") + share() + fund(year_end="March") + terms)

    assert small.at("support.floor.supported", quarters(2029)) == pytest.approx([25, 25, 25, 10])
    assert small.at("support.floor.supported", quarters(2030)) == pytest.approx([0, 25, 25, 10])


def test_budget_that_runs_out_in_mid_year_pays_by_priority_and_then_pro_rata(tmp_path: Path) -> None:
    """Due each quarter: 50,000 first; then 37,500 and 75,000. Budget 450,000 USD for a year from April.

    Two quarters take 325,000. Of the 125,000 left, 50,000 go to the first, 25,000 and 50,000 to the others; the quarter
    to March has nothing; in April all is paid again.
    """
    offtakes = share("40 %", "one") + share("50 %", "two") + share("100 %", "three")
    terms = floor(contract="two", name="two", more="priority = 2") + floor(contract="one", name="one")
    terms += floor("20 USD/kg", contract="three", name="three", more="priority = 2")
    small = deal(tmp_path, timeline("quarter") + offtakes + fund("450,000 USD/year", year_end="March") + terms)
    when = [*quarters(2029), *quarters(2030)][1:6]

    assert small.at("support.one.granted", when) == pytest.approx([50_000, 50_000, 50_000, 0, 50_000])
    assert small.at("support.two.granted", when) == pytest.approx([37_500, 37_500, 25_000, 0, 37_500])
    assert small.at("support.three.granted", when) == pytest.approx([75_000, 75_000, 50_000, 0, 75_000])
    assert small.at("support.unmet", when) == pytest.approx([0, 0, 37_500, 162_500, 0])


def test_envelope_ends_payments_for_good(tmp_path: Path) -> None:
    """1,200,000 USD in all: 500,000, 500,000, 200,000 and nothing."""
    small = deal(tmp_path, share() + fund(envelope="1.2 million USD") + floor())

    assert small.at("support.floor.granted") == pytest.approx([500_000, 500_000, 200_000, 0])
    assert small.at("support.floor.unmet") == pytest.approx([0, 0, 300_000, 500_000])


def test_unspent_budget_lapses(tmp_path: Path) -> None:
    """600,000 USD a year; 500,000 are due in 2029 and 800,000 in 2030."""
    small = deal(tmp_path, share() + fund("600,000 USD/year") + floor() + index("1x", "0.7x", "1x"))

    assert small.at("support.floor.granted") == pytest.approx([500_000, 600_000, 500_000, 500_000])


def test_carry_over_adds_what_the_last_year_left_of_its_own_budget(tmp_path: Path) -> None:
    """600,000 USD a year; due 500,000, 800,000, 1,200,000 and 1,200,000. Money carried over is spent first.

    2028 leaves 600,000: ceiling 1,200,000. 2029 spends 500,000 of that, and leaves all its own; 2030 spends 600,000 of
    2029 and 200,000 of its own: ceiling of 2031 1,000,000, all spent; 2032 has its own 600,000.
    """
    carried = fund("600,000 USD/year") + "carry_over = true\n"
    small = deal(tmp_path, share() + carried + floor() + index("1x", "0.7x", "0.3x", "0.3x"))

    assert small.at("programme.fund.ceiling") == pytest.approx([1_200_000, 1_200_000, 1_000_000, 600_000])
    assert small.at("support.floor.granted") == pytest.approx([500_000, 800_000, 1_000_000, 600_000])


def test_budget_follows_its_table_by_fiscal_year(tmp_path: Path) -> None:
    """400,000 USD until 2030, 100,000 from 2031."""
    budget = by_date({"2028-01-01": "400,000 USD/year", "2031-01-01": "100,000 USD/year"})
    small = deal(tmp_path, share() + fund(budget) + floor())

    assert small.at("support.floor.granted") == pytest.approx([400_000, 400_000, 100_000, 100_000])


RATE = f"[fx]\njpy_per_usd = {by_date({'2028-01-01': '100 JPY/USD', '2030-01-01': '150 JPY/USD'})}\n"


def test_dollar_floor_is_paid_from_a_yen_budget_at_the_rate_of_the_window(tmp_path: Path) -> None:
    """500,000 USD are 50m JPY at 100 and 75m JPY at 150: a budget of 60m JPY pays 400,000 USD from 2030."""
    small = deal(tmp_path, RATE + share() + fund("60 million JPY/year", "1,000 million JPY") + floor())

    assert small.at("support.floor.granted_own", ["2029", "2030"]) == pytest.approx([50e6, 60e6])
    assert small.at("support.floor.granted", ["2029", "2030"]) == pytest.approx([500_000, 400_000])
    assert small.at("support.floor.unmet", ["2029", "2030"]) == pytest.approx([0, 100_000])


def test_exchange_rate_between_grant_and_payment_is_the_programmes_own_loss(tmp_path: Path) -> None:
    """500,000 USD granted in 2029 at 100 JPY/USD are paid in 2030 at 150: 75m JPY for a commitment of 50m."""
    terms = floor(more='lag = "12 months"')
    small = deal(tmp_path, RATE + share() + fund("600 million JPY/year", "6,000 million JPY") + terms)

    assert small.at("support.floor.paid", ["2029", "2030"]) == pytest.approx([0, 500_000])
    assert small.at("support.floor.settled", ["2030"]) == pytest.approx([50e6])
    assert small.at("support.floor.paid_own", ["2030"]) == pytest.approx([75e6])
    assert small.at("support.floor.net_fx", ["2030", "2031"]) == pytest.approx([25e6, 0])


def test_lag_makes_a_receivable_that_is_paid_at_the_latest_in_the_last_period(tmp_path: Path) -> None:
    """18 months are two years of a yearly timeline: 2029 is paid in 2031; 2032 in 2034, the last period."""
    small = deal(tmp_path, share() + fund() + floor(more='lag = "18 months"'))
    years = [*YEARS, "2033", "2034"]

    assert small.at("support.floor.paid", years) == pytest.approx([0, 0, *[500_000] * 4])
    assert small.at("support.floor.receivable.closing", years) == pytest.approx([5e5, 1e6, 1e6, 1e6, 5e5, 0])


def test_tonnes_made_up_are_not_supported_again(tmp_path: Path) -> None:
    """60 t taken and 30 t paid for in 2029; of 100 t in 2030, 10 t are free: 60 and 90 t are supported."""
    contract = share().replace('share = "100 %"', 'quantity = "100 t/year"\ntake_or_pay = "90 %"')
    nominated = by_date({"2028-01-01": "60 %", "2030-01-01": "100 %"})
    small = deal(tmp_path, contract + f"demand = {nominated}\n" + fund() + floor())

    assert small.at("support.floor.supported", ["2029", "2030"]) == pytest.approx([60, 90])


def test_oxide_contained_in_metal_is_supported(tmp_path: Path) -> None:
    """50 t of metal hold 61.92105 t of ore: 5 USD/kg on each kg of ore."""
    terms = floor().replace("100 t/year", "200 t/year")
    small = deal(tmp_path, METAL + share().replace('["ore"]', '["metal"]') + fund() + terms)

    assert small.at("support.floor.due", ["2029"]) == pytest.approx([309_605.263])


def jare(folder: Path, price: str) -> list[float]:
    """What is given back under the terms of JARE in each quarter of 2029 and 2030, in million USD."""
    flat = f'[price.ore]\ndeck = "{price}"\n'
    small = deal(folder, timeline("quarter") + share() + JARE + flat)
    return [value / 1e6 for value in small.at("support.jare.given_back", [*quarters(2029), *quarters(2030)])]


def test_give_back_is_capped_per_calendar_year_across_a_march_fiscal_year(tmp_path: Path) -> None:
    """At 200 USD/kg, 30 % of 50 on 1,250 t is 18.75m a quarter: 10m in the first of each calendar year."""
    assert jare(tmp_path, "200 USD/kg") == pytest.approx([10, 0, 0, 0, 10, 0, 0, 0])


def test_give_back_runs_on_until_its_cap_in_mid_year(tmp_path: Path) -> None:
    """At 160 USD/kg, 30 % of 10 on 1,250 t is 3.75m a quarter: 3.75, 3.75 and 2.5m, nothing from October."""
    assert jare(tmp_path, "160 USD/kg") == pytest.approx([3.75, 3.75, 2.5, 0] * 2)


def test_cap_of_give_back_binds_from_156_67_usd_a_kg(tmp_path: Path) -> None:
    """30 % × 6.6667 USD/kg × 5,000 t = 10m a year."""
    assert sum(jare(tmp_path, "156.66666667 USD/kg")[:4]) == pytest.approx(10)
    assert sum(jare(tmp_path, "156 USD/kg")[:4]) == pytest.approx(9)


def test_between_floor_and_strike_nothing_moves(tmp_path: Path) -> None:
    """At 130 USD/kg there is neither a top-up nor a give-back; at 100 there is a top-up of 10 USD/kg on 1,250 t."""
    assert jare(tmp_path, "130 USD/kg") == [0] * 8
    small = deal(tmp_path, timeline("quarter") + share() + JARE + '[price.ore]\ndeck = "100 USD/kg"\n')

    assert small.at("support.jare.due", ["2029Q1"]) == pytest.approx([12_500_000])
    assert small["support.jare.give_back_due"].sum() == 0


def test_calendar_year_cap_needs_a_period_that_ends_in_december(tmp_path: Path) -> None:
    """Years to March: no period ends with the calendar year, so the case is refused."""
    case = timeline("year", year_ends='"March"', financial_close="2028-04-01")
    case += '[entity.mining]\ntax_year_end = "March"\n'
    moved = (share() + JARE).replace("2029-01-01", "2029-04-01").replace("2032-12-31", "2033-03-31")

    with pytest.raises(CaseError, match="share_cap"):
        read(tmp_path, case + moved)


def test_support_on_one_index_counts_only_products_of_that_index(tmp_path: Path) -> None:
    """A contract on 100 t of ore and 2.5 t of spar; a floor for spar pays on 2.5 t."""
    both = share().replace('["ore"]', '["ore", "spar"]')
    terms = floor("45 USD/kg").replace('price = "ore"', 'price = "spar"').replace("100 t/year", "500 t/year")
    small = deal(tmp_path, SPAR + both + fund() + terms)

    assert small.at("support.floor.supported", ["2029"]) == pytest.approx([2.5])


def test_support_on_an_index_of_its_own_counts_all_that_the_contract_delivers(tmp_path: Path) -> None:
    """Ore is sold on one index at 10, support settles on another at 40 and a floor of 45: 5 USD/kg on 100 t."""
    other = SPAR.partition("[product.spar]")[0]
    small = deal(tmp_path, other + share() + fund() + floor("45 USD/kg").replace('price = "ore"', 'price = "spar"'))

    assert small.at("support.floor.due", ["2029"]) == pytest.approx([500_000])


def test_support_of_one_of_two_products_leaves_out_what_is_made_up_of_it(tmp_path: Path) -> None:
    """60 t nominated of 102.5 t, 1/41 of them spar. In 2030 10.25 t beyond the pledge of 92.25 t are free."""
    both = share().replace('["ore"]', '["ore", "spar"]')
    both = both.replace('share = "100 %"', 'quantity = "102.5 t/year"\ntake_or_pay = "90 %"')
    nominated = by_date({"2028-01-01": "58.53658537 %", "2030-01-01": "100 %"})
    terms = floor("45 USD/kg").replace('price = "ore"', 'price = "spar"')
    small = deal(tmp_path, SPAR + both + f"demand = {nominated}\n" + fund() + terms)

    assert small.at("support.floor.supported", ["2029", "2030"]) == pytest.approx([60 / 41, 92.25 / 41])


@pytest.mark.parametrize("seed", range(30))
def test_support_paid_is_support_granted_and_never_more_than_the_budgets(tmp_path: Path, seed: int) -> None:
    """Any prices, rates, lags and budgets by quarter: three contracts, one yen programme, carry-over or none."""
    draw = np.random.default_rng(seed)
    days = [f"{year}-{month:02d}-01" for year in range(2028, 2033) for month in (1, 4, 7, 10)]

    def steps(low: float, high: float, unit: str) -> str:
        return by_date({day: f"{draw.uniform(low, high):.3f}{unit}" for day in days})

    lags = {"one": "0 months", "two": "5 months", "three": "12 months"}
    budget, carries = round(draw.uniform(20e6, 120e6)), bool(draw.integers(0, 2))
    changes = [timeline("quarter"), share("40 %", "one"), share("50 %", "two"), share("100 %", "three")]
    changes += [f"[fx]\njpy_per_usd = {steps(90, 170, ' JPY/USD')}\n[price.ore]\npremium = {steps(0.5, 2, 'x')}\n"]
    changes += [fund(f"{budget} JPY/year", "200 million JPY", "March"), f"carry_over = {str(carries).lower()}\n"]
    for name, lag in lags.items():
        more = f'priority = {draw.integers(1, 3)}\nlag = "{lag}"'
        changes.append(floor(f"{draw.uniform(10, 20):.2f} USD/kg", name, name, more))
    small = deal(tmp_path, "".join(changes))
    granted, ends = small["programme.fund.granted"], small["time.ends_march"]

    due = sum(small[f"support.{name}.due"] for name in lags)
    assert small["support.paid"].sum() == pytest.approx(small["support.granted"].sum())
    assert small["support.granted"] + small["support.unmet"] == pytest.approx(due, abs=1e-6)
    year = np.cumsum(ends) - ends
    assert max(granted[year == number].sum() for number in year) <= budget * (1 + carries) * (1 + 1e-9)
    assert granted.sum() <= 200e6 * (1 + 1e-9)
    for name in lags:
        assert small[f"support.{name}.receivable.closing"][-1] == pytest.approx(0, abs=1e-6)
        assert small[f"support.{name}.committed.closing"].min() >= -1e-6
