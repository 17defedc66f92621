"""Covenant events: rows of the model that a run, the grid, scenarios and a simulation read, worked by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from finmodel.analysis.shocks import Grid, price
from finmodel.kernel.order import plan
from finmodel.present.pages.finance import payments
from finmodel.risk.ask import COUNTED
from finmodel.run.covenant_events import events_in, events_of, funded
from tests.deal.faces import differ, in_the_workbook
from tests.deal.fin import (
    DAYS,
    FLAGSHIP,
    MEZZANINE,
    TINY,
    extended,
    failed,
    interest,
    metric,
    pure,
    row,
    run,
    shock,
)
from tests.deal.test_ratios import SERVICE

PENALTY = interest(7.5, 5, 0.02) + interest(45 * 0.05 * DAYS[4] / 365, 5, 0.07) + interest(7.5, 5)
"""Of 2029H1 unpaid: 2 % a year more on principal, 7 % on interest; and its principal bears interest for longer."""
LEVELS = """
[waterfall]
lockup        = "1.20x"
default_cover = "1.05x"
[reserve.dsra]
months = "6 months"
"""
DRIVEN = """
[risk.driver.price]
key  = "price.oxide.deck"
kind = "uniform"
low  = "0.35x"
high = "1.10x"
"""


@pytest.fixture(scope="module")
def deal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny loan with mezzanine, a reserve, both levels, and a price that is drawn once a path."""
    return extended(tmp_path_factory.mktemp("events"), MEZZANINE + LEVELS + DRIVEN)


@pytest.fixture(scope="module")
def simulation(deal: Path) -> fm.Simulation:
    return fm.simulate(deal, 64, 5, workers=1)


def counted(result: fm.Results) -> dict[str, tuple[str, ...]]:
    """The dates of each event that a simulation counts too."""
    return {name: event.dates for name, event in events_of(result).items() if name in COUNTED}


@pytest.mark.parametrize("path", range(8))
def test_run_scenario_grid_and_simulation_give_the_same_events_for_the_same_path(
    path: int, deal: Path, simulation: fm.Simulation, tmp_path: Path
) -> None:
    """A drawn price written as a case, as a scenario, and as a row of the grid, against the flags of the simulation."""
    replayed = simulation.replay(path)
    drawn = np.ravel(replayed.given["price.oxide.deck"])[0]
    text = f"{drawn:.17g} USD/kg"
    case = extended(tmp_path, f"{MEZZANINE}{LEVELS}")
    (case / "scenarios.toml").write_text(f'[low]\nlabel = "Low"\n[low.set]\n"price.oxide.deck" = "{text}"\n')

    written = fm.run(fm.load(case, set={"price.oxide.deck": text}), hold_debt=True)
    scenario = fm.scenarios(case).runs["low"]
    base = fm.run(fm.load(case))
    grid = Grid(base, plan(base.model)).run((price(drawn / 40 - 1),))
    found = {
        name: tuple(label for label in base.model.timeline.labels if _flag(simulation, f"{name}:{label}", path))
        for name in counted(base)
    }

    assert found == counted(written) == counted(scenario) == counted(grid) == counted(replayed)


def _flag(simulation: fm.Simulation, name: str, path: int) -> bool:
    return name in simulation.store.names() and bool(simulation.store.column(name)[path])


def test_the_paths_above_hold_every_kind_of_event(simulation: fm.Simulation) -> None:
    seen = {name for name in simulation.summary.chances if simulation.summary.chances[name].share > 0}

    assert {"lock_up", "default", "untested", "arrears", "arrears_mezzanine", "reserve_short"} <= seen


def test_lock_up_is_at_least_as_likely_as_default_on_every_date(simulation: fm.Simulation) -> None:
    """The lock-up level is above the default level, so that every date of default is one of lock-up."""
    store, labels = simulation.store, simulation.store.job.keep.labels
    for label in labels:
        if f"default:{label}" in store.names():
            assert np.all(store.column(f"default:{label}") <= store.column(f"lock_up:{label}")), label


def test_a_failed_test_is_a_lock_up_even_if_no_cash_is_there(tmp_path: Path) -> None:
    """Operations lose 5 in 2029H1, the fifth period: the date after it has cash for nobody, and is locked the same."""
    result = run(extended(tmp_path, MEZZANINE + shock({4: 20, 5: 15})), {"waterfall.lockup": "1.20x"})
    dates = events_of(result)["lock_up"].dates

    assert row(result, "waterfall.locked_up")[5] == 0
    assert {"2029H1", "2029H2"} <= set(dates)
    assert "distributions_open" in failed(result)


def test_the_interest_cover_of_the_flagship_stands_on_its_one_date_without_principal() -> None:
    """The window to 2030-09-30 has CFADS of -30.95 against interest of 13.4 on debt of 498: -2.31x."""
    result = fm.run(FLAGSHIP)
    tested = pure(result, "ratios.icr.tested")
    at = int(np.flatnonzero(tested)[0])

    assert (np.flatnonzero(tested).size, result.model.timeline.labels[at]) == (1, "2030Q3")
    assert row(result, "sizing.window_cfads")[at] == pytest.approx(-30.95, abs=0.01)
    assert row(result, "ratios.senior_service")[at] == pytest.approx(13.4, abs=0.05)
    assert metric(result, "icr_min") == pytest.approx(-30.95 / 13.4, abs=0.01)


def test_interest_cover_is_cfads_over_interest_before_the_first_repayment(tmp_path: Path) -> None:
    """A year of grace: 15 against interest on 60 in 2028H1, the third period; the next date repays."""
    result = run(TINY, {"facility.jbic.grace": "12 months"})
    tested = pure(result, "ratios.icr.tested")

    assert tested.tolist() == [0, 0, 1, *[0] * 9]
    assert metric(result, "icr_min") == pytest.approx(15 / interest(60, 2))
    assert run(TINY).metrics["icr_min"] is None


def test_mezzanine_waits_on_a_date_that_does_not_cover_senior_service(tmp_path: Path) -> None:
    """2029H1 has CFADS of 15 - 10 = 5 against some 8.6: cash of the date pays senior debt in part, mezzanine nothing.

    With 20 of cash kept from completion senior debt is paid in full, and mezzanine still waits; at 0.00x it is paid.
    """
    text = MEZZANINE + '[funding]\ninitial_cash = "20 million USD"\n[waterfall]\nminimum_cash = "20 million USD"\n'
    case = extended(tmp_path, text + shock({4: 10}))
    waits, paid = run(case), run(case, {"waterfall.mezzanine_cover": "0.00x"})

    assert events_of(waits)["arrears"].dates == events_of(paid)["arrears_mezzanine"].dates == ()
    assert events_of(waits)["arrears_mezzanine"].dates == ("2029H1",)
    assert events_of(waits)["arrears_mezzanine"].peak == pytest.approx(1.25e6 + 0.05 * 7.5e6)
    assert "in_default" not in failed(waits)


def test_owners_wait_too_where_mezzanine_stands_behind_the_distribution_gate(tmp_path: Path) -> None:
    """CFADS of 9 in 2029H1 pay senior service of 8.6, which is less than 1.20x: what is left goes to nobody.

    Mezzanine behind the gate is stopped by its own test. On the next date it is paid first, and owners after it.
    """
    order = ["senior", "reserve", "sweep", "senior_gate", "distribution_gate", "mezzanine", "shareholder_loans"]
    text = f'[waterfall]\nmezzanine_cover = "1.20x"\norder = {json.dumps([*order, "distributions"])}\n'
    result = run(extended(tmp_path, MEZZANINE + text + shock({4: 6})))

    assert row(result, "facility.mezzanine.repayment")[4:6] == pytest.approx([0, 2.5 + 0.05 * 7.5])
    assert row(result, "waterfall.distributions")[4] == 0
    assert row(result, "waterfall.distributions")[5] > 0
    assert "2029H1" in events_of(result)["lock_up"].dates


def test_arrears_have_a_peak_and_a_first_and_a_last_date_by_rank_and_facility(tmp_path: Path) -> None:
    """Operations lose 10 in 2029H1: nothing of that date's 8.6 is paid.

    2029H2 has 15 less these 10 for 8.6 + 8.4 and interest on arrears, 2030H1 has 15 for the 12 left and 8.2 more, and
    2030H2 has 15 for the 6 left and 8.1.
    """
    found = events_of(run(extended(tmp_path, shock({4: 25}))))

    assert (found["arrears"].first, found["arrears"].last) == ("2029H1", "2030H1")
    assert len(found["arrears"].dates) == 3
    assert found["arrears"].peak == pytest.approx(1e6 * (SERVICE[2] + SERVICE[3] + PENALTY - 5))
    assert found["arrears.jbic"].dates == found["arrears"].dates


def test_untested_dates_are_counted_apart_and_lock_up_when_closed() -> None:
    """Cover of twelve months back is first there a year after the first repayment of 2028H1."""
    levels = {"waterfall.lockup": "1.20x"}
    open_, closed = run(TINY, levels), run(TINY, levels | {"waterfall.untested": "closed"})
    before = ("2028H1", "2028H2")

    assert (events_of(open_)["untested"].dates, events_of(open_)["lock_up"].dates) == (before, ())
    assert (events_of(closed)["untested"].dates, events_of(closed)["lock_up"].dates) == (before, before)
    assert row(closed, "waterfall.distributions")[2:4].tolist() == [0, 0]
    assert row(closed, "waterfall.distributions")[4] > row(open_, "waterfall.distributions")[4]
    assert events_of(run(TINY))["untested"].dates == ()


def test_a_lock_up_of_0_is_no_test_of_cover_even_when_cover_is_negative(tmp_path: Path) -> None:
    """Operations lose 5 in the two dates of 2029; cash of completion pays senior debt, so that nothing is overdue."""
    text = '[funding]\ninitial_cash = "60 million USD"\n[waterfall]\nminimum_cash = "60 million USD"\n'
    result = run(extended(tmp_path, text + shock({4: 20, 5: 20})))

    assert min(pure(result, "ratios.dscr_historic.value")) < 0
    assert events_of(result)["lock_up"].dates == events_of(result)["default"].dates == ()
    assert "distributions_open" not in failed(result)


def test_lock_up_of_0_keeps_arrears_and_default(tmp_path: Path) -> None:
    result = run(extended(tmp_path, shock({4: 25})), {"waterfall.default_cover": "1.05x"})

    assert set(events_of(result)["default"].dates) <= set(events_of(result)["lock_up"].dates) != set()
    assert set(events_of(result)["arrears"].dates) <= set(events_of(result)["lock_up"].dates)


def test_distributions_may_start_at_completion_before_the_first_repayment() -> None:
    """With a year of grace 2028H1 pays interest alone: 15 less interest on 60 leaves at once, or waits for 2028H2."""
    grace = {"facility.jbic.grace": "12 months"}
    waits, leaves = run(TINY, grace), run(TINY, grace | {"waterfall.distribute_from": "completion"})
    spare = 15 - interest(60, 2)

    assert row(waits, "waterfall.distributions")[2] == 0
    assert row(leaves, "waterfall.distributions")[2] == pytest.approx(spare)
    assert row(waits, "waterfall.distributions")[3] - row(leaves, "waterfall.distributions")[3] == pytest.approx(spare)


def test_the_lowest_cash_after_debt_service_is_a_result() -> None:
    """15 a half-year less service of 7.5 and interest; it is lowest on the first repayment date."""
    assert metric(run(TINY), "liquidity_min") == pytest.approx(1e6 * (15 - SERVICE[0]))
    assert run(TINY, {"sizing.amount": "0 USD"}).metrics["liquidity_min"] is None


def test_a_shock_that_is_not_funded_says_so() -> None:
    table = fm.sensitivity(TINY)

    assert funded(table.base)
    assert not funded(table.runs["capital_cost_up"])


def test_events_of_values_are_those_of_the_run() -> None:
    result = run(TINY)

    assert events_in(result.model, result.values) == events_of(result)


CURE = """
[waterfall]
lockup        = "1.20x"
default_cover = "1.15x"
[waterfall.cure]
"""


def cured(folder: Path, text: str = "") -> fm.Results:
    """The tiny loan, whose operations lose 12 of 15 in each of the four dates from 2029H1."""
    return run(extended(folder, CURE + text + shock({4: 12, 5: 12, 6: 12, 7: 12})))


def test_owners_cure_a_default_by_what_cash_lacks_of_the_level(tmp_path: Path) -> None:
    """2029H1: 15 + 3 of CFADS against 1.15 x service of two dates; then 3 + 3, which is cured too.

    A third in a row is not, so that 2030H1 is a default; 2030H2 is cured again.
    """
    result = cured(tmp_path)
    back = np.asarray(result["ratios.senior_service"]) / 1e6
    first = 1.15 * (back[3] + back[4]) - 18
    second, fourth = 1.15 * (back[4] + back[5]) - 6, 1.15 * (back[6] + back[7]) - 6

    assert row(result, "covenant.cured")[4:8] == pytest.approx([first, second, 0, fourth])
    assert events_of(result)["cured"].dates[:3] == ("2029H1", "2029H2", "2030H2")
    assert events_of(result)["default"].dates == ("2030H1",)
    assert {"2029H1", "2029H2"} <= set(events_of(result)["lock_up"].dates)


def test_what_owners_pay_in_to_cure_is_equity_and_money_is_conserved(tmp_path: Path) -> None:
    result = cured(tmp_path)
    paid = sum(row(result, f"equity.{name}.paid_in") for name in result.case.tables.equity)

    assert paid[4:6] == pytest.approx(row(result, "covenant.cured")[4:6])
    assert row(result, "waterfall.distributions")[4:6].tolist() == [0, 0]
    assert all(check.passed for check in result.checks if check.kind == "error")


def test_all_faces_of_a_cure_agree(tmp_path: Path) -> None:
    """Lines one by one, the run, paths and the recalculated workbook; two cures in a row, a default, another cure."""
    result = cured(tmp_path)
    rows = ("covenant.cured", "covenant.cures_in_a_row", "covenant.cures_to_date", "waterfall.paid_in")

    assert [id for id in rows if id not in result.model.lines] == []
    assert pure(result, "covenant.cures_to_date")[4:8].tolist() == [1, 2, 2, 3]
    assert differ(result) == []
    assert in_the_workbook(result, tmp_path) <= 1e-9


def test_cures_are_counted_in_a_row_and_in_all(tmp_path: Path) -> None:
    """One in a row lets every second test be cured; three in all end it; the key absent, no owner pays."""
    every_second = cured(tmp_path, "in_a_row = 1\n")
    again = run(extended(tmp_path, CURE + "in_a_row = 9\nin_all = 3\n" + shock({4: 12, 5: 12, 6: 12, 7: 12})))

    assert events_of(every_second)["cured"].dates == ("2029H1", "2030H1", "2031H1")
    assert events_of(again)["cured"].dates == ("2029H1", "2029H2", "2030H1")
    assert "covenant.cured" not in run(TINY).model.lines


@pytest.mark.parametrize(
    ("start", "told"),
    [("first repayment", "from the first repayment of senior debt on"), ("completion", "completion on")],
)
def test_the_page_says_from_when_owners_are_paid(start: str, told: str) -> None:
    told_now = payments(run(TINY, {"waterfall.distribute_from": start}))

    assert told_now is not None and str(told_now).endswith(f"{told}.")
