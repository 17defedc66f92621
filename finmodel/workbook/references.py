"""What a formula writes when it reads a line or an input: the workbook's answers to `excel_text`.

A line `back` periods ago is the cell to the left; deeper ones are looked up in the row up to there, so that a cell
never depends on its own column. Beyond the timeline stands one cell on either side, with the value to start from.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.kernel.expr import Expr, Given, Op, Shift
from finmodel.kernel.faces.excel import excel_text
from finmodel.kernel.model import Line
from finmodel.workbook.cells import CONSTANT, FIRST, HEADER_ROWS, OPENING, TOTAL, letter, open_column
from finmodel.workbook.flows import is_flow
from finmodel.workbook.layout import Layout, Spot

PLAIN_NUMBERS = (0, 1, 12, 365, 1000)


@dataclass(frozen=True)
class References:
    """The references that formulas on one sheet write."""

    layout: Layout
    sheet: str
    count: int

    def formula(self, line: Line) -> str:
        """The formula of a line; a link leads to where the number comes from, not to another link."""
        assert line.expr is not None
        return bare(excel_text(origin(line.expr), self))

    def link(self, line: Line) -> str:
        """A formula that shows a line, or what it is itself a link to."""
        return excel_text(origin(line), self)

    def const(self, value: float) -> str:
        """0, 1, 12, 365 and 1000 stand in formulas; any other number has a cell."""
        if abs(value) in PLAIN_NUMBERS:
            text = str(int(abs(value)))
            return f"(-{text})" if value < 0 else text
        return self._cell(self.layout.constant(value))

    def given(self, leaf: Given) -> str:
        """An input: the one cell of a number, this period's cell of a row.

        Args:
            leaf: The input.
        """
        return self._cell(self.layout.reads[leaf.id])

    def line(self, line: Line, back: int) -> str | None:
        """A line `back` periods ago (negative: ahead)."""
        spot = self.layout.lines[line.id]
        if not line.series:
            return self._cell(Spot(spot.sheet, spot.row, CONSTANT))
        shifted = self._shifted(spot, back)
        start = self.layout.starts.get((line.id, back < 0))
        return shifted if back == 0 or start is not None else None

    def row(self, line: Line) -> str:
        """All periods of a line, as a range."""
        return self.range(self.layout.lines[line.id])

    def range(self, spot: Spot) -> str:
        """All periods of a row."""
        last = letter(FIRST + self.count - 1)
        return f"{self._prefix(spot.sheet)}${letter(FIRST)}${spot.row}:${last}${spot.row}"

    def total(self, line: Line) -> str:
        """The sum of a line over time: the cell that shows it, where there is one."""
        if line.kind == "line" and is_flow(line):
            spot = self.layout.lines[line.id]
            return self._cell(Spot(spot.sheet, spot.row, TOTAL))
        return f"SUM({self.row(line)})"

    def begun(self, total: Op) -> str:
        """The beginning of a long sum: its cell on the sheet of these.

        Args:
            total: The long sum.
        """
        return self._cell(self.layout.begin(total))

    def beyond(self, shift: Shift) -> str:
        """A line whose readers want different values beyond the timeline: each asks for its own."""
        number = f"{open_column(0)}${HEADER_ROWS}"
        there = self._shifted(self.layout.lines[shift.line.id], shift.back)
        steps = self.const(abs(shift.back))
        inside = f"{number}>{steps}" if shift.back > 0 else f"{number}+{steps}<={self.const(self.count)}"
        return f"IF({inside},{there},{excel_text(shift.init, self)})"

    def scalar(self, spot: Spot) -> str:
        """The cell of a number."""
        return self._cell(spot)

    def _shifted(self, spot: Spot, back: int) -> str:
        prefix = self._prefix(spot.sheet)
        if abs(back) <= 1:
            return f"{prefix}{open_column(-back)}{spot.row}"
        steps = self.const(abs(back))
        if back > 0:
            row = f"{prefix}${letter(OPENING)}{spot.row}:{open_column(-1)}{spot.row}"
            return f"INDEX({row},1,MAX(1,{open_column(0)}${HEADER_ROWS}-{steps}+1))"
        row = f"{prefix}{open_column(1)}{spot.row}:${letter(FIRST + self.count)}{spot.row}"
        return f"INDEX({row},1,MIN({steps},{self.const(self.count)}-{open_column(0)}${HEADER_ROWS}+1))"

    def _cell(self, spot: Spot) -> str:
        prefix = self._prefix(spot.sheet)
        if spot.column == 0:
            return f"{prefix}{open_column(0)}{spot.row}"
        return f"{prefix}${letter(spot.column)}${spot.row}"

    def _prefix(self, sheet: str) -> str:
        return "" if sheet == self.sheet else f"{sheet}!"


def origin(expr: Expr) -> Expr:
    """What a line that only shows another one shows in the end.

    Args:
        expr: The formula of the line.
    """
    while isinstance(expr, Line) and _is_link(expr.expr):
        assert expr.expr is not None
        expr = expr.expr
    return expr


def _is_link(expr: Expr | None) -> bool:
    return isinstance(expr, Line | Given) or (isinstance(expr, Shift) and abs(expr.back) == 1)


def is_link(line: Line) -> bool:
    """Whether a line only shows another one, or an input."""
    return _is_link(line.expr)


def bare(text: str) -> str:
    """A formula without brackets around the whole of it."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for at, letter_ in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter_, 0)
        if depth == 0 and at < len(text) - 1:
            return text
    return text[1:-1]
