"""Bridge loans by hand: drawn in place of senior debt, taken out by it, and never paid by operations."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deal.fin import QUARTERS, TINY, extended, failed, interest, metric, number, row, run
from tests.deal.parts import second_lender

BRIDGE = """
[facility.bridge]
label          = "Bridge loan"
lender         = "JBIC"
country        = "Example"
rank           = "bridge"
amount         = "20 million USD"
rate           = "4 % p.a."
day_count      = "months"
payment_months = ["June", "December"]
profile        = "bullet"
"""


def test_a_bridge_is_drawn_in_place_of_senior_debt_which_takes_it_out_at_completion(tmp_path: Path) -> None:
    """30 a half-year would be drawn: 20 by the bridge and 10 by the loan, then 30 and the takeout of 20 by the loan."""
    result = run(extended(tmp_path, BRIDGE))

    assert row(result, "facility.bridge.drawn")[:3] == pytest.approx([20, 0, 0])
    assert row(result, "facility.jbic.drawn")[:3] == pytest.approx([10, 50, 0])
    assert row(result, "facility.bridge.outstanding.closing")[:3] == pytest.approx([20, 0, 0])
    assert row(result, "facility.jbic.outstanding.closing")[1] == pytest.approx(60)
    assert failed(result) == set()


def test_interest_of_a_bridge_is_paid_from_funding(tmp_path: Path) -> None:
    """In the second half-year 20 x 4 % / 2 = 0.4, beside 10 x 5 % x 184/365 of the loan; equity pays 20 and both."""
    result = run(extended(tmp_path, BRIDGE))
    paid = 0.4 + interest(10, 1)

    assert row(result, "funding.idc")[:3] == pytest.approx([0, paid, 0])
    assert row(result, "funding.equity")[:3] == pytest.approx([20, 20 + paid, 0])
    assert row(result, "facility.bridge.interest_due").sum() == 0


def test_a_takeout_is_no_use_of_funds_and_moves_no_gearing(tmp_path: Path) -> None:
    """60 of debt over 100 of capital cost and 0.4 + 10 x 5 % x 184/365 of interest."""
    result = run(extended(tmp_path, BRIDGE))

    assert metric(result, "gearing") == pytest.approx(60 / (100.4 + interest(10, 1)))
    assert row(result, "funding.takeout").sum() == pytest.approx(20)


def test_a_bridge_may_be_taken_out_on_a_date_before_completion(tmp_path: Path) -> None:
    """Quarters of 15: the bridge pays the first and 5 of the second, and is taken out in the third with its interest.

    20 for two quarters: 15 x 1 % in the second, 20 x 1 % in the third, paid in June and at the takeout.
    """
    text = f"{QUARTERS}{BRIDGE}takeout = 2027-09-30\n"
    result = run(extended(tmp_path, text))

    assert row(result, "facility.bridge.drawn")[:5] == pytest.approx([15, 5, 0, 0, 0])
    assert row(result, "facility.jbic.drawn")[:5] == pytest.approx([0, 10, 35, 15, 0])
    assert row(result, "facility.bridge.repayment")[:5] == pytest.approx([0, 0, 20, 0, 0])
    assert row(result, "facility.bridge.idc")[:5] == pytest.approx([0, 0.15, 0.2, 0, 0])
    assert row(result, "facility.bridge.accrued.closing") == pytest.approx([0] * 24)
    assert failed(result) == set()


def test_two_senior_facilities_take_out_a_bridge_by_their_commitments(tmp_path: Path) -> None:
    """60 : 40 of 20 is 12 and 8, on top of 18 and 12."""
    text = second_lender()
    result = run(extended(tmp_path, BRIDGE + text))

    assert row(result, "facility.jbic.drawn")[:2] == pytest.approx([6, 30])
    assert row(result, "facility.bank.drawn")[:2] == pytest.approx([4, 20])
    assert failed(result) == set()


@pytest.mark.parametrize("turned", [False, True])
def test_two_bridges_are_drawn_in_proportion_to_what_each_has_left(turned: bool, tmp_path: Path) -> None:
    """Of the first 30, bridges of 32 and 8 pay 24 and 6; the loan pays the second 30 and takes both out."""
    large = BRIDGE.replace("20 million", "32 million")
    small = (
        BRIDGE.replace("20 million", "8 million")
        .replace("facility.bridge", "facility.other")
        .replace("Bridge", "Other")
    )
    result = run(extended(tmp_path, small + large if turned else large + small))

    assert row(result, "facility.bridge.drawn")[:3] == pytest.approx([24, 0, 0])
    assert row(result, "facility.other.drawn")[:3] == pytest.approx([6, 0, 0])
    assert row(result, "facility.jbic.drawn")[:3] == pytest.approx([0, 60, 0])
    assert failed(result) == set()


def test_a_bridge_larger_than_what_senior_debt_pays_for_is_drawn_no_further(tmp_path: Path) -> None:
    """Of 90 the bridge draws 30 in the first half-year: no more is wanted of the loan that takes it out."""
    result = run(extended(tmp_path, BRIDGE.replace("20 million", "90 million")))

    assert row(result, "facility.bridge.drawn")[:2] == pytest.approx([30, 0])
    assert row(result, "facility.jbic.drawn")[:2] == pytest.approx([0, 60])
    assert number(result, "facility.bridge.commitment") == pytest.approx(90e6)
    assert failed(result) == set()


def test_debt_is_sized_with_a_bridge_and_what_it_costs(tmp_path: Path) -> None:
    """At a gearing of 50 % of all uses, the bridge's interest of 0.4 included."""
    text = (
        BRIDGE
        + """
    remove = ["sizing.amount"]
    [facility.jbic]
    profile = "sculpted"
    [sizing]
    gearing_cap = "50 %"
    """
    )
    own = extended(tmp_path, "")
    (own / "case.toml").write_text(
        'extends = "../base"\nremove = ["sizing.amount"]\n' + text.replace('remove = ["sizing.amount"]', ""),
        encoding="utf-8",
    )
    result = run(own)
    uses = row(result, "funding.uses").sum()

    assert metric(result, "debt.jbic") / 1e6 == pytest.approx(uses / 2)
    assert row(result, "facility.bridge.idc")[1] == pytest.approx(0.4)
    assert metric(result, "gearing") == pytest.approx(0.5)
    assert failed(result) == set()


def test_the_case_stands_without_a_bridge() -> None:
    """No row of the feature exists where nothing uses it."""
    assert not [id for id in run(TINY).model.lines if "bridge" in id or "takeout" in id or "wanted" in id]
