"""Inputs by period: each input that has one value a period, as a row."""

from __future__ import annotations

from finmodel.workbook.book import Book
from finmodel.workbook.cells import CONSTANT, FIRST, LABEL, NOTE, TOTAL, UNIT, Page, letter
from finmodel.workbook.keys import Key
from finmodel.workbook.pages.header import NUMBER, band, period_header
from finmodel.workbook.pages.inputs import input_format, input_style, words

WIDE = 16  # for money in full
COLUMNS = ((LABEL, "Assumption"), (NOTE, "Key"), (UNIT, "Unit"), (CONSTANT, "As written"), (TOTAL, "Moved"))


def fill(book: Book, page: Page) -> bool:
    """Write the rows; their numbers are weighted by period and added, to see whether one has moved."""
    period_header(book, page, COLUMNS)
    page.widths |= {NOTE: 34, CONSTANT: 20}
    keys = {key.id: key for key in book.keys}
    if any(key.series and input_format(key) == "full" for key in book.keys):
        page.widths |= dict.fromkeys(range(FIRST, FIRST + book.count), WIDE)
    for block in book.layout.groups["Series"]:
        band(page, block.row, book.say(block.title.replace("_", " ").capitalize()), FIRST + book.count - 1)
        for row, id in enumerate(block.items, block.row + 1):
            _row(book, page, row, keys[id])
    return True


def _row(book: Book, page: Page, row: int, key: Key) -> None:
    values = book.given[key.id] if key.kind == "solved" else key.value
    assert isinstance(values, list | tuple)
    words(book, page, row, key, book.say("{label}, by period", label=book.say.given(key.id, key.label)))
    format = input_format(key)
    for column, value in enumerate(values, FIRST):
        page.number(row, column, value, input_style(key), format)
    weighted = sum(number * value for number, value in enumerate(values, 1))
    page.number(row, CONSTANT, weighted, "stamp", "science")
    last = letter(FIRST + book.count - 1)
    now = f"SUMPRODUCT($H{row}:${last}{row},$H${NUMBER}:${last}${NUMBER})"
    page.formula(row, TOTAL, f"IF(ABS({now}-$E{row})>{_tolerance(book)}*MAX(1,ABS($E{row})),1,0)", "calc", "whole")


def _tolerance(book: Book) -> str:
    spot = book.layout.constant(1e-12)
    return f"{spot.sheet}!$E${spot.row}"
