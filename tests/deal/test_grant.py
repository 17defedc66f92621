"""Grants within a window, as income, and clawed back: worked by hand on the mine, and whole deals that balance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from finmodel.kernel.evaluate import evaluate
from finmodel.kernel.order import plan
from finmodel.present.annual import CASH, MORE, by_year
from finmodel.run.build import build
from finmodel.run.results import judge
from tests.deal.fin import FLAGSHIP, TINY, extended, failed, metric, pure, row, run
from tests.deal.ops import deal
from tests.deal.test_capex import BUILD, BUILT, PLANT, grant

AID = """
[grant.aid]
label   = "Aid"
payer   = "Ministry"
capex   = "plant"
share   = "20 %"
ceiling = "100 million USD"
"""
"""20 % of the tiny loan's plant: 10 in each half-year of construction."""


def claw_back(share: str, years: str, basis: str = "distributions") -> str:
    """A share of profit that goes back to the ministry."""
    return f'{AID}claw_back = {{ basis = "{basis}", share = "{share}", years = "{years}" }}\n'


def test_a_grant_with_a_window_pays_for_what_is_spent_within_it(tmp_path: Path) -> None:
    """Half of the 60,000 USD of 2028; the 40,000 of 2027 are before the window."""
    small = deal(tmp_path, BUILT + PLANT + grant(more="start = 2028-01-01\nend = 2028-12-31"))

    assert small.at("grant.aid.earned", BUILD) == pytest.approx([0, 30_000, 0, 0, 0, 0])


def test_a_grant_that_is_income_leaves_the_cost_whole_for_books_and_tax(tmp_path: Path) -> None:
    """Half of 100,000 USD is granted, and 25,000 a year are written off all the same."""
    small = deal(tmp_path, BUILT + PLANT + grant(more='accounting = "income"'))

    assert small.at("tax_basis.mining", ["2027", "2028"]) == pytest.approx([40_000, 60_000])
    assert small.at("capex.depreciation") == pytest.approx([25_000] * 4)


def test_a_grant_is_income_once_it_is_final_in_the_first_period_of_operation(tmp_path: Path) -> None:
    """20,000 and 30,000 USD wait as a liability; 50,000 are income of 2029."""
    small = deal(tmp_path, BUILT + PLANT + grant(more='accounting = "income"'))

    assert small.at("grant.aid.deferred.closing", BUILD) == pytest.approx([20_000, 50_000, 0, 0, 0, 0])
    assert small.at("grant.aid.income", BUILD) == pytest.approx([0, 0, 50_000, 0, 0, 0])


def test_a_grant_that_is_income_is_taxed_when_it_is_final(tmp_path: Path) -> None:
    """20 of the tiny loan's 100 million: taxable income of 2028H1 is higher by 20, and the deal balances."""
    text = AID + 'accounting = "income"\n'
    result = run(extended(tmp_path, text))
    spv = next(iter(result.case.tables.entity))

    assert row(result, f"taxable.net_income.{spv}")[2] == pytest.approx(15 + 20)
    assert row(result, "income.net_grant_income")[2] == pytest.approx(20)
    assert failed(result) == set()


def test_a_share_of_what_is_distributed_goes_back_until_the_grant_is_repaid(tmp_path: Path) -> None:
    """A quarter of each distribution up to the 20 million of the grant; owners have the rest."""
    result = run(extended(tmp_path, claw_back("25 %", "5 years")))
    gross, paid = row(result, "waterfall.distributions"), row(result, "grant.aid.claw_back.paid")
    by_hand, left = [], 20.0
    for amount in gross:
        by_hand.append(min(0.25 * amount, left))
        left -= by_hand[-1]

    assert paid == pytest.approx(by_hand)
    assert paid.sum() > 0
    assert row(result, "claw_back.distributions_left") == pytest.approx(gross - paid)
    assert failed(result) == set()


def test_the_years_of_a_page_show_owners_what_is_left_to_them(tmp_path: Path) -> None:
    """To owners by year is what the classes receive; what goes back to the payer stands in a column of its own."""
    result = run(extended(tmp_path, claw_back("25 %", "5 years")))
    table = by_year(result, (*CASH, *MORE), 12)
    by_title = {column.title: sum(row) for column, row in zip(table.columns, table.values, strict=True)}

    assert by_title["Grants clawed back"] == pytest.approx(20e6)
    assert by_title["To owners"] == pytest.approx(sum(result["claw_back.distributions_left"]))


def test_claw_back_never_takes_more_than_the_grant(tmp_path: Path) -> None:
    """All of each distribution: 20 million in all, and not a cent more."""
    result = run(extended(tmp_path, claw_back("100 %", "5 years")))

    assert row(result, "grant.aid.claw_back.paid").sum() == pytest.approx(20)
    assert failed(result) == set()


def test_claw_back_ends_after_its_years(tmp_path: Path) -> None:
    """One year from completion: two half-years."""
    result = run(extended(tmp_path, claw_back("10 %", "1 year")))
    gross = row(result, "waterfall.distributions")

    assert row(result, "grant.aid.claw_back.paid") == pytest.approx([0, 0, *(gross[2:4] * 0.1), *[0] * 8])


def test_a_share_of_profit_is_claimed_after_the_year_and_paid_from_what_is_distributed(tmp_path: Path) -> None:
    """Half of the profit of 2028 is claimed in 2029H1; losses count for nothing."""
    result = run(extended(tmp_path, claw_back("50 %", "5 years", "profit")))
    profit = row(result, "income.net_profit")
    claimed = row(result, "grant.aid.claw_back.claimed")
    of_2028 = max(0.0, profit[2] + profit[3])

    assert claimed[4] == pytest.approx(0.5 * of_2028)
    assert claimed[[2, 3, 5, 7]] == pytest.approx([0] * 4)
    assert (row(result, "grant.aid.claw_back.paid") <= row(result, "waterfall.distributions") + 1e-9).all()
    assert failed(result) == set()


def test_a_claim_that_is_never_paid_lapses_at_the_end(tmp_path: Path) -> None:
    """No distribution is allowed under a lock-up at a cover of 5: the claim on profit lapses, and accounts close."""
    result = run(extended(tmp_path, claw_back("50 %", "5 years", "profit")), {"waterfall.lockup": "5.00x"})
    owed = row(result, "grant.aid.claw_back.closing")

    assert owed[-1] == pytest.approx(0, abs=1e-9)
    assert "accounts_end_at_zero" not in failed(result)
    assert "balance_sheet" not in failed(result)


def test_two_grants_are_paid_back_one_after_the_other_from_one_distribution(tmp_path: Path) -> None:
    """60 % of the distribution to the first; the second claims 40 %, which is what is left."""
    second = claw_back("40 %", "5 years").replace("grant.aid", "grant.more").replace('"Aid"', '"More"')
    result = run(extended(tmp_path, claw_back("60 %", "5 years") + second.replace("20 %", "5 %", 1)))
    gross = row(result, "waterfall.distributions")
    both = row(result, "grant.aid.claw_back.paid") + row(result, "grant.more.claw_back.paid")

    assert (both <= gross + 1e-9).all()
    assert row(result, "grant.more.claw_back.paid").sum() == pytest.approx(5)
    assert failed(result) == set()


def test_the_ledger_is_kept_in_the_currency_of_the_grant(tmp_path: Path) -> None:
    """The flagship's grant in yen, with half of distributions for ten years: all of it comes back, in yen."""
    text = '[grant.meti_capex.claw_back]\nshare = "50 %"\nyears = "10 years"\n'
    result = run(extended(tmp_path, text, FLAGSHIP))
    back = row(result, "grant.meti_capex.claw_back.claimed_own").sum()

    assert back == pytest.approx(row(result, "grant.meti_capex.earned_own").sum())
    assert result.passed


def test_claw_back_costs_the_owners_and_not_the_lenders(tmp_path: Path) -> None:
    without, with_it = run(extended(tmp_path, AID)), run(extended(tmp_path, claw_back("25 %", "5 years")))

    assert metric(with_it, "dscr_min") == pytest.approx(metric(without, "dscr_min"))
    assert metric(with_it, "equity_irr") < metric(without, "equity_irr")


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("basis", ["distributions", "profit"])
def test_any_claw_back_keeps_within_the_grant_and_the_deal_balances(tmp_path: Path, basis: str, seed: int) -> None:
    draw = np.random.default_rng(seed)
    terms = claw_back(f"{draw.integers(1, 101)} %", f"{draw.uniform(0.3, 6):.2f} years", basis)
    text = terms + f'accounting = "{draw.choice(["basis", "income"])}"\nlag = "{draw.integers(0, 3) * 6} months"\n'
    result = run(extended(tmp_path, text), {"cost.operating.per_kg": f"{draw.uniform(5, 36):.1f} USD/kg"})
    bad = {"balance_sheet", "cash_conserved", "accounts_end_at_zero", "owners_receive", "owners_not_negative"}

    assert not bad & failed(result)
    assert pure(result, "checks.balance_sheet") == pytest.approx(0, abs=1e-9)
    assert row(result, "grant.aid.claw_back.paid").sum() <= row(result, "grant.aid.earned").sum() + 1e-9
    assert row(result, "grant.aid.claw_back.paid").min() >= -1e-12


def test_without_claw_back_there_are_no_rows_of_it() -> None:
    assert not [id for id in run(TINY).model.lines if "claw_back" in id]


@pytest.mark.parametrize(
    ("line", "check"),
    [
        ("claw_back.distributions_left", "cash_conserved"),
        ("grant.aid.claw_back.closing", "balance_sheet"),
        ("grant.aid.deferred.closing", "balance_sheet"),
        ("grant.aid.receivable.closing", "balance_sheet"),
    ],
)
def test_a_fault_in_claw_back_is_seen_by_a_check(tmp_path: Path, line: str, check: str) -> None:
    """Each line is made larger by the capital cost of three half-years ago after the deal is solved."""
    result = run(extended(tmp_path, claw_back("50 %", "5 years") + 'accounting = "income"\n'))
    model = build(result.case).model
    broken = model.find(line)
    assert broken.expr is not None
    broken.expr = broken.expr + model.find("capex.spent").lag(3)
    values = evaluate(model, plan(model), dict(result.given))
    faults = {c.id.removeprefix("checks.") for c in judge(model, values, 1e-9) if not c.passed}

    assert check in faults
