"""How fiscal years are named: by country, unless the case says so itself."""

from __future__ import annotations

from pathlib import Path

import pytest

import finmodel as fm
from finmodel.deal.read import Case, read_case
from finmodel.deal.time.fiscal import year_names
from finmodel.kernel.timeline import MONTH_NAMES

ROOT = Path(__file__).parents[2]
APRIL = 4
CLOSE = {"March": APRIL, "June": 7, "September": APRIL}
FLAGSHIP = ROOT / "cases" / "australia_japan"


def mine(folder: Path, country: str, month: str, stated: str = "") -> Case:
    """The smallest shipped case in another country, with tax years and years of the deal that end in a month."""
    text = (ROOT / "cases" / "tiny_loan" / "case.toml").read_text(encoding="utf-8")
    text = text.replace('year_ends       = "December"', f'year_ends = "{month}"\n{stated}')
    text = text.replace('country      = "Australia"', f'country = "{country}"')
    text = text.replace('tax_year_end = "December"', f'tax_year_end = "{month}"')
    text = text.replace(
        '["June", "December"]', '["March", "September"]' if CLOSE[month] == APRIL else '["June", "December"]'
    )
    text = text.replace("financial_close = 2027-01-01", f"financial_close = 2027-{CLOSE[month]:02d}-01")
    (folder / "case.toml").write_text(text, encoding="utf-8")
    return read_case(folder)


def of(case: Case, month: str) -> str:
    return year_names(case.tables)[MONTH_NAMES.index(month)]


@pytest.mark.parametrize(
    ("country", "month", "rule"),
    [
        ("Japan", "March", "start"),
        ("United States", "September", "end"),
        ("Australia", "June", "both"),
        ("Canada", "March", "both"),
        ("United Kingdom", "March", "both"),
        ("Malaysia", "June", "end"),
    ],
)
def test_years_are_named_as_the_country_of_the_company_names_them(
    country: str, month: str, rule: str, tmp_path: Path
) -> None:
    case = mine(tmp_path, country, month)

    assert of(case, month) == rule
    assert case.timeline.named_by(MONTH_NAMES.index(month) + 1) == rule


def test_the_key_names_years_whatever_the_country(tmp_path: Path) -> None:
    """A Japanese company with years to March, named by their end: April 2027 lies in FY2028."""
    case = mine(tmp_path, "Japan", "March", 'year_named_by = "end"')

    assert of(case, "March") == of(case, "June") == "end"
    assert case.timeline.fiscal_year(case.timeline.periods[0].last_day, 3) == "FY2028"


def test_each_calendar_of_a_deal_is_named_by_the_country_whose_years_they_are() -> None:
    """The flagship's years and budget run to March with Japan's company, Australia's company is taxed to June."""
    case = read_case(FLAGSHIP)

    assert (of(case, "March"), of(case, "June")) == ("start", "both")


def test_a_budget_s_years_are_named_by_the_country_of_its_government() -> None:
    """A fund of the United States has years from October to September; the deal's own are calendar years."""
    case = read_case(ROOT / "cases" / "us_style_price_protection")

    assert of(case, "September") == "end"
    assert case.timeline.named_by(12) == "start"


def test_where_countries_disagree_the_borrower_s_names_the_years() -> None:
    """With Australia's company taxed to March too, years to March are those of both countries."""
    case = read_case(FLAGSHIP, sets={"entity.au.tax_year_end": "March"})
    borrower = next(entity for entity in case.tables.entity.values() if entity.borrower)

    assert of(case, "March") == ("start" if borrower.country == "Japan" else "both")


def test_names_of_years_move_no_number() -> None:
    """Whatever years are called, every line keeps its bits."""
    loan = read_case(ROOT / "cases" / "tiny_loan")
    plain, named = fm.run(loan), fm.run(loan.with_set({"timeline.year_named_by": "both"}))

    assert plain.values.keys() == named.values.keys()
    assert all(repr(plain.values[id]) == repr(named.values[id]) for id in plain.values)
