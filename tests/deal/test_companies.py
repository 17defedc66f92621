"""Books of each company: a metal company beside the tiny loan by hand, and the flagship, in which each of two balances.

Metal: a plant of 10 million, written off over ten half-years; 250 t a half-year from oxide at 40 USD/kg, sold at 45.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from finmodel.kernel.evaluate import evaluate
from finmodel.kernel.order import plan
from finmodel.run.build import build
from finmodel.run.results import Results, judge
from tests.deal.fin import FLAGSHIP, extended, failed, metric, number, row, run

METAL = """
[entity.metal]
label        = "Metal company"
country      = "Japan"
currency     = "USD"
tax_year_end = "December"
tax_rate     = "{tax}"
depreciation = {{ method = "straight", life = "5 years" }}

[product.metal]
label        = "Metal"
price        = "oxide"
contained_in = "feed"
fee          = "5 USD/kg"

[node.metal]
label        = "Metal plant"
entity       = "metal"
product      = "metal"
nameplate    = "500 t/year"
availability = "100 %"
takes        = {{ node = "plant", product = "oxide", per_product = "1.0x" }}

[capex.metal]
label   = "Metal plant"
entity  = "metal"
amount  = "10 million USD"
profile = ["50 %", "50 %"]
life    = "5 years"

[intercompany]
rate = "{rate}"
"""


def metal(rate: str = "4 % p.a.", tax: str = "0 %") -> str:
    """The metal company, with an account at a rate."""
    return METAL.format(rate=rate, tax=tax)


@cache
def flagship() -> Results:
    """The flagship with books of each company, at 5 %."""
    with TemporaryDirectory() as folder:
        return run(extended(Path(folder), '[intercompany]\nrate = "5 % p.a."\n', FLAGSHIP))


def test_a_company_owes_the_borrower_what_was_spent_for_it(tmp_path: Path) -> None:
    """5 + 5 of its plant; without interest before completion."""
    result = run(extended(tmp_path, metal()))

    assert row(result, "company.metal.net_owed.closing")[:2] == pytest.approx([5, 10])
    assert row(result, "company.metal.net_interest")[:2] == pytest.approx([0, 0])


def test_the_first_half_year_of_a_company_by_hand(tmp_path: Path) -> None:
    """Sales 250 t x 45 = 11.25, feed 10.0, depreciation 1.0, interest 10 x 2 % = 0.2: a profit of 0.05. Owed: 10 +
    0.2 - 1.25 = 8.95; the plant stands at 9, and 8.95 + 0.05 = 9."""
    result = run(extended(tmp_path, metal()))

    assert row(result, "company.metal.net_income.sales")[2] == pytest.approx(11.25)
    assert row(result, "company.metal.net_income.sales_within_the_group")[2] == pytest.approx(-10)
    assert row(result, "company.metal.net_interest")[2] == pytest.approx(0.2)
    assert row(result, "company.metal.net_profit")[2] == pytest.approx(0.05)
    assert row(result, "company.metal.net_owed.closing")[2] == pytest.approx(8.95)
    assert row(result, "company.metal.assets")[2] == pytest.approx(9)
    assert failed(result) == set()


def test_the_borrower_has_the_interest_and_the_sales_of_the_other_company(tmp_path: Path) -> None:
    """Profit of 2028H1: that of the group less 0.05; it lends 8.95."""
    result = run(extended(tmp_path, metal()))

    assert row(result, "company.spv.net_profit")[2] == pytest.approx(row(result, "income.net_profit")[2] - 0.05)
    assert row(result, "company.spv.net_lent")[2] == pytest.approx(8.95)


def test_interest_within_the_group_is_deducted_by_one_and_taxed_at_the_other(tmp_path: Path) -> None:
    """The metal company at 30 %: 2028 would tax 0.5, and 0.2 + 0.179 of interest are deducted; the borrower pays none
    on it at its rate of 0 %."""
    without, with_it = run(extended(tmp_path, metal("0 % p.a.", "30 %"))), run(extended(tmp_path, metal(tax="30 %")))
    paid = row(with_it, "company.metal.net_interest")[2:4].sum()

    assert row(without, "tax.metal.net_accrued")[2:4].sum() == pytest.approx(0.3 * 0.5)
    assert row(with_it, "tax.metal.net_accrued")[2:4].sum() == pytest.approx(0.3 * (0.5 - paid))
    assert row(with_it, "taxable.net_interest.spv")[2] == pytest.approx(
        row(with_it, "facility.jbic.interest")[2] - row(with_it, "company.metal.net_interest")[2]
    )


def test_without_the_table_there_are_no_books_of_companies() -> None:
    assert not [id for id in run(FLAGSHIP).model.lines if id.startswith("company.")]


def test_at_a_rate_of_nothing_the_group_is_as_without_the_table(tmp_path: Path) -> None:
    """Books of companies are books: no cash moves, and no tax."""
    free = run(extended(tmp_path, '[intercompany]\nrate = "0 % p.a."\n', FLAGSHIP))

    assert {name: metric(free, name) for name in ("equity_irr", "dscr_min", "debt.jbic")} == {
        name: metric(run(FLAGSHIP), name) for name in ("equity_irr", "dscr_min", "debt.jbic")
    }


def test_each_company_of_the_flagship_balances_in_every_period() -> None:
    for name in ("au", "jp"):
        assert row(flagship(), f"company.{name}.net_difference") == pytest.approx(np.zeros(96), abs=1e-6)
    assert flagship().passed


def test_profits_of_companies_add_up_to_that_of_the_group() -> None:
    """Sales within the group and their interest fall away; the group leaves out what the margin in stock grows by."""
    both = row(flagship(), "company.au.net_profit") + row(flagship(), "company.jp.net_profit")
    margin = np.diff(row(flagship(), "inventory.net_margin"), prepend=0)

    assert both == pytest.approx(row(flagship(), "income.net_profit") + margin, abs=1e-6)
    assert np.abs(margin).max() > 1


def test_interest_within_the_group_is_a_quarter_of_the_rate_on_the_opening_balance() -> None:
    opening, interest = row(flagship(), "company.jp.net_owed.opening"), row(flagship(), "company.jp.net_interest")

    assert interest[12:] == pytest.approx(opening[12:] * 0.05 / 4)
    assert interest[:12] == pytest.approx(np.zeros(12))


def test_at_the_end_a_company_owes_what_it_lost() -> None:
    """Nothing is left to it; its account is its losses of a lifetime."""
    lost = -row(flagship(), "company.jp.net_profit").sum()

    assert row(flagship(), "company.jp.assets")[-1] == pytest.approx(0, abs=1e-6)
    assert row(flagship(), "company.jp.net_owed.closing")[-1] == pytest.approx(lost)


@pytest.mark.parametrize("seed", range(10))
def test_any_terms_of_a_company_leave_its_books_in_balance(tmp_path: Path, seed: int) -> None:
    draw = np.random.default_rng(seed)
    text = metal(f"{draw.uniform(0, 12):.2f} % p.a.", f"{draw.uniform(0, 40):.1f} %")
    text += (
        f'[product.metal]\npayment_days = "{draw.integers(0, 170)} days"\nstock_days = "{draw.integers(0, 90)} days"\n'
    )
    text += f'[node.metal.takes]\npricing = "{draw.choice(["market", "cost"])}"\nmargin = "{draw.integers(0, 60)} %"\n'
    text += f'[cost.metal]\nlabel = "Metal cost"\nnode = "metal"\nper_kg = "{draw.uniform(0, 6):.1f} USD/kg"\n'
    text += f'payment_days = "{draw.integers(0, 120)} days"\n[timeline]\nwind_up = "12 months"\n'
    text += (
        '[grant.aid]\nlabel = "Aid"\npayer = "Ministry"\ncapex = "metal"\nshare = "30 %"\nceiling = "2 million USD"\n'
    )
    text += f'lag = "6 months"\naccounting = "{draw.choice(["basis", "income"])}"\n'
    text += '[subsidy.green]\nlabel = "Green"\npayer = "Ministry"\nnode = "metal"\nper_kg = "1 USD/kg"\n'
    text += 'start = 2028-01-01\nend = 2030-12-31\nceiling = "1 million USD"\nlag = "6 months"\n'
    text += f'[entity.metal.investment_credit]\nshare = "5 %"\nrefundable = {str(bool(draw.integers(0, 2))).lower()}\n'
    text = _merged(text)
    result = run(extended(tmp_path, text))

    assert not {check for check in failed(result) if check.startswith(("company.", "balance", "cash_conserved"))}
    assert number(result, "scale.assets") > 0


def _merged(text: str) -> str:
    """Tables that stand twice become one: the later keys join the first."""
    tables: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("["):
            name = line.strip()
            tables.setdefault(name, [])
        elif line.strip():
            tables[name].append(line)
    takes = tables.pop("[node.metal.takes]", [])
    node = tables["[node.metal]"]
    node[-1] = node[-1].replace(" }", "".join(f", {key}" for key in takes) + " }")
    return "\n".join(f"{name}\n" + "\n".join(rows) for name, rows in tables.items()) + "\n"


@pytest.mark.parametrize("line", ["company.jp.net_owed.closing", "company.jp.assets", "company.au.net_assets"])
def test_a_fault_in_the_books_of_a_company_is_seen(line: str) -> None:
    model = build(flagship().case).model
    broken = model.find(line)
    assert broken.expr is not None
    broken.expr = broken.expr + model.find("capex.spent")
    values = evaluate(model, plan(model), dict(flagship().given))
    faults = {check.id for check in judge(model, values, 1e-9) if not check.passed}

    assert f"checks.{line.rsplit('.', 1)[0].removesuffix('.net_owed')}" in faults
