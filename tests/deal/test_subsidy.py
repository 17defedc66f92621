"""A subsidy per kg made, worked by hand: its window, ceiling, currency, lag, and what it does to a deal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.deal.fin import TINY, extended, failed, row, run
from tests.deal.ops import YEARS, by_date, deal


def green(more: str = "", ceiling: str = "1 million USD", end: str = "2032-12-31", node: str = "mine") -> str:
    """2 USD on each kg of 100 t a year: 200,000 USD a year."""
    window = f"start = 2030-01-01\nend = {end}"
    rows = f'payer = "Ministry"\nnode = "{node}"\nper_kg = "2 USD/kg"\n{window}\nceiling = "{ceiling}"\n{more}'
    return f'[subsidy.green]\nlabel = "Green refining"\n{rows}\n'


def test_each_kg_made_within_the_window_earns_the_subsidy(tmp_path: Path) -> None:
    small = deal(tmp_path, green(end="2031-12-31"))

    assert small.at("subsidy.green.earned") == pytest.approx([0, 200_000, 200_000, 0])
    assert small.at("operations.net_cash") == pytest.approx([1_000_000, 1_200_000, 1_200_000, 1_000_000])


def test_a_subsidy_stops_at_its_ceiling(tmp_path: Path) -> None:
    small = deal(tmp_path, green(ceiling="350,000 USD"))

    assert small.at("subsidy.green.earned") == pytest.approx([0, 200_000, 150_000, 0])


def test_a_subsidy_grows_with_its_index(tmp_path: Path) -> None:
    """Prices of 2028: 1.21, 1.331 and 1.4641 of them."""
    small = deal(tmp_path, green('inflation = "us"'))

    assert small.at("subsidy.green.earned") == pytest.approx([0, 242_000, 266_200, 292_820])


def test_a_ceiling_in_yen_meets_dollars_at_the_rate_of_the_day(tmp_path: Path) -> None:
    """20m JPY at 100, then 20m of 25m JPY at 125 up to a ceiling of 40m: 160,000 USD."""
    rate = by_date({"2028-01-01": "100 JPY/USD", "2031-01-01": "125 JPY/USD"})
    small = deal(tmp_path, f"[fx]\njpy_per_usd = {rate}\n{green(ceiling='40 million JPY')}")

    assert small.at("subsidy.green.earned") == pytest.approx([0, 200_000, 160_000, 0])


def test_a_subsidy_is_received_a_lag_later(tmp_path: Path) -> None:
    small = deal(tmp_path, green('lag = "12 months"'))

    assert small.at("subsidy.green.received", [*YEARS, "2033"]) == pytest.approx([0, 0, *[200_000] * 3])
    assert small.at("subsidy.green.receivable.closing", [*YEARS, "2033"]) == pytest.approx([0, *[200_000] * 3, 0])


@pytest.mark.parametrize(("taxable", "taxed"), [("true", 200_000), ("false", 0)])
def test_a_subsidy_is_taxed_unless_it_is_keyed_out(tmp_path: Path, taxable: str, taxed: float) -> None:
    small = deal(tmp_path, green(f"taxable = {taxable}"))
    noted = small.model.register.taxed.get("mining", [])

    assert len(noted) == (taxed > 0)


@pytest.mark.parametrize("seed", range(10))
def test_a_deal_with_any_subsidy_conserves_cash_and_balances(tmp_path: Path, seed: int) -> None:
    draw = np.random.default_rng(seed)
    node = next(iter(run(TINY).case.tables.node))
    more = f'lag = "{draw.integers(0, 3) * 6} months"\ntaxable = {str(bool(draw.integers(0, 2))).lower()}\n'
    text = green(more, f"{draw.integers(1, 9)} million USD", node=node)
    wind_up = '[timeline]\nwind_up = "12 months"\n'
    result = run(extended(tmp_path, f"{wind_up}{text}"))

    assert row(result, "subsidy.green.received").sum() == pytest.approx(row(result, "subsidy.green.earned").sum())
    assert failed(result) == set()
