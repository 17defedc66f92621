"""Shut-down by hand: the tiny plant, whose oxide costs 10 a kg and 2 a half-year fixed, when its price falls to 5."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from finmodel.cli.command import command
from tests.deal.fin import extended, failed, row, run

CLAUSES = """
[price.oxide.deck]
2027-01-01 = "40 USD/kg"
2028-12-31 = "40 USD/kg"
2029-01-01 = "5 USD/kg"
2030-06-30 = "5 USD/kg"
2030-07-01 = "40 USD/kg"

[cost.fixed]
label    = "Fixed cost"
node     = "plant"
per_year = "4 million USD/year"

[shutdown]
after         = "12 months"
care          = "25 %"
price         = "oxide"
restart_above = "20 USD/kg"
restart_after = "6 months"
"""
ERRORS = {"sources_equal_uses", "balance_sheet", "cash_conserved", "cash_not_negative", "tonnes_accounted_for"}
PRODUCED, MARGIN = "node.plant.produced", "shutdown.net_margin"


def test_output_stops_after_a_year_of_losses_and_starts_half_a_year_after_the_price_is_back(tmp_path: Path) -> None:
    """Losses in both halves of 2029; stopped from 2030H1; the price is back in 2030H2; output from 2031H1.

    A half-year makes 500 t: 5 x 0.5 less 10 x 0.5 less 2 is a loss of 4.5; stopped, a quarter of 2 runs on.
    """
    result = run(extended(tmp_path, CLAUSES))

    assert row(result, MARGIN)[2:9] == pytest.approx([13, 13, -4.5, -4.5, -0.5, -0.5, 13])
    assert np.asarray(result.values["shutdown.down"])[2:9].tolist() == [0, 0, 0, 0, 1, 1, 0]
    assert np.asarray(result.values[PRODUCED])[2:9].tolist() == [500, 500, 500, 500, 0, 0, 500]
    assert row(result, "cost.fixed.billed")[4:8] == pytest.approx([2, 2, 0.5, 0.5])
    assert row(result, "cost.operating.billed")[4:8] == pytest.approx([5, 5, 0, 0])
    assert failed(result) & ERRORS == set()


def test_a_loss_too_short_stops_nothing_and_a_price_back_too_short_starts_nothing(
    tmp_path: Path,
) -> None:
    short = CLAUSES.replace("2030-06-30", "2029-06-30").replace("2030-07-01", "2029-07-01")
    assert not np.asarray(run(_in(tmp_path, "a", short)).values["shutdown.down"]).any()

    again = CLAUSES.replace('restart_after = "6', 'restart_after = "12').replace(
        '2030-07-01 = "40 USD/kg"', '2030-07-01 = "40 USD/kg"\n2030-12-31 = "40 USD/kg"\n2031-01-01 = "5 USD/kg"'
    )
    assert np.asarray(run(_in(tmp_path, "b", again)).values["shutdown.down"])[6:].all()


def test_a_floor_that_pays_keeps_the_plant_running(tmp_path: Path) -> None:
    """Price support counts in the margin: at 16 a kg the loss is a profit of 1."""
    floor = """
[offtake.buyer]
label    = "Buyer"
products = ["oxide"]
quantity = "1,000 t/year"
start    = 2028-01-01
term     = "60 months"
floor    = "16 USD/kg"
"""
    result = run(extended(tmp_path, CLAUSES + floor))

    assert row(result, MARGIN)[4] == pytest.approx(1)
    assert not np.asarray(result.values["shutdown.down"]).any()


def test_a_case_that_never_loses_is_as_without_the_table(tmp_path: Path) -> None:
    steady = CLAUSES[CLAUSES.index("[cost.fixed]") :]
    plain = run(_in(tmp_path, "plain", steady[: steady.index("[shutdown]")]))
    result = run(_in(tmp_path, "shut", steady))

    assert all(result.metrics[name] == value for name, value in plain.metrics.items())


def test_paths_and_the_workbook_stop_where_the_run_does(tmp_path: Path, capsys) -> None:
    risk = '\n[risk.price.oxide]\nkind = "gbm"\nvolatility = "60 %"\n'
    deal = _in(tmp_path, "deal", CLAUSES[CLAUSES.index("[cost.fixed]") :] + risk)
    found = fm.simulate(deal, 1_024, 3, ["usual", "shutdown.down:sum"], workers=1)
    stops = sum(found.column(f"shutdown.down:sum:{year}") for year in found.store.job.keep.years)
    path = int(np.argmax(stops))

    assert 0.02 < (stops > 0).mean() < 0.9
    assert np.asarray(found.replay(path).values["shutdown.down"]).sum() == stops[path]
    assert command(["workbook", str(deal), "-o", str(tmp_path / "x.xlsx"), "--paths", str(path), "--seed", "3"]) == 0
    assert f"case path {path}" in capsys.readouterr().out


def _in(folder: Path, name: str, text: str) -> Path:
    (folder / name).mkdir()
    return extended(folder / name, text)
