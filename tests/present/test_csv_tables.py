"""CSV tables: what a spreadsheet shows, and what it must not run."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import finmodel as fm
from finmodel.kernel.errors import FileError, UsageError
from finmodel.present.annual import month_of
from finmodel.present.csv_tables import guarded, to_csv, write_tables
from tests.deal.fin import extended
from tests.present.toys import CASES, loan


def read(path: Path) -> list[list[str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


TABLES = ["metrics.csv", "lines.csv", "numbers.csv", "checks.csv", "annual.csv", "statements.csv", "covenants.csv"]


def test_a_run_makes_seven_tables(tmp_path: Path) -> None:
    written = write_tables(loan(), tmp_path / "out")

    assert [path.name for path in written] == TABLES
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


def test_statements_by_year_add_flows_and_take_the_last_balance(tmp_path: Path) -> None:
    """The tiny loan to December 2028: profit of both half-years; the plant at 80 of 100 million."""
    result = fm.run(fm.load(CASES / "tiny_loan"))
    write_tables(result, tmp_path)
    rows = {row[0]: row[3:] for row in read(tmp_path / "statements.csv")}
    profit = [float(value) for value in result["income.net_profit"][2:4]]

    assert rows["id"][1] == "FY2028"
    assert float(rows["income.net_profit"][1]) == pytest.approx(sum(profit))
    assert float(rows["balance.assets.plant"][1]) == pytest.approx(80e6)


def test_years_may_end_in_another_month_that_periods_end_in(tmp_path: Path) -> None:
    """To June: the first year is 2027H1 alone, the second 2027H2 and 2028H1, with the plant at 90 million."""
    result = fm.run(fm.load(CASES / "tiny_loan"))
    write_tables(result, tmp_path, month_of(result.model.timeline, "june"))
    rows = {row[0]: row[3:] for row in read(tmp_path / "statements.csv")}

    assert float(rows["balance.assets.plant"][1]) == pytest.approx(90e6)
    assert float(rows["income.revenue"][1]) == pytest.approx(20e6)
    assert read(tmp_path / "annual.csv")[0][3] == rows["id"][0]


def test_a_month_in_which_no_period_ends_is_refused() -> None:
    timeline = fm.load(CASES / "tiny_loan").timeline

    with pytest.raises(UsageError, match="no period of the case ends in March; write June or December"):
        month_of(timeline, "March")
    with pytest.raises(UsageError, match="this is not a month: Juni; write June or December"):
        month_of(timeline, "Juni")


def test_statements_by_year_hold_those_of_each_company(tmp_path: Path) -> None:
    """The flagship with books of each company: profit is added over four quarters, what is owed is that of the last."""
    folder = extended(tmp_path, '[intercompany]\nrate = "5 % p.a."\n', CASES / "australia_japan")
    result = fm.run(fm.load(folder))
    write_tables(result, tmp_path / "out")
    rows = {row[0]: row[3:] for row in read(tmp_path / "out" / "statements.csv")}
    at = rows["id"].index("FY2035")
    quarters = [n for n, label in enumerate(result.model.timeline.labels) if label in ("2035Q2", "2035Q3", "2035Q4")]
    quarters.append(quarters[-1] + 1)

    profit, owed = result["company.jp.net_profit"], result["company.jp.net_owed.closing"]
    assert float(rows["company.jp.net_profit"][at]) == pytest.approx(sum(float(profit[n]) for n in quarters))
    assert float(rows["company.jp.net_owed.closing"][at]) == pytest.approx(float(owed[quarters[-1]]))
    assert "company.jp.net_difference" not in rows
