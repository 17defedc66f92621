"""Faults of one token that no other test saw, each by hand: a sign, an `and` for an `or`, an order, a date."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from finmodel.kernel.timeline import from_serial
from finmodel.public_money.instruments import instruments_of
from finmodel.run.results import judge
from finmodel.run.run import load
from finmodel.workbook.cells import LABEL
from finmodel.workbook.pages.term_sheet import RIGHT
from tests.deal.fin import TINY, extended, row, run
from tests.deal.ops import read
from tests.deal.parts import public, second_lender
from tests.deal.test_claims import cover, event
from tests.deal.test_level_sculpting import Drawn, solved
from tests.deal.test_sellers import HALF_OF_2029, HALVES, three
from tests.risk import options
from tests.workbook.files import Typed, book_of, made

PUBLIC = '[government]\npublic_lenders = ["jbic"]\n'
MARKET = 'market_rate = "7 % p.a."\n'


def test_cost_of_recovery_is_taken_from_the_insurers_position(tmp_path: Path) -> None:
    """All output of 2029H1 is lost. Unpaid: 7.5 and 45 x 5 % x 181/365 = 1.115753, together 8.615753; 80 % covered.

    2029H1: premium 45 x 1 % / 2 = 0.225, claim 6.892603. 2029H2: late for 184 days at 7 %, 0.304030; all is received,
    80 % of it the insurer's: 6.892603 + 0.243224; so is 80 % of the cost of 10 % of 8.615753: 0.689260.
    """
    terms = cover(political="80 %", waiting="0 months", more='recovery_cost = "10 %"\n').replace("0 % p.a.", "1 % p.a.")
    result = run(extended(tmp_path, terms + event().replace("12 months", "6 months")))
    unpaid = 7.5 + 45 * 0.05 * 181 / 365
    back = 0.8 * unpaid * (1 + 0.07 * 184 / 365)

    assert row(result, "cover.nexi.recovery_costs")[5] == pytest.approx(0.1 * 0.8 * unpaid)
    found = row(result, "cover.nexi.net_position")[4:6]
    assert found == pytest.approx([0.225 - 0.8 * unpaid, 0.225 + back - 0.08 * unpaid])


def test_what_a_company_defers_lowers_its_income_when_billed_and_raises_it_when_used(tmp_path: Path) -> None:
    """The second company bills 90,000 USD of deficiency in 2029H2 and defers it; in 2030H2 a sixth, 15,000, is used.

    It sells 30 t at 10 USD/kg in 2029H1 and stands in 2029H2.
    """
    result = fm.run(read(tmp_path, three(HALF_OF_2029) + '[intercompany]\nrate = "4 % p.a."\n'))
    at = [result.model.timeline.labels.index(label) for label in HALVES]
    books = "company.second.net_income"

    assert list(result[f"{books}.sales"][at][:2]) == pytest.approx([300_000, 90_000])
    assert list(result[f"{books}.deferred_revenue"][at]) == pytest.approx([0, -90_000, 0, 15_000])


def test_a_date_is_cut_short_where_interest_on_all_later_capacity_is_more_than_it_has() -> None:
    """Capacity 0.9 and 11 at 10 %: the later one carries 11 / 1.1 = 10, the first date could carry (10 + 0.9) / 1.1.

    That is 9.909091, with interest of 0.990909; the date has 0.9, which carries 9. Had later capacity been counted
    less the date's own, (10 - 0.9) / 1.1 x 10 % = 0.827273 would have fitted into 0.9.
    """
    ones = np.ones(3)
    loan = Drawn(np.array([0.0, 1.0, 1.0]), 0.1 * ones, np.array([0.0, 0.9, 11.0]), ones)
    found = solved(loan, "level")

    assert found.debt == pytest.approx(9)
    assert list(found.cut) == [0, 1, 0]
    assert list(found.into) == pytest.approx([0, 9, 10])


@pytest.mark.parametrize(
    ("clauses", "without"),
    [(second_lender() + PUBLIC, 0.08), (second_lender() + PUBLIC + MARKET, 0.07), (PUBLIC + MARKET, 0.07)],
    ids=["others lend", "others lend, and the case says at what", "the case says at what"],
)
def test_without_a_soft_loan_the_rate_is_the_markets_or_that_of_others(
    clauses: str, without: float, tmp_path: Path
) -> None:
    """The public loan is at 5 %, the bank's at 8 %; what the case says of the market wins."""
    found, left_out = instruments_of(public(run(extended(tmp_path, clauses))))

    assert [(one.name, one.without) for one in found] == [("soft loan", {"facility.jbic.rate": pytest.approx(without)})]
    assert "soft loan" not in left_out


def test_a_soft_loan_without_any_rate_of_others_is_left_out(tmp_path: Path) -> None:
    """Nobody else lends, and the case does not say at what they would."""
    _, left_out = instruments_of(public(run(extended(tmp_path, PUBLIC))))

    assert left_out["soft loan"] == "no rate at which others lend: write government.market_rate"


@pytest.mark.parametrize(("forward", "put", "call"), [(8.0, 2.0, 0.0), (10.0, 0.0, 0.0), (13.0, 0.0, 3.0)])
def test_an_option_on_a_price_that_is_certain_is_worth_what_it_pays(forward: float, put: float, call: float) -> None:
    """Strike 10, no volatility: the put pays 10 less the price, the call the price less 10, neither less than 0."""
    assert options.put(forward, 10.0, 0.0) == put
    assert options.call(forward, 10.0, 0.0) == call


def test_the_term_sheet_dates_the_first_and_the_last_repayment() -> None:
    """Eight half-yearly instalments from 30 June 2028: the last is due on 31 December 2031."""
    typed = Typed(made(TINY)[0], book_of(fm.run(load(TINY))))
    typed.file.compute()
    at = next(n for n in range(1, 60) if "Term loan" in str(typed.file.book.get_value("TermSheet", n, LABEL)))
    found = [from_serial(typed.file.book.get_value("TermSheet", at, column)) for column in RIGHT[:2]]

    assert found == [date(2028, 6, 30), date(2031, 12, 31)]


def test_a_check_that_is_off_by_the_tolerance_itself_passes() -> None:
    """run/results.py: a check fails above its tolerance, not at it."""
    result = run(TINY)
    id = next(id for id in result.model.checks if result.model.lines[id].series)
    row = [0.0] * result.model.timeline.count
    row[3] = -0.5
    values = {**result.values, id: row}

    assert {check.id: check.passed for check in judge(result.model, values, 0.5)}[id]
    assert not {check.id: check.passed for check in judge(result.model, values, 0.4999)}[id]
