"""What each key does is known: one answer, which the check, drivers, bands and solve give in the same words."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import finmodel as fm
from finmodel.analysis.bands import bands
from finmodel.analysis.solve import solve
from finmodel.case import expand
from finmodel.case.describe import find
from finmodel.deal.read import Case, read_case
from finmodel.deal.schema import CaseTables
from finmodel.kernel.errors import CaseError, UsageError
from finmodel.present.listings import check_text
from finmodel.run.build import build
from finmodel.run.key_uses import key_uses, unused_and_typed
from tests.deal.fin import FLAGSHIP, TINY, extended
from tests.keys.defaults import FOLDERS, ROOT
from tests.keys.test_defaults import named

FAST = [FLAGSHIP, TINY, ROOT / "cases" / "msp_mine_to_separation", ROOT / "templates" / "facilities"]
SLOW = [pytest.param(folder, marks=pytest.mark.full) for folder in FOLDERS if folder not in FAST]


def note_and_flag_agree(case: Case) -> None:
    """A key noted while lines are declared is flagged in the schema; a flagged one is noted or read by nothing."""
    model = build(case).model
    read = model.givens()
    for _, given, _ in expand.leaves(case.tables, {}):
        entry = find(CaseTables, given.id.split("."))
        assert entry is not None
        if given.id in model.shaped_by:
            assert not entry.live, f"{given.id} is noted and not flagged"
        elif not entry.live:
            assert given.id not in read, f"{given.id} is flagged, and only formulas read it"


@pytest.mark.parametrize("folder", [*FAST, *SLOW], ids=named)
def test_the_note_of_a_structural_key_and_the_flag_of_the_schema_agree(folder: Path) -> None:
    note_and_flag_agree(read_case(folder))


def test_the_kinds_of_some_keys_of_the_flagship() -> None:
    case = read_case(FLAGSHIP)
    uses = key_uses(case.tables, build(case).model)
    kinds = {
        "support.ndpr_floor.top_up_share": "used",
        "offtake.oem.force_majeure_buyer": "used",
        "timeline.operations": "structural",
        "offtake.oem.priority": "structural",
        "support.ndpr_floor.start": "structural",
        "risk.price.ndpr.volatility": "drawn",
        "sizing.tolerance": "drawn",
        "funding.overrun_debt": "unused",
        "reserve.dsra.fee": "unused",
        "risk.price.ndpr.block": "unused",
    }

    assert {key: uses[key].kind for key in kinds} == kinds
    assert "product.ndpr_oxide.licence" not in uses


@pytest.mark.parametrize("folder", FOLDERS, ids=named)
def test_no_case_that_ships_states_a_figure_that_nothing_reads(folder: Path) -> None:
    case = read_case(folder)
    found = [given.id for given in unused_and_typed(case.tables, key_uses(case.tables, build(case).model))]

    assert found == []


def test_check_lists_a_figure_that_was_typed_and_that_nothing_reads_and_no_default(tmp_path: Path) -> None:
    """The debt is a fixed amount, so the cover of merchant cash sizes nothing; nor does that of contracted cash."""
    own = extended(tmp_path, '[sizing]\ndscr_merchant = "1.80x"\n')
    case = read_case(own)
    text = check_text(case, build(case).model)

    assert "Figures without effect: nothing in this case reads them (1):\n" in text
    assert "sizing.dscr_merchant" in text
    assert "sizing.dscr_contracted" not in text


def test_solve_refuses_a_key_that_shapes_the_model_and_one_that_nothing_reads() -> None:
    with pytest.raises(UsageError) as shapes:
        solve(FLAGSHIP, "timeline.operations", "dscr_min = 1.30x")
    with pytest.raises(UsageError) as idle:
        solve(FLAGSHIP, "funding.overrun_debt", "dscr_min = 1.30x")

    assert str(shapes.value) == "timeline.operations shapes the model, so it cannot be solved for. Name another figure."
    assert str(idle.value) == (
        "nothing in this case reads funding.overrun_debt, so it cannot be solved for. Name another figure."
    )


def test_bands_refuse_a_setting_and_a_parameter_that_its_kind_does_not_read() -> None:
    with pytest.raises(UsageError, match="risk.price.ndpr.kind shapes the model, so it has no band"):
        bands(FLAGSHIP, {"risk.price.ndpr.kind": ("gbm", "jumps")}, paths=64)
    with pytest.raises(UsageError, match="nothing in this case reads risk.price.ndpr.block, so it has no band"):
        bands(FLAGSHIP, {"risk.price.ndpr.block": ("6 months", "24 months")}, paths=64)


def test_a_simulation_refuses_a_driver_on_a_key_that_nothing_reads(tmp_path: Path) -> None:
    driver = '[risk.driver.share]\nkey = "funding.overrun_debt"\nkind = "uniform"\nlow = "0.5x"\nhigh = "1.0x"\n'
    case = extended(tmp_path, driver, FLAGSHIP)
    wrong = "nothing in this case reads funding.overrun_debt, so drawing it moves no result."
    with pytest.raises(CaseError) as error:
        fm.simulate(case, 64, 1)

    assert wrong in str(error.value)
    assert "risk.driver.share.key" in str(error.value)


def test_no_clause_reads_a_number_while_lines_are_declared_but_through_the_model() -> None:
    """`Model.decides` notes what it reads; `.number` is a line of two records, and a number that the toolkit made."""
    known = {"dates.number", "debt.plan.dates.number", "checks.number", "periods.number"}
    for path in sorted((ROOT / "finmodel" / "cashflow").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        read = {
            ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "number"
        }

        assert read <= known, path.name
