"""Withholding tax on interest and dividends, worked by hand on the tiny loan and the reference case."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from finmodel.kernel.evaluate import evaluate
from finmodel.kernel.expr import Expr
from finmodel.kernel.model import Line
from finmodel.kernel.order import plan
from finmodel.kernel.register import Register
from finmodel.run.build import build
from finmodel.run.results import judge
from tests.deal.fin import MEZZANINE, SCULPTED, TINY, extended, failed, interest, metric, row, run

ENTITY = next(iter(run(TINY).case.tables.entity))
CLASS = next(iter(run(TINY).case.tables.equity))
RATES = f'[entity.{ENTITY}.withholding]\nbank = "10 %"\ndividend = "5 %"\n'
GROSSED = RATES + '[facility.jbic]\nwithholding = "bank"\n'
BORNE = GROSSED + "gross_up = false\n"
DIVIDEND = RATES + f'[equity.{CLASS}]\nwithholding = "dividend"\n'


def paid_to(result: object, party: str) -> np.ndarray:
    """What a party is paid, in millions, as the register of the deal says."""
    model = build(result.case).model  # type: ignore[attr-defined]
    section = model.section("probe", model.find("capex.spent").unit)
    for number, part in enumerate(model.register.paid.get(party, [])):
        section.line(f"part_{number}", f"Part {number}", part)
    values = evaluate(model, plan(model), dict(result.given))  # type: ignore[attr-defined]
    rows = [np.asarray(values[id]) for id in model.lines if id.startswith("probe.")]
    return np.asarray(sum(rows)) / 1e6


def test_with_gross_up_the_lender_has_its_rate_and_the_borrower_pays_the_tax_on_top(tmp_path: Path) -> None:
    """2028H1: 5 % / 0.9 on 60; the lender receives 60 x 5 % x 182/365, and the treasury a ninth of that."""
    result = run(extended(tmp_path, GROSSED))
    own = interest(60, 2)

    assert row(result, "facility.jbic.interest")[2] == pytest.approx(own / 0.9)
    assert row(result, "facility.jbic.withheld")[2] == pytest.approx(own / 9)
    assert paid_to(result, "facility.jbic")[2] == pytest.approx(own + 7.5)
    assert failed(result) == set()


def test_without_gross_up_the_lender_bears_the_tax(tmp_path: Path) -> None:
    """2028H1: a tenth of the interest is kept back."""
    result = run(extended(tmp_path, BORNE))
    own = interest(60, 2)

    assert row(result, "facility.jbic.interest")[2] == pytest.approx(own)
    assert row(result, "facility.jbic.withheld")[2] == pytest.approx(own / 10)
    assert paid_to(result, "facility.jbic")[2] == pytest.approx(0.9 * own + 7.5)
    assert failed(result) == set()


def test_tax_is_withheld_from_interest_of_construction_too(tmp_path: Path) -> None:
    """2027H2: 30 drawn before, 5 % for 184 days."""
    result = run(extended(tmp_path, BORNE))

    assert row(result, "facility.jbic.withheld")[1] == pytest.approx(interest(30, 1) / 10)


def test_the_treasury_is_a_party_that_is_paid_what_is_withheld(tmp_path: Path) -> None:
    result = run(extended(tmp_path, GROSSED))

    assert paid_to(result, f"tax.{ENTITY}") == pytest.approx(row(result, "facility.jbic.withheld"))


def test_sculpted_debt_is_smaller_when_interest_is_grossed_up(tmp_path: Path) -> None:
    """Cover stays at its target: the tax is in the senior interest step, so there is room for less debt."""
    text = '[entity.spv.withholding]\nbank = "10 %"\n[facility.loan]\nwithholding = "bank"\n'
    taxed, free = run(extended(tmp_path, text, SCULPTED)), run(SCULPTED)

    assert metric(taxed, "dscr_min") == pytest.approx(metric(free, "dscr_min"))
    assert metric(taxed, "debt.loan") < metric(free, "debt.loan")
    assert failed(taxed) == set()


def test_a_class_receives_its_dividends_less_the_tax(tmp_path: Path) -> None:
    result, free = run(extended(tmp_path, DIVIDEND)), run(TINY)
    received = row(result, f"equity.{CLASS}.received")

    assert row(result, f"equity.{CLASS}.withheld") == pytest.approx(received * 0.05)
    assert row(result, f"equity.{CLASS}.net_flow")[2:] == pytest.approx(received[2:] * 0.95)
    assert metric(result, "equity_irr") < metric(free, "equity_irr")
    assert metric(result, "equity_irr") == pytest.approx(metric(result, f"equity_irr.{CLASS}"))
    assert failed(result) == set()


def test_multiple_and_loss_of_a_class_are_after_the_tax_as_its_rate_of_return_is(tmp_path: Path) -> None:
    """95 % of what is received over what is paid in; at a tax of 90 % a tenth of it, and the rest is lost."""
    result, free = run(extended(tmp_path, DIVIDEND)), run(TINY)
    multiple = metric(free, f"equity_multiple.{CLASS}")
    high = run(extended(tmp_path, DIVIDEND.replace("5 %", "90 %")))

    assert metric(result, f"equity_multiple.{CLASS}") == pytest.approx(0.95 * multiple)
    assert metric(high, f"equity_multiple.{CLASS}") == pytest.approx(0.1 * multiple)
    assert metric(high, f"equity_loss.{CLASS}") == pytest.approx(1 - 0.1 * multiple)


@pytest.mark.parametrize("rate", ["0 %", "3.7 %", "20.42 %", "60 %"])
@pytest.mark.parametrize("gross_up", ["true", "false"])
def test_any_tax_conserves_cash_and_balances(tmp_path: Path, rate: str, gross_up: str) -> None:
    loans = f'[facility.jbic]\nwithholding = "bank"\ngross_up = {gross_up}\n{MEZZANINE}withholding = "bank"\n'
    result = run(extended(tmp_path, f'[entity.{ENTITY}.withholding]\nbank = "{rate}"\n{loans}'))
    alerts = {"senior_paid", "junior_paid", "no_default", "distributions_open", "debt_repaid", "funding_shortfall"}

    assert failed(result) <= alerts


def test_a_rate_of_nothing_changes_nothing(tmp_path: Path) -> None:
    """The treaty rate of a bank in Japan is 0: the numbers are those without the key."""
    text = RATES.replace("10 %", "0 %") + '[facility.jbic]\nwithholding = "bank"\n'

    assert run(extended(tmp_path, text)).metrics == run(TINY).metrics


@pytest.mark.parametrize("text", [BORNE, GROSSED, DIVIDEND])
def test_tax_that_is_kept_back_and_noted_nowhere_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """The tax leaves what the recipient is paid, and no treasury has it."""
    result, pays = run(extended(tmp_path, text)), Register.pays

    def forgetful(self: Register, amount: Expr, party: str) -> None:
        if not (isinstance(amount, Line) and amount.id.endswith(".withheld")):
            pays(self, amount, party)

    monkeypatch.setattr(Register, "pays", forgetful)
    model = build(result.case).model
    values = evaluate(model, plan(model), dict(result.given))

    assert "checks.cash_conserved" in {check.id for check in judge(model, values, 1e-9) if not check.passed}
