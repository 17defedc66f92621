"""Covenant events of random deals: what must hold between the rows whatever is drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import finmodel as fm
from finmodel.analysis.shocks import Grid, price
from finmodel.kernel.errors import SolveError
from finmodel.kernel.order import plan
from finmodel.run.covenant_events import events_of
from tests.random_deals.random_deals import draw

SEEDS = range(12)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("change", [0.0, -0.35])
def test_dates_of_default_lie_within_those_of_lock_up_and_arrears_of_a_rank_are_those_of_its_loans(
    seed: int, change: float
) -> None:
    try:
        base = fm.run(draw(seed).case)
    except SolveError:
        pytest.skip("no debt can be sized")
    grid = Grid(replace(base, facts={}), plan(base.model))
    result = grid.run([price(change)]) if change and price(change).ids(base.given) else base
    found = events_of(result)

    assert set(found["default"].dates) <= set(found["lock_up"].dates) if "default" in found else True
    for rank, event in (("senior", "arrears"), ("mezzanine", "arrears_mezzanine")):
        loans = [name for name, terms in result.case.tables.facility.items() if terms.rank == rank]
        parts = [np.asarray(result[f"covenant.arrears.{name}"]) for name in loans if f"arrears.{name}" in found]
        if event in found:
            whole = np.asarray(result[found[event].row])
            assert np.sum(parts, axis=0) == pytest.approx(whole, abs=0.02 * len(parts), rel=1e-9)
    gate = np.asarray(result["waterfall.distribution_gate"])
    tested = np.asarray(result["waterfall.distributions_tested"])
    lock_up, default = (np.asarray(result[f"covenant.{name}"]) for name in ("lock_up", "default"))
    assert np.all((lock_up > 0) == ((tested > 0) & (gate == 0) | (default > 0)))
