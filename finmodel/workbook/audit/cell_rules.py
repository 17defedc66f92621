"""Rules on what cells hold and how they look: values, texts, styles, labels, units."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

from finmodel.workbook.audit.findings import Finding
from finmodel.workbook.audit.rows import unit_heading
from finmodel.workbook.audit.view import View
from finmodel.workbook.intake.contents import EMPTY, ERROR, NUMBER, TEXT, Cell, Sheet
from finmodel.workbook.intake.formulas import address, column_letters

_NUMBER = re.compile(r"[-+(]?\s*[0-9]{1,3}(?:[0-9]*|(?:,[0-9]{3})*)(?:\.[0-9]*)?\s*%?\)?")


def caches(view: View) -> Iterator[Finding]:
    """Formulas without a value beside them: previews and other programs would see an empty model."""
    yield from _by_sheet(
        view,
        "missing-cache",
        lambda sheet, cell: bool(cell.formula) and cell.kind == EMPTY,
        "a formula without a value",
    )


def errors(view: View) -> Iterator[Finding]:
    """Cells that show an error."""
    for name, sheet in view.book.sheets.items():
        for row in sheet.rows.values():
            wrong = [cell for cell in row.values() if cell.kind == ERROR]
            if wrong:
                yield Finding("error-value", name, wrong[0].at, f"shows {wrong[0].value}", len(wrong))


def text_numbers(view: View) -> Iterator[Finding]:
    """Texts that look like numbers where a number is meant: beside numbers, or read by a formula."""
    read = view.read
    for name, sheet in view.book.sheets.items():
        frozen = sheet.frozen[0] if sheet.frozen else 1
        for row, cells in sheet.rows.items():
            beside = any(cell.formula or cell.kind == NUMBER for cell in cells.values()) and row >= frozen
            for cell in cells.values():
                text = cell.value if cell.kind == TEXT and not cell.formula and isinstance(cell.value, str) else ""
                if (
                    text
                    and len(text) <= 24
                    and _NUMBER.fullmatch(text.strip())
                    and (beside or (name, row, cell.column) in read)
                ):
                    yield Finding("text-number", name, cell.at, f'the text "{text}" looks like a number')


def input_styles(view: View) -> Iterator[Finding]:
    """A typed number that formulas read has a named style that no formula has, and no formula that of an input."""
    read = view.read
    computed = {view.style(cell) for _, cell, _ in view.formulas} | {"", "Normal"}

    def typed(sheet: Sheet, cell: Cell) -> bool:
        plain = cell.kind == NUMBER and not cell.formula and not view.is_input(cell)
        return plain and view.style(cell) in computed and (sheet.name, cell.row, cell.column) in read

    def formula(sheet: Sheet, cell: Cell) -> bool:
        return bool(cell.formula) and view.is_input(cell)

    yield from _by_sheet(view, "input-style", formula, "a formula in the style of an input")
    yield from _by_sheet(view, "input-style", typed, "a typed number that formulas read, in a style that formulas have")


def named_styles(view: View) -> Iterator[Finding]:
    """Numbers and formulas in the style Normal, or in none."""
    yield from _by_sheet(
        view,
        "named-style",
        lambda sheet, cell: (bool(cell.formula) or cell.kind == NUMBER) and view.style(cell) in ("", "Normal"),
        "no named style",
    )
    if view.book.themes != 1:
        yield Finding("theme", "", "", f"{view.book.themes} themes")


def labels(view: View) -> Iterator[Finding]:
    """A line without a label, or with the label of another line of its sheet; links repeat labels."""
    for name, lines in view.lines.items():
        sheet = view.book.sheets[name]
        made = [line for line in lines if view.shape(next(iter(line.cells.values()))).link is None]
        first: dict[str, int] = {}
        for line in lines:
            if not line.label:
                yield Finding("label", name, address(line.row, view.spans[name].first), "a line without a label")
        for line in made:
            if line.label in first:
                reason = f'the label "{line.label[:60]}" stands in row {first[line.label]} too'
                yield Finding("label", name, address(line.row, _column_of(sheet, line.row)), reason)
            elif line.label:
                first[line.label] = line.row


def units(view: View) -> Iterator[Finding]:
    """A line without a unit in the column that is headed so."""
    for name, lines in view.lines.items():
        sheet = view.book.sheets[name]
        column = unit_column(sheet, view.spans[name].first)
        if column is None:
            yield Finding("unit", name, "", 'no column left of the periods is headed "Unit"')
            continue
        for line in lines:
            cell = sheet.cell(line.row, column)
            if cell is None or cell.kind != TEXT or not str(cell.value).strip():
                reason = f'"{line.label[:60]}" has no unit in column {column_letters(column)}'
                yield Finding("unit", name, address(line.row, column), reason)


def columns(view: View) -> Iterator[Finding]:
    """Periods and units stand in the same columns on every sheet, and the same rows are frozen."""
    sheets = view.book.sheets
    places: tuple[tuple[str, str, Callable[[str], object]], ...] = (
        ("columns", "the first period stands in column", lambda name: column_letters(view.spans[name].first)),
        (
            "columns",
            "the unit stands in column",
            lambda name: _letters(unit_column(sheets[name], view.spans[name].first)),
        ),
        ("header", "the first cell that scrolls is", lambda name: _frozen(sheets[name])),
    )
    for rule, words, where in places:
        found = {name: where(name) for name in view.spans}
        usual = Counter(at for at in found.values() if at).most_common(1)
        most = usual[0][0] if usual else ""
        for name, at in found.items():
            if at != most:
                yield Finding(rule, name, "", f"{words} {at or 'none'}, on most sheets {most}")
            elif rule == "header" and not at:
                yield Finding(rule, name, "", "the header of periods is not frozen")


def unit_column(sheet: Sheet, before: int) -> int | None:
    """The column that is headed "Unit".

    Args:
        before: The column that it stands left of.
    """
    heading = unit_heading(sheet, before)
    return None if heading is None else heading[1]


def _by_sheet(view: View, rule: str, wrong: Callable[[Sheet, Cell], bool], reason: str) -> Iterator[Finding]:
    """One finding a sheet, with its first cell and how many there are."""
    for name, sheet in view.book.sheets.items():
        cells = [cell for cell in sheet.cells() if wrong(sheet, cell)]
        if cells:
            yield Finding(rule, name, cells[0].at, reason, len(cells))


def _column_of(sheet: Sheet, row: int) -> int:
    return next((column for column in sheet.rows[row] if sheet.text(row, column)), 1)


def _letters(column: int | None) -> str:
    return "" if column is None else column_letters(column)


def _frozen(sheet: Sheet) -> str:
    return "" if sheet.frozen is None else address(*sheet.frozen)
