"""The properties of keys on random deals: typed defaults, noted keys and orders, whatever tables a deal has."""

from __future__ import annotations

from typing import Any

import pytest

import finmodel as fm
from finmodel.kernel.errors import SolveError
from finmodel.run.build import build
from tests.keys.defaults import defaults, formulas, moved, typed
from tests.keys.orders import different, reordered
from tests.keys.test_key_uses import note_and_flag_agree
from tests.random_deals.random_deals import draw

FEW, MANY = range(3), [pytest.param(seed, marks=pytest.mark.full) for seed in range(2000, 2300)]


def ran(case: Any) -> fm.Results | None:
    """The run, or None of a deal that no debt can be sized on."""
    try:
        return fm.run(case)
    except SolveError:
        return None


@pytest.mark.parametrize("seed", [*FEW, *MANY])
def test_typing_every_default_of_a_random_deal_changes_no_line_and_no_bit(seed: int) -> None:
    case = draw(seed).case
    whole, _ = typed(case, defaults(case))

    assert formulas(build(whole).model) == formulas(build(case).model), f"seed {seed}"
    before, after = ran(case), ran(whole)
    if before is not None and after is not None:
        assert moved(before, after, before.model.lines) == [], f"seed {seed}"


@pytest.mark.parametrize("seed", [*FEW, *MANY])
def test_note_and_flag_agree_on_a_random_deal(seed: int) -> None:
    note_and_flag_agree(draw(seed).case)


@pytest.mark.parametrize("seed", [*FEW, *MANY])
def test_the_order_of_a_random_deal_changes_nothing(seed: int) -> None:
    case = draw(seed).case
    before, after = ran(case), ran(reordered(case))
    if before is not None and after is not None:
        assert different(before, after, tolerance=1e-7) == [], f"seed {seed}"
