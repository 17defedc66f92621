"""Ratios by hand: cover of a window, of twelve months back and ahead, and over the life of loan and project."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tests.deal.fin import SCULPTED, TINY, interest, metric, pure, row, run

SERVICE = [7.5 + interest(60 - 7.5 * number, number + 2) for number in range(8)]
"""Principal and interest of the tiny loan on its eight dates, 2028H1 to 2031H2."""


def value(at: int, last: int, balance: float) -> float:
    """15 in each half-year after number `at` up to `last`, discounted at 5 % for the days, over a balance."""
    factors = np.cumprod([1 / (1 + interest(1, later)) for later in range(at + 1, last + 1)])
    return float(15 * factors.sum() / balance)


def test_cover_of_a_date_is_the_cash_of_its_window_over_interest_and_principal() -> None:
    """2028H1: 15 / (7.5 + 60 x 5 % x 182/365) = 1.667428."""
    result = run(TINY)

    assert pure(result, "ratios.dscr.value")[2:10] == pytest.approx([15 / due for due in SERVICE], rel=1e-12)
    assert pure(result, "ratios.dscr.value")[2] == pytest.approx(1.667428, abs=1e-6)


def test_the_smallest_and_the_average_cover_are_of_the_dates_with_principal() -> None:
    result = run(TINY)

    assert metric(result, "dscr_min") == pytest.approx(15 / SERVICE[0])
    assert metric(result, "dscr_avg") == pytest.approx(sum(15 / due for due in SERVICE) / 8)
    assert result.facts["dscr_min_at"] == "2028H1"


def test_cover_is_not_applicable_where_nothing_is_repaid() -> None:
    shown = pure(run(TINY), "ratios.dscr")

    assert [bool(np.isnan(ratio)) for ratio in shown] == [True] * 2 + [False] * 8 + [True] * 2


def test_twelve_months_back_are_tested_once_both_windows_lie_after_the_first_repayment() -> None:
    """2029H1 is the first: the windows of 2028H2 and 2029H1, 30 over both services."""
    result = run(TINY)
    back = [30 / (one + two) for one, two in pairwise(SERVICE[1:])]

    assert pure(result, "ratios.dscr_historic.tested") == pytest.approx([0] * 4 + [1] * 6 + [0] * 2)
    assert pure(result, "ratios.dscr_historic.value")[4:10] == pytest.approx(back, rel=1e-12)


def test_twelve_months_ahead_are_the_plan_of_the_next_two_dates() -> None:
    """At 2028H1: 30 over the services of 2028H2 and 2029H1; before the last date, two windows over one service."""
    ahead = pure(run(TINY), "ratios.dscr_forward.value")

    assert ahead[2] == pytest.approx(30 / (SERVICE[1] + SERVICE[2]), rel=1e-12)
    assert ahead[8] == pytest.approx(30 / SERVICE[7], rel=1e-12)


def test_the_view_ahead_is_the_plan_of_signing_and_knows_nothing_of_what_will_happen() -> None:
    """Prices fall by a quarter with the debt held: cover falls, the view ahead stays."""
    held, planned = run(TINY, {"price.oxide.deck": "30 USD/kg"}, hold_debt=True), run(TINY)

    assert metric(held, "dscr_min") == pytest.approx(10 / SERVICE[0])
    assert pure(held, "ratios.dscr_forward.value") == pytest.approx(pure(planned, "ratios.dscr_forward.value"))


def test_loan_life_cover_is_the_value_of_cash_to_maturity_over_the_debt() -> None:
    """From 2027H2 (60 outstanding) to 2031H1 (7.5 outstanding)."""
    result = run(TINY)
    by_hand = [value(at, 9, 60 - 7.5 * max(0, at - 1)) for at in range(1, 9)]

    assert pure(result, "ratios.llcr.tested") == pytest.approx([0] + [1] * 8 + [0] * 3)
    assert pure(result, "ratios.llcr.value")[1:9] == pytest.approx(by_hand, rel=1e-12)
    assert metric(result, "llcr_min") == pytest.approx(min(by_hand))


def test_project_life_cover_counts_the_cash_after_maturity_too() -> None:
    """To 2032H2, two half-years beyond the last repayment."""
    result = run(TINY)
    by_hand = [value(at, 11, 60 - 7.5 * max(0, at - 1)) for at in range(1, 9)]

    assert pure(result, "ratios.plcr.value")[1:9] == pytest.approx(by_hand, rel=1e-12)


def test_without_debt_every_cover_is_not_applicable_and_says_why() -> None:
    result = run(TINY, {"sizing.amount": "0 million USD"})

    for name in ("dscr_min", "dscr_avg", "llcr_min", "plcr_min"):
        assert result.metrics[name] is None
        assert result.notes[name] == "no senior debt service falls due"


def test_overdue_principal_is_no_part_of_what_cover_is_measured_on() -> None:
    """Cash of 5 in every half-year: cover is 5 over what falls due, principal of 7.5 each time."""
    result = run(TINY, {"price.oxide.deck": "20 USD/kg"}, hold_debt=True)
    falls_due = 7.5 + row(result, "facility.jbic.interest")[2:10]

    assert row(result, "facility.jbic.principal_overdue")[5] > 7.5
    assert pure(result, "ratios.dscr.value")[2:10] == pytest.approx(5 / falls_due, rel=1e-12)


def test_cash_is_locked_up_while_cover_is_below_the_level_and_released_when_it_is_reached() -> None:
    """At 1.75x: ahead 1.7203 locks in 2028H1; 1.7584 releases; back 1.7203 locks in 2029H1; 1.7584 releases."""
    result = run(TINY, {"waterfall.lockup": "1.75x"})
    left = [15 - service for service in SERVICE]

    assert row(result, "waterfall.locked_up")[2:6] == pytest.approx([left[0], 0, left[2], 0])
    assert row(result, "account.locked.closing")[2:6] == pytest.approx([left[0], 0, left[2], 0])
    assert row(result, "waterfall.distributions")[2:6] == pytest.approx([0, left[0] + left[1], 0, left[2] + left[3]])


def test_cover_that_misses_its_level_by_rounding_alone_has_reached_it() -> None:
    """The least cover is 30 over the service of 2028H2 and 2029H1; a level of 5e-10 more is met, of 2e-9 more is not.

    Ratios are compared to 1e-9. Cover 12 months back is the same number a year later, so 2028H1 and 2029H1 are locked.
    """
    least = 30 / (SERVICE[1] + SERVICE[2])
    left = [15 - service for service in SERVICE]
    met, missed = (run(TINY, {"waterfall.lockup": f"{least + more:.12f}x"}) for more in (5e-10, 2e-9))

    assert row(met, "waterfall.locked_up")[2:6] == pytest.approx([0] * 4)
    assert row(met, "waterfall.distributions")[2:6] == pytest.approx(left[:4])
    assert row(missed, "waterfall.locked_up")[2:6] == pytest.approx([left[0], 0, left[2], 0])


def test_after_senior_maturity_lock_up_ends() -> None:
    """At 5x nothing passes until 2031H2; the next date pays all."""
    result = run(TINY, {"waterfall.lockup": "5.00x"})
    locked = sum(15 - service for service in SERVICE)

    assert row(result, "account.locked.closing")[9] == pytest.approx(locked)
    assert row(result, "waterfall.distributions") == pytest.approx([*[0] * 10, locked + 15, 15])


def test_among_equal_covers_the_first_date_is_named() -> None:
    """Sculpted at 1.30 on all 15 dates: the first year of operation."""
    assert run(SCULPTED).facts["dscr_min_at"] == "2029"
