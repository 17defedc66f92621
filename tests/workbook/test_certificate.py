"""The certificate: nothing is handed over that another program does not compute to the model's numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmodel.cli.command import command
from finmodel.kernel.model import Line
from finmodel.run.run import load, run
from finmodel.workbook.recalculate import CertificateError, Recalculated
from finmodel.workbook.references import References
from finmodel.workbook.write import write_workbook
from tests.workbook.files import CASES, made, opened

TINY = CASES / "tiny_loan"


def spoil(monkeypatch: pytest.MonkeyPatch, id: str, formula: str) -> None:
    """Give one line another formula in the workbook than in the model."""
    own = References.formula
    wrong = {id: formula}

    def other(self: References, line: Line) -> str:
        return wrong.get(line.id) or own(self, line)

    monkeypatch.setattr(References, "formula", other)


@pytest.mark.slow
def test_base_case_and_five_changes_are_compared_and_stand_on_the_sheet_of_checks():
    _, certificate = made()
    page = opened()["Checks"]
    texts = [str(page.cell(row, 2).value) for row in range(1, page.max_row + 1)]

    assert [what.split()[0] for what in certificate.compared] == ["the", "case", *["change"] * 5]
    assert certificate.largest <= 1e-9
    assert certificate.cells > 7 * 4_000
    assert f"Recalculated by {certificate.engine}" in texts
    assert all(f"Compared: {what}" in texts for what in certificate.compared)


def test_a_workbook_that_differs_is_not_written_and_its_first_cells_are_named(tmp_path: Path, monkeypatch):
    target = tmp_path / "deal.xlsx"
    target.write_text("old")
    spoil(monkeypatch, "cfads.net_cfads", "1+1")

    with pytest.raises(CertificateError) as caught:
        write_workbook(run(load(TINY)), target)
    assert caught.value.exit_code == 6
    assert "nothing was written" in str(caught.value)
    assert "Waterfall!H10 cfads.net_cfads: workbook 2, model " in str(caught.value)
    assert target.read_text() == "old"


@pytest.mark.slow
def test_a_formula_that_is_right_as_it_stands_but_deaf_to_an_input_is_found(tmp_path: Path, monkeypatch):
    """The spoilt line shows the right number in the base case; a change of the price uncovers it."""
    price = opened(values=True)["Prices"]
    row = next(row for row in range(1, 60) if price.cell(row, 2).value == "Oxide price: Market price")
    shown = price.cell(row, 5).value
    spoil(monkeypatch, "price.oxide.market", "(1+1+1+1)*(12-1-1)")

    assert shown == 40
    with pytest.raises(CertificateError, match=r"change price\.oxide\.deck"):
        write_workbook(run(load(TINY)), tmp_path / "deal.xlsx")


def test_an_error_in_a_cell_is_named(tmp_path: Path, monkeypatch):
    spoil(monkeypatch, "cfads.net_cfads", "1/0")

    with pytest.raises(CertificateError, match="cells hold no value"):
        write_workbook(run(load(TINY)), tmp_path / "deal.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_the_file_and_says_what_was_compared(tmp_path: Path, capsys):
    code = command(["workbook", str(TINY), "-o", str(tmp_path / "deal.xlsx")])
    shown = capsys.readouterr().out

    assert code == 0
    assert (tmp_path / "deal.xlsx").exists()
    assert f"Recalculated by {Recalculated.engine()} and compared with the model" in shown
    assert shown.count("  change ") == 5


def test_the_command_refuses_another_ending(tmp_path: Path, capsys):
    assert command(["workbook", str(TINY), "-o", str(tmp_path / "deal.csv")]) == 2
    assert "ends in .xlsx" in capsys.readouterr().err
