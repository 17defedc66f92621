"""Inputs: the assumptions book. Each input once, with unit, bounds, source, and whether it has moved since."""

from __future__ import annotations

from finmodel.run.key_uses import STRUCTURAL
from finmodel.workbook.book import Book
from finmodel.workbook.cells import CONSTANT, FIRST, LABEL, NOTE, TOP, TOTAL, UNIT, Page
from finmodel.workbook.keys import Key
from finmodel.workbook.layout import INPUT_TOP, Block
from finmodel.workbook.pages.header import band, header, headings
from finmodel.workbook.references import PLAIN_NUMBERS
from finmodel.workbook.theme import format_of, unit_text

LOWEST, HIGHEST, WRITTEN, MOVED, USE, CONFIDENCE, WHERE, SOURCE = range(FIRST, FIRST + 8)
LAST = SOURCE
COLUMNS = (
    (LABEL, "Assumption"), (NOTE, "Key"), (UNIT, "Unit"), (CONSTANT, "Value"), (TOTAL, "Live case"),
    (LOWEST, "Lowest"), (HIGHEST, "Highest"), (USE, "Use"), (CONFIDENCE, "Confidence"), (SOURCE, "Source"),
    (WHERE, "File and line"), (WRITTEN, "As written"), (MOVED, "Moved"),
)  # fmt: skip
WIDTHS = {NOTE: 34, LOWEST: 15, HIGHEST: 15, CONSTANT: 20, USE: 34, CONFIDENCE: 11, SOURCE: 80, WHERE: 32, WRITTEN: 20}
SOURCE_LETTERS, LINE_HEIGHT = 95, 11.5
CHANGED, RESHAPED = TOP, TOP + 1
RESHAPED_TEXT = "Structural inputs changed: change them in a case file and write the workbook again"


def fill(book: Book, page: Page) -> bool:
    """Write the assumptions book, and the numbers that formulas need beyond 0 and 1."""
    header(book, page)
    headings(book, page, COLUMNS, LAST, (CONSTANT, TOTAL, LOWEST, HIGHEST, WRITTEN, MOVED))
    page.widths |= WIDTHS
    page.text(CHANGED, LABEL, book.say("Inputs changed since the file was written"))
    page.text(RESHAPED, LABEL, book.say(RESHAPED_TEXT))
    for row in (CHANGED, RESHAPED):
        page.text(row, UNIT, book.say("count"), "unit")
    keys = {key.id: key for key in book.keys}
    for block in book.layout.groups["Inputs"]:
        _block(book, page, block, keys)
    _constants(book, page)
    last = page.last_row
    rows = f"SUM($K{INPUT_TOP}:$K{last})"
    page.formula(CHANGED, CONSTANT, f"{rows}+{_rows_moved(book)}", "calc", "count")
    structural = f'SUMIF($L${INPUT_TOP}:$L${last},"{book.say(STRUCTURAL.reason)}",$K${INPUT_TOP}:$K${last})'
    page.formula(RESHAPED, CONSTANT, structural, "calc", "count")
    return True


def _rows_moved(book: Book) -> str:
    blocks = book.layout.groups["Series"]
    last = max((block.row + len(block.items) for block in blocks), default=TOP)
    return f"SUM(Series!$F${TOP}:$F${last})"


def _block(book: Book, page: Page, block: Block, keys: dict[str, Key]) -> None:
    band(page, block.row, book.say(block.title.replace("_", " ").capitalize()), LAST)
    for row, id in enumerate(block.items, block.row + 1):
        _row(book, page, row, keys[id])


def _row(book: Book, page: Page, row: int, key: Key) -> None:
    words(book, page, row, key, book.say.given(key.id, key.label))
    format = input_format(key)
    for column, bound in zip((LOWEST, HIGHEST), key.bounds, strict=True):
        if bound is not None:
            page.number(row, column, bound, "fixed", format)
    page.text(row, USE, book.say(key.reason or ("live" if key.live else "")), "note")
    page.text(row, CONFIDENCE, "" if isinstance(key.value, str) else book.say(key.confidence), "note")
    lines = 1 + len(key.source) // SOURCE_LETTERS
    page.text(row, SOURCE, key.source, "note" if lines == 1 else "source")
    page.heights |= {row: LINE_HEIGHT * lines} if lines > 1 else {}
    page.text(row, WHERE, key.where, "note")
    if isinstance(key.value, str):
        page.text(row, CONSTANT, key.value, "setting")
    elif isinstance(key.value, tuple):
        page.text(row, CONSTANT, book.say("by period"), "fixed")
    else:
        page.number(row, CONSTANT, _value(book, key), input_style(key), format)
        page.number(row, WRITTEN, _value(book, key), "stamp", format)
        page.formula(row, MOVED, f"IF($E{row}=$J{row},0,1)", "calc", "whole")
    spot = book.layout.reads[key.id]
    if spot.sheet == "Scenarios":
        page.formula(row, TOTAL, f"Scenarios!$F${spot.row}", "link", format)


def words(book: Book, page: Page, row: int, key: Key, label: str) -> None:
    """The label, the key and the unit of an input."""
    page.text(row, LABEL, label)
    page.text(row, NOTE, key.id, "note")
    unit = book.say.unit(unit_text(key.unit, input_format(key)))
    page.text(row, UNIT, book.say("setting") if isinstance(key.value, str) else unit, "unit")


def input_style(key: Key) -> str:
    """Inputs are blue on yellow; what shapes the lines is not for editing; what the engine found is purple."""
    return "input" if key.live and key.kind == "case" else "solved" if key.kind == "solved" else "fixed"


def input_format(key: Key) -> str:
    """Money is typed in full, so that nobody is out by a million; what is not typed is shown in millions."""
    if key.typed.startswith("%"):
        return "percent"
    format = format_of(key.unit, key.id, key.value)
    return "full" if format == "money" and key.kind == "case" else format


def _value(book: Book, key: Key) -> float:
    value = book.given.get(key.id, key.value) if key.kind == "solved" else key.value
    assert isinstance(value, float | int)
    return float(value)


def _constants(book: Book, page: Page) -> None:
    band(page, book.layout.first_constant - 1, book.say("Numbers that formulas use"), LAST)
    for value, row in book.layout.constants.items():
        assert value not in PLAIN_NUMBERS
        whole = value == int(value)
        words_ = "Periods looked back or ahead: {value}" if whole else "Tolerance: {value}"
        page.text(row, LABEL, book.say(words_, value=f"{value:g}"))
        page.text(row, UNIT, book.say("ratio"), "unit")
        page.number(row, CONSTANT, value, "fixed", "whole" if whole else "tiny")
        page.text(row, CONFIDENCE, book.say("convention"), "note")
