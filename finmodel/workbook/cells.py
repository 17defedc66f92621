"""A page of the workbook in memory: contents, styles, and what a frame needs to know of it.

A formula that stands in a row of periods is written once, with the columns left open; so a row cannot have two.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, NamedTuple

from finmodel.kernel.errors import LimitError
from finmodel.present.numbers import clean
from finmodel.workbook.intake.formulas import relative
from finmodel.workbook.native_charts import Chart

Kind = Literal["control", "inputs", "workings", "presentation"]
SECTION, LABEL, NOTE, UNIT, CONSTANT, TOTAL, OPENING, FIRST = range(1, 9)
HEADER_ROWS = 6
TOP = HEADER_ROWS + 2  # the first row below the header, one left blank
MAX_ROWS, MAX_COLUMNS, MAX_FORMULA, MAX_TEXT = 1_048_576, 16_384, 8_192, 32_000
MARK = "\x01"
LETTER, WIDEST = 0.9, 90


class Cell(NamedTuple):
    """What one cell holds: a text, a number, or a formula without its "="."""

    content: str | float
    formula: bool
    style: str


class Style(NamedTuple):
    """A named style and a number format of the theme."""

    name: str
    format: str = "general"

    @property
    def title(self) -> str:
        """As the workbook lists it."""
        return f"{self.name.capitalize()}, {self.format}"


@dataclass(frozen=True)
class Link:
    """A cell that leads to another place of the workbook."""

    at: str
    target: str


@dataclass
class Page:
    """One sheet. `kind` colours its tab; `wide` says whether it has periods; `breaks` end printed pages."""

    name: str
    title: str
    kind: Kind
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    rows: list[tuple[int, Sequence[int], str]] = field(default_factory=list)
    styles: dict[str, Style] = field(default_factory=dict)
    widths: dict[int, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)
    verdicts: list[str] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    freeze: str = "H7"
    wide: bool = False
    one_page: bool = False
    print_area: str = ""
    breaks: list[int] = field(default_factory=list)

    def text(self, row: int, column: int, text: str, style: str = "label") -> None:
        """A text, never a formula, whatever it starts with.

        Args:
            row: Row of the sheet, from 1.
            column: Column of the sheet, from 1.
            text: The text.
            style: Name of a style of the theme.
        """
        self._put(row, column, Cell(safe_text(text), False, self._style(Style(style))))

    def number(self, row: int, column: int, value: float, style: str, format: str = "general") -> None:
        """A number.

        Args:
            row: Row of the sheet, from 1.
            column: Column of the sheet, from 1.
            value: The number.
            style: Name of a style of the theme.
            format: Number format, as a spreadsheet writes it.
        """
        self._put(row, column, Cell(float(value), False, self._style(Style(style, format))))

    def formula(self, row: int, column: int, formula: str, style: str, format: str = "general") -> None:
        """A formula of one cell; open columns are filled with its own.

        Args:
            row: Row of the sheet, from 1.
            column: Column of the sheet, from 1.
            formula: The formula, without its "=".
            style: Name of a style of the theme.
            format: Number format, as a spreadsheet writes it.

        Raises:
            LimitError: It is longer than a cell holds.
        """
        text = filled(formula, column)
        if len(text) > MAX_FORMULA:
            raise LimitError(f"{self.name}: the formula of row {row} has {len(text)} letters; {MAX_FORMULA} fit a cell")
        self._put(row, column, Cell(text, True, self._style(Style(style, format))))

    def formulas(self, row: int, columns: Sequence[int], formula: str, style: str, format: str = "general") -> None:
        """One formula over many columns.

        Args:
            row: Row of the sheet, from 1.
            columns: Columns of the sheet, from 1.
            formula: The formula, without its "=".
            style: Name of a style of the theme.
            format: Number format, as a spreadsheet writes it.
        """
        for column in columns:
            self.formula(row, column, formula, style, format)
        if MARK in formula:
            self.rows.append((row, columns, formula))

    def band(self, row: int, columns: Sequence[int], style: str) -> None:
        """Colour cells that hold nothing yet.

        Args:
            row: Row of the sheet, from 1.
            columns: Columns of the sheet, from 1.
            style: Name of a style of the theme.
        """
        title = self._style(Style(style))
        for column in columns:
            self.cells.setdefault((row, column), Cell("", False, title))

    def blank(self, row: int, columns: Sequence[int], style: str, format: str) -> None:
        """Empty cells for a person to fill in.

        Args:
            row: Row of the sheet, from 1.
            columns: Columns of the sheet, from 1.
            style: Name of a style of the theme.
            format: Number format, as a spreadsheet writes it.
        """
        title = self._style(Style(style, format))
        for column in columns:
            self.cells[row, column] = Cell("", False, title)

    def fit_labels(self) -> None:
        """Widen the column of labels to its longest one that has a neighbour."""
        texts = (cell.content for (row, column), cell in self.cells.items() if column == LABEL and self._next(row))
        longest = max((_wide(str(text)) for text in texts), default=0)
        self.widths[LABEL] = max(self.widths.get(LABEL, 0), min(WIDEST, LETTER * longest))

    def _next(self, row: int) -> bool:
        """Whether a text beside the label would cut it."""
        return any((row, column) in self.cells and self.cells[row, column].content for column in (NOTE, UNIT))

    @property
    def last_row(self) -> int:
        """The lowest row with a cell."""
        return max((row for row, _ in self.cells), default=1)

    @property
    def last_column(self) -> int:
        """The rightmost column with a cell."""
        return max((column for _, column in self.cells), default=1)

    def formulas_by_cell(self) -> Iterator[tuple[int, int, str]]:
        """Row, column and text of each formula."""
        return ((row, column, str(cell.content)) for (row, column), cell in self.cells.items() if cell.formula)

    def relative(self) -> Iterator[tuple[int, int, str]]:
        """Row, column and text of each formula as it reads from its cell; rows written as one are read once."""
        known: dict[tuple[int, int], str] = {}
        for row, columns, formula in self.rows:
            text = relative(filled(formula, columns[0]), row, columns[0])
            known.update(((row, column), text) for column in columns)
        for row, column, formula in self.formulas_by_cell():
            yield row, column, known.get((row, column)) or relative(formula, row, column)

    def _style(self, style: Style) -> str:
        title = style.title
        self.styles.setdefault(title, style)
        return title

    def _put(self, row: int, column: int, cell: Cell) -> None:
        if row > MAX_ROWS or column > MAX_COLUMNS:
            raise LimitError(f"{self.name}: {row} rows and {column} columns are more than a sheet holds")
        self.cells[row, column] = cell


def _wide(text: str) -> int:
    """Letters of a text, those as wide as they are high counted twice."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


@cache
def letter(column: int) -> str:
    """The letters of a column.

    Args:
        column: Column of the sheet, from 1.
    """
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def open_column(offset: int) -> str:
    """A column left open: `offset` to the right of the cell that holds the formula."""
    return f"{MARK}{offset}{MARK}"


def filled(formula: str, column: int) -> str:
    """A formula with its open columns filled for one column.

    Args:
        formula: The formula, without its "=".
        column: Column of the sheet, from 1.
    """
    if MARK not in formula:
        return formula
    parts = formula.split(MARK)
    for at in range(1, len(parts), 2):
        parts[at] = letter(column + int(parts[at]))
    return "".join(parts)


def safe_text(text: str) -> str:
    """Text that any program can show: one line, no control letters, of a length that a cell holds."""
    return clean(text)[:MAX_TEXT]
