"""The debt as a bank reads it: limits, first-order worth, what is sized again, and the debt without support."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from finmodel.cli.command import command
from finmodel.run.covenant_events import events_of
from tests.deal.fin import FLAGSHIP, MEZZANINE, TINY, extended, interest
from tests.deal.parts import UNSIZED
from tests.deal.test_ratios import SERVICE
from tests.deal.test_sizing import SUPPORT

BAD_DATE = """
[reserve.dsra]
months = "6 months"
[sizing.case]
"price.oxide.deck" = { 2027-01-01 = "40 USD/kg", 2028-12-31 = "40 USD/kg", 2029-01-01 = "20 USD/kg", \
2029-06-30 = "20 USD/kg", 2029-07-01 = "40 USD/kg", 2032-12-31 = "40 USD/kg" }
""".replace("\\\n", "")
"""Lenders see 5 of cash in 2029H1 and 15 in every other half-year; a reserve holds the service of the next date."""
FACTORS = np.cumprod([1 / (1 + interest(1, at)) for at in range(2, 10)])


def test_where_the_cover_binds_a_hundredth_of_it_is_told_first_order_and_sized_again(tmp_path: Path) -> None:
    """15 a half-year: 15/1.29 against 15/1.30; first order 15 × 0.01/1.30², which is a little less."""
    found = fm.bank(extended(tmp_path, UNSIZED))

    assert found.binding == "debt service cover"
    assert found.cover_resized == pytest.approx((15e6 / 1.29 - 15e6 / 1.30) * FACTORS.sum(), rel=1e-9)
    assert found.cover_worth == pytest.approx(15e6 * 0.01 / 1.30**2 * FACTORS.sum(), rel=1e-9)
    assert list(found.cash_worth.values()) == pytest.approx(list(FACTORS / 1.30))
    assert found.without_support is None


def test_where_another_limit_binds_cover_and_cash_are_worth_nothing_and_the_cover_s_limit_is_told(
    tmp_path: Path,
) -> None:
    case = fm.load(extended(tmp_path, UNSIZED), set={"sizing.limit": "40 million USD"})
    found = fm.bank(case)

    assert found.debt == pytest.approx(40e6)
    assert (found.binding, found.cover_worth, found.cover_resized, found.cash_worth) == ("lenders' limit", 0, 0, {})
    assert found.limits["debt service cover"] == pytest.approx(15e6 / 1.30 * FACTORS.sum(), rel=1e-9)


def test_without_support_nothing_is_paid_and_prices_are_those_of_the_case(tmp_path: Path) -> None:
    """Lenders see 45 USD/kg and a floor of 50: 17.5 + 2.5 at 2.00x; without it, at the case's 40, 15 at 2.00x."""
    counted = SUPPORT.replace("[sizing]\n", '[sizing]\nsupport = "contract"\n')
    case = extended(tmp_path, counted + '[sizing.case]\n"price.oxide.deck" = "45 USD/kg"\n')

    assert fm.bank(case).debt == pytest.approx(20e6 / 2 * FACTORS.sum(), rel=1e-9)
    assert fm.debt_without_support(case) == pytest.approx(15e6 / 2 * FACTORS.sum(), rel=1e-9)
    assert fm.bank(case).without_support == fm.debt_without_support(fm.load(case))


def test_a_deal_that_lives_on_its_support_has_no_debt_without_it(tmp_path: Path) -> None:
    """At 9 USD/kg there is no cash but what the floor brings; a case without support has no such figure."""
    case = fm.load(extended(tmp_path, SUPPORT), set={"sizing.support": "contract", "price.oxide.deck": "9 USD/kg"})

    assert fm.debt_without_support(case) == 0
    assert fm.debt_without_support(TINY) is None


def test_the_lenders_case_has_its_own_lowest_cover(tmp_path: Path) -> None:
    found = fm.bank(FLAGSHIP)

    assert found.lenders.metrics["dscr_min"] == pytest.approx(1.45, abs=1e-9)
    assert found.cover_resized is not None
    assert 0 < found.cover_worth < found.cover_resized < 1.1 * found.cover_worth
    assert found.without_support is not None
    assert found.without_support < found.debt


def test_the_command_prints_what_was_sized_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = UNSIZED.replace('"sizing.amount"', '"sizing.amount", "expect.dscr_min", "expect.gearing"')

    assert command(["run", str(extended(tmp_path, text)), "--quick", "--bank"]) == 0
    told = capsys.readouterr().out

    assert "0.01x less of every cover, USD m: 0.6 first order" in told
    assert "Binding dates" in told
    assert "0.01x of cover: 0.6 USD m of debt, first order" in told


def test_what_the_lenders_case_leaves_unpaid_is_told_with_dates_and_the_most(tmp_path: Path) -> None:
    """2029H1: 5 of cash and 3.6 of the reserve pay senior debt; the reserve lacks the next service less what is left.

    Mezzanine waits: 1.25 and 5 % of 7.5. The case itself has 15 on every date, and none of this.
    """
    case = extended(tmp_path, MEZZANINE + BAD_DATE)
    events, own = fm.bank(case).events, events_of(fm.run(case))
    left = SERVICE[2] - (SERVICE[2] - 5)

    assert events["arrears"].dates == ()
    assert events["arrears_mezzanine"].dates == ("2029H1",)
    assert events["arrears_mezzanine"].peak == pytest.approx(1.25e6 + 0.375e6)
    assert (events["reserve_short"].first, events["reserve_short"].peak_at) == ("2029H1", "2029H1")
    assert events["reserve_short"].peak == pytest.approx((SERVICE[3] - left) * 1e6)
    assert own["arrears_mezzanine"].dates == own["reserve_short"].dates == ()


def test_the_page_and_the_json_tell_what_the_lenders_case_leaves_unpaid(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = str(extended(tmp_path, MEZZANINE + BAD_DATE))
    assert command(["run", case, "--quick", "--bank"]) == 0
    told = " ".join(capsys.readouterr().out.split())

    assert "Lenders' case: senior debt is paid on every date." in told
    assert "Lenders' case: mezzanine unpaid on 2029-06-30; most USD 1.6 m, on 2029-06-30." in told
    assert "Lenders' case: debt service reserve short of its target on 2029-06-30; most USD 3.4 m" in told

    assert command(["run", case, "--bank", "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["bank"]["events"]["arrears_mezzanine"]["peak"] == pytest.approx(1.625e6)
    assert found["bank"]["events"]["reserve_short"]["peak_at"] == "2029H1"
    assert found["events"]["arrears_mezzanine"]["dates"] == 0

    assert command(["run", case, "--json", "-"]) == 0
    assert "bank" not in json.loads(capsys.readouterr().out)


def test_two_loans_of_mezzanine_are_told_one_by_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    second = MEZZANINE.replace("facility.mezzanine", "facility.second").replace('"Mezzanine"', '"Second loan"')
    assert command(["run", str(extended(tmp_path, MEZZANINE + second + BAD_DATE)), "--quick", "--bank"]) == 0
    told = " ".join(capsys.readouterr().out.split())

    assert "Lenders' case: mezzanine unpaid on" in told
    assert "Lenders' case: Second loan unpaid on" in told


def test_a_case_without_senior_debt_is_refused(tmp_path: Path) -> None:
    case = extended(tmp_path, 'remove = ["facility.jbic", "sizing.amount"]')

    with pytest.raises(fm.FinmodelError, match="no senior debt"):
        fm.bank(case)
