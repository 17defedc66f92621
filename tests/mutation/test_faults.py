"""Faults are planted where they are said to be, and the same ones for a seed."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.mutation.faults import chosen, sites
from tests.mutation.run import FOLDERS, equivalents

ROOT = Path(__file__).parents[2]
TEXT = (
    'def f(a, b, c):\n    """1 + 1."""\n    größe = where(a < b, lo(a, 0), ~c.prev)\n    return größe - a.opening * b\n'
)


def test_each_fault_changes_one_token_and_the_file_still_parses() -> None:
    faults = sites(Path("f.py"), TEXT)

    told = {(fault.old, fault.new) for fault in faults}
    assert told == {
        ("<", "<="),
        ("lo(a, 0), ~c.prev", "~c.prev, lo(a, 0)"),
        ("lo", "hi"),
        ("0", "1"),
        ("~", ""),
        (".prev", ""),
        ("-", "+"),
        (".opening", ".closing"),
        ("*", "/"),
    }
    for fault in faults:
        ast.parse(fault.plant(TEXT))
        assert fault.plant(TEXT) != TEXT


def test_a_seed_chooses_the_same_faults_and_no_two_alike() -> None:
    one = chosen(ROOT, ["finmodel/deal"], 20, 5)

    assert one == chosen(ROOT, ["finmodel/deal"], 20, 5)
    assert len({(fault.path, fault.start, fault.new) for fault in one}) == 20


def test_annotations_and_decorators_are_left_alone() -> None:
    text = "@kept(0)\ndef f(a: int | None, b: Literal[1]) -> int | str:\n    return a\n"

    assert sites(Path("f.py"), text) == []


def test_a_fault_that_changes_no_result_is_one_site_of_the_source() -> None:
    """An entry by the number of a line would excuse whatever stands there once lines move."""
    known = [
        fault.quoted(text)
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        for text in [path.read_text(encoding="utf-8")]
        for fault in sites(path, text)
    ]

    assert {entry: known.count(entry) for entry in equivalents()} == dict.fromkeys(equivalents(), 1)
