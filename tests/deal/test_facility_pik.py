"""Mezzanine interest that a closed gate stops, by hand: deferred at the PIK rate, or arrears without one.

The tiny loan with mezzanine of 10 at 10 %, eight instalments of 1.25 from 2028H1, here with a PIK rate of 12 %: 6 % of
what is deferred a half-year. Operations lose 10 of 15 on the dates that say so: 5 do not cover senior service of some
8.6, and 20 of cash kept from completion pays it, so that the gate alone stops mezzanine.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import finmodel as fm
from finmodel.run.covenant_events import events_of
from tests.deal.faces import differ, in_the_workbook
from tests.deal.fin import MEZZANINE, QUARTERS, extended, failed, pure, row, run, shock
from tests.deal.test_facility_currency import YEN
from tests.deal.test_ratios import SERVICE

PIK = 'pik_rate = "12 % p.a."\n'
KEPT = '[funding]\ninitial_cash = "20 million USD"\n[waterfall]\nminimum_cash = "20 million USD"\n'


def stopped(folder: Path, bad: dict[int, float], pik: str = PIK, loan: str = MEZZANINE) -> fm.Results:
    """The deal above with what operations lose, by period."""
    return run(extended(folder, loan + pik + KEPT + shock(bad)))


def test_interest_that_the_gate_stops_is_deferred_and_is_no_arrears(tmp_path: Path) -> None:
    """2029H1 owes 7.5: interest of 0.375 is deferred, principal of 1.25 is arrears.

    2029H2 pays 0.375 + 6 % of 0.375, the 0.375 deferred, and two instalments.
    """
    result = stopped(tmp_path, {4: 10})
    found = events_of(result)

    assert row(result, "facility.mezzanine.pik.closing").tolist() == pytest.approx([*[0] * 4, 0.375, *[0] * 7])
    assert row(result, "facility.mezzanine.interest")[5] == pytest.approx(0.375 + 0.06 * 0.375)
    assert row(result, "facility.mezzanine.interest_paid")[4:6] == pytest.approx([0, 0.3975 + 0.375])
    assert row(result, "facility.mezzanine.repayment")[4:6] == pytest.approx([0, 2.5])
    assert (found["deferred"].dates, found["deferred"].peak) == (("2029H1",), pytest.approx(0.375e6))
    assert (found["arrears_mezzanine"].dates, found["arrears_mezzanine"].peak) == (("2029H1",), pytest.approx(1.25e6))


def test_without_a_rate_for_it_the_same_interest_is_arrears_of_mezzanine_and_no_senior_default(tmp_path: Path) -> None:
    result = stopped(tmp_path, {4: 10}, pik="")
    found = events_of(result)

    assert found["arrears_mezzanine"].peak == pytest.approx(1.25e6 + 0.375e6)
    assert found["arrears"].dates == found["default"].dates == ()
    assert "deferred" not in found
    assert not [id for id in result.model.lines if ".pik" in id]


def test_deferred_interest_bears_interest_at_its_own_rate_which_is_deferred_too(tmp_path: Path) -> None:
    """2029H1: 0.375. 2029H2: 0.375 + 6 % of 0.375 on top, 0.7725. 2030H1 pays 0.375 + 6 % of 0.7725, and all of it."""
    result = stopped(tmp_path, {4: 10, 5: 10})

    assert row(result, "facility.mezzanine.pik.closing")[4:7] == pytest.approx([0.375, 0.7725, 0])
    assert row(result, "facility.mezzanine.interest_paid")[6] == pytest.approx(0.375 + 0.06 * 0.7725 + 0.7725)


def test_what_cash_does_not_pay_waits_and_owners_wait_with_it(tmp_path: Path) -> None:
    """Cover of 1.20x closes the gate on CFADS of 9, which pay senior debt; 2029H1 and 2029H2 defer 0.7725.

    2030H1 has 13.1 less senior service, 0.42135 of interest and three instalments of 1.25: the rest pays a part of the
    0.7725. It is no arrears, and nothing is distributed, though every other test is passed.
    """
    text = MEZZANINE + PIK + '[waterfall]\nmezzanine_cover = "1.20x"\n' + shock({4: 6, 5: 6, 6: 1.9})
    result = run(extended(tmp_path, text))
    left = 0.7725 - (13.1 - SERVICE[4] - 0.42135 - 3.75)

    assert 0 < left < 0.7725
    assert row(result, "facility.mezzanine.pik.closing")[5:8] == pytest.approx([0.7725, left, 0])
    assert row(result, "covenant.arrears_junior")[6] == 0
    assert row(result, "waterfall.distributions")[6] == 0
    assert pure(result, "covenant.lock_up")[6] == 1
    assert row(result, "waterfall.distributions")[7] > 0


def test_with_the_last_repayment_all_of_it_is_due_gate_or_no_gate(tmp_path: Path) -> None:
    """2031H1 defers 5 % of 2.5; on the last date, 2031H2, the gate is closed too: nothing more is deferred.

    Unpaid are 0.125 deferred, 0.125 + 6 % of 0.125 of interest and two instalments of 1.25.
    """
    result = stopped(tmp_path, {8: 10, 9: 10})

    assert row(result, "facility.mezzanine.pik.closing")[8:10] == pytest.approx([0.125, 0])
    assert row(result, "covenant.arrears_junior")[9] == pytest.approx(0.125 + 0.125 * 1.06 + 2.5)
    assert "debt_repaid" not in failed(result)


def test_a_lock_up_that_mezzanine_waits_behind_defers_its_interest(tmp_path: Path) -> None:
    """Mezzanine after the distribution gate. The plan knows the 9 of 2029H1: 24 over two services of some 8.7, 1.38x.

    So 2028H1 and 2028H2 are locked up too, and 10 stay owed: 0.5, then 0.5 + 6 % of 0.5, then 0.5 + 6 % of 1.03.
    """
    order = '["senior", "reserve", "sweep", "senior_gate", "distribution_gate", "mezzanine", "shareholder_loans"]'
    order = order.replace("]", ', "distributions"]')
    levels = f'[waterfall]\nlockup = "1.50x"\nmezzanine_cover = "0.00x"\norder = {order}\n'
    result = run(extended(tmp_path, MEZZANINE + PIK + levels + shock({4: 6})))

    assert pure(result, "covenant.lock_up")[2:5].tolist() == [1, 1, 1]
    assert row(result, "facility.mezzanine.pik_added")[2:5] == pytest.approx([0.5, 0.53, 0.5618])
    assert "junior_paid" in failed(result)  # its principal is arrears


def test_interest_between_payment_dates_bears_no_interest_itself(tmp_path: Path) -> None:
    """On quarters, each 2.5 % of 7.5 and later 3 % of 0.375 twice: the same 0.7725 after two closed dates."""
    text = QUARTERS + MEZZANINE + PIK + KEPT + shock({9: 10, 11: 10})
    result = run(extended(tmp_path, text))
    closing = row(result, "facility.mezzanine.pik.closing")

    assert closing[closing > 0] == pytest.approx([0.375, 0.375, 0.7725, 0.7725])


@pytest.mark.parametrize("text", [MEZZANINE + PIK, YEN + PIK], ids=["dollars", "yen"])
def test_books_close_and_all_faces_agree(text: str, tmp_path: Path) -> None:
    """The second loan is in yen, which rise by a quarter on what is deferred in 2029."""
    tax = '[entity.spv]\ntax_rate = "30 %"\n'
    result = run(extended(tmp_path, text + tax + KEPT + shock({3: 10, 4: 10})))

    assert max(row(result, "covenant.deferred")) > 0
    assert [check.id for check in result.checks if check.kind == "error" and not check.passed] == []
    assert row(result, "checks.balance_sheet") == pytest.approx([0] * 12, abs=1e-9)
    assert differ(result) == []
    assert in_the_workbook(result, tmp_path) <= 1e-9
