"""An edited workbook becomes a case: its inputs are read, checked as a case file is, and laid over the old case.

The workbook is only read. Its numbers count, its formulas do not: one whose logic was changed is refused, because what
it shows is no longer what the new case computes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from finmodel.case.describe import Found, find
from finmodel.case.expand import Clock, clock_of, leaves
from finmodel.case.leaf import Points
from finmodel.case.written import NotWritten, shown, written
from finmodel.deal.edited import Edit, case_files
from finmodel.deal.read import Case, read_with
from finmodel.kernel.errors import CaseError, Problem, RefusedError, UsageError, want_path
from finmodel.kernel.expr import Given
from finmodel.kernel.files import new_folder
from finmodel.kernel.units import DATE
from finmodel.kernel.version import version
from finmodel.present import marks
from finmodel.run.results import Results
from finmodel.run.run import opened, run, run_on
from finmodel.workbook.intake.contents import Book, Cell
from finmodel.workbook.intake.formulas import address
from finmodel.workbook.intake.found_inputs import input_values, places
from finmodel.workbook.intake.gate import refuse
from finmodel.workbook.intake.logic import changed_sheets, first_difference, moved, same
from finmodel.workbook.intake.reading import read_book

if TYPE_CHECKING:
    from finmodel.workbook.cells import Page

TYPED = ("Input", "Solved", "Fixed")  # styles of cells that hold what was typed or found
SHOWN = 3
FROM_1904 = 1_462  # days from our day 0 to that of a file of the 1904 date system


@dataclass(frozen=True)
class Imported:
    """A new case made from an edited workbook.

    Args:
        folder: Where it was written.
        edits: What it changes.
        before: The old case as run.
        held: The new case with the debt of the old one: what the workbook shows.
        after: The new case as run, its debt sized anew.
    """

    folder: Path
    edits: tuple[Edit, ...]
    before: Results
    held: Results
    after: Results


@dataclass(frozen=True)
class Original:
    """The workbook of a case as it was before anybody edited it.

    Args:
        pages: Its sheets.
        targets: Name of an input → where it leads.
        switch: Sheet, row and column of the live switch.
    """

    pages: Sequence[Page]
    targets: Mapping[str, str]
    switch: tuple[str, int, int]


def import_workbook(edited: Path | str, onto: Case | Path | str, new: Path | str, on: date | None = None) -> Imported:
    """Make a case from a workbook whose inputs were edited.

    Args:
        edited: The workbook, written by finmodel from `onto`; it is only read.
        onto: The case that it was written from, or its folder or file.
        new: The folder of the new case, beside the old one; it must not exist.
        on: The day that the change log tells; today if None.

    Raises:
        BadWorkbook: It is no workbook of ours, its logic was changed, or an input holds no number.
        RefusedError: It was written by another version or from another state of the case, or the folder exists.
        CaseError: The new inputs break a rule of a case file; nothing is written.
        UsageError: Nothing was changed, or the new folder is not beside the case.
        SolveError, NumberError: The new case cannot be run; nothing is written.
    """
    want_path(edited, "the edited workbook")
    want_path(new, "the folder of the new case")
    case, folder = opened(onto).signed(), Path(new)
    onto = case.path
    extends = _beside(case, folder)
    book = read_book(edited)
    _refuse_strangers(book, case, str(onto))
    before = run(case)
    original = _as_written(before, book.custom.get(marks.LANGUAGE, ""))
    targets = original.targets
    values = input_values(book, targets)
    _refuse_logic(book, original.pages)
    _refuse_others(book, original)
    edits = tuple(_edits(book, case, targets, values))
    if not edits:
        raise UsageError(f"{edited}: no input differs from {onto}; there is nothing to import")
    files = case_files(case, extends, edits, Path(edited).name, (on or date.today()).isoformat())
    new_folder(folder, files, lambda made: _try(case, made, folder, book, edits))
    made = read_with(case.origin.schema, folder)
    return Imported(folder, edits, before, run_on(made, case), run(made))


def _beside(case: Case, folder: Path) -> str:
    """What the new case extends, as its file says it."""
    if os.path.lexists(folder):
        raise RefusedError(f"{folder}: exists already; name a folder that does not")
    old = Path(os.path.realpath(case.folder if Path(case.path).is_dir() else case.path))
    new = Path(os.path.realpath(folder.parent))
    if not old.is_relative_to(new) or old == new:
        raise UsageError(
            f"{folder}: the new case extends the old one, so it must be beside it: -o {old.parent / 'NEW'}"
        )
    return Path(os.path.relpath(old, new / folder.name)).as_posix()


def _refuse_strangers(book: Book, case: Case, onto: str) -> None:
    """Only a workbook that this version wrote from this state of the case."""
    if marks.SCHEMA not in book.custom or marks.CASE_HASH not in book.custom:
        refuse(book.file, "it was not written by finmodel, or its document properties are gone")
    made = book.custom.get(marks.VERSION, ""), book.custom[marks.SCHEMA]
    if made != (version(), marks.SCHEMA_VERSION):
        raise RefusedError(
            f"{book.file}: written by finmodel {made[0][:20]}, and this is {version()}: write the workbook anew"
        )
    known = [case.sha256, *(case.with_scenario(name).sha256 for name in case.scenarios)]
    if book.custom[marks.CASE_HASH] not in known:
        raise RefusedError(
            f"{book.file}: not written from {onto} as it stands now (or written under --set): write the workbook anew"
        )


def _as_written(result: Results, language: str) -> Original:
    """The workbook of a run, in the language that the file says it is in."""
    from finmodel.workbook.cells import CONSTANT
    from finmodel.workbook.labels import names
    from finmodel.workbook.pages import make_pages
    from finmodel.workbook.pages.header import LIVE_NAME
    from finmodel.workbook.translated import LANGUAGES, texts_of
    from finmodel.workbook.trials import Desk  # loads what pages need, only when a workbook is imported

    texts = texts_of(language if language in LANGUAGES else LANGUAGES[0], result.case)
    book = replace(Desk.of(result, {}).book(quick=False), say=texts)
    targets = {name: to for name, to in names(book).items() if name.startswith(marks.INPUT)}
    return Original(make_pages(book), targets, ("Scenarios", LIVE_NAME, CONSTANT))


def _refuse_logic(book: Book, pages: Sequence[Page]) -> None:
    """Formulas, and names for machines, are as they were written."""
    asked = {page.name: page for page in pages}
    for name in changed_sheets(book):
        if name not in book.sheets:
            refuse(book.file, f"its logic was changed: the sheet {name} is gone")
        if name not in asked:
            refuse(book.file, f"its logic was changed: the sheet {name} was added or changed")
        formulas = {(row, column): text for row, column, text in asked[name].relative()}
        found = first_difference(book.sheets[name], formulas)
        at = found if isinstance(found, str) else found.at if found is not None else ""
        what = _difference(found) if at else "a name for machines leads elsewhere"
        refuse(book.file, f"its logic was changed: {name}{'!' * bool(at)}{at}: {what}; only inputs may be edited")


def _difference(found: Cell | str | None) -> str:
    return "its formula is gone" if isinstance(found, str) else "its formula is not as it was written"


def _refuse_others(book: Book, original: Original) -> None:
    """What was typed beside the inputs of the base case must not be lost in silence."""
    free = {original.switch}
    for target in original.targets.values():
        sheet, cells = places(target)
        free |= {(sheet, row, column) for row, column in cells}
    faults: list[str] = []
    for page in original.pages:
        held = {
            place: cell.content
            for place, cell in page.cells.items()
            if not cell.formula and cell.style.startswith(TYPED) and (page.name, *place) not in free
        }
        faults += moved(book.sheets[page.name], held) if page.name in book.sheets else ()
    if faults:
        more = f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        remedy = "scenarios are changed in scenarios.toml, settings in case.toml; what was solved is found by a run"
        refuse(book.file, f"no input of the base case: {'; '.join(faults[:SHOWN])}{more}; {remedy}")


def _edits(book: Book, case: Case, targets: Mapping[str, str], values: Mapping[str, list[float]]) -> Iterator[Edit]:
    """Each input that differs, as the new case file says it."""
    clock = clock_of(case.tables.timeline)
    faults: list[str] = []
    for _, given, _ in leaves(case.tables, {}):
        name = marks.input_name(given.id)
        if name not in values or _unchanged(given, values[name]):
            continue
        numbers = _in_our_days(given, values[name]) if book.from_1904 and given.unit == DATE else values[name]
        if _unchanged(given, numbers):
            continue
        cell, found = _cell(targets[name]), find(type(case.tables), given.id.split("."))
        try:
            yield _edit(given, found, numbers, cell, clock)
        except NotWritten as error:
            faults.append(f"{cell} ({given.id}) {error}")
    if faults:
        refuse(book.file, "; ".join(faults[:SHOWN]))


def _edit(given: Given, found: Found | None, values: list[float], cell: str, clock: Clock) -> Edit:
    if found is None or not found.live or found.slot.leaf is None:
        raise NotWritten(
            'shapes the model, so a workbook cannot change it: write a case that extends this one (extends = "../case")'
        )
    if any(part.isdigit() for part in given.id.split(".")):
        raise NotWritten("stands in a list, which a case replaces whole: write it in a case that extends this one")
    leaf = found.slot.leaf
    old = given.value if isinstance(given.value, tuple) else (given.value,) * len(values)
    values = [a if same(a, b) else b for a, b in zip(old, values, strict=True)]
    value = written(given, leaf, values, clock)
    at = [t for t, (a, b) in enumerate(zip(old, values, strict=True)) if a != b]
    period = f" in {clock.timeline.labels[at[0]]}" if len(values) > 1 else ""
    more = f"; {len(at)} of {len(values)} periods differ" if len(values) > 1 else ""
    before, after = (f"{shown(given.unit, leaf, number)}{period}" for number in (old[at[0]], values[at[0]]))
    return Edit(given.id, cell, before, after + more, value, isinstance(given, Points))


def _unchanged(given: Given, values: Sequence[float]) -> bool:
    old = given.value if isinstance(given.value, tuple) else (given.value,) * len(values)
    return len(old) == len(values) and all(same(a, b) for a, b in zip(old, values, strict=True))


def _in_our_days(given: Given, values: Sequence[float]) -> list[float]:
    """Dates that were typed into a file that counts days from 1904; what stands as it was written is not moved."""
    old = given.value if isinstance(given.value, tuple) else (given.value,) * len(values)
    return [new if same(a, new) else new + FROM_1904 for a, new in zip(old, values, strict=True)]


def _cell(target: str) -> str:
    sheet, cells = places(target)
    ends = dict.fromkeys(address(*place) for place in (cells[0], cells[-1]))
    return f"{sheet}!{':'.join(ends)}"


def _try(case: Case, made: Path, folder: Path, book: Book, edits: Sequence[Edit]) -> None:
    """Read and run the new case before it gets its name; a mistake is told by the cell that makes it."""
    try:
        new = read_with(case.origin.schema, made)
    except CaseError as error:
        raise CaseError([_told(problem, book, edits, made, folder) for problem in error.problems]) from None
    if new.timeline != case.timeline:
        moved_by = ", ".join(f"{edit.cell} ({edit.key})" for edit in edits if edit.key.startswith("timeline."))
        refuse(book.file, f"{moved_by} moves the timeline, which a workbook cannot: write a case that extends this one")
    run(new)


def _told(problem: Problem, book: Book, edits: Sequence[Edit], made: Path, folder: Path) -> Problem:
    cell = next((edit.cell for edit in edits if (problem.key + ".").startswith(edit.key + ".")), "")
    if cell:
        return Problem(f"{book.file}: {cell}", 0, problem.key, "", problem.wrong, problem.remedy)
    file = problem.file.replace(str(made), str(folder))
    return Problem(file, problem.line, problem.key, problem.text, problem.wrong, problem.remedy)
