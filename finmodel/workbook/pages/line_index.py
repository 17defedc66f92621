"""LineIndex: every line with its key, where it stands, what it says, what it reads, and where it is declared."""

from __future__ import annotations

from finmodel.kernel.expr import text
from finmodel.workbook.book import Book
from finmodel.workbook.cells import CONSTANT, FIRST, LABEL, NOTE, TOTAL, UNIT, Link, Page
from finmodel.workbook.certificate import reads
from finmodel.workbook.pages.header import header, headings

SAYS, READS, DECLARED = range(FIRST, FIRST + 3)
COLUMNS = (
    (LABEL, "Line"), (NOTE, "Key"), (UNIT, "Unit"), (CONSTANT, "Place"), (TOTAL, "Kind"),
    (SAYS, "Formula in words"), (READS, "Reads"), (DECLARED, "Declared in"),
)  # fmt: skip
WIDTHS = {NOTE: 36, CONSTANT: 18, SAYS: 90, READS: 60, DECLARED: 24}


def fill(book: Book, page: Page) -> bool:
    """One row a line, in the order of the model."""
    header(book, page)
    headings(book, page, COLUMNS, DECLARED)
    page.widths |= WIDTHS
    for row, (id, line) in enumerate(book.model.lines.items(), 7):
        spot = book.layout.lines[id]
        place = f"{spot.sheet}!{'H' if line.series else 'E'}{spot.row}"
        assert line.expr is not None
        page.text(row, LABEL, book.labels[id])
        page.text(row, NOTE, id, "note")
        page.text(row, UNIT, book.say.unit(str(line.unit)), "unit")
        page.text(row, CONSTANT, place, "place")
        page.links.append(Link(f"E{row}", place))
        page.text(row, TOTAL, book.say(book.model.checks.get(id, line.kind)), "note")
        page.text(row, SAYS, text(line.expr), "note")
        page.text(row, READS, ", ".join(other for other in reads(line) if other != id), "note")
        page.text(row, DECLARED, line.where, "note")
    return True
