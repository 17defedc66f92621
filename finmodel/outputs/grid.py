"""Tables of the term sheet: one look for all, plain when the output is no terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from finmodel.outputs.numbers import clean

Cell = str | Text


def grid(title: str, headers: Sequence[str], rows: Iterable[Sequence[Cell]], words: Sequence[int] = (0,)) -> Group:
    """A table under a bold title.

    Args:
        headers: One text a column; "" leaves a header out.
        words: Numbers of the columns that hold words and stand left; all others stand right and never wrap.
    """
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, pad_edge=False)
    table.show_header, table.header_style = any(headers), "dim"
    level: Literal["top", "bottom"] = "top" if len(words) == len(headers) else "bottom"  # long words on both sides
    for number, header in enumerate(headers):
        left = number in words
        table.add_column(Text(header), justify="left" if left else "right", no_wrap=not left, vertical=level)
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(clean(cell)) for cell in row))
    return Group(strong(title), table)


def strong(text: str) -> Text:
    """A cell that stands out, such as a total."""
    return Text(clean(text), style="bold")
