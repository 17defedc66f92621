"""CSV files of a run, for a spreadsheet: results, lines by period, single numbers, checks, covenants by payment
date, and by year cash flow, income statement and balance sheet.

A text that a spreadsheet would run as a formula gets a leading apostrophe. UTF-8 with a byte order mark, so that
spreadsheets read labels in any language.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from finmodel.kernel.files import inside, make_folder, write_bytes
from finmodel.present.annual import CASH, MORE, Column, by_year, deliveries, fiscal_years, statements
from finmodel.present.covenant_table import covenants
from finmodel.present.numbers import NOT_APPLICABLE, clean
from finmodel.run.results import Results

Cell = str | float | bool | None
NAMES = ("metrics.csv", "lines.csv", "numbers.csv", "checks.csv", "annual.csv", "statements.csv", "covenants.csv")
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_tables(result: Results, folder: Path, year_end: int | None = None) -> list[Path]:
    """Write all tables of a run into a folder, each file whole or not at all.

    Args:
        folder: Where the files are written.
        year_end: Month (1-12) in which the years of the yearly tables end; that of the timeline without it.

    Raises:
        FileError: The folder or a file cannot be written.
    """
    tables = (
        _metrics(result),
        _lines(result),
        _numbers(result),
        _checks(result),
        _annual(result, year_end or result.model.timeline.year_end),
        _statements(result, year_end or result.model.timeline.year_end),
        covenants(result),
    )
    make_folder(folder)
    return [write_bytes(inside(folder, name), to_csv(rows)) for name, rows in zip(NAMES, tables, strict=True)]


def to_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Rows as the bytes of a CSV file; numbers keep all their digits, None and NaN are "n/a".

    Args:
        rows: Cells, row by row.
    """
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula, without control letters."""
    cleaned = clean(text)
    return "'" + cleaned if text.lstrip(" ").startswith(_DANGEROUS) or cleaned.startswith(_DANGEROUS) else cleaned


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return guarded(cell)
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if cell is None or math.isnan(cell):
        return NOT_APPLICABLE
    return repr(float(cell) + 0.0)


def _metrics(result: Results) -> Iterator[Sequence[Cell]]:
    units, notes = result.units, result.notes
    yield "metric", "label", "value", "unit", "note"
    for name, value in result.metrics.items():
        yield name, result.model.metrics[name].line.label, value, units[name], notes.get(name, "")


def _lines(result: Results) -> Iterator[Sequence[Cell]]:
    yield "id", "label", "unit", *result.model.timeline.labels
    for id, line in result.model.lines.items():
        if line.series and id in result.values:
            yield id, line.label, str(line.unit), *result.values[id]


def _numbers(result: Results) -> Iterator[Sequence[Cell]]:
    yield "id", "label", "unit", "value"
    for id, line in result.model.lines.items():
        if not line.series and id in result.values:
            yield id, line.label, str(line.unit), result.values[id]


def _checks(result: Results) -> Iterator[Sequence[Cell]]:
    yield "id", "label", "class", "passed", "worst", "period"
    for check in result.checks:
        yield check.id, check.label, check.kind, check.passed, check.worst, check.at


def _statements(result: Results, year_end: int) -> Iterator[Sequence[Cell]]:
    yield "id", "label", "unit", *fiscal_years(result.model.timeline, year_end)
    for id, label, unit, values in statements(result, year_end):
        yield id, label, unit, *values


def _annual(result: Results, year_end: int) -> Iterator[Sequence[Cell]]:
    goods = [Column(f"Contract deliveries, {one.title}", one.terms, one.measure) for one in deliveries(result)]
    table = by_year(result, (*goods, *CASH, *MORE), year_end)
    yield "label", "lines", "unit", *table.years
    for column, unit, values in zip(table.columns, table.unit, table.values, strict=True):
        yield column.title, " ".join(column.terms), unit, *values
