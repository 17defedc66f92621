"""Summary: one page of A4 with key results, funds, facilities, owners, scenarios, checks, and six charts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from finmodel.present.annual import fiscal_years
from finmodel.present.pages.sensitivity import COLUMNS as SHOWN
from finmodel.workbook.book import Book
from finmodel.workbook.cells import FIRST, HEADER_ROWS, SECTION, TOP, Page, letter
from finmodel.workbook.native_charts import Chart, Curve
from finmodel.workbook.pages import blocks, tables
from finmodel.workbook.pages.header import header
from finmodel.workbook.references import References
from finmodel.workbook.theme import format_of, theme, unit_text
from finmodel.workbook.year_rows import YearRow, calendar_of, year_blocks, years_of

CHARTS_ACROSS, CHART_WIDTH, CHART_HEIGHT = 2, 9, 15
LAST = FIRST + CHARTS_ACROSS * CHART_WIDTH - 1
WIDTH = 9.5
PALE, NAVY, ORANGE = 2, 0, 3


def fill(book: Book, page: Page) -> bool:
    """Write the tables on the left, charts on the right, scenarios below them."""
    remark = "Amounts in {currency} million. Every figure is live but those of cases, which are as they were written."
    header(book, page, book.say(remark, currency=book.currency))
    page.band(HEADER_ROWS, range(SECTION, LAST + 1), "head")
    page.widths |= dict.fromkeys(range(FIRST, LAST + 1), WIDTH)
    page.one_page, page.freeze = True, ""
    refs = References(book.layout, page.name, book.count)
    row = tables.key_results(book, page, refs, TOP)
    if "funding.uses" in book.model.lines:
        row = tables.sources(book, page, refs, tables.uses(book, page, refs, row))
    row = tables.facilities(book, page, refs, row)
    row = tables.owners(book, page, refs, row)
    tables.checks(book, page, refs, row)
    for at, chart in enumerate(_charts(book)):
        page.charts.append(_placed(chart, at))
    drawn = (len(page.charts) + CHARTS_ACROSS - 1) // CHARTS_ACROSS
    _scenarios(book, page, TOP + drawn * CHART_HEIGHT + 1)
    page.print_area = f"A1:{letter(LAST)}{page.last_row}"
    return True


def _placed(chart: Chart, at: int) -> Chart:
    down, across = divmod(at, CHARTS_ACROSS)
    left, top = FIRST - 1 + across * CHART_WIDTH, TOP - 1 + down * CHART_HEIGHT
    corner = (left, top, left + CHART_WIDTH, top + CHART_HEIGHT - 1)
    return replace(chart, corner=corner)


def _charts(book: Book) -> Iterator[Chart]:
    """Those charts that the model has anything to show for."""
    say, none = book.say, (0, 0, 0, 0)
    rows = {row.name: row for block in year_blocks(book) for row in block.rows}
    years, unit = _years(book, 6), say("{currency} million a year", currency=book.currency)
    named = _year_format(book)
    yield _cover(book, rows, unit)
    stock = say("{currency} million", currency=book.currency)
    yield from _family(book, rows, "debt.", say("Debt outstanding at year end"), ("area", stock))
    if "support" in rows and _happens(book, "support.paid"):
        paid = [Curve(say("Paid"), _cells(book, rows["support"]), ORANGE)]
        paid.append(Curve(say("Given back"), _cells(book, rows["returned"]), 4))
        net = Curve(say("Net, so far (right axis)"), _cells(book, rows["net"]), 5)
        yield Chart(
            say("Price support"), unit, "columns", years, tuple(paid), none, net, "#,##0,,", category_format=named
        )
    yield from _family(book, rows, "node.", say("Revenue by node"), ("stacked", unit))
    yield from _funding(book)
    yield from _family(book, rows, "owner.", say("Distributions by class of owners"), ("stacked", unit))


def _cover(book: Book, rows: dict[str, YearRow], unit: str) -> Chart:
    """CFADS and what it must pay; with senior debt, over the years in which its cover is tested."""
    say, first, last = book.say, 0, years_of(book)
    curves = [(say("CFADS"), "cfads", PALE)]
    line = None
    if "dscr" in rows:
        first, last = _tested_years(book)
        curves.append((say("Senior debt service"), "service", NAVY))
        line = Curve(say("Lowest DSCR (right axis)"), _years(book, rows["dscr"].row, first, last), ORANGE)
    drawn = tuple(Curve(name, _years(book, rows[id].row, first, last), colour) for name, id, colour in curves)
    categories = _years(book, 6, first, last)
    title = say("CFADS, debt service and DSCR") if line else say("CFADS")
    none, named = (0, 0, 0, 0), _year_format(book)
    return Chart(title, unit, "columns", categories, drawn, none, line, '0.0"x"', category_format=named)


def _year_format(book: Book) -> str:
    """How the years that head the sheet Annual are shown."""
    return theme().format[calendar_of(book).style]


def _tested_years(book: Book) -> tuple[int, int]:
    """The first year in which senior cover is tested, and the one after the last."""
    timeline, tested = book.model.timeline, book.result.values["ratios.dscr.tested"]
    assert isinstance(tested, list)
    years = list(fiscal_years(timeline, timeline.year_end).values())
    found = [at for at, periods in enumerate(years) if any(tested[t] for t in periods)]
    return (found[0], found[-1] + 1) if found else (0, len(years))


def _family(book: Book, rows: dict[str, YearRow], start: str, title: str, look: tuple[str, str]) -> Iterator[Chart]:
    found = [row for name, row in rows.items() if name.startswith(start)]
    curves = tuple(Curve(row.label, _cells(book, row), at) for at, row in enumerate(found))
    if curves:
        kind = "area" if look[0] == "area" else "stacked"
        none, named = (0, 0, 0, 0), _year_format(book)
        yield Chart(title, look[1], kind, _years(book, 6), curves, none, category_format=named)  # type: ignore[arg-type]


def _funding(book: Book) -> Iterator[Chart]:
    """Sources by period of construction."""
    lines, terms = book.model.lines, book.case.tables
    ids = [(book.say("Grants"), "funding.grants_received")]
    ids += [(book.say.named(loan), f"funding.draw.{name}") for name, loan in terms.facility.items()]
    ids += [(book.say.named(owner), f"equity.{name}.paid_in") for name, owner in terms.equity.items()]
    built = round(terms.timeline.construction.number / book.model.timeline.months)
    last = letter(FIRST + max(built, 1) - 1)
    curves: list[Curve] = []
    for label, id in ids:
        if id in lines and _happens(book, id):
            spot = book.layout.lines[id]
            curves.append(Curve(label, f"{spot.sheet}!$H${spot.row}:${last}${spot.row}", len(curves)))
    if curves:
        unit = book.say("{currency} million a period", currency=book.currency)
        days = f"Funding!$H$5:${last}$5"
        title, none = book.say("Funding by source"), (0, 0, 0, 0)
        yield Chart(title, unit, "stacked", days, tuple(curves), none, category_format="mmm-yy")


def _cells(book: Book, row: YearRow) -> str:
    return _years(book, row.row)


def _years(book: Book, row: int, first: int = 0, last: int | None = None) -> str:
    end = years_of(book) if last is None else last
    return f"Annual!${letter(FIRST + first)}${row}:${letter(FIRST + end - 1)}${row}"


def _happens(book: Book, id: str) -> bool:
    values = book.result.values.get(id)
    return isinstance(values, list) and any(values)


def _scenarios(book: Book, page: Page, row: int) -> None:
    """Key results of each case, as the engine found them when the file was written."""
    if not book.stamped:
        return
    metrics = [(label.replace("\n", " "), name) for label, name in SHOWN if name in book.model.metrics]
    columns = range(FIRST, LAST + 1)
    texts = {FIRST: book.say("Cases, when the file was written")}
    places = [LAST - 2 * (len(metrics) - 1 - at) for at in range(len(metrics))]
    for column, (label, name) in zip(places, metrics, strict=True):
        unit = book.model.metrics[name].line.unit
        money = book.say.unit(unit_text(unit, "money")) if format_of(unit, name) == "money" else ""
        texts[column] = f"{book.say(label)} {money}".strip()
    blocks.head(page, row, texts, columns)
    for at, case in enumerate(book.cases, row + 1):
        blocks.entry(page, at, book.say(case.label), columns)
        for column, (_, name) in zip(places, metrics, strict=True):
            value, format = book.stamped[case.name][name], format_of(book.model.metrics[name].line.unit, name)
            if value is None:
                page.text(at, column, "n/a", "rownum")
            else:
                page.number(at, column, value, "rowstamp", format)
