"""Every check can fail: one line of a deal is made wrong, and the check of that claim says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import finmodel as fm
from finmodel.kernel.evaluate import evaluate
from finmodel.kernel.expr import Expr
from finmodel.kernel.model import Line, Model
from finmodel.kernel.order import plan
from finmodel.kernel.search import Solution
from finmodel.run.build import build
from finmodel.run.results import CheckResult, judge
from finmodel.run.run import TOLERANCE
from finmodel.run.size import Sized
from tests.deal.fin import FLAGSHIP, MEZZANINE, SCULPTED, TINY, extended, failed, row, run, shock

Change = Callable[[Expr, Model], Expr]


TEXTS = {"mezzanine": MEZZANINE, "arrears": '[waterfall]\ndefault_arrears = "30 days"\n'}
"""Extensions of the tiny loan by name."""


@cache
def givens(case: str) -> Mapping[str, object]:
    """Inputs and solved inputs of a case as it is."""
    return fm.run(loaded(case)).given


@cache
def loaded(case: str) -> fm.Case:
    """A case by name: "tiny", "flagship", or an extension of the tiny loan."""
    if case in TEXTS:
        with TemporaryDirectory() as folder:
            return fm.load(extended(Path(folder), TEXTS[case]))
    return fm.load({"tiny": TINY, "flagship": FLAGSHIP}[case])


def judged(case: str, line: str, change: Change) -> dict[str, CheckResult]:
    """The checks of a case, solved as it is, after the formula of one line was changed."""
    model = build(loaded(case)).model
    broken = model.find(line)
    assert broken.expr is not None
    broken.expr = change(broken.expr, model)
    broken.series = broken.series or broken.expr.series
    values = evaluate(model, plan(model), dict(givens(case)))
    return {check.id.removeprefix("checks."): check for check in judge(model, values, TOLERANCE)}


def times(factor: str) -> Change:
    """The line times a pure number that the deal has."""
    return lambda expr, model: expr * _number(factor, model)


def plus(line: str) -> Change:
    """The line and another one."""
    return lambda expr, model: expr + model.find(line)


def less(line: str) -> Change:
    """The line less another one."""
    return lambda expr, model: expr - model.find(line)


def _number(name: str, model: Model) -> Expr:
    return {"nothing": 0 * model.find("time.first"), "ten": 10 * model.find("time.completed")}[name]


MUTATIONS: dict[str, tuple[str, str, Change]] = {
    "sources_equal_uses": ("tiny", "funding.equity", times("nothing")),
    "balance_sheet": ("tiny", "balance.assets.plant", times("nothing")),
    "cash_conserved": ("tiny", "account.cash.closing", plus("capex.spent")),
    "tax_reserve": ("flagship", "tax.au.reserve.closing", plus("capex.spent")),
    "cash_not_negative": ("tiny", "account.cash.closing", less("capex.spent")),
    "accounts_end_at_zero": ("tiny", "waterfall.distributions", times("nothing")),
    "debt_repaid": ("tiny", "facility.jbic.repayment", times("nothing")),
    "schedule.jbic.whole": ("tiny", "facility.jbic.schedule", times("nothing")),
    "schedule.co_lenders.whole": ("flagship", "facility.co_lenders.schedule", times("nothing")),
    "schedule.jbic.positive": ("tiny", "facility.jbic.schedule", less("time.last")),
    "schedule.co_lenders.positive": ("flagship", "facility.co_lenders.schedule", less("time.last")),
    "senior_paid": ("tiny", "cfads.net_cfads", times("nothing")),
    "junior_paid": ("mezzanine", "cfads.net_cfads", times("nothing")),
    "distributions_open": ("tiny", "waterfall.distribution_gate", times("nothing")),
    "jbic_share": ("flagship", "checks.jbic_share", plus("time.first")),
    "no_default": ("flagship", "ratios.in_default", plus("time.completed")),
    "completion_by_long_stop": ("flagship", "checks.completion_by_long_stop", plus("time.first")),
    "no_old_arrears": ("arrears", "cfads.net_cfads", times("nothing")),
    "tail": ("flagship", "ratios.revenue_contracted", times("nothing")),
    "stock_not_negative": ("tiny", "product.oxide.stock.closing", less("node.plant.produced")),
    "tonnes_accounted_for": ("tiny", "spot.oxide.delivered", times("nothing")),
    "resale_credited": ("flagship", "checks.resale_credited", plus("time.first")),
    "within_capacity": ("flagship", "offtake.oem.quantity", times("ten")),
    "budget.meti": ("flagship", "programme.meti.granted_to_date", times("ten")),
    "owners_receive": ("tiny", "equity.sponsor.received", times("nothing")),
    "owners_not_negative": ("tiny", "equity.sponsor.received", less("capex.spent")),
    "shares_of_equity": ("tiny", "checks.shares_of_equity", plus("time.first")),
    "operating_costs_paid": ("tiny", "account.arrears.closing", plus("capex.spent")),
    "equity_not_negative": ("tiny", "funding.equity", less("capex.spent")),
    "funding_shortfall": ("flagship", "funding.equity", plus("capex.spent")),
}
"""Check → the case, the line that is made wrong, and how."""


@pytest.mark.parametrize("check", MUTATIONS)
def test_a_check_fails_when_its_claim_is_made_wrong(check: str) -> None:
    case, line, change = MUTATIONS[check]

    assert not judged(case, line, change)[check].passed


@pytest.mark.parametrize("case", ["tiny", "flagship", *TEXTS])
def test_without_a_fault_all_checks_pass_but_news_about_the_deal(case: str) -> None:
    checks = judged(case, "time.first", lambda expr, _: expr).values()

    assert {check.id for check in checks if not check.passed and check.kind == "error"} == set()


def test_every_check_of_every_case_has_a_fault_that_it_finds() -> None:
    ids = {check.id.removeprefix("checks.") for case in (TINY, FLAGSHIP, SCULPTED) for check in run(case).checks}

    assert {id for id in ids - {"sizing", "sizing_repaid"} if id.replace(".loan.", ".jbic.") not in MUTATIONS} == set()


def test_the_check_of_sizing_fails_when_a_residual_is_left() -> None:
    built = build(loaded("tiny"))
    check, *_ = Sized(built, Solution({}, {}, 3, 1e-6)).checks(built, {"checks.debt_repaid": [0.0]})

    assert (check.id, check.passed, check.worst) == ("checks.sizing", False, 1e-6)


def test_debt_that_the_sizing_case_does_not_repay_is_an_error(tmp_path: Path) -> None:
    """At 15 USD/kg lenders see 5 a year for five years, and 60 of debt; at 40 USD/kg all is repaid (F33)."""
    lenders = '[sizing.case]\n"price.oxide.deck" = "15 USD/kg"\n'
    result = run(extended(tmp_path, lenders))
    checks = {check.id: check for check in result.checks}

    assert checks["checks.debt_repaid"].passed
    assert not checks["checks.sizing_repaid"].passed
    assert checks["checks.sizing_repaid"].kind == "error"
    assert not result.passed
    assert {check.id: check for check in run(TINY).checks}["checks.sizing_repaid"].passed


def test_a_check_names_the_period_of_its_largest_fault() -> None:
    """The operating account is off by 50 in both periods of construction, and by nothing later."""
    found = judged("tiny", "account.cash.closing", less("capex.spent"))["cash_not_negative"]

    assert found.at == "2027H1"
    assert found.worst > 0.1


def test_a_failed_check_of_class_error_fails_the_result_and_an_alert_does_not() -> None:
    late = run(TINY, {"price.oxide.deck": "15 USD/kg"}, hold_debt=True)

    assert "senior_paid" in failed(late)
    assert late.passed


def test_a_check_line_is_zero_when_true() -> None:
    result = run(TINY)
    lines: list[Line] = [result.model.lines[id] for id in result.model.checks]

    assert {line.kind for line in lines} == {"check"}
    assert all(check.worst <= 1e-12 for check in result.checks)


def test_operating_arrears_are_an_alert(tmp_path: Path) -> None:
    """20 of extra cost in 2032H1, after senior debt: 5 stay unpaid for half a year."""
    result = run(extended(tmp_path, shock({10: 20})))

    assert row(result, "account.arrears.closing")[10] == pytest.approx(5)
    assert failed(result) != set()


def test_no_cash_is_left_locked_when_the_deal_ends(tmp_path: Path) -> None:
    """Cash locked up until 2031; then a mezzanine of 38 falls due that the cash of the date does not pay."""
    text = MEZZANINE.replace("10 million", "38 million").replace("= 8", "= 9").replace('"equal"', '"bullet"')
    text += shock({8: 14, 9: 14, 10: 14})
    result = run(extended(tmp_path, text), {"waterfall.lockup": "5.00x"})

    assert row(result, "account.locked.closing")[11] == pytest.approx(0)
    assert {check.id for check in result.checks if not check.passed and check.kind == "error"} == {
        "checks.sizing_repaid"
    }
