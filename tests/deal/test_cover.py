"""Cover by hand: a premium by the year on a balance, or once on a commitment; a use of funds first, a cost later."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deal.fin import MEZZANINE, SCULPTED, TINY, extended, failed, row, run
from tests.deal.test_facility import BALANCE

COVER = """
[cover.nexi]
label      = "Cover"
facilities = ["jbic"]
share      = "90 %"
premium    = "0.5 % p.a."
"""

UPFRONT = COVER.replace('premium    = "0.5 % p.a."', 'mode       = "upfront"\nupfront    = "3 %"')
INSTALMENTS = UPFRONT.replace('"upfront"', '"instalments"')


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


def test_an_upfront_premium_is_paid_once_at_financial_close_on_the_covered_commitment(tmp_path: Path) -> None:
    """60 x 90 % x 3 % = 1.62."""
    result = run(extended(tmp_path, UPFRONT))

    assert row(result, "cover.nexi.premium") == pytest.approx([1.62, *[0] * 11])
    assert row(result, "funding.premium") == pytest.approx([1.62, *[0] * 11])
    assert row(result, "cfads.net_cfads") == pytest.approx([0, 0, *[15] * 10])


def test_an_upfront_premium_is_a_use_of_funds_beside_the_capital_cost(tmp_path: Path) -> None:
    """50 + 1.62 in the first half-year."""
    result = run(extended(tmp_path, UPFRONT))

    assert row(result, "funding.uses")[0] == pytest.approx(51.62)
    assert failed(result) == set()


def test_instalments_are_equal_parts_of_the_same_total_up_to_the_last_repayment(tmp_path: Path) -> None:
    """Ten payment dates, 2027H1 to 2031H2: 1.62 / 10 each."""
    result = run(extended(tmp_path, INSTALMENTS))

    assert row(result, "cover.nexi.premium") == pytest.approx([*[0.162] * 10, 0, 0])


def test_instalments_are_a_use_of_funds_in_construction_and_a_cost_afterwards(tmp_path: Path) -> None:
    result = run(extended(tmp_path, INSTALMENTS))

    assert row(result, "funding.premium") == pytest.approx([0.162, 0.162, *[0] * 10])
    assert row(result, "cfads.net_cfads") == pytest.approx([0, 0, *[15 - 0.162] * 8, 15, 15])


def test_instalments_fall_on_the_payment_dates_of_the_facility_alone(tmp_path: Path) -> None:
    """Paid in December alone: 2027 to 2029 before the last of two yearly repayments, a third of 1.62 each."""
    text = INSTALMENTS + '\n[facility.jbic]\npayment_months = ["December"]\ninstalments = 2\n'
    result = run(extended(tmp_path, text))

    assert row(result, "cover.nexi.premium") == pytest.approx([0, 0.54, 0, 0.54, 0, 0.54, *[0] * 6])


def test_each_facility_of_a_cover_pays_on_its_own_commitment(tmp_path: Path) -> None:
    """(60 + 10) x 90 % x 3 %."""
    result = run(extended(tmp_path, MEZZANINE + UPFRONT.replace('["jbic"]', '["jbic", "mezzanine"]')))

    assert row(result, "cover.nexi.mezzanine.premium")[0] == pytest.approx(0.27)
    assert row(result, "cover.premium")[0] == pytest.approx(1.89)


@pytest.mark.parametrize("mode", ["upfront", "instalments"])
def test_debt_that_is_sculpted_on_its_own_premium_by_formula_is_found(mode: str, tmp_path: Path) -> None:
    """The premium is a share of the debt, and its rate follows the sculpted schedule: all of it is paid, once."""
    oecd = '\n[cover.nexi.oecd]\ncountry_category = 2\nbuyer_category = "CC3"\n'
    text = COVER.replace('premium    = "0.5 % p.a."', f'mode = "{mode}"{oecd}')
    result = run(extended(tmp_path, text.replace("jbic", "loan"), SCULPTED))

    assert row(result, "cover.premium").sum() == pytest.approx(row(result, "cover.nexi.loan.whole"))
    assert failed(result) == set()
