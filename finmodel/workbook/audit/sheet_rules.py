"""Rules on sheets and on the workbook: what is hidden, how it is grouped and printed, what it says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from finmodel.present.marks import MASTER
from finmodel.workbook.audit.findings import Finding
from finmodel.workbook.audit.view import View
from finmodel.workbook.intake.contents import Sheet
from finmodel.workbook.intake.formulas import address
from finmodel.workbook.intake.reading import EMBEDDED, EXTERNAL, MACRO

TITLES = "_xlnm.Print_Titles"
COVER_WORDS = {
    "contents": ("contents", "sheets", "目次", "シート"),
    "limitations": ("limitations", "制約", "限界", "留意"),
    "change log": ("change log", "変更履歴"),
    "version": ("version", "版", "バージョン"),
}
MOST_BLOCKS = 2  # of sheets of one colour, such as results before and after the workings
_RULES = {MACRO: "macro", EXTERNAL: "external-link", EMBEDDED: "object"}


def hidden(view: View) -> Iterator[Finding]:
    """Hidden sheets, rows and columns, and merged cells."""
    for name, sheet in view.book.sheets.items():
        if sheet.state != "visible":
            yield Finding("hidden", name, "", f"the sheet is {'very ' * (sheet.state == 'veryHidden')}hidden")
        if sheet.hidden:
            yield Finding("hidden", name, "", f"hidden: {', '.join(sheet.hidden[:8])}", len(sheet.hidden))
        if sheet.merged:
            top, left, bottom, right = sheet.merged[0]
            reason = f"merged: {address(top, left)}:{address(bottom, right)}"
            yield Finding("merged", name, address(top, left), reason, len(sheet.merged))


def foreign(view: View) -> Iterator[Finding]:
    """Macros, links to other files, embedded things."""
    for kind, part in view.book.foreign:
        yield Finding(_RULES[kind], "", "", f"{kind}: {part[:80]}")
    for name, sheet in view.book.sheets.items():
        for thing in sheet.objects:
            yield Finding("object", name, "", thing)
    for defined in view.book.names:
        if "[" in defined.target:
            yield Finding("external-link", defined.sheet or "", "", f"the name {defined.name} is {defined.target[:80]}")


def tabs(view: View) -> Iterator[Finding]:
    """Tab colours that tell the type of a sheet."""
    sheets = list(view.book.sheets.values())
    for sheet in sheets:
        if not sheet.tab:
            yield Finding("sheet-groups", sheet.name, "", "its tab has no colour")
    blocks = [(colour, list(group)) for colour, group in groupby(sheets, key=lambda sheet: sheet.tab) if colour]
    seen: dict[str, int] = {}
    for colour, group in blocks:
        seen[colour] = seen.get(colour, 0) + 1
        if seen[colour] > MOST_BLOCKS:
            reason = f"sheets of the colour {colour} stand in more than {MOST_BLOCKS} places"
            yield Finding("sheet-groups", group[0].name, "", reason)


def printing(view: View) -> Iterator[Finding]:
    """Print set-up; a sheet that is set on one page needs neither title rows nor landscape."""
    titled = {name.sheet for name in view.book.names if name.name == TITLES}
    for name, sheet in view.book.sheets.items():
        one_page = sheet.one_page_high and sheet.one_page_wide
        missing = [
            word
            for word, there in (
                ("title rows", name in titled or one_page),
                ("landscape", sheet.landscape or one_page),
                ("one page wide", sheet.one_page_wide),
                ("a footer", sheet.footer),
            )
            if not there
        ]
        if missing:
            yield Finding("print", name, "", f"not set up: {', '.join(missing)}")


def master_check(view: View) -> Iterator[Finding]:
    """The name of the master check, and a cell on every sheet that shows it."""
    target = next((name.target for name in view.book.names if name.name == MASTER and name.sheet is None), None)
    shape = view.named.get(MASTER.upper())
    ref = shape.link if shape is not None else None
    if target is None or ref is None or ref.sheet not in view.book.sheets:
        yield Finding("master-check", "", "", f"the name {MASTER} leads to no cell")
        return
    top, left, _, _ = ref.area(1, 1)
    for name, sheet in view.book.sheets.items():
        if sheet.state == "visible" and not (name == ref.sheet or _shows(view, sheet, (ref.sheet, top, left))):
            yield Finding("master-check", name, "", f"no cell shows {target}")


def properties(view: View) -> Iterator[Finding]:
    """Document properties, and what the cover says."""
    said = " ".join([*view.book.custom, *(name for name, text in view.book.core.items() if text)]).casefold()
    missing = [word for word in ("title", "version", "hash") if word not in said]
    if missing:
        yield Finding("properties", "", "", f"no {', no '.join(missing)}")
    first = next(iter(view.book.sheets.values()), None)
    if first is not None:
        texts = " ".join(str(cell.value) for cell in first.cells() if isinstance(cell.value, str)).casefold()
        lacking = [word for word, ways in COVER_WORDS.items() if not any(way in texts for way in ways)]
        if lacking:
            yield Finding("cover", first.name, "", f"no {', no '.join(lacking)}")


def _shows(view: View, sheet: Sheet, master: tuple[str, int, int]) -> bool:
    """Whether a formula of a sheet reads the master check."""
    for cell in sheet.cells():
        if cell.formula:
            for ref in view.shape(cell).refs:
                top, left, _, _ = ref.area(cell.row, cell.column)
                if ((ref.sheet or sheet.name), top, left) == master:
                    return True
    return False
