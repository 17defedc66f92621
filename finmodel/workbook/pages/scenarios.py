"""Scenarios: the live switch, one column for each case, and what each of them changes."""

from __future__ import annotations

from finmodel.workbook.book import Book
from finmodel.workbook.cells import CONSTANT, FIRST, LABEL, NOTE, TOTAL, UNIT, Page, letter
from finmodel.workbook.keys import Key
from finmodel.workbook.layout import SWITCH_TOP
from finmodel.workbook.pages.header import (
    IS_SIZING,
    LIVE_NAME,
    LIVE_NUMBER,
    NUMBER,
    SIZING_NUMBER,
    band,
    header,
    headings,
)
from finmodel.workbook.pages.inputs import input_format, words
from finmodel.workbook.theme import format_of, unit_text

COLUMNS = ((LABEL, "Assumption"), (NOTE, "Key"), (UNIT, "Unit"), (CONSTANT, "Base"), (TOTAL, "Live case"))


def fill(book: Book, page: Page) -> bool:
    """Write the switch, the inputs that a case changes, and the results of each case as the engine has them."""
    last = FIRST + len(book.cases) - 1
    header(book, page)
    headings(book, page, COLUMNS, last, range(CONSTANT, last + 1))
    page.widths |= {NOTE: 34, CONSTANT: 20} | dict.fromkeys(range(FIRST, last + 1), 22)
    names = f"$H${NUMBER}:${letter(last)}${NUMBER}"
    for column, case in enumerate(book.cases, FIRST):
        page.text(NUMBER, column, case.name, "headnum")
    _switch(book, page, names)
    row = _changes(book, page, last)
    _results(book, page, row + 2, last)
    return True


def _switch(book: Book, page: Page, names: str) -> None:
    rows = (
        (LIVE_NAME, "Live case: choose here", "name"),
        (LIVE_NUMBER, "Number of the live case", "count"),
        (SIZING_NUMBER, "Number of the case that debt was sized on; 0 when it is none of these", "count"),
        (IS_SIZING, "The live case is the one that debt was sized on", "flag"),
    )
    band(page, LIVE_NAME - 1, book.say("Live switch"), FIRST + len(book.cases) - 1)
    for row, label, unit in rows:
        page.text(row, LABEL, book.say(label))
        page.text(row, UNIT, book.say(unit), "unit")
    page.text(LIVE_NAME, CONSTANT, book.cases[book.live - 1].name, "input")
    page.choices.append((f"E{LIVE_NAME}", names))
    page.formula(LIVE_NUMBER, CONSTANT, f"MATCH($E${LIVE_NAME},{names},0)", "calc", "count")
    page.number(SIZING_NUMBER, CONSTANT, book.sizing, "fixed", "count")
    page.formula(IS_SIZING, CONSTANT, f"IF($E${LIVE_NUMBER}=$E${SIZING_NUMBER},1,0)", "calc", "count")
    for column, case in enumerate(book.cases, FIRST):
        page.text(LIVE_NAME, column, book.say(case.label), "note")
        if case.probability is not None:
            page.number(LIVE_NUMBER, column, case.probability, "fixed", "percent")
    page.text(LIVE_NUMBER, NOTE, book.say("probability →"), "note")


def _changes(book: Book, page: Page, last: int) -> int:
    keys = {key.id: key for key in book.keys}
    band(page, SWITCH_TOP, book.say("Inputs that a case changes; an empty cell is as in the base case"), last)
    row = SWITCH_TOP
    for id in book.overridden:
        spot = book.layout.reads[id]
        if spot.sheet == "Scenarios":
            row = spot.row
            _change(book, page, row, keys[id], last)
    for at, (name, why) in enumerate(book.refused.items(), row + 2):
        page.text(at, LABEL, book.say("{name} has no column: {why}", name=name, why=why), "note")
        row = at
    return row


def _change(book: Book, page: Page, row: int, key: Key, last: int) -> None:
    format = input_format(key)
    words(book, page, row, key, book.say("{label}, by case", label=book.say.given(key.id, key.label)))
    page.formula(row, FIRST, f"Inputs!$E${book.layout.inputs[key.id].row}", "link", format)
    page.blank(row, range(FIRST + 1, last + 1), "input", format)
    for column, case in enumerate(book.cases[1:], FIRST + 1):
        value = case.values.get(key.id)
        if isinstance(value, float | int):
            page.number(row, column, value, "input", format)
    chosen = f"INDEX($H{row}:${letter(last)}{row},1,$E${LIVE_NUMBER})"
    page.formula(row, TOTAL, f"IF(COUNT({chosen})=1,{chosen},$H{row})", "calc", format)


def _results(book: Book, page: Page, row: int, last: int) -> None:
    """What the engine found for each case, as it stood when the file was written."""
    if not book.stamped:
        return
    band(page, row, book.say("Results of each case when the file was written"), last)
    for at, (name, metric) in enumerate(book.model.metrics.items(), row + 1):
        format = format_of(metric.line.unit, name)
        page.text(at, LABEL, book.say("{label}, by case", label=book.say.line(metric.line)))
        page.text(at, NOTE, name, "note")
        page.text(at, UNIT, book.say.unit(unit_text(metric.line.unit, format)), "unit")
        for column, case in enumerate(book.cases, FIRST):
            value = book.stamped.get(case.name, {}).get(name)
            if value is None:
                page.text(at, column, "n/a" if case.name in book.stamped else "", "stamp")
            else:
                page.number(at, column, value, "stamp", format)
