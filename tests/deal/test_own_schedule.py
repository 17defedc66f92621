"""A senior facility with a schedule of its own beside sculpted ones, by hand.

Each half-year of the tiny loan has 15 of cash, so 15 / 1.30 = 11.538462 of capacity on each of eight dates.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from finmodel.kernel.errors import SolveError
from tests.deal.fin import extended, failed, metric, pure, row, run, shock

CAPACITY = 15 / 1.30
CASE = """
remove = ["sizing.amount"]
[facility.jbic]
profile   = "sculpted"
share     = "60 %"
day_count = "months"
[facility.bank]
label          = "Bank loan"
lender         = "Example bank"
country        = "Example"
rank           = "senior"
share          = "40 %"
rate           = "5 % p.a."
day_count      = "months"
own_schedule   = true
grace          = "0 months"
payment_months = ["June", "December"]
instalments    = 4
profile        = "equal"
[funding]
idc_funded_by = "all"
[capex.plant]
amount = "200 million USD"
"""


def by_hand(rate: float, own_rate: float, share: float = 0.4, parts: int = 4) -> float:
    """Debt: sculpted share x D = value of capacity - D x value of the own service, at the sculpted rate."""
    factors = (1 + rate) ** -np.arange(1, 9)
    left = np.maximum(1 - np.arange(8) / parts, 0)
    service = share * (np.where(left > 0, 1 / parts, 0) + own_rate * left)
    return float(CAPACITY * factors.sum() / (1 - share + (service * factors).sum()))


def test_at_one_rate_an_own_schedule_leaves_the_debt_as_it_would_be_sculpted_alone(tmp_path: Path) -> None:
    """The value of a loan's service at its own rate is the loan: 11.538462 for eight dates at 2.5 % is 82.732352."""
    result = run(extended(tmp_path, CASE))
    debt = metric(result, "debt.jbic") + metric(result, "debt.bank")

    assert by_hand(0.025, 0.025) == pytest.approx(82.732352, abs=1e-6)
    assert debt / 1e6 == pytest.approx(82.732352, abs=1e-6)
    assert metric(result, "debt.bank") == pytest.approx(0.4 * debt)
    assert failed(result) == set()


@pytest.mark.parametrize("parts", [5, 6, 7])
def test_dates_after_the_last_instalment_of_an_own_schedule_limit_nothing(parts: int, tmp_path: Path) -> None:
    """At 8 % for the bank, whatever is left of one after as many parts of it, but for rounding."""
    changes = {"facility.bank.rate": "8 % p.a.", "facility.bank.instalments": str(parts)}
    result = run(extended(tmp_path, CASE), changes)
    debt = metric(result, "debt.jbic") + metric(result, "debt.bank")

    assert debt / 1e6 == pytest.approx(by_hand(0.025, 0.04, parts=parts), rel=1e-9)


def test_a_thin_date_that_must_pay_sculpted_interest_too_limits_the_debt(tmp_path: Path) -> None:
    """7 of cash on the second date, 5.384615 of capacity. Per unit of debt D, own service is 0.11 and then 0.1075.

    Sculpted debt is 0.6 D, and 0.725 D - 11.538462 after the first date; its interest alone takes what the second has:
    2.5 % x (0.725 D - 11.538462) = 5.384615 - 0.1075 D, so D = 5.673077 / 0.125625 = 45.158821.
    """
    result = run(extended(tmp_path, CASE + shock({3: 8})))
    debt = metric(result, "debt.jbic") + metric(result, "debt.bank")

    assert debt / 1e6 == pytest.approx((7 / 1.30 + 0.025 * CAPACITY) / 0.125625, rel=1e-9)
    assert row(result, "facility.jbic.repayment")[3] == pytest.approx(0, abs=1e-6)
    assert failed(result) == set()


def test_what_the_own_schedule_leaves_is_sculpted_so_that_cover_is_the_target_on_every_date(tmp_path: Path) -> None:
    result = run(extended(tmp_path, CASE))

    assert row(result, "facility.bank.repayment")[2:7] == pytest.approx([*[0.1 * 82.732352] * 4, 0], abs=1e-6)
    assert pure(result, "ratios.dscr.value")[2:10] == pytest.approx([1.30] * 8, abs=1e-9)
    assert pure(result, "facility.jbic.schedule").min() >= 0


def test_a_dearer_own_schedule_carries_less(tmp_path: Path) -> None:
    """8 % p.a. on the bank's 40 %: its service is worth more than its amount at 5 %."""
    result = run(extended(tmp_path, CASE), {"facility.bank.rate": "8 % p.a."})
    debt = metric(result, "debt.jbic") + metric(result, "debt.bank")

    assert debt / 1e6 == pytest.approx(by_hand(0.025, 0.04), rel=1e-9)
    assert pure(result, "ratios.dscr.value")[2:10] == pytest.approx([1.30] * 8, abs=1e-9)
    assert result.facts["binding_constraint"] == "debt service cover"


def test_loan_life_cover_is_the_target_with_one_rate_and_two_schedules(tmp_path: Path) -> None:
    result = run(extended(tmp_path, CASE))
    tested = pure(result, "ratios.llcr.tested") > 0

    assert tested.sum() == 8
    assert pure(result, "ratios.llcr.value")[tested] == pytest.approx([1.30] * 8, abs=1e-9)


def test_a_heavy_own_schedule_is_never_more_than_its_dates_carry(tmp_path: Path) -> None:
    """90 % in two instalments: principal and interest of it, and interest on the rest, stay within 11.538462."""
    result = run(extended(tmp_path, CASE), {"facility.bank.instalments": "2", **_shares(10)})
    cover = pure(result, "ratios.dscr.value")[2:10]

    assert pure(result, "facility.jbic.schedule").min() > -1e-11  # but for the tolerance of the solver
    assert cover.min() == pytest.approx(1.30, abs=1e-9)
    assert cover[2] > 1.30
    assert failed(result) == set()


def test_dates_that_repay_the_own_schedule_alone_bind(tmp_path: Path) -> None:
    """The sculpted loan waits for 24 months; before, 20 % of the debt twice a year and all interest of 2.5 %.

    On the first date D x (0.4 / 4 + 2.5 %) <= 11.538462, so D <= 92.307692: the value of later cash binds first. In
    two instalments D x (0.2 + 2.5 %) <= 11.538462: 51.282051 binds.
    """
    changes = {"facility.jbic.grace": "24 months", "facility.jbic.instalments": "5"}
    result = run(extended(tmp_path, CASE), {**changes, "facility.bank.instalments": "2"})
    debt = metric(result, "debt.jbic") + metric(result, "debt.bank")

    assert debt / 1e6 == pytest.approx(CAPACITY / 0.225, rel=1e-9)
    assert result.facts["binding_constraint"] == "debt service cover on dates of own schedules"
    assert pure(result, "ratios.dscr.value")[2] == pytest.approx(1.30, abs=1e-9)
    assert pure(result, "ratios.dscr.tested").sum() == 7


def test_level_and_equal_schedules_are_sized_together_by_the_worst_date(tmp_path: Path) -> None:
    """Nothing is sculpted: D is capacity over the largest service per unit, which is the first date's."""
    result = run(extended(tmp_path, CASE), {"facility.jbic.profile": "equal"})
    debt = metric(result, "debt.jbic") + metric(result, "debt.bank")

    assert debt / 1e6 == pytest.approx(CAPACITY / (0.6 / 8 + 0.4 / 4 + 0.025), rel=1e-9)
    assert metric(result, "dscr_min") == pytest.approx(1.30, abs=1e-9)


def test_an_amount_beyond_what_the_own_schedule_leaves_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SolveError, match="cannot be met: the debt service cover"):
        run(extended(tmp_path, CASE), {"sizing.amount": "100 million USD", "sizing.dscr_contracted": "1.30x"})


def test_a_date_that_the_own_schedule_takes_whole_limits_all_debt(tmp_path: Path) -> None:
    """A bullet of 80 % on the third date: D x 0.8 x 1.025 <= 11.538462, so D <= 14.071295."""
    changes = {"facility.bank.instalments": "3", "facility.bank.profile": "bullet", **_shares(20)}
    result = run(extended(tmp_path, CASE), changes)
    debt = metric(result, "debt.jbic") + metric(result, "debt.bank")

    assert debt / 1e6 == pytest.approx(CAPACITY / (0.8 * 1.025), rel=1e-9)
    assert result.facts["binding_constraint"] == "debt service cover on dates of own schedules"
    assert pure(result, "facility.jbic.schedule").sum() == pytest.approx(1, abs=1e-9)
    assert metric(result, "dscr_min") == pytest.approx(1.30, abs=1e-9)


def _shares(first: int) -> dict[str, str]:
    return {"facility.jbic.share": f"{first} %", "facility.bank.share": f"{100 - first} %"}
