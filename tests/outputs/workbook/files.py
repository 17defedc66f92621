"""Workbooks of small cases, made once for the tests of a process."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

from openpyxl import load_workbook  # type: ignore[import-untyped]

from finmodel.outputs.workbook.book import Certificate
from finmodel.run import load, run
from finmodel.workbook import workbook_bytes

CASES = Path(__file__).parents[3] / "cases"


@cache
def made(case: str = "tiny_loan") -> tuple[bytes, Certificate]:
    """The workbook of a case and its certificate."""
    return workbook_bytes(run(load(CASES / case)))


@cache
def opened(case: str = "tiny_loan", values: bool = False) -> Any:
    """The workbook as openpyxl reads it: formulas, or the values beside them."""
    return load_workbook(io.BytesIO(made(case)[0]), data_only=values)
