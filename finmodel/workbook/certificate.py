"""The certificate: the file, recalculated by another program, against the model, line by line.

Tolerance: |sheet - model| <= 1e-9 × max(1, scale); scale is the largest absolute value of the line or of what its
           formula reads. A rate of return, and what is computed from one: 1e-7 (S2).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from finmodel.kernel.expr import Expr, Fold, Shift
from finmodel.kernel.faces.generated import Value
from finmodel.kernel.model import Line, Model, walk
from finmodel.kernel.order import plan
from finmodel.kernel.returns.irr import FRAGILE, NO_ROOT, NO_ROOT_FRAGILE, OK, SEVERAL
from finmodel.workbook.book import Book, Certificate
from finmodel.workbook.cells import CONSTANT, FIRST, letter
from finmodel.workbook.layout import Spot
from finmodel.workbook.recalculate import CertificateError, Recalculated

TOLERANCE, RATE_TOLERANCE = 1e-9, 1e-7
STATUSES = ("irr_status", "xirr_status")
IN_A_CELL = {SEVERAL: OK, FRAGILE: OK, NO_ROOT_FRAGILE: NO_ROOT}
NAMED = 10


@dataclass(frozen=True)
class Edit:
    """A value typed into a cell, or a row of values from a cell on."""

    spot: Spot
    value: Value | str


@dataclass(frozen=True)
class Trial:
    """One comparison: what is typed into the file, what the model says then, and what is typed to undo it."""

    what: str
    edits: Sequence[Edit]
    undo: Sequence[Edit]
    expected: Mapping[str, Value]


@dataclass
class Found:
    """What comparisons have found so far."""

    cells: int = 0
    largest: float = 0.0
    where: str = ""
    wrong: list[tuple[int, int, str]] = field(default_factory=list)

    def named(self) -> list[str]:
        """The first cells that differ: the earliest period, and in it the line that is computed first."""
        return [text for _, _, text in sorted(self.wrong)[:NAMED]]


def certify(book: Book, file: Recalculated, trials: Sequence[Trial]) -> Certificate:
    """Compare the file with the model in every trial.

    Args:
        trials: What to compare.

    Raises:
        CertificateError: Cells differ by more than the tolerance; names the first of them.
    """
    found, judge = Found(), Judge(book)
    for trial in trials:
        _type(file, trial.edits)
        file.compute()
        judge.compare(trial, file, found)
        if found.wrong:
            break
        _type(file, trial.undo)
    if found.wrong:
        head = f"the workbook does not compute to the model's numbers in {len(found.wrong)} cells; nothing was written:"
        raise CertificateError("\n".join([head, *found.named()]))
    compared = tuple(trial.what for trial in trials)
    return Certificate(file.engine(), compared, found.cells, found.largest, found.where)


def _type(file: Recalculated, edits: Sequence[Edit]) -> None:
    for edit in edits:
        spot = edit.spot
        values: Sequence[Any] = edit.value if isinstance(edit.value, list | tuple) else (edit.value,)
        for column, value in enumerate(values, spot.column or FIRST):
            file.set(spot.sheet, spot.row, column, value)


class Judge:
    """Compares the lines of a book with numbers of the model."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.reads = {id: reads(line) for id, line in book.model.lines.items()}
        self.rates = _rates(book.model, self.reads)
        folds = {id: line.expr for id, line in book.model.lines.items() if isinstance(line.expr, Fold)}
        self.statuses = {id for id, fold in folds.items() if fold.name in STATUSES}
        self.order = {line.id: at for at, line in enumerate(plan(book.model).order)}
        self.bottom = {
            sheet.name: max(book.layout.lines[id].row for block in sheet.blocks for id in block.items)
            for sheet in book.layout.sheets
        }

    def compare(self, trial: Trial, file: Recalculated, found: Found) -> None:
        """Every line of the book against what is expected."""
        last = FIRST + self.book.count - 1
        sheets = {name: file.block(name, bottom, last) for name, bottom in self.bottom.items()}
        sizes = {id: _size(value) for id, value in trial.expected.items()}
        for id, line in self.book.model.lines.items():
            spot = self.book.layout.lines[id]
            cells = sheets[spot.sheet][spot.row - 1]
            got = _numbers(cells[FIRST - 1 : last] if line.series else cells[CONSTANT - 1 : CONSTANT])
            wanted = np.broadcast_to(np.asarray(trial.expected[id], dtype=float), got.shape)
            if id in self.statuses:  # a cell cannot tell how many rates there are, nor what decides them
                wanted = np.array([IN_A_CELL.get(int(status), status) for status in wanted])
            scale = max(1.0, *(sizes[other] for other in self.reads[id]))
            self._judge(trial, line, spot, (got, wanted, scale), found)

    def _judge(
        self,
        trial: Trial,
        line: Line,
        spot: Spot,
        pair: tuple[NDArray[np.float64], NDArray[np.float64], float],
        found: Found,
    ) -> None:
        got, wanted, scale = pair
        both = np.isnan(got) & np.isnan(wanted)
        off = np.where(both, 0.0, np.abs(got - wanted) / scale)
        off = np.where(np.isnan(off), math.inf, off)
        worst = int(np.argmax(off))
        rate = line.id in self.rates
        at = f"{spot.sheet}!{letter((FIRST if line.series else CONSTANT) + worst)}{spot.row}"
        found.cells += off.size
        if not rate and off[worst] > found.largest:
            found.largest, found.where = float(off[worst]), at
        for number in np.flatnonzero(off > (RATE_TOLERANCE if rate else TOLERANCE)):
            column = letter((FIRST if line.series else CONSTANT) + int(number))
            cell = f"{spot.sheet}!{column}{spot.row}"
            numbers = f"workbook {got[number]:.12g}, model {wanted[number]:.12g}"
            text = f"  {cell} {line.id}: {numbers} ({trial.what})"
            found.wrong.append((int(number), self.order[line.id], text))


def reads(line: Line) -> tuple[str, ...]:
    """A line and what its formula reads."""
    return tuple(dict.fromkeys([line.id, *(other.id for node in walk(line.expr) for other in _lines_of(node))]))


def _lines_of(node: Expr) -> Iterator[Line]:
    if isinstance(node, Shift):
        yield node.line
    elif isinstance(node, Line):
        yield node
    elif isinstance(node, Fold):
        yield from node.lines


def _rates(model: Model, read: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """Rates of return, and lines computed from one."""
    found = {
        id
        for id, line in model.lines.items()
        if any(isinstance(node, Fold) and node.name in ("irr", "xirr") for node in walk(line.expr))
    }
    while True:
        more = {id for id, others in read.items() if id not in found and found.intersection(others)}
        if not more:
            return frozenset(found)
        found |= more


def _size(value: Value) -> float:
    sizes = np.abs(np.atleast_1d(np.asarray(value, dtype=float)))
    known = sizes[~np.isnan(sizes)]
    return float(known.max()) if known.size else 0.0


def _numbers(cells: Sequence[Any]) -> NDArray[np.float64]:
    """Cells as numbers; n/a is nan, and anything else that is no number is infinitely wrong."""
    return np.array([_number(cell) for cell in cells], dtype=float)


def _number(cell: Any) -> float:
    if isinstance(cell, bool) or not isinstance(cell, float | int):
        return math.nan if cell == "n/a" else math.inf
    return float(cell)
