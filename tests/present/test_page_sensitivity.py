"""The page of the downside grid: its width, its columns, and failing checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from io import StringIO

import pytest
from rich.console import Console

from finmodel.present.pages.sensitivity import page
from finmodel.run.results import Results
from finmodel.run.run import load, run
from tests.present.toys import CASES

LONGEST = "Prices -20 %, capital cost +15 %"


@cache
def result(case: str, **changes: str) -> Results:
    """A case as it stands, or with an oxide price or an amount of debt."""
    keys = {"price": "price.oxide.deck", "debt": "sizing.amount"}
    return run(load(CASES / case, set={keys[name]: value for name, value in changes.items()}))


def text(rows: dict[str, Results], remarks: Sequence[str] = ()) -> str:
    file = StringIO()
    Console(file=file, width=100).print(page(rows, remarks))
    return file.getvalue()


def test_every_row_fits_100_columns_and_nothing_is_cut() -> None:
    flagship = result("australia_japan")
    shown = text({"Base case": flagship, LONGEST: flagship})

    assert max(len(row.rstrip()) for row in shown.splitlines()) <= 100
    assert LONGEST in shown and "…" not in shown


def test_a_row_shows_cover_return_and_support_and_below_the_dates_of_each_event() -> None:
    """Cover of twelve months back is not there on two dates; mezzanine waits on one that covers no interest."""
    rows = text({"Base case": result("australia_japan")}).splitlines()
    numbers, events = (row.split()[2:] for row in rows if row.startswith("Base case") and len(row) > 40)

    assert numbers == ["1.82x", "1.95x", "1.81x", "11.46", "%", "744.2"]
    assert events == ["0", "0", "2", "0", "1", "0", "yes"]


def test_a_row_that_owners_do_not_fund_says_so() -> None:
    sound = result("tiny_loan")
    short = replace(sound, values={**sound.values, "checks.funding_shortfall": 0.1})
    events = [row.split()[-1] for row in text({"A": sound, "B": short}).splitlines() if row[:1] in ("A", "B")]

    assert events[-2:] == ["yes", "no"]


def test_a_deal_without_support_has_no_column_for_it() -> None:
    assert "Support" not in text({"Base case": result("tiny_loan")})


def test_what_does_not_apply_is_marked() -> None:
    row = text({"Base case": result("tiny_loan", debt="0 USD")}).splitlines()

    assert next(line for line in row if line.startswith("Base case")).split()[2:5] == ["n/a"] * 3


def test_remarks_stand_below_the_table() -> None:
    shown = text({"Base case": result("tiny_loan")}, ["Break-even not reached: cover stays above 1.00x."])

    assert shown.rstrip().endswith("Break-even not reached: cover stays above 1.00x.")


@pytest.mark.parametrize("kind", ["error", "alert"])
def test_a_check_that_fails_is_named_under_its_row(kind: str) -> None:
    sound = result("tiny_loan")
    failed = replace(sound.checks[0], passed=False, kind=kind, at="2031H1", label="Books balance")
    shown = text({"Base case": sound, "Prices down": replace(sound, checks=(failed, *sound.checks[1:]))})

    assert f"Prices down\n  {kind} {failed.id}: Books balance, worst in 2031H1" in shown.replace(" \n", "\n")
