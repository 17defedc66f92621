"""`format = 1` says in which version of the language a case file is written; a file that says none is in format 1."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TYPED = sorted([*ROOT.glob("cases/*/case.toml"), *ROOT.glob("templates/**/case.toml")])


def test_a_file_with_format_1_says_what_it_said_without(read):
    old, new = read(), read({"name =": "format = 1\nname ="}, folder="new")

    assert new.tables.facility["jbic"].rate.number == old.tables.facility["jbic"].rate.number
    assert new.sha256 != old.sha256, "the digest covers the files as they are"


@pytest.mark.parametrize("typed", ["2", "3000"])
def test_a_later_format_is_refused_alone_and_says_what_to_write(message, typed):
    """Nothing else of the file is judged: its other keys may be right in that format."""
    assert message({"name =": f"format = {typed}\nnome ="}) == (
        "case/case.toml:1: format\n"
        f"    1 | format = {typed}\n"
        f"this version of finmodel reads format 1: got {typed}.\n"
        f"Write format = 1, or read the case with the later version of finmodel that knows format {typed}."
    )


@pytest.mark.parametrize("typed", ["0", "-1", "1.0", "true", '"1"', "[1]", "{ a = 1 }", "2027-01-01"])
def test_what_is_no_format_is_refused(message, typed):
    assert message({"name =": f"format = {typed}\nname ="}).endswith(f"got {typed}.\nWrite format = 1.")


def test_each_file_of_a_chain_says_its_own_format(read, write, message):
    write(folder="base")
    extending = 'extends = "../base"\nname = "Other"\n'

    assert read(text="format = 1\n" + extending).name == "Other"
    assert "case/case.toml:1: format" in message(text="format = 2\n" + extending)
    write({"name =": "format = 2\nname ="}, folder="base")
    assert "base/case.toml:1: format" in message(text="format = 1\n" + extending)


def test_no_scenario_and_no_change_moves_the_format(message):
    assert "format" in message(sets={"format": "1"})
    assert "format" in message(files={"scenarios.toml": '[x.set]\nformat = "1"\n'})


def test_a_misspelled_key_of_the_file_itself_is_met_with_the_nearest(message):
    assert 'Did you mean "format"?' in message({"name =": "fromat = 1\nname ="})
    assert 'Did you mean "extends"?' in message({"name =": 'extend = ".."\nname ='})


@pytest.mark.parametrize("path", TYPED, ids=lambda path: str(path.parent.relative_to(ROOT)))
def test_every_case_and_template_says_its_format(path):
    rows = [row.split("#")[0].split() for row in path.read_text(encoding="utf-8").splitlines()]

    assert next(row for row in rows if row) == ["format", "=", "1"]
