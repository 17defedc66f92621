"""Price histories: prices.csv has a month in its first column and one index in each further column."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from finmodel.case.guard import Text, read_text
from finmodel.case.says import Part
from finmodel.kernel.errors import CaseError, Problem, UnitError
from finmodel.kernel.timeline import month_start
from finmodel.kernel.units import Unit, unit

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?")
_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
LARGEST = 1e15
PART = Part(
    "prices.csv",
    "Price histories by month, for calibration and for a bootstrap: names of price indices in the first row, their "
    "units in the second, then every month once, in order. What follows a semicolon after a unit is the basis.",
    """\
month,ndpr,dyo
,USD/kg,"USD/kg; FOB, VAT excluded"
2024-01,54.5,247
2024-02,52.1,251
""",
)


class _Row(NamedTuple):
    """A row of a file: the line on which it ends, and its cells."""

    line: int
    cells: list[str]


class History(NamedTuple):
    """The history of one index.

    Args:
        unit: Of the prices.
        months: Month number (as base.timeline.month_number) → price.
        basis: What the header says after a semicolon, such as "FOB, VAT excluded".
    """

    unit: Unit
    months: dict[int, float]
    basis: str = ""


def read_prices(path: Path) -> dict[str, History]:
    """Read a file of price histories.

    Args:
        path: The file or folder.

    Raises:
        CaseError: Every row that is not a month of prices, with its line.
        FileError: The file cannot be read.
        LimitError: The file is beyond a limit.
    """
    problems: list[Problem] = []
    histories = histories_of(read_text(path), problems)
    if problems:
        raise CaseError(problems)
    return histories


def histories_of(text: Text, problems: list[Problem]) -> dict[str, History]:
    """The histories of a file that passed the guards; what is wrong is added to `problems`."""
    rows = [row for row in _rows(text, problems) if any(cell.strip() for cell in row.cells)]
    if len(rows) < 3 or rows[0].cells[0].strip() != "month":
        remedy = 'Write "month,ndpr", below it ",USD/kg", and a row for each month: "2026-01,62.5".'
        problems.append(
            text.problem(
                rows[0].line if rows else 0,
                "the file needs a row of names, a row of units and a row for each month.",
                remedy,
            )
        )
        return {}
    names, columns = [cell.strip() for cell in rows[0].cells], _columns(text, rows[:2], problems)
    month = 0
    for number, row in rows[2:]:
        if len(row) != len(names):
            problems.append(
                text.problem(
                    number, f"the row has {len(row)} cells, the header {len(names)}.", "A number takes no comma here."
                )
            )
            continue
        month = _month(text, number, row[0].strip(), month, problems)
        for name, cell in zip(names[1:], row[1:], strict=True):
            price = _price(text, number, name, cell.strip(), problems)
            if name in columns and price is not None:
                columns[name].months[month] = price
    return columns


def _rows(text: Text, problems: list[Problem]) -> Iterator[_Row]:
    reader = csv.reader(text.lines, strict=True)
    try:
        for row in reader:
            yield _Row(reader.line_num, row)
    except csv.Error as error:
        problems.append(text.problem(reader.line_num, f"this is not a row of a table: {error}."))


def _columns(text: Text, rows: list[_Row], problems: list[Problem]) -> dict[str, History]:
    """One empty history for each name of the header."""
    (line, names), (unit_line, units) = rows
    columns: dict[str, History] = {}
    if len(units) != len(names):
        problems.append(text.problem(unit_line, f"the row of units has {len(units)} cells, the header {len(names)}."))
    for name, cell in zip(map(str.strip, names[1:]), units[1:], strict=False):
        if name in columns or not _NAME.fullmatch(name):
            what = "stands twice" if name in columns else "is not a name of small letters, digits and underscores"
            problems.append(
                text.problem(line, f'"{name[:60]}" {what}.', "Write each index once, such as month,ndpr,dyo.")
            )
            continue
        typed, _, basis = cell.partition(";")
        try:
            if not typed.strip():
                raise UnitError("no unit")
            columns[name] = History(unit(typed.strip()), {}, basis.strip())
        except UnitError as error:
            problems.append(
                text.problem(
                    unit_line,
                    f'"{name}" needs a unit: got "{typed[:60]}" ({error}).',
                    "Write a unit such as USD/kg.",
                    name,
                )
            )
    return columns


def _month(text: Text, line: int, cell: str, before: int, problems: list[Problem]) -> int:
    """The number of the month in a row, which must be the one after the month before."""
    match = re.fullmatch(r"(\d{4})-(\d{2})", cell, re.ASCII)
    if not match or not 1 <= int(match[2]) <= 12 or not 1990 <= int(match[1]) <= 2200:
        problems.append(
            text.problem(line, f'this is not a month: got "{cell[:60]}".', "Write year and month, such as 2026-01.")
        )
        return before + 1 if before else 0
    month = int(match[1]) * 12 + int(match[2]) - 1
    if before and month != before + 1:
        expected = f"{month_start(before + 1):%Y-%m}"
        what = "stands twice" if month == before else "comes too early" if month < before else "follows a gap"
        problems.append(text.problem(line, f"{cell} {what}: {expected} is next.", "Write every month once, in order."))
    return max(month, before)


def _price(text: Text, line: int, name: str, cell: str, problems: list[Problem]) -> float | None:
    if _NUMBER.fullmatch(cell) and float(cell) <= LARGEST:
        return float(cell)
    wrong = (
        f'the price of {name} is a number, 0 or more: got "{cell[:60]}".'
        if cell
        else f"the price of {name} is missing."
    )
    problems.append(text.problem(line, wrong, "Write a plain number such as 62.5.", name))
    return None
