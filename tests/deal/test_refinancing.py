"""Refinancing by hand: the tiny loan repaid by another at the end of 2029, when 30 of 60 is left."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.deal.fin import extended, failed, interest, metric, pure, row, run

NEW = """
[facility.new]
label          = "New loan"
lender         = "Example bank"
country        = "Example"
rank           = "senior"
refinances     = ["jbic"]
drawn_on       = 2029-12-31
amount         = "40 million USD"
rate           = "3 % p.a."
day_count      = "months"
upfront_fee    = "1 %"
grace          = "0 months"
payment_months = ["June", "December"]
instalments    = 4
profile        = "equal"
"""
DRAWN = 30 / 0.99


def test_the_new_loan_is_drawn_for_what_is_owed_and_its_fee(tmp_path: Path) -> None:
    """Of 30.303030 drawn, 1 % is the fee and 30 repays the old loan, after its instalment of the day."""
    result = run(extended(tmp_path, NEW))

    assert row(result, "facility.new.drawn") == pytest.approx([0] * 5 + [DRAWN] + [0] * 6)
    assert row(result, "facility.new.fees")[5] == pytest.approx(DRAWN / 100)
    assert row(result, "facility.jbic.repayment")[2:7] == pytest.approx([7.5, 7.5, 7.5, 7.5, 0])
    assert row(result, "facility.jbic.refinanced")[5] == pytest.approx(30)
    assert row(result, "facility.jbic.outstanding.closing")[5:] == pytest.approx([0] * 7, abs=1e-12)
    assert failed(result) == set()


def test_the_new_loan_is_repaid_on_the_dates_after_its_draw(tmp_path: Path) -> None:
    """A quarter of 30.303030 on each of four dates, and 1.5 % of what is left before."""
    result = run(extended(tmp_path, NEW))

    assert row(result, "facility.new.repayment") == pytest.approx([0] * 6 + [DRAWN / 4] * 4 + [0] * 2)
    assert row(result, "facility.new.interest_paid")[6:8] == pytest.approx([0.015 * DRAWN, 0.015 * DRAWN * 3 / 4])
    assert pure(result, "ratios.dscr.value")[6] == pytest.approx(15 / (DRAWN / 4 + 0.015 * DRAWN))


def test_a_smaller_amount_repays_a_part_and_the_old_schedule_goes_on_with_the_rest(tmp_path: Path) -> None:
    """20 less 0.2 repays 19.8 of 30; the other 10.2 in four instalments of 2.55."""
    result = run(extended(tmp_path, NEW.replace("40 million", "20 million")))

    assert row(result, "facility.jbic.refinanced")[5] == pytest.approx(19.8)
    assert row(result, "facility.jbic.repayment")[6:10] == pytest.approx([2.55] * 4)
    assert row(result, "facility.jbic.interest")[6] == pytest.approx(interest(10.2, 6))
    assert row(result, "facility.new.drawn").sum() == pytest.approx(20)
    assert failed(result) == set()


def test_a_longer_loan_has_its_later_dates_tested(tmp_path: Path) -> None:
    """Six instalments to the end of 2032: two dates after the last of the old loan."""
    result = run(extended(tmp_path, NEW.replace("instalments    = 4", "instalments    = 6")))

    assert pure(result, "ratios.dscr.tested") == pytest.approx([0, 0] + [1] * 10)
    assert row(result, "facility.new.repayment")[6:] == pytest.approx([DRAWN / 6] * 6)


def test_the_fee_of_refinancing_is_an_expense_and_refinancing_is_no_gearing(tmp_path: Path) -> None:
    result = run(extended(tmp_path, NEW))
    uses = row(result, "funding.uses").sum()

    assert row(result, "income.net_refinancing_fees").sum() == pytest.approx(-DRAWN / 100)
    assert metric(result, "gearing") == pytest.approx(60 / uses)
    assert metric(result, "gearing_all") == pytest.approx(60 / uses)
    assert np.abs(row(result, "checks.balance_sheet")).max() < 1e-12
    assert np.abs(row(result, "checks.cash_conserved")).max() < 1e-12


def test_what_falls_due_unpaid_on_the_day_is_not_refinanced(tmp_path: Path) -> None:
    """14 of extra cost at the end of 2029: 1 of 7.5 and interest is paid; the rest stays with the old loan, overdue."""
    text = (
        NEW
        + """
    [extra_lines]
    other_cost = '''where((time.number > 5) & (time.number <= 6), "14 million USD", "0 USD")'''
    """
    )
    result = run(extended(tmp_path, text))

    assert row(result, "facility.jbic.refinanced")[5] == pytest.approx(30)
    assert row(result, "facility.jbic.outstanding.closing")[5] == pytest.approx(7.5 + interest(37.5, 5) - 1, abs=1)
    assert row(result, "facility.jbic.outstanding.closing")[-1] == pytest.approx(0, abs=1e-9)
    assert np.abs(row(result, "checks.cash_conserved")).max() < 1e-12


def test_a_sweep_on_the_date_takes_only_what_refinancing_leaves(tmp_path: Path) -> None:
    """19.8 of 30 are refinanced; the sweep of all cash prepays some of the other 10.2, and the balance stays right."""
    text = NEW.replace("40 million", "20 million") + '[waterfall.sweep]\nshare = "100 %"\nstart = 2029-07-01\n'
    result = run(extended(tmp_path, text))
    swept = 15 - 7.5 - interest(37.5, 5)

    assert row(result, "waterfall.swept")[4:6] == pytest.approx([0, swept])
    assert row(result, "facility.jbic.outstanding.closing")[5] == pytest.approx(10.2 - swept)
    assert row(result, "facility.jbic.scheduled")[6] == pytest.approx((10.2 - swept) / 4)
    assert row(result, "facility.new.outstanding.closing").min() >= -1e-9
    assert failed(result) == set()


RESERVE = """
[reserve.dsra]
months = "6 months"
"""


def test_the_reserve_holds_the_service_of_the_new_loan_once_it_is_drawn(tmp_path: Path) -> None:
    """Before, the next instalment of the old loan; after, that of the new one; nothing once it is repaid.

    On the day of the draw the reserve still holds 7.5 and interest on 30 for the first half of 2030.
    """
    result = run(extended(tmp_path, NEW + RESERVE))
    target, held = row(result, "reserve.dsra.target_refinanced"), row(result, "account.dsra.closing")
    quarter = DRAWN / 4
    wanted = [quarter + 0.015 * (DRAWN - quarter * paid) for paid in (1, 2, 3)]

    assert target[4] == pytest.approx(7.5 + interest(37.5, 5))
    assert target[5] == pytest.approx(7.5 + interest(30, 6))
    assert target[6:9] == pytest.approx(wanted)
    assert target[9:] == pytest.approx([0] * 3, abs=1e-9)
    assert held[6:10] == pytest.approx([*wanted, 0], abs=1e-9)
    assert failed(result) == set()


def test_a_part_that_is_refinanced_leaves_both_services_in_the_reserve(tmp_path: Path) -> None:
    """10.2 of the old loan in instalments of 2.55, and 20 of the new one in instalments of 5."""
    result = run(extended(tmp_path, NEW.replace("40 million", "20 million") + RESERVE))
    target = row(result, "reserve.dsra.target_refinanced")

    assert target[6] == pytest.approx(2.55 + interest(10.2 - 2.55, 7) + 5 + 0.015 * 15)
    assert failed(result) == set()
