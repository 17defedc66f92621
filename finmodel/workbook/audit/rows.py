"""Which rows of a sheet are lines over periods, told by the sheet: most of its rows run over the same columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from finmodel.workbook.intake.contents import NUMBER, Cell, Sheet

SHORTEST = 4  # periods
FEWEST = 3  # rows that agree on the columns of periods
UNIT_HEADINGS = ("unit", "units", "単位")
HEADING_ROWS = 12


@dataclass(frozen=True)
class Span:
    """The columns of periods of a sheet, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """Number of periods."""
        return self.last - self.first + 1


@dataclass(frozen=True)
class Line:
    """A row that computes over periods.

    Args:
        cells: Its cells in the columns of periods, by column.
        formula: The one that most of them have, in relative form.
        label: Its text in the column of labels, or left of it.
    """

    row: int
    cells: Mapping[int, Cell]
    formula: str
    label: str


def span_of(sheet: Sheet) -> Span | None:
    """The columns over which most rows with a formula that repeats run; None when no three rows agree."""
    longest = [max(runs(cells), key=len, default=[]) for cells in sheet.rows.values()]
    spans = Counter((run[0].column, run[-1].column) for run in longest if len(run) >= SHORTEST)
    if not spans:
        return None
    (first, last), count = spans.most_common(1)[0]
    return Span(first, last) if count >= FEWEST and count * 2 >= spans.total() else None


def runs(cells: Mapping[int, Cell]) -> Iterator[list[Cell]]:
    """Stretches of a row whose cells stand side by side and have the same formula."""
    run: list[Cell] = []
    for cell in cells.values():
        if run and cell.formula == run[-1].formula and cell.column == run[-1].column + 1:
            run.append(cell)
            continue
        if run:
            yield run
        run = [cell] if cell.formula else []
    if run:
        yield run


def lines_of(sheet: Sheet, span: Span) -> list[Line]:
    """Rows of which at least half the columns of periods hold numbers or formulas, and at least one a formula.

    What is frozen above the first of them, or stands down to the heading of units, is the header. Labels stand where
    most lines have their first text.
    """
    frozen, heading = sheet.frozen[0] - 1 if sheet.frozen else 0, unit_heading(sheet, span.first)
    header = max(frozen, heading[0] if heading else 0)
    found: list[tuple[int, dict[int, Cell], str]] = []
    for row, cells in sheet.rows.items():
        inside = {column: cell for column, cell in cells.items() if span.first <= column <= span.last}
        formulas = Counter(cell.formula for cell in inside.values() if cell.formula)
        filled = sum(1 for cell in inside.values() if cell.formula or cell.kind == NUMBER)
        if row > header and formulas and filled * 2 >= span.length:
            found.append((row, inside, formulas.most_common(1)[0][0]))
    first = Counter(_texts(sheet, row, span.first)[0] for row, _, _ in found if _texts(sheet, row, span.first))
    last = max(first, key=lambda column: first[column], default=0)
    return [Line(row, cells, formula, _label(sheet, row, last)) for row, cells, formula in found]


def unit_heading(sheet: Sheet, before: int) -> tuple[int, int] | None:
    """Row and column of the cell that heads the column of units.

    Args:
        before: The column that it stands left of.
    """
    for row in range(1, HEADING_ROWS + 1):
        for column in sheet.rows.get(row, ()):
            if column < before and sheet.text(row, column).casefold() in UNIT_HEADINGS:
                return row, column
    return None


def _label(sheet: Sheet, row: int, last: int) -> str:
    columns = _texts(sheet, row, last + 1)
    return sheet.text(row, columns[-1]) if columns else ""


def _texts(sheet: Sheet, row: int, before: int) -> list[int]:
    """Columns of a row that hold a text, left of another column."""
    return [column for column in sheet.rows[row] if column < before and sheet.text(row, column)]
