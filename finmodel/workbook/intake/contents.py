"""A received workbook as it stands in its file: sheets, cells, formulas with their cached values, names, properties.

Nothing is computed and nothing is saved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from finmodel.workbook.intake.formulas import address

NUMBER, TEXT, FLAG, ERROR, EMPTY = "number", "text", "true or false", "error", ""
Value = float | str | bool | None
Area = tuple[int, int, int, int]
"""First row, first column, last row, last column; from 1, included."""


@dataclass(slots=True)
class Cell:
    """A cell that holds something.

    Args:
        kind: Of its value: NUMBER, TEXT, FLAG, ERROR, or EMPTY for a formula without a cached value.
        formula: In relative form; empty for a constant.
        style: Its number in the workbook's list of cell formats.
        array: Whether the formula is an array formula or a data table.
    """

    row: int
    column: int
    kind: str
    value: Value
    formula: str
    style: int
    array: bool = False

    @property
    def at(self) -> str:
        """Where it stands: "H12"."""
        return address(self.row, self.column)


@dataclass
class Sheet:
    """A sheet.

    Args:
        state: "visible", "hidden" or "veryHidden".
        rows: Row → column → cell, in order.
        merged: Areas of merged cells.
        hidden: Rows ("7") and columns ("C" or "C:F") that are hidden.
        tab: Colour of the tab; empty without.
        frozen: Row and column of the first cell that scrolls; None when nothing is frozen.
        landscape, one_page_wide, one_page_high, footer: The print set-up.
        objects: Other things on it, such as an embedded object or a control.
    """

    name: str
    state: str = "visible"
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    tab: str = ""
    frozen: tuple[int, int] | None = None
    landscape: bool = False
    one_page_wide: bool = False
    one_page_high: bool = False
    footer: bool = False
    objects: list[str] = field(default_factory=list)

    def cells(self) -> Iterator[Cell]:
        """Every cell, row by row."""
        for row in self.rows.values():
            yield from row.values()

    def cell(self, row: int, column: int) -> Cell | None:
        """One cell; None when it holds nothing.

        Args:
            row: Row of the sheet, from 1.
            column: Column of the sheet, from 1.
        """
        return self.rows.get(row, {}).get(column)

    def text(self, row: int, column: int) -> str:
        """The text of a cell; empty when it holds none.

        Args:
            row: Row of the sheet, from 1.
            column: Column of the sheet, from 1.
        """
        cell = self.cell(row, column)
        return cell.value.strip() if cell is not None and isinstance(cell.value, str) else ""


@dataclass(frozen=True)
class Name:
    """A defined name: where it points, as written, and the sheet that it belongs to, if one."""

    name: str
    target: str
    sheet: str | None = None


@dataclass
class Book:
    """A workbook.

    Args:
        file: As the user named it.
        sheets: By name, in order.
        names: Defined names, those of single sheets too.
        styles: Number of a cell format → name of its style.
        core: Document properties by name, such as "dc:title".
        custom: Custom document properties.
        iterates: Whether circular references are iterated.
        from_1904: Whether days are counted from 1904, so that a date has a smaller number by 1,462.
        foreign: Macros, external links and embedded things: kind and part.
        themes: Number of themes.
    """

    file: str
    sheets: dict[str, Sheet] = field(default_factory=dict)
    names: list[Name] = field(default_factory=list)
    styles: Mapping[int, str] = field(default_factory=dict)
    core: Mapping[str, str] = field(default_factory=dict)
    custom: Mapping[str, str] = field(default_factory=dict)
    iterates: bool = False
    from_1904: bool = False
    foreign: list[tuple[str, str]] = field(default_factory=list)
    themes: int = 0
