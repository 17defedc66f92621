"""Simulated paths in a live workbook: columns of its switch, compared with the model like every other."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmodel.cli import command
from tests.risk.deals import tiny


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
