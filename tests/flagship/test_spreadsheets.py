"""Every line of whole deals as live formulas, recalculated by spreadsheet programs that know nothing of the engine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from finmodel.run.build import build
from finmodel.run.run import load, run
from tests.flagship.deal import CASES
from tests.kernel.sheets import Sheet, differences, recalculate

REFERENCE = Path(__file__).parents[1] / "cases_reference"
DEALS = [CASES / "australia_japan", CASES / "tiny_loan", REFERENCE / "reference_sculpted"]


def wrong_cells(case: Path, file: Path, engine: str) -> list[str]:
    """Lines of a deal whose cells differ from the engine's numbers by more than 1e-9 of their scale."""
    result, deal = run(load(case)), build(load(case))
    for id, given in deal.givens.items():
        value = result.given[id]
        object.__setattr__(given, "value", tuple(value) if isinstance(value, list) else value)  # inputs are frozen
    sheet = Sheet("deal", deal.model, dict(deal.givens))
    found = recalculate([sheet], file, engine)
    return differences(deal.model, result.values, {id: found["deal", id] for id in deal.model.lines})


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, marks=pytest.mark.slow if case.name == "australia_japan" else ()) for case in DEALS],
    ids=lambda case: case.name,
)
def test_every_line_recalculates_in_formualizer(case, tmp_path):
    assert wrong_cells(case, tmp_path / "deal.xlsx", "formualizer") == []


@pytest.mark.slow
@pytest.mark.parametrize("case", DEALS, ids=lambda case: case.name)
def test_every_line_recalculates_in_libreoffice(case, tmp_path):
    if shutil.which("soffice") is None and "FINMODEL_CI" not in os.environ:
        pytest.skip("LibreOffice is not installed: `soffice` was not found")

    assert wrong_cells(case, tmp_path / "deal.xlsx", "libreoffice") == []
