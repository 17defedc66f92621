"""Annual: cash flow, debt, support, revenue, owners and the statements by fiscal year; nothing reads it but charts."""

from __future__ import annotations

from finmodel.kernel.timeline import MONTH_NAMES
from finmodel.workbook.book import Book
from finmodel.workbook.cells import CONSTANT, FIRST, LABEL, TOTAL, UNIT, Page, letter
from finmodel.workbook.pages.calendar import write_calendar
from finmodel.workbook.pages.header import END, band, header, headings
from finmodel.workbook.theme import format_of, theme, unit_text
from finmodel.workbook.year_rows import YearRow, calendar_of, year_blocks, year_formula, years_of

COLUMNS = ((LABEL, "Line item"), (UNIT, "Unit"), (CONSTANT, "Constant"), (TOTAL, "Total"))


def fill(book: Book, page: Page) -> bool:
    """Write the rows of the model by fiscal year."""
    header(book, page)
    years = range(FIRST, FIRST + years_of(book))
    headings(book, page, COLUMNS, years[-1])
    page.widths |= dict.fromkeys(range(FIRST, FIRST + book.count), theme().width["period"])
    _calendar(book, page)
    for block in year_blocks(book):
        band(page, block.row, block.title, years[-1])
        for row in block.rows:
            _row(book, page, row, years)
    page.print_area = f"A1:{letter(years[-1])}{page.last_row}"
    return True


def _calendar(book: Book, page: Page) -> None:
    """Which year each period belongs to, and the years that head the columns."""
    calendar = calendar_of(book)
    page.text(END, LABEL, book.say("Years end in {month}", month=book.say(MONTH_NAMES[calendar.month - 1])), "head")
    write_calendar(book, page, calendar)


def _row(book: Book, page: Page, row: YearRow, years: range) -> None:
    line = row.terms[0][1]
    format = format_of(line.unit, line.id)
    page.text(row.row, LABEL, book.say("{label}, by year", label=row.label))
    page.text(row.row, UNIT, book.say.unit(unit_text(line.unit, format)), "unit")
    page.formulas(row.row, years, year_formula(book, row), "calc", format)
    if row.measure == "flow":
        page.formula(row.row, TOTAL, f"SUM(H{row.row}:{letter(years[-1])}{row.row})", "total", format)
