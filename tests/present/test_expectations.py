"""Expectations: bounds with a tolerance, units, and what is said when one is not met."""

from __future__ import annotations

import pytest

from finmodel.case.expect import Expect, Kind
from finmodel.kernel.errors import CaseError
from finmodel.kernel.units import unit
from finmodel.present.expectations import Verdict, failures, judge_expect
from tests.present.toys import loan

METRICS = {"dscr_min": 1.30, "equity_irr": 0.12, "payback_years": 6.0, "gearing": None, "debt": 60e6}
UNITS = {"dscr_min": "ratio", "equity_irr": "1/year", "payback_years": "year", "gearing": "ratio", "debt": "USD"}
NOTES = {"gearing": "no debt is drawn"}


def verdict(metric: str, kind: Kind, value: float, of: str | None = "ratio", tolerance: float = 0.0) -> Verdict:
    """One expectation, judged."""
    row = Expect(metric, kind, value, tolerance, None if of is None else unit(of), "case.toml:90")
    return judge_expect([row], METRICS, UNITS, NOTES)[0]


@pytest.mark.parametrize(
    ("kind", "bound", "met"),
    [
        ("at least", 1.30, True),
        ("at least", 1.30 + 1e-10, True),
        ("at least", 1.30 + 1e-8, False),
        ("at most", 1.30 - 1e-10, True),
        ("at most", 1.29, False),
    ],
)
def test_a_bound_is_met_to_a_billionth(kind: Kind, bound: float, met: bool) -> None:
    assert verdict("dscr_min", kind, bound).met is met


def test_within_has_its_own_tolerance() -> None:
    assert verdict("equity_irr", "within", 0.121, "1/year", 0.001).met
    assert not verdict("equity_irr", "within", 0.122, "1/year", 0.001).met


def test_a_rate_of_return_may_be_said_without_a_year() -> None:
    """ "at least 12 %" is meant, and typed, for a rate of 12 % a year."""
    assert verdict("equity_irr", "at least", 0.12, "ratio").met


def test_an_amount_is_converted_to_the_unit_of_the_result() -> None:
    assert verdict("payback_years", "at most", 72, "month").met
    assert not verdict("payback_years", "at most", 71, "month").met


def test_a_golden_number_is_in_the_unit_of_the_result() -> None:
    assert verdict("debt", "within", 60e6, None, 1.0).met


def test_a_result_that_is_not_applicable_meets_nothing() -> None:
    found = verdict("gearing", "at most", 0.7)

    assert (found.met, found.got, found.note) == (False, "n/a", "no debt is drawn")


def test_what_is_not_met_says_by_how_much() -> None:
    text = str(verdict("dscr_min", "at least", 1.35))

    assert text == "dscr_min: expected at least 1.35x, got 1.3000x (misses by 0.05)  case.toml:90"


def test_an_unknown_result_is_met_with_the_nearest() -> None:
    with pytest.raises(CaseError) as caught:
        verdict("dscr_mn", "at least", 1.3)

    assert str(caught.value) == 'case.toml:90: expect.dscr_mn\nthere is no result "dscr_mn".\nDid you mean "dscr_min"?'


def test_another_unit_is_refused() -> None:
    with pytest.raises(CaseError, match="this result is in ratio: it is compared with an amount in USD"):
        verdict("dscr_min", "at least", 1.3, "USD")


def test_all_wrong_rows_are_reported_at_once() -> None:
    rows = [Expect(name, "at least", 1.0, 0.0, unit("USD"), "case.toml:9") for name in ("x", "dscr_min")]
    with pytest.raises(CaseError) as caught:
        judge_expect(rows, METRICS, UNITS)

    assert len(caught.value.problems) == 2


def test_failed_checks_and_unmet_expectations_make_a_run_fail_and_alerts_do_not() -> None:
    found = failures(loan(off_by=0.5), [verdict("dscr_min", "at least", 1.35), verdict("dscr_min", "at least", 1.2)])

    assert [row.split(":")[0] for row in found] == ["check checks.repaid", "dscr_min"]
