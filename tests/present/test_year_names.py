"""Fiscal years bear one name on every face: terminal page, CSV, workbook, simulation; JSON has one calendar year.

The mine of 100 t a year has a floor of 15 USD/kg over an index of 10, 8, 12 and 10: in 2029 it is paid 500,000 USD, in
quarters of 125,000. Years to June: 2028-29 has the first two quarters, 250,000; 2029-30 has two of them and two of
175,000 (index 8), 600,000.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]
from rich.console import Console, RenderableType

import finmodel as fm
from finmodel.deal.read import Case
from finmodel.present.account_tables import write_account
from finmodel.present.csv_tables import write_tables
from finmodel.present.json_simulation import contract
from finmodel.present.pages import risk
from finmodel.present.pages.government import by_year
from finmodel.present.pages.years import cash_flow, support
from finmodel.public_money.account import government
from finmodel.run.results import Results
from finmodel.run.run import run
from finmodel.workbook.cells import FIRST, LABEL
from finmodel.workbook.write import workbook_bytes
from tests.deal.ops import read, share, timeline
from tests.deal.test_support import floor, fund, index

NAMES = {"start": ("FY2028", "FY2029"), "end": ("FY2029", "FY2030"), "both": ("2028-29", "2029-30")}
KEYS = {"start": ("FY2028", "FY2029"), "end": ("FY2029", "FY2030"), "both": ("FY2029", "FY2030")}
NUMBERS = {"start": (2028, 2029), "end": (2029, 2030), "both": (202829, 202930)}
FORMATS = {"start": '"FY"0', "end": '"FY"0', "both": '0000"-"00'}
PAID = (250_000.0, 600_000.0)
RULES = ("start", "end", "both")
HEAD = 6
DRAWN = '[risk]\n[risk.price.ore]\nkind = "gbm"\nvolatility = "1 %"\n'


def case_of(folder: Path, rule: str) -> Case:
    frame = timeline("quarter", year_ends='"June"', year_named_by=f'"{rule}"')
    built = '[capex.mine]\nprofile = ["25 %", "25 %", "25 %", "25 %"]\namount = "3 million USD"\n'
    sold = share() + fund(year_end="June") + floor() + index("1x", "0.8x", "1.2x", "1x")
    return read(folder, frame + built + sold + DRAWN)


def deal(folder: Path, rule: str) -> Results:
    return run(case_of(folder, rule))


def printed(block: RenderableType) -> list[list[str]]:
    console = Console(width=200, file=io.StringIO())
    console.print(block)
    assert isinstance(console.file, io.StringIO)
    return [line.split() for line in console.file.getvalue().splitlines()]


def years_in(rows: list[list[str]]) -> list[str]:
    return [row[0] for row in rows if row and row[0][:4] in {"FY20", "2028", "2029"}]


def rows_of(path: Path) -> Iterator[list[str]]:
    yield from csv.reader(path.read_text(encoding="utf-8-sig").splitlines())


@pytest.mark.parametrize("rule", RULES)
def test_pages_and_csv_name_years_alike(rule: str, tmp_path: Path) -> None:
    result = deal(tmp_path, rule)
    first, second = NAMES[rule]
    programme, cash = support(result)[0], cash_flow(result)
    payments = by_year(government(result))
    assert cash is not None and payments is not None
    write_tables(result, tmp_path / "out")
    write_account(government(result), tmp_path / "account")

    assert years_in(printed(programme))[:2] == [first, second]
    assert second in years_in(printed(cash))
    assert years_in(printed(payments))[0] == first
    assert next(rows_of(tmp_path / "out" / "annual.csv"))[4:6] == [first, second]
    assert next(rows_of(tmp_path / "out" / "statements.csv"))[4:6] == [first, second]
    account = [row for row in rows_of(tmp_path / "account" / "government_years.csv") if "fund" in row]
    assert [next(cell for cell in row if cell in (first, second)) for row in account[:2]] == [first, second]


@pytest.mark.parametrize("rule", RULES)
def test_tables_for_programs_name_a_year_by_one_calendar_year(rule: str, tmp_path: Path) -> None:
    years = government(deal(tmp_path, rule)).years
    paid = dict(zip(years["fiscal_year"], years["paid"], strict=True))

    assert [paid[key] for key in KEYS[rule]] == pytest.approx(PAID)


@pytest.mark.parametrize("rule", RULES)
def test_a_simulation_shows_names_and_keeps_keys(rule: str, tmp_path: Path) -> None:
    summary = fm.simulate(case_of(tmp_path, rule), 64, 1).summary
    shown = risk.support_by_year(summary)
    assert shown is not None

    assert years_in(printed(shown))[:2] == list(NAMES[rule])
    assert list(contract(summary)["by_year"]["support_paid"])[:2] == list(KEYS[rule])


@pytest.mark.parametrize("rule", RULES)
def test_the_workbook_s_years_are_shown_by_name(rule: str, tmp_path: Path) -> None:
    """A cell holds a number that its format shows as the name: 202829 is 2028-29."""
    data = workbook_bytes(deal(tmp_path, rule), quick=True)[0]
    book = load_workbook(io.BytesIO(data), data_only=True)

    for sheet in ("Annual", "GovAccount"):
        cells = [book[sheet].cell(HEAD, FIRST + at) for at in (1, 2)]
        assert tuple(cell.value for cell in cells) == NUMBERS[rule], sheet
        assert {cell.number_format for cell in cells} == {FORMATS[rule]}, sheet
    row = next(r for r in book["GovAccount"].iter_rows() if r[LABEL - 1].value == "Fund: Paid, by fiscal year")
    assert [cell.value for cell in row[FIRST : FIRST + 2]] == pytest.approx(PAID)
