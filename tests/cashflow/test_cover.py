"""Cover by hand: a yearly premium on the insured share of a balance, a use of funds first and a cost later."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cashflow.fin import MEZZANINE, TINY, extended, row, run
from tests.cashflow.test_facility import BALANCE

COVER = """
[cover.nexi]
label      = "Cover"
facilities = ["jbic"]
share      = "90 %"
premium    = "0.5 % p.a."
"""


def test_the_premium_is_half_a_year_on_the_insured_share_of_the_opening_balance(tmp_path: Path) -> None:
    """2028H1: 60 x 90 % x 0.5 % x 1/2 = 0.135."""
    result = run(extended(tmp_path, COVER))
    drawn = row(result, "facility.jbic.drawn")[0]
    by_hand = [0, drawn * 0.00225, *(balance * 0.00225 for balance in BALANCE[2:])]

    assert by_hand[2] == pytest.approx(0.135)
    assert row(result, "cover.nexi.premium") == pytest.approx(by_hand)


def test_the_premium_is_a_use_of_funds_in_construction_and_reduces_cfads_afterwards(tmp_path: Path) -> None:
    result = run(extended(tmp_path, COVER))
    premium = row(result, "cover.premium")

    assert row(result, "funding.premium") == pytest.approx([0, premium[1], *[0] * 10])
    assert row(result, "cfads.net_cfads") == pytest.approx([0, 0, *(15 - premium[2:])])


def test_a_cover_of_two_facilities_insures_the_sum_of_their_balances(tmp_path: Path) -> None:
    """2028H1: (60 + 10) x 90 %."""
    text = MEZZANINE + COVER.replace('["jbic"]', '["jbic", "mezzanine"]')
    result = run(extended(tmp_path, text))

    assert row(result, "cover.nexi.covered")[2] == pytest.approx(63)


def test_two_covers_are_paid_side_by_side(tmp_path: Path) -> None:
    """Both on the whole of 54: 0.135 + 0.27."""
    second = COVER.replace("cover.nexi", "cover.bank").replace("0.5 %", "1 %").replace('"Cover"', '"Guarantee"')
    result = run(extended(tmp_path, COVER + second))

    assert row(result, "cover.premium")[2] == pytest.approx(0.135 + 0.27)


def test_without_cover_there_is_no_premium() -> None:
    result = run(TINY)

    assert row(result, "cover.premium") == pytest.approx(0)
    assert row(result, "cover.operating_fees") == pytest.approx([0] * 12)
