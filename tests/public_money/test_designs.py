"""Designs of support: each scheme sized to one outcome, ranked by cost to payers; the cheapest floor for a cover."""

from __future__ import annotations

import json
import math
from functools import cache

import pytest

from finmodel.analysis.designs.comparison import IN_BUDGET, DesignTable, cheapest_floor, compare_designs, to_json
from finmodel.analysis.designs.schemes import OWN
from finmodel.analysis.designs.size_of_design import achievable
from finmodel.cli.command import command
from finmodel.cli.terminal import show
from finmodel.kernel.errors import UsageError
from finmodel.kernel.evaluate import evaluate
from finmodel.present.pages.designs import page
from finmodel.public_money.account import government
from finmodel.run.build import build
from finmodel.run.run import load, run
from tests.deal.ops import quarters, read, share, timeline
from tests.deal.test_support import floor, fund
from tests.flagship.deal import CASES

FLAGSHIP = CASES / "australia_japan"


@cache
def table() -> DesignTable:
    """All schemes sized to a lowest DSCR of 1.30x in the detente."""
    return compare_designs(FLAGSHIP, "dscr", 1.30, "detente")


@pytest.mark.slow
def test_every_published_scheme_is_sized_or_says_why_not():
    rows = table().rows

    assert len(rows) == 11
    assert all((row.expected is not None) != bool(row.reason) for row in rows)
    assert sum(row.expected is not None for row in rows) >= 7


@pytest.mark.slow
def test_every_sized_scheme_reaches_the_outcome_and_no_more():
    for row in table().rows:
        if row.expected is not None:
            assert row.outcome == pytest.approx(1.30, abs=1e-6), row.label


@pytest.mark.slow
def test_schemes_are_ranked_by_what_public_and_buyers_pay_which_is_weighted_over_scenarios():
    sized = [row for row in table().rows if row.expected is not None]

    assert [row.total for row in sized] == sorted(row.total for row in sized)
    assert all(row.total == row.expected + row.buyers for row in sized)
    assert sum(table().weights.values()) == pytest.approx(1)
    for row in sized:
        assert row.expected == pytest.approx(math.fsum(table().weights[name] * row.costs[name] for name in row.costs))


@pytest.mark.slow
def test_the_cases_own_floor_at_its_size_costs_what_a_run_of_the_case_says():
    """The floor found for 1.30x, set in the case with the debt held, gives the cover as paid and the same support."""
    own = next(row for row in table().rows if row.label == OWN)
    sets = {"support.ndpr_floor.floor": f"{own.value:.12f} USD/kg"}
    found = run(load(FLAGSHIP, "detente", sets), hold_debt=True)

    assert found.metrics["dscr_min"] == pytest.approx(own.as_paid, abs=1e-6)
    assert government(found).analysis.present.net == pytest.approx(own.costs["detente"], rel=1e-6)


@pytest.mark.slow
def test_a_floor_that_buyers_pay_costs_no_public_money_and_says_what_buyers_pay():
    jare = next(row for row in table().rows if row.name == "jare")

    assert jare.expected == 0
    assert jare.buyers > 100e6
    assert table().rows.index(jare) > 0


@pytest.mark.slow
def test_no_scheme_is_left_out_for_when_it_settles():
    """The EBITDA floor settles by the contract year and a quarter later; what is left out, the budget limits."""
    rows = compare_designs(FLAGSHIP).rows

    assert next(row for row in rows if row.name == "ebitda_floor").outcome == pytest.approx(rows[0].outcome, abs=1e-6)
    assert all(row.reason.endswith(IN_BUDGET) for row in rows if row.total is None)


def test_how_far_a_scheme_comes_is_told_from_the_goal():
    assert achievable("dscr_min", 1.5998, 1.602) == "maximum achievable: 1.600x"
    assert achievable("dscr_min", 1.01, 1.60) == "maximum achievable: 1.01x"
    assert achievable("equity_irr", 0.0899, 0.12) == "maximum achievable: 8.99 %"


def test_a_yearly_top_up_counts_as_earned_in_the_quarters_for_which_it_is_paid(tmp_path):
    """Floor 15 against 10, 10, 10 and 18 USD/kg on 25 t a quarter: 5 + 5 + 5 - 3 = 12 USD/kg are 300,000 USD for 2029.

    Granted in December and paid in June; as earned 75,000 a quarter, with nothing left open at the end of the year.
    """
    steps = '{ 2028-01-01 = "1x", 2029-10-01 = "1.8x", 2030-01-01 = "2x" }'
    terms = floor(more='window = "calendar_year"\nlag = "6 months"') + f"[price.ore]\npremium = {steps}\n"
    case = read(tmp_path, timeline("quarter") + share() + fund() + terms)
    paid = {}
    for earned in (False, True):
        built = build(case, as_earned=earned)
        values = evaluate(built.model, built.plan, built.inputs(case))
        at = [built.model.timeline.labels.index(label) for label in [*quarters(2029), *quarters(2030)]]
        paid[earned] = [float(values["support.floor.paid"][t]) for t in at]
        assert float(values["support.floor.granted"][at[3]]) == pytest.approx(300_000)
        assert sum(values["support.floor.granted"]) == pytest.approx(300_000)

    assert paid[False] == pytest.approx([0, 0, 0, 0, 0, 300_000, 0, 0])
    assert paid[True] == pytest.approx([75_000] * 4 + [0] * 4)


@pytest.mark.slow
def test_the_p95_of_a_design_is_that_of_its_paths_and_lies_above_its_cost_as_the_case_stands():
    """Paths of the case's own price risk, the same for all; the buyer's floor costs the public nothing on any."""
    rows = {row.name: row for row in table().rows if row.expected is not None}

    assert rows["jare"].p95 == 0
    assert rows["ndpr_floor"].p95 > rows["ndpr_floor"].costs["escalation"]
    assert rows["premium"].p95 == pytest.approx(max(rows["premium"].costs.values()), rel=0.05)


@pytest.mark.slow
def test_a_scheme_that_cannot_reach_the_outcome_tells_how_far_it_comes():
    missed = {row.label: row.reason for row in table().rows if row.expected is None}

    assert missed["Stockpile purchase"].startswith("maximum achievable: ")


@pytest.mark.slow
def test_the_same_debt_stands_under_every_design():
    assert table().base.metrics["debt.jbic"] == run(load(FLAGSHIP)).metrics["debt.jbic"]


@pytest.mark.slow
def test_an_outcome_in_equity_returns_is_reached_too():
    rows = compare_designs(FLAGSHIP, "irr", None, "detente").rows
    own = next(row for row in rows if row.label == OWN)

    assert all(row.outcome == pytest.approx(own.outcome, abs=1e-6) for row in rows if row.expected is not None)


def test_outcomes_and_scenarios_that_are_not_there_are_told():
    with pytest.raises(UsageError, match="write dscr or irr"):
        compare_designs(FLAGSHIP, "llcr")
    with pytest.raises(UsageError, match="no scenario"):
        compare_designs(FLAGSHIP, "dscr", None, "boom")
    with pytest.raises(UsageError, match="one support contract"):
        compare_designs(CASES / "tiny_loan")


@pytest.mark.slow
def test_the_cheapest_floor_reaches_the_cover_with_the_probability_and_a_cent_less_does_not():
    """1.15x in scenarios of 85 %: found again by running each scenario on that floor with the debt held."""
    found = cheapest_floor(FLAGSHIP, 1.15, 0.85)
    best = found.cheapest
    assert best is not None and best.floor is not None

    def reached(floor: float) -> float:
        total = 0.0
        for name, weight in (("escalation", 0.40), ("detente", 0.35), ("embargo", 0.15), ("dual", 0.10)):
            sets = {
                "support.ndpr_floor.floor": f"{floor:.12f} USD/kg",
                "programme.meti.budget": f"{22_000 * best.budget} million JPY/year",
                "programme.meti.envelope": f"{180_000 * best.budget} million JPY",
            }
            total += weight * (run(load(FLAGSHIP, name, sets), hold_debt=True).metrics["dscr_min"] >= 1.15 - 1e-9)
        return total

    assert reached(best.floor + 1e-6) >= 0.85
    assert reached(best.floor - 0.01) < 0.85


@pytest.mark.slow
def test_the_verbs_run(capsys):
    assert command(["support", "compare", str(FLAGSHIP), "--target", "1.30x", "--scenario", "detente"]) == 0
    assert command(["support", "floor", str(FLAGSHIP), "--dscr", "1.15x", "--probability", "85 %"]) == 0
    assert "Cheapest:" in capsys.readouterr().out


@pytest.mark.slow
def test_a_cover_that_no_floor_reaches_has_no_row():
    assert cheapest_floor(FLAGSHIP, 5.0, 0.9).cheapest is None


@pytest.mark.slow
def test_the_ranking_is_shown_in_a_hundred_columns_and_written_as_json(capsys):
    found = table()
    show(page(found.base, found.rows, found.metric, found.target, found.world))
    text = capsys.readouterr().out
    content = json.loads(to_json(table()))

    assert "Designs sized to a minimum DSCR of 1.30x in the detente" in text
    assert max(len(row) for row in text.splitlines()) <= 100
    assert content["schema"] == "finmodel.designs/1"
    assert command(["support", "floor", str(FLAGSHIP), "--dscr", "1.15x", "--probability", "much"]) == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["floor", "--dscr", "1.2x", "--probability", "850 %"],
            "a probability is above 0 % and at most 100 %: got 850 %",
        ),
        (
            ["floor", "--dscr", "1.2x", "--probability", "-1 %"],
            "a probability is above 0 % and at most 100 %: got -1 %",
        ),
        (
            ["floor", "--dscr", "-1.2x", "--probability", "85 %"],
            "the cover to reach is above 0, such as 1.20x: got -1.2x",
        ),
        (["compare", "--target", "-1x"], "a target is above 0: got -1"),
    ],
)
def test_a_goal_that_makes_no_sense_is_refused(capsys, words, told):
    assert command(["support", words[0], str(FLAGSHIP), *words[1:]]) == 2
    assert capsys.readouterr().err == f"{told}\n"
