"""What pictures are drawn from: fans that end in the statistics by year, and results that settle at those of all."""

from __future__ import annotations

from pathlib import Path

import pytest

import finmodel as fm
from finmodel.kernel.errors import UsageError
from tests.risk.deals import tiny


@pytest.fixture(scope="module")
def deal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("risk"))


@pytest.fixture(scope="module")
def simulation(deal: Path) -> fm.Simulation:
    return fm.simulate(deal, paths=3_000, seed=7, workers=1)


def test_a_fan_holds_the_statistics_of_each_year_and_the_case_beside_them(simulation, deal):
    fan = simulation.fan("dscr")
    base = fm.run(deal)

    assert set(simulation.fans) >= {"dscr", "price.oxide", "support_paid"}
    assert (fan.unit, fan.label) == ("ratio", "Debt service cover ratio")
    for year, spread in simulation.summary.by_year["dscr"].items():
        assert fan.spreads[fan.spans.index(year)].quantiles == spread.quantiles
    assert min(fan.base) == pytest.approx(base.metrics["dscr_min"], rel=1e-12)


def test_a_price_that_is_one_number_in_the_case_is_a_level_line(simulation):
    fan = simulation.fan("price.oxide")

    assert len(set(fan.base)) == 1
    assert len(fan.base) == len(fan.spans) == len(fan.spreads)


def test_results_settle_at_what_is_said_of_all_paths(simulation):
    found = simulation.convergence("equity_irr")
    told = simulation.metrics["equity_irr"]

    assert found.paths[-1] == 3_000
    assert list(found.paths) == sorted(set(found.paths))
    assert (found.spreads[-1].mean, found.spreads[-1].se) == (told.mean, told.se)
    assert found.spreads[-1].quantiles == told.quantiles


def test_the_first_paths_are_those_of_a_shorter_run(simulation, deal):
    found = simulation.convergence("dscr_min")
    short = fm.simulate(deal, paths=1_024, seed=7, workers=1).metrics["dscr_min"]

    assert found.spreads[found.paths.index(1_024)].mean == short.mean


@pytest.mark.parametrize(("sampling", "paths"), [("antithetic", 4_096), ("sobol", 32_768)])
def test_pairs_and_replicates_are_counted_whole(deal, sampling, paths):
    risk = fm.simulate(deal, paths, 1, workers=1, options=fm.Options(sampling=sampling))
    found = risk.convergence("equity_irr")

    assert all(number % 1_024 == 0 for number in found.paths if number >= 1_024)
    assert found.spreads[-1].se == risk.metrics["equity_irr"].se
    if sampling == "sobol":
        assert found.paths == (16_384, 32_768)


def test_one_path_is_a_run_of_its_own(deal):
    risk = fm.simulate(deal, 1)

    assert risk.convergence("dscr_min").paths == (1,)
    assert risk.fan("dscr").spreads[0].se is None


@pytest.mark.parametrize("ask", ["fan", "convergence"])
def test_what_was_not_kept_is_refused_with_what_was(simulation, ask):
    with pytest.raises(UsageError, match=r"dscr(_min)?, "):
        getattr(simulation, ask)("nothing")
