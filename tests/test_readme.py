"""The README tells the truth: its commands print what it shows, its Python runs, its tree exists."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest

from finmodel.cli.command import command

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def sessions() -> list[list[tuple[str, str]]]:
    """The commands of each console block, and what the README says that they print."""
    found = []
    for block in blocks("console"):
        parts = [part.partition("\n") for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
        found.append([(typed, printed.rstrip("\n")) for typed, _, printed in parts])
    return found


def pattern(printed: str) -> str:
    """What is shown, where a line of three dots stands for any lines."""
    parts = re.split(r"^\.\.\.$\n?", printed, flags=re.MULTILINE)
    return r"(?:.*\n)*?".join(re.escape(part) for part in parts)


@pytest.mark.parametrize("session", sessions(), ids=[session[0][0] for session in sessions()])
def test_commands_print_what_the_readme_shows(session, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    for typed, printed in session:
        program, *arguments = shlex.split(typed)

        command([argument.replace("my_deal", str(tmp_path / "new")) for argument in arguments])

        captured = capsys.readouterr()
        shown = (captured.out + captured.err).replace(str(tmp_path / "new"), "my_deal")
        assert program == "finmodel"
        assert re.fullmatch(pattern(printed) + r"\n*", shown), shown


def test_the_python_of_the_readme_runs(monkeypatch):
    monkeypatch.chdir(ROOT)
    examples = doctest.DocTestParser().get_doctest("\n".join(blocks("python")), {}, "README.md", None, 0)
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(examples)

    assert result.attempted > 0
    assert result.failed == 0


def test_the_readme_shows_the_two_commands_that_do_all_the_set_up():
    assert "pip install . && finmodel run cases/australia_japan" in README
    assert "pip install -e '.[test]' && pytest" in README


def test_every_path_of_the_tree_exists():
    (tree,) = blocks("text")
    paths = [line.split()[0] for line in tree.splitlines() if line.strip()]

    assert [path for path in paths if not (ROOT / path).exists()] == []
