"""Figures that the engine found when the file was written, and whether they still belong to the inputs."""

from __future__ import annotations

from finmodel.workbook.book import Book
from finmodel.workbook.cells import CONSTANT, LABEL, Page
from finmodel.workbook.pages.header import LIVE_NAME
from finmodel.workbook.pages.inputs import CHANGED


def belongs(book: Book, page: Page, row: int, question: str, case: str) -> None:
    """A live cell that says STALE when an input has moved, or when another case is live than the one that was run."""
    say = book.say
    page.text(row, LABEL, question)
    same = f'AND(Inputs!$E${CHANGED}=0,Scenarios!$E${LIVE_NAME}="{case}")'
    page.formula(row, CONSTANT, f'IF({same},"{say("current")}","{say("STALE")}")', "verdict")
    page.verdicts.append(f"E{row}")


def figure(page: Page, row: int, column: int, value: float | None, format: str) -> None:
    """A number as the engine had it; n/a where there is none."""
    if value is None or value != value:
        page.text(row, column, "n/a", "rowstamp")
    else:
        page.number(row, column, value, "rowstamp", format)
