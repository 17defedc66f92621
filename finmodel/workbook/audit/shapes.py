"""What a formula is made of, read from its relative form; formulas that read alike are taken apart once."""

from __future__ import annotations

import re
from dataclasses import dataclass

from finmodel.workbook.intake.contents import Area
from finmodel.workbook.intake.formulas import LAST_COLUMN, LAST_ROW, address

_STEP = r"(?:\[-?[0-9]+\]|[0-9]+)"
_CORNER = rf"R{_STEP}C{_STEP}"
_WORD = r"[^\W\d][\w.]*"
_TOKEN = re.compile(
    rf"""(?P<text>"(?:[^"]|"")*"?)"""
    rf"""|(?P<area>(?P<sheet>(?:'(?:[^']|'')+'|{_WORD}(?::{_WORD})?|\[[^\[\]]*\][\w.]*)!)?(?<![\w.]){_CORNER}(?::{_CORNER})?)"""
    r"""|(?P<quoted>'(?:[^']|'')*'?!?)|(?P<error>\#(?:REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|N/A))"""
    r"""|(?P<function>[^\W\d][\w.]*(?=\())|(?P<word>[^\W\d][\w.]*!?|\\[\w.]+)"""
    r"""|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?)|(?P<sign>.)""",
    re.DOTALL,
)
_PARTS = re.compile(rf"R({_STEP})C({_STEP})")
_FLAGS = ("TRUE", "FALSE")


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference: corners as seen from the cell that holds it; a fixed one is the same from every cell."""

    sheet: str | None
    rows: tuple[int, int]
    columns: tuple[int, int]
    fixed_rows: tuple[bool, bool]
    fixed_columns: tuple[bool, bool]

    def area(self, row: int, column: int) -> Area:
        """What it means in a cell.

        Args:
            row: Row of the sheet, from 1.
            column: Column of the sheet, from 1.
        """
        top, bottom = (at if fixed else at + row for at, fixed in zip(self.rows, self.fixed_rows, strict=True))
        left, right = (at if fixed else at + column for at, fixed in zip(self.columns, self.fixed_columns, strict=True))
        return min(top, bottom), min(left, right), max(top, bottom), max(left, right)

    @property
    def single(self) -> bool:
        """Whether it is one cell."""
        same = self.rows[0] == self.rows[1] and self.columns[0] == self.columns[1]
        return same and self.fixed_rows[0] == self.fixed_rows[1] and self.fixed_columns[0] == self.fixed_columns[1]


@dataclass(frozen=True)
class Shape:
    """A formula in pieces.

    Args:
        functions: In capitals.
        numbers: As written.
        names: Defined names and tables.
        refs: What it reads.
        errors: Errors that stand in it, such as #REF!.
        foreign: References to other files, and to several sheets at once.
        braces: Whether it holds an array of constants.
        link: The one cell that it repeats, when it does nothing else.
    """

    functions: frozenset[str]
    numbers: tuple[str, ...]
    names: tuple[str, ...]
    refs: tuple[Ref, ...]
    errors: tuple[str, ...]
    foreign: tuple[str, ...]
    several: tuple[str, ...]
    braces: bool
    link: Ref | None


def shape_of(formula: str) -> Shape:
    """Take a formula in relative form apart.

    Args:
        formula: The formula, without its "=".
    """
    found: dict[str, list[str]] = {}
    refs: list[Ref] = []
    for match in _TOKEN.finditer(formula):
        kind, text = match.lastgroup or "sign", match[0]
        if kind == "area":
            refs += _ref(match, found)
        else:
            found.setdefault(_kind(kind, text), []).append(text)
    alone = len(refs) == 1 and not set(found) - {"bracket"}
    return Shape(
        functions=frozenset(found.get("function", ())),
        numbers=tuple(found.get("number", ())),
        names=tuple(word for word in found.get("word", ()) if word not in _FLAGS),
        refs=tuple(refs),
        errors=tuple(found.get("error", ())),
        foreign=tuple(found.get("foreign", ())),
        several=tuple(found.get("several", ())),
        braces="brace" in found,
        link=refs[0] if alone and refs[0].single else None,
    )


def written(formula: str, row: int, column: int) -> str:
    """A formula in relative form as people write it in a cell.

    Args:
        formula: The formula, without its "=".
        row: Row of the sheet, from 1.
        column: Column of the sheet, from 1.
    """

    def cell(match: re.Match[str]) -> str:
        r, c = (_at(step) for step in match.groups())
        at = r[0] if r[1] else r[0] + row, c[0] if c[1] else c[0] + column
        if not (1 <= at[0] <= LAST_ROW and 1 <= at[1] <= LAST_COLUMN):
            return "#REF!"
        letters = re.match("[A-Z]+", address(*at))
        assert letters is not None
        return f"{'$' * c[1]}{letters[0]}{'$' * r[1]}{at[0]}"

    return "=" + _PARTS.sub(cell, formula)


def sheet_of(prefix: str) -> str:
    """The name of a sheet as a reference writes it: "'Tax year'!".

    Args:
        prefix: The sheet as a reference writes it.
    """
    name = prefix.removesuffix("!")
    return name[1:-1].replace("''", "'") if name.startswith("'") else name


def _kind(kind: str, text: str) -> str:
    if kind == "sign":
        return "bracket" if text in "()+" else "brace" if text in "{}" else "foreign" if text in "[]" else kind
    if kind in ("quoted", "word") and text.endswith("!"):
        return "foreign" if "[" in text else "several"
    return "word" if kind == "quoted" else kind


def _ref(match: re.Match[str], found: dict[str, list[str]]) -> list[Ref]:
    prefix = match["sheet"]
    sheet = sheet_of(prefix) if prefix else None
    if sheet is not None and "[" in sheet:
        found.setdefault("foreign", []).append(match[0])
        return []
    if sheet is not None and ":" in sheet:
        found.setdefault("several", []).append(match[0])
        return []
    steps = [tuple(map(_at, corner)) for corner in _PARTS.findall(match[0][len(prefix or "") :])]
    (top, left), (bottom, right) = (steps * 2)[:2]
    return [Ref(sheet, (top[0], bottom[0]), (left[0], right[0]), (top[1], bottom[1]), (left[1], right[1]))]


def _at(step: str) -> tuple[int, bool]:
    return (int(step[1:-1]), False) if step.startswith("[") else (int(step), True)
