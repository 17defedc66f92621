"""Level and back-ended sculpting where another limit than the cover binds: by hand, by a search, and at random.

The lines under test are declared alone, on dates, rates and capacity that are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from finmodel.deal.sizing import shadow
from finmodel.deal.sizing.sculpting import Form, Sculpted, sculpted
from finmodel.kernel.expr import Const, Given
from finmodel.kernel.faces.generated import compile_kernel
from finmodel.kernel.faces.interpreter import interpret
from finmodel.kernel.model import Model
from finmodel.kernel.order import plan
from finmodel.kernel.timeline import Timeline
from finmodel.kernel.units import RATIO, unit
from tests.deal.fin import extended, pure, row, run, shock
from tests.deal.parts import UNSIZED

USD = unit("USD")
BEFORE = [
    0.0,
    0.0,
    0.13642603064111525,
    0.13959074155042528,
    0.14340672047216552,
    0.14672382826441932,
    0.0,
    0.12281669362605896,
    0.15364554935814337,
    0.1573904360876723,
    0.0,
    0.0,
]
"""Shares of the tiny loan with a thin date, as sized by the version of 26 November."""
Row = NDArray[np.float64]


@dataclass(frozen=True)
class Drawn:
    """A loan: the dates on which it repays, interest of each date per unit, and capacity; and what one unit is worth.

    `worth` is all ones in the deal's own currency.
    """

    repaying: Row
    rate: Row
    capacity: Row
    worth: Row


@dataclass(frozen=True)
class Answer:
    """The debt at the cover, shares that fall due, the debt carried into each date, and what binds and is worth."""

    debt: float
    shares: Row
    into: Row
    cut: Row
    worth: Row


def solved(loan: Drawn, form: Form, foreign: bool = False) -> Answer:
    """The sculpted lines of a drawn loan, as numbers."""
    model = Model(Timeline(date(2027, 1, 1), "half", len(loan.rate)))
    section = model.section("sizing", USD)
    start = Given("first", tuple(1.0 if at == 0 else 0.0 for at in range(len(loan.rate))), RATIO, "first")
    first = model.section("time").line("first", "First period", start + Const(0))

    def given(name: str, values: Row) -> Given:
        return Given(name, tuple(values.tolist()), USD if name == "capacity" else RATIO, name)

    repaying = section.line("repaying", "Repays", given("repaying", loan.repaying) * 1, RATIO)
    rate = section.line("rate", "Rate", given("rate", loan.rate) * 1, RATIO)
    capacity = section.line("capacity", "Capacity", given("capacity", loan.capacity) * 1)
    worth = section.line("worth", "Worth", given("worth", loan.worth) * 1, RATIO) if foreign else None
    debt = Sculpted(repaying, rate, worth, form)
    shadow.sculpted(section, debt, sculpted(section, first, "Debt", debt, capacity).carried)
    inputs = {leaf.id: leaf.value for leaf in model.givens().values()}
    order = plan(model)
    values = interpret(model, order, inputs)
    code = compile_kernel(model, order, [line.id for line in order.order], None, paths=False).run(inputs, {})
    assert all(np.array_equal(values[id], code[id]) for id in code)
    return Answer(
        float(values["sizing.by_cover"]),
        np.array(values["sizing.schedule_target"]),
        np.array(values["sizing.capacity_step"]),
        np.array(values["sizing.cut_short"]),
        np.array(values["sizing.capacity_worth"]),
    )


def service(loan: Drawn, shares: Row) -> Row:
    """Service per unit of debt on each date, in money of the date."""
    before = 1 - np.concatenate([[0.0], np.cumsum(shares)[:-1]])
    return shares * loan.worth + before * loan.rate


def lowest_cover(loan: Drawn, shares: Row, debt: float) -> float:
    """The lowest capacity over service, on dates that repay."""
    on = loan.repaying > 0
    return float(np.min(loan.capacity[on] / (debt * service(loan, shares)[on])))


def highest_by_search(loan: Drawn, debt: float) -> float:
    """The highest cover that repays the debt with no negative principal, by bisection on schedules that pay early.

    What a cover leaves on a date is paid at once: it lowers all interest to come, so no other schedule does better.
    """
    low, high = 0.0, 1e6
    for _ in range(200):
        cover = (low + high) / 2
        left, fits = debt, True
        for repays, rate, capacity, worth in zip(loan.repaying, loan.rate, loan.capacity, loan.worth, strict=True):
            if repays:
                principal = (capacity / cover - rate * left) / worth
                fits = fits and principal >= -1e-12 * debt
                left -= min(left, max(0.0, principal))
        low, high = (cover, high) if fits and left <= 1e-12 * debt else (low, cover)
    return low


def draw(rng: np.random.Generator, foreign: bool = False) -> Drawn:
    """A loan of 2 to 20 dates among idle periods; capacity of some dates is thin."""
    count = int(rng.integers(4, 30))
    repaying = (rng.random(count) < 0.7).astype(float)
    repaying[0], repaying[1], repaying[-1] = 0.0, 1.0, 1.0
    rate = rng.uniform(0.005, 0.08, count)
    thin = np.where(rng.random(count) < 0.25, rng.uniform(0.02, 0.5, count), 1.0)
    capacity = rng.uniform(5.0, 30.0, count) * thin * repaying
    steps = rng.normal(0, 0.02, count) if foreign else np.zeros(count)
    return Drawn(repaying, rate, capacity, np.exp(np.cumsum(steps)))


@pytest.mark.parametrize("foreign", [False, True])
def test_level_sculpting_gives_the_highest_lowest_cover_of_all_schedules(foreign: bool) -> None:
    """On 300 drawn loans, at a debt of 30 to 100 % of what the cover allows, against a search over covers."""
    rng = np.random.default_rng(7)
    for _ in range(300):
        loan = draw(rng, foreign)
        level = solved(loan, "level", foreign)
        debt = level.debt * rng.uniform(0.3, 1.0)

        assert level.shares.sum() == pytest.approx(1, abs=1e-12)
        assert level.shares.min() >= 0
        assert lowest_cover(loan, level.shares, debt) == pytest.approx(highest_by_search(loan, debt), rel=1e-7)
        assert lowest_cover(loan, level.shares, debt) == pytest.approx(level.debt / debt, rel=1e-9)


def test_level_cover_is_level_after_the_last_date_whose_capacity_goes_to_interest() -> None:
    """Interest alone binds where the capacity over the rate is less than the value of all that is left."""
    rng = np.random.default_rng(8)
    uneven = 0
    for _ in range(300):
        loan = draw(rng)
        found = solved(loan, "level")
        cover = loan.capacity / np.where(loan.repaying > 0, service(loan, found.shares), 1)
        on = np.flatnonzero(loan.repaying)
        bound = [at for at in on if loan.capacity[at] / loan.rate[at] <= found.into[at] * (1 + 1e-12)]
        after = cover[[at for at in on if not bound or at > bound[-1]]]
        uneven += bool(bound)

        assert len(after) == 0 or after == pytest.approx(np.full(len(after), after[0]), rel=1e-9)
        assert [at for at in bound if found.shares[at] > 1e-12] == []
    assert uneven > 50


def test_back_ended_repays_no_earlier_than_level_and_has_no_higher_cover() -> None:
    """On 300 drawn loans, at the debt of the cover; where interest alone binds, cover is left over on later dates."""
    rng = np.random.default_rng(9)
    for _ in range(300):
        loan = draw(rng)
        level, late = solved(loan, "level"), solved(loan, "back-ended")

        assert late.debt == level.debt
        assert np.all(np.cumsum(late.shares) <= np.cumsum(level.shares) + 1e-12)
        assert lowest_cover(loan, late.shares, late.debt) == pytest.approx(1, rel=1e-9)


def test_where_every_date_uses_its_capacity_both_forms_are_one() -> None:
    """Capacity of 10 on three dates at 5 % carries 27.2325: 8.6384, 9.0703, 9.5238 of principal."""
    loan = Drawn(np.array([0.0, 1, 1, 1]), np.full(4, 0.05), np.array([0.0, 10, 10, 10]), np.ones(4))
    level, late = solved(loan, "level"), solved(loan, "back-ended")

    assert level.debt == pytest.approx(27.2325, abs=5e-5)
    assert level.shares * level.debt == pytest.approx([0, 8.6384, 9.0703, 9.5238], abs=5e-5)
    assert late.shares == pytest.approx(level.shares, abs=1e-15)


def test_a_thin_first_date_leaves_cover_that_is_spread_over_the_others() -> None:
    """Capacity of 0.5, 10 and 10 at 5 %: the first pays the interest on 0.5/0.05 = 10 and repays nothing.

    The later two could carry 10/1.05 + 10/1.05² = 18.5941: level service is 10/18.5941 of capacity on both, a cover of
    1.8594x. Back-ended waits until the last date, which can carry 10/1.05 = 9.5238: 0.4762 is repaid on the second,
    cover 10/(0.4762 + 0.5) = 10.2439x, and then 1.00x.
    """
    loan = Drawn(np.array([0.0, 1, 1, 1]), np.full(4, 0.05), np.array([0.0, 0.5, 10, 10]), np.ones(4))
    level, late = solved(loan, "level"), solved(loan, "back-ended")

    assert level.debt == late.debt == pytest.approx(10)
    assert loan.capacity[1:] / (10 * service(loan, level.shares)[1:]) == pytest.approx([1, 1.85941, 1.85941], abs=5e-6)
    assert late.shares * 10 == pytest.approx([0, 0, 0.476190, 9.523810], abs=5e-6)
    assert loan.capacity[1:] / (10 * service(loan, late.shares)[1:]) == pytest.approx([1, 10.24390, 1], abs=5e-6)


def test_a_deal_with_a_thin_date_and_a_gearing_cap_is_level_from_the_next_date_on(tmp_path: Path) -> None:
    """14 of extra cost leave 1 of 15 in 2030H1: no principal falls due there, and later cover is one number."""
    case = extended(tmp_path, UNSIZED + shock({6: 14}))
    level = run(case)
    late = run(case, {"sizing.sculpting": "back-ended"})
    cover = pure(level, "ratios.dscr.value")

    assert cover[7:10] == pytest.approx([cover[7]] * 3, rel=1e-9)
    assert row(level, "facility.jbic.repayment")[6] == pytest.approx(0, abs=1e-9)
    assert pure(late, "ratios.dscr.value")[9] == pytest.approx(1.30, abs=1e-9)
    assert cover[2:10].min() == pytest.approx(pure(late, "ratios.dscr.value")[2:10].min(), abs=1e-9)


def test_back_ended_gives_the_figures_of_before_bit_for_bit(tmp_path: Path) -> None:
    """Shares that the version of 26 November sized, when no other form existed."""
    late = run(extended(tmp_path, UNSIZED + shock({6: 14})), {"sizing.sculpting": "back-ended"})

    assert late["facility.jbic.schedule"].tolist() == BEFORE
