"""The catalogue of mistakes: each entry of tests/errors has one mistake and the whole message that it causes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from finmodel.kernel.errors import LimitError, Problem
from tests.mistakes import BASE, ERRORS, LISTED, MISTAKES, PAGE, TOPICS, outcome, page

FIRST = {mistakes[0].name for mistakes in TOPICS.values()}
NAMES = [pytest.param(name, marks=pytest.mark.smoke if name in FIRST else ()) for name in MISTAKES]


@pytest.mark.parametrize("name", NAMES)
def test_a_mistake_causes_exactly_its_message(name, tmp_path, monkeypatch):
    mistake = MISTAKES[name]
    monkeypatch.chdir(mistake.laid_out(tmp_path))

    assert mistake.outcome() == mistake.expected


def test_every_mistake_stands_in_a_topic_file():
    assert {path.name for path in ERRORS.iterdir() if path.is_dir()} == {"base", "readme"}


def test_no_two_topics_have_a_mistake_of_one_name():
    assert [name for name, count in Counter(mistake.name for mistake in LISTED).items() if count > 1] == []


def test_the_page_of_messages_is_current():
    """Written by `python -m tests.mistakes`."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_the_case_that_the_mistakes_are_laid_over_is_good(monkeypatch):
    monkeypatch.chdir(BASE)

    assert outcome() == "exit 0\n"


@pytest.mark.parametrize("name", MISTAKES)
def test_a_message_says_what_is_wrong_on_lines_of_its_own(name):
    """A place, the line as typed, what is wrong, and what to write instead; never the words of another program."""
    mistake = MISTAKES[name]
    blocks = mistake.message.rstrip("\n").split("\n\n")

    assert mistake.exit in (2, 4, 5, 6)
    loop = "these lines need each other"  # names every line of the loop
    assert all(block and (len(block.split("\n")) <= 4 or block.startswith(loop)) for block in blocks)
    strange = ("Traceback", "pydantic", "None", "NoneType", "dict", "{'")
    assert not [word for word in strange if word in mistake.message]


def test_a_byte_order_mark_and_windows_line_ends_are_no_mistake(tmp_path, monkeypatch):
    text = (BASE / "case.toml").read_bytes()
    (tmp_path / "case.toml").write_bytes(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
    monkeypatch.chdir(tmp_path)

    assert outcome() == "exit 0\n"


def test_a_file_of_50_mb_is_a_limit_and_is_not_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open("case.toml", "wb") as stream:
        stream.truncate(50_000_000)

    assert outcome() == "exit 5\ncase.toml: 50,000,000 bytes; at most 1,048,576 are read\n"


def test_a_link_out_of_the_folder_is_not_followed(tmp_path, monkeypatch):
    (tmp_path / "secret").write_text("root", encoding="utf-8")
    (tmp_path / "case").mkdir()
    monkeypatch.chdir(tmp_path / "case")
    Path("case.toml").write_text('name = "Base"\n', encoding="utf-8")
    Path("sources.toml").symlink_to(tmp_path / "secret")

    assert outcome() == "exit 4\nsources.toml: a link out of the case folder; copy the file into it\n"


def test_a_limit_has_an_exit_code_of_its_own():
    assert LimitError("too long").exit_code == 5


def test_a_problem_without_a_line_number_shows_what_was_typed_and_no_zero():
    problem = Problem("--set", 0, "facility.jbic.rate", "facility.jbic.rate=5", "it needs a unit.", "Write 5 % p.a.")

    assert str(problem) == ("--set: facility.jbic.rate\n      | facility.jbic.rate=5\nit needs a unit.\nWrite 5 % p.a.")


def test_a_problem_of_a_whole_file_shows_no_line():
    assert str(Problem("case.toml", 0, "", "", "the file is empty.")) == "case.toml\nthe file is empty."
