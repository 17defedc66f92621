"""GovAccount: how public money is spent by fiscal year, live, and where it ends, as the engine found it."""

from __future__ import annotations

from finmodel.kernel.timeline import MONTH_NAMES
from finmodel.public_money.account import government
from finmodel.workbook.book import Book
from finmodel.workbook.cells import CONSTANT, FIRST, LABEL, TOP, TOTAL, UNIT, Page, letter
from finmodel.workbook.fiscal_columns import ROWS, Calendar
from finmodel.workbook.native_charts import Chart, Curve
from finmodel.workbook.pages.calendar import write_calendar
from finmodel.workbook.pages.header import END, NUMBER, band, header, headings
from finmodel.workbook.pages.incidence import LAST, incidence
from finmodel.workbook.pages.ledger import Ledger, write_factors
from finmodel.workbook.theme import theme

COLUMNS = ((LABEL, "Line item"), (UNIT, "Unit"), (CONSTANT, "PV"), (TOTAL, "Total"))
CHART_ROWS, CHART_COLUMNS = 16, 12
ONE_PAGE = 100  # rows that can be read on a page as wide as this one


def fill(book: Book, page: Page) -> bool:
    """Write the account of a deal with support."""
    if not book.case.tables.support:
        return False
    header(book, page)
    calendars = _calendars(book)
    first = next(iter(calendars.values()))
    width = max(LAST, *(calendar.columns[-1] for calendar in calendars.values()))
    headings(book, page, COLUMNS, width)
    page.widths |= dict.fromkeys(range(FIRST, max(FIRST + book.count, width + 1)), theme().width["period"])
    page.text(END, LABEL, book.say("Years end in {month}", month=book.say(MONTH_NAMES[first.month - 1])), "head")
    for calendar in calendars.values():
        if calendar.head != NUMBER:
            title = book.say("Years end in {month}", month=book.say(MONTH_NAMES[calendar.month - 1]))
            page.text(calendar.head, LABEL, title, "head")
            page.band(calendar.head, range(LABEL, width + 1), "head")
        write_calendar(book, page, calendar, named=calendar is not first)
    factors = max(calendar.rows[-1] for calendar in calendars.values()) + 1
    write_factors(book, page, factors)
    row, curves = _live(book, page, calendars, factors)
    row = _chart(book, page, row, first, curves)
    band(page, row, book.say("Incidence: static, as the engine found it when the file was written"), width)
    incidence(book, page, government(book.result), row + 1)
    page.one_page = page.last_row <= ONE_PAGE
    page.print_area = f"A1:{letter(width)}{page.last_row}"
    return True


def _calendars(book: Book) -> dict[int, Calendar]:
    """Month → calendar, of programmes and of the deal for what buyers pay; the first one heads the sheet."""
    tables, top = book.case.tables, TOP
    found: dict[int, Calendar] = {}
    for terms in tables.support.values():
        programme = tables.programme.get(terms.programme or "")
        month = book.model.timeline.year_end if programme is None else MONTH_NAMES.index(programme.year_end) + 1
        if month not in found:
            head = top if found else NUMBER
            top += bool(found)
            found[month] = Calendar.of(book, month, top, head)
            top += ROWS + 1
    return found


def _live(book: Book, page: Page, calendars: dict[int, Calendar], factors: int) -> tuple[int, list[Curve]]:
    """Programmes with their contracts, contracts that buyers pay, public bodies; and what to draw by first years."""
    tables, say, row = book.case.tables, book.say, factors + 2
    first = next(iter(calendars))
    ledgers = {month: Ledger(book, page, calendar, factors, []) for month, calendar in calendars.items()}
    for name, programme in tables.programme.items():
        contracts = [id for id, terms in tables.support.items() if terms.programme == name]
        if not contracts:
            continue
        month, label = MONTH_NAMES.index(programme.year_end) + 1, say.named(programme)
        rows = list(ledgers[month].programme(name, contracts))
        ledgers[month].short_since(row + len(rows) + 1, name)
        title = say("{name}: fiscal years to {month}", name=label, month=book.say(MONTH_NAMES[month - 1]))
        row = ledgers[month].block(row, title, rows) + 1
        row = _contracts(ledgers[month], row, say("{name}: contracts", name=label), contracts)
    buyers = [id for id, terms in tables.support.items() if terms.programme not in tables.programme]
    if buyers:
        ledger = ledgers[book.model.timeline.year_end]
        row = _contracts(ledger, row, say("Support that buyers pay: no public money"), buyers)
    row = ledgers[first].block(row, say("Public bodies"), list(ledgers[first].bodies()))
    return row, ledgers[first].curves


def _contracts(ledger: Ledger, row: int, title: str, ids: list[str]) -> int:
    return ledger.block(row, title, [one for id in ids for one in ledger.contract(id)])


def _chart(book: Book, page: Page, row: int, calendar: Calendar, curves: list[Curve]) -> int:
    """Support paid by fiscal year; returns the next free row."""
    first, last = letter(calendar.columns[0]), letter(calendar.columns[-1])
    years = f"{page.name}!${first}${calendar.head}:${last}${calendar.head}"
    corner = (LABEL - 1, row - 1, LABEL + CHART_COLUMNS, row + CHART_ROWS - 2)
    unit = book.say("{currency} million a year", currency=book.currency)
    title = book.say("Support paid by fiscal year")
    named = theme().format[calendar.style]
    page.charts.append(Chart(title, unit, "stacked", years, tuple(curves), corner, category_format=named))
    return row + CHART_ROWS
