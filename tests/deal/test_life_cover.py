"""Life cover as a limit on debt, grants in gearing, and the goals that are solved together, by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from finmodel.kernel.errors import UsageError
from tests.deal.fin import FLAGSHIP, QUARTERS, extended, failed, metric, number, pure, row, run

UNSIZED = 'remove = ["sizing.amount"]\n[facility.jbic]\nprofile = "sculpted"\nday_count = "months"\n'
FACTORS = 1.025 ** -np.arange(1, 11)
"""Value at completion of one on each of ten half-yearly dates at 5 % p.a."""

LONG = UNSIZED + '[capex.plant]\namount = "200 million USD"\n'
"""The tiny loan with room for debt: 15 a half-year, eight dates of repayment, ten of operation."""


def test_debt_at_a_loan_life_cover_is_the_value_of_cash_to_the_last_repayment_over_it(tmp_path: Path) -> None:
    """15 on eight dates at 2.5 % is 107.552058; at 1.60x it carries 67.220036, less than 1.30x on each date."""
    result = run(extended(tmp_path, LONG + '[sizing]\nllcr = "1.60x"\n'))

    assert 15 * FACTORS[:8].sum() / 1.6 == pytest.approx(67.220036, abs=1e-6)
    assert metric(result, "debt.jbic") / 1e6 == pytest.approx(67.220036, abs=1e-6)
    assert result.facts["binding_constraint"] == "loan life cover"
    assert pure(result, "ratios.llcr.value")[1] == pytest.approx(1.60, abs=1e-9)
    assert failed(result) == set()


def test_debt_at_a_project_life_cover_counts_the_cash_after_the_last_repayment(tmp_path: Path) -> None:
    """Ten dates are worth 131.280959; at 2.00x they carry 65.640480."""
    result = run(extended(tmp_path, LONG + '[sizing]\nplcr = "2.00x"\n'))

    assert metric(result, "debt.jbic") / 1e6 == pytest.approx(15 * FACTORS.sum() / 2, rel=1e-9)
    assert result.facts["binding_constraint"] == "project life cover"
    assert pure(result, "ratios.plcr.value")[1] == pytest.approx(2.0, abs=1e-9)


def test_at_one_cover_the_loan_life_limit_is_the_debt_of_sculpting(tmp_path: Path) -> None:
    result = run(extended(tmp_path, LONG + '[sizing]\nllcr = "1.30x"\n'))

    assert number(result, "sizing.by_llcr") == pytest.approx(number(result, "sizing.by_cover"), rel=1e-9)


def test_a_life_cover_that_is_not_the_lowest_limit_does_not_bind(tmp_path: Path) -> None:
    result = run(extended(tmp_path, LONG + '[sizing]\nllcr = "1.10x"\nplcr = "1.10x"\nlimit = "50 million USD"\n'))

    assert metric(result, "debt.jbic") == pytest.approx(50e6)
    assert result.facts["binding_constraint"] == "lenders' limit"


GRANT = """
[grant.state]
label   = "Grant"
payer   = "State"
capex   = "plant"
share   = "25 %"
ceiling = "25 million USD"
"""


def test_gearing_has_variants_that_are_named(tmp_path: Path) -> None:
    """60 of debt, 25 of grants, 100 of capital cost and the interest of construction."""
    result = run(extended(tmp_path, GRANT))
    uses, equity = row(result, "funding.uses").sum(), row(result, "funding.equity").sum()

    assert metric(result, "gearing") == pytest.approx(60 / uses)
    assert metric(result, "gearing_net") == pytest.approx(60 / (uses - 25))
    assert metric(result, "gearing_all") == pytest.approx(60 / uses)
    assert metric(result, "gearing_capital") == pytest.approx(60 / (60 + equity))


def test_grants_reduce_the_uses_of_gearing_when_the_case_says_so(tmp_path: Path) -> None:
    """A cap of 50 % of uses less 25 of grants."""
    text = 'remove = ["sizing.amount"]\n' + GRANT + '[sizing]\ngrants_net = true\ngearing_cap = "50 %"\n'
    result = run(extended(tmp_path, text))
    uses = row(result, "funding.uses").sum()

    assert metric(result, "debt.jbic") / 1e6 == pytest.approx((uses - 25) / 2, rel=1e-9)
    assert metric(result, "gearing") == pytest.approx(0.5, rel=1e-9)
    assert metric(result, "gearing") == metric(result, "gearing_net")


def test_goals_are_named_with_their_residuals() -> None:
    facts = run(FLAGSHIP).facts
    goals = {name.removeprefix("residual_") for name in facts if name.startswith("residual_")}

    assert goals == {"senior_debt", "shared_uses", "schedule", "plan_cfads", "equity"}
    assert max(float(facts[f"residual_{goal}"]) for goal in goals) == float(facts["sizing_residual"])
    assert int(facts["sizing_passes"]) > 1


TAXED = """
remove = ["sizing.amount"]
[entity.spv]
tax_rate = "30 %"
[facility.jbic]
profile   = "sculpted"
day_count = "months"
"""


def test_sculpted_service_is_smooth_on_quarters_with_a_yearly_tax(tmp_path: Path) -> None:
    """Tax is paid once a year, but its accrual goes to the tax reserve each period: cover is 1.30x on every date.

    Service moves by less than a tenth from date to date, where a year's tax paid at once would be a fifth of it.
    """
    result = run(extended(tmp_path, TAXED + QUARTERS))
    dates = pure(result, "facility.jbic.repayment_date") > 0
    service = row(result, "ratios.senior_service")[dates]
    paid = row(result, "tax.spv.paid")

    assert (paid > 0).sum() <= 6
    assert pure(result, "ratios.dscr.value")[dates] == pytest.approx([1.30] * 8, abs=1e-9)
    assert np.abs(np.diff(service)).max() < 0.1 * service.mean()


def test_debt_is_sized_anew_on_a_scenario_when_that_is_asked(tmp_path: Path) -> None:
    """At 34 USD/kg cash is 12 a half-year: four fifths of the debt at the cover; without it the debt stays."""
    case = extended(tmp_path, LONG)
    (case / "scenarios.toml").write_text('[low.set]\n"price.oxide.deck" = "34 USD/kg"\n', encoding="utf-8")
    import finmodel as fm

    base = fm.run(case)
    held, anew = fm.run(fm.load(case, "low")), fm.run(fm.load(case, "low"), resize=True)

    assert metric(held, "debt.jbic") == metric(base, "debt.jbic")
    assert metric(anew, "debt.jbic") == pytest.approx(0.8 * metric(base, "debt.jbic"), rel=1e-9)
    assert metric(anew, "dscr_min") == pytest.approx(1.30, abs=1e-9)
    assert "scenario low" in anew.facts["debt_sized_on"]
    assert "scenario" not in held.facts["debt_sized_on"]
    table = fm.scenarios(case, resize=True)
    assert table.runs["low"].metrics["debt.jbic"] == metric(anew, "debt.jbic")


def test_what_the_lenders_say_stays_on_top_of_a_scenario_when_debt_is_sized_anew(tmp_path: Path) -> None:
    """The lenders' price of 34 USD/kg is theirs in every scenario: the debt stays, whatever the scenario's price."""
    case = extended(tmp_path, LONG + '[sizing.case]\n"price.oxide.deck" = "34 USD/kg"\n')
    (case / "scenarios.toml").write_text('[high.set]\n"price.oxide.deck" = "60 USD/kg"\n', encoding="utf-8")
    import finmodel as fm

    anew = fm.run(fm.load(case, "high"), resize=True)
    assert metric(anew, "debt.jbic") == pytest.approx(metric(fm.run(case), "debt.jbic"), rel=1e-9)


def test_debt_cannot_be_held_and_sized_anew() -> None:
    with pytest.raises(UsageError, match="either held or sized anew"):
        run_both()


def run_both() -> None:
    """Ask for both."""
    import finmodel as fm

    fm.run(FLAGSHIP, hold_debt=True, resize=True)
