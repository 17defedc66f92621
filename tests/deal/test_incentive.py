"""Production incentive: share, window, lag and settlement, worked by hand and on random cost."""

from collections.abc import Sequence
from datetime import date

import pytest

from finmodel.deal.tax import incentive
from finmodel.deal.tax.incentive import IncentiveLines
from finmodel.deal.tax.terms import Incentive
from finmodel.kernel.timeline import serial
from tests.deal.tax_helpers import Deal, deal, draws, evaluate, given, on_paths


def declare(deal: Deal, cost: Sequence[float], lag: int = 0) -> IncentiveLines:
    """10 % of 85 % of cost from 2027-07-01 to 2028-03-31."""
    terms = Incentive.model_construct(
        share=given("entity.au.incentive.share", 0.10),
        eligible=given("entity.au.incentive.eligible", 0.85),
        start=given("entity.au.incentive.start", serial(date(2027, 7, 1)), "date"),
        end=given("entity.au.incentive.end", serial(date(2028, 3, 31)), "date"),
        lag=given("entity.au.incentive.lag", lag, "month"),
    )
    return incentive.build(deal.context, "au", "Australia", terms, deal.flow("cost", cost))


def test_10_percent_of_eligible_cost_is_earned_within_the_window() -> None:
    """100 × 85 % × 10 % = 8.5 in the quarters to September, December and March; nothing before or after."""
    small = deal("quarter", (0, 6, 1))
    declare(small, [100.0] * 7)

    assert evaluate(small.model)["incentive.au.earned"] == pytest.approx([0, 8.5, 8.5, 8.5, 0, 0, 0])


def test_refund_comes_a_lag_after_the_cost_and_is_owed_in_between() -> None:
    """Six months: the 8.5 of September come in March."""
    small = deal("quarter", (0, 6, 1))
    declare(small, [0, 100, 200], lag=6)
    values = evaluate(small.model)

    assert values["incentive.au.received"] == pytest.approx([0, 0, 0, 8.5, 17, 0, 0])
    assert values["incentive.au.receivable.closing"] == pytest.approx([0, 8.5, 25.5, 17, 0, 0, 0])


def test_last_period_settles_what_is_still_owed() -> None:
    """Earned in March 2028, due nine months later, but the deal ends in June: received then."""
    small = deal("quarter", (0, 4, 1))
    declare(small, [0, 0, 0, 100], lag=9)

    assert evaluate(small.model)["incentive.au.received"] == pytest.approx([0, 0, 0, 0, 8.5])


def test_all_that_is_earned_is_received_on_random_cost() -> None:
    """Σ earned = Σ received on every path; nothing is owed at the end."""
    small = deal("quarter", (0, 8, 1))
    lines = declare(small, small.zeros, lag=6)
    values = on_paths(small.model, {"cost.input": draws(small, 0, 100)})

    assert values[lines.earned.id].sum(axis=0) == pytest.approx(values[lines.received.id].sum(axis=0))
    assert values[lines.receivable.closing.id][-1] == pytest.approx(0, abs=1e-9)
