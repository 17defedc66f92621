"""Scenarios by period: rows that a case changes, one row a case, and the row that is live."""

from __future__ import annotations

from collections.abc import Sequence

from finmodel.workbook.book import BASE, Book, LiveCase
from finmodel.workbook.cells import FIRST, LABEL, NOTE, UNIT, Page, open_column
from finmodel.workbook.keys import Key
from finmodel.workbook.layout import Block
from finmodel.workbook.pages.header import LIVE_NUMBER, band, period_header
from finmodel.workbook.pages.inputs import input_format
from finmodel.workbook.pages.series import WIDE
from finmodel.workbook.references import References
from finmodel.workbook.theme import unit_text


def fill(book: Book, page: Page) -> bool:
    """Write a block for each input by period that a case changes."""
    blocks = book.layout.groups["ScenarioRows"]
    if not blocks:
        return False
    period_header(book, page)
    page.widths |= {NOTE: 34}
    if any(input_format(key) == "full" for key in book.keys if key.id in {block.title for block in blocks}):
        page.widths |= dict.fromkeys(range(FIRST, FIRST + book.count), WIDE)
    keys = {key.id: key for key in book.keys}
    for block in blocks:
        key = keys[block.title]
        band(page, block.row, book.say.given(key.id, key.label), FIRST + book.count - 1)
        _block(book, page, block, key)
    return True


def _block(book: Book, page: Page, block: Block, key: Key) -> None:
    periods, format = range(FIRST, FIRST + book.count), input_format(key)
    base = References(book.layout, page.name, book.count).scalar(book.layout.inputs[key.id])
    for row, case in enumerate(book.cases, block.row + 1):
        _words(book, page, row, key, case.name)
        values = _values(case, key, book.count)
        if values is None:
            page.formulas(row, periods, base, "link", format)
        for column, value in zip(periods, values or (), strict=False):
            page.number(row, column, value, "input", format)
    live = block.row + len(block.items)
    _words(book, page, live, key, book.say("live case"))
    rows = f"{open_column(0)}{block.row + 1}:{open_column(0)}{live - 1}"
    page.formulas(live, periods, f"INDEX({rows},Scenarios!$E${LIVE_NUMBER},1)", "closing", format)


def _values(case: LiveCase, key: Key, count: int) -> Sequence[float] | None:
    """A case's own row; None where it is as in the base case."""
    value = case.values.get(key.id)
    if value is None or case.name == BASE:
        return None
    return value if isinstance(value, list | tuple) else (float(value),) * count


def _words(book: Book, page: Page, row: int, key: Key, case: str) -> None:
    label = book.say.given(key.id, key.label)
    page.text(row, LABEL, book.say("{label}: {case}", label=label, case=case))
    page.text(row, NOTE, key.id, "note")
    page.text(row, UNIT, book.say.unit(unit_text(key.unit, input_format(key))), "unit")
