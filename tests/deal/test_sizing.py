"""Sizing: sculpting against its closed form, and the limit that binds, named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from finmodel.kernel.errors import SolveError
from tests.deal.fin import (
    FLAGSHIP,
    LEVEL,
    QUARTERS,
    SCULPTED,
    TINY,
    extended,
    interest,
    metric,
    number,
    pure,
    row,
    run,
    shock,
)
from tests.deal.parts import STATE, UNSIZED, buyer, second_lender
from tests.keys.orders import reordered

SUPPORT = (
    'remove = ["sizing.amount"]\n'
    + buyer()
    + STATE
    + """
[facility.jbic]
profile = "sculpted"
[sizing]
dscr_contracted = "2.00x"
dscr_merchant   = "2.00x"
"""
)
"""The tiny loan, sized by its cash at 2.00x, with a buyer whose price the state holds at 50 USD/kg."""


def closed_form(premium: float = 0.0) -> list[float]:
    """Debt [million] at the start of each of the 15 years of the reference case, and 0 at the end.

    B(t) = (B(t+1) + X/D) / (1 + r - (tau r - p (1 - tau))/D), X = EBITDA (1 - tau) + tau Dep, while no loss is carried.
    """
    tax, rate, cover = 0.30, 0.06, 1.30
    cash = 11 * (1 - tax) + tax * 5
    balance = [0.0]
    for _ in range(15):
        divisor = 1 + rate - (tax * rate - premium * (1 - tax)) / cover
        balance.append((balance[-1] + cash / cover) / divisor)
    return balance[::-1]


def test_the_closed_form_gives_75_4036() -> None:
    assert closed_form()[0] == pytest.approx(75.4036, abs=5e-5)


def test_sculpting_with_a_tax_shield_gives_the_debt_of_the_closed_form() -> None:
    result = run(SCULPTED)

    assert row(result, "facility.loan.outstanding.closing")[1:17] == pytest.approx(closed_form(), rel=1e-9, abs=1e-6)
    assert metric(result, "debt.loan") == pytest.approx(closed_form()[0] * 1e6, rel=1e-9)


def test_sculpting_with_a_cover_premium_gives_the_debt_of_the_closed_form(tmp_path: Path) -> None:
    """A premium of 0.5 % p.a. on the whole balance is a cost that the debt itself brings."""
    text = '[cover.nexi]\nlabel = "Cover"\nfacilities = ["loan"]\nshare = "100 %"\npremium = "0.5 % p.a."\n'
    result = run(extended(tmp_path, text, SCULPTED))

    assert metric(result, "debt.loan") == pytest.approx(closed_form(0.005)[0] * 1e6, rel=1e-9)
    assert metric(result, "dscr_min") == pytest.approx(1.30, abs=1e-9)


def test_the_reference_case_has_the_results_of_four_independent_tools() -> None:
    sculpted, level = run(SCULPTED), run(LEVEL)

    assert metric(sculpted, "debt.loan") / 1e6 == pytest.approx(75.4036, abs=5e-5)
    assert metric(sculpted, "equity_irr") == pytest.approx(0.092569, abs=5e-7)
    assert metric(sculpted, "project_irr_post_tax") == pytest.approx(0.06283, abs=5e-6)
    assert metric(level, "equity_irr") == pytest.approx(0.088619, abs=5e-7)
    assert metric(level, "dscr_min") == pytest.approx(1.2934, abs=5e-5)


def test_a_sculpted_loan_is_covered_at_its_target_on_every_date() -> None:
    result = run(SCULPTED)

    assert pure(result, "ratios.dscr.value")[2:17] == pytest.approx([1.30] * 15, abs=1e-9)
    assert pure(result, "ratios.dscr.tested").sum() == 15


def test_a_sculpted_schedule_sums_to_one_and_is_never_negative() -> None:
    schedule = pure(run(SCULPTED), "facility.loan.schedule")

    assert schedule.sum() == pytest.approx(1, abs=1e-11)
    assert schedule.min() >= 0


def test_loan_life_cover_is_the_target_at_every_payment_date_when_there_is_one_target() -> None:
    """From the last drawdown to the date before maturity."""
    result = run(SCULPTED)

    assert pure(result, "ratios.llcr.tested") == pytest.approx([0] + [1] * 15 + [0] * 6)
    assert pure(result, "ratios.llcr.value")[1:16] == pytest.approx([1.30] * 15, abs=1e-9)


def test_sculpting_on_quarters_works_from_payment_date_to_payment_date(tmp_path: Path) -> None:
    """Eight dates, two quarters of cash each: covered at 1.30 on each, and loan-life cover at 1.30 on each."""
    removed, profile = UNSIZED.split("\n", 1)
    result = run(extended(tmp_path, f"{removed}\n{QUARTERS}\n{profile}"))

    assert pure(result, "ratios.dscr.value")[5:20:2] == pytest.approx([1.30] * 8, abs=1e-9)
    assert pure(result, "ratios.llcr.value")[3:18:2] == pytest.approx([1.30] * 8, abs=1e-9)


def test_debt_is_the_value_of_all_service_that_cash_can_carry(tmp_path: Path) -> None:
    """Sum of 15 / 1.30 over eight half-years, each discounted at the interest of the days before it."""
    result = run(extended(tmp_path, UNSIZED))
    factors = np.cumprod([1 / (1 + interest(1, at)) for at in range(2, 10)])

    assert metric(result, "debt.jbic") / 1e6 == pytest.approx(15 / 1.30 * factors.sum(), rel=1e-10)
    assert result.facts["binding_constraint"] == "debt service cover"


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("balloon", ["jbic", "bank"])
def test_debt_is_sized_on_the_balloon_of_each_facility(balloon: str, turned: bool, tmp_path: Path) -> None:
    """60 : 40, half of one loan on the last date: 15 / 1.30 pays what falls due there, with interest, per unit of debt.

    A loan with the balloon repays 1/16 and 1/2 of it there and owes 9/16 before; one without repays its last 1/8.
    """
    own = extended(tmp_path, 'remove = ["sizing.amount"]\n' + second_lender())
    case = fm.load(own, set={f"facility.{balloon}.balloon": "50 %"})
    result = fm.run(reordered(case, only="facility") if turned else case)
    owed = {"jbic": 0.6 / 8, "bank": 0.4 / 8} | {balloon: {"jbic": 0.6, "bank": 0.4}[balloon] * 9 / 16}
    service = owed["jbic"] + interest(owed["jbic"], 9) + owed["bank"] * 1.04

    assert number(result, "sizing.senior_debt_target") / 1e6 == pytest.approx(15 / 1.30 / service, rel=1e-9)


def test_two_facilities_at_different_rates_are_sculpted_to_one_cover(tmp_path: Path) -> None:
    text = """
    [facility.loan]
    share = "60 %"
    [facility.bank]
    label = "Bank loan"
    lender = "Example bank"
    country = "Example"
    rank = "senior"
    share = "40 %"
    rate = "8 % p.a."
    day_count = "months"
    grace = "12 months"
    payment_months = ["December"]
    instalments = 15
    profile = "sculpted"
    """
    result = run(extended(tmp_path, text, SCULPTED))

    assert pure(result, "ratios.dscr.value")[2:17] == pytest.approx([1.30] * 15, abs=1e-9)
    assert pure(result, "ratios.llcr.value")[1:16] == pytest.approx([1.30] * 15, abs=1e-9)
    assert metric(result, "debt.bank") == pytest.approx(metric(result, "debt.loan") * 2 / 3)


def test_contracted_and_merchant_cash_each_have_their_own_cover(tmp_path: Path) -> None:
    """Half of the revenue is under take-or-pay at a fixed price: 1 / (0.5/1.20 + 0.5/2.00) = 1.50 on every date."""
    text = """
    [offtake.firm]
    label    = "Firm contract"
    products = ["product"]
    quantity = "500 t/year"
    start    = 2029-01-01
    term     = "240 months"
    take_or_pay = "100 %"
    contracted  = "price_and_volume"
    [sizing]
    dscr_contracted = "1.20x"
    dscr_merchant   = "2.00x"
    """
    result = run(extended(tmp_path, text, SCULPTED))

    assert pure(result, "sizing.contracted_share")[2:17] == pytest.approx([0.5] * 15)
    assert pure(result, "ratios.dscr.value")[2:17] == pytest.approx([1.50] * 15, abs=1e-9)


def test_support_that_lenders_do_not_count_adds_to_cover_and_not_to_debt(tmp_path: Path) -> None:
    """10 USD/kg on 500 t a half-year is 5: sized on 15 at 2.00, the cover with support is 2.00 x 20/15."""
    result = run(extended(tmp_path, SUPPORT))
    factors = np.cumprod([1 / (1 + interest(1, at)) for at in range(2, 10)])

    assert metric(result, "debt.jbic") / 1e6 == pytest.approx(15 / 2 * factors.sum(), rel=1e-9)
    assert pure(result, "ratios.dscr.value")[2:10] == pytest.approx([2.0 * 20 / 15] * 8, abs=1e-9)


def test_support_under_contract_carries_debt_when_lenders_count_it(tmp_path: Path) -> None:
    """Sized on 20 at 2.00."""
    result = run(extended(tmp_path, SUPPORT), {"sizing.support": "contract"})
    factors = np.cumprod([1 / (1 + interest(1, at)) for at in range(2, 10)])

    assert metric(result, "debt.jbic") / 1e6 == pytest.approx(20 / 2 * factors.sum(), rel=1e-9)


def test_equal_instalments_are_sized_on_the_date_that_carries_least(tmp_path: Path) -> None:
    """The first: (15 / 1.30) / (1/8 + 5 % x 182/365)."""
    result = run(extended(tmp_path, 'remove = ["sizing.amount"]'))

    assert metric(result, "debt.jbic") / 1e6 == pytest.approx(15 / 1.30 / (1 / 8 + interest(1, 2)), rel=1e-9)
    assert metric(result, "dscr_min") == pytest.approx(1.30, abs=1e-9)
    assert result.facts["dscr_min_at"] == "2028H1"


def test_a_gearing_cap_that_binds_is_named_and_holds_to_the_last_digit() -> None:
    result = run(SCULPTED, {"sizing.gearing_cap": "60 %"})

    assert result.facts["binding_constraint"] == "gearing cap"
    assert metric(result, "gearing") == pytest.approx(0.60, rel=1e-10)


def test_below_the_cover_limit_sculpted_debt_is_covered_evenly_and_better() -> None:
    """Each service is the same part of what cash could carry: 1.30 x debt at the cover / debt."""
    result = run(SCULPTED, {"sizing.gearing_cap": "60 %"})
    even = 1.30 * number(result, "sizing.by_cover") / metric(result, "debt.loan")

    assert pure(result, "ratios.dscr.value")[2:17] == pytest.approx([even] * 15, rel=1e-9)


def test_the_lenders_limit_that_binds_is_named_and_is_the_debt() -> None:
    result = run(SCULPTED, {"sizing.limit": "50 million USD"})

    assert result.facts["binding_constraint"] == "lenders' limit"
    assert metric(result, "debt.loan") == pytest.approx(50e6, rel=1e-12)


def test_cover_binds_in_the_reference_case() -> None:
    assert run(SCULPTED).facts["binding_constraint"] == "debt service cover"


def test_a_fixed_amount_is_named_and_is_the_debt() -> None:
    result = run(TINY)

    assert result.facts["binding_constraint"] == "fixed amount"
    assert metric(result, "debt.jbic") == pytest.approx(60e6)


@pytest.mark.parametrize(
    ("key", "value", "limit"),
    [
        ("sizing.gearing_cap", "50 %", "the gearing cap"),
        ("sizing.dscr_contracted", "2.00x", "the debt service cover"),
        ("sizing.limit", "40 million USD", "the lenders' limit"),
    ],
)
def test_an_amount_beyond_a_stated_limit_is_refused_with_the_limit_named(key: str, value: str, limit: str) -> None:
    both = {"sizing.dscr_merchant": value} if key.startswith("sizing.dscr") else {}

    with pytest.raises(SolveError, match=f"senior debt of 60,000,000 cannot be met: {limit}"):
        run(TINY, {key: value, **both})


def test_without_cash_there_is_no_debt_and_the_message_says_so(tmp_path: Path) -> None:
    with pytest.raises(SolveError, match="no debt can be sized"):
        run(extended(tmp_path, UNSIZED), {"price.oxide.deck": "9 USD/kg"})


def test_debt_is_repaid_before_a_date_without_cash(tmp_path: Path) -> None:
    """16 of extra cost in 2030H1 against 15 of cash: what the four dates before can serve is all the debt there is."""
    result = run(extended(tmp_path, UNSIZED + shock({6: 16})))

    assert row(result, "facility.jbic.outstanding.closing")[5:] == pytest.approx([0] * 7, abs=1e-9)
    assert result["ratios.dscr.value"][2:6] == pytest.approx([1.3] * 4, abs=1e-9)


def test_no_debt_can_be_sized_when_the_first_date_has_no_cash(tmp_path: Path) -> None:
    with pytest.raises(SolveError, match=r"nothing or negative in 2028H1\."):
        run(extended(tmp_path, UNSIZED + shock({2: 16})))


def test_a_date_with_little_cash_carries_the_debt_whose_interest_it_pays(tmp_path: Path) -> None:
    """14 of extra cost leave 1 in 2030H1: at 1.30x it pays 0.769 of interest, no principal; later cover is higher."""
    result = run(extended(tmp_path, UNSIZED + shock({6: 14})))
    paid = row(result, "facility.jbic.interest_paid")

    assert row(result, "facility.jbic.repayment")[6] == pytest.approx(0, abs=1e-9)
    assert paid[6] == pytest.approx(1 / 1.3)
    assert row(result, "facility.jbic.repayment").min() >= 0
    assert metric(result, "dscr_min") == pytest.approx(1.30, abs=1e-9)
    assert result["ratios.dscr.value"][7] > 1.31


def test_every_solved_input_meets_its_target() -> None:
    """On the flagship: debt, shared uses, the schedule, the plan and the equity commitment."""
    result = run(FLAGSHIP)
    check = next(check for check in result.checks if check.id == "checks.sizing")

    assert check.worst <= 1e-11
    assert result.facts["debt_sized_on"].startswith("the sizing case of Australia-Japan rare-earth chain (")
