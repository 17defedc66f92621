"""The report: its parts follow the case, its bytes the run, and a browser shows it as it is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import finmodel as fm
from finmodel.cli.command import command
from finmodel.kernel.errors import FileError, UsageError
from finmodel.present.report import TOLD, report_text, risk_pictures, write_report
from tests.flagship.deal import CASES, result
from tests.present.test_html import Page
from tests.risk.deals import tiny

TINY = CASES / "tiny_loan"


@pytest.fixture(scope="module")
def deal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("risk"))


@pytest.fixture(scope="module")
def simulation(deal: Path) -> fm.Simulation:
    return fm.simulate(deal, 2_048, workers=1)


def parts(text: str) -> list[str]:
    return [part.partition('"')[0] for part in text.split('<section id="')[1:]]


def test_a_case_without_support_has_the_parts_that_it_has():
    text = report_text(fm.run(TINY))

    assert parts(text) == ["results", "financing", "cash", "sensitivities", "figures-and-sources"]
    assert len(Page(text).images) == 6
    assert "Sources and uses" in text and "Sensitivities, debt held" in text


def test_the_same_run_gives_the_same_bytes():
    assert report_text(fm.run(TINY)) == report_text(fm.run(TINY))


def test_paths_bring_pictures_that_say_what_they_show(deal, simulation):
    text = report_text(fm.run(deal), simulation=simulation)
    names = list(risk_pictures(simulation))

    assert names == ["risk_results", "risk_prices", "risk_cover", "risk_events", "risk_regimes", "risk_convergence"]
    assert all(any(image["alt"] == TOLD[name] for image in Page(text).images) for name in names)
    assert simulation.run.identity in text


def test_a_run_of_one_path_has_a_report(deal):
    """No spread, no error, no way to settle: nothing is drawn of it, and nothing fails."""
    simulation = fm.simulate(deal, 1)

    assert "risk_convergence" not in risk_pictures(simulation)
    assert "price-risk" in parts(report_text(fm.run(deal), simulation=simulation))


@pytest.mark.slow
def test_the_flagship_has_every_part_and_every_picture():
    run = result()
    text = report_text(run, simulation=fm.simulate(run.case, 4_096))
    told = [image["alt"] for image in Page(text).images]

    assert parts(text)[-3:] == ["price-support", "price-risk", "figures-and-sources"]
    assert sorted(told) == sorted(TOLD.values())
    assert "Where support ends over 4,096 paths" in text


def test_a_simulation_of_another_run_is_refused(simulation):
    with pytest.raises(UsageError, match="of another case, scenario or set of changes than the report"):
        report_text(fm.run(TINY), simulation=simulation)


def test_a_report_on_held_debt_leaves_out_what_would_size_it_anew():
    case = CASES.parent / "tests" / "cases_reference" / "reference_sculpted"
    dearer = fm.load(case, set={"facility.loan.rate": "9 % p.a."})

    assert "they would size the debt anew" in report_text(fm.run(dearer, hold_debt=True))
    assert "they would size the debt anew" not in report_text(fm.run(dearer))


def test_a_deal_without_a_rate_and_without_cover_has_a_report_without_the_picture_of_shocks():
    """Nothing comes back and no debt falls due: there is no result that a shock could move."""
    nothing = {"node.plant.availability": "0 %", "sizing.amount": "0 USD"}
    told = [image["alt"] for image in Page(report_text(fm.run(fm.load(TINY, set=nothing)))).images]

    assert TOLD["deal_sensitivity"] not in told and TOLD["deal_funding"] in told


def test_a_case_that_changed_since_it_was_run_is_reported_as_it_was_run(tmp_path):
    made = Path(shutil.copytree(TINY, tmp_path / "deal"))
    run = fm.run(made)
    before = report_text(run)
    (made / "case.toml").write_text("name = 3", encoding="utf-8")

    assert report_text(run) == before


def test_a_check_that_fails_is_told_and_the_report_is_written(tmp_path, capsys):
    made = Path(shutil.copytree(TINY, tmp_path / "deal"))
    case = made / "case.toml"
    case.write_text(
        case.read_text(encoding="utf-8").replace("[expect]", '[expect]\nequity_irr = "at least 90 %"'), encoding="utf-8"
    )

    assert command(["report", str(made), "-o", str(tmp_path / "deal.html")]) == 6
    assert "equity_irr" in capsys.readouterr().err
    assert "NOT MET" in (tmp_path / "deal.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["deal.pdf", "deal", "deal.html.txt"])
def test_a_report_is_called_html(name, tmp_path):
    with pytest.raises(UsageError, match=r"the name of a report ends in \.html"):
        write_report(fm.run(TINY), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_report_that_cannot_be_written_is_told_before_the_work(tmp_path):
    with pytest.raises(FileError, match="its folder does not exist"):
        write_report(fm.run(TINY), tmp_path / "none" / "deal.html")


def test_the_command_writes_it_whole(deal, tmp_path, capsys):
    file = tmp_path / "deal.html"

    assert command(["report", str(deal), "-o", str(file), "--paths", "1024", "--seed", "3"]) == 0
    assert f"{file}: " in capsys.readouterr().out
    assert "price-risk" in parts(file.read_text(encoding="utf-8"))
    assert [path.name for path in tmp_path.iterdir()] == ["deal.html"]


def test_a_seed_without_paths_is_refused(tmp_path, capsys):
    assert command(["report", str(TINY), "-o", str(tmp_path / "x.html"), "--seed", "3"]) == 2
    assert "--seed is of the paths: write --paths too" in capsys.readouterr().err


def test_paths_of_a_case_without_risk_are_refused_and_nothing_is_written(tmp_path, capsys):
    assert command(["report", str(TINY), "-o", str(tmp_path / "x.html"), "--paths", "10"]) == 2
    assert "no [risk] table" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_pictures_of_a_simulation_are_drawn_into_a_folder(deal, tmp_path, capsys):
    assert command(["risk", str(deal), "--paths", "1024", "--charts", str(tmp_path / "out")]) == 0
    files = sorted((tmp_path / "out").iterdir())

    assert f"{len(files)} pictures in" in capsys.readouterr().out
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in files)


def test_pictures_leave_stdout_to_the_json_that_was_asked_for(deal, tmp_path, capsys):
    words = ["risk", str(deal), "--paths", "1024", "--charts", str(tmp_path / "out"), "--json", "-"]

    assert command(words) == 0
    assert json.loads(capsys.readouterr().out)["paths"] == 1024
    assert len(list((tmp_path / "out").iterdir())) > 3


def no_simulation(*_: object, **__: object) -> None:
    raise AssertionError("paths were run before what could be refused")


def test_what_cannot_be_written_is_told_before_paths_are_run(deal, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sys.modules["finmodel.risk.simulate"], "simulate", no_simulation)
    (tmp_path / "taken").write_text("x", encoding="utf-8")

    assert command(["report", str(deal), "-o", str(tmp_path / "x.pdf"), "--paths", "1024"]) == 2
    assert command(["risk", str(deal), "--paths", "1024", "--charts", str(tmp_path / "taken")]) == 4
    assert "not a folder" in capsys.readouterr().err


def test_labels_of_a_case_are_plain_text_in_pictures(tmp_path):
    """A dollar sign would start a formula of the drawing library, and a stray one would stop it."""
    made = Path(shutil.copytree(TINY, tmp_path / "deal"))
    case = made / "case.toml"
    case.write_text(
        case.read_text(encoding="utf-8").replace('"Term loan"', '"Loan of $5 \\\\frac{ 融資 $^"'), encoding="utf-8"
    )
    run = fm.run(made)

    assert any("$5" in terms.label for terms in run.case.tables.facility.values())
    assert "<img" in report_text(run)


@pytest.mark.slow
def test_a_browser_shows_it_without_a_complaint(deal, tmp_path):
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        if "FINMODEL_CI" in os.environ:
            pytest.fail("no browser was found")
        pytest.skip("no browser was found")
    file = write_report(fm.run(deal), tmp_path / "deal.html", simulation=fm.simulate(deal, 2_048))
    sheet = tmp_path / "deal.pdf"
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-pdf-header-footer"]
    flags.append("--enable-logging=stderr")
    found = subprocess.run(
        [browser, *flags, f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={sheet}", file.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    assert sheet.read_bytes().startswith(b"%PDF")
    assert sheet.stat().st_size > 100_000  # pictures are in it
    assert "CONSOLE" not in found.stderr  # what a page violates, or cannot load, is told there
