"""Rows by fiscal year: what is shown, where it stands on the sheet Annual, and the formula of each kind of row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from finmodel.deal.plant.terms import products_by_node
from finmodel.kernel.expr import Op, add
from finmodel.kernel.faces.excel import LONGEST_SUM
from finmodel.kernel.model import Line
from finmodel.present.annual import fiscal_years
from finmodel.workbook.book import Book
from finmodel.workbook.cells import TOP, open_column
from finmodel.workbook.fiscal_columns import Calendar
from finmodel.workbook.references import References

YEAR_OF_PERIOD = TOP
YEARS_TOP = TOP + 6
NUMBER_ROW = 6
Measure = Literal["flow", "end", "lowest", "running"]


@dataclass(frozen=True)
class YearRow:
    """One row by year.

    Args:
        name: As charts ask for it.
        label: In words.
        measure: The year's flow, the value at its end, its lowest tested ratio, or flows added up so far.
        terms: Lines with their signs.
        row: Where it stands.
    """

    name: str
    label: str
    measure: Measure
    terms: tuple[tuple[int, Line], ...]
    row: int


@dataclass(frozen=True)
class YearBlock:
    """Rows under a band."""

    title: str
    row: int
    rows: tuple[YearRow, ...]


@dataclass(frozen=True)
class _Wish:
    """A row that is shown if the model has lines for it."""

    name: str
    label: str
    measure: Measure
    terms: tuple[str, ...]


def year_blocks(book: Book) -> list[YearBlock]:
    """What the model has lines for, in blocks."""
    blocks, row = [], YEARS_TOP
    for title, wishes in _wishes(book):
        rows: list[YearRow] = []
        for wish in wishes:
            terms = tuple(_terms(book, wish.terms))
            if terms:
                rows.append(YearRow(wish.name, wish.label, wish.measure, terms, row + 1 + len(rows)))
        if rows:
            blocks.append(YearBlock(title, row, tuple(rows)))
            row += len(rows) + 2
    return blocks


def years_of(book: Book) -> int:
    """Number of fiscal years."""
    timeline = book.model.timeline
    return len(fiscal_years(timeline, timeline.year_end))


def calendar_of(book: Book) -> Calendar:
    """The years of the deal, as they stand on the sheet Annual."""
    return Calendar.of(book, book.model.timeline.year_end, YEAR_OF_PERIOD, NUMBER_ROW)


def year_formula(book: Book, row: YearRow) -> str:
    """The formula of a row, for the year at the head of its column."""
    refs, calendar = References(book.layout, "Annual", book.count), calendar_of(book)
    if row.measure == "lowest":
        return _lowest(book, refs, row.terms[0][1], calendar.span, f"{open_column(0)}${NUMBER_ROW}")
    if row.measure == "end":
        return "+".join(calendar.end(refs.row(line)) for _, line in row.terms)
    flows = [(sign, calendar.flow(refs.row(line))) for sign, line in row.terms]
    text = "".join(("+" if sign > 0 else "-") + flow for sign, flow in flows).removeprefix("+")
    if len(text) > LONGEST_SUM:  # of hundreds of contracts: by period first, on the sheet of long sums
        whole = add([line if sign > 0 else -line for sign, line in row.terms])
        assert isinstance(whole, Op)
        text = calendar.flow(refs.range(book.layout.begin(whole)))
    return f"{open_column(-1)}{row.row}+{text}" if row.measure == "running" else text


def _lowest(book: Book, refs: References, line: Line, years: str, year: str) -> str:
    """The lowest tested value of a year; 0 when none was tested."""
    tested = refs.row(book.model.lines[f"{line.id}.tested"])
    value = refs.row(book.model.lines[f"{line.id}.value"])
    return (
        f"IF(SUMIF({years},{year},{tested})=0,0,"
        f"MAX({value})-SUMPRODUCT(MAX(({years}={year})*{tested}*(MAX({value})-{value}))))"
    )


def _wishes(book: Book) -> list[tuple[str, list[_Wish]]]:
    say, tables = book.say, book.case.tables
    return [
        (say("Cash flow and cover"), _cash(book)),
        (say("Debt outstanding"), [_debt(name, book.say.named(terms)) for name, terms in tables.facility.items()]),
        (say("Price support"), _support(book)),
        (say("Revenue by node"), _revenue(book)),
        (say("Distributions"), [_owner(name, book.say.named(terms)) for name, terms in tables.equity.items()]),
        (say("Income statement"), [_flow(id, _label(book, id), id) for id in _section(book, "income")]),
        (say("Balance sheet, at the end of the year"), [_end(id, _label(book, id), id) for id in _balance(book)]),
    ]  # fmt: skip


def _debt(name: str, label: str) -> _Wish:
    return _end(f"debt.{name}", label, f"facility.{name}.outstanding.closing")


def _owner(name: str, label: str) -> _Wish:
    return _flow(f"owner.{name}", label, f"equity.{name}.received")


def _cash(book: Book) -> list[_Wish]:
    say = book.say
    lowest = _Wish("dscr", say("DSCR, lowest of the year"), "lowest", ("ratios.dscr",))
    return [
        _flow("received", say("Received from customers"), "working.received"),
        _flow("paid", say("Paid to suppliers"), "working.paid"),
        _flow("tax", say("To the tax reserve"), "cfads.net_tax"),
        _flow("cfads", say("CFADS"), "cfads.net_cfads"),
        _flow("service", say("Senior debt service"), "waterfall.senior_service"),
        _flow("junior", say("Junior debt service"), "waterfall.junior_service"),
        _Wish("owners", say("To owners"), "flow", ("waterfall.distributions", "-grant.*.claw_back.paid")),
        *([lowest] if "ratios.dscr.tested" in book.model.lines else []),
    ]


def _support(book: Book) -> list[_Wish]:
    say = book.say
    return [
        _flow("support", say("Support paid"), "support.paid"),
        _flow("returned", say("Support given back"), "support.given_back"),
        _Wish("net", say("Support, net, so far"), "running", ("support.paid", "-support.given_back")),
    ]


def _revenue(book: Book) -> list[_Wish]:
    nodes, tables = products_by_node(book.case.tables.node), book.case.tables
    return [
        _Wish(f"node.{name}", book.say.named(tables.node[name]), "flow", tuple(map(_billed, made)))
        for name, made in nodes.items()
    ]


def _billed(product: str) -> str:
    return f"offtake.*.{product}.billed|spot.{product}.billed"


def _flow(name: str, label: str, id: str) -> _Wish:
    return _Wish(name, label, "flow", (id,))


def _end(name: str, label: str, id: str) -> _Wish:
    return _Wish(name, label, "end", (id,))


def _label(book: Book, id: str) -> str:
    return book.say.line(book.model.lines[id])


def _section(book: Book, name: str) -> list[str]:
    return [id for id, line in book.model.lines.items() if id.startswith(f"{name}.") and line.series]


def _balance(book: Book) -> list[str]:
    return [id for id in _section(book, "balance") if not id.endswith(".opening")]


def _terms(book: Book, patterns: Sequence[str]) -> Iterator[tuple[int, Line]]:
    """Lines that patterns name; a leading minus takes off, a star stands for one part of an id."""
    for pattern in patterns:
        sign = -1 if pattern.startswith("-") else 1
        shape = re.compile(re.escape(pattern.lstrip("-")).replace(r"\*", "[^.]+").replace(r"\|", "|"))
        yield from ((sign, line) for id, line in book.model.lines.items() if line.series and shape.fullmatch(id))
