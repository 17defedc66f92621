"""Price risk in a live workbook: paths as columns of its switch, and the sheet of a simulation, named by its run."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]

import finmodel as fm
from finmodel.cli.command import command
from finmodel.kernel.errors import UsageError
from finmodel.risk.paths import worlds
from finmodel.workbook.cells import CONSTANT, FIRST, LABEL, NOTE, TOP, UNIT
from finmodel.workbook.trials import Desk
from finmodel.workbook.write import workbook_bytes
from tests.risk.deals import tiny
from tests.workbook.files import CASES, Typed, book_of

SHEET = "MonteCarlo"
DETENTE = """
[low]
label = "Low"

[low.set]
"price.oxide.deck" = "25 USD/kg"
"facility.jbic.rate" = "6 % p.a."
"""


@pytest.fixture(scope="module")
def deal(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny(tmp_path_factory.mktemp("risk")))


def test_paths_are_columns_of_the_switch_and_compute_to_the_models_numbers(deal, tmp_path, capsys):
    openpyxl = pytest.importorskip("openpyxl")
    file = tmp_path / "deal.xlsx"

    assert command(["workbook", deal, "-o", str(file), "--paths", "3,2000", "--seed", "7"]) == 0
    assert "case path 2000" in capsys.readouterr().out
    sheet = openpyxl.load_workbook(file)["Scenarios"]
    assert {"path 3", "path 2000"} <= {cell.value for row in sheet.iter_rows() for cell in row}


@pytest.mark.parametrize("typed", ["3,x", "-1", "1.5", ",".join(map(str, range(21)))])
def test_paths_that_are_no_numbers_are_refused(deal, tmp_path: Path, capsys, typed):
    assert command(["workbook", deal, "-o", str(tmp_path / "deal.xlsx"), f"--paths={typed}"]) == 2
    assert "--paths wants at most 20 numbers" in capsys.readouterr().err
    assert not (tmp_path / "deal.xlsx").exists()


@pytest.fixture(scope="module")
def simulation(deal: str) -> fm.Simulation:
    return fm.simulate(deal, paths=1_500, seed=7)


@pytest.fixture(scope="module")
def written(simulation: fm.Simulation) -> bytes:
    return workbook_bytes(simulation.prepared.base, quick=True, simulation=simulation)[0]


def rows_of(data: bytes) -> dict[str, list[Any]]:
    """Label → the cells of the first row that bears it."""
    found: dict[str, list[Any]] = {}
    for row in load_workbook(io.BytesIO(data), data_only=True)[SHEET].iter_rows():
        if isinstance(row[LABEL - 1].value, str):
            found.setdefault(row[LABEL - 1].value, [cell.value for cell in row])
    return found


def test_the_sheet_has_every_result_as_the_summary_has_it_and_names_its_run(simulation, written):
    rows, summary = rows_of(written), simulation.summary
    assert rows["Whole name of the run"][NOTE - 1] == summary.run.identity
    assert (rows["Seed"][NOTE - 1], rows["Paths"][NOTE - 1]) == ("7", "1,500")
    assert rows["Debt of every path sized on"][NOTE - 1] == summary.run.sized_on

    for name, found in summary.metrics.items():
        money = f", {summary.units[name]} m" if summary.units[name] == "USD" else ""
        cells = rows[summary.labels[name] + money]
        assert cells[NOTE - 1] == pytest.approx(summary.base[name]), name
        assert cells[UNIT - 1 : FIRST - 2] == pytest.approx([found.quantiles["p50"], found.mean, found.se]), name
        beside = [value for quantile, value in found.quantiles.items() if quantile != "p50"]
        assert cells[FIRST - 1 : FIRST + 7] == pytest.approx(beside), name
        assert cells[FIRST + 8] == pytest.approx(found.defined), name


def test_the_classes_hold_every_path_on_which_a_result_is_defined(simulation, written):
    page = load_workbook(io.BytesIO(written), data_only=True)[SHEET]
    tables = [row[0].row for row in page.iter_rows() if str(row[LABEL - 1].value).endswith(": classes, simulated")]
    assert len(tables) == len(page._charts) == 2

    for top, name in zip(tables, ("equity_irr", "dscr_min"), strict=True):
        histogram, values = simulation.histogram(name), simulation.column(name)
        shown = [page.cell(top + 1 + at, CONSTANT).value for at in range(len(histogram.counts))]
        assert shown == list(histogram.counts)
        assert sum(shown) == np.isfinite(values).sum()
        inner = (values >= histogram.edges[1]) & (values < histogram.edges[-2])
        assert sum(shown[1:-1]) == inner.sum()
        assert page.cell(top + 1, LABEL).value == "and all below"


def test_breaches_by_date_are_those_of_the_paths(simulation, written):
    page = load_workbook(io.BytesIO(written), data_only=True)[SHEET]
    head = next(row[0].row for row in page.iter_rows() if row[LABEL - 1].value == "Probability by date, simulated")
    names = {page.cell(head, column).value: column for column in range(NOTE, FIRST + 3)}
    short = {"lock_up": "Lock-up", "default": "In default", "arrears": "Arrears"}
    dates = {page.cell(row, LABEL).value: row for row in range(head + 1, page.max_row + 1)}

    assert any(simulation.summary.by_date.values())
    for name, chances in simulation.summary.by_date.items():
        for date, chance in chances.items():
            assert page.cell(dates[date], names[short[name]]).value == pytest.approx(chance.share)


def test_the_sheet_says_that_it_is_stale_once_an_input_has_moved(simulation, written):
    typed = Typed(written, book_of(simulation.prepared.base))
    assert typed.cell(f"{SHEET}!E{TOP}") == "current"

    typed.type("facility.jbic.rate", 0.07)
    assert typed.cell(f"{SHEET}!E{TOP}") == "STALE"


def test_without_a_simulation_there_is_no_such_sheet(simulation):
    data, _ = workbook_bytes(simulation.prepared.base, quick=True)

    assert SHEET not in load_workbook(io.BytesIO(data)).sheetnames


def test_a_simulation_of_another_run_is_refused(simulation, deal):
    other = fm.run(fm.load(deal, None, {"facility.jbic.rate": "6 % p.a."}))
    with pytest.raises(UsageError, match="the simulation is of another case, scenario or set of changes"):
        workbook_bytes(other, quick=True, simulation=simulation)

    changed = {"capex.plant.amount": "90 million USD"}
    held = fm.run(fm.load(deal, None, changed), hold_debt=True)
    with pytest.raises(UsageError, match="the debt of the simulation is not that of the workbook"):
        workbook_bytes(held, quick=True, simulation=fm.simulate(fm.load(deal, None, changed), 10, 1))


@pytest.mark.slow
def test_the_workbook_of_a_path_is_that_path_in_a_scenario_too(tmp_path: Path):
    """What a scenario changes and nobody draws, the rate of a loan, stands in the column of the path as well."""
    folder = tiny(tmp_path)
    (folder / "scenarios.toml").write_text(DETENTE, encoding="utf-8")
    for scenario in (None, "low"):
        case = fm.load(folder, scenario)
        risk = fm.simulate(case, 20, 3)
        desk = Desk.of(fm.run(case), worlds(case, 3, [11]))
        trial = next(trial for trial in desk.trials(desk.book(quick=False), quick=False) if "path 11" in trial.what)
        replayed = risk.replay(11)

        assert replayed.values["facility.jbic.rate"] == pytest.approx(0.06 if scenario else 0.05)
        for id, values in replayed.values.items():
            assert np.asarray(trial.expected[id]) == pytest.approx(np.asarray(values), rel=1e-9, nan_ok=True), id


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--paths", "3,100", "--simulate", "100"], "path 100 is not in the run: it has 100 paths, numbered from 0"),
        (["--paths", "20000000"], "path 20000000 is not in the run"),
        (["--simulate", "0"], "paths is a whole number from 1: got 0"),
        (["--simulate", "10", "--seed", "-1"], "seed"),
    ],
)
def test_paths_beyond_the_run_and_runs_of_nothing_are_refused_in_one_line(deal, tmp_path, capsys, options, message):
    assert command(["workbook", deal, "-o", str(tmp_path / "deal.xlsx"), *options]) == 2
    told = capsys.readouterr().err.strip()
    assert message in told
    assert "\n" not in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["--simulate=10", "--paths=3"])
def test_a_case_without_price_risk_is_refused_in_one_line(tmp_path, capsys, option):
    assert command(["workbook", str(CASES / "tiny_loan"), "-o", str(tmp_path / "deal.xlsx"), option]) == 2
    told = capsys.readouterr().err.strip()
    assert "[risk]" in told
    assert "\n" not in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_path_on_which_owners_lose_most_of_their_money_computes_in_the_workbook_too(tmp_path):
    """Path 9,999 of seed 7 returns -56 % a year by dates, which no spreadsheet finds from a guess of 10 %."""
    options = ["--paths", "9999", "--seed", "7"]

    assert command(["workbook", str(CASES / "australia_japan"), "-o", str(tmp_path / "deal.xlsx"), *options]) == 0


@pytest.mark.slow
def test_the_flagship_with_a_simulation_and_two_paths_passes_certificate_and_audit(tmp_path, capsys):
    file = str(tmp_path / "deal.xlsx")
    options = ["--quick", "--simulate", "1024", "--paths", "3,700", "--seed", "7"]
    assert command(["workbook", str(CASES / "australia_japan"), "-o", file, *options]) == 0
    assert command(["audit", file]) == 0

    book = load_workbook(file, data_only=True)
    assert {"path 3", "path 700"} <= {cell.value for row in book["Scenarios"].iter_rows() for cell in row}
    head = next(r[0].row for r in book[SHEET].iter_rows() if str(r[LABEL - 1].value).startswith("Support paid by fisc"))
    summary = fm.simulate(CASES / "australia_japan", 1024, 7).summary
    for row, (year, spread) in enumerate(summary.by_year["support_paid"].items(), head + 1):
        short = summary.chances_by_year["budget_exceeded"].get(year)
        assert book[SHEET].cell(row, LABEL).value == year
        assert book[SHEET].cell(row, NOTE).value == pytest.approx(spread.mean)
        assert book[SHEET].cell(row, FIRST + 2).value == pytest.approx(0 if short is None else short.share)
