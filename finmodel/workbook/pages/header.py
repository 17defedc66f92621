"""The six rows that open every sheet: title, live case, master check, phase, period end, number; and its columns."""

from __future__ import annotations

from collections.abc import Sequence

from finmodel.workbook.book import Book
from finmodel.workbook.cells import (
    CONSTANT,
    FIRST,
    LABEL,
    NOTE,
    OPENING,
    SECTION,
    TOTAL,
    UNIT,
    Page,
    open_column,
)
from finmodel.workbook.layout import CHECK_TOP, SWITCH_TOP
from finmodel.workbook.references import References
from finmodel.workbook.theme import theme

TITLE, CASE, CHECK, PHASE, END, NUMBER = range(1, 7)
COLUMNS = ((LABEL, "Line item"), (NOTE, "Note"), (UNIT, "Unit"), (CONSTANT, "Constant"), (TOTAL, "Total"))
FAILED_ERRORS = CHECK_TOP - 7
RESHAPED = FAILED_ERRORS + 5
LIVE_NAME, LIVE_NUMBER, SIZING_NUMBER, IS_SIZING = (SWITCH_TOP - back for back in (6, 5, 4, 3))
MASTER = f"Checks!$E${FAILED_ERRORS}"


def header(book: Book, page: Page, remark: str = "") -> None:
    """Title, live case and master check, and the widths of the house; a remark stands where others have periods."""
    width = theme().width
    names = ("section", "label", "note", "unit", "constant", "total", "opening")
    page.widths = {column: width[name] for column, name in enumerate(names, 1)}
    page.text(TITLE, SECTION, f"{book.case.name} – {page.title}", "title")
    page.text(PHASE, LABEL, remark, "subtitle")
    page.text(CASE, LABEL, book.say("Live case"), "subtitle")
    page.formula(CASE, CONSTANT, _away(page, "Scenarios", f"$E${LIVE_NAME}"), "verdict")
    page.text(CHECK, LABEL, book.say("Master check"), "subtitle")
    good, bad, shaped = book.say("OK"), book.say("FAIL"), book.say("FAIL: change the case file")
    errors, reshaped = (_away(page, "Checks", f"$E${row}") for row in (FAILED_ERRORS, RESHAPED))
    page.formula(CHECK, CONSTANT, f'IF({errors}=0,"{good}",IF({reshaped}=0,"{bad}","{shaped}"))', "verdict")
    page.verdicts.append(f"E{CHECK}")


def headings(
    book: Book, page: Page, texts: Sequence[tuple[int, str]], last: int, numbers: Sequence[int] = (CONSTANT, TOTAL)
) -> None:
    """White headings on navy over two rows; those of columns of numbers stand on the right."""
    for column, text in texts:
        page.text(NUMBER, column, book.say(text), "headnum" if column in numbers else "head")
    page.band(NUMBER, range(SECTION, last + 1), "head")
    page.band(END, range(SECTION, last + 1), "head")


def period_header(book: Book, page: Page, columns: Sequence[tuple[int, str]] = COLUMNS) -> None:
    """The header of a sheet with periods."""
    header(book, page)
    refs, periods = References(book.layout, page.name, book.count), range(FIRST, FIRST + book.count)
    page.widths |= dict.fromkeys(periods, theme().width["period"]) | {FIRST + book.count: theme().width["opening"]}
    page.text(PHASE, LABEL, book.say("Phase"), "subtitle")
    page.text(END, LABEL, book.say("Period end"), "head")
    page.formulas(PHASE, periods, _phase(book, page, refs), "phase")
    page.formulas(END, periods, refs.link(book.model.lines["time.last_day"]), "headnum", "date")
    page.formulas(NUMBER, periods, refs.link(book.model.lines["time.number"]), "headnum", "whole")
    headings(book, page, columns, OPENING)
    page.wide = True


def band(page: Page, row: int, title: str, last: int) -> None:
    """The title of a block, on pale blue.

    Args:
        row: Row of the sheet.
        title: Title of the block.
        last: Last column of the band.
    """
    page.text(row, SECTION, title, "section")
    page.band(row, range(SECTION, last + 1), "section")


def _phase(book: Book, page: Page, refs: References) -> str:
    """In words; the sheet Time says it, the others show that."""
    if page.name != "Time":
        return f"Time!{open_column(0)}{PHASE}"
    names = (("construction", "Constr."), ("operations", "Ops"), ("wind_up", "Wind-up"))
    lines = ((refs.link(book.model.lines[f"time.{id}"]), book.say(text)) for id, text in names)
    return "&".join(f'IF({flag}=1,"{text}","")' for flag, text in lines)


def _away(page: Page, sheet: str, cell: str) -> str:
    return cell if page.name == sheet else f"{sheet}!{cell}"
