"""Errors as values and as exceptions; every user mistake ends as one of these, never a traceback.

Exit codes: 2 bad input or usage, 3 refused, 4 cannot read or write, 5 a limit reached, 6 a check failed.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_HERE = str(Path(__file__).parent)
_PACKAGE = str(Path(__file__).parents[1]) + os.sep


@dataclass(frozen=True)
class Problem:
    """One mistake in one place of one file.

    Args:
        file: The file as the user named it.
        line: Line number from 1; 0 when the whole file is meant.
        key: Dotted key, such as "facility.jbic.rate"; may be empty.
        text: The line as typed; may be empty.
        wrong: What is wrong, with the value.
        remedy: What to write instead.
    """

    file: str
    line: int
    key: str
    text: str
    wrong: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        head = f"{place}: {self.key}" if self.key else place
        rows = [head]
        if self.text:
            rows.append(f"{self.line or '':>5} | {self.text}")
        rows.append(self.wrong)
        if self.remedy:
            rows.append(self.remedy)
        return "\n".join(rows)


class FinmodelError(Exception):
    """Any error with a message for the user; `exit_code` is what the command returns."""

    exit_code = 1


class CaseError(FinmodelError):
    """A case file that cannot be run: all its problems at once."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n\n".join(str(problem) for problem in self.problems))


class UsageError(FinmodelError):
    """A call that asks for something that does not exist: an unknown line, key or verb."""

    exit_code = 2


class RefusedError(FinmodelError):
    """Something that finmodel will not do, such as run on another version's files."""

    exit_code = 3


class FileError(FinmodelError):
    """A file that cannot be read or written."""

    exit_code = 4


class LimitError(FinmodelError):
    """An input beyond a stated size."""

    exit_code = 5


class ModelError(FinmodelError):
    """Lines that do not make a model: a double id, an undefined line, units that do not fit."""

    exit_code = 2


class UnitError(ModelError):
    """Units that do not fit together."""


class CircularityError(ModelError):
    """Lines that need each other in the same period."""


class SolveError(FinmodelError):
    """A solved input that does not reach its target."""

    exit_code = 2


class NumberError(FinmodelError):
    """A line whose value is not a finite number: names line, period and path."""

    exit_code = 2


def place() -> str:
    """The "file:line" of the code that called into this package: where a line or a formula was written."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_HERE):
        frame = frame.f_back
    file = frame.f_code.co_filename
    path = file[len(_PACKAGE) :] if file.startswith(_PACKAGE) else "/".join(Path(file).parts[-2:])
    return f"{path}:{frame.f_lineno}".replace("\\", "/")


def want(value: object, kinds: type | tuple[type, ...], words: str) -> None:
    """Refuse an argument of another type, or with text that is none, in words.

    Args:
        value: What was given.
        kinds: Type or types that it may have.
        words: What it should be, such as "a scenario is a name".

    Raises:
        UsageError: It is of none of the types, or holds halves of characters.
    """
    if not isinstance(value, kinds):
        got = f"a {type(value).__name__}"
        if isinstance(value, str | int | float):
            got = f'"{value[:40]}"' if isinstance(value, str) else str(value)[:40]
        raise UsageError(f"{words}: got {got}")
    for text in _texts(value):
        refuse_undecodable(text)


def _texts(value: object) -> Iterator[str]:
    """The texts of an argument: itself, those of a list, or keys and values of a table."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, dict):
        yield from _texts([*value, *value.values()])


def refuse_undecodable(text: str) -> None:
    """Refuse bytes that are no text in UTF-8, which reach a program as halves of characters (surrogates).

    Raises:
        UsageError: The text holds such bytes; they are shown as \\xff.
    """
    if re.search("[\ud800-\udfff]", text):
        shown = re.sub("[\udc80-\udcff]", lambda half: f"\\x{ord(half[0]) - 0xDC00:x}", text)
        shown = shown.encode("utf-8", "backslashreplace").decode("utf-8")
        raise UsageError(f'an argument is not text in UTF-8: "{shown}"; type it again, in UTF-8')


def want_path(value: object, what: str) -> None:
    """Refuse what is no path.

    Args:
        value: What was given.
        what: What it is a path of, for the message.

    Raises:
        UsageError: It is neither text nor a path, or holds bytes that are no text.
    """
    want(value, (str, os.PathLike), f"{what} is text or a path")
    refuse_undecodable(str(value))
