"""The command: exit codes, what goes to stdout and stderr, and faults of the world outside."""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from finmodel.cli.command import command
from finmodel.present import json_run

ROOT = Path(__file__).parents[1]
ROOF = importlib.import_module("finmodel.run.run")  # the package has a function of that name
TINY = str(ROOT / "cases" / "tiny_loan")

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Run a command line in this process: exit code, stdout, stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        code = command(arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def deal(tmp_path: Path) -> Path:
    """A copy of the tiny loan that a test may spoil."""
    return Path(shutil.copytree(TINY, tmp_path / "deal"))


def spoil(case: Path, old: str, new: str) -> str:
    """Replace text of a case file; returns the folder as typed."""
    file = case / "case.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return str(case)


def process(*arguments: str, stdout: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
    command = [sys.executable, "-m", "finmodel", *arguments]
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, env=environment, text=True, check=False)


@pytest.mark.smoke
def test_a_run_shows_the_term_sheet_and_ends_with_0(call: Call) -> None:
    code, out, err = call("run", TINY)

    assert (code, err) == (0, "")
    assert out.startswith("Tiny loan\n") and "Sources and uses" in out
    assert not any(line != line.rstrip() for line in out.splitlines())


def test_a_run_writes_json_and_csv(call: Call, tmp_path: Path) -> None:
    code, _, _ = call("run", TINY, "--json", str(tmp_path / "run.json"), "--csv", str(tmp_path / "tables"))

    assert code == 0
    assert json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))["schema"] == json_run.SCHEMA
    assert (tmp_path / "tables" / "lines.csv").exists()


def test_json_may_go_to_stdout_alone(call: Call) -> None:
    _, out, _ = call("run", TINY, "--json", "-")

    assert json.loads(out)["case"]["name"] == "Tiny loan"


def test_a_key_can_be_changed_for_a_run(call: Call) -> None:
    changes = ("--set", "sizing.amount=50 million USD", "--set", "capex.plant.life=4 years")
    _, out, _ = call("run", TINY, "--json", "-", *changes)
    read = json.loads(out)

    assert read["metrics"]["debt.jbic"] == pytest.approx(50e6)
    assert read["case"]["sha256"] != json.loads(call("run", TINY, "--json", "-")[1])["case"]["sha256"]


@pytest.mark.parametrize("text", ["sizing.amount", "=1", " =1"])
def test_a_change_without_key_or_value_is_refused(call: Call, text: str) -> None:
    code, _, err = call("run", TINY, "--set", text)

    assert (code, err.count("\n")) == (2, 1)
    assert "--set wants KEY=VALUE" in err


def test_a_failed_expectation_ends_with_6_and_the_outputs_are_written(call: Call, deal: Path, tmp_path: Path) -> None:
    folder = spoil(deal, 'gearing  = "at most 60 %"', 'gearing  = "at most 50 %"')
    code, out, err = call("run", folder, "--json", str(tmp_path / "run.json"))

    assert code == 6
    assert "NOT MET" in out and "gearing: expected at most 50.00 %" in err
    assert (tmp_path / "run.json").exists()


def test_golden_results_are_judged_on_the_case_as_it_stands_only(call: Call, deal: Path) -> None:
    (deal / "expected.toml").write_text("gearing = { value = 0.4, tolerance = 1e-6 }\n")

    assert call("run", str(deal))[0] == 6
    assert call("run", str(deal), "--set", "facility.jbic.rate=5 % p.a.")[0] == 0


def test_a_failed_check_ends_with_6(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ROOF, "TOLERANCE", -1.0)
    code, _, err = call("run", TINY)

    assert code == 6
    assert "check checks." in err


@pytest.mark.smoke
def test_a_mistake_in_a_case_ends_with_2_and_is_told_as_file_line_key(call: Call, deal: Path) -> None:
    folder = spoil(deal, 'rate           = "5 % p.a."', "rate           = 5.00")
    for verb in ("run", "check", "lines"):
        code, out, err = call(verb, folder)

        assert (code, out) == (2, "")
        assert err.startswith(f"{folder}/case.toml:") and "facility.jbic.rate" in err


def test_an_expectation_of_no_result_is_found_by_check_and_by_run(call: Call, deal: Path) -> None:
    folder = spoil(deal, "gearing  =", "gering  =")

    assert call("check", folder)[0] == call("run", folder)[0] == 2
    assert 'Did you mean "gearing"?' in call("check", folder)[2]


def test_a_missing_case_ends_with_4(call: Call) -> None:
    assert call("run", "no/such/case")[0] == 4


def test_an_unknown_scenario_ends_with_2(call: Call) -> None:
    assert call("run", TINY, "--scenario", "boom")[0] == 2


def test_outputs_that_cannot_be_written_end_with_4(call: Call, tmp_path: Path) -> None:
    code, _, err = call("run", TINY, "--json", str(tmp_path))

    assert (code, err) == (4, f"{tmp_path}: cannot write: it is a folder\n")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("run", ""), "an argument"),
        (("run", TINY, "--csv", ""), "the value of --csv"),
        (("run", TINY, "--csv="), "the value of --csv"),
        (("calibrate", ""), "an argument"),
    ],
)
def test_an_empty_word_is_refused_and_nothing_is_written_into_this_folder(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], named: str
) -> None:
    """An empty path would be this folder: the tables of a run would be strewn into it."""
    monkeypatch.chdir(tmp_path)
    code, out, err = call(*arguments)

    assert (code, out, list(tmp_path.iterdir())) == (2, "", [])
    assert err.startswith(f"{named} is empty")


@pytest.mark.parametrize("arguments", [("rum",), ("run",), ("run", TINY, "--jason", "x"), ("explain", TINY)])
def test_wrong_usage_is_one_line_and_ends_with_2(call: Call, arguments: tuple[str, ...]) -> None:
    code, out, err = call(*arguments)

    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "finmodel --help" in err


def test_a_check_says_ok_with_counts(call: Call) -> None:
    code, out, _ = call("check", TINY)

    assert code == 0
    assert "Tiny loan: ok: " in out and "0 without a source" in out


def test_a_scenario_that_cannot_be_run_is_found_by_check(call: Call, deal: Path) -> None:
    (deal / "scenarios.toml").write_text('[a.set]\n"facility.jbic.rate" = "500 % p.a."\n')
    code, _, err = call("check", str(deal))

    assert code == 2
    assert "scenarios.toml:2" in err


def test_keys_and_lines_are_listed(call: Call, tmp_path: Path) -> None:
    assert "sizing.gearing_cap" in call("keys", "sizing")[1]
    assert "facility.jbic.interest" in call("lines", TINY, "facility.*")[1]
    assert call("keys", "--json-schema", str(tmp_path / "schema.json"))[0] == 0
    assert json.loads((tmp_path / "schema.json").read_text(encoding="utf-8"))["properties"]
    assert call("lines", TINY, "nothing.*")[0] == 2


def test_a_number_is_explained_and_follows_a_change(call: Call) -> None:
    words = ("explain", TINY, "facility.jbic.rate", "--set", "facility.jbic.rate=6 % p.a.")
    _, out, _ = call(*words)

    assert "0.0600" in out and "set for this run" in out
    assert call("explain", TINY, "facility.jbic.interest", "1999H1")[0] == 2


def test_a_case_made_from_a_template_can_be_checked(call: Call, tmp_path: Path) -> None:
    """The smallest template, copied, is a case like any other."""
    folder = str(tmp_path / "mine")
    code, out, _ = call("new", folder, "--template", "loan_only")

    assert code == 0 and folder in out
    assert call("check", folder)[0] == 0
    assert call("new", folder, "--template", "loan_only")[0] == 3


def test_templates_are_listed_and_both_words_are_wanted(call: Call, tmp_path: Path) -> None:
    assert "loan_only" in call("new")[1]
    code, _, err = call("new", str(tmp_path / "mine"))

    assert code == 2 and "loan_only" in err


def test_a_fault_of_finmodel_is_one_line_and_a_traceback_only_if_asked(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(ROOF, "load", broken)
    code, _, err = call("run", TINY)

    assert (code, err) == (1, "internal error: KeyError: 'x'; run again with --debug to see where\n")
    assert "Traceback" in call("run", TINY, "--debug")[2]
    assert "Traceback" in call("--debug", "run", TINY)[2]


@pytest.mark.parametrize(("error", "code"), [(MemoryError(), 5), (OSError(5, "I/O"), 4), (KeyboardInterrupt(), 130)])
def test_faults_of_the_machine_have_codes_of_their_own(
    call: Call, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(ROOF, "load", broken)

    assert call("run", TINY)[0] == code


def test_the_command_runs_as_a_process_with_any_output() -> None:
    """A plain pipe; a locale without letters; no installed package."""
    assert process("--version").stdout.startswith("finmodel 0.")
    assert "run " in process("--help").stdout
    assert process("run", TINY).stdout.startswith("Tiny loan\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this machine")
def test_a_full_disk_behind_stdout_ends_with_4() -> None:
    with open("/dev/full", "w") as full:
        done = process("lines", TINY, stdout=full.fileno())

    assert (done.returncode, done.stderr) == (4, "stdout: cannot write: No space left on device\n")


@pytest.mark.parametrize("verb", ["run", "lines"])
def test_a_closed_stdout_ends_with_4(verb: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `finmodel run CASE >&-` has it: Python then has no stdout at all."""
    with monkeypatch.context() as closed:
        closed.setattr(sys, "stdout", None)
        code = command([verb, TINY])
    assert code == 4


def test_a_reader_that_goes_away_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    done = process("lines", TINY, stdout=write)
    os.close(write)

    assert (done.returncode, done.stderr) == (0, "")
