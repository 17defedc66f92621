"""Whether a received workbook still is the one that was written: the logic of each sheet, and its typed numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from finmodel.present import marks
from finmodel.workbook.intake.contents import Book, Cell, Sheet
from finmodel.workbook.intake.formulas import address

CLOSE = 1e-12  # a program that saves a number with fewer digits has not changed it
Written = Mapping[tuple[int, int], str]
"""Row and column → formula in relative form."""


def machine_names(book: Book) -> dict[str, str]:
    """Names for machines → where they point, without quotes around a plain sheet."""
    found = {}
    for name in book.names:
        if name.sheet is None and name.name.startswith((marks.INPUT, marks.OUTPUT, marks.MASTER)):
            sheet, mark, cell = name.target.rpartition("!")
            found[name.name] = f"{sheet.strip(chr(39))}{mark}{cell}"
    return found


def changed_sheets(book: Book) -> list[str]:
    """Sheets whose logic is not as their fingerprint in the document properties says, or that are gone or new."""
    said = {key.removeprefix(marks.LOGIC): text for key, text in book.custom.items() if key.startswith(marks.LOGIC)}
    names = machine_names(book)
    now = {name: _fingerprint(sheet, names) for name, sheet in book.sheets.items()}
    return [name for name in dict.fromkeys([*said, *now]) if said.get(name) != now.get(name)]


def first_difference(sheet: Sheet, written: Written) -> Cell | str | None:
    """The first cell whose formula is not as it was written: the cell, or the address of a formula that is gone."""
    formulas = {(cell.row, cell.column): cell for cell in sheet.cells() if cell.formula}
    for place in sorted({*formulas, *written}):
        cell = formulas.get(place)
        if cell is None:
            return address(*place)
        if cell.formula != written.get(place):
            return cell
    return None


def moved(sheet: Sheet, written: Mapping[tuple[int, int], float | str]) -> Iterator[str]:
    """Typed cells that are not as they were written: their addresses and what they hold."""
    for place, was in written.items():
        cell = sheet.cell(*place)
        now = "" if cell is None else cell.value
        alike = same(now, was) if isinstance(now, float) and isinstance(was, float) else now == was
        if not alike:
            yield f"{sheet.name}!{address(*place)} holds {str(now)[:30] or 'nothing'}, not {str(was)[:30] or 'nothing'}"


def same(a: float, b: float) -> bool:
    """Whether two numbers are the same but for the last digits."""
    return abs(a - b) <= CLOSE * max(abs(a), abs(b))


def _fingerprint(sheet: Sheet, names: Mapping[str, str]) -> str:
    formulas = ((cell.row, cell.column, cell.formula) for cell in sheet.cells() if cell.formula)
    here = [(name, target) for name, target in names.items() if target.rpartition("!")[0] == sheet.name]
    return marks.fingerprint(formulas, here)
