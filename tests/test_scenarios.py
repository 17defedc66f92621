"""Scenarios side by side: worked by hand on the tiny loan, and the rule of weighting on the flagship."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from finmodel.analysis.scenarios import EQUITY_IRR, to_json
from finmodel.cli.command import command

CASES = Path(__file__).parents[1] / "cases"
TINY = CASES / "tiny_loan"
HIGH_AND_LOW = """
[high]
probability = "25 %"
[high.set]
"price.oxide.deck" = "44 USD/kg"

[low]
label = "Low price"
probability = "75 %"
[low.set]
"price.oxide.deck" = "36 USD/kg"

[stress]
[stress.set]
"price.oxide.deck" = "30 USD/kg"
"""


@cache
def flagship() -> fm.ScenarioTable:
    """The four futures of the rare-earth chain."""
    return fm.scenarios(CASES / "australia_japan")


@pytest.fixture
def deal(tmp_path: Path) -> Path:
    """The tiny loan with a high and a low price, weighted, and a stress that is only shown."""
    folder = Path(shutil.copytree(TINY, tmp_path / "deal"))
    (folder / "scenarios.toml").write_text(HIGH_AND_LOW, encoding="utf-8")
    return folder


def test_each_scenario_has_the_cover_of_its_own_price(deal: Path) -> None:
    """500 t in a half-year: 17, 13 and 10 million over 7.5 of principal and 60 x 5 % x 182/365 of interest."""
    metrics = fm.scenarios(deal).metrics

    service = 7.5 + 60 * 0.05 * 182 / 365
    assert [metrics[name]["dscr_min"] for name in ("high", "low", "stress")] == pytest.approx(
        [17 / service, 13 / service, 10 / service]
    )


def test_the_weighted_flow_is_the_flow_at_the_mean_price(deal: Path) -> None:
    """25 % x 44 + 75 % x 36 = 38 USD/kg; without tax the flow is straight in the price, so its rate is that one's."""
    table = fm.scenarios(deal)
    at_38 = fm.run(fm.load(TINY, set={"price.oxide.deck": "38 USD/kg"}))

    assert table.weighted_equity_flow() == pytest.approx(at_38["returns.net_equity_flow"])
    assert table.weighted[EQUITY_IRR] == pytest.approx(at_38.metrics["equity_irr"], abs=1e-12)
    assert table.weighted["npv_post_tax"] == pytest.approx(at_38.metrics["npv_post_tax"])


def test_a_scenario_without_probability_is_shown_and_may_be_worst_but_is_not_weighted(deal: Path) -> None:
    table = fm.scenarios(deal)

    assert list(table.runs) == ["high", "low", "stress"]
    assert table.weights == {"high": 0.25, "low": 0.75}
    assert table.worst["dscr_min"] == "stress"


def test_without_any_probability_nothing_is_weighted(deal: Path) -> None:
    (deal / "scenarios.toml").write_text('[stress.set]\n"price.oxide.deck" = "30 USD/kg"\n', encoding="utf-8")
    table = fm.scenarios(deal)

    assert (table.weights, table.weighted, table.notes) == ({}, {}, {})
    with pytest.raises(fm.FinmodelError, match="no scenario has a probability"):
        table.weighted_equity_flow()


def test_a_weighted_flow_without_a_rate_is_not_applicable_and_says_why(deal: Path) -> None:
    """The plant stands still in every scenario, and owners have paid for all of it."""
    table = fm.scenarios(deal, set={"node.plant.availability": "0 %", "sizing.amount": "0 USD"})

    assert table.weighted[EQUITY_IRR] is None
    assert "total loss" in table.notes[EQUITY_IRR]


def test_money_of_the_flagship_is_weighted_by_probability() -> None:
    table = flagship()
    shares = {"escalation": 0.40, "detente": 0.35, "embargo": 0.15, "dual": 0.10}

    for name in ("support_paid", "support_unmet", "support_given_back", "npv_post_tax"):
        expected = sum(share * (table.metrics[scenario][name] or 0.0) for scenario, share in shares.items())
        assert table.weighted[name] == pytest.approx(expected, rel=1e-12)
    assert "equity_irr" not in table.weighted and "dscr_min" not in table.weighted


def test_a_scenario_of_the_table_is_the_run_of_that_scenario_on_the_debt_of_the_case() -> None:
    alone = fm.run(fm.load(CASES / "australia_japan", "detente"))
    table = flagship()

    assert table.runs["detente"].metrics == alone.metrics
    assert {result.metrics["debt.jbic"] for result in table.runs.values()} == {table.base.metrics["debt.jbic"]}


def test_the_worst_scenario_has_the_lowest_ratio() -> None:
    table = flagship()
    values = {name: metrics["dscr_min"] for name, metrics in table.metrics.items()}

    assert values[table.worst["dscr_min"]] == np.min(list(values.values()))


def test_changes_size_the_debt_anew_for_every_scenario_unless_it_is_held(deal: Path) -> None:
    change = {"sizing.amount": "50 million USD"}
    anew, held = fm.scenarios(deal, change), fm.scenarios(deal, change, hold_debt=True)

    assert [run.metrics["debt.jbic"] for run in anew.runs.values()] == pytest.approx([50e6] * 3)
    assert [run.metrics["debt.jbic"] for run in held.runs.values()] == pytest.approx([60e6] * 3)


def test_a_case_without_scenarios_says_where_to_write_them() -> None:
    with pytest.raises(fm.FinmodelError, match=r"no scenarios; describe them in .*scenarios\.toml"):
        fm.scenarios(TINY)


def test_the_table_as_json_has_every_scenario_and_the_weighted_column(deal: Path) -> None:
    table = fm.scenarios(deal)
    read = json.loads(to_json(table))

    assert read["scenarios"]["low"]["label"] == "Low price"
    assert read["scenarios"]["stress"]["probability"] is None
    assert read["weighted"] == table.weighted
    assert set(read["weighted"]) <= set(read["units"])


def test_the_command_shows_the_table_and_json_alone_on_stdout(deal: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = deal / "case.toml"
    plain.write_text(plain.read_text(encoding="utf-8").partition("[expect]")[0], encoding="utf-8")

    assert command(["scenarios", str(deal)]) == 0
    page = capsys.readouterr().out
    assert "Weighted" in page and "stress" in page and max(map(len, page.splitlines())) <= 100
    assert command(["scenarios", str(deal), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "finmodel.scenarios/1"


def test_the_command_ends_with_6_when_an_expectation_fails_in_a_scenario(
    deal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The case expects cover of 1.6674x, which holds at 40 USD/kg only."""
    assert command(["scenarios", str(deal)]) == 6
    assert "stress: dscr_min" in capsys.readouterr().err
