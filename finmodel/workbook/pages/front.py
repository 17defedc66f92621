"""Cover: what this is, whether it holds, what is on which sheet, and what it cannot do."""

from __future__ import annotations

from collections.abc import Sequence

from finmodel.kernel.version import version
from finmodel.present.listings import figures, is_assumed
from finmodel.workbook.book import Book
from finmodel.workbook.cells import CONSTANT, LABEL, NOTE, TOP, Link, Page
from finmodel.workbook.pages.header import band, header

KINDS = {"control": "Control", "inputs": "Inputs", "workings": "Workings", "presentation": "Presentation"}
LIMITS = (
    "Debt is held as it was sized; after a change of inputs that size it, run finmodel again (sheet Checks says when).",
    "What shapes the lines (frequency, lists, kinds of profile) stands in grey on Inputs; change it in a case file.",
    "Sensitivities and results of other cases are the engine's, as they stood when the file was written.",
    "A rate of return is the one nearest to its guess; where a flow has several, sheet Returns says so.",
)


def fill(book: Book, page: Page) -> bool:
    """Write the cover; the list of sheets is added when all are made."""
    header(book, page)
    page.freeze, page.one_page = "", True
    page.widths |= {LABEL: 60, NOTE: 24}
    say, case = book.say, book.case
    assumed = sum(map(is_assumed, figures(case)))
    timeline = book.model.timeline
    span = say(
        "{first} to {last} by {step}", first=timeline.labels[0], last=timeline.labels[-1], step=say(timeline.frequency)
    )
    rows = (
        (say("Currency of account"), case.tables.currency),
        (say("Timeline"), span),
        (say("Debt sized on"), say(book.result.facts.get("debt_sized_on", "no senior debt"))),
        (say("Debt limited by"), say(book.result.facts.get("binding_constraint", "n/a"))),
        (say("Figures that are assumed"), str(assumed)),
        (say("Hash of the case"), case.sha256[:16]),
        (say("Version of finmodel"), version()),
        *((say("Own clause"), module) for module in case.modules),
    )
    band(page, TOP, say("This file"), CONSTANT)
    for row, (label, text) in enumerate(rows, TOP + 1):
        page.text(row, LABEL, label)
        page.text(row, NOTE, text, "note")
    row = TOP + len(rows) + 2
    band(page, row, say("Limitations"), CONSTANT)
    for at, text in enumerate(LIMITS, row + 1):
        page.text(at, LABEL, say(text), "note")
    return True


def contents(book: Book, page: Page, pages: Sequence[Page]) -> None:
    """The list of sheets, each a link."""
    row = page.last_row + 2
    band(page, row, book.say("Contents"), CONSTANT)
    for at, other in enumerate(pages, row + 1):
        page.text(at, LABEL, other.title, "place")
        page.text(at, NOTE, book.say(KINDS[other.kind]), "note")
        page.links.append(Link(f"B{at}", f"{other.name}!A1"))
