"""Our own audit of what we write: nothing is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmodel.cli.command import command
from finmodel.run.run import load, run
from finmodel.workbook.write import write_workbook
from tests.workbook.files import CASES, ROOT

TEMPLATES = [ROOT / "templates" / name for name in ("recycling_plant",)]


@pytest.mark.slow
@pytest.mark.parametrize("case", [CASES / "tiny_loan", *TEMPLATES], ids=lambda case: case.name)
def test_the_audit_finds_nothing_in_a_workbook_of_ours(case: Path, tmp_path: Path, capsys):
    write_workbook(run(load(case)), tmp_path / "deal.xlsx", quick=True)
    code = command(["audit", str(tmp_path / "deal.xlsx")])

    assert "Nothing was found." in capsys.readouterr().out
    assert code == 0


@pytest.mark.slow
def test_the_audit_finds_nothing_in_the_flagship_with_all_its_comparisons(tmp_path: Path):
    write_workbook(run(load(CASES / "australia_japan")), tmp_path / "deal.xlsx")

    assert command(["audit", str(tmp_path / "deal.xlsx")]) == 0
