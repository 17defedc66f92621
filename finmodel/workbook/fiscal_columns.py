"""Fiscal years on a sheet: where their rows stand, and what a formula says to add up a year or to read its end."""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.kernel.timeline import NamedBy
from finmodel.present.annual import fiscal_years
from finmodel.workbook.book import Book
from finmodel.workbook.cells import FIRST, letter, open_column

ROWS = 5
DECEMBER = 12


@dataclass(frozen=True)
class Calendar:
    """Years that end in one month.

    Args:
        month: In which they end, 1 to 12.
        top: The first of five rows of workings.
        head: The row in which the years stand.
        count: Number of periods.
        years: Number of years.
        named_by: How years are named: by the calendar year of their start, of their end, or by both.
    """

    month: int
    top: int
    head: int
    count: int
    years: int
    named_by: NamedBy

    @classmethod
    def of(cls, book: Book, month: int, top: int, head: int) -> Calendar:
        """The years that end in a month, over the timeline of a book."""
        timeline = book.model.timeline
        return cls(month, top, head, book.count, len(fiscal_years(timeline, month)), timeline.named_by(month))

    @property
    def rows(self) -> range:
        """Year of each period, first year, month, first and last period of the year."""
        return range(self.top, self.top + ROWS)

    @property
    def style(self) -> str:
        """The number format that shows a year by its name."""
        return "year" if self.month == DECEMBER else "years" if self.named_by == "both" else "fiscal"

    def name(self, start: str) -> str:
        """The number that names a year, by the calendar year of its start: 202627 is shown as 2026-27."""
        if self.named_by == "both":
            return f"100*({start})+MOD({start}+1,100)"
        return f"{start}+1" if self.named_by == "end" else start

    @property
    def first(self) -> str:
        """The calendar year in which the first year starts, in which it ends if years are named by their end."""
        return f"INT(MIN({self.span})/100)" if self.named_by == "both" else f"MIN({self.span})"

    def heading(self, number: str) -> str:
        """What heads a column, by the number of the column."""
        year = f"$E${self.rows[1]}+{number}-1"
        return self.name(year) if self.named_by == "both" else year

    @property
    def columns(self) -> range:
        """One a year."""
        return range(FIRST, FIRST + self.years)

    @property
    def span(self) -> str:
        """The cells with the year of each period."""
        return f"$H${self.top}:${letter(FIRST + self.count - 1)}${self.top}"

    def flow(self, cells: str) -> str:
        """A row added up over the year; SUMIF over whole rows takes ten times as long.

        Args:
            cells: The cells of the row, as a range.
        """
        first, last = (f"INDEX({cells},1,{open_column(0)}${row})" for row in self.rows[3:])
        return f"SUM({first}:{last})"

    def end(self, cells: str) -> str:
        """What a row holds in the last period of the year.

        Args:
            cells: The cells of the row, as a range.
        """
        return f"INDEX({cells},1,{open_column(0)}${self.rows[4]})"
