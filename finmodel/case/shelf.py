"""What ships with the toolkit: the folder of templates, in a checkout or in the installed package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from finmodel.kernel.errors import FileError


def home() -> Path:
    """The folder of templates: that of the checkout, else the one that came with the package.

    Raises:
        FileError: There is none.
    """
    checkout = Path(__file__).parents[2] / "templates"
    packed = Path(str(files("finmodel"))) / "_templates"
    found = checkout if checkout.is_dir() else packed
    if not found.is_dir():
        raise FileError(f"the templates are missing: looked in {checkout} and {packed}; install finmodel again")
    return found
