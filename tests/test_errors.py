"""The catalogue of mistakes: each folder of tests/errors has one mistake and the whole message that it causes.

A folder holds the files of a case, most of them laid over tests/errors/base, and expected.txt: the exit code, then the
message to the letter. It may hold a file `scenario` with the name of the scenario to read, a file `set` with one
KEY=VALUE a line, a file `run` when the mistake only shows once the case runs, and a file `draws` when it only shows
once something is drawn.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from finmodel.base.errors import FinmodelError, LimitError, Problem
from finmodel.case.read import read_case

ERRORS = Path(__file__).parent / "errors"
FOLDERS = sorted(path.name for path in ERRORS.iterdir() if (path / "expected.txt").exists())
BASE = ERRORS / "base"
OWN_PLACES = re.compile(r"\((cashflow/\w+\.py):\d+\)")  # lines of the program move; those of a case are the message


def outcome() -> str:
    """The exit code and the message that the case in the current folder causes, as expected.txt holds them."""
    rows = Path("set").read_text(encoding="utf-8").splitlines() if os.path.exists("set") else []
    sets = dict(row.split("=", 1) for row in rows)
    scenario = Path("scenario").read_text(encoding="utf-8").strip() if os.path.exists("scenario") else None
    try:
        if os.path.exists("run"):
            from finmodel.run import load, run

            run(load(Path("."), scenario, sets))
        elif os.path.exists("draws"):
            from finmodel.build import build, refuse_idle_draws

            refuse_idle_draws(build(read_case(Path("."), scenario, sets)))
        else:
            read_case(Path("."), scenario, sets)
    except FinmodelError as error:
        message = OWN_PLACES.sub(r"(\1:N)", str(error))
        return f"exit {error.exit_code}\n{message}\n"
    return "exit 0\n"


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_mistake_causes_exactly_its_message(folder, monkeypatch):
    monkeypatch.chdir(ERRORS / folder)

    assert outcome() == Path("expected.txt").read_text(encoding="utf-8")


def test_the_case_that_the_mistakes_are_laid_over_is_good(monkeypatch):
    monkeypatch.chdir(BASE)

    assert outcome() == "exit 0\n"


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_message_says_what_is_wrong_on_lines_of_its_own(folder):
    """A place, the line as typed, what is wrong, and what to write instead; never the words of another program."""
    text = (ERRORS / folder / "expected.txt").read_text(encoding="utf-8")
    code, *blocks = text.rstrip("\n").replace("\n", "\n\n", 1).split("\n\n")

    assert code in ("exit 2", "exit 4", "exit 5", "exit 6")
    loop = "these lines need each other"  # names every line of the loop
    assert all(block and (len(block.split("\n")) <= 4 or block.startswith(loop)) for block in blocks)
    assert not [word for word in ("Traceback", "pydantic", "None", "NoneType", "dict", "{'") if word in text]


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
