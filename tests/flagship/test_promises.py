"""What the flagship promises a lender: sizing, repayment, sources and uses, and debt that scenarios cannot move."""

from __future__ import annotations

import numpy as np
import pytest

import finmodel as fm
from tests.flagship.deal import CASES, built, result

FLAGSHIP = CASES / "australia_japan"


def test_every_check_holds_but_that_the_mezzanine_waits_for_the_first_covered_date():
    """In September 2030 CFADS is negative before the first principal: mezzanine interest of 4.8 m is paid in March."""
    run = result()

    assert [check.id for check in run.checks if not check.passed] == ["checks.junior_paid"]
    late = {run.model.timeline.labels[t]: amount for t, amount in enumerate(run["covenant.arrears_junior"]) if amount}
    assert late == {"2030Q3": pytest.approx(4.83e6, abs=0.1e6)}


def test_the_sizing_residual_is_below_1e_9_of_the_debt_and_the_binding_constraint_is_named():
    facts = result().facts

    assert float(facts["sizing_residual"]) <= 1e-9
    assert facts["binding_constraint"] == "debt service cover"


@pytest.mark.parametrize("facility", ["jbic", "co_lenders", "mezzanine"])
def test_debt_is_nothing_after_its_last_repayment(facility):
    outstanding = result()[f"facility.{facility}.outstanding.closing"]

    assert abs(outstanding[-1]) <= 1e-9 * max(outstanding)


def test_sources_equal_uses_in_each_period():
    run = result()
    sources = run["funding.equity"] + run["funding.grants_received"] - run["funding.surplus"]
    sources = sources + sum(run[f"funding.draw.{name}"] for name in ("jbic", "co_lenders", "mezzanine"))

    assert sources == pytest.approx(run["funding.uses"], abs=1e-3)


def test_there_are_14_instalments_from_march_2031_at_least_six_months_after_completion():
    run, labels = result(), built().model.timeline.labels
    dates = [labels[t] for t, flag in enumerate(run["facility.jbic.repayment_date"]) if flag]

    assert len(dates) == 14
    assert (dates[0], dates[-1]) == ("2031Q1", "2037Q3")


@pytest.mark.parametrize("scenario", ["escalation", "detente", "embargo", "dual"])
def test_a_scenario_keeps_the_debt_as_sized(scenario):
    run = fm.run(fm.load(FLAGSHIP, scenario=scenario))

    assert run.metrics["debt.jbic"] == result().metrics["debt.jbic"]
    assert run.facts["debt_sized_on"] == result().facts["debt_sized_on"]


def test_a_change_of_design_sizes_the_debt_anew_unless_it_is_held():
    cheaper = {"facility.jbic.rate": "4 % p.a.", "facility.co_lenders.swap_rate": "2.75 % p.a."}
    sized = fm.run(fm.load(FLAGSHIP, set=cheaper))
    held = fm.run(fm.load(FLAGSHIP, set=cheaper), hold_debt=True)

    assert sized.metrics["debt.jbic"] > result().metrics["debt.jbic"] * 1.02
    assert held["facility.jbic.commitment"] == pytest.approx(result()["facility.jbic.commitment"], rel=1e-12)
    assert held.metrics["dscr_min"] > sized.metrics["dscr_min"]


def test_support_is_never_more_than_the_budget_of_the_year_or_the_envelope():
    run = fm.run(fm.load(FLAGSHIP, scenario="detente"))
    granted, ceiling = run["programme.meti.granted_to_date"], run["programme.meti.ceiling"]

    assert np.all(granted <= ceiling * (1 + 1e-12))
    assert run["programme.meti.granted_ever"][-1] == pytest.approx(180e9)
    assert run.metrics["support_unmet"] > 0


def test_a_share_of_jbic_beyond_its_standard_is_an_alert_and_no_error():
    more = {"facility.jbic.share": "65 %", "facility.co_lenders.share": "35 %"}
    run = fm.run(fm.load(FLAGSHIP, set=more))

    assert "checks.jbic_share" in {check.id for check in run.checks if not check.passed}
    assert run.passed


def test_the_subordinated_class_stops_at_its_cap():
    """The cap counts days, the reported rate counts equal quarters: they differ by some basis points."""
    assert result().metrics["equity_irr.jogmec"] == pytest.approx(0.07, abs=2e-4)
    assert result().metrics["equity_irr.trading"] > 0.10
