"""Fiscal years: periods gathered into years, and flows of a year, for pages and tables."""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from finmodel.kernel.errors import UsageError
from finmodel.kernel.timeline import MONTH_NAMES, Timeline
from finmodel.present.numbers import DUST, clean
from finmodel.run.results import Results

Measure = Literal["money", "tonnes", "times"]


_FLOWS = re.compile(r"income\.|company\.[^.]+\.net_(income\.|profit$|interest$|cash$)")
_BALANCES = re.compile(r"balance\.|company\.[^.]+\.(assets|liabilities|net_(?!income|profit|interest|cash|difference))")


class StatementRow(NamedTuple):
    """A row of a statement: a value a fiscal year, in its unit."""

    id: str
    label: str
    unit: str
    values: list[float]


@dataclass(frozen=True)
class Column:
    """One column of a table by year.

    Args:
        title: Its header.
        terms: Ids that are added, or taken off with a leading "-"; "*" stands for one part of an id. Absent ids count
            for nothing; a column without any is left out.
        measure: What it is in; "times" is a ratio, of which the lowest of the year is shown.
    """

    title: str
    terms: tuple[str, ...]
    measure: Measure = "money"


@dataclass(frozen=True)
class YearTable:
    """Values by fiscal year: `values[column][year]`; NaN where nothing was tested."""

    years: tuple[str, ...]
    columns: tuple[Column, ...]
    values: tuple[tuple[float, ...], ...]
    unit: tuple[str, ...]


CASH = (
    Column("Sales receipts", ("working.received",)),
    Column("Support, net", ("support.paid", "-support.given_back")),
    Column("Costs paid", ("working.paid",)),
    Column("To tax reserve", ("cfads.net_tax",)),
    Column("CFADS", ("cfads.net_cfads",)),
    Column("Senior service", ("waterfall.senior_service",)),
    Column("Junior service", ("waterfall.junior_service",)),
    Column("To owners", ("waterfall.distributions", "-grant.*.claw_back.paid")),
    Column("Closure, from owners", ("waterfall.closure_from_owners",)),
    Column("Lowest DSCR", ("ratios.dscr",), "times"),
)

MORE = (
    Column("Closure, net", ("closure.spent", "-closure.salvage")),
    Column("Set aside, net", ("reserve.*.paid_in", "-reserve.*.used", "-reserve.*.released")),
    Column("Senior prepaid", ("waterfall.swept", "waterfall.locked_prepaid")),
    Column("Contingent equity", ("waterfall.senior_from_owners",)),
    Column("Shareholder loans", ("waterfall.shareholder_service",)),
    Column("Grants clawed back", ("grant.*.claw_back.paid",)),
)
"""What few deals have: for tables, beside the columns that a page has room for."""


def deliveries(result: Results) -> list[Column]:
    """What contracts deliver, a column for each product: tonnes of different products make no sum."""
    return [
        Column(product.label, (f"offtake.*.{id}.delivered",), "tonnes")
        for id, product in result.case.tables.product.items()
    ]


def fiscal_years(timeline: Timeline, year_end: int) -> dict[str, list[int]]:
    """The numbers of the periods that end in each fiscal year, by its name in print.

    Args:
        year_end: Month (1-12) in which the years end; how they are named, the timeline says.
    """
    years: dict[str, list[int]] = {}
    for number, period in enumerate(timeline.periods):
        years.setdefault(timeline.fiscal_year(period.last_day, year_end), []).append(number)
    return years


def month_of(timeline: Timeline, typed: str) -> int:
    """The month (1-12) in which years end, as typed; periods must end in it, or no year would be whole.

    Args:
        typed: A month, in words.

    Raises:
        UsageError: It is no month, or no period ends in it.
    """
    ends = [n for n in range(1, len(MONTH_NAMES) + 1) if (n - timeline.year_end) % timeline.months == 0]
    fitting = [MONTH_NAMES[n - 1] for n in ends]
    wanted = typed.strip().capitalize()
    if wanted in fitting:
        return MONTH_NAMES.index(wanted) + 1
    what = "no period of the case ends in" if wanted in MONTH_NAMES else "this is not a month:"
    raise UsageError(f"--year-ends: {what} {clean(typed)[:40]}; write {' or '.join(fitting)}")


def month_name(year_end: int) -> str:
    """The month in which fiscal years end, in words.

    Args:
        year_end: Month in which years end, 1 to 12.
    """
    return MONTH_NAMES[year_end - 1]


def matching(result: Results, pattern: str) -> list[str]:
    """Ids of series lines that a pattern names; "*" stands for one part of an id.

    Args:
        pattern: An id in which * stands for any text.
    """
    if "*" not in pattern:
        return [pattern] if pattern in result.values and result.model.lines[pattern].series else []
    shape = re.compile(re.escape(pattern).replace(r"\*", r"[^.]+"))
    lines = result.model.lines.items()
    return [id for id, line in lines if line.series and id in result.values and shape.fullmatch(id)]


def owner_lines(ids: Container[str], name: str) -> tuple[str, str]:
    """Ids of what a class pays in, and of what it receives after tax; both with its loans and the prices of exits.

    Args:
        ids: Ids of all lines.
        name: Name of the class.
    """
    either = (("all_in", "put_in", "paid_in"), ("all_out", "kept", "got", "received"))
    paid, got = (next(id for part in parts if (id := f"equity.{name}.{part}") in ids) for parts in either)
    return paid, got


def flow(result: Results, terms: Sequence[str]) -> list[float] | None:
    """The sum of the lines that terms name, one value a period; None if there is no such line.

    Args:
        terms: Ids of lines, with "-" before those that are taken off.
    """
    found = [(-1.0 if term[0] == "-" else 1.0, id) for term in terms for id in matching(result, term.lstrip("-"))]
    if not found:
        return None
    count = result.model.timeline.count
    return [sum(sign * float(result.values[id][t]) for sign, id in found) for t in range(count)]


def by_year(result: Results, columns: Sequence[Column], year_end: int) -> YearTable:
    """The columns that the model has lines for, by fiscal year.

    Args:
        columns: Columns and the lines that each adds up.
        year_end: Month in which years end, 1 to 12.
    """
    years = fiscal_years(result.model.timeline, year_end)
    rows = [(column, flow(result, column.terms)) for column in columns]
    kept = [(column, row) for column, row in rows if row is not None]
    return YearTable(
        years=tuple(years),
        columns=tuple(column for column, _ in kept),
        values=tuple(tuple(_of_year(column, row, years[year]) for year in years) for column, row in kept),
        unit=tuple(_unit(result, column) for column, _ in kept),
    )


def statements(result: Results, year_end: int) -> Iterator[StatementRow]:
    """Income statement and balance sheet by year, of the group and of each company.

    Flows of a year are added; a balance is that of its last period.

    Args:
        year_end: Month in which years end, 1 to 12.
    """
    years = fiscal_years(result.model.timeline, year_end)
    for id, line in result.model.lines.items():
        flows = bool(_FLOWS.match(id))
        if not line.series or id not in result.values or not (flows or _BALANCES.match(id)):
            continue
        row = [float(value) for value in result.values[id]]
        by_year = [_rolled(row, periods, flows) for periods in years.values()]
        yield StatementRow(id, line.label, str(line.unit), by_year)


def _rolled(row: Sequence[float], periods: Sequence[int], flows: bool) -> float:
    return math.fsum(row[t] for t in periods) if flows else row[periods[-1]]


def without_nothing(table: YearTable) -> YearTable:
    """A table without the columns, and the years, in which nothing happens."""
    parts = list(zip(table.columns, table.values, table.unit, strict=True))
    kept = [(column, row, unit) for column, row, unit in parts if any(map(_counts, row))]
    live = [at for at, _ in enumerate(table.years) if any(_counts(row[at]) for _, row, _ in kept)]
    return YearTable(
        years=tuple(table.years[at] for at in live),
        columns=tuple(column for column, _, _ in kept),
        values=tuple(tuple(row[at] for at in live) for _, row, _ in kept),
        unit=tuple(unit for _, _, unit in kept),
    )


def _of_year(column: Column, row: Sequence[float], periods: Sequence[int]) -> float:
    values = [row[t] for t in periods]
    if column.measure != "times":
        return math.fsum(values)
    return min((value for value in values if not math.isnan(value)), default=math.nan)


def _counts(value: float) -> bool:
    """Whether a value is more than the dust that adding leaves behind."""
    return abs(value) > DUST  # False for NaN


def _unit(result: Results, column: Column) -> str:
    """The unit of the first line that a column reads."""
    first = next(id for term in column.terms for id in matching(result, term.lstrip("-")))
    return str(result.model.lines[first].unit)
