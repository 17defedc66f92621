"""Transfer prices between companies: below the market, or cost and a margin; they move tax and not the books."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.deal.fin import FLAGSHIP, extended, metric, row, run
from tests.deal.ops import METAL, cost, deal
from tests.deal.test_chain import COMPANY

TAKEN = 50_000 * 1.1765 / 0.95
"""kg of ore that the metal plant takes a year: 61,921.05."""


def metal(pricing: str = "", margin: str = "") -> str:
    """The metal plant of another company, which takes its ore at a transfer price."""
    keys = (f', pricing = "{pricing}"' if pricing else "") + (f', margin = "{margin}"' if margin else "")
    text = METAL.replace('entity = "mining"', 'entity = "panels"')
    return text.replace('per_product = "1.1765x" }', f'per_product = "1.1765x"{keys} }}') + COMPANY


def test_the_transfer_price_may_lie_a_margin_below_the_market(tmp_path: Path) -> None:
    """61,921 kg at 10 USD/kg less 15 %."""
    small = deal(tmp_path, metal(margin="15 %"))

    assert small.at("node.metal.transfer", ["2029"]) == pytest.approx([TAKEN * 8.5], rel=1e-6)


def test_the_transfer_price_may_be_cost_and_a_margin(tmp_path: Path) -> None:
    """The mine costs 300,000 USD a year for 100 t: 3 USD/kg, and 10 % on top."""
    small = deal(tmp_path, metal("cost", "10 %") + cost('per_year = "300,000 USD/year"'))

    assert small.at("node.metal.transfer") == pytest.approx([TAKEN * 3.3] * 4, rel=1e-6)


def test_cost_is_the_average_of_the_stock_that_the_feed_is_taken_from(tmp_path: Path) -> None:
    """20 t of 2029 at 1 USD/kg stay in stock; in 2030, 100 t more cost 2 USD/kg: (20 + 200) / 120 = 1.8333 USD/kg."""
    rising = '[inflation.power]\nrate = "100 % p.a."\nbase = 2029-12-31\n'
    text = metal("cost") + '[product.ore]\nstock_days = "73 days"\n'
    small = deal(tmp_path, text + cost('per_kg = "1 USD/kg"\ninflation = "power"') + rising)

    assert small.at("node.metal.transfer", ["2030"]) == pytest.approx([TAKEN * 220 / 120], rel=1e-6)


def test_within_one_company_a_margin_moves_nothing(tmp_path: Path) -> None:
    text = METAL.replace('per_product = "1.1765x" }', 'per_product = "1.1765x", margin = "50 %" }')

    assert deal(tmp_path, text).works.chain.transfers == []


@pytest.mark.parametrize("keys", ['margin = "20 %"', 'pricing = "cost"\nmargin = "5 %"'])
def test_a_transfer_price_moves_taxable_income_between_companies_and_none_in_the_books(
    tmp_path: Path, keys: str
) -> None:
    """What Australia has less, Japan has more but for what stays in its stock; the group's revenue stays as it is."""
    text = f"[node.metal.takes]\n{keys}\n"
    moved, market = run(extended(tmp_path, text, FLAGSHIP)), run(FLAGSHIP)
    au, jp = (row(moved, f"taxable.net_income.{e}") - row(market, f"taxable.net_income.{e}") for e in ("au", "jp"))

    assert np.abs(au).max() > 1
    stock = np.diff(row(moved, "inventory.net_margin") - row(market, "inventory.net_margin"), prepend=0)
    assert au + jp == pytest.approx(stock, abs=1e-6)
    assert row(moved, "income.revenue") == pytest.approx(row(market, "income.revenue"))
    assert row(moved, "working.paid") == pytest.approx(row(market, "working.paid"))
    assert moved.passed


def test_the_country_that_sells_cheaper_taxes_less(tmp_path: Path) -> None:
    cheap, market = run(extended(tmp_path, '[node.metal.takes]\nmargin = "20 %"\n', FLAGSHIP)), run(FLAGSHIP)

    assert row(cheap, "tax.au.reported.paid").sum() < row(market, "tax.au.reported.paid").sum()
    assert row(cheap, "tax.jp.reported.paid").sum() > row(market, "tax.jp.reported.paid").sum()
    assert metric(cheap, "dscr_min") > 1
