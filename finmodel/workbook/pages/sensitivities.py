"""Sensitivities: the downside grid as the engine computed it, and whether it still belongs to the inputs."""

from __future__ import annotations

from finmodel.present.pages.sensitivity import COLUMNS
from finmodel.workbook.book import BASE, Book
from finmodel.workbook.cells import FIRST, LABEL, TOP, Page
from finmodel.workbook.pages import blocks
from finmodel.workbook.pages.header import header
from finmodel.workbook.pages.static import belongs, figure
from finmodel.workbook.theme import format_of, unit_text

WIDTH = 20


def fill(book: Book, page: Page) -> bool:
    """Write the grid; it is not live, because each row is a run of its own."""
    grid = book.sensitivity
    if grid is None:
        return False
    header(book, page)
    page.freeze = ""
    say, last = book.say, FIRST + len(grid.columns) - 1
    page.widths |= dict.fromkeys(range(FIRST, last + 1), WIDTH)
    belongs(book, page, TOP, say("Do these figures belong to the inputs as they stand?"), BASE)
    columns = [LABEL, *range(FIRST, last + 1)]
    texts = {LABEL: say("Shock, debt held as sized")}
    titles = {name: say(title.replace("\n", " ")) for title, name in COLUMNS}
    for column, name in enumerate(grid.columns, FIRST):
        unit = book.model.metrics[name].line.unit
        money = f", {say.unit(unit_text(unit, 'money'))}" if format_of(unit, name) == "money" else ""
        texts[column] = f"{titles[name]}{money}"
    blocks.head(page, TOP + 2, texts, range(LABEL, last + 1))
    for row, (label, values) in enumerate(grid.rows.items(), TOP + 3):
        blocks.entry(page, row, say(label), range(LABEL, last + 1))
        for column, (name, value) in zip(columns[1:], zip(grid.columns, values, strict=True), strict=True):
            figure(page, row, column, value, format_of(book.model.metrics[name].line.unit, name))
    return True
