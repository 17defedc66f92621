"""CSV tables: what a spreadsheet shows, and what it must not run."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from finmodel.base.errors import FileError
from finmodel.outputs.tables import guarded, to_csv, write_tables
from tests.outputs.toys import loan


def read(path: Path) -> list[list[str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_a_run_makes_five_tables(tmp_path: Path) -> None:
    written = write_tables(loan(), tmp_path / "out")

    assert [path.name for path in written] == ["metrics.csv", "lines.csv", "numbers.csv", "checks.csv", "annual.csv"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(path.name for path in written)


def test_a_line_is_a_row_with_one_column_a_period(tmp_path: Path) -> None:
    write_tables(loan(), tmp_path)
    rows = read(tmp_path / "lines.csv")

    assert rows[0] == ["id", "label", "unit", "2027H1", "2027H2", "2028H1"]
    values = {row[0]: row[1:] for row in rows}
    assert values["facility.jbic.repayment"][:2] == ["Term loan: Principal repaid", "USD"]
    assert values["facility.jbic.repayment"][2:] == ["0.0", "30000000.0", "15000000.0"]
    assert values["facility.jbic.cover_by_period"][2:] == ["n/a", "30000000.0", "15000000.0"]


def test_single_numbers_stand_apart(tmp_path: Path) -> None:
    write_tables(loan(), tmp_path)
    rows = read(tmp_path / "numbers.csv")

    assert ["facility.jbic.interest_total", "Term loan: Interest, all", "USD", "2250000.0"] in rows


def test_a_metric_that_is_not_applicable_has_its_reason(tmp_path: Path) -> None:
    write_tables(loan(), tmp_path)

    assert ["cover", "Term loan: Cover", "n/a", "ratio", "nothing falls due"] in read(tmp_path / "metrics.csv")


def test_checks_say_yes_or_no(tmp_path: Path) -> None:
    write_tables(loan(off_by=0.5), tmp_path)

    assert ["checks.repaid", "Loan is repaid", "error", "no", "0.5", ""] in read(tmp_path / "checks.csv")


def test_numbers_keep_all_their_digits() -> None:
    text = to_csv([[0.1 + 0.2, 1e-320, 1e300, -1.5, -0.0]]).decode("utf-8-sig")

    assert [float(cell) for cell in text.strip().split(",")] == [0.1 + 0.2, 1e-320, 1e300, -1.5, 0.0]
    assert "-0.0" not in text


@pytest.mark.parametrize(
    "label",
    ["=HYPERLINK(1)", "+1", "-1", "@SUM", "\t=1", "\r=1", "\n=1", "=cmd|' /C x'!A0", "＝1", "  =1", "\0=1", "\u202e=1"],
)
def test_a_label_never_becomes_a_formula(tmp_path: Path, label: str) -> None:
    write_tables(loan(label=label), tmp_path)
    cells = [cell for row in read(tmp_path / "lines.csv")[1:] for cell in row]

    assert guarded(label).startswith("'")
    assert not any(cell.lstrip().startswith(("=", "+", "@", "＝")) for cell in cells)


def test_a_plain_label_is_left_alone() -> None:
    assert guarded("Interest, 5 % = fixed") == "Interest, 5 % = fixed"


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(FileError):
        write_tables(loan(), tmp_path / "out")
