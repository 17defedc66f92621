"""What the command writes: texts and files, and pages in the width of the terminal."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from finmodel.base.errors import FileError

if TYPE_CHECKING:
    from rich.console import RenderableType


def write_to(name: str, text: str) -> None:
    """A text to a file, or to stdout for "-"."""
    from finmodel.outputs.files import write_text

    if name == "-":
        write(text)
    else:
        write_text(Path(name), text + "\n")


def show(block: RenderableType) -> None:
    """A page to stdout: with colours in a terminal, plain and 100 columns wide elsewhere."""
    from rich.console import Console

    from finmodel.outputs.page import WIDTH

    console = Console() if sys.stdout.isatty() else Console(width=WIDTH, no_color=True)
    with console.capture() as capture:
        console.print(block)
    rows = capture.get().rstrip("\n").split("\n")
    write("\n".join(row.rstrip() for row in rows))


def write(text: str) -> None:
    """A text to stdout; a reader that has closed the pipe is no error, a full disk is."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # What is still buffered must go somewhere, or the interpreter complains when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise FileError(f"stdout: cannot write: {error.strerror}") from error
