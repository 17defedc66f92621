"""The downside grid: worked by hand on the tiny loan, and the rule of held debt on the flagship."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from finmodel.analysis.sensitivity import to_json
from finmodel.analysis.shocks import SHOCKS
from finmodel.cli.command import command

CASES = Path(__file__).parents[1] / "cases"
TINY = CASES / "tiny_loan"
SERVICE = 7.5 + 60 * 0.05 * 182 / 365  # million USD at the first repayment, when cover is lowest


@cache
def tiny() -> fm.SensitivityTable:
    """The grid of the loan to check by hand."""
    return fm.sensitivity(TINY)


@cache
def flagship() -> fm.SensitivityTable:
    """The grid of the rare-earth chain."""
    return fm.sensitivity(CASES / "australia_japan")


def test_the_base_row_is_the_run_of_the_case() -> None:
    assert tiny().base.metrics == fm.run(TINY).metrics
    assert flagship().base.metrics == fm.run(CASES / "australia_japan").metrics


def test_prices_a_fifth_lower_leave_11_of_15_million_for_the_same_debt_service() -> None:
    """500 t x (32 - 10) USD/kg instead of 500 t x (40 - 10) USD/kg."""
    table = tiny()
    base, down = table.base.metrics["dscr_min"], table.metrics["prices_down"]["dscr_min"]

    assert base is not None
    assert down == pytest.approx(11 / SERVICE)
    assert down == pytest.approx(base * 11 / 15)


def test_operating_cost_a_tenth_higher_takes_half_a_million_of_cash() -> None:
    """500 t x (40 - 11) USD/kg."""
    assert tiny().metrics["operating_cost_up"]["dscr_min"] == pytest.approx(14.5 / SERVICE)


def test_rates_200_basis_points_higher_raise_interest_from_5_to_7_per_cent() -> None:
    service = 7.5 + 60 * 0.07 * 182 / 365

    assert tiny().metrics["rates_up"]["dscr_min"] == pytest.approx(15 / service)


def test_capital_cost_15_per_cent_higher_is_paid_by_the_owner_alone() -> None:
    """Debt stays at 60 million. 60 % of 57.5 is drawn first, so 4.5 million more bears interest to completion."""
    interest = 4.5e6 * 0.05 * 184 / 365
    run = tiny().runs["capital_cost_up"]
    failed = [check.id for check in run.checks if not check.passed]

    assert np.sum(run["funding.equity"]) - np.sum(tiny().base["funding.equity"]) == pytest.approx(15e6 + interest)
    assert run.metrics["debt.jbic"] == pytest.approx(60e6)
    assert failed == ["checks.funding_shortfall"]


def test_the_combined_row_has_both_changes() -> None:
    table = tiny()
    both = table.runs["prices_and_capital_cost"]

    assert both.metrics["dscr_min"] == table.metrics["prices_down"]["dscr_min"]
    assert np.sum(both["funding.equity"]) == np.sum(table.runs["capital_cost_up"]["funding.equity"])


def test_recovery_falls_by_two_points() -> None:
    assert tiny().runs["recovery_down"].given["node.plant.recovery"] == pytest.approx(0.98)


def test_cover_is_1_at_the_break_even_price() -> None:
    """500 t x (price - 10) USD/kg equals the debt service."""
    change = tiny().break_even.change
    assert change is not None
    run = fm.run(fm.load(TINY, set={"price.oxide.deck": f"{40 * (1 + change):.12f} USD/kg"}))

    assert 40 * (1 + change) == pytest.approx(10 + SERVICE / 0.5)
    assert run.metrics["dscr_min"] == pytest.approx(1, abs=1e-6)


def test_cover_below_1_breaks_even_at_a_higher_price() -> None:
    table = fm.sensitivity(TINY, {"price.oxide.deck": "20 USD/kg"})
    change, result = table.break_even.change, table.break_even.result

    assert change is not None and result is not None
    assert 20 * (1 + change) == pytest.approx(10 + SERVICE / 0.5)
    assert result.metrics["dscr_min"] == pytest.approx(1, abs=1e-6)


def test_a_break_even_out_of_reach_says_so() -> None:
    table = fm.sensitivity(TINY, {"price.oxide.deck": "0.001 USD/kg"})

    assert (table.break_even.change, table.break_even.result) == (None, None)
    assert table.break_even.reason == "cover stays below 1.00x from -99 % to +300 %"
    assert not any(label.startswith("Break-even") for label in table.rows)


def test_without_debt_service_cover_and_break_even_do_not_apply() -> None:
    table = fm.sensitivity(TINY, {"sizing.amount": "0 USD"})

    assert {metrics["dscr_min"] for metrics in table.metrics.values()} == {None}
    assert table.break_even.reason == "no senior debt service falls due"


def test_a_shock_without_an_input_is_left_out_and_says_why() -> None:
    assert [shock.name for shock in SHOCKS if shock.name not in tiny().runs] == [
        "delay_6",
        "delay_12",
        "fx_up",
        "fx_down",
    ]
    assert tiny().left_out["Exchange rates +10 %"] == "the case has no such input"
    assert tiny().left_out["Delay 6 months"] == (
        "the case has no table [completion]: add [completion] with delay and longest to run it"
    )


def test_a_recovery_that_would_fall_to_nothing_leaves_its_row_out() -> None:
    table = fm.sensitivity(TINY, {"node.plant.recovery": "2 %"})

    assert "recovery_down" not in table.runs
    assert table.left_out["Recovery -2 points"] == "node.plant.recovery would not be above 0"


def test_changes_by_key_size_the_debt_before_it_is_held() -> None:
    table = fm.sensitivity(TINY, {"sizing.amount": "50 million USD"})

    assert {metrics["debt.jbic"] for metrics in table.metrics.values()} == {50e6}


def test_every_row_of_the_flagship_holds_what_was_sized() -> None:
    table = flagship()
    solved = [item.value.id for item in table.base.model.solved]

    assert list(table.runs) == [shock.name for shock in SHOCKS]
    assert solved
    for run in table.runs.values():
        assert [run.given[id] for id in solved] == [table.base.given[id] for id in solved]


def test_a_row_of_the_flagship_is_the_run_of_the_changed_case_on_held_debt(tmp_path: Path) -> None:
    """Exchange rates move from completion on 2030-04-01; before it they are those of the case."""
    case = shutil.copytree(CASES / "australia_japan", tmp_path / "deal")
    moved = """
[dearer]
label = "Dearer dollar from completion"
[dearer.set]
"fx.jpy_per_usd" = { 2027-04-01 = "155 JPY/USD", 2030-04-01 = "170.5 JPY/USD" }
"fx.aud_per_usd" = { 2027-04-01 = "1.43 AUD/USD", 2030-04-01 = "1.573 AUD/USD" }
"""
    with (case / "scenarios.toml").open("a", encoding="utf-8") as file:
        file.write(moved)
    alone = fm.run(fm.load(case, "dearer"))

    assert flagship().metrics["fx_up"] == pytest.approx(alone.metrics)


def test_a_yen_loan_is_drawn_at_the_rate_of_the_case_and_owed_at_the_new_one() -> None:
    """A loan in JPY: a yen that costs more dollars from completion on lowers cover, a cheaper one lifts it.

    The last draw funds the reserve for service in yen to come, so that draws are the same but for that one.
    """
    table = fm.sensitivity(CASES / "msp_mine_to_separation")
    dearer, cheaper = (table.metrics[name]["dscr_min"] for name in ("fx_down", "fx_up"))
    base, model = table.base.metrics["dscr_min"], table.base.model
    lines = [id for id, line in model.lines.items() if id.endswith(".drawn") and line.series]

    assert dearer is not None and base is not None and cheaper is not None
    assert dearer < base - 0.03 and base + 0.03 < cheaper
    before = int(np.flatnonzero(table.base["time.last_construction"])[0])
    for id in lines:
        assert np.array_equal(np.asarray(table.runs["fx_down"][id])[:before], np.asarray(table.base[id])[:before])


def test_the_flagship_breaks_even_at_the_price_change_found() -> None:
    result = flagship().break_even.result

    assert result is not None
    assert result.metrics["dscr_min"] == pytest.approx(1, abs=1e-6)


def test_dates_with_lock_up_and_arrears_are_counted() -> None:
    """At half the price the tiny loan is paid 5 million of about 9 at the first repayment."""
    table = fm.sensitivity(TINY, {"price.oxide.deck": "25 USD/kg"})
    found = table.events["Prices -20 %"]
    lock_up, arrears = len(found["lock_up"].dates), len(found["arrears"].dates)
    unpaid = table.runs["prices_down"]["waterfall.senior_shortfall"]

    assert arrears == np.count_nonzero(np.asarray(unpaid) > 0.01) > 0
    assert lock_up >= arrears
    assert fm.sensitivity(TINY, {"waterfall.lockup": "1.50x"}).events["Prices -20 %"]["lock_up"].dates


def test_the_table_as_json_has_every_row_and_break_even() -> None:
    read = json.loads(to_json(tiny()))

    assert read["rows"]["prices_down"]["label"] == "Prices -20 %"
    assert read["rows"]["prices_down"]["metrics"] == tiny().metrics["prices_down"]
    assert read["break_even"]["price_change"] == tiny().break_even.change
    assert read["left_out"] == tiny().left_out


def test_the_command_shows_the_grid_and_json_alone_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["sensitivity", str(TINY)]) == 0
    assert "Break-even: prices -30.02 %" in capsys.readouterr().out
    assert command(["sensitivity", str(TINY), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "finmodel.sensitivity/1"


def test_the_command_ends_with_6_when_an_expectation_fails_on_the_case_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(TINY, tmp_path / "deal"))

    assert command(["sensitivity", str(folder), "--set", "price.oxide.deck=36 USD/kg"]) == 6
    assert "dscr_min" in capsys.readouterr().err


def test_a_deal_without_debt_has_its_grid_too() -> None:
    """No date of arrears, no break-even, and the reason for it."""
    table = fm.sensitivity(Path(__file__).parent / "cases_reference" / "lynas_jare")

    assert not any(event.dates for events in table.events.values() for event in events.values())
    assert table.break_even.change is None
    assert table.break_even.reason == "no senior debt service falls due"


def test_values_that_cannot_be_read_are_told_together_and_by_their_own_option(capsys):
    words = ["sensitivity", str(CASES / "tiny_loan"), "--vary", "facility.jbic.rate=banana;5 % p.a.;400 % p.a."]
    assert command(words) == 2
    told = capsys.readouterr().err

    assert told.count("--vary: facility.jbic.rate") == 2
    assert 'got "banana"' in told and 'out of range: got "400 % p.a."' in told
    assert "--set" not in told
