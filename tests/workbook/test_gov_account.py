"""The sheet of the government's account: the ledger is live, and incidence is the engine's with a test for STALE."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]

from finmodel.cli.command import command
from finmodel.public_money.account import government
from finmodel.run.results import Results
from finmodel.run.run import load, run
from finmodel.workbook.cells import CONSTANT, FIRST, LABEL, NOTE, TOTAL
from finmodel.workbook.pages.header import LIVE_NAME
from finmodel.workbook.write import workbook_bytes, write_workbook
from tests.deal.ops import read, share, timeline
from tests.deal.test_support import floor, fund, index
from tests.workbook.files import CASES, Typed, book_of, made

SHEET = "GovAccount"
QUESTION = "Does the account below belong to the inputs as they stand?"
ROWS = {
    "Ceiling of the fiscal year": "ceiling_own",
    "Entitlement": "entitlement_own",
    "Granted": "granted_own",
    "Paid": "paid_own",
    "Given back": "given_back_own",
    "Committed, not yet paid": "balance_own",
    "Left of the envelope": "commitment_left_own",
}
BUILT = '[capex.mine]\namount = "3 million USD"\n'
SLOWLY = '[capex.mine]\nprofile = ["25 %", "25 %", "25 %", "25 %"]\namount = "3 million USD"\n'
SCHEMES = {
    "a budget that runs out": fund("300,000 USD/year"),
    "what is not met waits": fund("300,000 USD/year") + 'unmet = "carry"\n',
    "fiscal years to March": fund("600,000 USD/year", year_end="March"),
    "paid a year later, in a year of its own": fund("600,000 USD/year", year_end="September"),
}


def deal(folder: Path, more: str) -> Results:
    """The mine with a floor of 15 USD/kg on an index of 10, 8, 12 and 10: 500,000 to 700,000 USD due a year."""
    lag = 'lag = "12 months"\n' if "September" in more else ""
    by_year = "December" in more
    frame = BUILT if by_year else timeline("quarter") + SLOWLY
    return run(read(folder, frame + share() + more + floor(more=lag) + index("1x", "0.8x", "1.2x", "1x")))


def rows_of(page: Any) -> dict[str, list[Any]]:
    """Label → the cells of its row, of which the first is that of column A."""
    found: dict[str, list[Any]] = {}
    for row in page.iter_rows():
        label = row[LABEL - 1].value
        if isinstance(label, str):
            found.setdefault(label, [cell.value for cell in row])
    return found


def opened(data: bytes, values: bool = True) -> Any:
    return load_workbook(io.BytesIO(data), data_only=values)[SHEET]


def by_year(page: Any, programme: str, head: int = 6) -> dict[str, dict[str, float]]:
    """Row → fiscal year → number, of a programme."""
    years = [f"FY{cell.value:.0f}" for cell in page[head][FIRST - 1 :] if cell.value is not None]
    rows = rows_of(page)
    return {
        name: dict(zip(years, rows[f"{programme}: {name}, by fiscal year"][FIRST - 1 :], strict=False))
        for name in [*ROWS, "Not covered by the budget", "Waits for the next budget"]
        if f"{programme}: {name}, by fiscal year" in rows
    }


def agree(page: Any, result: Results, programme: str, head: int = 6) -> None:
    """Every figure of the ledger is that of the account."""
    shown = by_year(page, programme, head)
    label = {"Fund": "fund", "METI programme": "meti", "Other": "other"}[programme]
    table = government(result).years
    assert len(table) > 0
    for row in table[table["programme"] == label].to_dict("records"):
        for name, column in ROWS.items():
            assert shown[name][row["fiscal_year"]] == pytest.approx(row[column], rel=1e-9, abs=1e-3), (name, row)
        if "Not covered by the budget" in shown:
            left = shown["Not covered by the budget"][row["fiscal_year"]]
            assert left == pytest.approx(row["unmet_own"], rel=1e-9, abs=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("more", SCHEMES.values(), ids=SCHEMES)
def test_the_ledger_by_fiscal_year_is_the_account_of_the_engine(more: str, tmp_path: Path):
    result = deal(tmp_path, more)

    agree(opened(workbook_bytes(result, quick=True)[0]), result, "Fund")


@pytest.mark.slow
def test_a_claim_that_waits_is_asked_for_once_and_shown_until_it_is_met(tmp_path: Path):
    """Due 500, 700, 300 and 500 thousand; 300 a year are granted: 200, 600, 600 and 800 wait at year end."""
    page = opened(workbook_bytes(deal(tmp_path, SCHEMES["what is not met waits"]), quick=True)[0])
    shown = by_year(page, "Fund")
    years = ["FY2029", "FY2030", "FY2031", "FY2032"]

    assert [shown["Entitlement"][year] for year in years] == pytest.approx([500_000, 700_000, 300_000, 500_000])
    assert [shown["Waits for the next budget"][year] for year in years] == pytest.approx([2e5, 6e5, 6e5, 8e5])
    assert rows_of(page)["Fund: first period in which a claim is not met in full"][TOTAL - 1].year == 2029


@pytest.mark.slow
def test_programmes_with_fiscal_years_of_their_own_have_calendars_of_their_own(tmp_path: Path):
    march = fund("400,000 USD/year", year_end="March").replace("fund", "other").replace("Fund", "Other")
    second = floor("12 USD/kg", "second", "second").replace('"fund"', '"other"')
    text = share("50 %") + share("100 %", "second") + fund("200,000 USD/year") + floor() + march + second
    result = run(read(tmp_path, timeline("quarter") + SLOWLY + text))
    page = opened(workbook_bytes(result, quick=True)[0])
    head = next(row[0].row for row in page.iter_rows() if row[LABEL - 1].value == "Years end in March")

    assert head != 6
    agree(page, result, "Fund")
    agree(page, result, "Other", head)


def test_public_bodies_and_their_present_values_are_those_of_the_account(tmp_path: Path):
    result = deal(tmp_path, SCHEMES["a budget that runs out"] + '[government]\nrate = "5 % p.a."\n')
    rows = rows_of(opened(workbook_bytes(result, quick=True)[0]))
    bodies = government(result).bodies.to_dict("records")

    assert bodies
    for body in bodies:
        row = rows[f"{body['label']} ({body['body']}): received less paid, by fiscal year"]
        assert row[TOTAL - 1] == pytest.approx(body["net"], abs=1e-3)
        assert row[CONSTANT - 1] == pytest.approx(body["net_present_value"], abs=1e-3)


def test_incidence_is_what_the_engine_found_under_definitions_that_the_sheet_names(tmp_path: Path):
    result = deal(tmp_path, SCHEMES["a budget that runs out"])
    rows = rows_of(opened(workbook_bytes(result, quick=True)[0]))
    shown = [row for row in government(result).incidence.to_dict("records") if abs(row["total"]) > 1]

    assert shown
    for row in shown:
        cells = rows[row["label"]]
        assert cells[NOTE + 1] == pytest.approx(row["total"])
        assert cells[TOTAL - 1] == pytest.approx(row["share"])
    assert any(text.startswith("With/without: present value of a party's cash") for text in rows)
    assert any(text.startswith("Pro rata: each period's cash is one pool") for text in rows)


def test_the_ledger_follows_what_is_typed_and_incidence_says_that_it_is_stale(tmp_path: Path):
    """A floor of 14 in place of 15 takes 100,000 USD off each year's claim."""
    result = deal(tmp_path, fund())
    typed = Typed(workbook_bytes(result, quick=True)[0], book_of(result))
    page = opened(workbook_bytes(result, quick=True)[0], values=False)
    at = {row[LABEL - 1].value: row[0].row for row in page.iter_rows()}
    verdict, paid = f"{SHEET}!E{at[QUESTION]}", f"{SHEET}!F{at['Fund: Paid, by fiscal year']}"
    assert (typed.cell(verdict), typed.cell(paid)) == ("current", pytest.approx(2_000_000))

    typed.type("support.floor.floor", 14.0)
    assert (typed.cell(verdict), typed.cell(paid)) == ("STALE", pytest.approx(1_600_000))

    typed.type("support.floor.floor", 15.0)
    assert typed.cell(verdict) == "current"


@pytest.mark.slow
def test_a_deal_without_support_has_no_such_sheet():
    assert SHEET not in load_workbook(io.BytesIO(made()[0])).sheetnames


@pytest.mark.slow
def test_the_sheet_of_the_flagship_is_its_account_and_the_audit_finds_nothing(tmp_path: Path):
    result = run(load(CASES / "australia_japan", "dual"))
    write_workbook(result, tmp_path / "deal.xlsx", quick=True)
    book = load_workbook(tmp_path / "deal.xlsx", data_only=True)

    assert book["Scenarios"].cell(LIVE_NAME, CONSTANT).value == "dual"
    agree(book[SHEET], result, "METI programme")
    assert rows_of(book[SHEET])[QUESTION][CONSTANT - 1] == "current"
    assert len(book[SHEET]._charts) == 1
    assert command(["audit", str(tmp_path / "deal.xlsx")]) == 0
