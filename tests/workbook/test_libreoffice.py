"""Whole workbooks in LibreOffice: every cached value poisoned, inputs changed inside the file, against the model."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from finmodel.run.run import load, run
from finmodel.workbook.book import Book
from finmodel.workbook.cells import CONSTANT, letter
from finmodel.workbook.certificate import IN_A_CELL
from finmodel.workbook.pages.header import LIVE_NAME
from finmodel.workbook.write import workbook_bytes
from tests.workbook.files import (
    CASES,
    POISON,
    ROOT,
    book_of,
    cells_of,
    libreoffice,
    monthly,
    number,
    read_lines,
    retyped,
    word,
)
from tests.workbook.test_live import CHANGES, wrong

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("soffice") is None and "FINMODEL_CI" not in os.environ,
        reason="LibreOffice is not installed: soffice was not found",
    ),
]
# LibreOffice takes a small difference of large numbers for 0 and saves 15 digits; what is computed from such dust is
# judged by the size of the numbers that it comes from.
STEPS = 2
FLAGSHIP = CASES / "australia_japan"
# A floor, market prices, a margin, a currency, a recovery, the budget of support, a tax rate, a cost, capital cost.
MOVES = {
    "support.ndpr_floor.floor": ("105 USD/kg", 105.0),
    "price.lace.deck": ("0.60 USD/kg", 0.6),
    "price.ndpr.premium": ("1.02x", 1.02),
    "facility.jbic.rate": ("5.65 % p.a.", 0.0565),
    "fx.aud_per_usd": ("1.50 AUD/USD", 1.5),
    "node.separation.recovery": ("93 %", 0.93),
    "programme.meti.budget": ("18,000 million JPY/year", 18e9),
    "entity.jp.tax_rate": ("32 %", 0.32),
    "cost.separation_variable.per_kg": ("6 USD/kg", 6.0),
    "capex.separation.amount": ("1,300 million AUD", 1.3e9),
    "offtake.oem.take_or_pay": ("85 %", 0.85),
}


def computed(case: Path, changes: dict[str, tuple[str, float]], folder: Path, scenario: str | None = None) -> list[str]:
    """Lines of the file, changed inside and computed by LibreOffice, that differ from the case with those changes."""
    result = run(load(case))
    data, book = workbook_bytes(result, quick=True)[0], book_of(result)
    sheet = libreoffice(retyped(data, edits(book, changes, scenario)), folder)
    cells = read_lines(book, lambda name, row, column: sheet[name].cell(row, column).value)
    expected = run(load(case, scenario, {key: text for key, (text, _) in changes.items()}), hold_debt=True)

    return differing(book, expected.values, cells)


def differing(book: Book, values: Mapping[str, Any], cells: dict[str, Any]) -> list[str]:
    """Lines whose cells, computed by LibreOffice from poisoned ones, are not these values."""
    assert not any(poisoned(value) for value in cells.values())
    wanted = {
        id: IN_A_CELL.get(int(value), value) if id.endswith(".status") else value for id, value in values.items()
    }  # a cell tells whether there is a rate, not how many there are or what decides it
    return wrong(book, wanted, dates_as_numbers(cells), STEPS)


def edits(book: Book, changes: dict[str, tuple[str, float]], scenario: str | None) -> dict[str, dict[str, str]]:
    """Sheet → cell → what is typed."""
    found: dict[str, dict[str, str]] = {}
    for key, (_, value) in changes.items():
        sheet, row, columns = cells_of(book, key)
        found.setdefault(sheet, {}).update({f"{letter(column)}{row}": number(value) for column in columns})
    if scenario is not None:
        found.setdefault("Scenarios", {})[f"{letter(CONSTANT)}{LIVE_NAME}"] = word(scenario)
    return found


def poisoned(value: Any) -> bool:
    return POISON in (value if isinstance(value, list) else [value])


def dates_as_numbers(cells: dict[str, Any]) -> dict[str, Any]:
    """openpyxl shows cells with a date format as dates."""
    from openpyxl.utils.datetime import to_excel  # type: ignore[import-untyped]

    def plain(value: Any) -> Any:
        return to_excel(value) if hasattr(value, "year") else value

    return {id: [plain(v) for v in value] if isinstance(value, list) else plain(value) for id, value in cells.items()}


@pytest.mark.parametrize("case", [FLAGSHIP, ROOT / "templates" / "forms"], ids=lambda case: case.name)
def test_a_workbook_as_written_computes_to_the_numbers_of_its_run(case: Path, tmp_path: Path):
    assert computed(case, {}, tmp_path) == []


def test_eleven_inputs_changed_inside_the_flagship_give_the_run_with_those_changes(tmp_path: Path):
    assert computed(FLAGSHIP, MOVES, tmp_path) == []


def test_the_switch_and_changes_together_give_the_scenario_with_those_changes(tmp_path: Path):
    """Detente sets the premium itself, so the base cell of the premium is not read then."""
    moves = {key: move for key, move in MOVES.items() if key != "price.ndpr.premium"}

    assert computed(FLAGSHIP, moves, tmp_path, "detente") == []


def test_a_case_by_month_changed_inside_gives_the_run_with_those_changes(tmp_path: Path):
    assert computed(monthly(tmp_path), CHANGES, tmp_path / "work") == []
