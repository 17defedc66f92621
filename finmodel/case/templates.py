"""Templates: case folders to copy and change, from a checkout or from the installed package."""

from __future__ import annotations

import difflib
import os
import re
import shutil
from itertools import takewhile
from pathlib import Path

from finmodel.case.shelf import home
from finmodel.kernel.errors import FileError, RefusedError, UsageError
from finmodel.kernel.files import cannot_write, temporary_name

CASE_FILE = "case.toml"


def templates() -> dict[str, Path]:
    """The folders of all templates by name.

    Raises:
        FileError: There are none.
    """
    return {folder.name: folder for folder in sorted(home().iterdir()) if (folder / CASE_FILE).is_file()}


def scheme_files() -> list[Path]:
    """The published schemes of price support, one file each.

    Raises:
        FileError: There are none.
    """
    home = next(iter(templates().values())).parent
    return sorted((home / "support").glob("*.toml"))


def summary(folder: Path) -> str:
    """What a template is: the first sentence of the comment that opens its case file.

    Args:
        folder: The folder.
    """
    rows = (folder / CASE_FILE).read_text(encoding="utf-8").splitlines()
    opening = " ".join(row.lstrip("# ") for row in takewhile(lambda row: row.startswith("#"), rows))
    return re.split(r"(?<=\.)\s", opening, maxsplit=1)[0].rstrip(". ")


def new_case(name: str, folder: Path) -> Path:
    """Copy a template to a folder that does not exist yet, whole or not at all.

    Args:
        name: The name.
        folder: The folder.

    Raises:
        UsageError: No such template; names the nearest.
        RefusedError: The folder exists.
        FileError: It cannot be written.
    """
    known = templates()
    if name not in known:
        near = difflib.get_close_matches(name[:80], known, n=1)
        hint = f'Did you mean "{near[0]}"?' if near else f"Known are: {', '.join(known)}."
        raise UsageError(f'there is no template "{name[:80]}". {hint}')
    if os.path.lexists(folder):
        raise RefusedError(f"{folder}: exists already; name a folder that does not")
    temporary = folder.absolute().parent / temporary_name()
    try:
        try:
            shutil.copytree(known[name], temporary, ignore=shutil.ignore_patterns(".*", "__pycache__"))
            os.rename(temporary, folder)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
    except shutil.Error as error:
        raise FileError(f"{folder}: cannot write: {error.args[0][0][2]}") from error
    except OSError as error:
        raise cannot_write(folder, error) from error
    return folder
