"""Properties of facilities over deals drawn at random: nothing is lost, whatever terms stand side by side.

Each deal is the tiny loan with tax, a yen that moves, a curve, and some of: two senior facilities in one or two
currencies, a schedule of its own, a bridge, a standby loan, mezzanine, deferral; then hit by overrun and cheap prices.
"""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from finmodel.run.results import Results
from tests.deal.fin import extended, pure, row, run

HEAD = """
remove = ["sizing.amount", "facility.jbic.rate"]
[entity.spv]
tax_rate = "30 %"
[fx]
jpy_per_usd = { 2027-01-01 = "150 JPY/USD", 2028-01-01 = "140 JPY/USD", 2030-01-01 = "160 JPY/USD" }
[curve]
base = { 2027-01-01 = "4 % p.a.", 2029-01-01 = "6 % p.a." }
[sizing]
gearing_cap = "70 %"
[funding]
idc_funded_by = "all"
standby_equity = "50 million USD"
"""
FACILITY = """
[facility.{name}]
label          = "Loan {name}"
lender         = "Lender {name}"
country        = "Example"
rank           = "{rank}"
{terms}
payment_months = ["June", "December"]
"""
SEEDS = [*range(10), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(10, 160))]
"""A few in the fast suite, 160 in all; each deal runs as signed, and when it goes wrong."""


def facility(draw: random.Random, name: str, rank: str, *terms: str) -> str:
    """A facility with a price at random and the terms given."""
    price = draw.choice(
        [
            'rate = "5 % p.a."',
            'rate = { 2027-01-01 = "3 % p.a.", 2029-07-01 = "7 % p.a." }',
            'curve = "base"\nmargin = "1 % p.a."',
            'curve = "base"\nmargin = "1 % p.a."\nhedged = "60 %"\nswap_rate = "4.5 % p.a."',
        ]
    )
    count = draw.choice(['day_count = "months"', 'day_count = "ACT/360"'])
    return FACILITY.format(name=name, rank=rank, terms="\n".join((price, count, *terms)))


def repaid(draw: random.Random, *profiles: str) -> str:
    """Grace, number and profile at random."""
    profile = draw.choice(profiles)
    balloon = '\nballoon = "30 %"' if profile in ("equal", "annuity") and draw.random() < 0.4 else ""
    grace, parts = draw.choice([0, 6, 12]), draw.choice([3, 5, 7])
    return f'grace = "{grace} months"\ninstalments = {parts}\nprofile = "{profile}"{balloon}'


def deal(seed: int) -> str:
    """The text of a deal."""
    draw = random.Random(seed)
    first = draw.choice(["sculpted", "equal", "annuity"])
    yen = draw.choice(["", 'currency = "JPY"'])
    tax = f'exchange_tax = "{draw.choice(["realised", "accrued", "none"])}"' if yen else ""
    own = draw.random() < 0.5
    shared = f'profile = "{first}"\ngrace = "0 months"\ninstalments = 8'
    second = "own_schedule = true\n" + repaid(draw, "equal", "annuity", "bullet") if own else shared
    put_off = (
        'deferred = { 2027-01-01 = "0 %", 2029-01-01 = "50 %", 2030-01-01 = "0 %" }' if draw.random() < 0.4 else ""
    )
    text = HEAD + f'[facility.jbic]\nshare = "60 %"\ncurve = "base"\nmargin = "1 % p.a."\nprofile = "{first}"\n'
    text += facility(draw, "second", "senior", 'share = "40 %"', yen, tax, second, put_off)
    if draw.random() < 0.5:
        text += facility(draw, "bridge", "bridge", 'amount = "20 million USD"', 'profile = "bullet"')
    if draw.random() < 0.5:
        terms = repaid(draw, "equal", "annuity", "bullet")
        text += facility(draw, "standby", "senior", 'amount = "10 million USD"', "standby = true", terms)
    if draw.random() < 0.6:
        amount = draw.choice(['amount = "8 million USD"', 'amount = "1,200 million JPY"\ncurrency = "JPY"'])
        capitalise = f"capitalise = {draw.choice(['true', 'false'])}"
        text += facility(draw, "junior", "mezzanine", amount, capitalise, repaid(draw, "equal", "annuity", "bullet"))
    return text


def conserved(result: Results) -> None:
    """Cash and books balance, sources are uses, and each balance moves by its flows alone."""
    for check in ("balance_sheet", "cash_conserved", "sources_equal_uses", "accounts_end_at_zero"):
        assert np.abs(pure(result, f"checks.{check}")).max() < 1e-9, check
    lines = result.model.lines
    for name in result.case.tables.facility:
        of = f"facility.{name}"
        flows = row(result, f"{of}.drawn") - row(result, f"{of}.repayment")
        flows += row(result, f"{of}.capitalised") if f"{of}.capitalised" in lines else 0
        moved = row(result, f"{of}.outstanding.closing") - row(result, f"{of}.outstanding.opening")
        assert moved == pytest.approx(flows, abs=1e-9), name
        assert row(result, f"{of}.outstanding.closing").min() > -1e-6, name
        assert row(result, f"{of}.drawn").min() > -1e-9, name


@pytest.mark.parametrize("seed", SEEDS)
def test_a_deal_of_any_facilities_conserves_cash_and_covers_its_debt(seed: int, tmp_path: Path) -> None:
    result = run(extended(tmp_path, deal(seed)))

    conserved(result)
    assert result.passed, [check for check in result.checks if not check.passed]
    for name in result.case.tables.facility:
        assert row(result, f"facility.{name}.outstanding.closing")[-1] == pytest.approx(0, abs=1e-6), name


@pytest.mark.parametrize("seed", SEEDS)
def test_a_deal_of_any_facilities_conserves_cash_when_it_goes_wrong(seed: int, tmp_path: Path) -> None:
    """12 % more capital cost and prices a third lower, on the debt as signed: what is not paid stays owed."""
    changes = {"capex.plant.amount": "112 million USD", "price.oxide.deck": "25 USD/kg"}
    result = run(extended(tmp_path, deal(seed)), changes, hold_debt=True)

    conserved(result)
    owed = sum(row(result, f"facility.{name}.outstanding.closing")[-1] for name in result.case.tables.facility)
    alert = next(check for check in result.checks if check.id == "checks.debt_repaid")
    assert alert.passed == (owed < 1e-6)
