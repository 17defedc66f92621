"""Every figure that a case states, with its source; what is assumed, or has no source, stands out."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from finmodel.case.describe import find
from finmodel.case.written import shown
from finmodel.deal.read import Case
from finmodel.kernel.expr import Given
from finmodel.present.grid import Cell, Grid, grid
from finmodel.present.listings import figures, is_assumed
from finmodel.present.numbers import clean

NO_SOURCE = "no source"


def sources(case: Case) -> Grid:
    """Key, value, place and source of each figure, in the order of the case."""
    unsourced = set(case.unsourced)
    rows = [list(_row(case, given, given.id in unsourced)) for given in figures(case)]
    return grid("Figures of the case", ("Key", "Value", "Written in", "Source"), rows, words=(0, 2, 3))


def _row(case: Case, given: Given, unsourced: bool) -> Iterator[Cell]:
    style = "yellow" if unsourced or is_assumed(given) else ""
    yield from (given.id, _value(case, given), given.where)
    yield Text(NO_SOURCE if unsourced else clean(given.source), style=style)


def _value(case: Case, given: Given) -> str:
    """A number in words; of a row, the first and the last."""
    entry = find(type(case.tables), tuple(given.id.split(".")))
    values = given.value if isinstance(given.value, tuple) else (given.value,)
    ends = [values[0]] if len(set(values)) == 1 else [values[0], values[-1]]
    if entry is None or entry.slot.leaf is None:
        return " to ".join(f"{end:,.6g} {given.unit}" for end in ends)
    return " to ".join(shown(given.unit, entry.slot.leaf, end) for end in ends)
