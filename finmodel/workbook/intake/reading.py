"""The way in: a file goes through the gate and comes out as a `Book`."""

from __future__ import annotations

import gc
import posixpath
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from finmodel.workbook.intake.contents import Book, Name
from finmodel.workbook.intake.gate import Parts, open_parts, refuse
from finmodel.workbook.intake.sheet_parser import LONGEST_TEXT, SheetReader
from finmodel.workbook.intake.xml import Attributes, Reader, attribute
from finmodel.workbook.xstring import unescaped

MOST_SHEETS, MOST_NAMES = 255, 20_000
MACRO, EXTERNAL, EMBEDDED = "macro", "external link", "embedded object"
_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_FOREIGN = (
    ("vbaproject", MACRO),
    ("xl/macrosheets/", MACRO),
    ("xl/dialogsheets/", MACRO),
    ("xl/activex/", EMBEDDED),
    ("xl/embeddings/", EMBEDDED),
    ("xl/ctrlprops/", EMBEDDED),
    ("xl/externallinks/", EXTERNAL),
    ("xl/connections", EXTERNAL),
    ("xl/querytables/", EXTERNAL),
    ("xl/model/", EMBEDDED),
    ("customui/", MACRO),
)


def read_book(path: Path | str, *, strict: bool = True) -> Book:
    """Read a received workbook.

    Args:
        path: An .xlsx file.
        strict: Whether macros, external links and embedded objects are refused; else they are listed, never opened.

    Raises:
        FileError: It cannot be read.
        BadWorkbook: It is no workbook, is damaged, is beyond a bound, or holds what is refused.
    """
    parts = open_parts(Path(path))
    collected = gc.isenabled()
    gc.disable()  # many objects are made and none is lost: looking for lost ones again and again doubles the time
    try:
        return _Workbook(parts, strict).read()
    finally:
        parts.close()
        if collected:
            gc.enable()


class _Workbook:
    """Gathers a workbook from its parts."""

    def __init__(self, parts: Parts, strict: bool) -> None:
        self.parts, self.strict, self.reader = parts, strict, Reader(parts)
        self.book = Book(parts.name)
        self.listed: list[tuple[str, str, str]] = []
        self.parents: list[str] = []
        self.style_names: dict[int, str] = {}
        self.formats: list[int] = []
        self.strings: list[str] = []
        self.pieces: list[str] = []
        self.property = ""
        self.local: Attributes = {}

    def read(self) -> Book:
        """The whole of it."""
        book = self.book
        self._look_for_foreign_parts()
        main = self._main()
        related = {id: target for id, _, target in self._related(main)}
        self.reader.read(main, self._main_start, self._main_end)
        book.styles = self._read_styles(main)
        self._read_strings(main)
        book.themes = sum(part.startswith("xl/theme/") and part.endswith(".xml") for part in self.parts.sizes)
        number = count(1)
        for name, state, id in self.listed:
            part = related.get(id, "")
            if "/chartsheets/" in f"/{part}":
                continue
            if name in book.sheets or not part:
                refuse(self.parts.name, f"the sheet {name[:40]} is there twice, or its part is missing")
            sheet = SheetReader(self.reader, name, state, self.strings, number.__next__)
            book.sheets[name] = sheet.read(part)
            list(self._related(part))
        self._read_properties()
        return book

    def _look_for_foreign_parts(self) -> None:
        for part in self.parts.sizes:
            for sign, kind in _FOREIGN:
                if sign in part.casefold():
                    self._foreign(kind, part)
                    break

    def _foreign(self, kind: str, part: str) -> None:
        if self.strict:
            refuse(
                self.parts.name,
                f"it holds a {kind} ({part[:80]})" if kind == MACRO else f"it holds an {kind} ({part[:80]})",
            )
        self.book.foreign.append((kind, part))

    def _main(self) -> str:
        """The part of the workbook itself."""
        types: dict[str, str] = {}
        self.reader.read(
            "[Content_Types].xml",
            lambda name, given: types.update({given.get("PartName", "").lstrip("/"): given.get("ContentType", "")}),
            lambda name, text: None,
        )
        for _, kind, target in self._related(""):
            if kind.endswith("/officeDocument"):
                said = types.get(target, "")
                if "macroenabled" in said.casefold():
                    self._foreign(MACRO, target)
                elif said != _MAIN:
                    refuse(self.parts.name, f'its main part is "{said[:80]}", no workbook')
                return target
        return refuse(self.parts.name, "it is a zip without a workbook in it")

    def _related(self, part: str) -> Iterator[tuple[str, str, str]]:
        """Id, kind and part of what a part refers to; a reference out of the file counts as an external link."""
        folder, file = posixpath.split(part)
        found: list[Attributes] = []
        listing = posixpath.join(folder, "_rels", f"{file}.rels")
        if listing not in self.parts.sizes:
            return
        self.reader.read(listing, lambda name, given: found.append(given), lambda name, text: None)
        for given in found:
            kind, target = given.get("Type", ""), given.get("Target", "")
            if given.get("TargetMode") == "External":
                if not kind.endswith("/hyperlink"):
                    self._foreign(EXTERNAL, target)
                continue
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            yield given.get("Id", ""), kind, path

    def _main_start(self, name: str, given: Attributes) -> None:
        if name == "sheet":
            self.listed.append((given.get("name", ""), given.get("state", "visible"), attribute(given, "r:id")))
            if len(self.listed) > MOST_SHEETS:
                refuse(self.parts.name, f"it has more than {MOST_SHEETS} sheets")
        elif name == "definedName":
            self.local = given
        elif name == "workbookPr":
            self.book.from_1904 = given.get("date1904") in ("1", "true")
        elif name == "calcPr":
            self.book.iterates = given.get("iterate") in ("1", "true")

    def _main_end(self, name: str, text: str) -> None:
        if name != "definedName":
            return
        at = self.local.get("localSheetId", "")
        number = int(at) if at.isascii() and at.isdecimal() and len(at) < 6 else -1
        sheet = self.listed[number][0] if 0 <= number < len(self.listed) else None
        self.book.names.append(Name(unescaped(self.local.get("name", "")), text.strip(), sheet))
        if len(self.book.names) > MOST_NAMES:
            refuse(self.parts.name, f"it has more than {MOST_NAMES:,} names")

    def _part_of(self, main: str, kind: str) -> str:
        return next((part for _, said, part in self._related(main) if said.endswith(f"/{kind}")), "")

    def _read_styles(self, main: str) -> dict[int, str]:
        """Number of a cell format → name of its style."""
        part = self._part_of(main, "styles")
        if part:
            self.reader.read(part, self._style_start, self._style_end)
        return {number: self.style_names.get(style, "") for number, style in enumerate(self.formats)}

    def _style_start(self, name: str, given: Attributes) -> None:
        self.parents.append(name)
        id = given.get("xfId", "0")
        style = int(id) if id.isascii() and id.isdecimal() and len(id) < 7 else 0
        if name == "xf" and self.parents[-2:-1] == ["cellXfs"]:
            self.formats.append(style)
        elif name == "cellStyle":
            self.style_names[style] = given.get("name", "")

    def _style_end(self, name: str, text: str) -> None:
        self.parents.pop()

    def _read_strings(self, main: str) -> None:
        part = self._part_of(main, "sharedStrings")
        if part:
            self.reader.read(part, lambda name, given: None, self._string_end)

    def _string_end(self, name: str, text: str) -> None:
        if name == "t":
            self.pieces.append(unescaped(text))
        elif name == "rPh" and self.pieces:
            self.pieces.pop()
        elif name == "si":
            whole = "".join(self.pieces)
            self.pieces.clear()
            if len(whole) > LONGEST_TEXT:
                refuse(self.parts.name, f"a text has more than {LONGEST_TEXT:,} letters")
            self.strings.append(whole)

    def _read_properties(self) -> None:
        core: dict[str, str] = {}
        custom: dict[str, str] = {}

        def named(name: str, given: Attributes) -> None:
            if name == "property":
                self.property = given.get("name", "")

        def valued(name: str, text: str) -> None:
            if name.startswith("vt:"):
                custom[self.property] = unescaped(text)

        if "docProps/core.xml" in self.parts.sizes:
            self.reader.read(
                "docProps/core.xml", lambda name, given: None, lambda name, text: core.update({name: text})
            )
        if "docProps/custom.xml" in self.parts.sizes:
            self.reader.read("docProps/custom.xml", named, valued)
        self.book.core, self.book.custom = core, custom
