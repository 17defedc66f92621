"""Break cost of a swap by hand: the tiny loan on a curve of 3 %, all of it swapped into 5 %."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from finmodel.run.results import Results
from tests.deal.fin import DAYS, TINY, extended, failed, interest, pure, row, run

SWAP = """
remove = ["facility.jbic.rate"]
[curve]
base = "3 % p.a."
[facility.jbic]
curve = "base"
margin = "0 % p.a."
hedged = "100 %"
swap_rate = "5 % p.a."
"""
SWEEP = '[waterfall.sweep]\nshare = "100 %"\n'
SPARE = 15 - 7.5 - interest(60, 2)
"""Cash left after the first service, million USD: 15 - 7.5 - 1.495890."""
LIFE = sum((7 - k) / 8 * DAYS[3 + k] / 365 for k in range(7)) / (7 / 8)
"""Average life left after the first of eight instalments, years: each balance for its half-year, over 7/8."""


def swept(folder: Path, text: str = SWAP + SWEEP) -> Results:
    return run(extended(folder, text))


def test_the_cash_swept_pays_principal_and_two_points_a_year_on_it_over_the_life_left(tmp_path: Path) -> None:
    result = swept(tmp_path)
    principal = SPARE / (1 + 0.02 * LIFE)

    assert pure(result, "facility.jbic.life_left")[2] == pytest.approx(LIFE)
    assert row(result, "facility.jbic.prepaid")[2] == pytest.approx(principal)
    assert row(result, "facility.jbic.net_break_cost_prepaid")[2] == pytest.approx(principal * 0.02 * LIFE)
    assert row(result, "facility.jbic.outstanding.closing")[2] == pytest.approx(52.5 - principal)


def test_the_cost_is_a_loss_and_every_check_holds(tmp_path: Path) -> None:
    result = swept(tmp_path)
    cost = row(result, "facility.jbic.net_break_cost_prepaid")

    assert row(result, "income.net_break_cost_of_swaps") == pytest.approx(-cost)
    assert failed(result) == set()


def test_a_curve_above_the_swap_makes_ending_it_worth_money(tmp_path: Path) -> None:
    result = swept(tmp_path, SWAP.replace('base = "3 %', 'base = "6 %') + SWEEP)

    assert row(result, "facility.jbic.prepaid")[2] == pytest.approx(SPARE / (1 - 0.01 * LIFE))
    assert row(result, "facility.jbic.net_break_cost_prepaid")[2] < 0
    assert failed(result) == set()


def test_without_a_prepayment_a_swap_has_no_rows_of_breaking_it(tmp_path: Path) -> None:
    result = swept(tmp_path, SWAP)

    assert not [id for id in result.model.lines if "break" in id or id.startswith("facility.jbic.life")]
    assert np.allclose(row(result, "facility.jbic.interest"), row(run(TINY), "facility.jbic.interest"))


def test_who_refinances_a_swapped_loan_pays_for_ending_the_swap(tmp_path: Path) -> None:
    """On 2029-06-30 45 are left after the instalment; the draw covers them and the cost, and pays no fee."""
    text = (
        SWAP
        + """
[facility.new]
label = "New loan"
lender = "Example bank"
country = "Example"
rank = "senior"
amount = "100 million USD"
rate = "4 % p.a."
day_count = "ACT/365F"
grace = "0 months"
payment_months = ["June", "December"]
instalments = 4
profile = "equal"
refinances = ["jbic"]
drawn_on = 2029-06-30
"""
    )
    result = swept(tmp_path, text)
    repaid, cost = (row(result, f"facility.jbic.{name}") for name in ("refinanced", "net_break_cost_refinanced"))
    life = sum((5 - k) / 8 * DAYS[5 + k] / 365 for k in range(5)) / (5 / 8)

    assert repaid[4] == pytest.approx(37.5)
    assert cost[4] == pytest.approx(37.5 * 0.02 * life)
    assert row(result, "facility.new.drawn")[4] == pytest.approx(repaid[4] + cost[4])
    assert failed(result) == set()
