"""Reads one sheet of a received workbook; cell references are believed only within bounds."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Never

from finmodel.workbook.intake.contents import EMPTY, ERROR, FLAG, NUMBER, TEXT, Area, Cell, Sheet, Value
from finmodel.workbook.intake.formulas import address, column_letters, column_number, relative
from finmodel.workbook.intake.gate import refuse
from finmodel.workbook.intake.xml import Attributes, Reader
from finmodel.workbook.xstring import unescaped

LAST_ROW, LAST_COLUMN = 100_000, 8_192  # of a cell that is read; Excel itself has more
MOST_CELLS = 400_000  # that hold something, of all sheets
LONGEST_TEXT, LONGEST_FORMULA = 32_767, 8_192
_AT = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?|[+-]?\.[0-9]+([eE][+-]?[0-9]+)?")
_OBJECTS = {"oleObject": "an embedded object", "control": "a control", "legacyDrawing": "", "drawing": ""}


class SheetReader:
    """Gathers one sheet from the elements of its part."""

    def __init__(self, reader: Reader, name: str, state: str, strings: list[str], taken: Callable[[], int]) -> None:
        self.reader, self.strings, self.taken = reader, strings, taken
        self.sheet = Sheet(name, state)
        self.row = self.column = 0
        self.type, self.style = "n", 0
        self.value: str | None = None
        self.formula: str | None = None
        self.form: Attributes = {}
        self.rich: list[str] = []
        self.shared: dict[str, str] = {}
        self.fits = False
        self.setup: Attributes = {}

    def read(self, part: str) -> Sheet:
        """The sheet.

        Args:
            part: Name of the part within the file.

        Raises:
            BadWorkbook: A cell out of bounds, twice, or with something that no cell holds.
        """
        self.reader.read(part, self.start, self.end)
        sheet = self.sheet
        sheet.landscape = self.setup.get("orientation") == "landscape"
        sheet.one_page_wide = self.fits and self.setup.get("fitToWidth", "1") == "1"
        sheet.one_page_high = self.fits and self.setup.get("fitToHeight", "1") == "1"
        return sheet

    def start(self, name: str, attributes: Attributes) -> None:
        """An element opens.

        Args:
            name: The name.
            attributes: Attributes of the element.
        """
        if name == "c":
            self._open_cell(attributes)
        elif name == "f":
            self.form = attributes
        elif name == "row":
            self._open_row(attributes)
        else:
            self._other(name, attributes)

    def end(self, name: str, text: str) -> None:
        """An element closes."""
        if name == "c":
            if self.value is not None or self.formula is not None or self.rich:
                self._close_cell()
        elif name == "v":
            self.value = text
        elif name == "f":
            self.formula = text
        elif name == "t":
            self.rich.append(unescaped(text))
        elif name == "rPh" and self.rich:
            self.rich.pop()  # how a word is read aloud is no part of it
        elif name == "oddFooter":
            self.sheet.footer = bool(text.strip())

    def _open_row(self, attributes: Attributes) -> None:
        self.row = self._whole(attributes.get("r"), self.row + 1)
        self.column = 0
        if not 1 <= self.row <= LAST_ROW:
            self._refuse(f"row {self.row:,} is beyond row {LAST_ROW:,}")
        if attributes.get("hidden") in ("1", "true") or attributes.get("ht") in ("0", "0.0"):
            self.sheet.hidden.append(str(self.row))

    def _open_cell(self, attributes: Attributes) -> None:
        at = attributes.get("r")
        if at is None:
            self.column += 1
        else:
            match = _AT.fullmatch(at)
            if match is None:
                self._refuse(f'"{at[:20]}" is no cell')
            self.row, self.column = int(match[2]), column_number(match[1])
        if not (1 <= self.row <= LAST_ROW and self.column <= LAST_COLUMN):
            self._refuse(
                f"the cell {address(self.row, self.column)} is beyond {address(LAST_ROW, LAST_COLUMN)}, the last that"
                " is read"
            )
        self.type, self.style = attributes.get("t", "n"), self._whole(attributes.get("s"), 0)
        self.value = self.formula = None
        self.form, self.rich = {}, []

    def _close_cell(self) -> None:
        kind, value = self._content()
        formula = self._relative()
        if kind == EMPTY and not formula:
            return
        row = self.sheet.rows.setdefault(self.row, {})
        if self.column in row:
            self._refuse(f"the cell {address(self.row, self.column)} is there twice")
        array = self.form.get("t") in ("array", "dataTable")
        row[self.column] = Cell(self.row, self.column, kind, value, formula, self.style, array)
        if self.taken() > MOST_CELLS:
            self._refuse(f"more than {MOST_CELLS:,} cells hold something")

    def _content(self) -> tuple[str, Value]:
        text = self.value
        if self.type == "inlineStr":
            return TEXT, self._short("".join(self.rich))
        if text is None:
            return EMPTY, None
        if self.type == "n":
            return (NUMBER, self._number(text)) if text.strip() else (EMPTY, None)
        if self.type == "s":
            number = self._whole(text, -1)
            if not 0 <= number < len(self.strings):
                self._refuse(f"the cell {self._at} has text number {text[:20]}, which is not there")
            return TEXT, self.strings[number]
        if self.type == "b":
            return FLAG, text.strip() in ("1", "true")
        if self.type == "e":
            return ERROR, text[:20]
        if self.type in ("str", "d"):
            return TEXT, self._short(unescaped(text))
        return self._refuse(f'the cell {self._at} is of the unknown kind "{self.type[:20]}"')

    def _relative(self) -> str:
        """The formula; one that is shared reads the same from every cell that shares it."""
        if self.formula is None:
            return ""
        if len(self.formula) > LONGEST_FORMULA:
            self._refuse(f"the formula in {self._at} has more than {LONGEST_FORMULA:,} letters")
        text, number = self.formula.strip(), self.form.get("si", "")
        formula = relative(text, self.row, self.column) if text else ""
        if self.form.get("t") == "shared":
            if text:
                self.shared[number] = formula
            elif number not in self.shared:
                self._refuse(f"the cell {self._at} shares a formula that is not there")
            return self.shared[number]
        return formula or ("{}" if self.form.get("t") else "")

    def _number(self, text: str) -> float:
        value = float(text) if _NUMBER.fullmatch(text.strip()) else math.nan
        if not math.isfinite(value):
            self._refuse(f'the cell {self._at} holds "{text[:20]}", which is no number')
        return value

    def _short(self, text: str) -> str:
        if len(text) > LONGEST_TEXT:
            self._refuse(f"the text in {self._at} has more than {LONGEST_TEXT:,} letters")
        return text

    def _other(self, name: str, attributes: Attributes) -> None:
        sheet = self.sheet
        if name == "mergeCell":
            sheet.merged.append(self.area(attributes.get("ref", "")))
        elif name == "col":
            self._columns(attributes)
        elif name == "tabColor":
            sheet.tab = attributes.get("rgb") or attributes.get("theme") or attributes.get("indexed") or ""
        elif name == "pane" and attributes.get("state", "") in ("frozen", "frozenSplit"):
            split = [self._whole(attributes.get(side, "0").partition(".")[0], 0) for side in ("ySplit", "xSplit")]
            sheet.frozen = split[0] + 1, split[1] + 1
        elif name == "pageSetUpPr":
            self.fits = attributes.get("fitToPage") in ("1", "true")
        elif name == "pageSetup":
            self.setup = attributes
        elif _OBJECTS.get(name):
            sheet.objects.append(_OBJECTS[name])

    def _columns(self, attributes: Attributes) -> None:
        if attributes.get("hidden") in ("1", "true") or attributes.get("width") in ("0", "0.0"):
            first, last = (self._whole(attributes.get(end), 1) for end in ("min", "max"))
            if not 1 <= first <= last <= 16_384:
                self._refuse(f"columns {first} to {last} are no columns")
            ends = dict.fromkeys([column_letters(first), column_letters(last)])
            self.sheet.hidden.append(":".join(ends))

    def area(self, text: str) -> Area:
        """An area such as "B2:C9"."""
        corners = [_AT.fullmatch(corner) for corner in (text.split(":") * 2)[:2]]
        if text.count(":") > 1 or corners[0] is None or corners[1] is None:
            self._refuse(f'"{text[:20]}" is no area')
        (top, left), (bottom, right) = ((int(corner[2]), column_number(corner[1])) for corner in corners if corner)
        return top, left, bottom, right

    @property
    def _at(self) -> str:
        return address(self.row, self.column)

    def _whole(self, text: str | None, default: int) -> int:
        if text is None:
            return default
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            self._refuse(f'"{text[:20]}" is no whole number')
        return int(text)

    def _refuse(self, wrong: str) -> Never:
        refuse(self.reader.parts.name, f"sheet {self.sheet.name[:40]}: {wrong}")
