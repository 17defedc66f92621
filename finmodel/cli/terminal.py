"""What the command reads and writes: changes by key, texts, files, faults, and pages as wide as the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Never

from finmodel.kernel.errors import FileError, UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from finmodel.deal.read import Case


def changes(sets: Sequence[str] | None) -> dict[str, str]:
    """KEY=VALUE as a dictionary; the last value of a key wins.

    Raises:
        UsageError: A text without a key or an equals sign.
    """
    found = {}
    for text in sets or ():
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise UsageError(f'--set wants KEY=VALUE, such as "sizing.gearing_cap=60 %": got "{text[:80]}"')
        found[key.strip()] = value.strip()
    return found


def given(case: str, modules: Sequence[str] | None) -> Case | str:
    """A case for an analysis: as typed, or read with the own clauses that are named."""
    from finmodel.run.run import load

    return load(case, modules=modules) if modules else case


def write_to(name: str, text: str) -> None:
    """A text to a file, or to stdout for "-"."""
    from finmodel.kernel.files import write_text

    if name == "-":
        write(text)
    else:
        write_text(Path(name), text + "\n")


def show(block: RenderableType) -> None:
    """A page to stdout: with colours in a terminal, plain and 100 columns wide elsewhere."""
    from rich.console import Console

    from finmodel.present.page import WIDTH

    console = Console() if sys.stdout is not None and sys.stdout.isatty() else Console(width=WIDTH, no_color=True)
    with console.capture() as capture:
        console.print(block)
    rows = capture.get().rstrip("\n").split("\n")
    write("\n".join(row.rstrip() for row in rows))


def write(text: str) -> None:
    """A text to stdout; a reader that has closed the pipe is no error, a full disk is.

    Raises:
        FileError: The disk is full, or there is no stdout.
    """
    if sys.stdout is None:
        raise FileError("stdout: cannot write: it is closed; send it to a file, or to /dev/null")
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # What is still buffered must go somewhere, or the interpreter complains when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise FileError(f"stdout: cannot write: {error.strerror}") from error


def fail(faults: Sequence[str]) -> Never:
    """End a verb whose outputs are written although something does not hold.

    Raises:
        CheckError: Always; one row a fault.
    """
    from finmodel.present.expectations import CheckError

    raise CheckError("\n".join([f"{len(faults)} of what must hold does not:", *(f"  {fault}" for fault in faults)]))
