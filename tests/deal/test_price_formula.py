"""The price of a contract: ceiling, the buyer's upside share, and support within a floor; worked by hand."""

from pathlib import Path

import numpy as np
import pytest

from finmodel.deal.read import read_case
from finmodel.run.results import Results
from finmodel.run.run import run
from tests.deal.ops import METAL, YEARS, Deal, by_date, deal, quarters, share, timeline

LYNAS_JARE = Path(__file__).parents[1] / "cases_reference" / "lynas_jare"

UPSIDE = 'share_strike = "12 USD/kg"\nupside_share = "50 %"\n'
"""Half of what lies above 12 USD/kg to the buyer; the mine's index is 10 times its premium, 25 t a quarter."""


def index(*quarterly: str) -> str:
    """The premium of the ore index in the quarters from 2029; the last one holds."""
    days = [f"{2029 + number // 4}-{1 + 3 * (number % 4):02}-01" for number in range(len(quarterly))]
    return f"[price.ore]\npremium = {by_date({'2028-01-01': '1x', **dict(zip(days, quarterly, strict=True))})}\n"


def shared(folder: Path, *quarterly: str, more: str = "", cap: str = "") -> Deal:
    """All ore to one buyer with a share of the upside, by quarter."""
    terms = UPSIDE + (f'upside_cap = "{cap}"\n' if cap else "")
    return deal(folder, timeline("quarter") + share(more=terms) + index(*quarterly) + more)


def paid(result: Results, year: int) -> float:
    """What JARE pays in a calendar year, in million USD."""
    labels, billed = result.model.timeline.labels, np.asarray(result["offtake.jare.ndpr.billed"])
    return sum(float(billed[labels.index(label)]) for label in quarters(year)) / 1e6


def test_jare_pays_550_750_790_and_990_million_at_50_and_110_at_150_at_160_and_at_200() -> None:
    """5,000 t: 110 × 5m; 110 × 5m; 150 × 5m; 160 × 5m less 10m, not 15m; 200 × 5m less 10m, not 75m, to the end."""
    result = run(LYNAS_JARE)

    assert [paid(result, year) for year in range(2027, 2032)] == pytest.approx([550, 550, 750, 790, 990])
    assert paid(result, 2038) == pytest.approx(990)


def test_floor_of_jare_is_support_of_300_million_that_no_public_budget_pays() -> None:
    """60 USD/kg on 5,000 t in 2027, in the metric of its own; there is no support that is paid."""
    result = run(LYNAS_JARE)

    assert result.metrics["support_imputed"] == pytest.approx(300e6)
    assert "support_paid" not in result.metrics


def test_buyer_pays_no_more_than_the_ceiling(tmp_path: Path) -> None:
    """Index 10, then 20, less 10 %: 9 and 18, of which 15 are paid for 100 t."""
    premium = f"[price.ore]\npremium = {by_date({'2028-01-01': '1x', '2030-01-01': '2x'})}\n"
    small = deal(tmp_path, share(more='discount = "10 %"\nceiling = "15 USD/kg"') + premium)

    assert small.at("offtake.buyer.ore.billed", ["2029", "2030"]) == pytest.approx([900_000, 1_500_000])


def test_ceiling_in_another_currency_moves_with_the_rate(tmp_path: Path) -> None:
    """800 JPY/kg: 8 USD/kg at 100 JPY/USD, 6.4 at 125; the index stands at 10."""
    rate = by_date({"2028-01-01": "100 JPY/USD", "2030-01-01": "125 JPY/USD"})
    small = deal(tmp_path, share(more='ceiling = "800 JPY/kg"') + f"[fx]\njpy_per_usd = {rate}\n")

    assert small.at("offtake.buyer.ore.billed", ["2029", "2030"]) == pytest.approx([800_000, 640_000])


def test_upside_share_lowers_what_is_billed_received_and_contracted(tmp_path: Path) -> None:
    """20 USD/kg, half of 8 above the strike: 16 on 25 t a quarter, of which a third is open for 30 of 90 days.

    Of 16 the buyer is bound to pay its floor of 5 whatever the market is.
    """
    terms = f'{UPSIDE}floor = "5 USD/kg"\npayment_days = "30 days"'
    small = deal(tmp_path, timeline("quarter") + share(more=terms) + index("2x"))

    assert small.at("offtake.buyer.net_upside_share", ["2029Q1"]) == pytest.approx([100_000])
    assert small.at("offtake.buyer.ore.billed", ["2029Q1"]) == pytest.approx([400_000])
    assert small.at("working.received", ["2029Q1"]) == pytest.approx([400_000 * 2 / 3])
    assert small.at("sales.contracted", ["2029Q1"]) == pytest.approx([125_000])
    assert small.at("sales.firm", ["2029Q1"]) == pytest.approx([400_000])
    assert small["working.received"].sum() == pytest.approx(16 * 400_000)


def test_upside_share_settles_on_the_average_of_the_calendar_year(tmp_path: Path) -> None:
    """20, 10, 10 and 10 USD/kg: 12.5 on average, half of 0.5 on 100 t is 25,000 USD.

    To date the average is 20, 15, 13.33 and 12.5: due 100,000, 75,000, 50,000 and 25,000 USD.
    """
    small = shared(tmp_path, "2x", "1x")

    assert small.at("offtake.buyer.upside_to_date", quarters(2029)) == pytest.approx([100e3, 75e3, 50e3, 25e3])
    assert small.at("offtake.buyer.net_upside_share", quarters(2029)) == pytest.approx([100e3, -25e3, -25e3, -25e3])
    assert small.at("offtake.buyer.net_upside_share", quarters(2030)) == pytest.approx([0] * 4)


def test_low_prices_early_in_the_year_are_set_off_against_high_ones_later(tmp_path: Path) -> None:
    """10, 10, 10 and 20 USD/kg: nothing is due until the average of the year is known, 12.5."""
    small = shared(tmp_path, "1x", "1x", "1x", "2x", "1x")

    assert small.at("offtake.buyer.net_upside_share", quarters(2029)) == pytest.approx([0, 0, 0, 25_000])


def test_average_of_the_year_is_weighted_by_volume(tmp_path: Path) -> None:
    """20 USD/kg on 12.5 t, then 10 on 25, 25 and 25 t: the average, 11.43, is below the strike, as 12.5 is not."""
    runs = by_date({"2028-01-01": "50 %", "2029-04-01": "100 %"})
    small = shared(tmp_path, "2x", "1x", more=f"[node.mine]\navailability = {runs}\n")

    assert small.at("offtake.buyer.upside_to_date", quarters(2029)) == pytest.approx([50_000, 25_000, 0, 0])


def test_cap_of_the_upside_share_holds_for_each_calendar_year(tmp_path: Path) -> None:
    """20 USD/kg: 100,000 a quarter, 250,000 a year: 100,000, 100,000, 50,000 and nothing, and again."""
    small = shared(tmp_path, "2x", cap="250,000 USD/year")

    for year in (2029, 2030):
        assert small.at("offtake.buyer.net_upside_share", quarters(year)) == pytest.approx([100e3, 100e3, 50e3, 0])


def test_excess_beyond_the_cap_is_given_up_before_the_share_is_when_prices_fall(tmp_path: Path) -> None:
    """30 USD/kg: 225,000, capped at 150,000; then 10: 200,000, still capped, 175,000, and 150,000 at the year's end."""
    small = shared(tmp_path, "3x", "1x", cap="150,000 USD/year")

    assert small.at("offtake.buyer.net_upside_share", quarters(2029)) == pytest.approx([150e3, 0, 0, 0])


def test_contract_year_from_july_shares_its_upside_by_calendar_year(tmp_path: Path) -> None:
    """From July 2029: 200,000 of a cap of 250,000 in that half-year; the cap starts anew in January."""
    terms = share(more=f'{UPSIDE}upside_cap = "250,000 USD/year"').replace("2029-01-01", "2029-07-01")
    small = deal(tmp_path, timeline("quarter") + terms.replace("48 months", "42 months") + index("2x"))

    assert small.at("offtake.buyer.net_upside_share", quarters(2029)) == pytest.approx([0, 0, 100e3, 100e3])
    assert small.at("offtake.buyer.net_upside_share", quarters(2030)) == pytest.approx([100e3, 100e3, 50e3, 0])


def test_achieved_price_is_that_of_the_contract_and_not_the_index(tmp_path: Path) -> None:
    """Index 20 less 10 % is 18, the ceiling is 16: half of 4 on 100 t."""
    small = deal(tmp_path, share(more=f'{UPSIDE}discount = "10 %"\nceiling = "16 USD/kg"') + index("2x"))

    assert small.at("offtake.buyer.achieved_price", ["2029"]) == pytest.approx([16])
    assert small.at("offtake.buyer.net_upside_share", ["2029"]) == pytest.approx([200_000])


def test_upside_share_is_borne_by_products_in_proportion_to_what_they_contain(tmp_path: Path) -> None:
    """38.07895 t of ore and 61.92105 t in 50 t of metal; 400,000 USD are shared at 20 USD/kg. The fee is not."""
    both = share(more=UPSIDE).replace('["ore"]', '["ore", "metal"]')
    small = deal(tmp_path, METAL + both + index("2x"))
    held = 61.9210526

    assert small.at("offtake.buyer.net_upside_share", ["2029"]) == pytest.approx([400_000])
    assert small.at("offtake.buyer.ore.billed", ["2029"]) == pytest.approx([(100 - held) * 16_000])
    assert small.at("offtake.buyer.metal.billed", ["2029"]) == pytest.approx([held * 16_000 + 100_000])


def test_tonnes_made_up_and_a_deficiency_bear_no_upside_share(tmp_path: Path) -> None:
    """60 t delivered and 30 t paid for in 2029; in 2030 100 t are delivered, 10 of them free. Half of 8 USD/kg."""
    terms = share(more=UPSIDE).replace('share = "100 %"', 'quantity = "100 t/year"\ntake_or_pay = "90 %"')
    nominated = by_date({"2028-01-01": "60 %", "2030-01-01": "100 %"})
    small = deal(tmp_path, f"{terms}demand = {nominated}\n" + index("2x"))

    assert small.at("offtake.buyer.net_upside_share", ["2029", "2030"]) == pytest.approx([240_000, 360_000])
    assert small.at("offtake.buyer.deficiency_payment", ["2029"]) == pytest.approx([600_000])


@pytest.mark.parametrize("seed", range(10))
def test_shares_of_a_calendar_year_add_up_to_its_settlement(tmp_path: Path, seed: int) -> None:
    """Any price, volume and rate by quarter, strike and cap in yen: the settlement in yen, booked at the rates of
    the quarters, and no bill below nothing."""
    draw = np.random.default_rng(seed)
    days = [f"{2029 + number // 4}-{1 + 3 * (number % 4):02}-01" for number in range(16)]

    def steps(low: float, high: float, unit: str) -> str:
        values = [f"{value:.3f}{unit}" for value in draw.uniform(low, high, 17)]
        return by_date(dict(zip(["2028-01-01", *days], values, strict=True)))

    terms = 'share_strike = "1,200 JPY/kg"\nupside_share = "100 %"\nupside_cap = "12 million JPY/year"\n'
    changes = timeline("quarter") + share(more=terms) + f"[fx]\njpy_per_usd = {steps(80, 150, ' JPY/USD')}\n"
    changes += f"[price.ore]\npremium = {steps(0.5, 2, 'x')}\n[node.mine]\navailability = {steps(0, 100, ' %')}\n"
    small = deal(tmp_path, changes)

    for year in (int(year) for year in YEARS):
        rate, tonnes, price, moved = (
            np.array(small.at(id, quarters(year)))
            for id in (
                "macro.usd_per_jpy",
                "offtake.buyer.supported",
                "price.ore.market",
                "offtake.buyer.net_upside_share",
            )
        )
        average = (price / rate * tonnes).sum() / tonnes.sum()
        settled = min(12e6, max(0.0, average - 1200) * tonnes.sum() * 1000)
        assert (moved / rate).sum() == pytest.approx(settled, abs=1e-3)
    assert small["offtake.buyer.ore.billed"].min() >= 0


def test_floor_splits_revenue_into_the_markets_part_and_imputed_support(tmp_path: Path) -> None:
    """Index 10, then 20, less 10 %: 9 under a floor of 12, then 18. 3 USD/kg on 40 t are support; 60 t go to spot."""
    premium = f"[price.ore]\npremium = {by_date({'2028-01-01': '1x', '2030-01-01': '2x'})}\n"
    terms = 'discount = "10 %"\nfloor = "12 USD/kg"\nimpute_support = true'
    small = deal(tmp_path, share("40 %", more=terms) + premium)

    assert small.at("offtake.buyer.support_imputed", ["2029", "2030"]) == pytest.approx([120_000, 0])
    assert small.at("offtake.buyer.market_part", ["2029", "2030"]) == pytest.approx([360_000, 720_000])
    assert small.at("sales.support_imputed", ["2029", "2030"]) == pytest.approx([120_000, 0])
    assert float(small["sales.all_support_imputed"][0]) == pytest.approx(120_000)


def test_imputed_support_moves_no_money(tmp_path: Path) -> None:
    """The split is a view: revenue billed and cash are what they are without it, and nothing is support paid."""
    terms = share("40 %", more='floor = "12 USD/kg"')
    plain, split = deal(tmp_path, terms), deal(tmp_path, terms, {"offtake.buyer.impute_support": "true"})

    assert split["sales.billed"] == pytest.approx(plain["sales.billed"])
    assert split["operations.net_cash"] == pytest.approx(plain["operations.net_cash"])
    assert split["support.paid"].sum() == 0


def test_deficiency_bears_no_imputed_support(tmp_path: Path) -> None:
    """60 t delivered at a floor 2 USD/kg above the index; 30 t paid for and not taken."""
    terms = share(more='floor = "12 USD/kg"\nimpute_support = true\ndemand = "60 %"')
    small = deal(tmp_path, terms.replace('share = "100 %"', 'quantity = "100 t/year"\ntake_or_pay = "90 %"'))

    assert small.at("offtake.buyer.support_imputed", ["2029"]) == pytest.approx([120_000])


def test_terms_of_jare_may_be_set_apart_from_the_case() -> None:
    """A share of 40 % and a cap of 20m at 200 USD/kg: 1,000m less 20m."""
    sets = {"offtake.jare.upside_share": "40 %", "offtake.jare.upside_cap": "20 million USD/year"}

    assert paid(run(read_case(LYNAS_JARE, sets=sets)), 2031) == pytest.approx(980)
