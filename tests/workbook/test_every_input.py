"""Every input that looks live, typed anew in the file, as LibreOffice computes it: each case and each template."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from finmodel.case.describe import find
from finmodel.case.leaf import Quantity
from finmodel.deal.read import CaseTables
from finmodel.kernel.evaluate import evaluate
from finmodel.run.build import build
from finmodel.run.key_uses import key_uses
from finmodel.run.run import load, run
from finmodel.workbook.cells import letter
from finmodel.workbook.write import workbook_bytes
from tests.workbook.files import CASES, ROOT, book_of, cells_of, libreoffice, number, read_lines, retyped
from tests.workbook.test_libreoffice import differing

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(
        shutil.which("soffice") is None and "FINMODEL_CI" not in os.environ,
        reason="LibreOffice is not installed: soffice was not found",
    ),
]
FOLDERS = sorted(path.parent for top in (CASES, ROOT / "templates") for path in top.rglob("case.toml"))
LESS = 0.999
"""A thousandth less keeps a share of 100 % within its bounds; what is counted, and a date, is one less."""


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_every_live_input_typed_at_once_gives_what_the_engine_gives(folder: Path, tmp_path: Path) -> None:
    case = load(folder)
    result, built = run(case), build(case)
    book, data = book_of(result), workbook_bytes(result, quick=True)[0]
    given, edits = dict(result.given), {}
    for key, use in key_uses(case.tables, result.model).items():
        if use.kind == "used" and given.get(key) is not None:
            entry = find(CaseTables, key.split("."))
            row = np.asarray(given[key], dtype=float)
            row = row * LESS if entry is None or type(entry.slot.leaf) is Quantity else row - 1
            given[key] = tuple(row.tolist()) if row.ndim else float(row)
            sheet, line, columns = cells_of(book, key)
            typed = zip(columns, np.broadcast_to(row, len(columns)).tolist(), strict=True)
            edits.setdefault(sheet, {}).update({f"{letter(column)}{line}": number(value) for column, value in typed})
    sheets = libreoffice(retyped(data, edits), tmp_path)
    cells = read_lines(book, lambda name, row, column: sheets[name].cell(row, column).value)

    assert differing(book, evaluate(built.model, built.plan, given), cells) == []
