"""Optional steps of the waterfall by hand: sweep, lock-up that waits or prepays, old arrears, contingent equity, order.

The tiny loan has 15 of cash in each half-year and 60 of debt in eight instalments of 7.5 at 5 %; SERVICE is what falls
due on each date as signed.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from finmodel.run.results import Results
from tests.deal.fin import MEZZANINE, TINY, extended, failed, interest, pure, row, run, shock
from tests.deal.parts import second_lender
from tests.deal.test_ratios import SERVICE
from tests.deal.test_waterfall import balances

SWEEP = '[waterfall.sweep]\nshare = "50 %"\n'
LATE = 'default_arrears = "30 days"\n'


def swept(folder: Path, more: str = "", text: str = "") -> Results:
    """The tiny loan with half of the spare cash swept."""
    return run(extended(folder, text + SWEEP + more))


def test_half_of_the_cash_left_prepays_the_loan(tmp_path: Path) -> None:
    """2028H1: 15 less 8.995890 leaves 6.004110; half of it is swept, owners have the rest."""
    result = swept(tmp_path)
    half = (15 - SERVICE[0]) / 2

    assert row(result, "waterfall.swept")[2] == pytest.approx(half)
    assert row(result, "facility.jbic.outstanding.closing")[2] == pytest.approx(52.5 - half)
    assert row(result, "waterfall.distributions")[2] == pytest.approx(half)


def test_a_prepayment_reduces_every_later_instalment_in_proportion(tmp_path: Path) -> None:
    """After 2028H1 52.5 were to be repaid in seven instalments of 7.5; 49.498 are, each 7.5 x 49.498 / 52.5."""
    result = swept(tmp_path)
    left = 52.5 - (15 - SERVICE[0]) / 2

    assert row(result, "facility.jbic.scheduled")[3] == pytest.approx(left / 7)
    assert row(result, "facility.jbic.interest")[3] == pytest.approx(interest(left, 3))
    second = (15 - left / 7 - interest(left, 3)) / 2
    assert row(result, "facility.jbic.scheduled")[4] == pytest.approx((left - left / 7 - second) / 6)


def test_a_loan_that_is_swept_is_repaid_whole_and_no_more(tmp_path: Path) -> None:
    """All that is left goes to lenders: with 15 a half-year the loan ends in 2030H1, and nothing is late."""
    result = run(extended(tmp_path, SWEEP), {"waterfall.sweep.share": "100 %"})
    balance, after = 60.0, []
    for at in range(2, 10):
        balance = max(0.0, balance + interest(balance, at) - 15)
        after.append(balance)

    assert row(result, "facility.jbic.outstanding.closing")[2:10] == pytest.approx(after, abs=1e-9)
    assert after[4] == 0
    assert failed(result) == set()


def test_two_lenders_are_prepaid_in_proportion_to_what_they_are_owed(tmp_path: Path) -> None:
    """60 : 40 of the sweep of each date."""
    text = second_lender("10 % p.a.", "ACT/365F")
    result = swept(tmp_path, text=text)

    assert row(result, "waterfall.swept")[2] > 1
    assert row(result, "facility.jbic.prepaid") == pytest.approx(row(result, "waterfall.swept") * 0.6)
    assert row(result, "facility.bank.prepaid") == pytest.approx(row(result, "waterfall.swept") * 0.4)


def test_a_sweep_runs_between_its_dates(tmp_path: Path) -> None:
    """From 2029 to the end of 2029: two dates."""
    result = swept(tmp_path, "start = 2029-01-01\nend = 2029-12-31\n")

    assert np.flatnonzero(row(result, "waterfall.swept") > 1e-9).tolist() == [4, 5]


def test_a_sweep_waits_for_cover_to_fall(tmp_path: Path) -> None:
    """Twelve months back 1.7203x in 2029H1, 1.7584x in 2029H2 (tested from 2029H1 on): below 1.75x once."""
    result = swept(tmp_path, 'cover_below = "1.74x"\n')

    assert pure(result, "waterfall.sweep_open").tolist() == [0] * 4 + [1] + [0] * 7


def test_a_sweep_waits_for_cover_to_rise(tmp_path: Path) -> None:
    """From 1.75x on: not in 2029H1 at 1.7203x, but in 2029H2 at 1.7584x."""
    result = swept(tmp_path, 'cover_above = "1.75x"\n')

    assert pure(result, "waterfall.sweep_open")[3:7].tolist() == [0, 0, 1, 1]


def test_a_sweep_waits_for_the_price(tmp_path: Path) -> None:
    """The index stands at 40 USD/kg, and at 50 from 2030 on: above 45 only then."""
    text = '[price.oxide]\ndeck = { 2029-09-30 = "40 USD/kg", 2030-04-01 = "50 USD/kg" }\n'
    result = swept(tmp_path, 'price = "oxide"\nprice_above = "45 USD/kg"\n', text)
    above = pure(result, "price.oxide.market") > 45

    assert above.tolist() == [False] * 6 + [True] * 6
    assert pure(result, "waterfall.sweep_open").tolist() == [0] * 6 + [1] * 6


def test_the_least_cash_is_not_swept(tmp_path: Path) -> None:
    """2 are kept of the 6.004110 of 2028H1: half of 4.004110 is swept."""
    result = run(extended(tmp_path, SWEEP), {"waterfall.minimum_cash": "2 million USD"})

    assert row(result, "waterfall.swept")[2] == pytest.approx((13 - SERVICE[0]) / 2)


def test_in_default_all_cash_is_swept(tmp_path: Path) -> None:
    """11 in 2030H1 and in H2: 1.35x over twelve months is a default at 1.40x; what 2030H2 leaves prepays the loan."""
    levels = {"waterfall.default_cover": "1.40x", "waterfall.sweep.share": "0 %"}
    result = run(extended(tmp_path, SWEEP + shock({6: 4, 7: 4})), levels)

    assert pure(result, "ratios.in_default").tolist() == [0] * 7 + [1] + [0] * 4
    assert row(result, "waterfall.swept")[6:9] == pytest.approx([0, 11 - SERVICE[5], 0])
    assert row(result, "waterfall.distributions")[7] == 0


def test_nothing_is_swept_while_senior_debt_is_in_arrears(tmp_path: Path) -> None:
    """Operations lose 10 in 2029H1; the 15 of 2029H2 do not pay all that is late."""
    result = swept(tmp_path, text=shock({4: 25}))

    assert row(result, "waterfall.senior_shortfall")[5] > 0
    assert row(result, "waterfall.swept")[4:6] == pytest.approx([0, 0])


def test_distributions_open_with_the_second_pass_after_a_failed_test(tmp_path: Path) -> None:
    """At 1.75x 2028H1 and 2029H1 fail; 2028H2 alone passes between them, then 2029H2 and 2030H1 in a row."""
    levels = {"waterfall.lockup": "1.75x", "waterfall.release_after": "2"}
    result = run(TINY, levels)
    left = [15 - service for service in SERVICE]

    assert pure(result, "waterfall.distributions_pass")[2:7].tolist() == [0, 1, 0, 1, 1]
    assert row(result, "waterfall.distributions")[2:7] == pytest.approx([0, 0, 0, 0, sum(left[:5])])
    assert row(result, "account.locked.closing")[2:7] == pytest.approx([*np.cumsum(left[:4]), 0])


def test_without_a_failed_test_distributions_wait_for_nothing(tmp_path: Path) -> None:
    """The first date passes."""
    assert row(run(TINY, {"waterfall.release_after": "3"}), "waterfall.distributions")[2] > 0


def test_locked_cash_prepays_the_loan_at_the_third_failed_test(tmp_path: Path) -> None:
    """At 5x every test fails: what 2028H1 to 2029H1 leave, 6.00 + 6.19 + 6.38, prepays in 2029H1."""
    result = run(TINY, {"waterfall.lockup": "5.00x", "waterfall.prepay_after": "3"})
    left = sum(15 - service for service in SERVICE[:3])

    assert row(result, "waterfall.locked_prepaid")[2:5] == pytest.approx([0, 0, left])
    assert row(result, "facility.jbic.outstanding.closing")[4] == pytest.approx(37.5 - left)
    assert row(result, "account.locked.closing")[3:5] == pytest.approx([left - (15 - SERVICE[2]), 0])
    assert row(result, "facility.jbic.scheduled")[5] == pytest.approx((37.5 - left) / 5)
    assert {"debt_repaid", "senior_paid"} & failed(result) == set()


def test_arrears_are_a_default_once_they_are_old(tmp_path: Path) -> None:
    """1 of 15 in 2029H1 leaves 7.6 unpaid: no default yet; 184 days later some of it is still unpaid."""
    result = run(extended(tmp_path, f"[waterfall]\n{LATE}" + MEZZANINE + shock({4: 14, 5: 13})))

    assert pure(result, "waterfall.arrears_age")[3:7] == pytest.approx([0, 0, 184, 0])
    assert pure(result, "waterfall.arrears_default")[3:7].tolist() == [0, 0, 1, 0]
    assert "no_old_arrears" in failed(result)


def test_old_arrears_stop_what_is_junior_even_where_they_are_paid_and_new_ones_are_not(tmp_path: Path) -> None:
    """5 in 2029H1 and 2029H2: the 3.6 unpaid of 2029H1 are paid in 2029H2, so that nothing unpaid is old."""
    result = run(extended(tmp_path, f"[waterfall]\n{LATE}" + shock({4: 10, 5: 10})))

    assert row(result, "waterfall.senior_shortfall")[5] > 0
    assert pure(result, "waterfall.arrears_default").max() == 0


def test_owners_add_what_they_promised_when_cash_is_short(tmp_path: Path) -> None:
    """2029H1, without a reserve: 1 of cash and 3 of owners pay 4 of 8.615753."""
    result = run(extended(tmp_path, shock({4: 14})), {"waterfall.contingent_equity": "3 million USD"})

    assert row(result, "waterfall.senior_from_owners")[4] == pytest.approx(3)
    assert row(result, "waterfall.senior_service")[4] == pytest.approx(4)
    assert row(result, "equity.sponsor.paid_in")[4] == pytest.approx(3)
    assert "senior_paid" in failed(result)


def test_owners_add_no_more_than_the_limit_over_the_life(tmp_path: Path) -> None:
    """10 promised: 7.615753 in 2029H1, and the rest of it in 2029H2, when 1 meets 8.445205."""
    result = run(extended(tmp_path, shock({4: 14, 5: 14})), {"waterfall.contingent_equity": "10 million USD"})

    assert row(result, "waterfall.senior_from_owners")[4:6] == pytest.approx([SERVICE[2] - 1, 10 - SERVICE[2] + 1])


def test_owners_add_after_the_reserve_and_never_for_operations(tmp_path: Path) -> None:
    """Operations lose 10 in 2029H1 and the reserve pays lenders; 2029H2 has 5 left of 15 for 8.445205."""
    text = '[reserve.dsra]\nmonths = "6 months"\n' + shock({4: 25})
    result = run(extended(tmp_path, text), {"waterfall.contingent_equity": "9 million USD"})

    assert balances(result, 4)[3] == pytest.approx(10)
    assert row(result, "waterfall.senior_from_owners")[4:6] == pytest.approx([0, SERVICE[3] - 5])


ORDERED = (
    '[waterfall]\norder = ["senior", "reserve", "senior_gate", "distribution_gate", "mezzanine", "distributions"]\n'
)


def test_a_mezzanine_behind_the_distribution_gate_is_not_paid_in_a_lock_up(tmp_path: Path) -> None:
    """At 1.75x 2028H1 is locked: its interest of 0.5 is capitalised; 2028H2 pays 10.5 x 5 % and 10.5 - 7.5."""
    result = run(extended(tmp_path, ORDERED + MEZZANINE), {"waterfall.lockup": "1.75x"})
    left = [15 - service for service in SERVICE]

    assert row(result, "waterfall.locked_up")[2] == pytest.approx(left[0])
    assert row(result, "facility.mezzanine.capitalised")[2] == pytest.approx(0.5)
    assert row(result, "waterfall.junior_service")[2:4] == pytest.approx([0, 0.525 + 3])
    assert row(result, "waterfall.distributions")[3] == pytest.approx(left[0] + left[1] - 3.525)
    assert row(result, "account.locked.closing")[3] == pytest.approx(0)


def test_the_order_of_the_case_is_kept_and_steps_left_out_take_their_place(tmp_path: Path) -> None:
    """A list of two steps is the default order."""
    text = '[waterfall]\norder = ["senior", "distributions"]\n'

    assert run(extended(tmp_path, text)).metrics == run(TINY).metrics


def test_a_sweep_behind_the_mezzanine_takes_half_of_what_the_mezzanine_leaves(tmp_path: Path) -> None:
    """2028H1: 15 less 8.995890 less 1.75."""
    order = '[waterfall]\norder = ["senior", "reserve", "senior_gate", "mezzanine", "sweep", "distributions"]\n'
    result = run(extended(tmp_path, order + SWEEP + MEZZANINE))

    assert row(result, "waterfall.swept")[2] == pytest.approx((15 - SERVICE[0] - 1.75) / 2)


OWNERS_LOAN = MEZZANINE.replace("facility.mezzanine", "facility.owners").replace('"mezzanine"', '"shareholder"')
"""A loan of 10 by the owners: 5 % of the balance a half-year, eight instalments of 1.25."""


def test_a_shareholder_loan_is_paid_after_senior_debt_and_before_distributions(tmp_path: Path) -> None:
    """2028H1: 8.995890 to senior debt, 0.5 + 1.25 to the loan, the rest to owners."""
    result = run(extended(tmp_path, OWNERS_LOAN))

    assert row(result, "waterfall.shareholder_service")[2] == pytest.approx(1.75)
    assert row(result, "waterfall.distributions")[2] == pytest.approx(15 - SERVICE[0] - 1.75)
    assert failed(result) == set()


def test_a_shareholder_loan_is_not_paid_in_a_lock_up_and_no_one_is_in_arrears(tmp_path: Path) -> None:
    """At 1.75x 2028H1 is locked: its interest of 0.5 is capitalised; 2028H2 pays 10.5 x 5 % and 3 from locked cash."""
    result = run(extended(tmp_path, OWNERS_LOAN), {"waterfall.lockup": "1.75x"})
    left = [15 - service for service in SERVICE]

    assert row(result, "account.locked.closing")[2:4] == pytest.approx([left[0], 0])
    assert row(result, "facility.owners.capitalised")[2] == pytest.approx(0.5)
    assert row(result, "waterfall.shareholder_service")[3] == pytest.approx(3.525)
    assert row(result, "waterfall.distributions")[3] == pytest.approx(left[0] + left[1] - 3.525)


def test_a_shareholder_loan_before_the_gate_is_paid_in_a_lock_up(tmp_path: Path) -> None:
    steps = '"senior", "reserve", "senior_gate", "shareholder_loans", "distribution_gate", "distributions"'
    text = f"[waterfall]\norder = [{steps}]\n"
    result = run(extended(tmp_path, text + OWNERS_LOAN), {"waterfall.lockup": "1.75x"})

    assert row(result, "waterfall.shareholder_service")[2] == pytest.approx(1.75)
    assert row(result, "waterfall.locked_up")[2] == pytest.approx(15 - SERVICE[0] - 1.75)


def test_a_default_that_lasts_to_the_end_keeps_no_cash_once_lenders_are_paid(tmp_path: Path) -> None:
    """No cash in 2031H2 and 2032H1: the last instalment is paid in 2032H2, in default; owners get the rest."""
    result = run(extended(tmp_path, shock({9: 15, 10: 15})), {"waterfall.default_cover": "1.05x"})

    assert pure(result, "ratios.in_default")[11] == 1
    assert row(result, "waterfall.senior_service")[11] > 7.5
    assert row(result, "waterfall.distributions")[11] == pytest.approx(15 - row(result, "waterfall.senior_service")[11])
    assert "accounts_end_at_zero" not in failed(result)
