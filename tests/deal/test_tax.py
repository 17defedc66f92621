"""Income tax: accrual with its true-up, payment, reserve and exchange rates, worked by hand and on random income."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest

from finmodel.deal.tax import entity as tax
from finmodel.deal.tax.entity import TaxInputs, TaxLines
from finmodel.deal.tax.terms import Entity
from tests.deal.tax_helpers import Deal, deal, depreciation, draws, entity, evaluate, on_paths

FOUR_QUARTERS = [100.0, 100.0, 100.0, -200.0]


def declare(deal: Deal, terms: Entity, income: Sequence[float], interest: float = 0, cost: float = 0) -> TaxLines:
    """The tax of an entity with this income by period, interest in each, and cost in the first."""
    inputs = TaxInputs(deal.flow("income", income), deal.flow("interest", interest), deal.flow("cost", [cost]))
    return tax.build(deal.context, "tax.x", terms, inputs)


def assess(deal: Deal, terms: Entity, income: Sequence[float], interest: float = 0, cost: float = 0) -> dict[str, Any]:
    """All lines of that tax, by the last part of their ids."""
    declare(deal, terms, income, interest, cost)
    return {id.removeprefix("tax.x."): row for id, row in evaluate(deal.model).items()}


def test_loss_in_the_last_quarter_takes_back_tax_of_the_year() -> None:
    """Year to date 100, 200, 300, 100; tax at 30 % 30, 60, 90, 30; so the last quarter gives 60 back."""
    row = assess(deal("quarter", (0, 4, 1)), entity(), FOUR_QUARTERS)

    assert row["net_accrued"] == pytest.approx([30, 30, 30, -60, 0])
    assert row["reserve.net_transfer"] == pytest.approx([30, 30, 30, -60, 0])
    assert row["reserve.closing"] == pytest.approx([30, 60, 90, 0, 0])


def test_loss_of_a_year_lowers_the_tax_of_the_next_as_it_accrues() -> None:
    """FY2027 loses 50. Half may be offset: 60 − 30, then 120 − 50 (all of the loss); 30 % of each less what stood."""
    row = assess(deal("quarter", (0, 8, 1)), entity(limit=0.5), [-50, 0, 0, 0, 60, 60, 0, 0])

    assert row["taxable_to_date"] == pytest.approx([0, 0, 0, 0, 30, 70, 70, 70, 0])
    assert row["net_accrued"] == pytest.approx([0, 0, 0, 0, 9, 12, 0, 0, 0])
    assert row["losses.closing"] == pytest.approx([0, 0, 0, 50, 50, 50, 50, 0, 0])


def test_depreciation_and_interest_are_deducted() -> None:
    """Income 100, interest 15, and 200 over ten years = 20: 65 at 30 % = 19.5, from the first year of operations."""
    row = assess(deal("year", (1, 10, 1)), entity(), [0] + [100.0] * 10, interest=15, cost=200)

    assert row["net_income_to_date"][:3] == pytest.approx([-15, 65, 65])
    assert row["losses.closing"][:2] == pytest.approx([15, 0])
    assert row["net_accrued"][1:3] == pytest.approx([0.3 * 50, 19.5])


@pytest.mark.parametrize("lag, when", [(0, "2028Q2"), (2, "2028Q3"), (3, "2028Q3"), (6, "2028Q4")])
def test_tax_is_paid_a_lag_after_the_tax_year_at_the_end_of_that_period(lag: int, when: str) -> None:
    """A year to June 2028 with tax of 30; two months after June lie in the quarter that ends in September."""
    small = deal("quarter", (0, 9, 1))
    row = assess(small, entity("June", lag=lag), [0, 100])

    assert [small.model.timeline.labels[t] for t, paid in enumerate(row["paid"]) if paid] == [when]
    assert sum(row["paid"]) == pytest.approx(30)


def test_annual_tax_without_a_lag_is_paid_in_its_own_period() -> None:
    """30 % of 100 and 50, paid at once; nothing is ever owed."""
    row = assess(deal("year", (0, 2, 1)), entity(), [100, 50])

    assert row["paid"] == pytest.approx([30, 15, 0])
    assert row["payable.closing"] == pytest.approx([0, 0, 0])


def test_last_period_assesses_a_year_cut_short_and_pays_what_is_left() -> None:
    """The year to June 2028 (30) is due in December 2028, and the year cut in September 2028 (6) with it: 36."""
    row = assess(deal("quarter", (0, 5, 1)), entity("June", lag=6), [0, 100, 0, 0, 0, 20])

    assert row["paid"] == pytest.approx([0, 0, 0, 0, 0, 36])
    assert row["reserve.closing"][-1] == pytest.approx(0)


def test_loss_of_a_year_cut_short_is_still_created() -> None:
    """The last period, in the middle of a tax year, loses 20."""
    row = assess(deal("quarter", (0, 5, 1)), entity("June"), [0, 0, 0, 0, 0, -20])

    assert row["losses.closing"][-1] == pytest.approx(20)


def test_rate_in_force_at_the_period_applies_to_the_year_to_date() -> None:
    """30 % of 100, then 40 % of 200 less the 30 that stood."""
    row = assess(deal("quarter", (0, 4, 1)), entity(rate=[0.3, 0.4, 0.4, 0.4, 0.4]), [100, 100])

    assert row["net_accrued"] == pytest.approx([30, 50, 0, 0, 0])


def test_australian_tax_accrues_by_its_own_year() -> None:
    """Close in April, tax year to June: the quarter to June stands alone, and July starts a new year."""
    row = assess(deal("quarter", (0, 8, 1)), entity("June"), [100, 100, 100, 100, -100, 100])

    assert row["net_income_to_date"] == pytest.approx([100, 100, 200, 300, 200, 100, 100, 100, 100])


def test_liability_in_aud_rolls_exactly_while_the_rate_moves() -> None:
    """AUD 1.25, 1.60, 2.00, 2.00, 2.50 for a USD: 0.80, 0.625, 0.50, 0.50, 0.40 USD for an AUD.

    Income 100 USD = 125 AUD, then 100 = 160; tax 37.5 and 48 AUD = 30 and 30 USD.
    The opening 37.5 AUD fall by 0.175: 6.5625 USD gained; 85.5 AUD × 0.125 = 10.6875 and × 0.10 = 8.55 gained later.
    Paid, a lag of three months after March: 85.5 AUD × 0.40 = 34.2 USD.
    """
    rates = [1.25, 1.60, 2.00, 2.00, 2.50, 2.50]
    small = deal("quarter", (0, 5, 1), fx={"aud_per_usd": rates})
    row = assess(small, entity(currency="AUD", lag=3), [100, 100])

    assert row["net_accrued"] == pytest.approx([37.5, 48, 0, 0, 0, 0])
    assert row["reported.net_accrued"] == pytest.approx([30, 30, 0, 0, 0, 0])
    assert row["reported.net_fx"] == pytest.approx([0, -6.5625, -10.6875, 0, -8.55, 0])
    assert row["reported.paid"] == pytest.approx([0, 0, 0, 0, 34.2, 0])
    assert row["reported.liability"] == pytest.approx([30, 53.4375, 42.75, 42.75, 0, 0])
    assert row["reserve.closing"] == pytest.approx(row["reported.liability"])


def test_cost_enters_the_tax_basis_at_the_rate_of_its_day() -> None:
    """200 USD at 1.25 = 250 AUD, 25 AUD a year for ten years, whatever the rate becomes."""
    small = deal("year", (1, 10, 1), fx={"aud_per_usd": [1.25] + [2.0] * 11})
    row = assess(small, entity(currency="AUD"), small.zeros, cost=200)

    assert row["depreciation"] == pytest.approx([0] + [25] * 10 + [0])


def test_quarters_of_an_australian_year_share_the_declining_value() -> None:
    """Completion in April 2030, 1,000 at 10 %, income 100 a quarter: 100 − 25 to June, then 100 − 24.375 a quarter."""
    small = deal("quarter", (12, 80, 2))
    terms = entity("June", pool=depreciation("declining", 20))
    row = assess(small, terms, [0] * 12 + [100.0] * 80, cost=1000)
    first = small.at("2030Q2")

    assert row["net_accrued"][first : first + 3] == pytest.approx([0.3 * 75, 0.3 * 75.625, 0.3 * 75.625])


def test_notional_tax_is_the_same_code_under_another_name() -> None:
    """Without interest: 30 % of 100 against 30 % of 85; no id and no label is used twice."""
    small = deal("year", (0, 3, 1))
    income, none = small.flow("income", 100.0), small.flow("none", 0)
    context, terms = small.context, entity()
    real = tax.build(context, "tax.x", terms, TaxInputs(income, small.flow("interest", 15.0), none))
    notional = tax.build(context, "notional_tax.x", terms, TaxInputs(income, none, none))
    values, labels = evaluate(small.model), [line.label for line in small.model.lines.values()]

    assert values[real.accrued.id][0] == pytest.approx(25.5)
    assert values[notional.accrued.id][0] == pytest.approx(30)
    assert notional.accrued.id == "notional_tax.x.reported.net_accrued"
    assert len(set(labels)) == len(labels)


RULES = [entity("June", lag=6), entity("March", limit=0.5, loss_years=3, lag=2), entity("December")]


@pytest.mark.parametrize("terms", RULES)
def test_all_tax_that_accrues_is_paid_on_random_income(terms: Entity) -> None:
    """Exchange rate 1: Σ accrued = Σ transferred = Σ paid; nothing paid, owed or carried is ever negative."""
    small = deal("quarter", (4, 40, 2))
    declare(small, terms, small.zeros, cost=300)
    values = on_paths(small.model, {"income.input": draws(small, -100, 120)})
    accrued, paid = values["tax.x.net_accrued"], values["tax.x.paid"]

    assert accrued.sum(axis=0) == pytest.approx(paid.sum(axis=0))
    assert values["tax.x.reserve.net_transfer"].sum(axis=0) == pytest.approx(paid.sum(axis=0))
    assert min(values[f"tax.x.{name}.closing"].min() for name in ("losses", "payable", "reserve")) > -1e-9
    assert paid.min() > -1e-9
    assert paid.sum() > 0


def test_reserve_equals_the_liability_on_random_rates() -> None:
    """Liability = before + accrued + exchange loss − paid in every period; the reserve ends at 0."""
    small = deal("quarter", (4, 40, 2), fx={"aud_per_usd": [1.5] * 46})
    lines = declare(small, RULES[0].model_copy(update={"currency": "AUD"}), small.zeros)
    rates = draws(small, 1.2, 1.8, seed=2)
    values = on_paths(small.model, {"income.input": draws(small, -100, 120), "fx.aud_per_usd": rates})
    liability, reserve = values[lines.liability.id], values[lines.reserve.closing.id]
    before = np.vstack([np.zeros_like(liability[:1]), liability[:-1]])
    rolled = before + values[lines.accrued.id] + values[lines.fx.id] - values[lines.paid.id]

    assert liability == pytest.approx(rolled, abs=1e-9)
    assert reserve == pytest.approx(liability, abs=1e-9)
    assert reserve[-1] == pytest.approx(0, abs=1e-9)


def test_flat_rate_of_exchange_makes_no_gain_or_loss() -> None:
    """A single number for the rate: the exchange line is 0 in every period."""
    small = deal("quarter", (0, 4, 1), close=date(2027, 4, 1), fx={"aud_per_usd": 1.43})
    row = assess(small, entity(currency="AUD"), FOUR_QUARTERS)

    assert row["reported.net_fx"] == [0] * 5
    assert row["reported.net_accrued"] == pytest.approx([30, 30, 30, -60, 0])
