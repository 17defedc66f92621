"""Statements of the tiny loan by hand, and the balance of both sides in other deals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.deal.fin import FLAGSHIP, MEZZANINE, SCULPTED, TINY, extended, interest, pure, row, run, shock

CAPITALISED = interest(30, 1)
"""Interest of construction: 30 x 5 % x 184/365."""


def test_profit_is_revenue_less_cost_depreciation_and_interest() -> None:
    """2028H1: 20 - 5 - 10 of the plant - a tenth of 0.756164 of financing cost - 1.495890 of interest."""
    result = run(TINY)
    profit = 20 - 5 - 10 - CAPITALISED / 10 - interest(60, 2)

    assert row(result, "income.net_profit")[2] == pytest.approx(profit)
    assert row(result, "income.net_ebitda") == pytest.approx([0, 0] + [15] * 10)


def test_the_financing_cost_of_construction_is_an_asset_written_off_evenly() -> None:
    """0.756164 at completion, a tenth of it in each half-year."""
    result = run(TINY)
    left = [0, *(CAPITALISED * (10 - number) / 10 for number in range(11))]

    assert row(result, "finance_asset.book.closing") == pytest.approx(left)


def test_the_plant_stands_at_its_cost_less_depreciation() -> None:
    result = run(TINY)

    assert row(result, "balance.assets.plant") == pytest.approx([50, 100, *(100 - 10 * n for n in range(1, 11))])


def test_total_assets_are_the_plant_the_financing_cost_and_cash() -> None:
    """No cash is kept and nothing is owed to the deal: 90 + 0.680548 at the end of 2028H1."""
    result = run(TINY)

    assert row(result, "balance.assets")[2] == pytest.approx(90 + CAPITALISED * 0.9)
    assert row(result, "balance.liabilities")[2] == pytest.approx(52.5)


def test_equity_is_what_was_paid_in_and_the_profit_that_was_not_distributed() -> None:
    result = run(TINY)
    retained = np.cumsum(row(result, "income.net_profit") - row(result, "waterfall.distributions"))

    assert row(result, "balance.net_equity")[2:] == pytest.approx((40 + CAPITALISED + retained)[2:], abs=1e-9)


def test_at_the_end_nothing_is_left() -> None:
    result = run(TINY)

    for name in ("balance.assets", "balance.liabilities", "balance.net_equity"):
        assert row(result, name)[-1] == pytest.approx(0, abs=1e-9)


def test_tax_is_a_cost_as_it_accrues() -> None:
    """Reference case, first year: 30 % of 11 - 5 - 6 % of 75.4036."""
    result = run(SCULPTED)
    debt = row(result, "facility.loan.outstanding.closing")[1]

    assert row(result, "income.net_tax")[2] == pytest.approx(0.3 * (11 - 5 - 0.06 * debt))


def test_interest_earned_on_the_reserve_is_taxed(tmp_path: Path) -> None:
    """First year: 30 % of 11 - 5 - interest paid + 2 % of a reserve of twelve months' service."""
    text = '[reserve.dsra]\nmonths = "12 months"\ninterest = "2 % p.a."\n'
    result = run(extended(tmp_path, text, SCULPTED))
    paid, earned = (row(result, id)[2] for id in ("facility.loan.interest", "account.dsra.interest"))

    assert row(result, "income.net_tax")[2] == pytest.approx(0.3 * (11 - 5 - paid + earned))


def test_what_lenders_are_owed_late_is_a_liability(tmp_path: Path) -> None:
    """25 of extra cost in 2029H1: 10 of operating arrears, 1.115753 of interest, and the loan stays at 45."""
    result = run(extended(tmp_path, shock({4: 25})))

    assert row(result, "balance.liabilities.operating_arrears")[4] == pytest.approx(10)
    assert row(result, "balance.liabilities.interest_overdue")[4] == pytest.approx(interest(45, 4))
    assert row(result, "balance.liabilities.loans")[4] == pytest.approx(45)


def test_default_interest_is_an_expense_of_its_period(tmp_path: Path) -> None:
    result = run(extended(tmp_path, shock({4: 25})))
    whole = row(result, "facility.jbic.interest") + row(result, "facility.jbic.default_interest")

    assert row(result, "facility.jbic.default_interest")[5] > 0
    assert row(result, "income.interest")[2:] == pytest.approx(whole[2:])


def test_interest_that_is_capitalised_in_construction_is_no_expense_and_no_cash(tmp_path: Path) -> None:
    """0.25 of the mezzanine joins the loan and the financing cost."""
    result = run(extended(tmp_path, f"{MEZZANINE}\ncapitalise = true"))

    assert row(result, "finance_asset.book.closing")[1] == pytest.approx(CAPITALISED + 0.25)
    assert row(result, "income.interest")[1] == 0
    assert row(result, "balance.liabilities.loans")[1] == pytest.approx(70.25)


def test_the_balance_sheet_of_the_flagship_balances_in_every_period() -> None:
    result = run(FLAGSHIP)
    sides = row(result, "balance.assets") - row(result, "balance.liabilities") - row(result, "balance.net_equity")

    assert sides == pytest.approx(np.zeros(96), abs=1e-6)
    assert pure(result, "checks.balance_sheet") == pytest.approx(np.zeros(96), abs=1e-12)


def test_assets_are_the_sum_of_their_rows() -> None:
    result = run(FLAGSHIP)
    rows = [id for id in result.model.lines if id.startswith("balance.assets.")]

    assert sum(row(result, id) for id in rows) == pytest.approx(row(result, "balance.assets"))
