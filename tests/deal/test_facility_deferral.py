"""Interest put off and forgiven, by hand; and the loan of JARE to Lynas as one facility."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from finmodel.run.results import Results
from tests.deal.fin import ROOT, TINY, extended, failed, interest, metric, row, run

LYNAS = ROOT / "tests" / "cases_reference" / "lynas_jare_loan"
PUT_OFF = """
[facility.jbic]
deferred = { 2027-01-01 = "0 %", 2029-01-01 = "50 %", 2030-01-01 = "0 %" }
"""


def test_half_the_interest_of_a_year_is_put_off_to_the_last_repayment(tmp_path: Path) -> None:
    """2029: half the interest on 45 and on 37.5 is not paid; it bears none, and falls due in 2031H2."""
    result = run(extended(tmp_path, PUT_OFF))
    put_off = [interest(45, 4) / 2, interest(37.5, 5) / 2]
    paid, whole = row(result, "facility.jbic.interest_paid"), row(result, "facility.jbic.interest")

    assert row(result, "facility.jbic.put_off")[4:6] == pytest.approx(put_off)
    assert paid[4:6] == pytest.approx(put_off)
    assert paid[9] == pytest.approx(whole[9] + sum(put_off))
    assert row(result, "facility.jbic.deferred.closing")[5:9] == pytest.approx([sum(put_off)] * 4)
    assert paid[2:].sum() == pytest.approx(whole[2:].sum())
    assert failed(result) == set()


def test_what_is_forgiven_is_income_and_is_never_paid(tmp_path: Path) -> None:
    """60 % of what was put off is forgiven in 2030H2; 40 % falls due in 2031H2."""
    text = PUT_OFF + '[facility.jbic.forgiven]\n2030-12-31 = "60 %"\n'
    result = run(extended(tmp_path, text))
    put_off = interest(45, 4) / 2 + interest(37.5, 5) / 2

    assert row(result, "facility.jbic.forgiven")[7] == pytest.approx(0.6 * put_off)
    assert row(result, "income.net_debt_forgiven").sum() == pytest.approx(0.6 * put_off)
    assert row(result, "facility.jbic.deferred_due")[9] == pytest.approx(0.4 * put_off)
    assert failed(result) == set()
    assert metric(result, "equity_irr") > metric(run(TINY), "equity_irr")


@pytest.fixture(scope="module")
def lynas() -> Results:
    """The history of the loan."""
    return run(LYNAS)


def at(result: Results, id: str, label: str) -> float:
    """A line [million USD] in a quarter."""
    return float(row(result, id)[result.model.timeline.labels.index(label)])


def test_the_loan_of_jare_has_its_published_balances(lynas: Results) -> None:
    """225 drawn in 2011, 146.9 at the extension of June 2019, nothing after June 2030."""
    closing = "facility.jare.outstanding.closing"

    assert at(lynas, closing, "2011Q2") == pytest.approx(225)
    assert at(lynas, closing, "2019Q2") == pytest.approx(146.9, abs=0.001)
    assert at(lynas, closing, "2024Q4") > 0.95 * 146.9
    assert at(lynas, closing, "2030Q1") > 50
    assert at(lynas, closing, "2030Q2") == pytest.approx(0, abs=1e-6)


def test_the_interest_of_2016_is_put_off_and_forgiven_in_2023(lynas: Results) -> None:
    """213.72 x (7 % x 182 + 3.75 % x 184)/365 = 11.5, none of it paid."""
    quarters = [f"2016Q{number}" for number in range(1, 5)]

    assert at(lynas, "facility.jare.deferred.closing", "2016Q4") == pytest.approx(11.5, abs=0.001)
    assert sum(at(lynas, "facility.jare.interest_paid", quarter) for quarter in quarters) == 0
    assert at(lynas, "facility.jare.forgiven", "2023Q1") == pytest.approx(11.5, abs=0.001)
    assert at(lynas, "facility.jare.deferred.closing", "2023Q1") == pytest.approx(0, abs=1e-9)
    assert at(lynas, "facility.jare.deferred_due", "2030Q2") == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("quarter", "rate", "days"),
    [("2014Q3", 0.06, 92), ("2014Q4", 0.07, 92), ("2016Q3", 0.0375, 92), ("2019Q2", 0.0375, 91), ("2019Q3", 0.025, 92)],
)
def test_interest_follows_the_steps_of_the_rate(quarter: str, rate: float, days: int, lynas: Results) -> None:
    owed = at(lynas, "facility.jare.outstanding.opening", quarter)

    assert at(lynas, "facility.jare.interest", quarter) == pytest.approx(owed * rate * days / 365)


def test_the_history_of_the_loan_holds_its_checks(lynas: Results) -> None:
    assert failed(lynas) == set()
    assert np.abs(row(lynas, "facility.jare.default_interest")).max() < 1e-9
