"""TermSheet: one page of A4 with the terms of the deal and what they come to; every number is a live link."""

from __future__ import annotations

from collections.abc import Iterator

from finmodel.present.annual import owner_lines
from finmodel.workbook.book import Book
from finmodel.workbook.cells import CONSTANT, FIRST, LABEL, NOTE, TOP, TOTAL, UNIT, Page, letter
from finmodel.workbook.keys import Key
from finmodel.workbook.pages import blocks, tables
from finmodel.workbook.pages.header import header
from finmodel.workbook.references import References
from finmodel.workbook.theme import format_of, unit_text

LEFT, RIGHT = range(LABEL, TOTAL + 1), range(FIRST, FIRST + 8)
VALUE = {LABEL: CONSTANT, FIRST: FIRST + 6}
WIDTH = 13
Block = tuple[str, tuple[str, ...]]
"""A title, and the tables of the case whose inputs stand below it."""
ON_THE_LEFT: tuple[Block, ...] = (
    ("Timeline", ("timeline",)),
    ("Sizing of senior debt", ("sizing",)),
    ("Covenants and reserves", ("waterfall", "reserve", "cover")),
    ("Funding", ("funding",)),
)
ON_THE_RIGHT: tuple[Block, ...] = (("Offtake", ("offtake",)), ("Price support", ("support", "programme")))


def fill(book: Book, page: Page) -> bool:
    """Write facilities over the whole width, then terms in two columns, results below on the right."""
    remark = "Amounts in {currency} million. Every number is a live link."
    header(book, page, book.say(remark, currency=book.currency))
    page.one_page, page.freeze = True, ""
    page.widths |= dict.fromkeys(RIGHT, WIDTH)
    refs = References(book.layout, page.name, book.count)
    row = _facilities(book, page, refs, TOP)
    left = right = row
    for block in ON_THE_LEFT:
        left = _terms(book, page, refs, (left, LABEL), block)
    for block in ON_THE_RIGHT:
        right = _terms(book, page, refs, (right, FIRST), block)
    tables.key_results(book, page, refs, left)
    _owners(book, page, refs, right)
    page.print_area = f"A1:{letter(RIGHT[-1])}{page.last_row}"
    return True


def _facilities(book: Book, page: Page, refs: References, row: int) -> int:
    """One row a facility."""
    lines, terms, say = book.model.lines, book.case.tables.facility, book.say
    known = [name for name in terms if f"facility.{name}.drawn" in lines]
    if not known:
        return row
    places = (LABEL, NOTE, UNIT, CONSTANT, TOTAL, *RIGHT[:6])
    titles = ("Facility and lender", "Rank", "Drawn", "Highest rate", "Repayments", "First", "Last", "Upfront fee",
              "Undrawn fee", "Fees", "Interest")  # fmt: skip
    texts = {place: say(title) for place, title in zip(places, titles, strict=True)}
    blocks.head(page, row, texts, range(LABEL, RIGHT[-1] + 1))
    for name in known:
        row += 1
        loan = terms[name]
        blocks.entry(page, row, f"{book.say.named(loan)} ({loan.lender})", range(LABEL, RIGHT[-1] + 1))
        page.text(row, NOTE, say(loan.rank), "rownum")
        cells = (
            (UNIT, refs.total(lines[f"facility.{name}.drawn"]), "money"),
            (CONSTANT, tables.highest(book, refs, f"facility.{name}.rate"), "percent"),
            (TOTAL, _given(book, refs, f"facility.{name}.instalments"), "whole"),
            (RIGHT[0], tables.first_date(book, refs, name), "date"),
            (RIGHT[1], tables.last_date(book, refs, name), "date"),
            (RIGHT[2], _given(book, refs, f"facility.{name}.upfront_fee"), "percent"),
            (RIGHT[3], _given(book, refs, f"facility.{name}.commitment_fee"), "percent"),
            (RIGHT[4], refs.total(lines[f"facility.{name}.fees"]), "money"),
            (RIGHT[5], refs.total(lines[f"facility.{name}.interest"]), "money"),
        )
        for column, formula, format in cells:
            if formula:
                page.formula(row, column, formula, "rownum", format)
    return row + 2


def _given(book: Book, refs: References, id: str) -> str:
    """A link to an input; nothing where it is not one number."""
    spot = book.layout.reads.get(id)
    return refs.scalar(spot) if spot is not None and spot.column else ""


def _terms(book: Book, page: Page, refs: References, corner: tuple[int, int], block: Block) -> int:
    """Inputs of some tables of the case: a label, a live link, a unit."""
    (row, column), (title, groups) = corner, block
    keys = list(_shown(book, groups))
    if not keys:
        return row
    columns = LEFT if column == LABEL else RIGHT
    blocks.head(page, row, {column: book.say(title)}, columns)
    for key in keys:
        row += 1
        format = _format(key)
        blocks.entry(page, row, book.say.given(key.id, key.label), columns)
        spot = book.layout.reads[key.id]
        formula = refs.scalar(spot) if spot.column else f"MAX({refs.range(spot)})"
        page.formula(row, VALUE[column], formula, "rownum", format)
        unit = tables.shown_unit(str(key.unit), unit_text(key.unit, format), format)
        page.text(row, VALUE[column] + 1, book.say.unit(unit), "rownum")
    return row + 2


def _shown(book: Book, groups: tuple[str, ...]) -> Iterator[Key]:
    """Inputs that a line reads, but for technical ones."""
    read = book.model.givens()
    return (key for key in book.keys if key.group in groups and key.kind == "case" and key.id in read)


def _format(key: Key) -> str:
    if key.typed == "x" or key.typed.startswith("%"):
        return "times" if key.typed == "x" else "percent"
    format = format_of(key.unit, key.id, key.value)
    numbers = key.value if isinstance(key.value, tuple) else (key.value,)
    whole = all(isinstance(number, float) and number == int(number) for number in numbers)
    return "whole" if whole and format in ("ratio", "price", "amount") else format


def _owners(book: Book, page: Page, refs: References, row: int) -> None:
    """Each class of owners, on the right."""
    lines, say = book.model.lines, book.say
    known = {name: owner for name, owner in book.case.tables.equity.items() if f"equity.{name}.paid_in" in lines}
    if not known:
        return
    texts = {RIGHT[0]: say("Owners, {money}", money=say.unit(f"{book.currency} m")), RIGHT[4]: say("Paid in"),
             RIGHT[5]: say("Received"), RIGHT[6]: say("Multiple"), RIGHT[7]: say("IRR")}  # fmt: skip
    blocks.head(page, row, texts, RIGHT)
    for name, owner in known.items():
        row += 1
        blocks.entry(page, row, book.say.named(owner), RIGHT)
        for column, id in zip((RIGHT[4], RIGHT[5]), owner_lines(lines, name), strict=True):
            page.formula(row, column, refs.total(lines[id]), "rownum", "money")
        for column, metric, format in ((RIGHT[6], "equity_multiple", "times"), (RIGHT[7], "equity_irr", "percent")):
            if f"{metric}.{name}" in book.model.metrics:
                page.formula(row, column, refs.link(book.model.metrics[f"{metric}.{name}"].line), "rownum", format)
