"""Annual: cash flow, debt, support, revenue, owners and the statements by fiscal year; nothing reads it but charts."""

from __future__ import annotations

from finmodel.base.timeline import MONTH_NAMES
from finmodel.outputs.workbook.book import Book
from finmodel.outputs.workbook.cells import CONSTANT, FIRST, LABEL, TOTAL, UNIT, Page, letter, open_column
from finmodel.outputs.workbook.pages.header import END, NUMBER, band, header, headings
from finmodel.outputs.workbook.references import References
from finmodel.outputs.workbook.theme import format_of, theme, unit_text
from finmodel.outputs.workbook.years import (
    FIRST_PERIOD,
    FIRST_YEAR,
    LAST_PERIOD,
    SHIFT,
    YEAR_OF_PERIOD,
    YearRow,
    year_blocks,
    year_formula,
    years_of,
)

MONTHS = 12
COLUMNS = ((LABEL, "Line item"), (UNIT, "Unit"), (CONSTANT, "Constant"), (TOTAL, "Total"))


def fill(book: Book, page: Page) -> bool:
    """Write the rows of the model by fiscal year."""
    header(book, page)
    years = range(FIRST, FIRST + years_of(book))
    headings(book, page, COLUMNS, years[-1])
    page.widths |= dict.fromkeys(range(FIRST, FIRST + book.count), theme().width["period"])
    _calendar(book, page, years)
    for block in year_blocks(book):
        band(page, block.row, block.title, years[-1])
        for row in block.rows:
            _row(book, page, row, years)
    page.print_area = f"A1:{letter(years[-1])}{page.last_row}"
    return True


def _calendar(book: Book, page: Page, years: range) -> None:
    """Which year each period belongs to, and the years that head the columns."""
    refs, month = References(book.layout, page.name, book.count), book.model.timeline.year_end
    periods = range(FIRST, FIRST + book.count)
    words = (
        (YEAR_OF_PERIOD, "Fiscal year of each period of the timeline"),
        (FIRST_YEAR, "First fiscal year"),
        (SHIFT, "Month in which fiscal years end; 0 for December"),
        (FIRST_PERIOD, "First period of the fiscal year"),
        (LAST_PERIOD, "Last period of the fiscal year"),
    )
    for row, text in words:
        page.text(row, LABEL, book.say(text))
        page.text(row, UNIT, book.say("month" if row == SHIFT else "number"), "unit")
    page.number(SHIFT, CONSTANT, month % MONTHS, "fixed", "whole")
    day = refs.link(book.model.lines["time.last_day"])
    page.formulas(YEAR_OF_PERIOD, periods, f"YEAR(EDATE({day},-$E${SHIFT}))", "calc", "year")
    span = f"$H${YEAR_OF_PERIOD}:${letter(periods[-1])}${YEAR_OF_PERIOD}"
    page.formula(FIRST_YEAR, CONSTANT, f"MIN({span})", "calc", "year")
    page.text(END, LABEL, book.say("Years end in {month}", month=book.say(MONTH_NAMES[month - 1])), "head")
    number = refs.link(book.model.lines["time.number"])
    style = "year" if month == MONTHS else "fiscal"
    page.formulas(NUMBER, years, f"$E${FIRST_YEAR}+{number}-1", "headnum", style)
    page.formulas(FIRST_PERIOD, years, f"{open_column(-1)}{LAST_PERIOD}+1", "calc", "whole")
    page.formulas(LAST_PERIOD, years, f"MATCH({open_column(0)}${NUMBER},{span},1)", "calc", "whole")


def _row(book: Book, page: Page, row: YearRow, years: range) -> None:
    line = row.terms[0][1]
    format = format_of(line.unit, line.id)
    page.text(row.row, LABEL, book.say("{label}, by year", label=row.label))
    page.text(row.row, UNIT, book.say.unit(unit_text(line.unit, format)), "unit")
    page.formulas(row.row, years, year_formula(book, row), "calc", format)
    if row.measure == "flow":
        page.formula(row.row, TOTAL, f"SUM(H{row.row}:{letter(years[-1])}{row.row})", "total", format)
