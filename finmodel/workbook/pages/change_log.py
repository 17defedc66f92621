"""ChangeLog: what this file was made from, and what was changed on the way."""

from __future__ import annotations

from finmodel.kernel.version import version
from finmodel.workbook.book import Book
from finmodel.workbook.cells import CONSTANT, LABEL, NOTE, TOP, Page
from finmodel.workbook.pages.header import band, header


def fill(book: Book, page: Page) -> bool:
    """One row for the case, its scenario, and each change laid over it."""
    header(book, page)
    page.freeze = ""
    say, case = book.say, book.case
    page.widths |= {NOTE: 40, CONSTANT: 40}
    band(page, TOP, say("What this file was made from"), CONSTANT)
    rows = [
        (say("Case"), case.name),
        (say("Hash of its files"), case.sha256),
        (say("Version of finmodel"), version()),
        (say("Debt sized on"), say(book.result.facts.get("debt_sized_on", "no senior debt"))),
        *((say("Scenario live when written"), case.scenario) for _ in [0] if case.scenario),
        *((say("Changed for this file: {key}", key=key), value) for key, value in case.sets.items()),
    ]
    for row, (label, text) in enumerate(rows, TOP + 1):
        page.text(row, LABEL, label)
        page.text(row, NOTE, text, "note")
    row = TOP + len(rows) + 2
    band(page, row, say("Changes made in this file (write one row for each)"), CONSTANT)
    return True
