"""The page of scenarios: its width, its columns, and failing checks."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from io import StringIO

import pytest
from rich.console import Console

from finmodel.present.pages.scenarios import page
from finmodel.run.results import Results
from finmodel.run.run import load, run
from tests.present.toys import CASES


@cache
def futures() -> dict[str | None, Results]:
    """The flagship and its scenarios."""
    case = load(CASES / "australia_japan")
    return {name: run(load(case.path, name)) for name in (None, *case.scenarios)}


def text(weighted: dict[str, float | None], worst: dict[str, str], runs: dict[str, Results] | None = None) -> str:
    file, shown = StringIO(), runs or {name: result for name, result in futures().items() if name is not None}
    Console(file=file, width=100).print(page(futures()[None], shown, weighted, worst))
    return file.getvalue()


def test_every_row_fits_100_columns_and_nothing_is_cut() -> None:
    shown = text({"support_paid": 792.8e6}, {"dscr_min": "detente"})

    assert max(len(row.rstrip()) for row in shown.splitlines()) <= 100
    assert "…" not in shown


def test_the_weighted_amount_and_the_worst_scenario_stand_in_their_rows() -> None:
    rows = text({"support_paid": 792.8e6}, {"dscr_min": "detente"}).splitlines()

    assert next(row for row in rows if row.startswith("Support paid, USD m")).split()[-1] == "792.8"
    assert next(row for row in rows if row.startswith("DSCR, lowest")).split()[-1] == "detente"


@pytest.mark.parametrize(("weighted", "worst"), [({}, {}), ({"support_paid": None}, {})])
def test_columns_without_content_are_left_out(weighted: dict[str, float | None], worst: dict[str, str]) -> None:
    shown = text(weighted, worst)

    assert ("Weighted" in shown) is bool(weighted)
    assert "Worst in" not in shown


def test_a_check_that_fails_is_counted_and_named_below() -> None:
    result = futures()["dual"]
    assert result is not None
    failed = replace(result.checks[0], passed=False, kind="error", at="2031Q3", label="Books balance")
    spoilt = replace(result, checks=(failed, *(replace(check, passed=True) for check in result.checks[1:])))
    shown = text({}, {}, {"dual": spoilt})

    assert next(row for row in shown.splitlines() if row.startswith("Integrity checks that fail")).split()[-1] == "1"
    assert "Books balance, worst in 2031Q3" in shown


def test_more_than_four_scenarios_stand_in_further_tables() -> None:
    case = futures()[None].case
    terms = case.scenarios["dual"]
    names = ["a_very_long_name_of_a_scenario", "b", "c", "d", "e", "f"]
    base = replace(futures()[None], case=replace(case, scenarios=dict.fromkeys(names, terms)))
    file = StringIO()
    Console(file=file, width=100).print(page(base, dict.fromkeys(names, futures()["dual"]), {}, {}))

    assert file.getvalue().count("Probability") == 2
    assert max(len(row.rstrip()) for row in file.getvalue().splitlines()) <= 100
