"""docs/validation/findings.md has a row for each finding, and each test that it names exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "validation" / "findings.md").read_text(encoding="utf-8")
WANTED = [
    *(f"A{n}" for n in range(1, 4)),
    *(f"B{n}" for n in range(1, 12)),
    *(f"C{n}" for n in range(1, 11)),
    *(f"D{n}" for n in range(1, 5)),
    *(f"E{n}" for n in (1, 2, 3, 4, 5, 6, 7, 9, 10)),
    *("F1", "F4"),
    *(f"G{n}" for n in range(1, 9)),
]
ROWS = re.findall(r"^\| ([A-G]\d+)[^|]* \|.*\|$", PAGE, re.MULTILINE)
TESTS = sorted(set(re.findall(r"tests/[\w/]+\.py(?:::\w+)?", PAGE)))


@pytest.mark.parametrize("finding", WANTED)
def test_every_finding_has_a_row(finding: str) -> None:
    assert finding in ROWS


@pytest.mark.parametrize("named", TESTS)
def test_a_test_that_the_page_names_exists(named: str) -> None:
    path, _, name = named.partition("::")

    assert (ROOT / path).is_file()
    if name:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
