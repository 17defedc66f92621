"""The page, the files and the pictures of the account, and its verb."""

from __future__ import annotations

import csv

import pytest

from finmodel.cli.command import command
from finmodel.present.account_tables import TABLES, write_account
from finmodel.present.charts.government import write_charts
from finmodel.public_money.account import government
from tests.flagship.deal import CASES
from tests.public_money.deals import flagship

FLAGSHIP = str(CASES / "australia_japan")


def test_the_page_names_every_definition_and_fits_a_hundred_columns(capsys):
    assert command(["government", FLAGSHIP, "--scenario", "embargo"]) == 0
    text = capsys.readouterr().out

    for words in ("with/without", "pro rata", "Aumann-Shapley", "Shapley", "Public net cost", "Behaviour layer"):
        assert words in text
    assert max(len(row) for row in text.splitlines()) <= 100


def test_a_case_without_support_is_told_so(capsys):
    assert command(["government", str(CASES / "tiny_loan")]) == 2

    assert "no price support" in capsys.readouterr().err


def test_every_table_is_written_with_definition_and_units(tmp_path):
    files = write_account(government(flagship("detente")), tmp_path)
    rows = list(csv.reader(files[TABLES.index("incidence")].read_text(encoding="utf-8-sig").splitlines()))

    assert [path.name for path in files] == [f"government_{name}.csv" for name in TABLES]
    assert rows[0][0] == "definition"
    assert rows[2][rows[1].index("total")] == "USD"
    total = sum(float(row[rows[1].index("total")]) for row in rows[3:])
    assert total == pytest.approx(government(flagship("detente")).analysis.present.net)


def test_four_pictures_are_drawn(tmp_path):
    files = write_charts(government(flagship("embargo")), tmp_path)

    assert len(files) == 4
    assert all(path.read_bytes().startswith(b"\x89PNG") and path.stat().st_size > 10_000 for path in files)


def test_over_paths_the_page_says_what_to_expect_and_what_to_hold_beyond_it(capsys: pytest.CaptureFixture[str]) -> None:
    """The reserve of a year is its P99 less its mean."""
    assert command(["government", str(FLAGSHIP), "--paths", "1024"]) == 0
    printed = capsys.readouterr().out
    row = next(line.split() for line in printed.splitlines() if line.startswith("FY2031") and line.endswith("%"))
    mean, p99, reserve = (float(row[at]) for at in (1, 5, 6))

    assert reserve == pytest.approx(p99 - mean, abs=0.11)
    assert "Reserve: P99 less the mean" in printed


def test_paths_and_a_held_change_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "government",
        str(FLAGSHIP),
        "--paths",
        "1024",
        "--hold-debt",
        "--set",
        "support.ndpr_floor.floor=100 USD/kg",
    ]

    assert command(words) == 2
    assert "leave out --hold-debt, or --paths" in capsys.readouterr().err


def test_a_programme_that_buys_stock_shows_what_it_paid_for_it_and_what_it_sold(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command(["government", str(CASES / "ndpr_stockpile"), "--scenario", "fall"]) == 0
    head = capsys.readouterr().out

    assert "Stock bought" in head
    assert "Stock sold" in head
