"""Inputs of a written workbook: what looks live moves something; what cannot be moved there is grey and says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmodel.present import marks
from finmodel.run.key_uses import STRUCTURAL, key_uses
from finmodel.run.run import load, run
from finmodel.workbook.audit.view import View
from finmodel.workbook.intake.contents import Sheet
from finmodel.workbook.intake.found_inputs import places
from finmodel.workbook.intake.reading import read_book
from finmodel.workbook.pages.header import CHECK, FAILED_ERRORS, RESHAPED
from finmodel.workbook.pages.inputs import USE
from finmodel.workbook.write import workbook_bytes
from tests.deal.fin import FLAGSHIP, TINY
from tests.workbook.files import CASES, ROOT, Typed, book_of, made

FORMS = ROOT / "templates" / "forms"
SILENT = ("Inputs", "Series", "Scenarios", "ScenarioRows", "Sensitivities", "Checks", "Guide", "Cover", "LineIndex",
          "ChangeLog", "TermSheet")  # fmt: skip
"""Sheets that hold or list inputs, or judge: to be read there alone moves no figure of the deal."""
SLOW = [pytest.param(path, marks=pytest.mark.full) for path in sorted(CASES.iterdir()) if path not in (TINY, FORMS)]


def live_inputs_that_nothing_reads(file: Path) -> list[str]:
    """Names of cells in an input style that no formula of a calculation or a statement reads, however indirectly."""
    view = View(read_book(file))
    graph = view.graph
    todo = [
        number
        for number, (sheet, (top, left, _, _)) in enumerate(graph.keys)
        if sheet not in SILENT and _formula(view.book.sheets[sheet], top, left)
    ]
    seen: set[int] = set()
    while todo:
        number = todo.pop()
        if number in seen or graph.keys[number][0] == "Checks":  # every head shows the master check
            continue
        seen.add(number)
        if graph.keys[number][0] == "Inputs" and _formula(view.book.sheets["Inputs"], *graph.keys[number][1][:2]):
            continue  # a count of what has moved reads every input
        todo += graph.reads[number]
    read = {(graph.keys[number][0], *graph.keys[number][1][:2]) for number in seen}
    found = []
    for name in view.book.names:
        sheet, cells = places(name.target)
        if not name.name.startswith(marks.INPUT) or not cells:
            continue
        cell = view.book.sheets[sheet].cell(*cells[0])
        if cell is not None and view.style(cell).startswith("Input") and not any((sheet, *at) in read for at in cells):
            found.append(name.name)
    return found


def _formula(sheet: Sheet, row: int, column: int) -> bool:
    cell = sheet.cell(row, column)
    return cell is not None and bool(cell.formula)


@pytest.mark.parametrize("case", [TINY, FORMS, *SLOW], ids=lambda path: path.name)
def test_every_input_that_looks_live_is_read_by_a_formula(case: Path, tmp_path: Path) -> None:
    data = made(case, quick=True)[0] if case in (TINY, FORMS) else workbook_bytes(run(load(case)), quick=True)[0]
    file = tmp_path / "deal.xlsx"
    file.write_bytes(data)

    assert live_inputs_that_nothing_reads(file) == []


def test_a_key_that_is_not_live_stands_in_grey_with_its_reason_beside_it(tmp_path: Path) -> None:
    """The small loan: its operations shape the lines; the cover of merchant cash sizes no fixed amount."""
    result = run(load(TINY))
    book = book_of(result)
    file = tmp_path / "deal.xlsx"
    file.write_bytes(made(TINY, quick=True)[0])
    view = View(read_book(file))
    sheet = view.book.sheets["Inputs"]
    uses = key_uses(result.case.tables, result.model)
    for key in ("timeline.operations", "sizing.dscr_merchant", "sizing.tolerance", "facility.jbic.rate"):
        spot = book.layout.inputs[key]
        row, column = (spot.row, spot.column) if spot.column else (book.layout.reads[key].row, 5)
        cell = sheet.cell(row, column)
        assert cell is not None
        assert view.style(cell).startswith("Input") == (uses[key].kind == "used"), key
        assert sheet.text(row, USE) == (uses[key].reason or "live")

    assert uses["timeline.operations"].kind == "structural"
    assert uses["sizing.dscr_merchant"].kind == "unused"


@pytest.mark.smoke
def test_a_structural_input_typed_in_the_file_fails_the_master_check_which_says_what_to_do() -> None:
    """Operations of 60 months made 54: the rows are of 60 months, so the figures are of no case."""
    typed = Typed(made(TINY, quick=True)[0], book_of(run(load(TINY))))
    before = typed.cell(f"Checks!E{FAILED_ERRORS}"), typed.cell(f"Debt!E{CHECK}")
    typed.type("timeline.operations", 54.0)

    assert before == (0, "OK")
    assert typed.cell(f"Checks!E{RESHAPED}") == 1
    assert typed.cell(f"Checks!E{FAILED_ERRORS}") >= 1
    assert typed.cell(f"Debt!E{CHECK}") == "FAIL: change the case file"


def test_an_input_that_is_used_does_not_reshape_the_model() -> None:
    typed = Typed(made(TINY, quick=True)[0], book_of(run(load(TINY))))
    typed.type("returns.npv_rate", 0.09)

    assert typed.cell(f"Checks!E{RESHAPED}") == 0
    assert typed.cell(f"Debt!E{CHECK}") == "OK"


TYPED = {
    "support.ndpr_floor.top_up_share": (0.5, 1.319),
    "offtake.oem.force_majeure_buyer": (0.5, 1.242),
}


@pytest.mark.full
def test_top_up_share_and_force_majeure_typed_into_the_flagship_move_it_as_the_engine_does() -> None:
    """Neither was typed in the case: a half of each in the file gives the cover that the engine gives."""
    result = run(load(FLAGSHIP))
    book, data = book_of(result), workbook_bytes(result, quick=True)[0]
    name = result.model.metrics["dscr_min"].line.id
    spot = book.layout.lines[name]
    for key, (value, _) in TYPED.items():
        typed = Typed(data, book)
        typed.type(key, value)
        held = run(load(FLAGSHIP, None, {key: f"{value:.0%}".replace("%", " %")}), hold_debt=True)

        assert typed.cell(f"{spot.sheet}!E{spot.row}") == pytest.approx(held.metrics["dscr_min"], rel=1e-9), key
        assert held.metrics["dscr_min"] != result.metrics["dscr_min"]


def test_the_reason_of_a_structural_key_is_what_the_count_of_changed_ones_looks_for() -> None:
    """The count adds what has moved in rows with this reason: the words are one constant."""
    assert STRUCTURAL.reason == "structural: change it in the case file"
