"""Simulated paths in a workbook leave its scenarios where they are: a row for drawn inputs is no other logic."""

from __future__ import annotations

from pathlib import Path

import pytest

import finmodel as fm
from finmodel.risk.paths import worlds
from finmodel.workbook.trials import Desk
from finmodel.workbook.write import workbook_bytes
from tests.test_case_value import deal


@pytest.mark.parametrize("scenario", [None, "weak"])
def test_scenarios_stand_beside_paths_and_compute_to_the_models_numbers(tmp_path: Path, scenario: str | None) -> None:
    """The certificate compares every line in each column; the drawn price is a row there and one number here."""
    result = fm.run(fm.load(deal(tmp_path), scenario))
    drawn = worlds(result.case, 7, [3, 9])
    desk = Desk.of(result, drawn)
    _, certificate = workbook_bytes(result, paths=drawn)

    assert [column.live.name for column in desk.columns] == ["weak", "strong", "lenders", "path 3", "path 9"]
    assert desk.refused == {}
    columns = ("base", "weak", "strong", "lenders", "path 3", "path 9")
    assert [name for name in certificate.compared if name.startswith("case ")] == [f"case {name}" for name in columns]


def test_a_scenario_that_has_another_row_than_the_base_is_a_column_too(tmp_path: Path) -> None:
    folder = deal(tmp_path)
    scenarios = folder / "scenarios.toml"
    dated = '{ "price.oxide.deck" = { 2027-01-01 = "34 USD/kg", 2030-01-01 = "30 USD/kg" } }'
    text = scenarios.read_text(encoding="utf-8")
    scenarios.write_text(text.replace('{ "price.oxide.deck" = "34 USD/kg" }', dated), encoding="utf-8")
    result = fm.run(folder)

    assert Desk.of(result, worlds(result.case, 1, [0])).refused == {}
