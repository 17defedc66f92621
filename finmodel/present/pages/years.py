"""The blocks of the term sheet by fiscal year: cash flow, and the account of each support programme."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.console import Group

from finmodel.kernel.timeline import MONTH_NAMES
from finmodel.present.annual import CASH, Column, YearTable, by_year, deliveries, month_name, without_nothing
from finmodel.present.grid import Cell, grid, strong
from finmodel.present.numbers import NOT_APPLICABLE, decimals_for, fixed, millions, times
from finmodel.run.results import Results

OWN = (("Due", "due_own"), ("Granted", "granted_own"), ("Paid", "paid_own"))
REPORTED = (
    ("Unmet", "unmet"),
    ("Paid", "paid"),
    ("Stock bought", "outlay"),
    ("Stock sold", "resale"),
    ("Given back", "given_back"),
)


def cash_flow(result: Results, year_end: int | None = None) -> Group | None:
    """The deal's cash by fiscal year, of the timeline unless another month (1-12) ends the years.

    Args:
        year_end: Month in which years end, 1 to 12.
    """
    year_end = year_end or result.model.timeline.year_end
    table = without_nothing(by_year(result, CASH, year_end))
    if not table.columns:
        return None
    headers = [column.title.replace(" ", "\n") for column in table.columns]
    unit = result.case.tables.currency
    return grid(f"Cash flow by fiscal year to {month_name(year_end)}, {unit} m", ["Year", *headers], _rows(table))


def delivered(result: Results, year_end: int | None = None) -> Group | None:
    """What contracts deliver of each product by fiscal year; None without contracts.

    Args:
        year_end: Month in which years end, 1 to 12.
    """
    year_end = year_end or result.model.timeline.year_end
    table = without_nothing(by_year(result, deliveries(result), year_end))
    if not table.columns:
        return None
    title = f"Contract deliveries by fiscal year to {month_name(year_end)}, t"
    return grid(title, ["Year", *(column.title.replace(" ", "\n") for column in table.columns)], _rows(table))


def support(result: Results) -> list[Group]:
    """The account of each support programme, by its own fiscal year: in its budget's currency and as reported."""
    tables = result.case.tables
    found: list[Group] = []
    for name, programme in tables.programme.items():
        contracts = [id for id, terms in tables.support.items() if terms.programme == name]
        year_end = MONTH_NAMES.index(programme.year_end) + 1
        table = without_nothing(by_year(result, _columns(result, contracts), year_end))
        if table.years:
            headers = [f"{column.title}\n{unit} m" for column, unit in zip(table.columns, table.unit, strict=True)]
            title = f"{programme.label}: support by fiscal year to {programme.year_end}"
            found.append(grid(title, ["Year", *headers], [*_rows(table), _total(table)]))
    return found


def _columns(result: Results, contracts: Sequence[str]) -> list[Column]:
    """Own-currency columns, then reported ones; what is unmet is a loss of entitlement, so it stands in both."""
    own = [Column(title, tuple(f"support.{id}.{line}" for id in contracts)) for title, line in OWN]
    unmet = Column("Unmet", (*own[0].terms, *(f"-{term}" for term in own[1].terms)))
    reported = [Column(title, tuple(f"support.{id}.{line}" for id in contracts)) for title, line in REPORTED]
    return [*own[:2], unmet, own[2], *reported]


def _rows(table: YearTable) -> list[list[Cell]]:
    columns = list(zip(table.columns, table.values, _decimals(table), strict=True))
    return [
        [year, *(_cell(column, values[at], places) for column, values, places in columns)]
        for at, year in enumerate(table.years)
    ]


def _total(table: YearTable) -> list[Cell]:
    columns = zip(table.columns, table.values, _decimals(table), strict=True)
    return [strong("Total"), *(strong(_cell(column, math.fsum(values), places)) for column, values, places in columns)]


def _decimals(table: YearTable) -> list[int]:
    """Decimals by currency, so that one wide column does not cut the others."""
    rows = list(zip(table.values, table.unit, strict=True))
    return [decimals_for(value for row, own in rows if own == unit for value in row) for unit in table.unit]


def _cell(column: Column, value: float, places: int) -> str:
    if math.isnan(value):
        return NOT_APPLICABLE if column.measure != "times" else ""
    if column.measure == "times":
        return times(value)
    return fixed(value, 0) if column.measure == "tonnes" else millions(value, places)
