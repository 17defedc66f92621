"""The pages of the workbook: one small module each, with a function that fills a page from the book.

A new sheet is a row in sheets.py, a module here, and a row in `PAGES`. A page with nothing to show returns False and is
left out.
"""

from __future__ import annotations

from collections.abc import Callable

from finmodel.workbook.book import Book
from finmodel.workbook.cells import Page
from finmodel.workbook.pages import (
    annual,
    change_log,
    checks,
    front,
    gov_account,
    guide,
    inputs,
    line_index,
    long_sums,
    scenario_rows,
    scenarios,
    sensitivities,
    series,
    simulation,
    summary,
    term_sheet,
)
from finmodel.workbook.pages.lines import fill_lines
from finmodel.workbook.sheets import RULES, SHEETS

Fill = Callable[[Book, Page], bool]

# Lines first, because they decide which constants the inputs must hold, and long sums after all that begin one; the
# workbook shows them in the order of SHEETS.
PAGES: dict[str, Fill] = {
    "Scenarios": scenarios.fill,
    "ScenarioRows": scenario_rows.fill,
    "Series": series.fill,
    "Checks": checks.fill,
    "Annual": annual.fill,
    "LongSums": long_sums.fill,
    "Summary": summary.fill,
    "TermSheet": term_sheet.fill,
    "GovAccount": gov_account.fill,
    "Sensitivities": sensitivities.fill,
    "MonteCarlo": simulation.fill,
    "LineIndex": line_index.fill,
    "ChangeLog": change_log.fill,
    "Guide": guide.fill,
    "Cover": front.fill,
    "Inputs": inputs.fill,
}


def make_pages(book: Book) -> list[Page]:
    """Every page of the workbook, in order."""
    made: dict[str, Page] = {}
    for sheet in book.layout.sheets:
        page = Page(sheet.name, book.say(sheet.rule.title).format(_told(book, sheet.star)), sheet.rule.kind)
        fill_lines(book, page, sheet)
        made[sheet.name] = page
    for name, fill in PAGES.items():
        rule = RULES[name]
        page = made.get(name) or Page(name, book.say(rule.title), rule.kind)
        if fill(book, page):
            made[name] = page
    order = {rule.name: at for at, rule in enumerate(SHEETS)}
    owner = {sheet.name: sheet.rule.name for sheet in book.layout.sheets}
    pages = sorted(made.values(), key=lambda page: order[owner.get(page.name, page.name)])
    front.contents(book, made["Cover"], pages)
    for page in pages:
        page.fit_labels()
    return pages


def _told(book: Book, star: str) -> str:
    """The label of the node or entity that a sheet is for."""
    tables = book.case.tables
    thing = tables.node.get(star) or tables.entity.get(star)
    return star if thing is None else book.say.named(thing)
