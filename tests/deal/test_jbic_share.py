"""JBIC's share is of the facilities it lends beside: all senior debt, or those that the case names."""

from __future__ import annotations

from pathlib import Path

import pytest

import finmodel as fm
from tests.deal.fin import extended, failed, run

LOANS = """
[facility.jbic]
lender  = "JBIC"
country = "Japan"
share   = "40 %"
"""
OTHER = """
[facility.{name}]
label          = "Loan {name}"
lender         = "Lender {name}"
country        = "Example"
rank           = "senior"
share          = "{share} %"
rate           = "5 % p.a."
grace          = "0 months"
payment_months = ["June", "December"]
instalments    = 8
profile        = "equal"
"""
TEXT = LOANS + OTHER.format(name="banks", share=20) + OTHER.format(name="aid", share=40)


def test_of_all_senior_debt_40_percent_is_within_the_standard(tmp_path: Path) -> None:
    assert "jbic_share" not in failed(run(extended(tmp_path, TEXT)))


def test_beside_the_banks_alone_40_of_60_is_two_thirds_and_above_the_standard(tmp_path: Path) -> None:
    """66.67 % lies between the standard of 60 % and the limit of 70 %: an alert."""
    result = run(extended(tmp_path, TEXT + '[sizing]\njbic_beside = ["banks"]\n'))
    check = next(check for check in result.checks if check.id == "checks.jbic_share")

    assert (check.kind, check.passed) == ("alert", False)
    assert check.worst == pytest.approx(40 / 60 - 0.6, abs=1e-8)


def test_beside_a_small_lender_the_limit_is_passed_and_the_case_refused(tmp_path: Path) -> None:
    """40 of 50 is 80 %."""
    text = LOANS + OTHER.format(name="banks", share=10) + OTHER.format(name="aid", share=50)
    with pytest.raises(fm.FinmodelError, match=r"JBIC lends 80 % of what it lends with"):
        run(extended(tmp_path, text + '[sizing]\njbic_beside = ["banks"]\n'))
