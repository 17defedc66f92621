"""Mistakes of a module, told in our form at its own file and line: whatever it raises, nobody sees a traceback."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from finmodel.deal.own.declared import Declared, Origin
from finmodel.kernel.errors import CaseError, FinmodelError, Problem

_PLACE = re.compile(r" \([^()\s]+\.py:\d+\)$")
"""Where our own code noticed it: the message says the module's line instead."""
_FACE = re.compile(r"deal/own/face\.py:\d+")
REMEDY = "Correct the module."


@contextmanager
def blamed(clause: Declared) -> Iterator[None]:
    """Run code of a clause: what it raises becomes an error at the last line of the module that was running.

    Raises:
        CaseError: It raises anything but an error of a case, or a request to stop.
    """
    try:
        yield
    except CaseError:
        raise
    except (Exception, SystemExit) as error:
        line = line_in(error, clause.origin.path) or clause.origin.line
        words = _FACE.sub(f"{clause.origin.file}:{line}", _PLACE.sub("", said(error)))
        raise refused(clause, line, words, _remedy(error)) from error


def refused(clause: Declared, line: int, wrong: str, remedy: str = REMEDY) -> CaseError:
    """An error of a clause at a line of its module."""
    return mistake(clause.origin, line, f"clause {clause.name}", wrong, remedy)


def mistake(origin: Origin, line: int, key: str, wrong: str, remedy: str = REMEDY) -> CaseError:
    """An error at a line of a module."""
    typed = origin.lines[line - 1].strip()[:120] if 0 < line <= len(origin.lines) else ""
    text = wrong if wrong.endswith((".", "?")) else f"{wrong}."
    return CaseError([Problem(origin.file, line, key, typed, text, remedy)])


def said(error: BaseException) -> str:
    """An error in words: our own as it stands, another with its kind, on one line."""
    words = " ".join(str(error).split())
    if isinstance(error, FinmodelError):
        return words
    return f"the module raises {type(error).__name__}{f': {words}' if words else ''}"


def _remedy(error: BaseException) -> str:
    return REMEDY if isinstance(error, FinmodelError) else f"{REMEDY} With --debug the traceback is shown."


def line_in(error: BaseException, path: str) -> int:
    """The last line of a file on the way to an error; 0 when it was not in it."""
    rows = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    return (rows[-1] or 0) if rows else 0
