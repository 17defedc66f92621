"""What a workbook carries for machines: names of cells, document properties, and a fingerprint of each sheet's logic.

The writer leaves these marks; the audit and the import read them.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

INPUT, OUTPUT, MASTER = "in_", "out_", "Check_Master"
LONGEST_NAME = 255

# Custom document properties, all of them texts.
CASE_NAME = "finmodel case"
CASE_HASH = "finmodel case hash"
VERSION = "finmodel version"
SCHEMA = "finmodel schema"
LANGUAGE = "finmodel language"
LOGIC = "finmodel logic "  # and the sheet's name
SCHEMA_VERSION = "finmodel.workbook/1"


def input_name(key: str) -> str:
    """The name of an input's cell, or of its row of periods: "in_facility__jbic__rate".

    Args:
        key: Dotted key of the input.
    """
    return INPUT + _plain(key)


def output_name(metric: str) -> str:
    """The name of a result's cell: "out_dscr_min".

    Args:
        metric: Name of the result.
    """
    return OUTPUT + _plain(metric)


def fingerprint(formulas: Iterable[tuple[int, int, str]], names: Iterable[tuple[str, str]]) -> str:
    """A hash of one sheet's logic.

    Args:
        formulas: Row, column (from 1) and formula, in relative form (`intake.formulas.relative`), of each cell.
        names: Each machine name that points to this sheet, and where to ("Inputs!$F$9").
    """
    state = sha256()
    for row, column, formula in sorted(formulas):
        state.update(f"{row},{column},{formula}\n".encode())
    for name, target in sorted(names):
        state.update(f"{name}={target}\n".encode())
    return state.hexdigest()[:16]


def _plain(key: str) -> str:
    return key.replace(".", "__").replace("-", "_")
