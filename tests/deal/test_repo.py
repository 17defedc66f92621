"""Inventory finance: what is lent follows the value of the stock; margin calls, rolls and costs, worked by hand.

The mine makes 100 t a year at 10 USD/kg in 2029 to 2032, and keeps 73 of 365 days of it: 20 t, worth 200,000 USD.
"""

from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from finmodel.deal.support.public_bodies import body
from finmodel.run.results import Results
from tests.deal.ops import METAL, YEARS, by_date, cost, read, timeline

STOCK = '[product.ore]\nstock_days = "73 days"\n'
REPO = """
[repo.ore]
label = "Ore repo"
lender = "Trade bank"
products = ["ore"]
advance = "60 %"
rate = "10 % p.a."
day_count = "months"
"""
FALLS = f"[price.ore]\npremium = {by_date({'2028-01-01': '1x', '2030-01-01': '0.8x'})}\n"


def rows(result: Results, *names: str) -> list[list[float]]:
    """Lines of the repo in the years of operation."""
    index = [result.model.timeline.labels.index(year) for year in YEARS]
    return [[float(result[f"repo.ore.{name}"][number]) for number in index] for name in names]


def test_share_of_the_stock_is_lent_and_repaid_when_it_is_sold(tmp_path: Path) -> None:
    """60 % of 200,000 USD from 2029 to 2031; 10 % interest on it a year later; all repaid with the stock in 2032."""
    result = fm.run(read(tmp_path, STOCK + REPO))
    drawn, back, interest, call = rows(result, "drawn", "repaid_on_sale", "interest", "margin_call")

    assert drawn == pytest.approx([120_000, 0, 0, 0])
    assert back == pytest.approx([0, 0, 0, 120_000])
    assert interest == pytest.approx([0, 12_000, 12_000, 12_000])
    assert call == pytest.approx([0, 0, 0, 0])
    assert result.passed


def test_fall_of_the_price_is_a_margin_call(tmp_path: Path) -> None:
    """8 USD/kg from 2030: 20 t back 96,000 USD, and 24,000 are called. The last 96,000 are repaid on the sale."""
    result = fm.run(read(tmp_path, STOCK + REPO + FALLS))
    call, back, owed = rows(result, "margin_call", "repaid_on_sale", "outstanding.closing")
    alert = {check.id: check for check in result.checks}["checks.no_margin_call"]

    assert call == pytest.approx([0, 24_000, 0, 0])
    assert back == pytest.approx([0, 0, 0, 96_000])
    assert owed == pytest.approx([120_000, 96_000, 96_000, 0])
    assert (alert.passed, alert.kind) == (False, "alert")
    assert result.passed


def test_higher_haircut_is_a_margin_call_and_sale_of_stock_is_none(tmp_path: Path) -> None:
    """2030: 50 % in place of 60 %: 20,000 called. 2031: stock of 36.5 days, 10 t: 50,000 repaid on the sale."""
    days = by_date({"2028-01-01": "73 days", "2031-01-01": "36.5 days"})
    share = by_date({"2028-01-01": "60 %", "2030-01-01": "50 %"})
    changes = f"[product.ore]\nstock_days = {days}\n" + REPO.replace('"60 %"', share)
    call, back = rows(fm.run(read(tmp_path, changes)), "margin_call", "repaid_on_sale")

    assert call == pytest.approx([0, 20_000, 0, 0])
    assert back == pytest.approx([0, 0, 50_000, 50_000])


def test_price_that_falls_while_stock_grows_is_called_and_drawn_in_one_net(tmp_path: Path) -> None:
    """2030: 8 USD/kg, 40 t: 192,000 USD are backed, 72,000 more than before, so nothing goes back."""
    days = by_date({"2028-01-01": "73 days", "2030-01-01": "146 days"})
    result = fm.run(read(tmp_path, f"[product.ore]\nstock_days = {days}\n{REPO}{FALLS}"))
    drawn, call = rows(result, "drawn", "margin_call")

    assert drawn[1] == pytest.approx(72_000)
    assert call[1] == 0


def test_limit_caps_what_is_lent(tmp_path: Path) -> None:
    (owed,) = rows(fm.run(read(tmp_path, STOCK + REPO + 'limit = "50,000 USD"\n')), "outstanding.closing")

    assert owed == pytest.approx([50_000, 50_000, 50_000, 0])


def test_stock_at_cost_is_lent_against_what_it_cost(tmp_path: Path) -> None:
    """100 t cost 300,000 USD: 20 t are worth 60,000 at cost, and 60 % of it is lent, whatever the price."""
    changes = STOCK + REPO + 'basis = "cost"\n' + cost('per_year = "300,000 USD/year"') + FALLS
    owed, call = rows(fm.run(read(tmp_path, changes)), "outstanding.closing", "margin_call")

    assert owed == pytest.approx([36_000, 36_000, 36_000, 0])
    assert call == pytest.approx([0, 0, 0, 0])


def test_value_counts_the_discount_of_spot_buyers_and_not_only_the_index(tmp_path: Path) -> None:
    """10 % below the index: 180,000 USD, of which 60 % are 108,000."""
    result = fm.run(read(tmp_path, STOCK + 'spot_discount = "10 %"\n' + REPO))

    assert rows(result, "stock_value", "drawn")[0][0] == pytest.approx(180_000)
    assert rows(result, "drawn")[0][0] == pytest.approx(108_000)


def test_curve_and_margin_and_the_guarantor_cost_what_they_say(tmp_path: Path) -> None:
    """4 % + 3 % on 120,000 USD are 8,400, and 1 % for the guarantor 1,200: a party of its own."""
    changes = STOCK + REPO.replace('rate = "10 % p.a."', 'curve = "sofr"\nmargin = "3 % p.a."')
    changes += 'guarantor = "NEXI"\nguarantee_fee = "1 % p.a."\n[curve]\nsofr = "4 % p.a."\n'
    result = fm.run(read(tmp_path, changes))
    interest, fee, net = rows(result, "interest", "guarantee_fee", "net_cash")

    assert interest == pytest.approx([0, 8_400, 8_400, 8_400])
    assert fee == pytest.approx([0, 1_200, 1_200, 1_200])
    assert net == pytest.approx([120_000, -9_600, -9_600, -129_600])
    assert {"guarantor.ore", "repo.ore"} <= set(result.model.register.paid)


def test_interest_and_fee_lower_taxable_income_and_not_cfads_or_the_tax_without_debt(tmp_path: Path) -> None:
    """30 % tax: 12,000 USD of interest in 2030 save 3,600, in the books too; CFADS differ by this tax alone."""
    plain, lent = fm.run(read(tmp_path, STOCK)), fm.run(read(tmp_path, STOCK + REPO))
    moved = {
        id: float(lent[id][2] - plain[id][2])
        for id in ("income.net_before_tax", "cfads.net_tax", "cfads.net_cfads", "notional_tax.mining.due")
        if id in lent.model.lines
    }

    assert moved["income.net_before_tax"] == pytest.approx(-12_000)
    assert moved["cfads.net_tax"] == pytest.approx(-3_600)
    assert moved["cfads.net_cfads"] == pytest.approx(3_600)
    assert moved.get("notional_tax.mining.due", 0) == 0
    assert lent.metrics["project_irr_post_tax"] == pytest.approx(plain.metrics["project_irr_post_tax"])


def test_new_money_comes_only_when_the_deal_is_rolled(tmp_path: Path) -> None:
    """Half-years, rolled every 12 months from 2028H1 on, so in second halves: the stock of 2029H1 waits until then."""
    changes = timeline("half") + STOCK + REPO + 'tenor = "12 months"\n'
    result = fm.run(read(tmp_path, changes))
    labels = result.model.timeline.labels
    drawn = [float(result["repo.ore.drawn"][labels.index(label)]) for label in ("2029H1", "2029H2", "2030H1", "2030H2")]
    value = float(result["repo.ore.stock_value"][labels.index("2029H2")])

    assert drawn[0] == 0
    assert drawn[1] == pytest.approx(0.6 * value)
    assert drawn[2] == 0


@pytest.mark.parametrize("seed", range(30))
def test_random_repos_never_exceed_what_backs_them_and_end_at_nothing(tmp_path: Path, seed: int) -> None:
    """Two plants, any prices, haircuts, tenors, limits: checks pass, calls are part of what goes back."""
    draw = np.random.default_rng(seed)
    days = [f"{year}-{month}-01" for year in range(2028, 2033) for month in ("01", "04", "07", "10")]

    def steps(low: float, high: float, unit: str) -> str:
        return by_date({day: f"{draw.uniform(low, high):.3f}{unit}" for day in days})

    changes = f"{timeline('quarter')}{METAL}{STOCK}[price.ore]\npremium = {steps(0.3, 2, 'x')}\n{REPO}"
    changes = changes.replace('advance = "60 %"', f"advance = {steps(20, 90, ' %')}").replace(
        'products = ["ore"]', 'products = ["ore", "metal"]'
    )
    keys = {"product.metal.stock_days": f"{draw.integers(0, 200)} days"}
    if draw.integers(2):
        keys["repo.ore.tenor"] = f"{draw.integers(1, 13)} months"
    if draw.integers(2):
        keys["repo.ore.limit"] = f"{draw.integers(10_000, 400_000)} USD"
    result = fm.run(read(tmp_path, changes, keys))
    owed, backed, back, call = (
        np.asarray(result[f"repo.ore.{name}"]) for name in ("outstanding.closing", "backed", "repaid", "margin_call")
    )

    assert result.passed
    assert np.all(owed <= backed + 1e-6)
    assert np.all((call >= -1e-9) & (call <= back + 1e-9))
    assert owed[-1] == 0
    assert np.max(owed) > 0


def test_lenders_on_stock_and_their_guarantor_have_names_in_the_governments_account(tmp_path: Path) -> None:
    """NEXI's fee is public money of cover; the bank is private, and what revolves is no part of what is committed."""
    line = '[credit_line.bank]\nlabel = "Line"\nlender = "House bank"\nlimit = "1 USD"\nrate = "5 % p.a."\n'
    case = read(tmp_path, STOCK + REPO + 'guarantor = "NEXI"\nguarantee_fee = "1 % p.a."\n' + line).tables
    bodies = [body(case, id) for id in ("repo.ore", "credit_line.bank", "guarantor.ore")]

    assert [(who.holder, who.public) for who in bodies] == [
        ("Trade bank", False),
        ("House bank", False),
        ("NEXI", True),
    ]
    assert bodies[2].instrument == "cover"
