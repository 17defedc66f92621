"""Fiscal years on a sheet: where their rows stand, and what a formula says to add up a year or to read its end."""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.outputs.annual import fiscal_years
from finmodel.outputs.workbook.book import Book
from finmodel.outputs.workbook.cells import FIRST, letter, open_column

ROWS = 5


@dataclass(frozen=True)
class Calendar:
    """Years that end in one month.

    Args:
        month: In which they end, 1 to 12.
        top: The first of five rows of workings.
        head: The row in which the years stand.
        count: Number of periods.
        years: Number of years.
    """

    month: int
    top: int
    head: int
    count: int
    years: int

    @classmethod
    def of(cls, book: Book, month: int, top: int, head: int) -> Calendar:
        """The years that end in a month, over the timeline of a book."""
        return cls(month, top, head, book.count, len(fiscal_years(book.model.timeline, month)))

    @property
    def rows(self) -> range:
        """Year of each period, first year, month, first and last period of the year."""
        return range(self.top, self.top + ROWS)

    @property
    def columns(self) -> range:
        """One a year."""
        return range(FIRST, FIRST + self.years)

    @property
    def span(self) -> str:
        """The cells with the year of each period."""
        return f"$H${self.top}:${letter(FIRST + self.count - 1)}${self.top}"

    def flow(self, cells: str) -> str:
        """A row added up over the year; SUMIF over whole rows takes ten times as long."""
        first, last = (f"INDEX({cells},1,{open_column(0)}${row})" for row in self.rows[3:])
        return f"SUM({first}:{last})"

    def end(self, cells: str) -> str:
        """What a row holds in the last period of the year."""
        return f"INDEX({cells},1,{open_column(0)}${self.rows[4]})"
