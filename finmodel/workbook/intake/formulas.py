"""Formulas of a workbook in relative form: two cells that compute alike have the same text, wherever they stand.

"=H6*$E$5" in H8 is "R[-2]C*R5C5". Spaces, quotes around a sheet's plain name, the case of a function and the way a
number is written make no difference.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384

_SHEET = r"(?:'(?:[^']|'')+'|[^\W\d][\w.]*|\[[^\[\]]*\][\w.]*)"
_CELL = r"(\$?)([A-Za-z]{1,3})(\$?)([0-9]{1,7})"
_TOKEN = re.compile(
    rf"""(?P<text>"(?:[^"]|"")*"?)|(?P<space>\s+)"""
    rf"""|(?P<sheet>{_SHEET}(?::{_SHEET})?!)"""
    r"""|(?P<quoted>'(?:[^']|'')*'?)"""  # no sheet's name; taken whole, so that no letter is looked at often
    rf"""|(?P<cell>(?<![\w.]){_CELL}(?::{_CELL})?(?![\w.(!]))"""
    rf"""|(?P<lines>(?<![\w.])(?:(\$?)([A-Za-z]{{1,3}}):(\$?)([A-Za-z]{{1,3}})|(\$?)([0-9]+):(\$?)([0-9]+))(?![\w.(!]))"""
    r"""|(?P<number>(?<![\w.])(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![\w.]))"""
    r"""|(?P<word>[^\W\d][\w.]*|\\[\w.]+)"""
)
_PLAIN_SHEET = re.compile(r"'([^\W\d][\w.]*)'!")
_LIKE_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*")


@lru_cache(maxsize=20_000)
def column_number(letters: str) -> int:
    """The number of a column: A is 1, XFD 16384.

    Args:
        letters: Letters of a column, such as "XFD".
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


@lru_cache(maxsize=20_000)
def column_letters(number: int) -> str:
    """The letters of a column.

    Args:
        number: Number, from 1.
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    """A cell as people write it: "H12".

    Args:
        row: Row of the sheet, from 1.
        column: Column of the sheet, from 1.
    """
    return f"{column_letters(column)}{row}"


def relative(formula: str, row: int, column: int) -> str:
    """A formula, without its "=", as it reads from the cell in which it stands.

    Args:
        formula: The formula, without its "=".
        row: Row of the sheet, from 1.
        column: Column of the sheet, from 1.
    """
    return _TOKEN.sub(_writer(row, column), formula)


def _writer(row: int, column: int) -> Callable[[re.Match[str]], str]:
    """What each piece of a formula becomes, seen from a cell."""

    def write(match: re.Match[str]) -> str:
        kind = match.lastgroup
        text = match[0]
        if kind == "cell":
            return _cell(text, row, column)
        if kind == "word":
            return text.upper()
        if kind == "sheet":
            return _sheet(text)
        if kind == "number":
            return _number(text)
        if kind == "lines":
            return _lines(text, row, column)
        return "" if kind == "space" else text

    return write


def _number(text: str) -> str:
    value = float(text)
    return str(int(value)) if value < 1e15 and value == int(value) else repr(value)


def _sheet(text: str) -> str:
    plain = _PLAIN_SHEET.fullmatch(text)
    return f"{plain[1]}!" if plain and not _LIKE_CELL.fullmatch(plain[1]) else text


_ONE = re.compile(_CELL)


def _cell(text: str, row: int, column: int) -> str:
    """A cell, or two corners of a range."""
    corners = []
    for match in _ONE.finditer(text):
        down = _step("R", int(match[4]), row, match[3])
        corners.append(down + _step("C", column_number(match[2]), column, match[1]))
    return ":".join(corners)


def _step(sign: str, at: int, here: int, fixed: str) -> str:
    return f"{sign}{at}" if fixed else f"{sign}[{at - here}]"


def _lines(text: str, row: int, column: int) -> str:
    """Whole columns, or whole rows."""
    first, last = text.split(":")
    fixed = [end[: end.startswith("$")] for end in (first, last)]
    ends = [end.lstrip("$") for end in (first, last)]
    if ends[0].isalpha():
        steps = [_step("C", column_number(end), column, sign) for end, sign in zip(ends, fixed, strict=True)]
        return f"R1{steps[0]}:R{LAST_ROW}{steps[1]}"
    steps = [_step("R", int(end), row, sign) for end, sign in zip(ends, fixed, strict=True)]
    return f"{steps[0]}C1:{steps[1]}C{LAST_COLUMN}"
