"""The Excel face of a formula: its text in one cell, from the operator table and the fold table alone.

Where things stand in the workbook is the business of the cells: they answer with references. A row keeps one formula
across all periods when its opening and closing columns hold what a shift reads beyond the timeline.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeGuard

from finmodel.kernel.expr import SIDE_BY_SIDE, Const, Expr, Fold, Given, Op, Shift
from finmodel.kernel.folds import FOLDS
from finmodel.kernel.model import Line
from finmodel.kernel.operators import OPERATORS

_SUMS = ("add", "sub")
LONGEST_SUM = 4_000
"""Letters of a sum in one cell, so that two of them and what stands around fit the 8,192 of a formula."""


class Cell(Protocol):
    """A workbook seen from one cell: the references that its formula writes."""

    def const(self, value: float) -> str:
        """A number that a formula holds: itself, or the cell where the workbook keeps it.

        Args:
            value: The number.
        """

    def given(self, leaf: Given) -> str:
        """An input: the one cell of a number, this period's cell of a row.

        Args:
            leaf: The input.
        """

    def line(self, line: Line, back: int) -> str | None:
        """A line `back` periods ago (negative: ahead); None where no column holds it, beyond the timeline.

        Args:
            line: The line that is read.
        """

    def row(self, line: Line) -> str:
        """All periods of a line, as a range.

        Args:
            line: The line that is read.
        """

    def begun(self, total: Op) -> str:
        """The beginning of a long sum, which has a cell of its own, so that no formula is too long or too deep.

        Args:
            total: The long sum.
        """

    def beyond(self, shift: Shift) -> str:
        """What a shift reads beyond the timeline, where `line` has no column for it."""


def excel_text(expr: Expr, cell: Cell) -> str:
    """The formula as the text of a cell, without the leading "=".

    Args:
        expr: The expression to write.
    """
    if isinstance(expr, Const):
        return cell.const(expr.value)
    if isinstance(expr, Given):
        return cell.given(expr)
    if isinstance(expr, Line):
        here = cell.line(expr, 0)
        assert here is not None, f"{expr.id} has no cell"
        return here
    if isinstance(expr, Shift):
        return cell.line(expr.line, expr.back) or cell.beyond(expr)
    if isinstance(expr, Op) and expr.name in _SUMS:
        return _sum_text(expr, cell)
    parts = [excel_text(arg, cell) for arg in expr.args]
    if isinstance(expr, Fold):
        return FOLDS[expr.name].excel([cell.row(line) for line in expr.lines], parts)
    assert isinstance(expr, Op)
    return OPERATORS[expr.name].excel(parts)


def _sum_text(expr: Op, cell: Cell) -> str:
    """A sum or difference; where it is long, in terms or in letters, its beginning has a cell of its own."""
    first, rest = expr.args[0], [excel_text(arg, cell) for arg in expr.args[1:]]
    text = cell.begun(first) if _is_long(first) else excel_text(first, cell)
    parts = [text, *rest]
    if _is_sum(first) and not _is_long(first):
        parts[0] = text[1:-1]  # a sum runs from left to right without brackets
    at = _cut(parts)
    if at == 1 and _is_sum(first):
        parts[0] = cell.begun(first)
    elif at and len(parts) > 2:
        at = max(2, at)  # a single term is no sum
        parts[:at] = [cell.begun(Op(expr.name, expr.args[:at]))]
    return OPERATORS[expr.name].excel(parts)


def _cut(parts: Sequence[str]) -> int:
    """How many of the first terms must go to a cell of their own; 0 where all fit."""
    if sum(len(part) + 1 for part in parts) <= LONGEST_SUM:
        return 0
    at, letters = len(parts) - 1, len(parts[-1])
    while letters + 1 + len(parts[at - 1]) <= LONGEST_SUM:
        at, letters = at - 1, letters + 1 + len(parts[at - 1])
    return at


def _is_sum(expr: Expr) -> TypeGuard[Op]:
    return isinstance(expr, Op) and expr.name in _SUMS


def _is_long(expr: Expr) -> TypeGuard[Op]:
    return _is_sum(expr) and len(expr.args) >= SIDE_BY_SIDE
