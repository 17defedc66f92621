"""The ledger of the government's account: programmes, contracts and public bodies by fiscal year, live.

Entitlement is what is due without what waited from before. A present value is at the rate of the account, to close.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from finmodel.deal.support.public_bodies import body, government_terms
from finmodel.kernel.expr import Given
from finmodel.kernel.model import Line
from finmodel.workbook.book import Book
from finmodel.workbook.cells import CONSTANT, FIRST, LABEL, OPENING, TOTAL, UNIT, Page, letter
from finmodel.workbook.fiscal_columns import Calendar
from finmodel.workbook.native_charts import Curve
from finmodel.workbook.pages.header import band
from finmodel.workbook.references import References
from finmodel.workbook.theme import format_of, unit_text

ORANGE = 3


@dataclass(frozen=True)
class Row:
    """A row by year.

    Args:
        label: In words.
        line: A line of its unit.
        formula: Of a year.
        flow: Whether years add up.
        present: The cells whose present value stands beside; none without.
        drawn: What a chart calls it; empty when none draws it.
    """

    label: str
    line: Line
    formula: str
    flow: bool = True
    present: tuple[str, ...] = ()
    drawn: str = ""


@dataclass(frozen=True)
class Ledger:
    """Writes rows by year on a page.

    Args:
        factors: The row of discount factors.
        curves: Rows for a chart, as they are written.
    """

    book: Book
    page: Page
    calendar: Calendar
    factors: int
    curves: list[Curve]

    @property
    def refs(self) -> References:
        """The references of the page."""
        return References(self.book.layout, self.page.name, self.book.count)

    def block(self, row: int, title: str, rows: Sequence[Row]) -> int:
        """Rows under a band; returns the next free row.

        Args:
            row: Row of the sheet, from 1.
            title: What stands above it.
            rows: Rows of the block.
        """
        band(self.page, row, title, self.calendar.columns[-1])
        for at, one in enumerate(rows, row + 1):
            self._row(at, one)
        return row + len(rows) + 2

    def _row(self, at: int, one: Row) -> None:
        page, years = self.page, self.calendar.columns
        format = format_of(one.line.unit, one.line.id)
        page.text(at, LABEL, self.book.say("{label}, by fiscal year", label=one.label))
        page.text(at, UNIT, self.book.say.unit(unit_text(one.line.unit, format)), "unit")
        page.formulas(at, years, one.formula, "calc", format)
        if one.flow:
            page.formula(at, TOTAL, f"SUM(H{at}:{letter(years[-1])}{at})", "total", format)
        if one.drawn:
            cells = f"{page.name}!${letter(years[0])}${at}:${letter(years[-1])}${at}"
            self.curves.append(Curve(one.drawn, cells, len(self.curves) + ORANGE))
        if one.present:
            last = letter(FIRST + self.book.count - 1)
            factors = f"$H${self.factors}:${last}${self.factors}"
            worth = "+".join(f"SUMPRODUCT({factors},{cells})" for cells in one.present)
            page.formula(at, CONSTANT, worth, "calc", format)

    def flow(self, label: str, ids: Sequence[str], present: bool = False) -> Row:
        """Lines added up over the year."""
        lines = [self.book.model.lines[id] for id in ids]
        cells = tuple(map(self.refs.row, lines))
        return Row(label, lines[0], "+".join(map(self.calendar.flow, cells)), present=cells if present else ())

    def end(self, label: str, ids: Sequence[str]) -> Row:
        """What lines hold when the year ends."""
        lines = [self.book.model.lines[id] for id in ids]
        return Row(label, lines[0], "+".join(self.calendar.end(self.refs.row(line)) for line in lines), flow=False)

    def programme(self, name: str, contracts: Sequence[str]) -> Iterator[Row]:
        """What a programme owes and pays, in its own currency."""
        book, say = self.book, self.book.say
        title = say.named(book.case.tables.programme[name])

        def label(what: str) -> str:
            return f"{title}: {say(what)}"

        def each(line: str) -> list[str]:
            return [f"support.{id}.{line}" for id in contracts]

        waiting = [id for id in each("backlog") if id in book.model.lines]
        due, granted = self.flow("", each("due_own")), self.flow("", [f"programme.{name}.granted"])
        yield self.end(label("Ceiling of the fiscal year"), [f"programme.{name}.ceiling"])
        before = "".join(f"-{self.calendar.flow(self._before(id))}" for id in waiting)
        yield Row(label("Entitlement"), due.line, due.formula + before)
        yield Row(label("Granted"), granted.line, granted.formula)
        if waiting:
            yield self.end(label("Waits for the next budget"), waiting)
        else:
            yield Row(label("Not covered by the budget"), due.line, f"{due.formula}-{granted.formula}")
        yield self.flow(label("Paid"), each("paid_own"))
        yield self.flow(label("Given back"), each("given_back_own"))
        yield self.end(label("Committed, not yet paid"), each("committed.closing"))
        yield self.end(label("Left of the envelope"), [f"programme.{name}.envelope_left"])

    def contract(self, name: str) -> Iterator[Row]:
        """What a contract counts and is paid, in the reporting currency."""
        say, title = self.book.say, self.book.say.named(self.book.case.tables.support[name])
        yield self.flow(f"{title}: {say('Tonnes supported')}", [f"support.{name}.supported"])
        paid = self.flow(f"{title}: {say('Paid as reported')}", [f"support.{name}.paid"], present=True)
        yield replace(paid, drawn=title)
        yield self.flow(f"{title}: {say('Given back as reported')}", [f"support.{name}.given_back"], present=True)

    def bodies(self) -> Iterator[Row]:
        """What each public body receives less what it pays, and all of the own country."""
        lines, tables, say = self.book.model.lines, self.book.case.tables, self.book.say
        found = {id: body(tables, id.removeprefix("party.")) for id in lines if id.startswith("party.")}
        labels = {id: f"{say(who.label)} ({who.holder})" for id, who in found.items() if who.public}
        count = Counter(labels.values())
        for id, label in labels.items():
            shown = label if count[label] == 1 else f"{label} ({id.removeprefix('party.')})"
            yield self.flow(f"{shown}: {say('received less paid')}", [id], present=True)
        label = say("All bodies but foreign treasuries: received less paid")
        yield self.flow(label, ["government.net_public"], present=True)

    def short_since(self, row: int, name: str) -> None:
        """The first date on which a claim is not met in full."""
        book, refs = self.book, self.refs
        title = book.say.named(book.case.tables.programme[name])
        since = refs.link(book.model.lines[f"programme.{name}.exhausted_first"])
        days = refs.row(book.model.lines["time.last_day"])
        label = book.say("{programme}: first period in which a claim is not met in full", programme=title)
        self.page.text(row, LABEL, label)
        self.page.text(row, UNIT, book.say.unit("date"), "unit")
        self.page.formula(row, TOTAL, f'IF({since}=0,"{book.say("none")}",INDEX({days},1,{since}))', "total", "date")

    def _before(self, id: str) -> str:
        """A row of balances one period earlier: it starts with the cell before the first period."""
        spot = self.book.layout.lines[id]
        last = letter(FIRST + self.book.count - 2)
        return f"{spot.sheet}!${letter(OPENING)}${spot.row}:${last}${spot.row}"


def write_factors(book: Book, page: Page, row: int) -> None:
    """Discount factors of the account: at its rate, from each period to close as every present value has it.

    Args:
        row: First row of the sheet to write.
    """
    refs, terms = References(book.layout, page.name, book.count), government_terms(book.case.tables)
    rate, years = _input(book, refs, terms.rate), refs.link(book.model.lines["returns.elapsed"])
    page.text(row, LABEL, book.say("Discount factor of the account, by period of the timeline"))
    page.text(row, UNIT, book.say.unit("ratio"), "unit")
    page.formulas(row, range(FIRST, FIRST + book.count), f"(1+{rate})^(-{years})", "calc", "ratio")


def _input(book: Book, refs: References, given: Given) -> str:
    """The cell of an input; a default that the case does not write has one too."""
    return refs.given(given) if given.id in book.layout.reads else refs.const(given.number)
