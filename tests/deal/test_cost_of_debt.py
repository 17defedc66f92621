"""All-in cost and average life of loans, and equity's present value, against hand arithmetic and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq  # type: ignore[import-untyped]

from finmodel.kernel.timeline import serial
from finmodel.workbook.write import workbook_bytes
from tests.deal.fin import FLAGSHIP, TINY, metric, row, run


def rate_of(flow: list[float], days: list[float]) -> float:
    """Σ flow / (1 + rate)^(days / 365) = 0."""
    years = (np.array(days) - days[0]) / 365
    found: float = brentq(lambda rate: float(np.sum(np.array(flow) / (1 + rate) ** years)), -0.9, 1, xtol=1e-15)
    return found


def test_the_average_life_of_equal_instalments() -> None:
    """30 and 30 are drawn at the ends of the halves of 2027; eight times 7.5 come back from June 2028 on.

    Days from close: draws after 181 and 365, 273 on average; repayments at the ends of eight half-years.
    """
    result = run(TINY)
    days = [
        serial(period.last_day) - serial(result.model.timeline.start) + 1 for period in result.model.timeline.periods
    ]

    assert days[:2] == [181, 365]
    assert metric(result, "average_life.jbic") == pytest.approx((np.mean(days[2:10]) - 273) / 365, rel=1e-12)


def test_the_all_in_cost_of_a_loan_without_fees_is_its_interest_by_dates() -> None:
    """5 % of the opening balance x days / 365, in construction paid by equity; worked out from the terms alone."""
    result = run(TINY)
    days = [serial(period.last_day) for period in result.model.timeline.periods][:10]
    flow, balance = [], 0.0
    for t, day in enumerate(days):
        interest = balance * 0.05 * (day - days[t - 1]) / 365 if t else 0.0
        drawn, repaid = (30.0, 0.0) if t < 2 else (0.0, 7.5)
        flow.append(drawn - repaid - interest)
        balance += drawn - repaid

    assert row(result, "returns.all_in_cost.jbic.flow")[:10] == pytest.approx(flow, abs=1e-6)
    assert metric(result, "all_in_cost.jbic") == pytest.approx(rate_of(flow, days), abs=1e-9)


def test_a_loan_of_several_fees_and_a_cover_costs_what_the_borrower_pays() -> None:
    """The flagship: draws less interest, fees, premium and principal, from lines of other clauses."""
    result = run(FLAGSHIP)
    days = [serial(period.last_day) for period in result.model.timeline.periods]
    for name, terms in result.case.tables.facility.items():
        flow = row(result, f"returns.all_in_cost.{name}.flow")
        used = np.flatnonzero(flow)
        found = rate_of(list(flow[used]), [days[t] for t in used])
        assert metric(result, f"all_in_cost.{name}") == pytest.approx(found, abs=1e-9), terms.label
    premium = row(result, "cover.premium")
    insured = [id for terms in result.case.tables.cover.values() for id in terms.facilities]
    cost = sum(
        row(result, f"facility.{id}.net_borrowed") - row(result, f"returns.all_in_cost.{id}.flow") for id in insured
    )
    assert cost == pytest.approx(premium, abs=1e-9)


def test_owners_have_a_present_value_at_the_rate_that_they_ask_for() -> None:
    """Σ equity flow / 1.1^years; without a rate it is not applicable."""
    result = run(TINY, {"returns.equity_rate": "10 % p.a."})
    years = np.asarray(result["returns.elapsed"])

    by_hand = np.sum(row(result, "returns.net_equity_flow") * 1.1**-years) * 1e6
    assert metric(result, "equity_npv") == pytest.approx(by_hand, rel=1e-12)
    bare = run(TINY)
    assert bare.metrics["equity_npv"] is None
    assert bare.notes["equity_npv"] == "returns.equity_rate is not given"


def test_a_loan_that_is_never_drawn_costs_nothing_and_has_no_life() -> None:
    result = run(TINY, {"sizing.amount": "0 million USD"})

    assert result.metrics["all_in_cost.jbic"] is None
    assert result.notes["all_in_cost.jbic"] == "nothing is drawn"
    assert result.notes["average_life.jbic"] == "nothing is repaid"


def test_an_upfront_fee_raises_the_cost() -> None:
    plain, dear = run(TINY), run(TINY, {"facility.jbic.upfront_fee": "2 %"})

    assert metric(dear, "all_in_cost.jbic") > metric(plain, "all_in_cost.jbic") + 0.005


@pytest.mark.parametrize("price", ["16", "11", "10.5", "10.2", "10.05"])
def test_a_loan_that_is_hardly_repaid_has_its_cost_in_the_workbook_too(price: str) -> None:
    """-19, -49, -57, -65, -74 % a year: of these a spreadsheet that starts at 10 % finds the first alone."""
    result = run(TINY, {"price.oxide.deck": f"{price} USD/kg"})
    days = [serial(period.last_day) for period in result.model.timeline.periods]
    flow = row(result, "returns.all_in_cost.jbic.flow")

    assert metric(result, "all_in_cost.jbic") == pytest.approx(rate_of(list(flow), days), abs=1e-9)
    assert workbook_bytes(result, quick=True)[1].cells > 0
