"""Small tables of presentation sheets: a navy head, rows with a rule below, a total."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from finmodel.workbook.cells import HEADER_ROWS, LABEL, TOTAL, Page

ALL = range(LABEL, TOTAL + 1)
ROWS_A_PAGE = 46  # below the header, of a sheet as wide as A4 in landscape reads well


def head(page: Page, row: int, texts: Mapping[int, str], columns: Sequence[int]) -> None:
    """The head of a table."""
    for column, text in texts.items():
        page.text(row, column, text, "head" if column == columns[0] else "headnum")
    page.band(row, columns, "head")


def entry(page: Page, row: int, label: str, columns: Sequence[int] = ALL, style: str = "row") -> None:
    """The label of a row, with a rule under all of it."""
    page.text(row, columns[0], label, style)
    page.band(row, columns, style)


def total(page: Page, row: int, label: str, columns: Sequence[int] = ALL) -> None:
    """The label of a total, with a rule above all of it."""
    entry(page, row, label, columns, "strong")


def keep(page: Page, row: int, height: int) -> None:
    """Begin a new printed page at a row if so many rows do not fit on the one that it stands on.

    Args:
        row: First row of the table.
        height: Rows that are to stay together.
    """
    begun = page.breaks[-1] if page.breaks else HEADER_ROWS
    if row + height - begun > ROWS_A_PAGE:
        page.breaks.append(row - 1)
