"""`finmodel risk`: its page, its JSON, its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from finmodel.cli.command import command
from tests.risk.deals import CASES, tiny


@pytest.fixture(scope="module")
def deal(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny(tmp_path_factory.mktemp("risk")))


def test_the_page_fits_and_says_what_was_run(deal, capsys):
    assert command(["risk", deal, "--paths", "2000", "--seed", "3"]) == 0
    shown = capsys.readouterr().out

    assert max(map(len, shown.splitlines())) <= 100
    assert "2,000 paths, seed 3, random sampling" in shown
    for title in ("Results over all paths", "Lowest DSCR of the year", "What may happen", "By regime"):
        assert title in shown


def test_the_page_of_the_flagship_shows_support_by_fiscal_year(capsys):
    assert command(["risk", str(CASES / "australia_japan"), "--paths", "300"]) == 0
    shown = capsys.readouterr().out

    assert max(map(len, shown.splitlines())) <= 100
    assert "Support paid, USD m, and whether the budget falls short" in shown
    assert "FY2031" in shown
    assert "Cost beyond what owners promised" in shown


def test_the_json_has_the_agreed_names(deal, capsys):
    assert command(["risk", deal, "--paths", "1500", "--json", "-", "--output", "project_irr_pre_tax"]) == 0
    found = json.loads(capsys.readouterr().out)

    assert {"finmodel", "case", "paths", "seed", "seconds", "metrics", "by_year", "probabilities"} <= set(found)
    quantiles = {f"p{p}" for p in (1, 5, 10, 25, 50, 75, 90, 95, 99)}
    assert {"mean", "sd", "se", "undefined", *quantiles} <= set(found["metrics"]["dscr_min"])
    assert {"mean", "p50", "p90", "p95", "p99"} <= set(found["by_year"]["dscr"]["FY2029"])
    assert "project_irr_pre_tax" in found["metrics"]
    assert set(found["probabilities"]["lock_up"]) == {"share", "se"}
    assert sum(found["regimes"].values()) == pytest.approx(1)


def test_a_path_is_shown_as_a_term_sheet(deal, capsys):
    assert command(["risk", deal, "--seed", "3", "--replay", "12"]) == 0

    shown = capsys.readouterr().out
    assert "Key results" in shown
    assert "Simulated path: 12 of seed 3" in shown


def test_every_path_can_be_written_as_parquet(deal, tmp_path, capsys):
    parquet = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "paths.parquet"
    assert command(["risk", deal, "--paths", "9000", "--parquet", str(file)]) == 0
    table = parquet.read_table(file)

    assert table.num_rows == 9_000
    assert table["path"].to_pylist() == list(range(9_000))
    assert set(table["regime"].to_pylist()) == {"calm", "storm"}
    assert "dscr_min" in table.column_names
    assert not list(tmp_path.glob("*.tmp"))


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--paths", "0"], 2, "paths is a whole number from 1"),
        (["--paths", "-5"], 2, "paths is a whole number from 1"),
        (["--paths", "1000000000000"], 5, "at most 20,000,000"),
        (["--seed", "-1"], 2, "a seed is a whole number"),
        (["--seed", "abc"], 2, "--seed"),
        (["--output", "dscr_mni"], 2, "Did you mean"),
        (["--sampling", "latin"], 2, "sampling is random"),
        (["--workers", "0"], 2, "workers is a number"),
        (["--replay", "-1"], 2, "paths are numbered from 0"),
        (["--set", "risk.price.oxide.volatility=-5 %"], 2, "out of range"),
    ],
)
def test_what_makes_no_sense_is_told(deal, capsys, words, code, message):
    assert command(["risk", deal, *words]) == code
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "unread"),
    [
        (["--replay", "0", "--json", "-"], "--json"),
        (["--replay", "0", "--parquet", "x.parquet", "--workers", "2"], "--workers, --parquet"),
        (["--band", "risk.price.oxide.volatility=30 % to 45 %", "--scenario", "boom"], "--scenario"),
        (["--band", "risk.price.oxide.volatility=30 % to 45 %", "--workers", "0"], "--workers"),
        (["--replay", "0", "--band", "risk.price.oxide.volatility=30 % to 45 %"], "--band"),
    ],
)
def test_an_option_that_another_would_leave_unread_is_refused(deal, capsys, words, unread):
    assert command(["risk", deal, *words]) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", f"{words[0]} shows its own page: leave out {unread}\n")


@pytest.mark.parametrize("kind", ["link", "folder", "fifo"])
def test_parquet_never_takes_the_place_of_what_is_no_plain_file(deal, tmp_path, capsys, kind):
    import os

    target = tmp_path / "paths.parquet"
    make = {
        "link": lambda: target.symlink_to(tmp_path / "else"),
        "folder": target.mkdir,
        "fifo": lambda: os.mkfifo(target),
    }
    make[kind]()

    def status() -> tuple[int, ...]:
        """All but when it was last read: a link is read to see where it leads."""
        found = target.lstat()
        return found.st_mode, found.st_ino, found.st_size, found.st_mtime_ns

    before = status()

    assert command(["risk", deal, "--paths", "10", "--parquet", str(target)]) == 4
    assert "cannot write: it is" in capsys.readouterr().err
    assert status() == before
    assert list(tmp_path.iterdir()) == [target]


def test_a_case_without_a_table_of_risk_is_told(capsys):
    assert command(["risk", str(CASES / "tiny_loan")]) == 2
    assert "has no [risk] table" in capsys.readouterr().err


@pytest.mark.slow
def test_numbers_do_not_depend_on_the_width_of_the_processor(deal, tmp_path):
    """Without AVX-512, exp and log may differ in the last bit: 1e-12 is promised, and held."""
    import os
    import subprocess
    import sys

    import numpy as np

    script = tmp_path / "study.py"
    script.write_text(
        "import sys, numpy as np, finmodel as fm\n"
        "r = fm.simulate(sys.argv[1], 2_000, 5)\n"
        "np.save(sys.argv[2], np.stack([r.column(name) for name in r.metrics]))\n",
        encoding="utf-8",
    )
    found = []
    for number, off in enumerate(("", "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR")):
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "NPY_DISABLE_CPU_FEATURES": off}
        file = tmp_path / f"{number}.npy"
        words = [sys.executable, "-W", "ignore", str(script), deal, str(file)]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        found.append(np.load(file))
    scale = np.nanmax(np.abs(found[0]), axis=1, keepdims=True)

    assert np.nanmax(np.abs(found[0] - found[1]) / np.maximum(scale, 1)) <= 1e-12
