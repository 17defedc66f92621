"""MonteCarlo: what came out of a simulation of the case; every figure is static and named by its run."""

from __future__ import annotations

from collections.abc import Mapping

from finmodel.kernel.units import CURRENCIES
from finmodel.present.pages.risk import EVENTS
from finmodel.risk.simulated import QUANTILES, Chance, Spread, Summary
from finmodel.workbook.book import Book
from finmodel.workbook.cells import CONSTANT, FIRST, LABEL, NOTE, TOP, TOTAL, UNIT, Page, letter
from finmodel.workbook.pages import blocks
from finmodel.workbook.pages.header import header
from finmodel.workbook.pages.histogram import histograms, number_format
from finmodel.workbook.pages.static import belongs, figure

MEDIAN = 50
BESIDE = tuple(p for p in QUANTILES if p != MEDIAN)
WORST = FIRST + len(BESIDE)
DEFINED = WORST + 1
LAST = DEFINED + 1
ALL = range(LABEL, LAST + 1)
WIDTH = 12.5
EXCEEDED = "budget_exceeded"
SHOWN = ("p50", "p90", "p99")


def fill(book: Book, page: Page) -> bool:
    """Write the run, results over all paths, classes, support by year, and what may happen and when."""
    if book.simulation is None:
        return False
    summary, say = book.simulation.summary, book.say
    run = summary.run
    remark = say("Simulated and static: {paths} paths, run {run}.", paths=f"{run.paths:,}", run=run.identity[:12])
    header(book, page, remark)
    page.freeze = ""
    page.widths |= dict.fromkeys(range(FIRST, LAST + 1), WIDTH)
    question = say("Do the simulated figures belong to the inputs as they stand?")
    belongs(book, page, TOP, question, book.cases[book.live - 1].name)
    row = _run(book, page, summary, TOP + 2)
    row = _results(book, page, summary, row)
    row = histograms(book, page, book.simulation, row)
    row = _support(book, page, summary, row)
    row = _events(book, page, summary, row)
    _dates(book, page, summary, row)
    page.print_area = f"A1:{letter(LAST)}{page.last_row}"
    return True


def _run(book: Book, page: Page, summary: Summary, row: int) -> int:
    """Which run it was."""
    say, run = book.say, summary.run
    blocks.head(page, row, {LABEL: say("Run")}, ALL)
    page.text(row, NOTE, run.identity[:12], "head")
    facts = (
        (say("Paths"), f"{run.paths:,}"),
        (say("Seed"), str(run.seed)),
        (say("Sampling"), say(run.sampling)),
        (say("Scenario laid over the case"), summary.scenario or say("none")),
        (say("Debt of every path sized on"), run.sized_on or say("no senior debt")),
        (say("Fiscal years end in"), say(run.calendar)),
        (say("Whole name of the run"), run.identity),
    )
    for row_, (label, text) in enumerate(facts, row + 1):
        blocks.entry(page, row_, label, ALL)
        page.text(row_, NOTE, text, "row")
    return row + len(facts) + 2


def _results(book: Book, page: Page, summary: Summary, row: int) -> int:
    """Each result: as the case stands, and over all paths on which it is defined; its median leads, as on the page."""
    say = book.say
    texts = {NOTE: say("Base"), UNIT: say("Median"), CONSTANT: say("Mean"), TOTAL: say("s.e.")}
    texts |= {FIRST + at: f"P{p}" for at, p in enumerate(BESIDE)} | {DEFINED: say("Defined on")}
    texts[WORST] = say("Worst {share}", share=f"{1 - summary.run.tail:.0%}")
    blocks.head(page, row, {LABEL: say("Results over all paths, simulated"), **texts}, ALL)
    for name, found in summary.metrics.items():
        row += 1
        unit = summary.units[name]
        format = number_format(name, unit)
        blocks.entry(page, row, label_of(book, summary, name), ALL)
        head = (summary.base.get(name), found.quantiles.get(f"p{MEDIAN}"), found.mean, found.se)
        for column, value in zip((NOTE, UNIT, CONSTANT, TOTAL), head, strict=True):
            figure(page, row, column, value, format)
        figure(page, row, DEFINED, found.defined, "percent")
        for at, p in enumerate(BESIDE):
            figure(page, row, FIRST + at, found.quantiles.get(f"p{p}"), format)
        figure(page, row, WORST, found.worst, format)
    note = say("s.e.: standard error of the mean. A total loss counts as -100 %. Worst: mean of that tail.")
    page.text(row + 1, LABEL, note, "note")
    return row + 3


def label_of(book: Book, summary: Summary, name: str) -> str:
    """A result in words; money says its currency."""
    label, unit = book.say(summary.labels.get(name, name).removesuffix(": Value")), summary.units[name]
    return f"{label}, {book.say.unit(f'{unit} m')}" if unit in CURRENCIES else label


def _support(book: Book, page: Page, summary: Summary, row: int) -> int:
    """Support paid by fiscal year, and how likely the budget falls short; a year that is not listed has nothing."""
    say, years = book.say, summary.by_year.get("support_paid", {})
    short: Mapping[str, Chance] = summary.chances_by_year.get(EXCEEDED, {})
    if not years and not short:
        return row
    zero = 0.0 if "support_paid" in summary.by_year else None
    nothing = Spread(zero, None, zero, dict.fromkeys(SHOWN, 0.0) if zero == 0 else {}, {}, {}, zero)
    spans = sorted({*years, *short})
    blocks.keep(page, row, len(spans) + 1)
    title = say("Support paid by fiscal year, {currency} m, simulated", currency=summary.currency)
    texts = {NOTE: say("Mean"), UNIT: say("s.e."), CONSTANT: "P50", TOTAL: "P90", FIRST: "P99"}
    texts |= {FIRST + 1: say("Worst {share}", share=f"{1 - summary.run.tail:.0%}")}
    texts |= {FIRST + 2: say("Budget short"), FIRST + 3: say("s.e.")}
    wide = range(LABEL, FIRST + 4)
    blocks.head(page, row, {LABEL: title, **texts}, wide)
    for year in spans:
        row += 1
        blocks.entry(page, row, summary.run.shown(year), wide)
        found, chance = years.get(year, nothing), short.get(year, Chance(0.0, 0.0))
        values = (found.mean, found.se, *(found.quantiles.get(q) for q in SHOWN), found.worst)
        columns = (NOTE, UNIT, CONSTANT, TOTAL, FIRST, FIRST + 1)
        for column, value in zip(columns, values, strict=True):
            figure(page, row, column, value, "money")
        figure(page, row, FIRST + 2, chance.share, "percent")
        figure(page, row, FIRST + 3, chance.se, "percent")
    return row + 2


def _events(book: Book, page: Page, summary: Summary, row: int) -> int:
    """What happens at all."""
    if not summary.chances:
        return row
    say = book.say
    blocks.keep(page, row, len(summary.chances) + 1)
    texts = {NOTE: say("Probability"), UNIT: say("s.e."), CONSTANT: say("Likeliest"), TOTAL: say("Then")}
    blocks.head(page, row, {LABEL: say("What may happen at any time, simulated"), **texts}, blocks.ALL)
    for name, chance in summary.chances.items():
        row += 1
        blocks.entry(page, row, say(EVENTS.get(name, name)))
        figure(page, row, NOTE, chance.share, "percent")
        figure(page, row, UNIT, chance.se, "percent")
        years = summary.chances_by_year.get(name, {})
        if years:
            year = max(years, key=lambda year: years[year].share)
            page.text(row, CONSTANT, year, "rownum")
            figure(page, row, TOTAL, years[year].share, "percent")
    return row + 2


def _dates(book: Book, page: Page, summary: Summary, row: int) -> int:
    """How likely each breach is on each date on which any is."""
    say = book.say
    short = {
        "lock_up": "Lock-up",
        "default": "In default",
        "arrears": "Arrears",
        "arrears_mezzanine": "Mezzanine arrears",
        EXCEEDED: "Budget short",
    }
    names = [name for name, dates in summary.by_date.items() if dates and name in short]
    dates = {date for name in names for date in summary.by_date[name]}
    if not dates:
        return row
    columns = (NOTE, UNIT, CONSTANT, TOTAL, FIRST, FIRST + 1, FIRST + 2)[: len(names)]
    texts = {column: say(short[name]) for column, name in zip(columns, names, strict=True)}
    wide = range(LABEL, max(TOTAL, *columns) + 1)
    blocks.head(page, row, {LABEL: say("Probability by date, simulated"), **texts}, wide)
    for date in (label for label in book.model.timeline.labels if label in dates):
        row += 1
        blocks.entry(page, row, date, wide)
        for column, name in zip(columns, names, strict=True):
            chance = summary.by_date[name].get(date)
            figure(page, row, column, 0.0 if chance is None else chance.share, "percent")
    return row + 2
