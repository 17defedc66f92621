"""What a verb is asked to write, judged before any work: names end as their format does, and inputs are kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from finmodel.present.targets import Format

STDOUT = "-"


class Targets:
    """Files that a verb writes, against those that it reads.

    Args:
        case: The case that is read, as typed; None when there is none.
        read: Other files that are read.
    """

    def __init__(self, case: str | None, *read: str) -> None:
        self.case, self.read = case, read

    @cached_property
    def inputs(self) -> tuple[Path, ...]:
        """The files that are read; a case is opened only when something is written."""
        from finmodel.case.folder import reserved_by

        found = tuple(Path(file) for file in self.read)
        return found if self.case is None else (*found, *reserved_by(Path(self.case)))

    def file(self, name: str | Path | None, format: Format) -> None:
        """Judge a file; none is asked for without a name, and "-" is stdout.

        Raises:
            FileError, UsageError, RefusedError: As for `check_output`.
        """
        from finmodel.present.targets import check_output

        if name is not None and str(name) != STDOUT:
            check_output(name, format)
            check_output(name, format, self.inputs)

    def json(self, name: str | None) -> None:
        """Judge a file of JSON, as `file` does."""
        from finmodel.present.targets import JSON

        self.file(name, JSON)

    def tables(self, folder: Path | None, *names: str) -> None:
        """Judge a folder for tables of these names."""
        self._folder(folder, names.__contains__)

    def pictures(self, folder: Path | None) -> None:
        """Judge a folder for pictures."""
        self._folder(folder, lambda name: name.endswith(".png"))

    def _folder(self, folder: Path | None, written: Callable[[str], bool]) -> None:
        from finmodel.present.targets import check_output_folder

        if folder is not None:
            check_output_folder(folder, written, self.inputs)
