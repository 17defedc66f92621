"""What more cash or less cover is worth, first order: by hand, and against small steps on drawn loans."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from finmodel.kernel.errors import SolveError
from finmodel.kernel.evaluate import evaluate
from finmodel.run.build import build
from finmodel.run.size import size
from tests.deal.fin import TINY, extended, interest, number, pure, row, run, shock
from tests.deal.parts import UNSIZED
from tests.deal.test_level_sculpting import Drawn, draw, solved
from tests.deal.test_own_schedule import CASE as OWN
from tests.random_deals.random_deals import draw as draw_deal
from tests.random_deals.random_deals import written

STEP = 1e-6


def stepped(loan: Drawn, at: int, foreign: bool) -> float:
    """The debt that one more of capacity on a date adds, from a small step of it."""
    more = loan.capacity.copy()
    more[at] += STEP
    return (solved(replace(loan, capacity=more), "level", foreign).debt - solved(loan, "level", foreign).debt) / STEP


@pytest.mark.parametrize("foreign", [False, True])
def test_the_worth_of_capacity_is_what_a_small_step_of_it_adds(foreign: bool) -> None:
    """On every date of 60 drawn loans; some dates bind by interest alone, and nothing counts after them."""
    rng = np.random.default_rng(11)
    bound = 0
    for _ in range(60):
        loan = draw(rng, foreign)
        found = solved(loan, "level", foreign)
        steps = [stepped(loan, int(at), foreign) for at in np.flatnonzero(loan.repaying)]
        bound += bool(found.cut.any())

        assert found.worth[loan.repaying > 0] == pytest.approx(steps, rel=1e-5, abs=1e-6)
        assert not found.worth[loan.repaying == 0].any()
    assert bound > 10


def test_cash_on_a_date_is_worth_its_discounts_over_the_cover(tmp_path: Path) -> None:
    """15 a half-year at 1.30x and 5 %: on the third date 1/1.30 × the product of 1/(1 + 5 % × days/365)."""
    result = run(extended(tmp_path, UNSIZED))
    factors = np.cumprod([1 / (1 + interest(1, at)) for at in range(2, 10)])

    assert pure(result, "sizing.cash_worth")[2:10] == pytest.approx(factors / 1.30)
    assert number(result, "sizing.cover_worth") == pytest.approx(0.01 * (15e6 / 1.30**2 * factors).sum())


def test_a_date_whose_cash_goes_to_interest_alone_is_worth_many_times_its_cash(tmp_path: Path) -> None:
    """1 of cash is left on the fifth date: one more carries 1/(1.30 × 2.48 %) of debt there, and later cash none."""
    result = run(extended(tmp_path, UNSIZED + shock({6: 14})))
    worth = pure(result, "sizing.cash_worth")
    before = np.prod([1 / (1 + interest(1, at)) for at in range(2, 6)])

    assert worth[6] == pytest.approx(before / (1.30 * interest(1, 6)))
    assert worth[6] > 25
    assert not worth[7:].any()


def test_of_equal_instalments_the_date_that_carries_least_binds_and_no_other(tmp_path: Path) -> None:
    """The first: 1 of cash carries 1/1.30/(1/8 + 5 % × 182/365); a hundredth of cover 0.01 × debt/1.30."""
    result = run(extended(tmp_path, 'remove = ["sizing.amount"]'))
    worth = pure(result, "sizing.cash_worth")

    assert worth[2] == pytest.approx(1 / 1.30 / (1 / 8 + interest(1, 2)))
    assert not worth[3:].any()
    assert number(result, "sizing.cover_worth") == pytest.approx(0.01 / 1.30 * number(result, "sizing.by_cover"))


@pytest.mark.parametrize("changes", [{}, {"facility.bank.rate": "8 % p.a."}])
def test_beside_an_own_schedule_a_small_step_of_cash_adds_what_is_told(changes: dict[str, str], tmp_path: Path) -> None:
    """10,000 of cash on each date in turn, without tax: what the debt moves by, over 10,000."""
    plain = run(extended(tmp_path, OWN, TINY), changes)
    worth = pure(plain, "sizing.cash_worth")
    for at in (3, 6, 9):
        folder = tmp_path / str(at)
        folder.mkdir()
        more = run(extended(folder, OWN + shock({at: -0.01}), TINY), changes)
        added = number(more, "sizing.by_cover") - number(plain, "sizing.by_cover")

        assert added / 1e4 == pytest.approx(worth[at], rel=1e-6)


def test_cover_is_worth_what_a_small_step_of_all_covers_adds(tmp_path: Path) -> None:
    """Without tax and fees a step of 0.0001x adds a hundredth of what 0.01x is told to add."""
    case = extended(tmp_path, UNSIZED + shock({6: 14}))
    plain, less = run(case), run(case, {"sizing.dscr_contracted": "1.2999x", "sizing.dscr_merchant": "1.2999x"})
    added = number(less, "sizing.by_cover") - number(plain, "sizing.by_cover")

    assert 100 * added == pytest.approx(number(plain, "sizing.cover_worth"), rel=1e-3)
    assert row(plain, "sizing.cover_step").sum() * 1e6 == pytest.approx(number(plain, "sizing.cover_worth"))


def test_on_random_deals_a_small_step_of_all_covers_adds_what_is_told(tmp_path: Path) -> None:
    """Ten deals of every kind, with the solved values held: first order leaves out what tax and fees feed back."""
    tried = 0
    for seed in range(1000, 1010):
        try:
            case = fm.load(written(draw_deal(seed).tree, tmp_path / str(seed))).lenders()
            built = build(case)
            sized = size(built)
        except SolveError:  # no cash to size debt on
            continue
        if "sizing.cover_worth" not in built.model.lines:
            continue
        given = {**sized.lenders.inputs(sized.lenders.case), **sized.solution.given}
        less = {id: value - STEP for id, value in given.items() if id.startswith("sizing.dscr_")}
        lines = sized.lenders
        told = evaluate(lines.model, lines.plan, given, ["sizing.by_cover", "sizing.cover_worth"])
        more = evaluate(lines.model, lines.plan, {**given, **less}, ["sizing.by_cover"])
        added = 0.01 * (more["sizing.by_cover"] - told["sizing.by_cover"]) / STEP
        tried += 1

        assert told["sizing.cover_worth"] == pytest.approx(added, rel=1e-3, abs=1), seed
    assert tried >= 3
