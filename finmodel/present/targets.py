"""Where results may be written: the name ends as its format does, and nothing that a case is read from is replaced."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from finmodel.kernel.errors import RefusedError, UsageError
from finmodel.kernel.files import check_target


@dataclass(frozen=True)
class Format:
    """A kind of file that is written.

    Args:
        words: What it is called, with its article.
        endings: How names of such files may end; a message tells the first.
    """

    words: str
    endings: tuple[str, ...]


JSON = Format("a JSON file", (".json",))
PARQUET = Format("a Parquet file", (".parquet",))
WORKBOOK = Format("a workbook", (".xlsx",))
REPORT = Format("a report", (".html", ".htm"))


def check_output(path: Path | str, format: Format, inputs: Iterable[Path] = ()) -> None:
    """Refuse, before any work, a file that must not be written after it.

    Args:
        inputs: Files that are read, or would be if they were there: those of a case and of all that it extends.

    Raises:
        FileError: It is a folder, a link or a device, or its folder does not exist.
        UsageError: Its name does not end as names of this format do.
        RefusedError: It is one of the inputs, under this name or another.
    """
    target = Path(path)
    check_target(target)
    if target.suffix.lower() not in format.endings:
        raise UsageError(f"{target}: the name of {format.words} ends in {format.endings[0]}")
    if any(_same(target, file) for file in inputs):
        raise RefusedError(f"{target}: it is an input and would be overwritten; choose another name")


def check_output_folder(folder: Path, written: Callable[[str], bool], inputs: Iterable[Path] = ()) -> None:
    """Refuse, before any work, a folder in which a file of the case has a name that is written there.

    Args:
        folder: Where the files are written.
        written: Whether a file of this name may be written; names in a folder are chosen by finmodel.
        inputs: As for `check_output`.

    Raises:
        FileError: The folder cannot be made.
        RefusedError: Such a file is there.
    """
    for file in inputs:
        if written(file.name.lower()) and _same(folder, file.parent):
            raise RefusedError(
                f"{folder}: {file.name} in it is an input and would be overwritten; choose another folder"
            )


def _same(one: Path, other: Path) -> bool:
    """Whether two paths are one file, be it by a link, or be it not there yet."""
    try:
        return os.path.samefile(one, other)
    except OSError:
        return os.path.normcase(os.path.realpath(one)) == os.path.normcase(os.path.realpath(other))
