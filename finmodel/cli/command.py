"""The command `finmodel`: its exit codes, and how an error is told; the verbs stand beside it.

Results go to stdout, messages to stderr.

Exit codes: 0 ok, 1 a fault of finmodel, 2 bad input or usage, 3 refused, 4 cannot read or write, 5 a limit reached,
6 a check or an expectation does not hold (outputs are written), 130 interrupted, 143 terminated.
"""

from __future__ import annotations

import re
import sys
import traceback
import warnings
from collections.abc import Sequence
from typing import Annotated, NamedTuple

import typer

from finmodel.cli import deal, government, look, received, report, risk, workbook
from finmodel.cli.arguments import app
from finmodel.cli.terminal import write
from finmodel.kernel.errors import FileError, FinmodelError, LimitError, UsageError, refuse_undecodable

__all__ = ["app", "command", "deal", "government", "look", "prepare", "received", "report", "risk", "workbook"]

DEBUG = "--debug"
INTERNAL, INTERRUPTED = 1, 130


class _Told(NamedTuple):
    """How the command ends on an error, and what it says."""

    code: int
    message: str


def _show_version(wanted: bool) -> None:
    if wanted:
        from finmodel.kernel.version import version

        write(f"finmodel {version()}")
        raise typer.Exit()


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version.")
    ] = False,
    debug: Annotated[bool, typer.Option(DEBUG, help="Show the traceback of an error; may stand anywhere.")] = False,
) -> None:
    """Project-finance modelling of blended public-private deals."""


def prepare() -> None:
    """Make stdout and warnings fit for a terminal."""
    if sys.stdout is not None and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a letter shows "?"
    warnings.formatwarning = lambda message, *_, **__: f"warning: {message}\n"  # not the source line


def command(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; an error is one message on stderr."""
    debug = DEBUG in arguments
    try:
        words = [word for word in arguments if word != DEBUG]
        for word in words:
            refuse_undecodable(word)
        _refuse_empty(words)
        code = app(args=words, prog_name="finmodel", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        if debug:
            traceback.print_exc()
        code, message = _told(error)
        typer.echo(message, err=True)
        return code


def _refuse_empty(words: Sequence[str]) -> None:
    """An empty word would be read as this folder, or as no word at all; it mostly comes from an unset variable.

    Raises:
        UsageError: A word is empty, or an option of one word ends in its equals sign.
    """
    for before, word in zip(["", *words], words, strict=False):
        if not word or re.fullmatch(r"--[a-z-]+=", word):
            where = word.rstrip("=") or (before if before.startswith("-") else "")
            what = f"the value of {where}" if where else "an argument"
            raise UsageError(f"{what} is empty: write it, or leave it out (finmodel --help lists verbs and options)")


def _told(error: Exception) -> _Told:
    """The exit code and the message of an error."""
    if isinstance(error, FinmodelError):
        return _Told(error.exit_code, str(error))
    if isinstance(error, typer.TyperException):
        message = error.format_message()
        hint = "" if message.startswith("Usage:") else " (finmodel --help lists verbs and options)"
        return _Told(UsageError.exit_code, message + hint)
    if isinstance(error, RecursionError):
        return _Told(
            LimitError.exit_code, "a formula of this deal is nested deeper than is computed: leave out some parts"
        )
    if isinstance(error, MemoryError):
        return _Told(LimitError.exit_code, "not enough memory")
    if isinstance(error, OSError):
        return _Told(FileError.exit_code, f"cannot read or write: {error}")
    return _Told(INTERNAL, f"internal error: {type(error).__name__}: {error}; run again with {DEBUG} to see where")
