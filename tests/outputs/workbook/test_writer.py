"""The workbook as a file: what the house rules ask of every sheet and cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from finmodel.outputs.intake.formulas import relative
from finmodel.run import load, run
from finmodel.workbook import write_workbook
from tests.outputs.workbook.files import CASES, made, opened


def formulas() -> Iterator[tuple[str, int, int, str]]:
    """Sheet, row, column and formula of every formula."""
    for page in opened().worksheets:
        for row in page.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield page.title, cell.row, cell.column, cell.value[1:]


def test_every_cell_is_recalculated_and_compared_in_each_case_and_change():
    _, certificate = made()

    assert certificate.largest <= 1e-9
    assert [what.split()[0] for what in certificate.compared] == ["the", "case", *["change"] * 5]


def test_a_row_of_periods_has_one_formula():
    rows: dict[tuple[str, int], set[str]] = {}
    for sheet, row, column, formula in formulas():
        if 8 <= column <= 19 and sheet not in ("Inputs", "Scenarios", "Checks", "Annual", "Summary", "TermSheet"):
            rows.setdefault((sheet, row), set()).add(relative(formula, row, column))

    assert {at: texts for at, texts in rows.items() if len(texts) > 1} == {}


def test_formulas_hold_no_numbers_but_five():
    number = re.compile(r'"[^"]*"|(?<![\w.$])([0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![\w.!:])')
    found = {match[1] for _, _, _, formula in formulas() for match in number.finditer(formula) if match[1]}

    assert found <= {"0", "1", "12", "365", "1000"}


def test_every_formula_has_its_value_beside_it():
    values = opened(values=True)
    empty = [
        (sheet, row, column) for sheet, row, column, _ in formulas() if values[sheet].cell(row, column).value is None
    ]

    assert empty == []


def test_the_values_beside_the_formulas_are_those_of_the_run():
    result = run(load(CASES / "tiny_loan"))
    book = opened(values=True)
    for name, value in result.metrics.items():
        sheet, _, cell = book.defined_names[f"out_{name.replace('.', '__')}"].attr_text.partition("!")
        shown = book[sheet][cell.replace("$", "")].value
        assert shown == ("n/a" if value is None else pytest.approx(value, rel=1e-9)), name


def test_no_sheet_is_hidden_no_cell_merged_and_every_sheet_prints_on_landscape_pages():
    for page in opened().worksheets:
        assert page.sheet_state == "visible"
        assert not page.merged_cells.ranges
        assert page.page_setup.orientation == "landscape"
        assert page.page_setup.fitToWidth == 1
        assert page.oddFooter.right.text


def test_a_file_that_exists_is_replaced_whole_and_a_link_is_refused(tmp_path: Path):
    target = tmp_path / "deal.xlsx"
    target.write_text("old")
    write_workbook(run(load(CASES / "tiny_loan")), target, quick=True)

    assert target.read_bytes()[:2] == b"PK"
    assert [entry.name for entry in tmp_path.iterdir()] == ["deal.xlsx"]
