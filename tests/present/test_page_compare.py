"""The page of two cases: signs, results that do not apply, and why there is no bridge."""

from __future__ import annotations

from functools import cache
from io import StringIO

import pytest
from rich.console import Console

from finmodel.present.pages.compare import page, signed
from finmodel.run.results import Results
from finmodel.run.run import load, run
from tests.present.toys import CASES


@cache
def tiny(amount: str = "60 million USD") -> Results:
    """The tiny loan with a given amount of debt."""
    return run(load(CASES / "tiny_loan", set={"sizing.amount": amount}))


def text(*content: object, amount: str = "50 million USD") -> str:
    file = StringIO()
    Console(file=file, width=100).print(page((tiny(), tiny(amount)), *content))  # type: ignore[arg-type]
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "value", "unit", "expected"),
    [
        ("equity_irr", 0.0125, "1/year", "+1.25 pp"),
        ("gearing", -0.05, "ratio", "-5.00 pp"),
        ("dscr_min", 0.104, "ratio", "+0.10x"),
        ("dscr_min", -0.0001, "ratio", "0.00x"),
        ("npv_post_tax", -2.5e6, "USD", "-2.5 USD m"),
        ("payback_years", 0.5, "year", "+0.5 years"),
        ("dscr_min", None, "ratio", "n/a"),
    ],
)
def test_a_difference_has_its_sign_and_unit(name: str, value: float | None, unit: str, expected: str) -> None:
    assert signed(name, value, unit) == expected


def test_a_bridge_stands_between_the_two_results_with_its_method_below() -> None:
    rows = text([("k", "1", "2")], "Shapley: so", {"equity_irr": {"k": -0.01}}, {}).splitlines()
    start = rows.index("Bridge")

    assert [row.split()[0] for row in rows[start + 3 : start + 6]] == ["First", "k", "Second"]
    assert rows[start + 4].split()[1:] == ["-1.000", "pp"]
    assert rows[-1] == "Shapley: so"


def test_a_result_that_one_case_lacks_is_not_applicable_and_has_no_difference() -> None:
    rows = text([], "", {}, {}, amount="0 USD").splitlines()
    row = next(row for row in rows if row.startswith("DSCR, lowest"))

    assert row.split()[2:] == ["1.67x", "n/a", "n/a"]


def test_a_missing_bridge_says_why() -> None:
    shown = text([], "", {}, {"bridge": "no input differs.", "dscr_min": "not applicable."})

    assert "No input differs.\n" in shown
    assert "No bridge: no input differs.\n" in shown and "No bridge of dscr_min: not applicable.\n" in shown


def test_a_long_input_is_cut_and_an_input_cannot_steer_the_terminal() -> None:
    shown = text([("k", "9" * 500, "\x1b[2J[red]x[/red]")], "", {}, {})

    assert shown.count("9") < 260 and "…" in shown
    assert "\x1b" not in shown and "[red]x[/red]" in shown
