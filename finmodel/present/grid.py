"""Tables of the term sheet: one look for all, plain when the output is no terminal; a report writes them as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from finmodel.present.numbers import clean

Cell = str | Text


class Grid(Group):
    """A table under a bold title, and what it is made of.

    Args:
        title: In words.
        headers: One text a column; "" leaves a header out.
        rows: Cells.
        words: Numbers of the columns that hold words and stand left; all others stand right and never wrap.
    """

    def __init__(
        self, title: str, headers: Sequence[str], rows: Sequence[Sequence[Cell]], words: Sequence[int] = (0,)
    ) -> None:
        self.title, self.headers, self.words = title, headers, words
        self.rows = [[cell if isinstance(cell, Text) else Text(clean(cell)) for cell in row] for row in rows]
        super().__init__(strong(title), self._table())

    def _table(self) -> Table:
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, pad_edge=False)
        table.show_header, table.header_style = any(self.headers), "dim"
        wordy = len(self.words) == len(self.headers)  # long words on both sides
        level: Literal["top", "bottom"] = "top" if wordy else "bottom"
        for number, header in enumerate(self.headers):
            left = number in self.words
            table.add_column(Text(header), justify="left" if left else "right", no_wrap=not left, vertical=level)
        for row in self.rows:
            table.add_row(*row)
        return table


def grid(title: str, headers: Sequence[str], rows: Iterable[Sequence[Cell]], words: Sequence[int] = (0,)) -> Grid:
    """A table under a bold title; arguments as of `Grid`.

    Args:
        title: What stands above it.
        headers: Heads of the columns.
        rows: Cells, row by row.
        words: Columns that hold words.
    """
    return Grid(title, headers, list(rows), words)


def strong(text: str) -> Text:
    """A cell that stands out, such as a total."""
    return Text(clean(text), style="bold")
