"""Terms beside the plain ones, by hand: tables of repayment, balloons, hedged shares."""

from __future__ import annotations

from pathlib import Path

import numpy_financial as npf  # type: ignore[import-untyped]
import pytest

from tests.deal.fin import DAYS, LEVEL, TINY, extended, failed, interest, metric, pure, row, run

TABLE = """
remove = ["facility.jbic.grace", "facility.jbic.instalments"]
[facility.jbic]
profile = "table"
[facility.jbic.table]
2028-12-31 = "20 %"
2029-12-31 = "20 %"
2030-06-30 = "20 %"
2030-12-31 = "18 %"
2031-12-31 = "22 %"
"""


def test_a_table_repays_its_shares_of_what_was_drawn_on_its_dates(tmp_path: Path) -> None:
    """20, 20, 20, 18 and 22 % of 60: 12 three times, 10.8 and 13.2, with interest on what is left."""
    result = run(extended(tmp_path, TABLE))
    balance = [60, 60, 48, 48, 36, 24, 13.2, 13.2]

    assert row(result, "facility.jbic.repayment") == pytest.approx([0, 0, 0, 12, 0, 12, 12, 10.8, 0, 13.2, 0, 0])
    assert row(result, "facility.jbic.interest_paid")[2:10] == pytest.approx(
        [interest(owed, at) for at, owed in enumerate(balance, 2)]
    )
    assert failed(result) == set()


def test_cover_is_tested_on_the_dates_of_a_table(tmp_path: Path) -> None:
    """15 over 12 + 60 x 5 % x 184/365 on the first of five dates."""
    result = run(extended(tmp_path, TABLE))

    assert pure(result, "ratios.dscr.tested") == pytest.approx([0, 0, 0, 1, 0, 1, 1, 1, 0, 1, 0, 0])
    assert pure(result, "ratios.dscr.value")[3] == pytest.approx(15 / (12 + interest(60, 3)))


def test_a_table_under_a_smaller_drawing_is_scaled(tmp_path: Path) -> None:
    """48 of 60 drawn: 9.6 three times, 8.64 and 10.56."""
    result = run(extended(tmp_path, TABLE), {"capex.plant.amount": "80 million USD"}, hold_debt=True)

    assert row(result, "facility.jbic.repayment")[[3, 5, 6, 7, 9]] == pytest.approx([9.6, 9.6, 9.6, 8.64, 10.56])


def test_a_balloon_of_equal_repayments_falls_due_with_the_last(tmp_path: Path) -> None:
    """40 % of 60 is 24; the other 36 in eight parts of 4.5, so the last date repays 28.5."""
    result = run(TINY, {"facility.jbic.balloon": "40 %"})

    assert row(result, "facility.jbic.scheduled") == pytest.approx([0, 0, *[4.5] * 7, 28.5, 0, 0])
    assert failed(result) - {"senior_paid", "distributions_open"} == set()


def test_instalments_by_the_sum_of_digits_fall_by_the_same_sum_each() -> None:
    """The digits 1 to 8 sum to 36: of 60 the first date repays 8/36, 13 1/3, and each date 1 2/3 less than the last."""
    result = run(TINY, {"facility.jbic.profile": "sum_of_digits"})
    falling = [60 * parts / 36 for parts in range(8, 0, -1)]

    assert row(result, "facility.jbic.scheduled") == pytest.approx([0, 0, *falling, 0, 0])
    assert row(result, "facility.jbic.outstanding.closing")[-3:] == pytest.approx([0, 0, 0], abs=1e-12)


def test_a_balloon_beside_the_sum_of_digits_waits_for_the_last_date() -> None:
    """40 % of 60 is 24 on the last date, beside 1/36 of the other 36."""
    result = run(TINY, {"facility.jbic.profile": "sum_of_digits", "facility.jbic.balloon": "40 %"})

    assert row(result, "facility.jbic.scheduled") == pytest.approx([0, 0, 8, 7, 6, 5, 4, 3, 2, 25, 0, 0])


def test_a_level_annuity_with_a_balloon_pays_the_service_of_pmt_with_a_future_value() -> None:
    """70 at 6 % over 15 years, 21 of it left for the last date: the level part is 6.305175."""
    result = run(LEVEL, {"facility.loan.balloon": "30 %"})
    due = row(result, "facility.loan.interest")[2:17] + row(result, "facility.loan.scheduled")[2:17]
    level = float(-npf.pmt(0.06, 15, 70, -21))

    assert level == pytest.approx(6.305175, abs=5e-7)
    assert due[:-1] == pytest.approx([level] * 14, rel=1e-9)
    assert due[-1] == pytest.approx(level + 21, rel=1e-9)


HEDGE = """
remove = ["facility.jbic.rate"]
[curve]
base = { 2027-01-01 = "4 % p.a.", 2029-01-01 = "6 % p.a." }
[facility.jbic]
curve     = "base"
margin    = "1.5 % p.a."
hedged    = "75 %"
swap_rate = "4.5 % p.a."
"""


def test_a_hedged_share_pays_the_swap_rate_and_the_rest_the_curve(tmp_path: Path) -> None:
    """2028: 75 % x 4.5 + 25 % x 4 + 1.5 = 5.875 %; 2029: 75 % x 4.5 + 25 % x 6 + 1.5 = 6.375 %."""
    result = run(extended(tmp_path, HEDGE))

    assert row(result, "facility.jbic.interest")[2] == pytest.approx(60 * 0.05875 * DAYS[2] / 365)
    assert row(result, "facility.jbic.interest")[4] == pytest.approx(45 * 0.06375 * DAYS[4] / 365)


def test_the_settlement_of_a_swap_is_what_the_curve_lies_above_its_rate(tmp_path: Path) -> None:
    """75 % of the balance: 0.5 points paid in 2028, 1.5 points received in 2029."""
    result = run(extended(tmp_path, HEDGE))
    settled = row(result, "facility.jbic.net_swap_settlement")

    assert settled[2] == pytest.approx(-0.75 * 60 * 0.005 * DAYS[2] / 365)
    assert settled[4] == pytest.approx(0.75 * 45 * 0.015 * DAYS[4] / 365)


def test_a_loan_hedged_whole_does_not_feel_the_curve(tmp_path: Path) -> None:
    """At 100 % of 3.5 % and a margin of 1.5 % it is the tiny loan at 5 %, whatever the curve."""
    text = HEDGE.replace('"75 %"', '"100 %"').replace('"4.5 % p.a."', '"3.5 % p.a."')
    result = run(extended(tmp_path, text))

    assert row(result, "facility.jbic.interest") == pytest.approx(row(run(TINY), "facility.jbic.interest"))
    assert metric(result, "dscr_min") == pytest.approx(metric(run(TINY), "dscr_min"))
