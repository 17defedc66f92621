"""The rows of a calendar: which fiscal year each period belongs to, and the years that head the columns."""

from __future__ import annotations

from finmodel.kernel.timeline import MONTH_NAMES
from finmodel.workbook.book import Book
from finmodel.workbook.cells import CONSTANT, FIRST, LABEL, UNIT, Page, open_column
from finmodel.workbook.fiscal_columns import Calendar
from finmodel.workbook.references import References

MONTHS = 12
WORDS = (
    "Fiscal year of each period of the timeline",
    "First fiscal year",
    "Month in which fiscal years end; 0 for December",
    "First period of the fiscal year",
    "Last period of the fiscal year",
)


def write_calendar(book: Book, page: Page, calendar: Calendar, named: bool = False) -> None:
    """Write the workings and the years.

    Args:
        named: Whether labels say the month, because the sheet has other calendars too.
    """
    refs = References(book.layout, page.name, book.count)
    periods = range(FIRST, FIRST + book.count)
    of_period, first_year, shift, first, last = calendar.rows
    suffix = f" ({book.say(MONTH_NAMES[calendar.month - 1])})" if named else ""
    for row, text in zip(calendar.rows, WORDS, strict=True):
        page.text(row, LABEL, book.say(text) + suffix)
        page.text(row, UNIT, book.say("month" if row == shift else "number"), "unit")
    page.number(shift, CONSTANT, calendar.month % MONTHS, "fixed", "whole")
    day, number = (refs.link(book.model.lines[f"time.{name}"]) for name in ("last_day", "number"))
    plain = "years" if calendar.named_by == "both" else "year"
    page.formulas(of_period, periods, calendar.name(f"YEAR(EDATE({day},-$E${shift}))"), "calc", plain)
    page.formula(first_year, CONSTANT, calendar.first, "calc", "year")
    page.formulas(calendar.head, calendar.columns, calendar.heading(number), "headnum", calendar.style)
    page.formulas(first, calendar.columns, f"{open_column(-1)}{last}+1", "calc", "whole")
    match = f"MATCH({open_column(0)}${calendar.head},{calendar.span},1)"
    page.formulas(last, calendar.columns, match, "calc", "whole")
