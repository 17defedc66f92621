"""When cover of twelve months back is first tested, by hand: a year after the first repayment, or from completion."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from finmodel.run.covenant_events import events_of
from tests.deal.faces import differ, in_the_workbook
from tests.deal.fin import QUARTERS, TINY, extended, interest, pure, row, run, shock
from tests.deal.test_ratios import SERVICE

SINCE = {"waterfall.first_test": "since_completion"}
GRACE = {"facility.jbic.grace": "12 months"}


def test_since_completion_the_first_date_is_tested_on_its_own_window_and_the_next_on_two() -> None:
    """2028H1: 15 over the first service; from 2028H2 on 30 over two services. The last date is the last tested."""
    result = run(TINY, SINCE)
    pairs = [30 / (one + two) for one, two in pairwise(SERVICE)]

    assert pure(result, "ratios.dscr_historic.tested").tolist() == [0, 0, *[1] * 8, 0, 0]
    assert pure(result, "ratios.dscr_historic.value")[2:10] == pytest.approx([15 / SERVICE[0], *pairs], rel=1e-12)


def test_interest_alone_is_tested_too_and_nothing_stays_untested() -> None:
    """A year of grace: 2028H1 pays interest on 60 alone, 2028H2 the first 7.5 too.

    15 / (60 x 5 % x 182/365) = 10.03x; then 30 / (that interest + 7.5 + 60 x 5 % x 184/365) = 2.86x.
    """
    result = run(TINY, SINCE | GRACE | {"waterfall.lockup": "1.20x"})
    first, second = interest(60, 2), 7.5 + interest(60, 3)

    assert pure(result, "ratios.dscr_historic.value")[2:4] == pytest.approx([15 / first, 30 / (first + second)])
    assert events_of(result)["untested"].dates == ()
    late = run(TINY, GRACE | {"waterfall.lockup": "1.20x"})
    assert pure(late, "ratios.dscr_historic.tested").tolist()[2:6] == [0, 0, 0, 1]


def test_a_bad_first_date_locks_up_and_is_a_default_at_once(tmp_path: Path) -> None:
    """2028H1 has 15 - 6 = 9 for a service of 9.0: 1.00x, below 1.05x; a full year later it is not seen any more."""
    levels = {"waterfall.lockup": "1.20x", "waterfall.default_cover": "1.05x"}
    case = extended(tmp_path, shock({2: 6}))
    at_once, later = run(case, SINCE | levels), run(case, levels)

    assert pure(at_once, "ratios.dscr_historic.value")[2] == pytest.approx(9 / SERVICE[0], rel=1e-12)
    assert events_of(at_once)["default"].first == "2028H1"
    assert events_of(later)["default"].dates == ()
    assert row(at_once, "waterfall.distributions")[2] == 0


def test_cash_and_service_of_before_completion_count_for_nothing(tmp_path: Path) -> None:
    """On quarters, completion late by a year: the first test is of the window that ends first after it, alone."""
    late = '[completion]\ndelay = "12 months"\nlongest = "12 months"\n'
    result = run(extended(tmp_path, QUARTERS + late), SINCE)
    tested = np.flatnonzero(pure(result, "ratios.dscr_historic.tested"))
    completed = np.flatnonzero(pure(result, "time.completed"))
    at = int(tested[0])

    assert at == completed[0] + 1
    cash, service = row(result, "sizing.window_cfads")[at], row(result, "ratios.senior_service")[at]
    assert pure(result, "ratios.dscr_historic.value")[at] == pytest.approx(cash / service, rel=1e-12)


def test_tax_paid_in_construction_is_in_no_test(tmp_path: Path) -> None:
    """Another tax of 3 in 2027H2, half a year before the first date: CFADS of -3 there, and 15 over 9.0 in 2028H1."""
    tax = '[extra_lines]\nother_tax = \'where((time.number > 1) & (time.number <= 2), "3 million USD", "0 USD")\'\n'
    result = run(extended(tmp_path, tax), SINCE)

    assert row(result, "sizing.window_cfads")[1] == pytest.approx(-3)
    assert pure(result, "ratios.dscr_historic.value")[2] == pytest.approx(15 / SERVICE[0], rel=1e-12)


def test_all_faces_agree_on_tests_since_completion(tmp_path: Path) -> None:
    case = extended(tmp_path, '[waterfall]\nfirst_test = "since_completion"\nlockup = "1.20x"\n' + shock({2: 6}))
    result = run(case)

    assert differ(result) == []
    assert in_the_workbook(result, tmp_path) <= 1e-9
