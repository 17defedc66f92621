"""The term sheet: its blocks, its widths, and what it leaves out."""

from __future__ import annotations

import re
from functools import cache
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from finmodel.case.expect import Expect
from finmodel.kernel.units import unit
from finmodel.present.page import WIDTH, page
from finmodel.run.results import Results
from finmodel.run.run import load, run
from tests.present.toys import CASES, loan

BLOCKS = ("Key results", "Sources and uses", "Facilities", "Equity", "Cash flow by fiscal year", "Expectations")


@cache
def tiny() -> Results:
    """The tiny loan."""
    return run(load(CASES / "tiny_loan"))


@cache
def flagship() -> Results:
    """The rare-earth chain, with support."""
    return run(load(CASES / "australia_japan"))


def text(result: Results, *, colours: bool = False, **options: Any) -> str:
    """The page as a terminal, or a file, would receive it."""
    file = StringIO()
    colour = "standard" if colours else None
    Console(file=file, width=WIDTH, force_terminal=colours, color_system=colour).print(page(result, **options))
    return file.getvalue()


def row(result: Results, start: str) -> str:
    """The first row that starts so, with single spaces."""
    return " ".join(next(line for line in text(result).splitlines() if line.startswith(start)).split())


@pytest.mark.parametrize("result", [tiny, flagship])
def test_every_row_fits_100_columns(result: Any) -> None:
    assert max(len(line.rstrip()) for line in text(result()).splitlines()) <= 100
    assert "…" not in text(result())


@pytest.mark.parametrize("result", [tiny, flagship])
def test_blocks_stand_in_the_order_of_a_term_sheet(result: Any) -> None:
    page_text = text(result())
    found = re.findall(f"^({'|'.join(BLOCKS)})(?: to|$)", page_text, re.MULTILINE)

    assert found == list(BLOCKS)


def test_the_page_is_plain_when_it_is_no_terminal() -> None:
    assert "\x1b" not in text(tiny())
    assert "\x1b" in text(tiny(), colours=True)


def test_the_head_says_what_was_run_and_how_far_to_trust_it() -> None:
    head = text(tiny()).splitlines()[:7]

    span = "Amounts in USD million; 2027H1 to 2032H2 by half; years end in December."

    assert head[:3] == ["Tiny loan", "Base case", span]
    assert any(line.startswith("Debt sized on: ") for line in head)
    assert any("assumed or hypothetical" in line for line in head)


def test_a_scenario_is_named() -> None:
    result = run(load(CASES / "australia_japan", "detente"))

    assert "Scenario detente: Managed detente" in text(result)


def test_uses_and_sources_add_up_to_the_total() -> None:
    """100.0 + 0.8 of uses; 60.0 of the loan and 40.8 of equity."""
    assert row(tiny(), "Plant  ") == "Plant 100.0 99.2 % Term loan 60.0 59.5 %"
    assert row(tiny(), "Interest in construction") == "Interest in construction 0.8 0.8 % Sponsor 40.8 40.5 %"
    assert row(tiny(), "Total") == "Total 100.8 100.0 % Total 100.8 100.0 %"
    assert "Other" not in text(tiny()) + text(flagship())


def test_a_facility_shows_its_price_dates_and_lowest_balance() -> None:
    found = row(tiny(), "Term loan  Example")

    assert found == "Term loan Example lender 60.0 100.0 % 5.00 % 2028-06-30 2031-12-31 0.0 0.0"


def test_the_lowest_cover_has_its_date() -> None:
    """First repayment, when interest is highest."""
    assert "1.67x  on 2028-06-30" in text(tiny())


def test_cash_flow_has_a_row_a_year_and_no_columns_of_nothing() -> None:
    """40 received, 10 paid, 30 of CFADS, 15 + 2 of service; no support and no tax."""
    page_text = text(tiny())

    assert row(tiny(), "FY2028").startswith("FY2028 40.0 10.0 30.0 ")
    assert "Support" not in page_text and "reserve" not in page_text


def test_support_is_shown_by_programme_in_both_currencies() -> None:
    page_text = text(flagship())
    block = page_text[page_text.index("METI programme: support by fiscal year to March") :]

    assert block.splitlines()[1].split()[:3] == ["Due", "Granted", "Paid"]
    assert {"JPY", "USD"} <= set(block.splitlines()[2].split())


def test_a_quick_page_has_results_and_checks_only() -> None:
    page_text = text(tiny(), quick=True)

    assert "Key results" in page_text and "passed." in page_text
    assert "Facilities" not in page_text and "Cash flow" not in page_text


def test_a_model_without_financing_shows_neither_facilities_nor_support() -> None:
    page_text = text(loan(expect=()))

    assert not any(block in page_text for block in ("Sources and uses", "Equity", "support by", "Expectations"))


def test_failed_checks_stand_first_in_red_and_alerts_after_them_in_yellow() -> None:
    result = loan(off_by=0.5, expect=())
    page_text, coloured = text(result), text(result, colours=True)

    order = ("FAILED  checks.repaid", "alert   alerts.low", "Integrity checks: 0 of 1 passed. Alerts: 0 of 1 passed.")
    found = [page_text.index(words) for words in order]

    assert found == sorted(found)
    assert "\x1b[1;31mFAILED" in coloured and "\x1b[33malert" in coloured


def test_an_expectation_that_is_not_met_says_so() -> None:
    row = Expect("interest_total", "at most", 2e6, 0.0, unit("USD"), "case.toml:9")

    assert "NOT MET" in text(loan(expect=(row,)))


def test_a_result_that_is_not_applicable_has_its_reason() -> None:
    assert "cover: nothing falls due" in text(loan(expect=()))


def test_labels_are_no_markup_and_cannot_steer_the_terminal() -> None:
    page_text = text(loan(off_by=1.0, expect=(), name="[red]Deal[/red]\x1b[2J"))

    assert page_text.startswith("[red]Deal[/red][2J")
