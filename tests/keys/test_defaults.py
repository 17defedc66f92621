"""A default is a value: it makes no difference to any line whether it was typed, nor to what a driver moves."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from finmodel.deal.read import Case, read_case
from finmodel.run.build import build
from tests.deal.fin import FLAGSHIP, extended
from tests.keys.defaults import FOLDERS, ROOT, defaults, formulas, moved, switches, typed

FAST = [FLAGSHIP, ROOT / "cases" / "kyushu_magnet_recycling", ROOT / "templates" / "forms" / "high_price"]
SLOW = [pytest.param(folder, marks=pytest.mark.full) for folder in FOLDERS if folder not in FAST]


def named(value: object) -> str:
    return str(value.relative_to(ROOT)) if isinstance(value, Path) else str(value)


def typing_every_default_changes_nothing(case: Case) -> None:
    """The same lines with the same formulas, and the same bits; what a rule refuses to read is left out."""
    whole, refused = typed(case, defaults(case))

    assert len(refused) < len(defaults(case)), "nothing was typed"
    assert formulas(build(whole).model) == formulas(build(case).model)
    before, after = fm.run(case), fm.run(whole)
    assert moved(before, after, before.model.lines) == []
    assert dict(after.metrics) == dict(before.metrics)


def writing_a_neutral_switch_moves_no_line_that_was_there(case: Case) -> None:
    """A clause that changes nothing adds lines of its own and leaves all others their numbers."""
    found = switches(case)
    whole, refused = typed(case, found)
    before, after = fm.run(case), fm.run(whole)

    assert refused == set()
    for id in before.model.lines:
        one, two = (np.asarray(result.values[id], dtype=float) for result in (before, after))
        np.testing.assert_allclose(two, one, rtol=1e-9, atol=1e-6, err_msg=id)


@pytest.mark.parametrize("folder", [*FAST, *SLOW], ids=named)
def test_typing_every_default_leaves_the_same_lines_with_the_same_bits(folder: Path) -> None:
    typing_every_default_changes_nothing(read_case(folder))


@pytest.mark.parametrize("folder", [*FAST, *SLOW], ids=named)
def test_a_neutral_switch_moves_no_line_that_was_there(folder: Path) -> None:
    writing_a_neutral_switch_moves_no_line_that_was_there(read_case(folder))


DRIVER = """
[risk.driver.share]
key  = "support.ndpr_floor.top_up_share"
kind = "uniform"
low  = "0.10x"
high = "0.20x"
"""


@pytest.mark.full
def test_a_driver_moves_a_default_that_nobody_typed_just_as_a_typed_one(tmp_path: Path) -> None:
    """A top-up of 10 to 20 % of the gap: 797 m of support paid on average become 215 m, not a seventh of it.

    What is not paid in a year is left to the budgets of later ones.
    """
    case = extended(tmp_path, DRIVER, FLAGSHIP)
    left = fm.simulate(case, 1024, 1).metrics["support_paid"].mean
    written = fm.simulate(fm.load(case, set={"support.ndpr_floor.top_up_share": "100 %"}), 1024, 1)

    assert left == written.metrics["support_paid"].mean
    assert left == pytest.approx(214.98e6, rel=1e-4)


VALUES = {
    "support.ndpr_floor.top_up_share": "50 %",
    "offtake.oem.force_majeure_buyer": "50 %",
    "offtake.oem.force_majeure_seller": "50 %",
}


@pytest.mark.parametrize("key", VALUES)
def test_a_value_that_the_flagship_leaves_to_its_default_is_a_factor_of_the_same_lines(key: str) -> None:
    """Typed with another value it moves results, and the lines say the same as before."""
    plain, changed = fm.run(FLAGSHIP), fm.run(fm.load(FLAGSHIP, set={key: VALUES[key]}))

    assert formulas(changed.model) == formulas(plain.model)
    assert key in plain.model.givens()
    assert changed.metrics["dscr_min"] != plain.metrics["dscr_min"]


def test_a_balloon_that_a_scenario_brings_is_paid_although_the_case_has_none(tmp_path: Path) -> None:
    """Eight instalments of 7.5 of 60; with a balloon of 20 %, seven of 6 and 6 + 12 at the end."""
    case = ROOT / "templates" / "loan_only"
    plain = fm.run(fm.load(case))
    late = fm.run(fm.load(case, set={"facility.loan.balloon": "20 %"}))

    assert formulas(plain.model) == formulas(late.model)
    assert not np.allclose(plain["facility.loan.schedule"], late["facility.loan.schedule"])
    assert np.sum(late["facility.loan.schedule"]) == pytest.approx(1)


def test_no_clause_asks_whether_a_value_was_typed() -> None:
    """What was typed is for messages: no file of the cash flow compares a place or imports the rules' `typed`."""
    for path in sorted((ROOT / "finmodel" / "cashflow").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        brought = {name.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for name in node.names}
        sides = [(node.left, *node.comparators) for node in ast.walk(tree) if isinstance(node, ast.Compare)]
        places = [part for side in sides for part in side if isinstance(part, ast.Attribute) and part.attr == "where"]

        assert "typed" not in brought, path.name
        assert places == [], path.name
