"""The public face: what `import finmodel` offers, and the names of results."""

from __future__ import annotations

import numpy as np
import pytest

import finmodel as fm
from tests.flagship.deal import CASES, result

TINY = CASES / "tiny_loan"


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
