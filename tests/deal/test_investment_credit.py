"""Investment tax credit, worked by hand: set off, limited, carried and lost, or refunded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from finmodel.deal.tax import entity as tax
from finmodel.deal.tax.entity import TaxInputs
from finmodel.deal.tax.terms import InvestmentCredit
from tests.deal.fin import SCULPTED, extended, failed, metric, row, run
from tests.deal.ops import deal as operations
from tests.deal.tax_helpers import deal, depreciation, entity, evaluate, given

PHASES = (1, 6, 1)
"""A year of construction, six of operation, one of wind-up; tax years end with them."""


def credit(share: float, limit: float = 1.0, years: float | None = None) -> InvestmentCredit:
    """A credit that is set off."""
    return InvestmentCredit.model_construct(
        share=given("entity.x.investment_credit.share", share),
        eligible=given("entity.x.investment_credit.eligible", 1.0),
        limit=given("entity.x.investment_credit.limit", limit),
        years=None if years is None else given("entity.x.investment_credit.years", years, "year"),
    )


def taxed(terms: InvestmentCredit, income: list[float], cost: float = 100.0, rate: float = 0.3) -> dict[str, object]:
    """A company with so much income a year from completion, and a plant written off over ten years."""
    small = deal("year", PHASES)
    owner = entity(rate=rate, pool=depreciation("straight", 10)).model_copy(update={"investment_credit": terms})
    inputs = TaxInputs(small.flow("income", [0.0, *income]), small.flow("interest", 0.0), small.flow("basis", [cost]))
    tax.build(small.context, "tax.x", owner, inputs)
    return evaluate(small.model)


def test_a_credit_is_set_off_up_to_a_share_of_the_tax_and_carried(tmp_path: Path) -> None:
    """7 % of 100 is 7. Tax 30 % of 30 - 10 = 6 a year, of which 20 % is 1.2: five years, and 1.0 in the sixth."""
    values = taxed(credit(0.07, 0.20), [30, 30, 30, 30, 30, 80])

    assert values["tax.x.credit.granted"] == pytest.approx([7, 0, 0, 0, 0, 0, 0, 0])
    assert values["tax.x.credit.used"] == pytest.approx([0, 1.2, 1.2, 1.2, 1.2, 1.2, 1.0, 0])
    assert values["tax.x.net_accrued"][1:6] == pytest.approx([4.8] * 5)


def test_a_credit_of_three_years_is_used_last_in_the_third_year_and_then_lost() -> None:
    """Granted in the year of completion: 1.2 in each of three years after it, and 7 - 3.6 = 3.4 are lost."""
    values = taxed(credit(0.07, 0.20, 3), [30] * 6)

    assert values["tax.x.credit.used"] == pytest.approx([0, 1.2, 1.2, 1.2, 0, 0, 0, 0])
    assert values["tax.x.credit.expired"] == pytest.approx([0, 0, 0, 3.4, 0, 0, 0, 0])


def test_a_credit_that_is_not_carried_is_lost_with_its_year() -> None:
    """Completion falls in a year without tax: nothing is set off, ever."""
    values = taxed(credit(0.07, 1.0, 0), [30] * 6)

    assert values["tax.x.credit.used"] == pytest.approx([0] * 8)
    assert values["tax.x.credit.closing"] == pytest.approx([0] * 8)


def test_a_year_without_tax_sets_nothing_off() -> None:
    """A loss of 20 - 10 = 10 less than nothing in the first year."""
    values = taxed(credit(0.07), [-10, 50, 50, 50, 50, 50])

    assert values["tax.x.credit.used"][:3] == pytest.approx([0, 0, 6.0])


@pytest.mark.parametrize("seed", range(20))
def test_what_is_granted_is_used_lost_or_left(seed: int) -> None:
    draw = np.random.default_rng(seed)
    terms = credit(draw.uniform(0, 0.5), draw.uniform(0, 1), draw.choice([None, 1.0, 2.0, 4.0]))
    values = taxed(terms, list(draw.uniform(-40, 60, 6)), draw.uniform(10, 200))
    lost = np.sum(values.get("tax.x.credit.expired", 0.0))  # type: ignore[call-overload]
    whole, used = np.sum(values["tax.x.credit.granted"]), np.sum(values["tax.x.credit.used"])

    assert used + lost + values["tax.x.credit.closing"][-1] == pytest.approx(whole)
    assert np.min(values["tax.x.net_accrued"]) >= -1e-9
    assert np.min(values["tax.x.credit.closing"]) >= -1e-9


def test_a_refundable_credit_is_received_a_lag_after_completion(tmp_path: Path) -> None:
    """10 % of 80 % of 1,000 USD, twelve months after the end of 2028."""
    rows = 'share = "10 %"\neligible = "80 %"\nrefundable = true\nlag = "12 months"\n'
    small = operations(tmp_path, f"[entity.mining.investment_credit]\n{rows}")

    assert small.at("investment_credit.mining.granted", ["2028", "2029"]) == pytest.approx([80, 0])
    assert small.at("investment_credit.mining.received", ["2028", "2029", "2030"]) == pytest.approx([0, 80, 0])


def test_a_plant_that_is_complete_too_late_has_no_credit(tmp_path: Path) -> None:
    rows = 'share = "10 %"\nrefundable = true\nuntil = 2028-11-30\n'
    small = operations(tmp_path, f"[entity.mining.investment_credit]\n{rows}")

    assert small["investment_credit.mining.granted"].sum() == 0


@pytest.mark.parametrize("rows", ['refundable = true\nlag = "12 months"', 'limit = "20 %"\nyears = "3 years"'])
def test_a_deal_with_a_credit_balances_and_its_owners_earn_more(tmp_path: Path, rows: str) -> None:
    result = run(extended(tmp_path, f'[entity.spv.investment_credit]\nshare = "7 %"\n{rows}\n', SCULPTED))

    assert failed(result) == set()
    assert metric(result, "equity_irr") > metric(run(SCULPTED), "equity_irr")
    assert row(result, "tax.spv.net_accrued").sum() <= row(run(SCULPTED), "tax.spv.net_accrued").sum()


def test_a_refundable_credit_pays_owners_and_counts_for_no_cover(tmp_path: Path) -> None:
    """7 % of 100 comes in once, below CFADS as a grant does: covers and debt are those of the deal without it.

    Tax is off, so that the smaller basis moves nothing; what owners receive is more by the whole 7.
    """
    plain = {"entity.spv.tax_rate": "0 %"}
    rows = '[entity.spv.investment_credit]\nshare = "7 %"\nrefundable = true\nlag = "12 months"\n'
    with_it, without = run(extended(tmp_path, rows, SCULPTED), plain), run(SCULPTED, plain)
    credit = row(with_it, "investment_credit.spv.received")

    assert credit.sum() == pytest.approx(7)
    assert row(with_it, "cfads.net_cfads") == pytest.approx(row(without, "cfads.net_cfads"), abs=1e-9)
    for name in ("llcr_min", "plcr_min", "dscr_min", "gearing"):
        assert metric(with_it, name) == pytest.approx(metric(without, name), rel=1e-9)
    more = row(with_it, "waterfall.distributions").sum() - row(without, "waterfall.distributions").sum()
    assert more == pytest.approx(7)


def test_the_project_return_before_tax_is_before_another_tax_too(tmp_path: Path) -> None:
    """A hook other_tax of 1 a year lowers the return after tax and leaves the one before."""
    text = '[extra_lines]\nother_tax = "working.received * 0.02"\n'
    taxed, free = run(extended(tmp_path, text, SCULPTED)), run(SCULPTED)

    assert metric(taxed, "project_irr_pre_tax") == pytest.approx(metric(free, "project_irr_pre_tax"), rel=1e-12)
    assert metric(taxed, "project_irr_post_tax") < metric(free, "project_irr_post_tax") - 1e-4
