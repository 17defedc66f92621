"""Funding by hand: what shares the uses, what facilities draw, and what is left for equity."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from finmodel.kernel.errors import SolveError
from tests.deal.fin import (
    MEZZANINE,
    SCULPTED,
    TINY,
    extended,
    failed,
    interest,
    metric,
    number,
    row,
    run,
)

GRANT = """
[grant.plant]
label   = "Grant"
payer   = "State"
capex   = "plant"
share   = "{share}"
ceiling = "100 million USD"
lag     = "{lag}"
"""


def test_uses_of_the_tiny_loan_are_capital_cost_and_the_interest_of_construction() -> None:
    """50, and 50 + 30 x 5 % x 184/365."""
    result = run(TINY)

    assert row(result, "funding.uses") == pytest.approx([50, 50 + interest(30, 1), *[0] * 10])


def test_equity_pays_what_the_loan_does_not_and_all_interest_of_construction() -> None:
    result = run(TINY)

    assert row(result, "funding.equity") == pytest.approx([20, 20 + interest(30, 1), *[0] * 10])
    assert metric(result, "gearing") == pytest.approx(60 / (100 + interest(30, 1)))


def test_interest_of_construction_that_all_share_is_drawn_pro_rata() -> None:
    """Draw d of 50 first: the second use is 50 + i d, and d / 50 = 60 / (100 + i d), with i = 5 % x 184/365."""
    result = run(TINY, {"funding.idc_funded_by": "all"})
    rate = interest(1, 1)
    first = (-100 + np.sqrt(100**2 + 4 * rate * 3000)) / (2 * rate)

    assert row(result, "facility.jbic.drawn")[:2] == pytest.approx([first, 60 - first], rel=1e-10)
    assert row(result, "funding.equity")[0] == pytest.approx(50 - first)


def test_fees_are_shared_uses_whoever_pays_the_interest() -> None:
    """1 % of 60 at close: 50.6 and 50 are shared; the loan draws 60 x 50.6 / 100.6 and the rest."""
    result = run(TINY, {"facility.jbic.upfront_fee": "1 %"})

    assert row(result, "facility.jbic.drawn")[:2] == pytest.approx([60 * 50.6 / 100.6, 60 * 50 / 100.6])


def test_senior_and_mezzanine_draw_in_proportion_to_their_commitments(tmp_path: Path) -> None:
    """60 and 10 of 100: 30 and 5 of each 50; equity pays 15 and the interest of both."""
    result = run(extended(tmp_path, MEZZANINE))

    assert row(result, "funding.draw.jbic")[:2] == pytest.approx([30, 30])
    assert row(result, "funding.draw.mezzanine")[:2] == pytest.approx([5, 5])
    assert row(result, "funding.equity")[:2] == pytest.approx([15, 15 + interest(30, 1) + 5 * 0.05])


def test_in_a_cost_overrun_the_loan_is_drawn_faster_up_to_its_commitment_and_equity_pays_the_rest() -> None:
    """75 + 75 in place of 50 + 50 with the debt held: 60 % of 75 is 45; then the 15 that are left of 60."""
    result = run(TINY, {"capex.plant.amount": "150 million USD"}, hold_debt=True)

    assert row(result, "facility.jbic.drawn")[:2] == pytest.approx([45, 15])
    assert row(result, "funding.equity")[:2] == pytest.approx([30, 60 + interest(45, 1)])


def test_an_overrun_beyond_the_equity_that_was_promised_is_a_fault() -> None:
    """Promised 40 + interest; 90 + interest is needed: over by 50 and a little."""
    result = run(TINY, {"capex.plant.amount": "150 million USD"}, hold_debt=True)

    assert failed(result) == {"funding_shortfall"}


def test_standby_equity_covers_an_overrun_up_to_its_limit() -> None:
    """10 % over is 10 more, of which equity pays 10: 12 of standby covers it, 9 does not."""
    changes = {"capex.plant.amount": "110 million USD"}
    enough = run(TINY, {**changes, "funding.standby_equity": "12 million USD"}, hold_debt=True)
    short = run(TINY, {**changes, "funding.standby_equity": "9 million USD"}, hold_debt=True)

    assert "funding_shortfall" not in failed(enough)
    assert "funding_shortfall" in failed(short)


def test_a_grant_in_construction_comes_first_and_the_rest_is_shared(tmp_path: Path) -> None:
    """20 % of 50 at once, twice: 40 are left of each 50, and the loan pays half of the 80."""
    text = GRANT.format(share="20 %", lag="0 months")
    result = run(extended(tmp_path, text))

    assert row(result, "funding.grants_received")[:2] == pytest.approx([10, 10])
    assert row(result, "facility.jbic.drawn")[:2] == pytest.approx([30, 30])
    assert row(result, "funding.equity")[:2] == pytest.approx([10, 10 + interest(30, 1)])


def test_a_grant_that_lags_beyond_completion_is_cash_of_operation(tmp_path: Path) -> None:
    """20 % of 50 half a year later, twice: 10 in 2027H2 and 10 in 2028H1, which the waterfall pays out."""
    result = run(extended(tmp_path, GRANT.format(share="20 %", lag="6 months")))
    without = run(TINY)

    assert row(result, "funding.grants_received")[:3] == pytest.approx([0, 10, 0])
    assert row(result, "waterfall.net_available")[2] == pytest.approx(row(without, "waterfall.net_available")[2] + 10)
    assert result.passed


def test_a_grant_beyond_the_uses_of_its_period_waits_in_the_operating_account(tmp_path: Path) -> None:
    """99 % spent first: half of it comes with the last 1 %, 48.5 more than is needed then, and is paid out later."""
    text = GRANT.format(share="50 %", lag="6 months") + '[capex.plant]\nprofile = ["99 %", "1 %"]'
    result = run(extended(tmp_path, text), {"sizing.amount": "10 million USD"})
    over = 49.5 - row(result, "funding.uses")[1]

    assert row(result, "funding.surplus")[1] == pytest.approx(over)
    assert row(result, "account.cash.closing")[1] == pytest.approx(over)
    assert result.passed


def test_initial_cash_is_a_use_at_completion_and_is_there_on_the_first_payment_date(tmp_path: Path) -> None:
    """4 funded in 2027H2; kept while the least balance is 4, and paid out in the last period."""
    changes = {"funding.initial_cash": "4 million USD", "waterfall.minimum_cash": "4 million USD"}
    result = run(TINY, changes)

    assert row(result, "funding.initial_cash")[:3] == pytest.approx([0, 4, 0])
    assert row(result, "account.cash.closing")[1:] == pytest.approx([4] * 10 + [0])
    assert row(result, "waterfall.distributions")[11] == pytest.approx(19)


def test_the_first_reserve_is_a_use_in_the_last_period_of_construction(tmp_path: Path) -> None:
    """Six months hold the service of June 2028: 7.5 + 60 x 5 % x 182/365 = 8.995890."""
    result = run(extended(tmp_path, '[reserve.dsra]\nmonths = "6 months"'))

    assert row(result, "funding.reserve")[:3] == pytest.approx([0, 7.5 + interest(60, 2), 0])
    assert row(result, "account.dsra.closing")[1] == pytest.approx(8.995890, abs=1e-6)


def test_sources_equal_uses_in_every_period(tmp_path: Path) -> None:
    text = GRANT.format(share="30 %", lag="6 months") + MEZZANINE + '[reserve.dsra]\nmonths = "6 months"'
    result = run(extended(tmp_path, text), {"facility.jbic.upfront_fee": "2 %", "funding.idc_funded_by": "all"})
    sources = (
        row(result, "facility.jbic.drawn")
        + row(result, "facility.mezzanine.drawn")
        + row(result, "funding.equity")
        + row(result, "funding.grants_received")
        - row(result, "funding.surplus")
    )

    assert sources == pytest.approx(row(result, "funding.uses"), abs=1e-8)
    assert number(result, "funding.total_uses") == pytest.approx(row(result, "funding.uses").sum() * 1e6)


def test_more_debt_than_the_uses_need_is_refused() -> None:
    """120 of debt for 100 of uses: no owner is paid from a loan."""
    with pytest.raises(SolveError, match="the room that uses of funds leave allows at most 100,000,000"):
        run(TINY, {"sizing.amount": "120 million USD"})


def test_debt_at_a_gearing_of_100_percent_pays_no_owner() -> None:
    """Equity pays 3.1 of interest alone: debt is at most the 100 of capital cost, not the 103.1 of all uses."""
    changes = {"sizing.dscr_contracted": "1.00x", "sizing.dscr_merchant": "1.00x", "price.product.deck": "40 USD/kg"}
    result = run(SCULPTED, changes)

    assert row(result, "funding.equity").min() >= -1e-9


def test_operating_cost_before_completion_is_a_use_of_funds(tmp_path: Path) -> None:
    """2 million in 2027H1, from an extra line: paid from funding, not left unpaid for a year."""
    text = """[extra_lines]\nother_cost = '''where(time.number < 2, "2 million USD", "0 USD")'''"""
    result = run(extended(tmp_path, text))

    assert row(result, "account.arrears.closing").max() == pytest.approx(0)
    assert row(result, "funding.uses")[0] == pytest.approx(52)
