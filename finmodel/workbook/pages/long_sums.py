"""Long sums: the first terms of a sum of many, a row each, so that a formula stays within what a cell holds.

The order of adding is the model's: each row begins where the one above ends, and the line itself adds the last terms.
"""

from __future__ import annotations

from finmodel.kernel.expr import Op
from finmodel.kernel.faces.excel import excel_text
from finmodel.workbook.book import Book
from finmodel.workbook.cells import CONSTANT, FIRST, LABEL, NOTE, UNIT, Page
from finmodel.workbook.pages.header import period_header
from finmodel.workbook.references import References, bare
from finmodel.workbook.theme import format_of, unit_text


def fill(book: Book, page: Page) -> bool:
    """Write the rows; nothing to show where no sum is long."""
    layout = book.layout
    if not layout.begun:
        return False
    period_header(book, page)
    refs = References(layout, page.name, book.count)
    done = 0
    while done < len(layout.begun):  # a beginning may need a shorter one
        _row(book, page, refs, layout.begun[done])
        done += 1
    return True


def _row(book: Book, page: Page, refs: References, total: Op) -> None:
    row = book.layout.begin(total).row
    assert total.unit is not None
    format = format_of(total.unit, "", None)
    page.text(row, LABEL, book.say("Sum of the first terms"), "label")
    page.text(row, NOTE, "", "note")
    page.text(row, UNIT, book.say.unit(unit_text(total.unit, format)), "unit")
    formula = bare(excel_text(total, refs))
    if total.series:
        page.formulas(row, range(FIRST, FIRST + book.count), formula, "calc", format)
    else:
        page.formula(row, CONSTANT, formula, "calc", format)
