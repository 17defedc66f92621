"""Rules on formulas: one a row, no numbers, no names, no circles, no functions that hide what they read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from finmodel.kernel.errors import LimitError
from finmodel.workbook.audit.findings import Finding
from finmodel.workbook.audit.rows import Line, Span, runs
from finmodel.workbook.audit.shapes import Shape, written
from finmodel.workbook.audit.view import View
from finmodel.workbook.intake.contents import Cell, Sheet
from finmodel.workbook.intake.formulas import address

ALLOWED = ("0", "1", "12", "365", "1000")
VOLATILE = ("OFFSET", "INDIRECT", "NOW", "TODAY", "RAND", "RANDBETWEEN", "RANDARRAY", "CELL", "INFO")
REFUSED = {
    "NPV": "NPV() shifts flows by a period; use rows of discount factors",
    "AGGREGATE": "AGGREGATE() skips errors",
    "LET": "LET() hides lines",
    "LAMBDA": "LAMBDA() hides lines",
    "MINIFS": "MINIFS() is not in every program",
    "MAXIFS": "MAXIFS() is not in every program",
    "XLOOKUP": "XLOOKUP() is not in every program",
}
SHOWN = 5
Where = tuple[Sheet, Cell]


def row_consistency(view: View) -> Iterator[Finding]:
    """One formula over all periods of a line; elsewhere, no cell that breaks a row of equal formulas."""
    for name, sheet in view.book.sheets.items():
        checked = set()
        for line in view.lines.get(name, ()):
            checked.add(line.row)
            yield from _broken(name, line, view.spans[name])
        for row, cells in sheet.rows.items():
            if row not in checked:
                yield from _interrupted(name, list(runs(cells)), sheet)


def constants(view: View) -> Iterator[Finding]:
    """Numbers inside formulas."""

    def wrong(shape: Shape) -> str:
        numbers = [number for number in shape.numbers if number not in ALLOWED]
        braces = ["an array of constants"] if shape.braces else []
        return f"{', '.join(dict.fromkeys([*numbers, *braces]))} stands in" if numbers or braces else ""

    return _by_row(view, "constant-in-formula", wrong)


def functions(view: View) -> Iterator[Finding]:
    """Functions that recalculate at every touch, hide what they read, or are not in every program."""

    def wrong(shape: Shape) -> str:
        names = {name.removeprefix("_XLFN.").removeprefix("_XLWS."): name for name in sorted(shape.functions)}
        said = [f"{name}() is volatile" for name in names if name in VOLATILE]
        said += [REFUSED[name] for name in names if REFUSED.get(name)]
        said += [f"{name}() is a new function" for name, full in names.items() if full != name and name not in REFUSED]
        return "; ".join(said)

    yield from _by_row(view, "function", wrong)
    arrays = [(sheet, cell) for sheet, cell, _ in view.formulas if cell.array]
    yield from _grouped("function", arrays, lambda cells: "an array formula or data table")


def names_in_formulas(view: View) -> Iterator[Finding]:
    """Defined names and tables inside formulas."""
    return _by_row(view, "name-in-formula", lambda shape: f"{', '.join(shape.names[:3])} in" if shape.names else "")


def references(view: View) -> Iterator[Finding]:
    """References to other files, to sheets that are not there, and over several sheets."""
    sheets = view.book.sheets

    def wrong(shape: Shape) -> str:
        lost = [f"the sheet {ref.sheet} is not there" for ref in shape.refs if ref.sheet and ref.sheet not in sheets]
        several = [f"{text} reads several sheets" for text in shape.several]
        return "; ".join(dict.fromkeys([*lost, *several, *(f"{error} stands in" for error in shape.errors)]))

    yield from _by_row(view, "reference", wrong)
    yield from _by_row(view, "external-link", lambda shape: f"{shape.foreign[0]} in" if shape.foreign else "")
    for name in view.book.names:
        if "#REF!" in name.target:
            yield Finding("reference", name.sheet or "", "", f"the name {name.name} stands for {name.target}")


def links(view: View) -> Iterator[Finding]:
    """A formula that only repeats a cell which itself only repeats a cell of its own period."""
    found: list[Where] = []
    for sheet, cell, shape in view.formulas:
        if shape.link is None:
            continue
        top, left, _, _ = shape.link.area(cell.row, cell.column)
        target = view.book.sheets.get(shape.link.sheet or sheet.name)
        other = target.cell(top, left) if target is not None else None
        if other is None or not other.formula or other is cell:
            continue
        next_link = view.shape(other).link
        if next_link is not None and next_link.area(other.row, other.column)[1] == other.column:
            found.append((sheet, cell))
    yield from _grouped("link-to-link", found, lambda cells: f"{_text(cells[0])} repeats a cell that is a link itself")


def circles(view: View) -> Iterator[Finding]:
    """Cells that need themselves."""
    try:
        graph = view.graph
    except LimitError as error:
        yield Finding("circular", "", "", f"not checked: {error}")
        return
    ways = [(graph.keys[way[0]], way) for way in graph.circles()]
    for (sheet, row), group in groupby(sorted(ways), key=lambda pair: (pair[0][0], pair[0][1][0])):
        every = list(group)
        (_, area), way = every[0]
        steps = [graph.text(number) for number in [*way[:SHOWN], way[0]]]
        shown = f"{' → '.join(steps[:-1])}{' → …' if len(way) > SHOWN else ''} → {steps[-1]}"
        yield Finding("circular", sheet, address(row, area[1]), shown, len(every))


def iteration(view: View) -> Iterator[Finding]:
    """Iterative calculation."""
    if view.book.iterates:
        yield Finding("iteration", "", "", "circular references are iterated, so they are not told")


def _broken(sheet: str, line: Line, span: Span) -> Iterator[Finding]:
    typed, other, gaps = [], [], []
    for column in range(span.first, span.last + 1):
        cell = line.cells.get(column)
        if cell is None:
            gaps.append(column)
        elif not cell.formula:
            typed.append(column)
        elif cell.formula != line.formula:
            other.append(column)
    for columns, wrong in ((typed, "typed over"), (other, "another formula than the row's"), (gaps, "a gap")):
        if columns:
            cell = line.cells.get(columns[0])
            held = "" if cell is None else _text_of(cell) if cell.formula else f"holds {cell.value}"
            rule = written(line.formula, line.row, columns[0])
            reason = f"{wrong}: {held}{', ' if held else ''}the row says {rule}"
            yield Finding("row-consistency", sheet, address(line.row, columns[0]), reason, len(columns))


def _interrupted(name: str, found: list[list[Cell]], sheet: Sheet) -> Iterator[Finding]:
    """One cell between two stretches of the same formula."""
    starts = {run[0].column: run for run in found}
    for before in found:
        after = starts.get(before[-1].column + 2, [])
        if len(before) < 2 or len(after) < 2 or after[0].formula != before[0].formula:
            continue
        at = before[-1].column + 1
        cell = sheet.cell(before[0].row, at)
        held = "a gap" if cell is None else _text_of(cell) if cell.formula else f"holds {cell.value}"
        rule = written(before[0].formula, before[0].row, at)
        yield Finding("row-consistency", name, address(before[0].row, at), f"{held}, its neighbours say {rule}")


def _by_row(view: View, rule: str, wrong: Callable[[Shape], str]) -> Iterator[Finding]:
    """A finding for each row with formulas that are wrong."""
    formulas = view.formulas
    said = {formula: wrong(shape) for formula, shape in view.shapes.items()}
    found = [(sheet, cell) for sheet, cell, _ in formulas if said[cell.formula]]

    def reason(cells: list[Cell]) -> str:
        return said[cells[0].formula] + f" {_text(cells[0])}"

    return _grouped(rule, found, reason)


def _grouped(rule: str, found: Iterable[Where], reason: Callable[[list[Cell]], str]) -> Iterator[Finding]:
    """Cells of one row of one sheet are one finding."""
    for (name, _), group in groupby(found, key=lambda pair: (pair[0].name, pair[1].row)):
        cells = [cell for _, cell in group]
        yield Finding(rule, name, cells[0].at, reason(cells), len(cells))


def _text(cell: Cell) -> str:
    return written(cell.formula, cell.row, cell.column)


def _text_of(cell: Cell) -> str:
    return f"says {_text(cell)}"
