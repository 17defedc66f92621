"""Byte guards: what is checked of a file before any parser sees it, so that no input can hang or overflow one."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from finmodel.kernel.errors import CaseError, FileError, LimitError, Problem

MAX_BYTES = 1 << 20
MAX_LINES = 20_000
MAX_DEPTH = 32
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)")
# Strings and comments are passed over whole; what remains opens, closes or names a level. A string that is never
# closed runs to its line's or the file's end, so that each letter is looked at once.
_TOKEN = re.compile(
    r"""\"{3}(?:\\[\s\S]|[^\\])*?(?:\"{3}|\\?\Z)|'{3}[\s\S]*?(?:'{3}|\Z)"""
    r"""|"(?:\\.|[^"\\\n])*(?:"|\\?(?=\n|\Z))|'[^'\n]*(?:'|(?=\n|\Z))|\#[^\n]*|[\[{]|[\]}]|\.|[=,\n]"""
)


@dataclass(frozen=True)
class Text:
    """A file that passed the guards.

    Args:
        path: Where it was read.
        name: The file as the user named it.
        data: Its bytes, for the hash.
        text: Its text, without byte order mark and with plain line ends.
    """

    path: Path
    name: str
    data: bytes
    text: str

    @cached_property
    def lines(self) -> list[str]:
        """The lines, without their ends."""
        return self.text.split("\n")

    def line(self, number: int) -> str:
        """A line by its number from 1, short enough for a message; empty when there is none.

        Args:
            number: Number of the line, from 1.
        """
        typed = self.lines[number - 1].strip() if 0 < number <= len(self.lines) else ""
        return typed if len(typed) <= 120 else typed[:119] + "…"

    def problem(self, line: int, wrong: str, remedy: str = "", key: str = "") -> Problem:
        """A problem in a line of this file.

        Args:
            line: Line of the file, from 1.
            wrong: What is wrong.
            remedy: What to write.
            key: Dotted key.
        """
        return Problem(self.name, line, key, self.line(line), wrong, remedy)


def read_text(path: Path) -> Text:
    """Read a file of text within the limits.

    Args:
        path: The file or folder.

    Raises:
        FileError: Missing, not a plain file, or no permission.
        LimitError: Beyond 1 MiB or 20,000 lines.
        CaseError: Empty, not UTF-8, or with control characters.
    """
    name = str(path)
    data = _read_bytes(path, name)
    text = _decoded(data, name)
    if not text.strip():
        raise CaseError(
            [Problem(name, 0, "", "", "the file is empty.", 'Write at least name = "…", or start from `finmodel new`.')]
        )
    lines = text.count("\n") + 1
    if lines > MAX_LINES:
        raise LimitError(f"{name}: {lines:,} lines; at most {MAX_LINES:,} are read")
    return Text(path, name, data, text)


def check_depth(text: Text) -> None:
    """Refuse tables, lists and dotted keys nested deeper than 32 levels.

    Raises:
        LimitError: Names the line.
    """
    brackets = dots = 0
    for token in _TOKEN.finditer(text.text):
        sign = token[0]
        if sign in "[{":
            brackets += 1
        elif sign in "]}":
            brackets = max(0, brackets - 1)
        elif sign == ".":
            dots += 1
        elif sign in "=,\n":
            dots = 0
        if brackets + dots > MAX_DEPTH:
            line = text.text.count("\n", 0, token.start()) + 1
            raise LimitError(f"{text.name}:{line}: nested deeper than {MAX_DEPTH} levels")


def _read_bytes(path: Path, name: str) -> bytes:
    """At most one byte over the limit; opened without waiting, so a pipe without a writer cannot hang us."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        raise FileError(f"{name}: {_reason(path, error)}") from None
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not a plain file"
            raise FileError(f"{name}: {kind}; a text file is needed")
        data = b"" if status.st_size > MAX_BYTES else _up_to(handle, MAX_BYTES + 1)
    except OSError as error:
        raise FileError(f"{name}: {_reason(path, error)}") from None
    finally:
        os.close(handle)
    size = max(len(data), status.st_size)
    if size > MAX_BYTES:
        raise LimitError(f"{name}: {size:,} bytes; at most {MAX_BYTES:,} are read")
    return data


def _up_to(handle: int, size: int) -> bytes:
    """What a file holds, up to a size; one read may return less."""
    data = b""
    while len(data) < size:
        piece = os.read(handle, size - len(data))
        if not piece:
            break
        data += piece
    return data


def _reason(path: Path, error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "a broken link" if os.path.islink(path) else "no such file"
    if isinstance(error, PermissionError):
        return "no permission to read it"
    if isinstance(error, IsADirectoryError):
        return "a folder; a text file is needed"
    text = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return f"cannot be read ({text.lower()})"


def _decoded(data: bytes, name: str) -> str:
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        wrong = f"the byte 0x{data[error.start]:02x} is not UTF-8 text."
        raise CaseError([Problem(name, line, "", "", wrong, "Save the file as plain text in UTF-8.")]) from None
    found = _CONTROL.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        wrong = f"the control character 0x{ord(found[0]):02x} cannot stand in a text file."
        raise CaseError([Problem(name, line, "", "", wrong, "Save the file as plain text in UTF-8.")])
    return text.replace("\r\n", "\n")
