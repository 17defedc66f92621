"""Texts as a workbook's XML bears them: "_x0041_" in it stands for the letter A, so one that was typed is escaped.

Source:  ISO/IEC 29500-1, 22.9.2.19, ST_Xstring: "_xHHHH_" is a character; a typed one begins with "_x005F_" for "_".
"""

from __future__ import annotations

import re

_TYPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")


def escaped(text: str) -> str:
    """A text so that whoever reads the file finds it as it is."""
    return _TYPED.sub("_x005F_", text) if "_x" in text else text


def unescaped(text: str) -> str:
    """The text that the XML of a file stands for; half of a character (a surrogate) stays as it is written."""
    return _ESCAPE.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return match[0] if 0xD800 <= number <= 0xDFFF else chr(number)
