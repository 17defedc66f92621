"""One or two inputs at several values: a row a value of the first, a column a value of the second, the debt held."""

from __future__ import annotations

import json
import re

import pytest

import finmodel as fm
from finmodel.cli.command import command
from finmodel.kernel.errors import CaseError, UsageError
from tests.deal.fin import TINY, interest

PRICES, COSTS = ["34 USD/kg", "40 USD/kg", "46 USD/kg"], ["9 USD/kg", "10 USD/kg"]
WAYS = {"price.oxide.deck": PRICES, "cost.operating.per_kg": COSTS}
SERVICE = 7.5 + interest(60, 2)
"""Debt service of the first date [million USD], at which cover is lowest."""


@pytest.fixture(scope="module")
def table() -> fm.Varied:
    """The tiny loan over three prices and two costs."""
    return fm.sensitivity(TINY, vary=WAYS)


def test_two_inputs_make_rows_and_columns_of_cover(table: fm.Varied) -> None:
    """Cover of the first date: 500 t x (price - cost) over 7.5 + 60 x 5 % x 182/365."""
    by_hand = [[0.5 * (price - cost) / SERVICE for cost in (9, 10)] for price in (34, 40, 46)]

    assert [row == pytest.approx(hand) for row, hand in zip(table.values("dscr_min"), by_hand, strict=True)] == [
        True
    ] * 3
    assert (table.row_key, table.column_key) == ("price.oxide.deck", "cost.operating.per_kg")


def test_each_cell_is_the_run_of_the_case_with_both_changes(table: fm.Varied) -> None:
    alone = fm.run(
        fm.load(TINY, set={"price.oxide.deck": "46 USD/kg", "cost.operating.per_kg": "9 USD/kg"}), hold_debt=True
    )

    assert table.runs["46 USD/kg", "9 USD/kg"].metrics == alone.metrics
    assert table.values("equity_irr")[1][1] == table.base.metrics["equity_irr"]


def test_rows_and_columns_change_places_with_the_order_of_the_keys(table: fm.Varied) -> None:
    turned = fm.sensitivity(fm.load(TINY), vary=dict(reversed(WAYS.items())))

    assert turned.values("equity_irr") == [list(row) for row in zip(*table.values("equity_irr"), strict=True)]


def test_the_page_has_a_table_for_cover_and_one_for_equity(capsys: pytest.CaptureFixture[str]) -> None:
    words = [f"--vary={key}={';'.join(values)}" for key, values in WAYS.items()]

    assert command(["sensitivity", str(TINY), *words]) == 0
    told = capsys.readouterr().out
    cover = [f"{0.5 * (40 - cost) / SERVICE:.2f}x" for cost in (9, 10)]
    assert re.search(rf"40 USD/kg +{cover[0]} +{cover[1]}", told)
    assert told.index("Minimum DSCR, debt held") < told.index("Equity IRR, debt held")
    assert "Rows: price.oxide.deck. Columns: cost.operating.per_kg." in told


def test_json_holds_every_combination(table: fm.Varied, capsys: pytest.CaptureFixture[str]) -> None:
    words = [f"--vary={key}={';'.join(values)}" for key, values in WAYS.items()]

    assert command(["sensitivity", str(TINY), *words, "--json", "-"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "finmodel.varied/1"
    assert told["rows"] == {"key": "price.oxide.deck", "values": PRICES}
    assert told["columns"] == {"key": "cost.operating.per_kg", "values": COSTS}
    assert [(run["row"], run["column"]) for run in told["runs"]] == [(a, b) for a in PRICES for b in COSTS]
    assert [run["metrics"]["dscr_min"] for run in told["runs"]] == [v for row in table.values("dscr_min") for v in row]


def test_one_input_makes_one_column_and_its_page_has_a_row_a_value(capsys: pytest.CaptureFixture[str]) -> None:
    found = fm.sensitivity(TINY, vary={"price.oxide.deck": PRICES})

    assert (found.column_key, found.column_values) == ("", ("",))
    assert list(found.rows) == ["Base case", *PRICES]
    assert command(["sensitivity", str(TINY), f"--vary=price.oxide.deck={';'.join(PRICES)}", "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["columns"] is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--vary", "a.b=1", "--vary", "c.d=2", "--vary", "e.f=3"], "one input is varied, or two as rows and columns"),
        (["--vary", "price.oxide.deck"], 'write --vary "support.ndpr_floor.floor=90 USD/kg;100 USD/kg": got "price.o'),
        (["--vary", "price.oxide.deck=;"], "price.oxide.deck is varied over values as typed"),
        (["--vary", "a.b=1", "--vary", "a.b=2"], "--vary a.b stands twice: write all its values after one --vary"),
        (["--vary", "a.b=1", "--bank"], "are two tables: leave out --bank or --vary"),
        (["--vary", "a.b=" + ";".join(map(str, range(60))), "--vary", "c.d=" + ";".join(map(str, range(60)))],
         "3,600 runs: at most 2,500 combinations of values are run; leave some out"),
    ],
)  # fmt: skip
def test_what_cannot_be_varied_is_told_in_one_line(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(["sensitivity", str(TINY), *words]) == 2
    assert told in capsys.readouterr().err


def test_every_wrong_value_of_either_input_is_told_at_once() -> None:
    with pytest.raises(CaseError) as error:
        fm.sensitivity(TINY, vary={"price.oxide.deck": ["34", "40 USD/kg"], "facility.jbic.rate": ["x", "5 % p.a."]})

    assert [(problem.file, problem.key) for problem in error.value.problems] == [
        ("--vary", "price.oxide.deck"),
        ("--vary", "facility.jbic.rate"),
    ]
    with pytest.raises(UsageError, match="inputs to vary are keys with their values"):
        fm.sensitivity(TINY, vary="price.oxide.deck")  # type: ignore[call-overload]
