"""Standby facilities by hand: drawn on what construction needs beyond the base budget, before standby equity.

The tiny loan with 10 % more capital cost and its debt held: 33 and 27 of debt on 55 + 55, so owners would pay 22 and 28
and interest of 33 x 5 % x 184/365. They promised 40 and 30 x 5 % x 184/365: 10 and the interest on 3 lie beyond.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deal.fin import TINY, extended, failed, interest, metric, number, pure, row, run

STANDBY = """
[facility.standby]
label          = "Standby loan"
lender         = "Example bank"
country        = "Example"
rank           = "senior"
standby        = true
amount         = "8 million USD"
rate           = "6 % p.a."
day_count      = "months"
grace          = "0 months"
payment_months = ["June", "December"]
instalments    = 4
profile        = "equal"
"""
OVERRUN = {"capex.plant.amount": "110 million USD"}
BEYOND = 10 + interest(3, 1)


def test_without_an_overrun_a_standby_facility_is_not_drawn_and_changes_nothing(tmp_path: Path) -> None:
    result, base = run(extended(tmp_path, STANDBY)), run(TINY)

    assert row(result, "facility.standby.drawn") == pytest.approx([0] * 12, abs=1e-9)
    assert metric(result, "equity_irr") == pytest.approx(metric(base, "equity_irr"), abs=1e-12)
    assert metric(result, "dscr_min") == pytest.approx(metric(base, "dscr_min"))
    assert failed(result) == set()


def test_a_standby_facility_pays_what_lies_beyond_the_commitment_of_owners_up_to_its_own(tmp_path: Path) -> None:
    """10.075616 beyond: 8 by the facility, and 2.075616 by owners, more than they promised."""
    result = run(extended(tmp_path, STANDBY), OVERRUN, hold_debt=True)

    assert row(result, "funding.overrun")[:3] == pytest.approx([0, BEYOND, 0])
    assert row(result, "facility.standby.drawn")[:3] == pytest.approx([0, 8, 0])
    assert row(result, "funding.equity")[:2] == pytest.approx([22, 28 + interest(33, 1) - 8])
    assert failed(result) == {"funding_shortfall"}


def test_an_overrun_is_split_by_key_between_standby_debt_and_standby_equity(tmp_path: Path) -> None:
    """Half of 10.075616 each; the owners' half is within standby equity of 6."""
    text = STANDBY + '[funding]\noverrun_debt = "50 %"\nstandby_equity = "6 million USD"\n'
    result = run(extended(tmp_path, text), OVERRUN, hold_debt=True)

    assert row(result, "facility.standby.drawn")[1] == pytest.approx(BEYOND / 2)
    assert number(result, "funding.equity_total") / 1e6 == pytest.approx(40 + interest(30, 1) + BEYOND / 2)
    assert failed(result) == set()


def test_what_was_drawn_of_a_standby_facility_is_senior_service(tmp_path: Path) -> None:
    """A quarter of 8 and 3 % of 8 on the first date, beside 7.5 and interest on 60."""
    text = STANDBY + '[funding]\nstandby_equity = "6 million USD"\n'
    result = run(extended(tmp_path, text), OVERRUN, hold_debt=True)
    service = 7.5 + interest(60, 2) + 2 + 0.24

    assert row(result, "facility.standby.repayment")[2:7] == pytest.approx([2, 2, 2, 2, 0])
    assert row(result, "ratios.senior_service")[2] == pytest.approx(service)
    assert pure(result, "ratios.dscr.value")[2] == pytest.approx(15 / service)
    assert failed(result) == set()


def test_two_standby_facilities_are_drawn_in_proportion_to_what_each_has_left(tmp_path: Path) -> None:
    """10.075616 of 8 and 4: two thirds by the first, a third by the second, which is mezzanine."""
    second = STANDBY.replace("facility.standby", "facility.second").replace('"senior"', '"mezzanine"')
    second = second.replace("8 million", "4 million")
    text = STANDBY + second.replace("Standby loan", "Second standby loan")
    result = run(extended(tmp_path, text), OVERRUN, hold_debt=True)

    assert row(result, "facility.standby.drawn")[1] == pytest.approx(BEYOND * 2 / 3)
    assert row(result, "facility.second.drawn")[1] == pytest.approx(BEYOND / 3)
    assert row(result, "facility.second.repayment").sum() == pytest.approx(BEYOND / 3)
    assert failed(result) == set()


def test_debt_is_sized_as_if_the_standby_facility_were_not_there(tmp_path: Path) -> None:
    text = 'remove = ["sizing.amount"]\n' + STANDBY + '[facility.jbic]\nprofile = "sculpted"\n'
    (tmp_path / "plain").mkdir()
    plain = run(extended(tmp_path / "plain", 'remove = ["sizing.amount"]\n[facility.jbic]\nprofile = "sculpted"\n'))

    assert metric(run(extended(tmp_path, text)), "debt.jbic") == pytest.approx(metric(plain, "debt.jbic"), rel=1e-12)


def test_no_row_of_overrun_exists_without_a_standby_facility() -> None:
    assert not [id for id in run(TINY).model.lines if "overrun" in id or "equity_needed" in id]
