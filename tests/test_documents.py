"""What docs/ says of the code is so: its tree, its pictures, and the files that it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import architecture

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs").rglob("*.md"))


def test_the_tree_of_the_architecture_is_that_of_the_code():
    """`python -m tests.architecture` writes it anew."""
    assert architecture.page() == architecture.PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["floors.svg", "case_to_workbook.svg", "draw_to_statistics.svg"])
def test_a_picture_of_the_architecture_is_drawn_from_the_code_as_it_stands(name):
    stored = (ROOT / "docs" / "pictures" / name).read_text(encoding="utf-8")

    assert architecture.pictures()[name] == stored


def test_a_flow_refuses_a_step_that_nothing_above_it_calls():
    with pytest.raises(AssertionError, match=r"kernel\.order\.plan no longer leads to run\.run\.run"):
        architecture.flow("kernel.order.plan\n  run.run.run")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_a_page_links_or_names_exists(page):
    text = page.read_text(encoding="utf-8")
    linked = [page.parent / path for path in re.findall(r"\]\(([^)#:]+)\)", text)]
    folders = "|".join(("tests", "docs", "benchmarks", "cases", "templates", *architecture.FLOORS))
    named = re.findall(rf"(?<![\w/.])((?:{folders})/[\w/]+\.(?:py|md|toml|csv))\b", text)
    named += re.findall(r"(?<![\w/.])(finmodel/[\w/]+\.py)\b", text)

    old = page.name == "mutation.md"  # a report of the past
    assert [str(path) for path in linked if not path.exists()] == []
    assert old or [path for path in named if not ((ROOT / path).exists() or (ROOT / "finmodel" / path).exists())] == []
