"""The inputs of a received workbook: names lead to cells, cells hold numbers and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping

from finmodel.workbook.intake.contents import EMPTY, ERROR, NUMBER, TEXT, Book, Cell, Sheet
from finmodel.workbook.intake.formulas import address, column_number
from finmodel.workbook.intake.gate import refuse
from finmodel.workbook.intake.logic import machine_names

_TARGET = re.compile(r"(?P<sheet>[^!]+)!\$([A-Z]{1,3})\$([0-9]{1,7})(?::\$([A-Z]{1,3})\$([0-9]{1,7}))?")
_HELD = {EMPTY: "is empty", ERROR: "shows an error", TEXT: "holds a text"}
SHOWN = 3


def input_values(book: Book, wanted: Mapping[str, str]) -> dict[str, list[float]]:
    """Name of an input → its numbers: one, or one a period.

    Args:
        wanted: Each name, and where it leads in the workbook as written.

    Raises:
        BadWorkbook: A name is gone or leads elsewhere, or a cell holds no number; all of them in one line.
    """
    names = machine_names(book)
    faults: list[str] = []
    values: dict[str, list[float]] = {}
    for name, target in wanted.items():
        if names.get(name) != target:
            faults.append(f"the name {name} leads to {names.get(name, 'nothing')[:60]}, not to {target}")
            continue
        cells = _cells(book, target)
        faults += [fault for at, cell in cells.items() if (fault := _fault(at, cell))]
        values[name] = [float(cell.value or 0) for cell in cells.values() if cell is not None and cell.kind == NUMBER]
    if faults:
        more = f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        refuse(book.file, "; ".join(faults[:SHOWN]) + more)
    return values


def places(target: str) -> tuple[str, list[tuple[int, int]]]:
    """The sheet, and row and column of each cell, that a name leads to.

    Args:
        target: What the name refers to.
    """
    match = _TARGET.fullmatch(target)
    if match is None:
        return "", []
    _, left, top, right, bottom = match.groups()
    rows = range(int(top), int(bottom or top) + 1)
    columns = range(column_number(left), column_number(right or left) + 1)
    return match["sheet"], [(row, column) for row in rows for column in columns]


def _cells(book: Book, target: str) -> dict[str, Cell | None]:
    name, where = places(target)
    sheet = book.sheets.get(name, Sheet(name))
    return {f"{name}!{address(*place)}": sheet.cell(*place) for place in where}


def _fault(at: str, cell: Cell | None) -> str:
    if cell is None:
        return f"{at} is empty; type a number"
    if cell.formula:
        return f"{at} holds a formula; type its number"
    if cell.kind == NUMBER:
        return ""
    return f"{at} {_HELD.get(cell.kind, 'holds true or false')} ({str(cell.value)[:20]}); type a number"
