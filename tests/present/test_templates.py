"""Templates: every one can be copied, and nothing is overwritten."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from finmodel.case import shelf, templates
from finmodel.case.templates import new_case, summary
from finmodel.kernel.errors import FileError, RefusedError, UsageError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with one template and a folder that is none."""
    folder = tmp_path / "home" / "loan_only"
    folder.mkdir(parents=True)
    (folder / "case.toml").write_text("# A plant and a loan. Copy it\n# and change it.\nname = 'x'\n")
    (folder / ".secret").write_text("x")
    (tmp_path / "home" / "theme").mkdir()
    monkeypatch.setattr(shelf, "__file__", str(tmp_path / "home" / "package" / "case" / "shelf.py"))
    (tmp_path / "home").rename(tmp_path / "templates")
    monkeypatch.setattr(shelf, "__file__", str(tmp_path / "finmodel" / "case" / "shelf.py"))
    return tmp_path


def test_a_folder_with_a_case_is_a_template_and_opens_with_what_it_is(home: Path) -> None:
    known = templates.templates()

    assert list(known) == ["loan_only"]
    assert summary(known["loan_only"]) == "A plant and a loan"


def test_the_checkout_has_templates() -> None:
    assert templates.templates()


def test_a_template_is_copied_without_hidden_files(home: Path) -> None:
    made = new_case("loan_only", home / "deal")

    assert os.listdir(made) == ["case.toml"]
    assert sorted(os.listdir(home)) == ["deal", "templates"]


def test_a_folder_that_exists_is_refused(home: Path) -> None:
    (home / "deal").mkdir()
    with pytest.raises(RefusedError, match="exists already") as caught:
        new_case("loan_only", home / "deal")

    assert caught.value.exit_code == 3


def test_an_unknown_template_is_met_with_the_nearest(home: Path) -> None:
    with pytest.raises(UsageError, match=r'no template "loan_onl". Did you mean "loan_only"'):
        new_case("loan_onl", home / "deal")


@pytest.mark.parametrize("name", ["../templates/loan_only", "/etc", ".", ""])
def test_a_path_is_no_template(home: Path, name: str) -> None:
    with pytest.raises(UsageError):
        new_case(name, home / "deal")


def test_a_copy_that_fails_leaves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copy2", fail)
    monkeypatch.setattr(os, "rename", fail)
    with pytest.raises(FileError, match="cannot write"):
        new_case("loan_only", home / "deal")

    assert os.listdir(home) == ["templates"]


def test_missing_templates_are_said_to_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "__file__", str(tmp_path / "finmodel" / "case" / "shelf.py"))
    monkeypatch.setattr(shelf, "files", lambda _: tmp_path)
    with pytest.raises(FileError, match="the templates are missing"):
        templates.templates()
