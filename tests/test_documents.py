"""What docs/ says of the code is so: its tree, its pictures, and the files that it names."""

from __future__ import annotations

import io
import re
import tokenize
from pathlib import Path

import pytest

from tests import architecture

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


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


def test_every_decision_that_code_cites_by_number_has_an_entry_and_each_entry_is_cited():
    """F stands for finance, S for structure; tests cite them too."""
    finance, house = (ROOT / "docs" / "decisions" / name for name in ("finance.md", "house.md"))
    entries = re.findall(r"^\*\*([FS]\d+) ", finance.read_text("utf-8") + house.read_text("utf-8"), re.MULTILINE)
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "finmodel").rglob("*.py"))
    cited = set(re.findall(r"\b[FS]\d{1,2}\b", code))

    assert sorted(entries) == sorted(set(entries))
    assert cited | {"F35"} == set(entries)  # F35 is cited by the tests of option vectors


def test_every_choice_that_is_cited_by_number_stands_in_the_house():
    texts = [*PAGES, *(ROOT / "finmodel").rglob("*.py")]
    cited = {int(found) for path in texts for found in re.findall(r"\b[Cc]hoice (\d+)", path.read_text("utf-8"))}
    listed = {
        int(found) for found in re.findall(r"^(\d+)\. ", (ROOT / "docs/decisions/house.md").read_text(), re.MULTILINE)
    }

    assert cited
    assert cited <= listed


def test_every_name_in_backticks_of_a_docstring_is_a_name_of_the_code():
    """A module that was renamed, or a parameter that is gone, leaves no text behind that leads to it."""
    named: dict[str, str] = {}
    known = {path.stem for path in (ROOT / "finmodel").rglob("*.py")}
    for path in (ROOT / "finmodel").rglob("*.py"):
        for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
            if token.type == tokenize.STRING and token.string.startswith('"""'):
                named |= dict.fromkeys(re.findall(r"`([a-z][a-z0-9]*(?:_[a-z0-9]+)+)`", token.string), path.name)
            elif token.type != tokenize.COMMENT:
                known |= set(re.findall(r"\w+", token.string))

    assert {name: place for name, place in named.items() if name not in known} == {}
