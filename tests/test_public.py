"""The public face: what `import finmodel` offers, and the names of results."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from tests.flagship.deal import CASES, result

TINY = CASES / "tiny_loan"


@pytest.mark.smoke
def test_the_results_have_the_agreed_names():
    names = {
        *("project_irr_pre_tax", "project_irr_post_tax", "equity_irr", "equity_irr.jogmec", "equity_multiple.jogmec"),
        *("npv_post_tax", "dscr_min", "dscr_avg", "llcr_min", "plcr_min", "gearing", "debt.jbic", "support_paid"),
        *("support_given_back", "support_net", "support_unmet", "support_net_pv", "payback_years", "equity_xirr"),
    }

    assert names <= set(result().metrics)
    assert set(result().units) == set(result().metrics)


def test_a_line_is_an_array_and_a_single_number_a_float():
    run = fm.run(fm.load(TINY))

    assert run["facility.jbic.repayment"].shape == (12,)
    assert isinstance(run["results.gearing"], float)


def test_a_path_may_stand_for_a_case():
    assert fm.run(TINY).metrics == fm.run(str(TINY)).metrics


@pytest.mark.smoke
def test_an_unknown_line_names_the_nearest():
    with pytest.raises(fm.FinmodelError, match=r"did you mean facility\.jbic\.repayment"):
        fm.run(TINY)["facility.jbic.repayments"]


def test_a_result_that_does_not_apply_is_none_and_says_why():
    """Nothing comes back: the plant stands still, and no debt falls due."""
    run = fm.run(fm.load(TINY, set={"node.plant.availability": "0 %", "sizing.amount": "0 USD"}))

    assert run.metrics["equity_irr"] is None
    assert "total loss" in run.notes["equity_irr"]
    assert run.metrics["dscr_min"] is None
    assert run.notes["dscr_min"] == "no senior debt service falls due"


def test_a_frame_has_a_row_a_period_and_knows_its_units():
    frame = fm.run(TINY).frame("facility.jbic.outstanding.*")

    assert list(frame.index[:2]) == ["2027H1", "2027H2"]
    assert set(frame.attrs["units"].values()) == {"USD"}


def test_two_runs_give_the_same_bits():
    first, second = fm.run(TINY), fm.run(TINY)

    assert all(np.array_equal(first.values[id], second.values[id], equal_nan=True) for id in first.values)


def test_a_case_may_be_changed_by_key():
    run = fm.run(fm.load(TINY, set={"facility.jbic.instalments": "10"}))

    assert run["facility.jbic.repayment"].tolist() == pytest.approx([0, 0] + [6e6] * 10)


@pytest.mark.parametrize("changes", [{"sizing.gearing_cap": 0.6}, {"sizing.gearing_cap": None}, ["a=b"], {5: "1"}])
def test_changes_of_another_type_are_refused_with_an_example(changes):
    with pytest.raises(fm.FinmodelError, match=r"keys and values as typed, such as \{.*60 %"):
        fm.load(TINY, set=changes)


def _wrong() -> dict[str, tuple[Callable[[], object], str]]:
    """Calls with an argument of another type → what must be said."""
    run, case = fm.run(TINY), fm.load(TINY)
    return {
        "load": (lambda: fm.load(5), "a case is text or a path: got 5"),
        "run": (lambda: fm.run(run), "a case is text or a path: got a Results"),
        "scenario": (lambda: fm.load(TINY, scenario=5), "a scenario is the name of one: got 5"),
        "scenarios": (lambda: fm.scenarios(None), "a case is text or a path: got a NoneType"),
        "workbook": (lambda: fm.write_workbook(case, "x.xlsx"), "a workbook is written of a run"),
        "workbook's name": (lambda: fm.write_workbook(run, None), "the name of a workbook is text or a path"),
        "report": (lambda: fm.write_report(case, "x.html"), "a report is written of a run"),
        "report's name": (lambda: fm.write_report(run, 5), "the name of a report is text or a path: got 5"),
        "outputs": (lambda: fm.simulate(TINY, 10, outputs="dscr_min"), 'outputs are a list of names: got "dscr_min"'),
        "workers": (lambda: fm.simulate(TINY, 10, workers="2"), 'workers is a whole number: got "2"'),
        "options": (lambda: fm.simulate(TINY, 10, options=5), "options are fm.Options"),
        "goal": (lambda: fm.solve(TINY, "a.b", 6), "a goal is text"),
        "ranges": (lambda: fm.bands(TINY, 5), "ranges are {"),
        "paths": (lambda: fm.incidence_over_paths(TINY), "the incidence is of a run"),
        "import": (lambda: fm.import_workbook(5, TINY, "x"), "the edited workbook is text or a path: got 5"),
        "line": (lambda: run[5], "a line is named by text"),
        "pattern": (lambda: run.frame(5), "a pattern is text"),
    }


def test_an_argument_of_another_type_is_refused_in_words():
    for what, (call, words) in _wrong().items():
        with pytest.raises(fm.FinmodelError) as caught:
            call()
        assert words in str(caught.value), what


def test_names_are_loaded_when_they_are_asked_for_and_are_what_type_checkers_see():
    """The three lists of the package say the same, and a module never takes the place of the function of its name."""
    tree = ast.parse(Path(fm.__file__).read_text(encoding="utf-8"))
    seen = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module.startswith("finmodel")
        for alias in node.names
    }
    assert seen == fm._HOMES and sorted(seen) == sorted(fm.__all__)

    for name, home in fm._HOMES.items():
        assert getattr(fm, name) is getattr(importlib.import_module(home), name)
        assert name in dir(fm)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        fm.nothing  # noqa: B018
