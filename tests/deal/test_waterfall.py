"""The waterfall by hand: the tiny loan with too little cash in one half-year, and where each million goes.

Each period has 15 of cash; an extra cost takes some of it in 2029H1 (period 4) or 2029H2 (period 5), when 45 or 37.5
of the loan are outstanding.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from finmodel.run.results import Results
from tests.deal.fin import DAYS, MEZZANINE, QUARTERS, TINY, extended, failed, interest, pure, row, run, shock
from tests.deal.parts import second_lender
from tests.deal.test_ratios import SERVICE

RESERVE = '[reserve.dsra]\nmonths = "6 months"\n'
FIRST, SECOND = SERVICE[:2]


def default_interest(principal: float, overdue: float, at: int) -> float:
    """2 % on late principal, which bears its own 5 % besides, and 7 % on late interest."""
    return (principal * 0.02 + overdue * 0.07) * DAYS[at] / 365


def balances(result: Results, at: int) -> list[float]:
    """Operating account, locked cash, reserve and operating arrears at the end of a period."""
    return [float(row(result, f"account.{name}.closing")[at]) for name in ("cash", "locked", "dsra", "arrears")]


@pytest.fixture
def negative(tmp_path: Path) -> Results:
    """25 of extra cost in 2029H1: operations lose 10, nothing is left for lenders."""
    return run(extended(tmp_path, shock({4: 25})))


def test_all_cash_beyond_debt_service_is_distributed_on_the_date() -> None:
    result = run(TINY)
    left = [15 - service for service in SERVICE]

    assert row(result, "waterfall.distributions") == pytest.approx([0, 0, *left, 15, 15])
    assert row(result, "account.cash.closing") == pytest.approx([0] * 12)


def test_operations_that_lose_cash_leave_arrears_and_pay_no_lender(negative: Results) -> None:
    assert row(negative, "cfads.net_cfads")[4] == pytest.approx(-10)
    assert balances(negative, 4) == pytest.approx([0, 0, 0, 10])
    assert row(negative, "waterfall.senior_service")[4] == 0
    assert row(negative, "waterfall.senior_shortfall")[4] == pytest.approx(7.5 + interest(45, 4))


def test_operating_arrears_are_paid_before_lenders(negative: Results) -> None:
    """Of the 15 of 2029H2, 10 pay what operations still owe; 5 are left for senior debt."""
    assert row(negative, "waterfall.arrears_paid")[5] == pytest.approx(10)
    assert row(negative, "waterfall.senior_service")[5] == pytest.approx(5)
    assert balances(negative, 5) == pytest.approx([0, 0, 0, 0])


def test_overdue_and_default_interest_are_paid_before_principal(negative: Results) -> None:
    """5 pays the overdue 1.115753, what it cost, and the interest of 2029H2; the rest is principal."""
    late = interest(45, 4)
    due = late + default_interest(7.5, late, 5) + interest(45, 5)

    assert row(negative, "facility.jbic.default_interest")[5] == pytest.approx(default_interest(7.5, late, 5))
    assert row(negative, "facility.jbic.interest_paid")[5] == pytest.approx(due)
    assert row(negative, "facility.jbic.repayment")[5] == pytest.approx(5 - due)
    assert row(negative, "facility.jbic.overdue.closing")[4:6] == pytest.approx([late, 0])


def test_overdue_principal_is_due_with_the_next_instalment_and_paid_when_there_is_cash(negative: Results) -> None:
    """By 2029H2 45 should be 30; 2030H1 owes what is above 30 and 7.5 more, and pays it from 15 as far as that goes."""
    paid = float(row(negative, "facility.jbic.repayment")[5])
    late = 45 - paid - 30
    due = interest(45 - paid, 6) + default_interest(late, 0, 6)

    assert row(negative, "facility.jbic.principal_overdue")[6] == pytest.approx(late)
    assert row(negative, "facility.jbic.principal_due")[6] == pytest.approx(late + 7.5)
    assert row(negative, "facility.jbic.interest_paid")[6] == pytest.approx(due)
    assert row(negative, "facility.jbic.repayment")[6] == pytest.approx(15 - due)


def test_a_default_that_cures_is_an_alert_and_no_fault_of_the_model(negative: Results) -> None:
    assert failed(negative) == {"senior_paid", "operating_costs_paid", "distributions_open"}
    assert row(negative, "facility.jbic.outstanding.closing")[9] == pytest.approx(0, abs=1e-9)


def test_owners_receive_nothing_while_lenders_are_owed(negative: Results) -> None:
    assert row(negative, "waterfall.distributions")[4:7] == pytest.approx([0, 0, 0])


def test_cash_short_of_service_pays_interest_first(tmp_path: Path) -> None:
    """14 of extra cost leave 1 of the 1.115753 of interest; no principal is paid."""
    result = run(extended(tmp_path, shock({4: 14})))

    assert row(result, "facility.jbic.interest_paid")[4] == pytest.approx(1)
    assert row(result, "facility.jbic.repayment")[4] == pytest.approx(0)
    assert row(result, "facility.jbic.overdue.closing")[4] == pytest.approx(interest(45, 4) - 1)


def test_two_senior_lenders_are_paid_in_proportion_to_what_each_is_due(tmp_path: Path) -> None:
    """36 at 5 % and 24 at 10 %: with 1 of cash, interest is paid 45 x 60 % x 5 % : 45 x 40 % x 10 % = 3 : 4."""
    text = second_lender("10 % p.a.", "ACT/365F")
    result = run(extended(tmp_path, text + shock({4: 14})))

    assert row(result, "facility.jbic.interest_paid")[4] == pytest.approx(3 / 7)
    assert row(result, "facility.bank.interest_paid")[4] == pytest.approx(4 / 7)


def test_the_reserve_holds_the_next_service_and_is_released_at_the_end(tmp_path: Path) -> None:
    """After each date the service of the next one; nothing after the last, when it is paid out with the rest."""
    result = run(extended(tmp_path, RESERVE))

    assert row(result, "account.dsra.closing") == pytest.approx([0, *SERVICE, 0, 0, 0])
    assert row(result, "waterfall.distributions")[9] == pytest.approx(15 - SERVICE[7] + SERVICE[7])
    assert row(result, "waterfall.reserve_top_up") == pytest.approx([0] * 12)


def test_a_shortfall_takes_the_reserve_and_pays_lenders_in_full(tmp_path: Path) -> None:
    """10 of extra cost: 5 of cash and 3.615753 of the reserve pay 8.615753; owners wait."""
    result = run(extended(tmp_path, RESERVE + shock({4: 10})))

    assert row(result, "waterfall.senior_from_cash")[4] == pytest.approx(5)
    assert row(result, "waterfall.senior_from_reserve")[4] == pytest.approx(SERVICE[2] - 5)
    assert row(result, "waterfall.senior_shortfall")[4] == pytest.approx(0)
    assert row(result, "waterfall.distributions")[4] == 0
    assert balances(result, 4) == pytest.approx([0, 0, 5, 0])


def test_the_reserve_is_topped_up_after_service_and_before_owners(tmp_path: Path) -> None:
    """2029H2: from 5 to the service of 2030H1 out of what 15 leaves after 8.445205; owners get the rest."""
    result = run(extended(tmp_path, RESERVE + shock({4: 10})))

    assert row(result, "waterfall.reserve_top_up")[5] == pytest.approx(SERVICE[4] - 5)
    assert row(result, "waterfall.distributions")[5] == pytest.approx(15 - SERVICE[3] - (SERVICE[4] - 5))
    assert row(result, "account.dsra.closing")[5] == pytest.approx(SERVICE[4])


def test_a_reserve_that_is_not_full_takes_all_that_is_left(tmp_path: Path) -> None:
    """15 of extra cost in 2029H1 and 5 in 2029H2: the reserve is empty but for 1.57 and locks owners out twice."""
    result = run(extended(tmp_path, RESERVE + shock({4: 15, 5: 5})))
    first = SERVICE[2] - SERVICE[2]
    second = 10 - SERVICE[3]

    assert row(result, "account.dsra.closing")[4:6] == pytest.approx([first, second])
    assert row(result, "waterfall.distributions")[4:6] == pytest.approx([0, 0])
    assert row(result, "account.dsra.closing")[6] == pytest.approx(SERVICE[5])


def test_the_reserve_does_not_pay_operating_cost(tmp_path: Path) -> None:
    """25 of extra cost: 10 become arrears though the reserve holds 8.615753, which goes to lenders alone."""
    result = run(extended(tmp_path, RESERVE + shock({4: 25})))

    assert balances(result, 4) == pytest.approx([0, 0, 0, 10])
    assert row(result, "waterfall.senior_from_reserve")[4] == pytest.approx(SERVICE[2])


def test_the_reserve_earns_interest_that_is_no_part_of_cfads(tmp_path: Path) -> None:
    """2 % p.a. for half a year on the opening balance joins the cash of the period."""
    result = run(extended(tmp_path, RESERVE), {"reserve.dsra.interest": "2 % p.a."})

    assert row(result, "account.dsra.interest")[2] == pytest.approx(SERVICE[0] * 0.01)
    assert row(result, "cfads.net_cfads")[2] == pytest.approx(15)
    assert row(result, "waterfall.net_available")[2] == pytest.approx(15 + SERVICE[0] * 0.01)


def test_a_mezzanine_is_paid_after_senior_debt_and_before_owners(tmp_path: Path) -> None:
    """2028H1: 8.995890 to senior, 0.5 + 1.25 to the mezzanine, the rest to owners."""
    result = run(extended(tmp_path, MEZZANINE))

    assert row(result, "waterfall.junior_service")[2] == pytest.approx(1.75)
    assert row(result, "waterfall.distributions")[2] == pytest.approx(15 - FIRST - 1.75)


def test_a_mezzanine_is_paid_nothing_while_senior_debt_is_short_and_its_interest_is_capitalised(tmp_path: Path) -> None:
    """2029H1: 5 of cash for 8.615753 of senior service; 7.5 x 5 % joins the mezzanine."""
    result = run(extended(tmp_path, MEZZANINE + shock({4: 10})))

    assert pure(result, "waterfall.senior_gate")[4] == 0
    assert row(result, "waterfall.junior_service")[4] == 0
    assert row(result, "facility.mezzanine.capitalised")[4] == pytest.approx(0.375)
    assert row(result, "facility.mezzanine.outstanding.closing")[4] == pytest.approx(7.875)


def test_in_default_a_mezzanine_is_paid_nothing_though_there_is_cash(tmp_path: Path) -> None:
    """11 in 2030H1 and in H2 for 16.3 of service: 1.35x over twelve months, in default at 1.40x in 2030H2 alone."""
    levels = {"waterfall.default_cover": "1.40x"}
    result = run(extended(tmp_path, MEZZANINE + shock({6: 4, 7: 4})), levels)

    assert pure(result, "ratios.dscr_historic.value")[7] == pytest.approx(
        22 / (15 + interest(30, 6) + interest(22.5, 7))
    )
    assert pure(result, "ratios.in_default").tolist() == [0] * 7 + [1] + [0] * 4
    assert row(result, "facility.mezzanine.interest_paid")[7] == 0
    assert row(result, "account.locked.closing")[7] > 0
    assert row(result, "facility.mezzanine.interest_paid")[8] > 0
    assert "no_default" in failed(result)


def test_what_a_mezzanine_was_not_paid_falls_due_on_the_next_date(tmp_path: Path) -> None:
    """2029H2: interest on 7.875; principal down to 5 of plan; from what senior debt leaves of 15."""
    result = run(extended(tmp_path, MEZZANINE + shock({4: 10})))
    repaid = 5 - interest(45, 4)
    late = 45 - repaid - 37.5
    senior = interest(45 - repaid, 5) + default_interest(late, 0, 5) + late + 7.5
    left = 15 - senior

    assert row(result, "facility.mezzanine.principal_due")[5] == pytest.approx(7.875 - 5)
    assert row(result, "facility.mezzanine.interest_paid")[5] == pytest.approx(7.875 * 0.05)
    assert row(result, "facility.mezzanine.repayment")[5] == pytest.approx(min(2.875, left - 7.875 * 0.05))
    assert failed(result) == {"senior_paid", "junior_paid", "distributions_open"}


def test_locked_cash_pays_lenders_before_anything_is_unpaid(tmp_path: Path) -> None:
    """14 of extra cost in 2029H2: 1 of cash and 7.445205 of the locked 18.8."""
    result = run(extended(tmp_path, shock({5: 14})), {"waterfall.lockup": "5.00x"})
    locked = sum(15 - service for service in SERVICE[:3])

    assert row(result, "waterfall.senior_from_locked")[5] == pytest.approx(SERVICE[3] - 1)
    assert balances(result, 5) == pytest.approx([0, locked - SERVICE[3] + 1, 0, 0])


def test_locked_cash_pays_operating_cost_before_lenders(tmp_path: Path) -> None:
    """20 of extra cost: 5 of the locked cash go to operations, then 8.445205 to lenders."""
    result = run(extended(tmp_path, shock({5: 20})), {"waterfall.lockup": "5.00x"})
    locked = sum(15 - service for service in SERVICE[:3])

    assert row(result, "waterfall.locked_for_operations")[5] == pytest.approx(5)
    assert balances(result, 5) == pytest.approx([0, locked - 5 - SERVICE[3], 0, 0])


def test_locked_cash_is_used_before_the_reserve(tmp_path: Path) -> None:
    text = RESERVE + shock({5: 14})
    result = run(extended(tmp_path, text), {"waterfall.lockup": "5.00x"})

    assert row(result, "waterfall.senior_from_locked")[5] == pytest.approx(SERVICE[3] - 1)
    assert row(result, "waterfall.senior_from_reserve")[5] == pytest.approx(0)


def test_nothing_is_distributed_before_the_first_repayment() -> None:
    """Twelve months of grace: what 2028H1 leaves after interest is locked, and paid with 2028H2."""
    result = run(TINY, {"facility.jbic.grace": "12 months"})
    first = 15 - interest(60, 2)

    assert row(result, "account.locked.closing")[2] == pytest.approx(first)
    assert row(result, "waterfall.distributions")[2:4] == pytest.approx([0, first + 15 - 7.5 - interest(60, 3)])


def test_the_least_cash_is_kept_from_owners_and_not_from_lenders(tmp_path: Path) -> None:
    """3 are kept from 2028H1; in 2029H1 they help to pay 8.615753 when operations bring 6."""
    result = run(extended(tmp_path, shock({4: 9})), {"waterfall.minimum_cash": "3 million USD"})

    assert row(result, "account.cash.closing")[2:4] == pytest.approx([3, 3])
    assert row(result, "waterfall.distributions")[2:4] == pytest.approx([12 - FIRST, 15 - SECOND])
    assert row(result, "account.cash.closing")[4] == pytest.approx(9 - SERVICE[2])


def test_between_payment_dates_cash_waits_in_the_operating_account(tmp_path: Path) -> None:
    """On quarters, 7.5 wait from March to June."""
    result = run(extended(tmp_path, QUARTERS))

    assert row(result, "account.cash.closing")[4:6] == pytest.approx([7.5, 0])
    assert row(result, "waterfall.distributions")[4:6] == pytest.approx([0, 15 - FIRST])


def test_the_deal_without_a_loan_pays_owners_in_every_period(tmp_path: Path) -> None:
    result = run(extended(tmp_path, 'remove = ["facility.jbic", "sizing.amount"]'))

    assert row(result, "waterfall.distributions") == pytest.approx([0, 0] + [15] * 10)
    assert result.passed


def test_a_mezzanine_is_paid_on_its_own_dates(tmp_path: Path) -> None:
    """Senior in March and September, mezzanine in June and December: its first interest is 0.5, paid in June 2028."""
    text = QUARTERS + MEZZANINE + '[facility.jbic]\npayment_months = ["March", "September"]\n'
    result = run(extended(tmp_path, text), {"facility.jbic.grace": "6 months"})

    assert row(result, "facility.mezzanine.interest_paid")[5] == pytest.approx(0.5)
    assert row(result, "facility.mezzanine.capitalised") == pytest.approx([0] * 24)


def test_senior_debt_is_paid_on_its_dates_wherever_it_stands_in_the_file(tmp_path: Path) -> None:
    """A mezzanine paid in June and December stands first: senior interest of March is late, and no check tells."""
    own = extended(tmp_path, QUARTERS + '[facility.jbic]\npayment_months = ["March", "September"]\n')
    base = tmp_path / "base" / "case.toml"
    text = base.read_text(encoding="utf-8")
    base.write_text(text.replace("[facility.jbic]", f"{MEZZANINE}\n[facility.jbic]"), encoding="utf-8")
    result = run(own, {"facility.jbic.grace": "6 months"})

    assert row(result, "facility.jbic.default_interest") == pytest.approx([0] * 24)
