"""Delay of completion on the tiny loan, by hand: 100 of plant, 60 of debt in eight instalments of 7.5, 15 of cash a
half-year from 2028H1 on, if completion is on time.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from finmodel.run.results import Results
from tests.deal.fin import FLAGSHIP, TINY, extended, failed, interest, metric, number, pure, row, run

LATE = """
[completion]
delay       = "6 months"
longest     = "12 months"
cost        = "1 million USD/month"
damages     = "0.5 million USD/month"
damages_cap = "2 million USD"
long_stop   = "3 months"
"""


def late(folder: Path, text: str = LATE) -> Results:
    """The tiny loan with a table [completion], its debt of 60 held."""
    return run(extended(folder, text))


def test_without_delay_the_table_changes_nothing(tmp_path: Path) -> None:
    plain, with_table = run(TINY), late(tmp_path, LATE.replace('"6 months"', '"0 months"', 1))

    assert with_table.metrics == plain.metrics
    assert failed(with_table) == failed(plain)


def test_operations_start_half_a_year_later_and_end_on_the_same_day(tmp_path: Path) -> None:
    result = late(tmp_path)

    assert pure(result, "time.construction").tolist() == [1, 1, 1] + [0] * 9
    assert pure(result, "time.operations").tolist() == [0, 0, 0] + [1] * 9


def test_dates_of_debt_stay_and_principal_due_before_completion_is_funded(tmp_path: Path) -> None:
    """2028H1: 1.495890 of interest, 7.5 of principal and 6 of cost, less damages of 2, are paid by the owner."""
    result = late(tmp_path)

    assert row(result, "facility.jbic.scheduled").tolist() == [0, 0] + [7.5] * 8 + [0, 0]
    assert row(result, "facility.jbic.outstanding.closing")[2] == pytest.approx(52.5)
    assert row(result, "funding.uses")[2] == pytest.approx(interest(60, 2) + 7.5 + 6 - 2)
    assert row(result, "funding.equity")[2] == pytest.approx(interest(60, 2) + 7.5 + 6 - 2)


def test_damages_stop_at_their_cap(tmp_path: Path) -> None:
    """Six months at 0.5 are 3; the contractor pays 2."""
    assert row(late(tmp_path), "completion.damages").sum() == pytest.approx(2)
    assert row(late(tmp_path, LATE.replace('damages_cap = "2', 'damages_cap = "9')), "completion.damages").sum() == 3


def test_the_lowest_cover_is_that_of_the_second_instalment(tmp_path: Path) -> None:
    """The first falls due before completion. 2028H2: 15 / (7.5 + 52.5 x 5 % x 184/365)."""
    result = late(tmp_path)

    assert metric(result, "dscr_min") == pytest.approx(15 / (7.5 + interest(52.5, 3)))


def test_cost_and_damages_of_delay_are_income_before_completion(tmp_path: Path) -> None:
    assert row(late(tmp_path), "income.net_profit")[2] == pytest.approx(2 - 6)


def test_every_check_but_the_long_stop_and_the_default_that_it_is_holds(tmp_path: Path) -> None:
    """The debt is sized with the delay, so the owner has promised what it costs."""
    assert failed(late(tmp_path)) == {"completion_by_long_stop", "no_default", "distributions_open"}


def test_ramp_up_starts_with_operations(tmp_path: Path) -> None:
    """Half the capacity in the first two half-years of operation, wherever these lie."""
    text = LATE + '[node.plant]\nramp_up = ["50 %", "100 %"]\n'
    result = late(tmp_path, text)

    assert pure(result, "node.plant.produced").tolist() == [0, 0, 0, 250, 250] + [500] * 7


def test_a_delay_costs_no_more_after_completion(tmp_path: Path) -> None:
    assert row(late(tmp_path), "completion.delay_cost").tolist() == [0, 0, 6] + [0] * 9


def test_owners_wait_for_the_completion_test(tmp_path: Path) -> None:
    """90 % of nameplate over a year: passed at the end of 2029H2, after half a capacity in 2028."""
    text = """
[completion]
test_output = "90 %"
[node.plant]
ramp_up = ["50 %", "100 %"]
[sizing]
amount = "30 million USD"
"""
    result = late(tmp_path, text)

    assert pure(result, "completion.passed").tolist() == [0] * 5 + [1] * 7
    assert row(result, "waterfall.distributions")[:5].tolist() == [0] * 5
    assert row(result, "waterfall.distributions")[5] > 0


def test_the_flagship_a_year_late_keeps_its_books(tmp_path: Path) -> None:
    """Every check of class error holds but what owners promised; later output is lost, not moved."""
    result = fm.run(fm.load(FLAGSHIP, set={"completion.delay": "12 months"}), hold_debt=True)
    wrong = {check.id for check in result.checks if not check.passed and check.kind == "error"}

    assert wrong <= {"checks.funding_shortfall"}
    assert number(result, "time.completion") - number(result, "time.planned_completion") == 12
    assert np.flatnonzero(pure(result, "time.operations"))[0] == 16
    assert pure(result, "node.separation.ramp_up_late")[[15, 16, 19, 20, 24]].tolist() == [0, 0.5, 0.5, 0.8, 1.0]


def test_cash_that_a_test_never_passed_held_back_goes_to_the_owners_at_the_end() -> None:
    """Output of 90 % never passes a test of 95 %: nothing is paid out until the last date, and then all of it."""
    terms = {"completion.test_output": "95 %", "completion.test_months": "12 months"}
    result = fm.run(fm.load(TINY, set={**terms, "node.plant.availability": "90 %"}))
    paid = row(result, "waterfall.distributions")

    assert np.count_nonzero(row(result, "completion.passed")) == 0
    assert np.flatnonzero(paid > 0).tolist() == [len(paid) - 1]
    assert "accounts_end_at_zero" not in failed(result) and result.passed
