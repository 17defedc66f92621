"""Whole deals for tests of financing: a case that comes with the toolkit, changed by `set` or extended by a few lines.

The tiny loan, in million USD: 15 of cash in each half-year of operation, 60 of debt in eight instalments of 7.5 at
5 % p.a. ACT/365F, no tax, no fees. Its periods are numbered from 0: two of construction, ten of operation.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import finmodel as fm
from finmodel.run.results import Results

ROOT = Path(__file__).parents[2]
TINY = ROOT / "cases" / "tiny_loan"
FLAGSHIP = ROOT / "cases" / "australia_japan"
SCULPTED = ROOT / "tests" / "cases_reference" / "reference_sculpted"
LEVEL = ROOT / "tests" / "cases_reference" / "reference_level"

MILLION = 1e6
DAYS = [181, 184, 182, 184, 181, 184, 181, 184, 181, 184, 182, 184]
"""Days of the tiny loan's half-years, 2027H1 to 2032H2."""

QUARTERS = """
[timeline]
frequency = "quarter"
[capex.plant]
profile = ["25 %", "25 %", "25 %", "25 %"]
"""
"""The tiny loan on quarters: paid in June and December all the same."""

MEZZANINE = """
[facility.mezzanine]
label          = "Mezzanine"
lender         = "Example fund"
country        = "Example"
rank           = "mezzanine"
amount         = "10 million USD"
rate           = "10 % p.a."
day_count      = "months"
grace          = "0 months"
payment_months = ["June", "December"]
instalments    = 8
profile        = "equal"
"""
"""A second loan for the tiny loan: 10 drawn 5 + 5, eight instalments of 1.25, 5 % of the balance a half-year."""


def run(case: Path, changes: Mapping[str, str] | None = None, *, hold_debt: bool = False) -> Results:
    """Run a case under changes: dotted key → value as typed."""
    return fm.run(fm.load(case, set=changes), hold_debt=hold_debt)


def extended(folder: Path, text: str, case: Path = TINY) -> Path:
    """Write a case that extends another, which is copied beside it; returns its folder."""
    base, own = folder / "base", folder / "own"
    for path in (base, own):
        path.mkdir(exist_ok=True)
    shutil.copy(case / "case.toml", base / "case.toml")
    (own / "case.toml").write_text(f'extends = "../base"\n{text}', encoding="utf-8")
    return own


def shock(amounts: Mapping[int, float]) -> str:
    """Extra cost [million USD] in periods by number from 0, as lines of a case."""
    formula = '"0 USD"'
    for number, amount in amounts.items():
        formula = f'where((time.number > {number}) & (time.number <= {number + 1}), "{amount} million USD", {formula})'
    return f"\n[extra_lines]\nother_cost = '''{formula}'''\n"


def row(result: Results, id: str) -> NDArray[np.float64]:
    """A line of money in millions."""
    return np.asarray(result[id]) / MILLION


def pure(result: Results, id: str) -> NDArray[np.float64]:
    """A line of ratios or flags as it is."""
    return np.asarray(result[id])


def number(result: Results, id: str) -> float:
    """A line with a single number."""
    return float(result[id])


def metric(result: Results, name: str) -> float:
    """A result that is a number."""
    value = result.metrics[name]
    assert value is not None, result.notes
    return value


def failed(result: Results) -> set[str]:
    """Ids of the checks that fail, without their prefix."""
    return {check.id.removeprefix("checks.") for check in result.checks if not check.passed}


def interest(balance: float, at: int, rate: float = 0.05) -> float:
    """Interest of the tiny loan on an opening balance in a period."""
    return balance * rate * DAYS[at] / 365
