"""An output never replaces what a case is read from, and its name ends as its format does: refused before any work."""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import finmodel as fm
from finmodel.cli.command import command
from finmodel.kernel.errors import FileError, RefusedError, UsageError
from finmodel.present import account_tables, csv_tables
from finmodel.present.targets import JSON, check_output, check_output_folder

ROOT = Path(__file__).parents[2]
INPUTS = ("case.toml", "scenarios.toml", "sources.toml", "expected.toml", "prices.csv")
WRITERS = {
    "run": (["run"], "--json", "a JSON file", ".json"),
    "scenarios": (["scenarios"], "--json", "a JSON file", ".json"),
    "sensitivity": (["sensitivity"], "--json", "a JSON file", ".json"),
    "support": (["support", "compare"], "--json", "a JSON file", ".json"),
    "risk": (["risk"], "--json", "a JSON file", ".json"),
    "parquet": (["risk"], "--parquet", "a Parquet file", ".parquet"),
    "workbook": (["workbook"], "--output", "a workbook", ".xlsx"),
    "report": (["report"], "--output", "a report", ".html"),
}
Call = Callable[..., tuple[int, str]]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run a command line that must not begin any work: exit code and message."""

    def broken(*_: object, **__: object) -> None:
        raise AssertionError("work was begun")

    homes = ("run.run", "analysis.scenarios", "analysis.sensitivity", "analysis.designs.comparison", "risk.simulate")
    for name in homes:
        module = importlib.import_module(f"finmodel.{name}")
        for verb in ("load", "run", "scenarios", "sensitivity", "compare_designs", "simulate"):
            if callable(getattr(module, verb, None)):
                monkeypatch.setattr(module, verb, broken)

    def call(*words: str | Path) -> tuple[int, str]:
        code = command([str(word) for word in words])
        return code, capsys.readouterr().err

    return call


@pytest.fixture
def deal(tmp_path: Path) -> Path:
    """A case that extends another, each with every file that a case may have."""
    base = shutil.copytree(ROOT / "cases" / "tiny_loan", tmp_path / "base")
    deal = tmp_path / "deal"
    deal.mkdir()
    (deal / "case.toml").write_text('extends = "../base"\nname = "Deal"\n', encoding="utf-8")
    for folder in (base, deal):
        for name in INPUTS[1:]:
            (folder / name).touch()
    return deal


def kept(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("layer", ["deal", "base"])
def test_a_file_of_the_case_is_never_a_target(call: Call, deal: Path, writer: str, name: str, layer: str) -> None:
    """No input ends as an output does, so its name is refused already; what it held is untouched."""
    words, option, what, ending = WRITERS[writer]
    target, before = deal.parent / layer / name, kept(deal.parent)

    assert call(*words, deal, option, target) == (2, f"{target}: the name of {what} ends in {ending}\n")
    assert kept(deal.parent) == before


@pytest.mark.parametrize("writer", WRITERS)
def test_a_case_file_whose_name_ends_like_an_output_is_kept(call: Call, tmp_path: Path, writer: str) -> None:
    """A case may be any file: deal.json is one if it is asked for, and may be named by a longer way."""
    words, option, _, ending = WRITERS[writer]
    file = tmp_path / f"deal{ending}"
    shutil.copy(ROOT / "cases" / "tiny_loan" / "case.toml", file)
    other, before = f"{tmp_path}/../{tmp_path.name}/deal{ending}", kept(tmp_path)

    assert call(*words, file, option, other) == (
        3,
        f"{os.path.normpath(tmp_path)}/../{tmp_path.name}/deal{ending}: "
        "it is an input and would be overwritten; choose another name\n",
    )
    assert kept(tmp_path) == before


@pytest.mark.parametrize("layer", ["deal", "base"])
def test_a_second_name_of_a_file_of_any_layer_is_kept(call: Call, tmp_path: Path, layer: str) -> None:
    """A hard link is the same file: replacing it would part the two, so it is refused."""
    shutil.copytree(ROOT / "cases" / "tiny_loan", tmp_path / "base")
    (tmp_path / "deal").mkdir()
    (tmp_path / "deal" / "case.toml").write_text('extends = "../base"\n', encoding="utf-8")
    target = tmp_path / "run.json"
    os.link(tmp_path / layer / "case.toml", target)

    message = f"{target}: it is an input and would be overwritten; choose another name\n"
    assert call("run", tmp_path / "deal", "--json", target) == (3, message)


@pytest.mark.parametrize("name", ["out", "out.txt", "out.json.bak", "out.toml", ".json", "out."])
def test_a_name_that_does_not_end_as_its_format_is_refused(call: Call, tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    message = f"{target}: the name of a JSON file ends in .json\n"

    assert call("run", ROOT / "cases" / "tiny_loan", "--json", target) == (2, message)
    assert call("keys", "--json-schema", target) == (2, message)
    assert list(tmp_path.iterdir()) == []


def test_a_schema_and_an_audit_replace_nothing_else(call: Call, tmp_path: Path) -> None:
    book = tmp_path / "book.json"
    book.write_bytes(b"PK")

    message = f"{book}: it is an input and would be overwritten; choose another name\n"
    assert call("audit", book, "--json", book) == (3, message)
    assert call("audit", book, "--json", tmp_path / "book.xlsx") == (
        2,
        f"{tmp_path / 'book.xlsx'}: the name of a JSON file ends in .json\n",
    )
    assert book.read_bytes() == b"PK"


def test_tables_and_pictures_replace_no_file_of_the_case(call: Call, tmp_path: Path) -> None:
    """A case that was named as a table or as a picture is; beside prices.csv tables may lie."""
    for name, words, option in (
        ("lines.csv", "run", "--csv"),
        ("government_years.csv", "government", "--csv"),
        ("deal.png", "government", "--charts"),
        ("deal.png", "risk", "--charts"),
    ):
        file = shutil.copy(ROOT / "cases" / "tiny_loan" / "case.toml", tmp_path / name)
        message = f"{tmp_path}: {name} in it is an input and would be overwritten; choose another folder\n"

        assert call(words, file, option, tmp_path) == (3, message)
    check_output_folder(tmp_path, csv_tables.NAMES.__contains__, [tmp_path / "prices.csv"])
    assert "prices.csv" not in {*csv_tables.NAMES, *account_tables.NAMES}


def test_python_refuses_as_the_command_does(tmp_path: Path) -> None:
    file = tmp_path / "deal.html"
    shutil.copy(ROOT / "cases" / "tiny_loan" / "case.toml", file)
    book = shutil.copy(file, tmp_path / "deal.xlsx")

    with pytest.raises(RefusedError, match="it is an input and would be overwritten"):
        fm.write_report(fm.run(fm.load(file)), file)
    with pytest.raises(RefusedError, match="it is an input and would be overwritten"):
        fm.write_workbook(fm.run(fm.load(book)), book)


def test_a_target_is_judged_by_what_it_is_before_its_name(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="it is a folder"):
        check_output(tmp_path, JSON)
    with pytest.raises(FileError, match="its folder does not exist"):
        check_output(tmp_path / "no" / "run.json", JSON)
    with pytest.raises(UsageError, match=r"ends in \.json"):
        check_output(tmp_path / "run.JSONL", JSON)
    check_output(tmp_path / "run.JSON", JSON)


@pytest.mark.parametrize("name", INPUTS)
def test_a_file_of_a_case_that_leads_out_of_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    """case.toml too: what makes a case lies in its folder, which may itself be a link."""
    deal = shutil.copytree(ROOT / "cases" / "tiny_loan", tmp_path / "deal")
    (tmp_path / "link").symlink_to(deal)
    assert fm.load(tmp_path / "link").name == "Tiny loan"

    (tmp_path / "away").write_text((deal / "case.toml").read_text(encoding="utf-8"), encoding="utf-8")
    (deal / name).unlink(missing_ok=True)
    (deal / name).symlink_to(tmp_path / "away")
    with pytest.raises(FileError) as told:
        fm.load(deal)
    assert str(told.value) == f"{deal / name}: a link out of the case folder; copy the file into it"


def test_a_link_within_the_case_folder_is_read(tmp_path: Path) -> None:
    deal = shutil.copytree(ROOT / "cases" / "tiny_loan", tmp_path / "deal")
    (deal / "case.toml").rename(deal / "version_2.toml")
    (deal / "case.toml").symlink_to("version_2.toml")

    assert fm.load(deal).name == "Tiny loan"
