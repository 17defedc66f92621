"""Facilities by hand: balances, interest between payment dates, profiles, grace, fees, and what is overdue."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy_financial as npf  # type: ignore[import-untyped]
import pytest

from tests.deal.fin import (
    DAYS,
    LEVEL,
    MEZZANINE,
    QUARTERS,
    TINY,
    extended,
    failed,
    interest,
    number,
    pure,
    row,
    run,
)
from tests.deal.parts import second_lender

BALANCE = [0.0, 30.0, *(60 - 7.5 * number for number in range(8)), 0.0, 0.0]
"""What is outstanding at the start of each half-year of the tiny loan."""


def test_the_balance_of_the_tiny_loan_rises_by_30_twice_and_falls_by_7_5_eight_times() -> None:
    result = run(TINY)

    assert row(result, "facility.jbic.outstanding.opening") == pytest.approx(BALANCE)
    assert row(result, "facility.jbic.outstanding.closing") == pytest.approx([*BALANCE[1:], 0])


def test_interest_is_5_percent_of_the_opening_balance_for_the_days_of_each_period() -> None:
    """2028H1: 60 x 5 % x 182/365 = 1.495890."""
    result = run(TINY)
    by_hand = [interest(balance, at) for at, balance in enumerate(BALANCE)]

    assert by_hand[2] == pytest.approx(1.495890, abs=1e-6)
    assert row(result, "facility.jbic.interest") == pytest.approx(by_hand, rel=1e-12)


def test_interest_of_construction_is_paid_from_funding_and_all_later_interest_by_the_waterfall() -> None:
    result = run(TINY)
    accrued = row(result, "facility.jbic.interest")

    assert row(result, "facility.jbic.idc") == pytest.approx([*accrued[:2], *[0] * 10])
    assert row(result, "facility.jbic.interest_paid") == pytest.approx([0, 0, *accrued[2:]])
    assert row(result, "facility.jbic.accrued.closing") == pytest.approx([0] * 12)


def test_between_payment_dates_interest_accrues_and_bears_none_itself(tmp_path: Path) -> None:
    """Quarters of 2028, paid in June: 60 x 5 % x 91/365 = 0.747945 twice; the second is not on 60.747945."""
    result = run(extended(tmp_path, QUARTERS))
    quarter = 60 * 0.05 * 91 / 365

    assert row(result, "facility.jbic.interest")[4:6] == pytest.approx([quarter, quarter], rel=1e-12)
    assert row(result, "facility.jbic.accrued.closing")[4:6] == pytest.approx([quarter, 0], rel=1e-12)
    assert row(result, "facility.jbic.interest_paid")[4:6] == pytest.approx([0, 2 * quarter], rel=1e-12)


def test_on_quarters_the_loan_is_repaid_on_the_same_dates_as_on_half_years(tmp_path: Path) -> None:
    result, halves = run(extended(tmp_path, QUARTERS)), run(TINY)

    assert row(result, "facility.jbic.repayment")[1::2] == pytest.approx(row(halves, "facility.jbic.repayment"))
    assert row(result, "facility.jbic.repayment")[0::2] == pytest.approx([0] * 12)
    assert pure(result, "ratios.dscr.value")[1::2] == pytest.approx(pure(halves, "ratios.dscr.value"), rel=1e-12)


def test_a_loan_that_accrues_across_completion_owes_it_on_the_first_payment_date_of_operation(tmp_path: Path) -> None:
    """Completion after nine months, paid in June and December: the third quarter's interest is paid in the next year.

    Drawn 18 + 18 + 24: 2027Q3 accrues 36 x 5 % x 92/365, 2027Q4 60 x 5 % x 92/365.
    """
    text = """
    [timeline]
    frequency    = "quarter"
    construction = "9 months"
    [capex.plant]
    profile = ["30 %", "30 %", "40 %"]
    [facility.jbic]
    payment_months = ["June", "December"]
    """
    result = run(extended(tmp_path, text))
    third, fourth = 36 * 0.05 * 92 / 365, 60 * 0.05 * 92 / 365

    assert row(result, "facility.jbic.accrued.closing")[2] == pytest.approx(third)
    assert row(result, "facility.jbic.interest_paid")[3] == pytest.approx(third + fourth)
    assert result.passed


def test_a_level_annuity_pays_the_service_of_pmt_every_year() -> None:
    """70 at 6 % over 15 years: 7.207394."""
    result = run(LEVEL)
    service = row(result, "facility.loan.interest_paid") + row(result, "facility.loan.repayment")

    assert service[2:17] == pytest.approx([-npf.pmt(0.06, 15, 70)] * 15, rel=1e-12)
    assert row(result, "facility.loan.outstanding.closing")[16:] == pytest.approx([0] * 6, abs=1e-9)


def test_a_level_annuity_is_level_even_where_periods_differ_in_days() -> None:
    result = run(TINY, {"facility.jbic.profile": "annuity"})
    service = row(result, "facility.jbic.interest_paid") + row(result, "facility.jbic.repayment")

    assert service[2:10] == pytest.approx([service[2]] * 8, rel=1e-12)
    assert row(result, "facility.jbic.repayment").sum() == pytest.approx(60, rel=1e-12)


def test_a_level_annuity_is_level_on_payment_dates_two_periods_apart(tmp_path: Path) -> None:
    result = run(extended(tmp_path, QUARTERS), {"facility.jbic.profile": "annuity"})
    service = row(result, "facility.jbic.interest_paid") + row(result, "facility.jbic.repayment")

    assert service[5:20:2] == pytest.approx([service[5]] * 8, rel=1e-12)
    assert row(result, "facility.jbic.repayment").sum() == pytest.approx(60, rel=1e-12)


def test_a_level_annuity_stays_level_when_the_rate_steps_up() -> None:
    """5 % to the end of 2029, 8 % from 2030: the service is what the value of all payments says."""
    rate = '{ 2027-01-01 = "5 % p.a.", 2030-01-01 = "8 % p.a." }'
    result = run(TINY, {"facility.jbic.profile": "annuity", "facility.jbic.rate": rate})
    service = row(result, "facility.jbic.interest_paid") + row(result, "facility.jbic.repayment")
    factors = np.cumprod([1 / (1 + interest(1, at, 0.05 if at < 6 else 0.08)) for at in range(2, 10)])

    assert service[2:10] == pytest.approx([60 / factors.sum()] * 8, rel=1e-12)


def test_a_bullet_is_repaid_whole_on_the_last_date() -> None:
    result = run(TINY, {"facility.jbic.profile": "bullet"})

    assert row(result, "facility.jbic.scheduled") == pytest.approx([0] * 9 + [60] + [0] * 2)
    assert row(result, "facility.jbic.interest")[2:10] == pytest.approx([interest(60, at) for at in range(2, 10)])


def test_an_equal_profile_repays_one_part_in_n_of_what_was_drawn() -> None:
    result = run(TINY, {"facility.jbic.instalments": "5"})

    assert row(result, "facility.jbic.scheduled") == pytest.approx([0, 0, *[12] * 5, 0, 0, 0, 0, 0])


def test_the_schedule_of_every_profile_sums_to_one() -> None:
    for profile in ("equal", "annuity", "bullet", "sculpted"):
        result = run(TINY, {"facility.jbic.profile": profile})

        assert pure(result, "facility.jbic.schedule").sum() == pytest.approx(1, abs=1e-11), profile


def test_a_grace_of_12_months_moves_the_first_repayment_by_one_half_year() -> None:
    """Completion on 2028-01-01: the period to the end of June ends within the grace, that to December at its end."""
    result = run(TINY, {"facility.jbic.grace": "12 months"})

    assert row(result, "facility.jbic.repayment") == pytest.approx([0] * 3 + [7.5] * 8 + [0])
    assert row(result, "facility.jbic.interest_paid")[2] == pytest.approx(interest(60, 2))


def test_within_the_grace_interest_is_paid_and_no_cover_is_tested() -> None:
    result = run(TINY, {"facility.jbic.grace": "12 months"})

    assert pure(result, "ratios.dscr.tested") == pytest.approx([0] * 3 + [1] * 8 + [0])
    assert np.isnan(pure(result, "ratios.dscr")[2])


def test_capitalised_interest_joins_the_loan_until_completion_and_is_repaid_with_it(tmp_path: Path) -> None:
    """Mezzanine of 5 + 5 at 5 % a half-year: 0.25 joins in 2027H2; from 2028H1 one eighth of 10.25 is repaid."""
    result = run(extended(tmp_path, f"{MEZZANINE}\ncapitalise = true"))

    assert row(result, "facility.mezzanine.capitalised") == pytest.approx([0, 0.25, *[0] * 10])
    assert row(result, "facility.mezzanine.outstanding.closing")[:3] == pytest.approx([5, 10.25, 10.25 * 7 / 8])
    assert row(result, "facility.mezzanine.repayment")[2:10] == pytest.approx([10.25 / 8] * 8)
    assert row(result, "funding.idc")[1] == pytest.approx(interest(30, 1))


def test_the_upfront_fee_is_paid_at_close_on_the_whole_commitment() -> None:
    """1 % of 60 in the first period, and nothing later."""
    result = run(TINY, {"facility.jbic.upfront_fee": "1 %"})

    assert row(result, "facility.jbic.upfront_fee") == pytest.approx([0.6, *[0] * 11])


def test_the_commitment_fee_is_charged_on_what_was_undrawn_at_the_start_of_each_period() -> None:
    """0.5 % p.a. for 181 and 184 of 365 days: on 60 at first, then on 60 less the first drawing."""
    result = run(TINY, {"facility.jbic.commitment_fee": "0.5 % p.a."})
    drawn = row(result, "facility.jbic.drawn")[0]

    assert row(result, "facility.jbic.commitment_fee")[:3] == pytest.approx(
        [60 * 0.005 * 181 / 365, (60 - drawn) * 0.005 * 184 / 365, 0]
    )


def test_the_agency_fee_is_a_use_of_funds_before_completion_and_a_cost_until_the_loan_is_repaid() -> None:
    """0.4 a year is 0.2 a half-year: two in construction, eight until the last repayment, none after it."""
    result = run(TINY, {"facility.jbic.agency_fee": "0.4 million USD/year"})

    assert row(result, "facility.jbic.agency_fee") == pytest.approx([0.2] * 10 + [0] * 2)
    assert row(result, "funding.fees") == pytest.approx([0.2] * 2 + [0] * 10)
    assert row(result, "cfads.net_cfads") == pytest.approx([0, 0] + [14.8] * 8 + [15] * 2)


@pytest.mark.parametrize(
    ("day_count", "years"),
    [("ACT/365F", 182 / 365), ("ACT/360", 182 / 360), ("30/360", 0.5), ("months", 0.5), ("ACT/ACT", 182 / 366)],
)
def test_interest_follows_the_day_count_of_the_facility(day_count: str, years: float) -> None:
    """2028H1 has 182 of the 366 days of a leap year."""
    result = run(TINY, {"facility.jbic.day_count": day_count})

    assert row(result, "facility.jbic.interest")[2] == pytest.approx(60 * 0.05 * years, rel=1e-12)


def test_a_rate_may_be_a_dated_curve_and_a_margin(tmp_path: Path) -> None:
    """4 % to the end of 2028, 3 % after, and 1.5 % on top: 5.5 % on 60 in 2028H1, 4.5 % on 45 in 2029H1."""
    text = """
    remove = ["facility.jbic.rate"]
    [curve]
    base = { 2027-01-01 = "4 % p.a.", 2029-01-01 = "3 % p.a." }
    [facility.jbic]
    curve  = "base"
    margin = "1.5 % p.a."
    """
    result = run(extended(tmp_path, text))

    assert row(result, "facility.jbic.interest")[2] == pytest.approx(60 * 0.055 * DAYS[2] / 365)
    assert row(result, "facility.jbic.interest")[4] == pytest.approx(45 * 0.045 * DAYS[4] / 365)


def test_two_senior_facilities_share_the_debt_and_each_charges_its_own_rate(tmp_path: Path) -> None:
    """60 : 40 of 60; in 2028H1 36 at 5 % ACT/365F and 24 at 8 % by months."""
    text = second_lender()
    result = run(extended(tmp_path, text))

    assert row(result, "facility.jbic.drawn")[:2] == pytest.approx([18, 18])
    assert row(result, "facility.bank.drawn")[:2] == pytest.approx([12, 12])
    assert row(result, "facility.jbic.interest")[2] == pytest.approx(interest(36, 2))
    assert row(result, "facility.bank.interest")[2] == pytest.approx(24 * 0.04)
    assert row(result, "facility.bank.repayment")[2:10] == pytest.approx([3] * 8)


def test_a_smaller_drawing_is_repaid_in_the_same_proportions() -> None:
    """Capital cost of 80 in place of 100 with the debt held: 48 is drawn, and each instalment is one eighth of it."""
    result = run(TINY, {"capex.plant.amount": "80 million USD"}, hold_debt=True)

    assert row(result, "facility.jbic.drawn")[:2] == pytest.approx([24, 24])
    assert row(result, "facility.jbic.repayment")[2:10] == pytest.approx([6] * 8)
    assert number(result, "facility.jbic.commitment") == pytest.approx(60e6)


def test_planned_service_is_scaled_by_what_was_drawn() -> None:
    """48 of 60 drawn: the plan at 2028H1 is the service that will fall due in 2028H2 and 2029H1."""
    result = run(TINY, {"capex.plant.amount": "80 million USD"}, hold_debt=True)
    ahead = 6 + interest(42, 3) + 6 + interest(36, 4)

    assert row(result, "ratios.plan_service_year")[2] == pytest.approx(ahead)
    assert row(result, "ratios.senior_service")[3:5].sum() == pytest.approx(ahead)


def test_a_facility_with_nothing_due_has_nothing_overdue() -> None:
    result = run(TINY)

    assert row(result, "facility.jbic.principal_overdue") == pytest.approx([0] * 12)
    assert row(result, "facility.jbic.default_interest") == pytest.approx([0] * 12)
    assert failed(result) == set()
