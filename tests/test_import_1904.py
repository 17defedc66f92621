"""A workbook in the 1904 date system: dates that were typed come back as those dates (1,462 days apart)."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

import finmodel as fm
from finmodel.kernel.timeline import serial
from finmodel.workbook.intake.reading import read_book
from tests.test_import_workbook import CASES, TINY, Desk

SWEEP = """
[waterfall.sweep]
share = "50 %"
start = 2029-01-01
end = 2030-12-31
"""


class Swept(Desk):
    """The tiny loan with a sweep, and its workbook."""

    def __init__(self, folder: Path) -> None:
        from finmodel.workbook.write import workbook_bytes

        self.case = Path(shutil.copytree(CASES / TINY, folder / "deal"))
        with (self.case / "case.toml").open("a", encoding="utf-8") as file:
            file.write(SWEEP)
        self.file, self.new = folder / "edited.xlsx", folder / "new"
        self.file.write_bytes(workbook_bytes(fm.run(fm.load(self.case)), quick=True)[0])
        self.book = read_book(self.file)


@pytest.mark.parametrize("kept", [True, False], ids=["others_as_written", "another_counted_anew"])
def test_a_date_typed_in_the_1904_system_comes_back_as_that_date(tmp_path: Path, kept: bool) -> None:
    """1 July 2029 is day 47,300 from 1900 and day 45,838 from 1904; it came back as 30 June 2025."""
    desk = Swept(tmp_path)
    assert (serial(date(2029, 7, 1)), serial(date(2029, 7, 1)) - 1_462) == (47_300, 45_838)
    desk.replace("xl/workbook.xml", "<workbookPr([^>]*?)/>", lambda match: f'<workbookPr{match[1]} date1904="1"/>')
    desk.type("waterfall.sweep.start", 45_838.0)
    if not kept:
        desk.type("waterfall.sweep.end", float(serial(date(2030, 12, 31)) - 1_462))
    made = desk.run()

    assert [(edit.key, edit.after) for edit in made.edits] == [("waterfall.sweep.start", "2029-07-01")]
    assert "2029-07-01" in (made.folder / "case.toml").read_text(encoding="utf-8")


def test_a_chain_of_more_cases_than_are_read_says_so(tmp_path: Path) -> None:
    """Nine cases, each upon the one before: no circle, but too many."""
    shutil.copytree(CASES / TINY, tmp_path / "c0")
    for number in range(1, 9):
        (tmp_path / f"c{number}").mkdir()
        (tmp_path / f"c{number}" / "case.toml").write_text(f'extends = "../c{number - 1}"\n', encoding="utf-8")
    assert fm.load(tmp_path / "c7").name == "Tiny loan"

    with pytest.raises(fm.CaseError) as told:
        fm.load(tmp_path / "c8")
    assert 'a case extends at most 7 others: "../c0" would be one more.' in str(told.value)
