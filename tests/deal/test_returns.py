"""Returns against independent tools: numpy-financial, scipy, and hand arithmetic; and why there may be none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import numpy_financial as npf  # type: ignore[import-untyped]
import pytest
from scipy.optimize import brentq  # type: ignore[import-untyped]

import finmodel as fm
from finmodel.deal.owners.returns import Returns
from finmodel.deal.owners.terms import ReturnTerms
from finmodel.deal.schema import TimelineTerms
from finmodel.deal.time.calendar import ONE_YEAR
from finmodel.kernel.timeline import serial
from finmodel.public_money.incidence import Deal
from tests.deal.fin import FLAGSHIP, LEVEL, SCULPTED, TINY, extended, metric, row, run
from tests.deal.tax_helpers import deal, evaluate, given

CLOSE = date(2027, 1, 1)
RELEASE = {
    "timeline.wind_up": "6 months",
    "price.oxide.deck": '{ 2029-12-31 = "20 USD/kg", 2030-03-31 = "4 USD/kg" }',
    "product.oxide.payment_days": "60 days",
    "sizing.amount": "0 million USD",
}


def results(flow: Sequence[float], frequency: str = "year", timing: str = "dated") -> dict[str, float | str]:
    """Rate, dated rate, present value at 8 % and payback of a flow; a reason in words where there is no number."""
    small = deal(frequency, (1, len(flow) - 1, 0), close=CLOSE, year_end=12)
    rate, guess = (given(f"returns.{name}", 0.08, "1/year") for name in ("npv_rate", "guess"))
    terms = TimelineTerms.model_construct(financial_close=given("returns.close", serial(CLOSE), "date"))
    found = Returns(small.context, ReturnTerms.model_construct(npv_rate=rate, guess=guess), terms, timing)
    line = small.flow("net", flow)
    by_periods = found.rate("irr", "Rate", line)
    found.dated_rate("xirr", "Dated rate", line, near=by_periods * ONE_YEAR)
    found.present_value("npv", "Present value", line)
    found.payback("payback", "Payback", line)
    values = evaluate(small.model)
    shown: dict[str, float | str] = {}
    for name, metric_ in small.model.metrics.items():
        value = float(values[metric_.line.id])
        why = "" if metric_.status is None else metric_.reasons[int(values[metric_.status.id])]
        shown[name] = why if np.isnan(value) else value
    return shown


def test_a_rate_of_equal_years_is_that_of_numpy_financial() -> None:
    flow = [-100.0, 30, 40, 50, 10]

    assert results(flow)["irr"] == pytest.approx(npf.irr(flow), rel=1e-12)


def test_a_rate_per_quarter_is_compounded_to_a_year() -> None:
    flow = [-100.0, 20, 30, 30, 30]

    assert results(flow, "quarter")["irr"] == pytest.approx((1 + npf.irr(flow)) ** 4 - 1, rel=1e-12)


def test_a_dated_rate_makes_the_flow_worth_nothing_at_actual_days_over_365() -> None:
    """The last days of 2027 to 2031: 0, 366, 731, 1096, 1461 days after the first."""
    flow = [-100.0, 30, 40, 50, 10]
    days = np.array([0, 366, 731, 1096, 1461])
    rate = brentq(lambda r: np.sum(np.array(flow) / (1 + r) ** (days / 365)), 0, 1, xtol=1e-15)

    assert results(flow)["xirr"] == pytest.approx(rate, rel=1e-10)


def test_a_present_value_is_to_financial_close_by_days() -> None:
    """Flows at the end of each year: 365, 731, 1096 days after the first of January 2027."""
    by_hand = -100 / 1.08 + 60 / 1.08 ** (731 / 365) + 70 / 1.08 ** (1096 / 365)

    assert results([-100, 60, 70])["npv"] == pytest.approx(by_hand, rel=1e-12)


def test_a_present_value_at_the_end_or_the_middle_of_equal_periods() -> None:
    """Half-years: flows after 1/2, 1 and 3/2 years; or after 1/4, 3/4 and 5/4."""
    flow = [-100.0, 60, 70]
    end = -100 / 1.08**0.5 + 60 / 1.08 + 70 / 1.08**1.5

    assert results(flow, "half", "end")["npv"] == pytest.approx(end, rel=1e-12)
    assert results(flow, "half", "mid")["npv"] == pytest.approx(end * 1.08**0.25, rel=1e-12)


def test_the_net_present_value_at_its_own_rate_is_nothing() -> None:
    """By dates at the dated rate, by equal periods at the rate of equal periods."""
    first = run(LEVEL)
    flow = row(first, "returns.net_project_flow_post_tax")
    days = [period.last_day for period in first.model.timeline.periods]
    rates = {
        "dated": fm.xirr(flow, days),
        "end": metric(first, "project_irr_post_tax"),
        "mid": metric(first, "project_irr_post_tax"),
    }

    for timing, rate in rates.items():
        result = run(LEVEL, {"npv.timing": timing, "returns.npv_rate": f"{100 * rate:.14f} % p.a."})
        assert metric(result, "npv_post_tax") == pytest.approx(0, abs=1e-3 * np.abs(flow).sum()), timing  # of millions


def test_support_has_one_present_value() -> None:
    """At one rate the account of the government discounts as the returns do, to the end of each period."""
    result = run(FLAGSHIP)
    account = Deal(result.model, result.values, result.given, result.case.tables)
    net = np.asarray(result["support.paid"]) - np.asarray(result["support.given_back"])

    assert account.factors(0.08) @ net == pytest.approx(metric(result, "support_net_pv"), rel=1e-12)


def test_payback_is_linear_within_the_period() -> None:
    """-100, 30, 50, then 20 of 40 are missing: three years and a half."""
    assert results([-100, 30, 50, 40, 40])["payback"] == pytest.approx(3.5)


def test_payback_on_a_period_end_is_a_whole_number() -> None:
    assert results([-100, 30, 70, 40])["payback"] == pytest.approx(3)


def test_payback_counts_from_financial_close_in_years_whatever_the_period() -> None:
    """Quarters: -100, then 40, 40, 40: the last brings 20 of 40, after two and a half quarters of inflow."""
    assert results([-100, 40, 40, 40], "quarter")["payback"] == pytest.approx(3.5 / 4)


def test_a_first_recovery_is_the_payback_even_if_money_is_lost_again() -> None:
    assert results([-100, 100, -50, 20])["payback"] == pytest.approx(2)


def test_a_flow_that_never_recovers_has_no_payback() -> None:
    assert results([-100, 30, 30])["payback"] == "the money is never recovered"


@pytest.mark.parametrize(
    ("flow", "reason"),
    [
        ([-100.0, 0, 0], "nothing comes back: a total loss"),
        ([100.0, 10, 10], "nothing is invested"),
        ([0.0, 0, 0], "the flow is nothing in every period"),
    ],
)
def test_a_flow_without_a_rate_says_why(flow: list[float], reason: str) -> None:
    shown = results(flow)

    assert shown["irr"] == shown["xirr"] == reason


def test_a_flow_that_brings_back_less_than_it_cost_has_a_negative_rate() -> None:
    flow = [-100.0, 30, 30, 20]

    assert results(flow)["irr"] == pytest.approx(npf.irr(flow), rel=1e-10)
    assert npf.irr(flow) < 0


def test_a_near_total_loss_has_its_rate_by_periods_and_by_dates() -> None:
    """50 and 50 go out, 1.5 and 1.5 come back, half a year apart: (1 + r)^2 = 0.03, -97 % a year; by days -96.971 %."""
    shown = results([-50.0, -50.0, 1.5, 1.5], "half")

    assert shown["irr"] == pytest.approx(-0.97, abs=1e-12)
    assert shown["xirr"] == pytest.approx(-0.96971, abs=5e-6)


def test_a_note_says_that_a_release_at_the_end_makes_the_rate() -> None:
    """25 a quarter go out; 2.5 a quarter come back, then 1.5 are lost, and 0.67 of working capital is released.

    Whatever was invested, the rate is the one at which the release balances the losses: -96.8 % a year here.
    """
    result = run(TINY, RELEASE, hold_debt=False)

    assert result.metrics["project_irr_pre_tax"] is not None
    assert result.metrics["project_irr_pre_tax"] < -0.96
    assert "depends on small flows at the end" in result.notes["project_irr_pre_tax"]
    assert "equity_irr" not in result.notes


def test_the_results_of_a_deal_are_the_rates_of_its_flows() -> None:
    result = run(LEVEL)
    flows = {name: row(result, f"returns.{name}") for name in ("net_equity_flow", "net_project_flow_post_tax")}

    assert metric(result, "equity_irr") == pytest.approx(npf.irr(flows["net_equity_flow"]), rel=1e-9)
    assert metric(result, "project_irr_post_tax") == pytest.approx(
        npf.irr(flows["net_project_flow_post_tax"]), rel=1e-9
    )


def test_the_project_flow_knows_no_debt() -> None:
    """Debt of 60, of 20 and none: the same flow, the same tax."""
    flows = [
        row(run(TINY, {"sizing.amount": f"{amount} million USD", "entity.spv.tax_rate": "30 %"}), f"returns.{name}")
        for amount in (60, 20, 0)
        for name in ("net_project_flow", "net_project_flow_post_tax")
    ]

    assert flows[2] == pytest.approx(flows[0])
    assert flows[4] == pytest.approx(flows[0])
    assert flows[3] == pytest.approx(flows[1])
    assert flows[5] == pytest.approx(flows[1])


def test_the_project_of_the_reference_case_pays_tax_without_interest() -> None:
    """-50, -50, then 11 - 30 % of (11 - 5) = 9.2 a year: 6.283 %."""
    result = run(SCULPTED)

    assert row(result, "returns.net_project_flow_post_tax") == pytest.approx([-50, -50] + [9.2] * 20)
    assert metric(result, "project_irr_post_tax") == pytest.approx(npf.irr([-50, -50] + [9.2] * 20), rel=1e-9)
    assert metric(result, "project_irr_pre_tax") == pytest.approx(npf.irr([-50, -50] + [11] * 20), rel=1e-9)


def test_payback_of_the_reference_case_is_two_years_and_100_over_9_2() -> None:
    assert metric(run(SCULPTED), "payback_years") == pytest.approx(2 + 100 / 9.2)


def test_a_multiple_is_what_came_back_over_what_was_paid_in() -> None:
    result = run(TINY)
    paid, back = row(result, "funding.equity").sum(), row(result, "waterfall.distributions").sum()

    assert metric(result, "equity_multiple.sponsor") == pytest.approx(back / paid)


def test_owners_who_lose_all_have_no_rate_and_a_multiple_of_nothing() -> None:
    result = run(TINY, {"price.oxide.deck": "12 USD/kg"}, hold_debt=True)

    assert result.metrics["equity_irr"] is None
    assert result.notes["equity_irr"] == "nothing comes back: a total loss"
    assert metric(result, "equity_multiple.sponsor") == 0


def test_a_class_that_pays_in_nothing_has_no_multiple(tmp_path: Path) -> None:
    text = '[equity.other]\nlabel = "Other"\nholder = "Other"\nshare = "0 %"\n'
    result = run(extended(tmp_path, text))

    assert result.metrics["equity_multiple.other"] is None


def test_the_net_present_value_of_support_is_discounted_like_the_project() -> None:
    result = run(FLAGSHIP)
    net = row(result, "support.paid") - row(result, "support.given_back")
    factors = 1.08 ** -np.asarray(result["returns.elapsed"])

    assert metric(result, "support_net_pv") / 1e6 == pytest.approx(np.sum(net * factors), rel=1e-12)
    assert metric(result, "support_net") / 1e6 == pytest.approx(net.sum())
