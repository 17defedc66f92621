"""Halves of characters in arguments from Python are told as on the command line, as an error of finmodel."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import finmodel as fm
from finmodel.cli.command import command

ROOT = Path(__file__).parents[1]
TINY = ROOT / "cases" / "tiny_loan"
BAD = "6\udca0% p.a."  # the no-break space of Latin-1, as Python hands over its byte
HIGH = "\ud83d"  # the first half of a face, as a damaged JSON file hands it over
RATE = "facility.jbic.rate"


def told(call: Callable[[], object]) -> str:
    with pytest.raises(fm.FinmodelError) as caught:
        call()
    assert caught.value.exit_code == 2
    str(caught.value).encode()  # can be printed
    return str(caught.value)


def test_a_change_says_in_python_what_it_says_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    said = told(lambda: fm.load(TINY, set={RATE: BAD}))

    assert command(["run", str(TINY), "--set", f"{RATE}={BAD}"]) == 2
    assert capsys.readouterr().err == said + "\n"
    assert said == 'an argument is not text in UTF-8: "facility.jbic.rate=6\\xa0% p.a."; type it again, in UTF-8'


@pytest.mark.parametrize("half", ["\udcff", HIGH])
def test_every_text_of_a_call_is_looked_at(half: str, tmp_path: Path) -> None:
    """Keys and values of changes, names of scenarios, cases, files and folders, of lists and of tables."""
    shutil.copytree(TINY, tmp_path / "deal")
    case = fm.load(tmp_path / "deal")
    done = fm.run(case)
    calls: list[Callable[[], object]] = [
        lambda: fm.load(TINY, set={f"a{half}": "1"}),
        lambda: fm.load(TINY, set={"name": f'"{half}"'}),
        lambda: fm.load(TINY, scenario=f"low{half}"),
        lambda: fm.load(f"{TINY}{half}"),
        lambda: fm.run(f"{TINY}{half}"),
        lambda: case.with_set({RATE: half}),
        lambda: case.with_scenario(half),
        lambda: fm.sensitivity(case, vary={RATE: ["5 %", half]}),
        lambda: fm.sensitivity(case, set={RATE: half}),
        lambda: fm.scenarios(case, set={RATE: half}),
        lambda: fm.compare(case, case, set={RATE: half}),
        lambda: fm.solve(case, RATE, f"dscr_min = {half}"),
        lambda: fm.solve(case, half, "dscr_min = 1.30x"),
        lambda: fm.write_report(done, tmp_path / f"r{half}.html"),
        lambda: fm.write_workbook(done, tmp_path / f"w{half}.xlsx"),
        lambda: fm.import_workbook(tmp_path / f"w{half}.xlsx", case, tmp_path / "new"),
        lambda: fm.import_workbook(tmp_path / "w.xlsx", case, tmp_path / f"n{half}"),
        lambda: fm.simulate(case, 64, options=fm.Options(folder=tmp_path / f"run{half}")),
        lambda: fm.simulate(case, 64, outputs=[half]),
        lambda: done[f"cfads{half}"],
    ]

    assert [number for number, call in enumerate(calls) if "is not text in UTF-8" not in told(call)] == []
    assert [path.name for path in tmp_path.iterdir()] == ["deal"]
