"""Who reads whom, cell by cell: a range makes each of its cells a precedent, whatever is done with it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from finmodel.kernel.errors import LimitError
from finmodel.workbook.audit.shapes import Ref, Shape
from finmodel.workbook.intake.contents import Area, Book, Cell, Sheet
from finmodel.workbook.intake.formulas import address

MOST_EDGES = 8_000_000
Key = tuple[str, Area]
"""A sheet, and a cell or a range of it."""


@dataclass
class Graph:
    """Cells and ranges by number, and what each reads.

    Args:
        keys: Number → sheet and area.
        reads: Number → numbers; of a range, its cells.
    """

    keys: list[Key] = field(default_factory=list)
    reads: list[list[int]] = field(default_factory=list)
    numbers: dict[Key, int] = field(default_factory=dict)

    def circles(self) -> list[list[int]]:
        """For each knot of cells that need each other, one way around it."""
        return [self._around(knot) for knot in _knots(self.reads)]

    def read(self) -> set[Key]:
        """Every cell that some formula reads."""
        return {self.keys[number] for reads in self.reads for number in reads}

    def text(self, number: int) -> str:
        """A cell or a range as people write it.

        Args:
            number: Number, from 1.
        """
        sheet, (top, left, bottom, right) = self.keys[number]
        last = "" if (top, left) == (bottom, right) else f":{address(bottom, right)}"
        return f"{sheet}!{address(top, left)}{last}"

    def _around(self, knot: set[int]) -> list[int]:
        """A way from a cell back to itself inside a knot, ranges left out."""
        at = min(knot)
        seen: dict[int, int] = {}
        way: list[int] = []
        while at not in seen:
            seen[at] = len(way)
            way.append(at)
            at = next(number for number in self.reads[at] if number in knot)
        circle = way[seen[at] :]
        return [number for number in circle if self.keys[number][1][:2] == self.keys[number][1][2:]] or circle


def graph_of(book: Book, shape: Callable[[Cell], Shape], named: Mapping[str, Shape]) -> Graph:
    """The graph of a workbook.

    Raises:
        LimitError: More references than are followed.
    """
    return _Builder(book, shape, named).build()


class _Builder:
    """Numbers cells and ranges as they are met."""

    def __init__(self, book: Book, shape: Callable[[Cell], Shape], named: Mapping[str, Shape]) -> None:
        self.book, self.shape, self.named = book, shape, named
        self.graph, self.edges = Graph(), 0
        self.rows = {name: sorted(sheet.rows) for name, sheet in book.sheets.items()}
        self.columns: dict[tuple[str, int], list[int]] = {}

    def build(self) -> Graph:
        """Every cell that holds something, then what each formula reads."""
        for name, sheet in self.book.sheets.items():
            for cell in sheet.cells():
                self._number((name, (cell.row, cell.column, cell.row, cell.column)))
        for name, sheet in self.book.sheets.items():
            for cell in sheet.cells():
                if cell.formula:
                    at = self.graph.numbers[name, (cell.row, cell.column, cell.row, cell.column)]
                    self.graph.reads[at] = list(self._reads(name, cell))
        return self.graph

    def _number(self, key: Key) -> int:
        number = self.graph.numbers[key] = len(self.graph.keys)
        self.graph.keys.append(key)
        self.graph.reads.append([])
        return number

    def _reads(self, name: str, cell: Cell) -> Iterator[int]:
        shape = self.shape(cell)
        refs = shape.refs
        for word in shape.names:
            refs += self.named[word].refs if word in self.named else ()
        for ref in refs:
            sheet = name if ref.sheet is None else ref.sheet
            if sheet in self.book.sheets:
                yield from self._targets(sheet, ref, cell)

    def _targets(self, name: str, ref: Ref, cell: Cell) -> Iterator[int]:
        area = ref.area(cell.row, cell.column)
        number = self.graph.numbers.get((name, area))
        if number is not None:
            yield number
        elif area[:2] != area[2:]:
            number = self._number((name, area))
            members = list(self._members(name, self.book.sheets[name], area))
            self.edges += len(members)
            if self.edges > MOST_EDGES:
                raise LimitError(f"{self.book.file}: its ranges cover more than {MOST_EDGES:,} cells in all")
            self.graph.reads[number] = members
            yield number

    def _members(self, name: str, sheet: Sheet, area: Area) -> Iterator[int]:
        top, left, bottom, right = area
        rows = self.rows[name]
        for row in rows[bisect_left(rows, top) : bisect_right(rows, bottom)]:
            columns = self.columns.get((name, row))
            if columns is None:
                columns = self.columns[name, row] = sorted(sheet.rows[row])
            for column in columns[bisect_left(columns, left) : bisect_right(columns, right)]:
                yield self.graph.numbers[name, (row, column, row, column)]


def _knots(reads: Sequence[Sequence[int]]) -> list[set[int]]:
    """Strongly connected parts with a circle in them (Tarjan's method, without recursion)."""
    order, low, state = [0] * len(reads), [0] * len(reads), bytearray(len(reads))
    waiting: list[int] = []
    knots: list[set[int]] = []
    count = 0
    for start in range(len(reads)):
        if state[start]:
            continue
        work: list[tuple[int, Iterator[int]]] = [(start, iter(reads[start]))]
        count += 1
        order[start] = low[start] = count
        state[start] = 1
        waiting.append(start)
        while work:
            at, left = work[-1]
            for number in left:
                if not state[number]:
                    count += 1
                    order[number] = low[number] = count
                    state[number] = 1
                    waiting.append(number)
                    work.append((number, iter(reads[number])))
                    break
                if state[number] == 1:
                    low[at] = min(low[at], order[number])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[at])
                if low[at] == order[at]:
                    _collect(at, waiting, state, reads, knots)
    return knots


def _collect(
    at: int, waiting: list[int], state: bytearray, reads: Sequence[Sequence[int]], knots: list[set[int]]
) -> None:
    part: set[int] = set()
    while True:
        number = waiting.pop()
        state[number] = 2
        part.add(number)
        if number == at:
            break
    if len(part) > 1 or at in reads[at]:
        knots.append(part)
