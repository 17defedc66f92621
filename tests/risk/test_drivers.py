"""What is drawn besides prices: a delay, hazards of events, and the basis between what buyers pay and the index."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from finmodel.cli.command import command
from finmodel.risk.draws.drivers import Choice, Hazard
from finmodel.risk.job import draw

BASE = Path(__file__).parents[1] / "errors" / "base"
DELAY, SEIZED, BASIS = "completion.delay", "event.seizure", "offtake.oem.discount"
CLAUSES = """
[completion]
longest = "12 months"
cost    = "1 million USD/month"

[event.seizure]
label    = "Seizure"
kind     = "expropriation"
nodes    = ["separation"]
start    = 2030-01-01
duration = "12 months"

[risk.driver.delay]
key     = "completion.delay"
kind    = "outcomes"
outcome = { none = { value = "0 months", chance = "60 %" }, late = { value = "6 months", chance = "40 %" } }

[risk.hazard.seizure]
rate  = "10 % p.a."
share = "80 %"

[risk.basis.oem]
kind       = "schwartz"
volatility = "10 %"
reversion  = "200 % p.a."
"""


def made(folder: Path, clauses: str = CLAUSES) -> Path:
    """The deal of the mistakes with clauses of its own."""
    deal = Path(shutil.copytree(BASE, folder / "deal"))
    file = deal / "case.toml"
    file.write_text(file.read_text(encoding="utf-8") + clauses, encoding="utf-8")
    return deal


@pytest.fixture(scope="module")
def deal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("drivers"))


@pytest.fixture(scope="module")
def risk(deal: Path) -> fm.Simulation:
    keep = ["usual", "completion.months_late:sum", "event.seizure.active:sum", "price.ndpr.market:each"]
    return fm.simulate(deal, 4_096, 5, keep, workers=1)


def drawn(risk: fm.Simulation, key: str) -> np.ndarray:
    """An input on every path: one row a path."""
    blocks = [draw(risk.prepared.job, block)[0][key] for block in range(risk.run.paths // 1_024)]
    return np.concatenate([block.T for block in blocks])


def striking(risk: fm.Simulation) -> int:
    """A path that is late, and on which the event strikes while there is output."""
    later = drawn(risk, f"{SEIZED}.later")
    return int(np.argmax((drawn(risk, DELAY) == 6) & (later > 0) & (later < 60)))


def test_a_path_is_the_run_of_a_case_that_says_what_it_drew(risk, deal):
    """Every drawn input written into the case: each result, and each line, is the path's."""
    path = striking(risk)
    inputs = risk.prepared.path(path)
    case = fm.load(deal)
    changes = {
        DELAY: f"{inputs[DELAY]:g} months",
        f"{SEIZED}.later": f"{inputs[f'{SEIZED}.later']:g} months",
        f"{SEIZED}.share": "80 %",
        **{
            f"{BASIS}.{period.start}": f"{float(value)!r}x"
            for period, value in zip(case.timeline.periods, inputs[BASIS], strict=True)
        },
    }
    told = fm.run(fm.load(deal, set=changes), hold_debt=True)
    replay = risk.replay(path)

    assert told.metrics["dscr_min"] != pytest.approx(risk.prepared.base.metrics["dscr_min"])
    for name, value in replay.metrics.items():
        assert told.metrics[name] == (None if value is None else pytest.approx(value, rel=1e-9, abs=1e-9)), name
    for id, value in replay.values.items():
        size = max(1.0, float(np.nanmax(np.abs(np.append(np.asarray(value, dtype=float), 0.0)))))
        np.testing.assert_allclose(np.asarray(told.values[id]), value, rtol=1e-9, atol=1e-9 * size, err_msg=id)


def test_delays_come_as_often_as_their_chances_say(risk):
    months = sum(risk.column(f"completion.months_late:sum:{year}") for year in risk.store.job.keep.years)
    share = float((months > 0).mean())

    assert abs(share - 0.4) < 4 * math.sqrt(0.4 * 0.6 / 4_096)


def test_an_event_strikes_by_its_rate_and_once_at_most(risk):
    """Within t years it has struck with probability 1 - exp(-rate x t), in whole periods."""
    later = drawn(risk, f"{SEIZED}.later")
    for months in (12, 60, 120):
        wanted = 1 - math.exp(-0.1 * months / 12)
        assert abs((later < months).mean() - wanted) < 4 * math.sqrt(wanted * (1 - wanted) / later.size)
    periods = sum(risk.column(f"event.seizure.active:sum:{year}") for year in risk.store.job.keep.years)
    assert set(np.unique(periods)) <= {0.0, 1.0, 2.0}  # a year of half-years, or what is left of the timeline


def test_the_basis_has_the_moments_of_its_process_and_the_index_does_not_feel_it(risk, deal):
    """Achieved price over index: mean 1, and the variance of a mean-reverting logarithm averaged over six months."""
    late = 1 - drawn(risk, BASIS)[:, 10]
    assert abs(late.mean() - 1) < 4 * late.std(ddof=1) / math.sqrt(late.size)
    speed, step = 2.0, math.exp(-2.0 / 12)
    stationary = 0.1**2 * (1 - step**2) / (2 * speed) / (1 - step**2)
    kept = [math.exp(stationary * step ** abs(i - j)) - 1 for i in range(6) for j in range(6)]
    error = late.var(ddof=1) * math.sqrt(2 / (late.size - 1))
    assert abs(late.var(ddof=1) - sum(kept) / 36) < 4 * error
    base = fm.run(deal)
    year = risk.store.job.keep.labels[12]
    assert np.ptp(risk.column(f"price.ndpr.market:each:{year}")) == 0
    assert risk.column(f"price.ndpr.market:each:{year}")[0] == base.values["price.ndpr.market"][12]


def test_a_basis_that_does_not_move_moves_nothing(tmp_path):
    still = CLAUSES[CLAUSES.index("[risk.basis") :].replace('"10 %"', '"0 %"')
    risk = fm.simulate(made(tmp_path, still), 1_024, 1, workers=1)

    assert risk.metrics["dscr_min"].sd == pytest.approx(0, abs=1e-12)
    assert risk.metrics["equity_irr"].mean == pytest.approx(risk.prepared.base.metrics["equity_irr"], rel=1e-9)


def test_support_that_settles_on_the_index_does_not_feel_the_basis(tmp_path):
    """What buyers pay moves, so equity does; what the programme pays is the same on every path."""
    alone = CLAUSES[CLAUSES.index("[risk.basis") :]
    risk = fm.simulate(made(tmp_path, alone), 1_024, 1, workers=1)
    base = risk.prepared.base.metrics

    assert base["support_paid"] > 1e6
    assert np.ptp(risk.column("support_paid")) == 0
    assert risk.metrics["equity_irr"].sd > 1e-4


def test_a_path_on_which_a_claim_is_paid_is_the_run_of_a_case_with_the_event(tmp_path):
    template = Path(shutil.copytree(BASE.parents[2] / "templates" / "covered_loan", tmp_path / "deal"))
    file = template / "case.toml"
    text = file.read_text(encoding="utf-8")
    still = text[: text.index("[risk.price.product]")] + text[text.index("[risk.hazard.seizure]") :]
    file.write_text(still, encoding="utf-8")
    risk = fm.simulate(template, 1_024, 1, ["usual", "cover.nexi.claims:sum"], workers=1)
    years = [name for name in risk.store.names() if name.startswith("cover.nexi.claims:sum:")]
    path = int(np.argmax(np.sum([risk.column(name) for name in years], axis=0)))
    inputs, replay = risk.prepared.path(path), risk.replay(path)
    changes = {f"event.{name}.later": f"{inputs[f'event.{name}.later']:g} months" for name in ("seizure", "stop")}
    changes |= {f"event.{name}.share": "100 %" for name in ("seizure", "stop")}
    told = fm.run(fm.load(template, set=changes), hold_debt=True)

    assert replay["cover.nexi.claims"].sum() > 1e6
    assert told["cover.nexi.claims"].tolist() == pytest.approx(replay["cover.nexi.claims"].tolist(), rel=1e-9)
    for name in ("lender_loss.bank", "lender_loss_covered.bank", "dscr_min"):
        assert told.metrics[name] == pytest.approx(replay.metrics[name], rel=1e-9), name


def test_a_basis_may_be_correlated_with_a_price(tmp_path):
    extra = """
[risk.price.ndpr]
kind       = "gbm"
volatility = "30 %"

[risk.correlation.oem]
ndpr = "-90 %"
"""
    risk = fm.simulate(made(tmp_path, CLAUSES[CLAUSES.index("[risk.basis") :] + extra), 1_024, 1, workers=1)
    paid, deck = np.log(1 - drawn(risk, BASIS)[:, 2]), np.log(drawn(risk, "price.ndpr.deck")[:, 2])

    assert np.corrcoef(paid, deck)[0, 1] < -0.3


@pytest.mark.parametrize(("chunk", "workers"), [(8, 1), (3, 2)])
def test_chunks_and_workers_change_no_bit(risk, deal, chunk, workers):
    again = fm.simulate(deal, 4_096, 5, workers=workers, options=fm.Options(chunk=chunk))

    for name in ("equity_irr", "dscr_min"):
        assert again.column(name).tobytes() == risk.column(name).tobytes()


@pytest.mark.slow
def test_a_drawn_path_is_a_live_column_of_the_workbook(risk, deal, tmp_path, capsys):
    file, path = tmp_path / "deal.xlsx", striking(risk)

    assert command(["workbook", str(deal), "-o", str(file), "--paths", str(path), "--seed", "5"]) == 0
    assert f"case path {path}" in capsys.readouterr().out


def test_a_line_that_was_asked_for_stands_on_the_page(deal, capsys):
    assert command(["risk", str(deal), "--paths", "1024", "--output", "completion.months_late:sum"]) == 0
    assert "Months late" in capsys.readouterr().out


def test_the_lenders_loss_is_told_with_cover_and_without(capsys):
    template = BASE.parents[2] / "templates" / "covered_loan"
    assert command(["risk", str(template), "--paths", "1024"]) == 0
    printed = " ".join(capsys.readouterr().out.split())

    assert "Bank loan: Never paid back, PV" in printed and "with cover" in printed


def test_a_choice_takes_each_value_by_its_chance():
    choice = Choice("driver.x", "x", (1.0, 2.0, 5.0), (0.25, 0.5, 0.25))

    assert choice.of(np.array([0.0, 0.2499, 0.25, 0.74, 0.75, 0.999999])).tolist() == [1, 1, 2, 2, 5, 5]


def test_a_hazard_of_nothing_never_strikes_and_one_of_all_strikes_at_once():
    uniform = np.array([1e-12, 0.5, 1 - 1e-12])

    assert Hazard("x", 0.0, 1.0, 1).of(uniform, 240.0).tolist() == [240.0] * 3
    assert Hazard("x", 12.0, 1.0, 6).of(uniform, 240.0)[0] == 0.0
    assert Hazard("x", 0.1, 1.0, 6).of(uniform, 240.0)[2] == 240.0  # beyond the timeline


def test_cover_costs_a_lender_nothing_where_no_claim_is_paid_and_helps_where_one_is():
    """Under political cover a fall in price pays nothing, and leaves the lender where it would be without cover."""
    template = BASE.parents[2] / "templates" / "covered_loan"
    keep = ["lender_loss.bank", "lender_loss_covered.bank", "cover.nexi.claims:sum"]
    risk = fm.simulate(template, 2_048, 1, keep, workers=1)
    years = [name for name in risk.store.names() if name.startswith("cover.nexi.claims:sum:")]
    claimed = np.sum([risk.column(name) for name in years], axis=0) > 1
    gain = risk.column("lender_loss.bank") - risk.column("lender_loss_covered.bank")

    assert 0.05 < claimed.mean() < 0.5
    assert np.abs(gain[~claimed]).max() < 1e-9
    assert gain[claimed].mean() > 0.002
