"""The workbook as a file: what the house rules ask of every sheet and cell."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]

from finmodel.kernel.errors import FileError, LimitError, NumberError, UsageError
from finmodel.present import marks
from finmodel.run.run import load, run
from finmodel.workbook.cells import Page
from finmodel.workbook.frame import make_frame
from finmodel.workbook.intake.formulas import relative
from finmodel.workbook.intake.reading import read_book
from finmodel.workbook.labels import Labels
from finmodel.workbook.pack import pack
from finmodel.workbook.sheets import RULES, rule_of, sheet_name
from finmodel.workbook.write import workbook_bytes, write_workbook
from tests.workbook.files import CASES, made, opened

TINY = CASES / "tiny_loan"
PRESENTATION = ("Inputs", "Scenarios", "Checks", "Annual", "Summary", "TermSheet")
LAST = 8 + 12


def formulas() -> Iterator[tuple[str, int, int, str]]:
    """Sheet, row, column and formula of every formula."""
    for page in opened().worksheets:
        for row in page.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield page.title, cell.row, cell.column, cell.value[1:]


HOSTILE = {
    "Term loan": '=HYPERLINK("http://x")',
    "Oxide price": "+1+1",
    "Project company": "-2+3",
    "Oxide": "@SUM(A1)",
    "Operating cost": "=cmd|'/c calc'!A1",
    "Sponsor": "\\t=1+1",
}


def relabelled(folder: Path, labels: dict[str, str]) -> Path:
    """The small loan, with other labels."""
    case = folder / "case"
    case.mkdir()
    text = (TINY / "case.toml").read_text(encoding="utf-8")
    for old, new in labels.items():
        typed = new.replace('"', '\\"')
        text = re.sub(rf'(label +)= "{old}"', lambda match, typed=typed: f'{match[1]}= "{typed}"', text)
    (case / "case.toml").write_text(text, encoding="utf-8")
    return case


def test_a_row_of_periods_has_one_formula():
    rows: dict[tuple[str, int], set[str]] = {}
    for sheet, row, column, formula in formulas():
        if 8 <= column < LAST and sheet not in PRESENTATION:
            rows.setdefault((sheet, row), set()).add(relative(formula, row, column))

    assert {at: texts for at, texts in rows.items() if len(texts) > 1} == {}


def test_formulas_hold_no_numbers_but_five():
    number = re.compile(r'"[^"]*"|(?<![\w.$])([0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![\w.!:])')
    found = {match[1] for _, _, _, formula in formulas() for match in number.finditer(formula) if match[1]}

    assert found <= {"0", "1", "12", "365", "1000"}


def test_every_formula_has_its_value_beside_it():
    values = opened(values=True)

    assert [at for at in formulas() if values[at[0]].cell(at[1], at[2]).value is None] == []


def test_the_values_beside_the_formulas_are_those_of_the_run():
    book = opened(values=True)
    for name, value in run(load(TINY)).metrics.items():
        sheet, _, cell = book.defined_names[marks.output_name(name)].attr_text.partition("!")
        shown = book[sheet][cell.replace("$", "")].value
        assert shown == ("n/a" if value is None else pytest.approx(value, rel=1e-9)), name


def test_every_line_of_the_model_stands_on_one_sheet_and_in_the_index():
    lines = run(load(TINY)).model.lines
    index = opened()["LineIndex"]
    keys = [index.cell(row, 3).value for row in range(7, index.max_row + 1)]

    assert keys == list(lines)


def test_no_sheet_is_hidden_no_cell_merged_and_every_sheet_prints_on_landscape_pages():
    for page in opened().worksheets:
        assert page.sheet_state == "visible"
        assert not page.merged_cells.ranges
        assert page.page_setup.orientation == "landscape"
        assert page.page_setup.fitToWidth == 1
        assert page.oddFooter.right.text


def test_summary_and_term_sheet_are_one_page_each():
    for name in ("Summary", "TermSheet"):
        assert opened()[name].page_setup.fitToHeight == 1


def test_every_number_of_the_term_sheet_is_a_formula():
    page = opened()["TermSheet"]

    assert [cell.coordinate for row in page.iter_rows() for cell in row if cell.data_type == "n" and cell.value] == []


def test_inputs_are_named_one_by_one_and_point_to_numbers():
    book = opened()
    names = [name for name in book.defined_names if name.startswith("in_")]
    for name in names:
        sheet, _, cells = book.defined_names[name].attr_text.partition("!")
        found = book[sheet][cells.replace("$", "")]
        flat = [found] if not isinstance(found, tuple) else list(found[0])
        assert all(cell.data_type in ("n", "d") and cell.value is not None for cell in flat), name

    assert "in_facility__jbic__rate" in names
    assert "in_solved__uses" not in names


def test_the_properties_hold_the_case_and_the_logic_of_each_sheet_as_a_reader_finds_it(tmp_path: Path):
    (tmp_path / "deal.xlsx").write_bytes(made()[0])
    book = read_book(tmp_path / "deal.xlsx")
    targets = {name: props.attr_text for name, props in opened().defined_names.items()}

    assert book.custom[marks.CASE_HASH] == load(TINY).sha256
    for page in opened().worksheets:
        here = [(sheet, row, col, text) for sheet, row, col, text in formulas() if sheet == page.title]
        found = marks.fingerprint(
            [(row, column, relative(text, row, column)) for _, row, column, text in here],
            [(name, target) for name, target in targets.items() if target.startswith(f"{page.title}!")],
        )
        assert book.custom[f"{marks.LOGIC}{page.title}"] == found, page.title


def test_a_label_never_becomes_a_formula(tmp_path: Path):
    data, _ = workbook_bytes(run(load(relabelled(tmp_path, HOSTILE))), quick=True)
    cells = [cell for page in load_workbook(io.BytesIO(data)).worksheets for row in page.iter_rows() for cell in row]
    for label in HOSTILE.values():
        start = f"{label.removeprefix(chr(92) + 't')}: "
        shown = [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith(start)]
        assert len(shown) > 1, label
        assert {cell.data_type for cell in shown} == {"s"}, label


def test_a_label_with_control_letters_and_of_any_length_makes_a_file_that_opens(tmp_path: Path):
    label = "Loan\u202e \u0007" + "x" * 40_000
    page = Page("A", "A", "control")
    page.text(1, 1, label)

    assert str(page.cells[1, 1].content).startswith("Loan x")
    assert len(str(page.cells[1, 1].content)) <= 32_767


def test_a_formula_that_no_cell_holds_and_a_sheet_that_is_full_are_limits():
    page = Page("A", "A", "workings")

    with pytest.raises(LimitError, match="8192 fit a cell"):
        page.formula(1, 1, "1+" * 5_000 + "1", "calc")
    with pytest.raises(LimitError, match="more than a sheet holds"):
        page.number(1_048_577, 1, 1.0, "calc")


def test_a_section_that_no_sheet_knows_stands_on_other():
    assert rule_of("a_clause_of_tomorrow.x", {})[0].name == "Other"
    assert rule_of("product.oxide", {"oxide": "plant"}) == (RULES["Ops_{0}"], "plant")


@pytest.mark.parametrize("case", ["australia_japan", "tiny_loan"])
def test_only_lines_that_an_analyst_adds_stand_on_the_sheet_other(case: str):
    model = run(load(CASES / case)).model
    sections = {name for name in model.sections if any(id.startswith(f"{name}.") for id in model.lines)}

    assert {name for name in sections if rule_of(name, {})[0].name == "Other"} <= {"extra"}


@pytest.mark.parametrize("value", [1e300, 2.0**53 + 1, -0.0, 5e-324, -1.5e15])
def test_a_number_of_any_size_is_read_as_it_was_written(value: float):
    page = Page("A", "A", "inputs")
    page.number(1, 1, value, "input")
    frame = make_frame([page], Labels("a", {}, {}, (), "name"))

    assert load_workbook(io.BytesIO(pack(frame, [page], {})))["A"].cell(1, 1).value == value


def test_a_formula_without_a_finite_value_is_named_and_makes_no_file():
    page = Page("A", "A", "workings")
    page.formula(2, 3, "1/0", "calc")
    frame = make_frame([page], Labels("a", {}, {}, (), "name"))

    with pytest.raises(NumberError, match="A!C2 is no finite number: 1/0"):
        pack(frame, [page], {"A": {(2, 3): float("inf")}})


def test_names_of_sheets_are_short_and_unlike_each_other():
    taken: dict[str, str] = {}
    for star in ("a" * 60, "a" * 61, "A" * 60, "b/c", "b_c"):
        name = sheet_name(RULES["Ops_{0}"], star, taken)
        assert len(name) <= 31
        assert name.lower() not in taken
        assert re.fullmatch(r"\w+", name)
        taken[name.lower()] = name


def test_a_file_that_exists_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path):
    target = tmp_path / "deal.xlsx"
    target.write_text("old")
    write_workbook(run(load(TINY)), target, quick=True)

    assert target.read_bytes()[:2] == b"PK"
    assert [entry.name for entry in tmp_path.iterdir()] == ["deal.xlsx"]


def test_a_link_a_folder_and_another_ending_are_refused(tmp_path: Path):
    (tmp_path / "target").write_text("old")
    (tmp_path / "link.xlsx").symlink_to(tmp_path / "target")
    (tmp_path / "folder.xlsx").mkdir()
    result = run(load(TINY))

    for name in ("link.xlsx", "folder.xlsx", "nowhere/deal.xlsx"):
        with pytest.raises(FileError):
            write_workbook(result, tmp_path / name, quick=True)
    with pytest.raises(UsageError, match="ends in .xlsx"):
        write_workbook(result, tmp_path / "deal.xls")
    assert (tmp_path / "target").read_text() == "old"


def test_a_case_that_changed_after_its_run_is_written_as_it_was_run(tmp_path: Path):
    case = relabelled(tmp_path, {})
    result = run(load(case))
    before = parts_of(workbook_bytes(result, quick=True)[0])
    (case / "case.toml").write_text((case / "case.toml").read_text() + "\n# later\n")

    assert parts_of(workbook_bytes(result, quick=True)[0]) == before


def parts_of(data: bytes) -> dict[str, bytes]:
    """The parts of a file but for its properties, which hold the second of writing."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return {name: book.read(name) for name in book.namelist() if name != "docProps/core.xml"}
