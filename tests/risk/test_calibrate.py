"""Calibration: known parameters are recovered from simulated histories within the stated intervals."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import numpy as np
import pytest

from finmodel.case.histories import History, read_prices
from finmodel.cli.command import command
from finmodel.kernel.errors import FinmodelError
from finmodel.kernel.units import unit
from finmodel.risk.draws.calibrate import _KAPPAS, _where, calibrate, correlations
from finmodel.run.run import load

FIRST = 2010 * 12


def history(logs: np.ndarray) -> History:
    return History(unit("USD/kg"), {FIRST + month: float(math.exp(x)) for month, x in enumerate(logs)})


def walks(months: int, number: int, volatility: float, kappa: float = 0.0, seed: int = 1) -> np.ndarray:
    """Log prices of many histories, about 80 USD/kg."""
    steps = np.random.default_rng(seed).normal(0, volatility / math.sqrt(12), (months, number))
    logs = np.zeros((months, number))
    for month in range(1, months):
        logs[month] = math.exp(-kappa / 12) * logs[month - 1] + steps[month]
    return logs + math.log(80)


def covered(intervals: list[tuple[float, float]], truth: float) -> float:
    return float(np.mean([low <= truth <= high for low, high in intervals]))


def test_the_interval_of_volatility_holds_the_truth_19_times_in_20():
    """300 histories of ten years less a month: 95 % ± 4 standard errors of 1.26 %."""
    logs = walks(120, 300, 0.38)
    found = [calibrate({"x": history(logs[:, i])})["x"].volatility for i in range(300)]

    assert abs(covered([(e.low, e.high) for e in found], 0.38) - 0.95) <= 4 * math.sqrt(0.95 * 0.05 / 300)
    assert abs(np.mean([e.value for e in found]) - 0.38) <= 4 * 0.38 / math.sqrt(2 * 119 * 300)


@pytest.mark.parametrize("kappa", [0.1, 0.5])
def test_the_interval_of_reversion_holds_the_truth_although_least_squares_miss_it(kappa):
    logs = walks(160, 200, 0.35, kappa, seed=5)
    found = [calibrate({"x": history(logs[:, i])})["x"] for i in range(200)]
    intervals = [(one.reversion.low, one.reversion.high) for one in found]

    assert covered(intervals, kappa) >= 0.95 - 4 * math.sqrt(0.95 * 0.05 / 200)
    assert np.median([one.naive_reversion for one in found]) > kappa + 0.15
    assert abs(np.median([one.reversion.value for one in found]) - kappa) < 0.15


def test_the_rate_and_size_of_jumps_are_recovered():
    """Two jumps a year of -50 % in thirty years: 60 of them stand far beyond the monthly 5.8 %."""
    rng = np.random.default_rng(2)
    changes = rng.normal(0, 0.2 / math.sqrt(12), 360)
    at = rng.choice(360, 60, replace=False)
    changes[at] -= 0.5
    found = calibrate({"x": history(np.concatenate([[4.0], 4.0 + np.cumsum(changes)]))})["x"]

    assert found.jump_rate.low <= 2 <= found.jump_rate.high
    assert found.jump_mean == pytest.approx(-0.5, abs=0.05)
    assert found.core == pytest.approx(0.2, rel=0.1)


def test_where_most_months_bring_no_change_no_change_is_called_a_jump():
    """Half the distance from the median is then nothing, and everything would be beyond it."""
    changes = np.zeros(60)
    changes[::3] = 0.1
    found = calibrate({"x": history(4.0 + np.cumsum(changes))})["x"]

    assert found.jump_mean is None
    assert found.jump_rate.value == 0


def test_a_chance_that_the_fastest_reversion_just_meets_is_its_own():
    """Chances fall from 1 to 0.5 over the grid; the chance of 0.5 is met at its end, and 0.75 in its middle."""
    chances = np.linspace(1.0, 0.5, len(_KAPPAS))

    assert _where(chances, 0.5) == _KAPPAS[-1]
    assert _where(chances, 0.75) == pytest.approx(_KAPPAS[len(_KAPPAS) // 2])
    assert _where(chances, 1.0) == 0.0


def test_a_chance_that_the_fastest_reversion_still_has_is_its_own_though_noise_fell_below_it_before():
    """Chances of 1 on the grid but for its end: 0.4, then 0.5. Half is met at the end.

    From the last but two, 1, to the last but one, 0.4, the way to 0.75 is (1 - 0.75) / (1 - 0.4) = 5/12.
    """
    chances = np.array([1.0] * (len(_KAPPAS) - 2) + [0.4, 0.5])
    before, after = _KAPPAS[-3:-1]

    assert _where(chances, 0.5) == _KAPPAS[-1]
    assert _where(chances, 0.75) == pytest.approx(before + (after - before) * 5 / 12)


def test_a_chance_that_two_reversions_have_is_the_faster_ones():
    """1, 0.5, 0.5 and then nothing: a reversion as fast as the third leaves the estimate as likely."""
    chances = np.array([1.0, 0.5, 0.5] + [0.0] * (len(_KAPPAS) - 3))

    assert _where(chances, 0.5) == _KAPPAS[2]


def test_the_interval_of_a_correlation_holds_the_truth():
    rng = np.random.default_rng(3)
    hits = []
    for _ in range(200):
        both = rng.normal(0, 0.1, (2, 140))
        both[1] = 0.65 * both[0] + math.sqrt(1 - 0.65**2) * both[1]
        pair = {name: history(np.cumsum(row)) for name, row in zip("ab", both, strict=True)}
        hits.append(correlations(pair)["a", "b"])

    assert abs(covered([(e.low, e.high) for e in hits], 0.65) - 0.95) <= 4 * math.sqrt(0.95 * 0.05 / 200)


def test_averages_give_themselves_away():
    daily = np.cumsum(np.random.default_rng(4).normal(0, 0.3 / math.sqrt(252), 21 * 300))
    averages = np.log(np.exp(daily).reshape(300, 21).mean(axis=1))

    assert any("multiply volatility by 1.22" in remark for remark in calibrate({"x": history(averages)})["x"].remarks)


def test_quotes_that_do_not_move_are_told():
    logs = np.repeat(walks(50, 1, 0.4)[:, 0], 3)

    assert any("67 % of the quotes do not move" in remark for remark in calibrate({"x": history(logs)})["x"].remarks)


def test_reversion_is_not_estimated_from_nine_years_unless_forced():
    short = {"x": history(walks(108, 1, 0.38)[:, 0])}

    assert calibrate(short)["x"].reversion is None
    assert calibrate(short, force=True)["x"].reversion is not None


@pytest.mark.parametrize(
    ("months", "message"),
    [
        ({}, "0 months of prices are too few"),
        ({FIRST: 1.0}, "1 months of prices are too few"),
        ({FIRST + m: 40.0 + m for m in range(24)}, "24 months of prices are too few"),
        ({FIRST + m: 40.0 + m for m in range(40) if m != 7}, "a month is missing after 2010-07"),
        ({FIRST + m: float(m) for m in range(40)}, "the price of 2010-01 is 0"),
        ({FIRST + m: 40.0 for m in range(40)}, "the price never moves"),
    ],
)
def test_a_history_that_says_nothing_is_refused(months, message):
    with pytest.raises(FinmodelError, match=message) as caught:
        calibrate({"x": History(unit("USD/kg"), months)})
    assert caught.value.exit_code == 2


def test_the_command_prints_a_table_that_a_case_can_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    logs = walks(160, 2, 0.38, 0.3)
    rows = [f"{2010 + m // 12}-{m % 12 + 1:02d},{math.exp(a):.4f},{math.exp(b):.4f}" for m, (a, b) in enumerate(logs)]
    file = tmp_path / "prices.csv"
    file.write_text("month,ndpr,dyo\n,USD/kg,USD/kg\n" + "\n".join(rows) + "\n", encoding="utf-8")

    assert command(["calibrate", str(file)]) == 0
    shown = capsys.readouterr().out
    assert "159 monthly changes, 2010-01 to 2023-04" in shown
    assert '[risk.price.ndpr]\nkind       = "schwartz"\nvolatility = "' in shown
    assert command(["calibrate", str(file), "--index", "tb"]) == 2
    assert 'has no index "tb"' in capsys.readouterr().err


def test_the_block_to_paste_holds_the_correlation_and_a_case_takes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """Histories that share four fifths of their steps; the deal is drawn with the correlation that was printed."""
    steps = np.random.default_rng(5).normal(0, 0.1, (160, 3))
    logs = np.cumsum(np.column_stack([steps[:, 0] + steps[:, 1] / 2, steps[:, 0] + steps[:, 2] / 2]), axis=0)
    prices = [(f"{2010 + m // 12}-{m % 12 + 1:02d}", *(80 * np.exp(row))) for m, row in enumerate(logs)]
    rows = [f"{month},{a:.6f},{b:.6f}" for month, a, b in prices]
    file = tmp_path / "prices.csv"
    file.write_text("month,ndpr,dy\n,USD/kg,USD/kg\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert command(["calibrate", str(file)]) == 0
    block = capsys.readouterr().out.split("with the sample as its source:\n")[1]
    (pair,) = correlations(read_prices(file)).values()
    assert f'[risk.correlation.ndpr]\ndy = "{pair.value * 100:.0f} %"' in block

    flagship = Path(__file__).parents[2] / "cases" / "australia_japan"
    own = (flagship / "case.toml").read_text(encoding="utf-8").split("[risk.price.ndpr]")[0]
    deal = Path(shutil.copytree(flagship, tmp_path / "deal", ignore=shutil.ignore_patterns("*.csv", "expected.toml")))
    for name in ("scenarios.toml", "sources.toml"):
        (deal / name).unlink(missing_ok=True)
    (deal / "case.toml").write_text(own + block, encoding="utf-8")
    case = load(deal)
    assert case.tables.risk.correlation["ndpr"]["dy"].number == pytest.approx(round(pair.value, 2))
