"""Whole deals: which debt a change meets, the same deal on another timeline, and what holds in any deal."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import finmodel as fm
from finmodel.kernel.errors import SolveError
from finmodel.run.results import Results
from tests.deal.fin import FLAGSHIP, SCULPTED, TINY, extended, metric, number, pure, row, run

SENIOR = ("debt.jbic", "debt.co_lenders")
MONTHS = ", ".join('"50 %"' if month in (11, 23) else '"0 %"' for month in range(24))

FULL = """
[facility.loan]
share = "60 %"
[facility.bank]
label          = "Bank loan"
lender         = "Example bank"
country        = "Example"
rank           = "senior"
share          = "40 %"
rate           = "7 % p.a."
grace          = "12 months"
payment_months = ["December"]
instalments    = 15
profile        = "sculpted"
upfront_fee    = "1 %"
commitment_fee = "0.5 % p.a."
agency_fee     = "0.1 million USD/year"
[facility.mezzanine]
label          = "Mezzanine"
lender         = "Example fund"
country        = "Example"
rank           = "mezzanine"
amount         = "8 million USD"
rate           = "11 % p.a."
capitalise     = true
grace          = "12 months"
payment_months = ["December"]
instalments    = 12
profile        = "annuity"
[cover.nexi]
label      = "Cover"
facilities = ["bank"]
share      = "95 %"
premium    = "0.5 % p.a."
[funding]
idc_funded_by = "all"
[reserve.dsra]
months   = "12 months"
interest = "2 % p.a."
[waterfall]
lockup       = "1.20x"
minimum_cash = "1 million USD"
[equity.sponsor]
share = "80 %"
hurdle = "8 % p.a."
[equity.public]
label        = "Public"
holder       = "Public"
share        = "20 %"
subordinated = true
hurdle       = "2 % p.a."
cap          = "5 % p.a."
"""
"""The reference case with everything that a financing may have."""


@cache
def flagship() -> Results:
    """The flagship as it stands; tests only read it."""
    return run(FLAGSHIP)


# ---- which debt


@pytest.mark.parametrize("scenario", ["detente", "embargo", "dual"])
def test_a_scenario_meets_the_debt_as_it_was_signed(scenario: str) -> None:
    result = fm.run(fm.load(FLAGSHIP, scenario))

    assert result.given["solved.senior_debt"] == flagship().given["solved.senior_debt"]
    assert result.given["solved.schedule"] == flagship().given["solved.schedule"]
    assert result.facts["debt_sized_on"] == flagship().facts["debt_sized_on"]


def test_a_change_of_design_sizes_the_debt_again() -> None:
    result = run(FLAGSHIP, {"sizing.dscr_contracted": "1.50x", "sizing.dscr_merchant": "1.65x"})

    assert metric(result, "debt.jbic") < metric(flagship(), "debt.jbic")
    assert result.facts["debt_sized_on"] != flagship().facts["debt_sized_on"]


def test_a_change_with_the_debt_held_meets_the_debt_as_it_was() -> None:
    """Variable cost of 8 in place of 7 USD/kg: a smaller loan, unless it is held."""
    change = {"cost.separation_variable.per_kg": "8 USD/kg"}
    sized, held = run(FLAGSHIP, change), run(FLAGSHIP, change, hold_debt=True)

    assert metric(sized, "debt.jbic") < metric(flagship(), "debt.jbic")
    assert [metric(held, name) for name in SENIOR] == [metric(flagship(), name) for name in SENIOR]
    assert metric(held, "dscr_min") < metric(flagship(), "dscr_min")
    assert held.facts["debt_sized_on"] == flagship().facts["debt_sized_on"]


def test_a_change_under_a_scenario_is_sized_with_the_change_and_without_the_scenario() -> None:
    change = {"cost.separation_variable.per_kg": "8 USD/kg"}
    result = fm.run(fm.load(FLAGSHIP, "detente", change))

    assert result.given["solved.senior_debt"] == pytest.approx(run(FLAGSHIP, change).given["solved.senior_debt"])


def test_a_timeline_of_other_length_cannot_hold_the_debt() -> None:
    with pytest.raises(SolveError, match="the debt cannot be held: the change moves the timeline"):
        run(SCULPTED, {"timeline.operations": "252 months"}, hold_debt=True)


def test_a_completion_that_moves_cannot_hold_the_debt() -> None:
    """A year later, and a year less of operation: as many periods, but the schedule misses its first date."""
    with pytest.raises(SolveError, match="the debt cannot be held"):
        run(SCULPTED, {"timeline.construction": "36 months", "timeline.operations": "228 months"}, hold_debt=True)


def test_without_changes_holding_the_debt_changes_nothing() -> None:
    case = fm.load(SCULPTED)

    assert fm.run(case, hold_debt=True).metrics == fm.run(case).metrics


# ---- the same deal on another timeline


@cache
def monthly() -> Results:
    """The reference case in months: capital cost at the end of each year, interest of a month a twelfth of 6 %."""
    return run(SCULPTED, {"timeline.frequency": "month", "capex.plant.profile": f"[{MONTHS}]"})


def test_the_reference_case_in_months_has_the_debt_and_the_cover_of_years() -> None:
    """Debt is paid once a year on the same cash: months change nothing."""
    years = run(SCULPTED)

    assert metric(monthly(), "debt.loan") == pytest.approx(metric(years, "debt.loan"), rel=1e-9)
    assert metric(monthly(), "dscr_min") == pytest.approx(1.30, abs=1e-9)


def test_the_reference_case_in_months_has_a_rate_for_owners_and_it_is_that_of_years() -> None:
    """264 months: owners are paid each December, the sums that they receive on years."""
    result = monthly()

    assert len(row(result, "waterfall.distributions")) == 264
    assert metric(result, "equity_irr") == pytest.approx(0.092569, abs=5e-7)


def test_the_project_in_months_earns_more_because_cash_comes_earlier() -> None:
    """Cost still falls at the end of each year, and what operations bring about half a year earlier: above 6.283 %."""
    result = monthly()

    assert metric(result, "project_irr_post_tax") > 0.0628
    assert result.passed


# ---- in any deal


def checked(result: Results) -> None:
    """Every check of class error holds but that owners promised enough for an overrun; cash is conserved, and nothing
    that must be positive is negative."""
    faults = {check.id for check in result.checks if check.kind == "error" and not check.passed}
    assert faults <= {"checks.funding_shortfall"}
    scale = max(1.0, float(np.max(row(result, "balance.assets"))))
    assert cash_gap(result) == pytest.approx(np.zeros(result.model.timeline.count), abs=1e-9 * scale)
    loans = result.case.tables.facility
    rows = [f"facility.{name}.{part}" for name in loans for part in ("outstanding.closing", "repayment")]
    rows += ["account.cash.closing", "account.locked.closing", "account.dsra.closing", "account.arrears.closing"]
    rows += ["waterfall.distributions", "waterfall.senior_shortfall", "waterfall.reserve_top_up", "funding.equity"]
    for id in rows:
        assert row(result, id).min() >= -1e-9 * scale, id


def cash_gap(result: Results) -> NDArray[np.float64]:
    """Change of the deal's accounts less what came in and went out, worked out apart from the check."""
    kept = sum(row(result, f"account.{name}.closing") for name in ("cash", "locked", "dsra"))
    unpaid = row(result, "account.arrears.closing")
    drawn = sum(row(result, f"facility.{name}.drawn") for name in result.case.tables.facility)
    spent = row(result, "funding.uses") - row(result, "funding.reserve") - row(result, "funding.initial_cash")
    came = row(result, "cfads.net_cfads") + row(result, "account.dsra.interest") + row(result, "funding.equity")
    went = row(result, "waterfall.senior_service") + row(result, "waterfall.junior_service")
    moved = np.diff(kept - unpaid, prepend=0.0)
    grants = row(result, "capex.grants_received")
    return np.asarray(moved - came - drawn - grants + spent + went + row(result, "waterfall.distributions"))


def draw(rng: random.Random, low: float, high: float, text: str) -> str:
    """A random quantity as typed."""
    return f"{rng.uniform(low, high):.3f} {text}".replace(" x", "x")


def deck(rng: random.Random, low: float, high: float) -> str:
    """A random price at every third year from 2027, straight lines between."""
    rows = [f'{year}-01-01 = "{draw(rng, low, high, "USD/kg")}"' for year in range(2027, 2050, 3)]
    return f"{{ {', '.join(rows)} }}"


def terms(rng: random.Random, profile: str) -> dict[str, str]:
    """Random prices, costs and terms of debt for the full reference case; even enough that a loan can be sculpted."""
    spread = 1.0 if profile == "sculpted" else 7.0
    middle = rng.uniform(16, 24)
    both = {f"facility.{name}.profile": f'"{profile}"' for name in ("loan", "bank")}
    return both | {
        "price.product.deck": deck(rng, middle - spread, middle + spread),
        "cost.operating.per_year": draw(rng, 3, 6, "million USD/year"),
        "facility.loan.rate": draw(rng, 2, 9, "% p.a."),
        "facility.bank.rate": draw(rng, 2, 9, "% p.a."),
        "facility.loan.upfront_fee": draw(rng, 0, 2, "%"),
        "facility.loan.commitment_fee": draw(rng, 0, 1, "% p.a."),
        "sizing.gearing_cap": draw(rng, 30, 75, "%"),
        "sizing.dscr_contracted": draw(rng, 1.1, 1.8, "x"),
        "sizing.dscr_merchant": draw(rng, 1.1, 2.0, "x"),
        "entity.spv.tax_rate": draw(rng, 0, 40, "%"),
        "entity.spv.loss_limit": draw(rng, 30, 100, "%"),
        "reserve.dsra.months": f"{rng.choice((0, 6, 12))} months",
        "waterfall.lockup": draw(rng, 1.0, 1.4, "x"),
    }


def shocks(rng: random.Random) -> dict[str, str]:
    """Random futures for a debt that is held, from comfortable to hopeless."""
    return {
        "price.product.deck": deck(rng, 5, 22),
        "cost.operating.per_year": draw(rng, 3, 8, "million USD/year"),
        "facility.loan.rate": draw(rng, 2, 12, "% p.a."),
        "entity.spv.tax_rate": draw(rng, 0, 40, "%"),
        "capex.plant.amount": draw(rng, 80, 130, "million USD"),
    }


@pytest.mark.parametrize("seed", range(24))
def test_any_deal_that_can_be_sized_passes_its_checks_and_conserves_cash(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    profile = ("sculpted", "annuity", "equal", "bullet", "sum_of_digits")[seed % 5]

    checked(run(extended(tmp_path, FULL, SCULPTED), terms(rng, profile)))


@pytest.mark.parametrize("seed", range(24))
def test_any_future_of_a_signed_deal_passes_its_checks_and_conserves_cash(seed: int, tmp_path: Path) -> None:
    rng = random.Random(1000 + seed)

    checked(run(extended(tmp_path, FULL, SCULPTED), shocks(rng), hold_debt=True))


@pytest.mark.parametrize("seed", range(12))
def test_any_future_of_the_flagship_passes_its_checks_and_conserves_cash(seed: int) -> None:
    rng = random.Random(2000 + seed)
    future: Mapping[str, str] = {
        "price.ndpr.deck": draw(rng, 35, 130, "USD/kg"),
        "price.dy.deck": draw(rng, 100, 400, "USD/kg"),
        "offtake.oem.demand": draw(rng, 60, 110, "%"),
        "node.separation.availability": draw(rng, 70, 100, "%"),
        "cost.separation_fixed.per_year": draw(rng, 40, 80, "million AUD/year"),
        "capex.separation.amount": draw(rng, 1000, 1500, "million AUD"),
        "programme.meti.budget": draw(rng, 5000, 30000, "million JPY/year"),
        "fx.aud_per_usd": draw(rng, 1.2, 1.7, "AUD/USD"),
        "facility.mezzanine.rate": draw(rng, 8, 15, "% p.a."),
    }

    checked(run(FLAGSHIP, future, hold_debt=True))


def test_a_deal_may_be_sized_on_the_last_digit_whatever_its_units() -> None:
    """The reference case a thousand times larger: a thousand times the debt, the same ratios."""
    large = {
        "node.plant.nameplate": "1,000,000 t/year",
        "cost.operating.per_year": "6,000 million USD/year",
        "capex.plant.amount": "100,000 million USD",
    }
    result, small = run(SCULPTED, large), run(SCULPTED)

    assert metric(result, "debt.loan") == pytest.approx(1000 * metric(small, "debt.loan"), rel=1e-9)
    assert metric(result, "equity_irr") == pytest.approx(metric(small, "equity_irr"), rel=1e-9)


def test_what_lenders_count_is_the_plan_that_is_kept() -> None:
    """The plan of the tiny loan: 15 on each of its ten dates."""
    result = run(TINY)

    assert np.asarray(result.given["solved.plan_cfads"]) / 1e6 == pytest.approx([0, 0] + [15] * 10)
    assert number(result, "facility.jbic.commitment") == 60e6
    assert pure(result, "waterfall.serves") == pytest.approx([0, 0] + [1] * 10)
