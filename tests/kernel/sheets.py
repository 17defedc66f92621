"""A model as a worksheet, to be recalculated by a spreadsheet engine: rows are lines, columns are periods.

Column A is the id, B the value of a single number, C to E what lags read before the first period; then the periods;
then three columns for what leads read after the last.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import formualizer
import ironcalc
import numpy as np
from openpyxl import Workbook, load_workbook  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]
from openpyxl.worksheet.worksheet import Worksheet  # type: ignore[import-untyped]

from finmodel.kernel.expr import Const, Given, Op, Shift
from finmodel.kernel.faces.excel import excel_text
from finmodel.kernel.model import Line, Model, walk

SINGLE, MEMO, FIRST = 2, 3, 6
EDGE = FIRST - MEMO
Numbers = float | list[float]


def as_input(id: str) -> str:
    """The name of an input's row; a line may have the same id."""
    return f"in {id}"


@dataclass
class Sheet:
    """Where each input and line of a model stands."""

    name: str
    model: Model
    inputs: dict[str, Given]
    rows: dict[str, int] = field(default_factory=dict)
    starts: dict[tuple[str, bool], set[Const | Given]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.count = self.model.timeline.count
        names = [*map(as_input, self.inputs), *self.model.lines]
        self.rows = {name: row for row, name in enumerate(names, 1)}
        for line in self.model.lines.values():
            for node in walk(line.expr):
                if isinstance(node, Shift) and isinstance(node.init, Const | Given):
                    self.starts.setdefault((node.line.id, node.back < 0), set()).add(node.init)

    def write(self, page: Worksheet) -> None:
        """Inputs as numbers, lines as formulas."""
        for id, row in self.rows.items():
            page.cell(row, 1, id)
        for id, given in self.inputs.items():
            values = given.value if isinstance(given.value, tuple) else (given.value,)
            for i, value in enumerate(values):
                page.cell(self.rows[as_input(id)], FIRST + i if given.series else SINGLE, value)
        for line in self.model.lines.values():
            assert line.expr is not None
            for t in range(self.count) if line.series else [0]:
                at = FIRST + t if line.series else SINGLE
                page.cell(self.rows[line.id], at, "=" + excel_text(line.expr, Place(self, t)))
        for (id, ahead), _ in self.starts.items():
            for i in range(EDGE):
                if (start := self.start(id, ahead)) is not None:
                    at = FIRST + self.count + i if ahead else MEMO + i
                    page.cell(self.rows[id], at, "=" + excel_text(start, Place(self, 0)))

    def start(self, id: str, ahead: bool) -> Const | Given | None:
        """What the cells beyond the timeline hold, if all who read them agree."""
        found = self.starts.get((id, ahead), set())
        unique = {start.value if isinstance(start, Const) else start.id: start for start in found}
        return next(iter(unique.values())) if len(unique) == 1 else None

    def cells(self, line: Line) -> Iterator[tuple[int, int]]:
        """Row and column of each value of a line."""
        for t in range(self.count) if line.series else [0]:
            yield self.rows[line.id], FIRST + t if line.series else SINGLE


@dataclass(frozen=True)
class Place:
    """One cell of a sheet: the references that its formula writes."""

    sheet: Sheet
    period: int

    def _cell(self, id: str, column: int) -> str:
        return f"{get_column_letter(column)}{self.sheet.rows[id]}"

    def const(self, value: float) -> str:
        """The number itself."""
        return const_text(value)

    def given(self, leaf: Given) -> str:
        """An input."""
        return self._cell(as_input(leaf.id), FIRST + self.period if leaf.series else SINGLE)

    def line(self, line: Line, back: int) -> str | None:
        """A line of another period; None far beyond the timeline, or where its readers want different values there."""
        if not line.series:
            return self._cell(line.id, SINGLE)
        at = self.period - back
        inside = 0 <= at < self.sheet.count
        near = -EDGE <= at < self.sheet.count + EDGE
        if not inside and (not near or self.sheet.start(line.id, at >= self.sheet.count) is None):
            return None
        return self._cell(line.id, FIRST + at)

    def row(self, line: Line) -> str:
        """All periods."""
        row = self.sheet.rows[line.id]
        return f"${get_column_letter(FIRST)}{row}:${get_column_letter(FIRST + self.sheet.count - 1)}{row}"

    def begun(self, total: Op) -> str:
        """The beginning of a long sum, in place."""
        return excel_text(total, self)

    def beyond(self, shift: Shift) -> str:
        """The start value itself."""
        return excel_text(shift.init, self)


def recalculate(sheets: list[Sheet], path: Path, engine: str = "formualizer") -> dict[tuple[str, str], Any]:
    """Write the sheets to a file, let a spreadsheet engine compute it, and read every line by sheet and id."""
    book = Workbook()
    for sheet in sheets:
        sheet.write(book.create_sheet(sheet.name))
    del book["Sheet"]
    book.save(path)
    names = [sheet.name for sheet in sheets]
    readers = {
        "formualizer": _formualizer,
        "ironcalc": lambda file: _ironcalc(file, names),
        "libreoffice": _libreoffice,
    }
    read = readers[engine](path)
    found: dict[tuple[str, str], Any] = {}
    for sheet in sheets:
        for line in sheet.model.lines.values():
            values = [read(sheet.name, row, column) for row, column in sheet.cells(line)]
            found[sheet.name, line.id] = values if line.series else values[0]
    return found


def _formualizer(path: Path) -> Any:
    book = formualizer.load_workbook(str(path))
    book.set_temporal_egress("serial")
    book.evaluate_all()
    return lambda sheet, row, column: book.get_value(sheet, row, column)


def _ironcalc(path: Path, names: list[str]) -> Any:
    book = ironcalc.load_from_xlsx(str(path))
    book.evaluate()
    return lambda sheet, row, column: book.get_cell_value(names.index(sheet), row, column)


def _libreoffice(path: Path) -> Any:
    """The file as LibreOffice computes and saves it."""
    folder = path.parent / "recalculated"
    profile = f"-env:UserInstallation=file://{path.parent}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    book = load_workbook(folder / path.name, data_only=True)
    return lambda sheet, row, column: book[sheet].cell(row, column).value


def as_numbers(values: Any) -> Numbers:
    """Cell values as floats; n/a is nan; anything else that is no number is a failure."""
    if isinstance(values, list):
        return [cast(float, as_numbers(value)) for value in values]
    assert values == "n/a" or isinstance(values, int | float), f"a cell holds {values!r}"
    return float("nan") if values == "n/a" else float(values)


def differences(model: Model, wanted: dict[str, Any], got: dict[str, Any], tolerance: float = 1e-9) -> list[str]:
    """Lines whose cells are off by more than tolerance × max(1, scale); scale is that of the line or what it reads."""
    found = []
    for line in model.lines.values():
        reads = [line.id]
        for node in walk(line.expr):
            reads += [node.line.id] if isinstance(node, Shift) else [node.id] if isinstance(node, Line) else []
            reads += [row.id for row in getattr(node, "lines", ())]
        sizes = np.abs(np.concatenate([np.atleast_1d(wanted[id]) for id in reads]))
        scale = max(1.0, float(np.nanmax(sizes)) if not np.isnan(sizes).all() else 0.0)
        cells = as_numbers(got[line.id])
        if not np.allclose(cells, wanted[line.id], rtol=0, atol=tolerance * scale, equal_nan=True):
            found.append(f"{line.id}: workbook {cells}, engine {wanted[line.id]}, scale {scale:g}")
    return found


def const_text(value: float) -> str:
    """A number as a formula writes it: 1, 0.5, 1E-09; a negative one in brackets."""
    text = repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value).upper()
    return f"({text})" if value < 0 else text
