"""Sheets of lines: one row each, one formula a row, in blocks by clause of the term sheet."""

from __future__ import annotations

from finmodel.kernel.faces.excel import excel_text
from finmodel.kernel.model import Line
from finmodel.workbook.book import Book
from finmodel.workbook.cells import CONSTANT, FIRST, LABEL, NOTE, OPENING, TOTAL, UNIT, Page, letter
from finmodel.workbook.flows import is_flow
from finmodel.workbook.layout import Sheet
from finmodel.workbook.pages.header import band, period_header
from finmodel.workbook.references import References, is_link
from finmodel.workbook.theme import format_of, unit_text


def fill_lines(book: Book, page: Page, sheet: Sheet) -> None:
    """Write the blocks of a sheet."""
    period_header(book, page)
    refs = References(book.layout, page.name, book.count)
    for block in sheet.blocks:
        band(page, block.row, book.say(block.title), FIRST + book.count - 1)
        for row, id in enumerate(block.items, block.row + 1):
            _line(book, page, refs, row, book.model.lines[id])


def _line(book: Book, page: Page, refs: References, row: int, line: Line) -> None:
    format = "tiny" if line.kind == "check" else format_of(line.unit, line.id, book.result.values.get(line.id))
    closing = line.id.endswith(".closing")
    page.text(row, LABEL, book.labels[line.id], "strong" if closing else "label")
    page.text(row, NOTE, book.say(_note(book, line)), "note")
    page.text(row, UNIT, book.say.unit(unit_text(line.unit, format)), "unit")
    formula = refs.formula(line)
    style = "closing" if closing else "link" if is_link(line) and "!" in formula else "calc"
    if not line.series:
        page.formula(row, CONSTANT, formula, style, format)
        return
    page.formulas(row, range(FIRST, FIRST + book.count), formula, style, format)
    _edges(book, page, refs, (row, format), line)
    if line.kind == "line" and is_flow(line):
        last = letter(FIRST + book.count - 1)
        page.formula(row, TOTAL, f"SUM({letter(FIRST)}{row}:{last}{row})", "total", format)


def _edges(book: Book, page: Page, refs: References, place: tuple[int, str], line: Line) -> None:
    """What stands before the first and after the last period, where a formula looks there."""
    row, format = place
    for ahead, column in ((False, OPENING), (True, FIRST + book.count)):
        start = book.layout.starts.get((line.id, ahead))
        if start is not None:
            page.formula(row, column, excel_text(start, refs), "edge", format)


def _note(book: Book, line: Line) -> str:
    if line.id in book.model.checks:
        return book.model.checks[line.id]
    if line.kind == "display":
        return "display"
    return "residual" if line.id.endswith("_residual") else ""
