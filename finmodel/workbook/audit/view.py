"""A workbook as the rules see it: its formulas taken apart, its cells by place, who reads whom."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from finmodel.kernel.errors import LimitError
from finmodel.workbook.audit.graph import Graph, graph_of
from finmodel.workbook.audit.rows import Line, Span, lines_of, span_of
from finmodel.workbook.audit.shapes import Shape, shape_of
from finmodel.workbook.intake.contents import Book, Cell, Sheet
from finmodel.workbook.intake.formulas import relative

INPUT_STYLES = ("input", "solved", "assumption", "入力")


@dataclass
class View:
    """A book and what is worked out of it once, for all rules."""

    book: Book
    shapes: dict[str, Shape] = field(default_factory=dict)

    def shape(self, cell: Cell) -> Shape:
        """The pieces of a cell's formula."""
        shape = self.shapes.get(cell.formula)
        if shape is None:
            shape = self.shapes[cell.formula] = shape_of(cell.formula)
        return shape

    @cached_property
    def formulas(self) -> list[tuple[Sheet, Cell, Shape]]:
        """Every formula, sheet by sheet."""
        sheets = self.book.sheets.values()
        return [(sheet, cell, self.shape(cell)) for sheet in sheets for cell in sheet.cells() if cell.formula]

    @cached_property
    def spans(self) -> dict[str, Span]:
        """Sheet → its columns of periods; sheets without are left out."""
        found = {name: span_of(sheet) for name, sheet in self.book.sheets.items()}
        return {name: span for name, span in found.items() if span is not None}

    @cached_property
    def lines(self) -> dict[str, list[Line]]:
        """Sheet → its lines over periods."""
        return {name: lines_of(self.book.sheets[name], span) for name, span in self.spans.items()}

    @cached_property
    def graph(self) -> Graph:
        """Who reads whom."""
        return graph_of(self.book, self.shape, self.named)

    @cached_property
    def read(self) -> set[tuple[str, int, int]]:
        """Sheet, row and column of every cell that some formula reads; nothing when they are too many to follow."""
        try:
            return {(sheet, top, left) for sheet, (top, left, _, _) in self.graph.read()}
        except LimitError:
            return set()

    @cached_property
    def named(self) -> dict[str, Shape]:
        """Name in capitals → what it stands for."""
        return {name.name.upper(): shape_of(relative(name.target, 1, 1)) for name in self.book.names}

    def style(self, cell: Cell) -> str:
        """The name of a cell's style."""
        return self.book.styles.get(cell.style, "")

    def is_input(self, cell: Cell) -> bool:
        """Whether a cell is marked as an input by its style."""
        style = self.style(cell).casefold()
        return any(re.search(word, style) for word in INPUT_STYLES)
