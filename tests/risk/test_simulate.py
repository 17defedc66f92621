"""A simulation: the same bits whatever the company, paths that can be looked at, and statistics that add up."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from finmodel.present.explain import explain
from finmodel.risk.checkpoint import Store
from finmodel.risk.paths import worlds
from tests.flagship.deal import result
from tests.risk.deals import CASES, RISK, tiny


@pytest.fixture(scope="module")
def deal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("risk"))


def bits(store: Store) -> bytes:
    """Everything that is kept, as bytes."""
    return b"".join(store.column(name).tobytes() for name in store.names()) + store.labels().tobytes()


@pytest.fixture(scope="module")
def plain(deal: Path) -> fm.Simulation:
    return fm.simulate(deal, 20_000, 7, workers=1)


@pytest.mark.parametrize(("chunk", "workers"), [(1, 1), (8, 1), (3, 2), pytest.param(8, 2, marks=pytest.mark.slow)])
def test_chunks_and_workers_change_no_bit(deal, plain, chunk, workers):
    again = fm.simulate(deal, 20_000, 7, workers=workers, options=fm.Options(chunk=chunk))

    assert bits(again.store) == bits(plain.store)
    assert again.run.identity == plain.run.identity


@pytest.mark.slow
@pytest.mark.parametrize("chunk", [1, 7])
@pytest.mark.parametrize("workers", [3, 8])
def test_many_workers_change_no_bit(deal, plain, chunk, workers):
    again = fm.simulate(deal, 20_000, 7, workers=workers, options=fm.Options(chunk=chunk))

    assert bits(again.store) == bits(plain.store)


@pytest.mark.slow
def test_a_thousand_runs_in_one_process_do_not_grow(deal):
    """Memory after 1,000 runs is that after 200, within 5 %."""
    sizes = []
    for number in range(1_000):
        fm.simulate(deal, 64, number, workers=1)
        if number in (199, 999):
            with open("/proc/self/statm", encoding="utf-8") as file:
                sizes.append(int(file.read().split()[1]))

    assert sizes[1] <= 1.05 * sizes[0]


@pytest.mark.smoke
def test_more_paths_begin_with_the_same_paths(deal, plain):
    more = fm.simulate(deal, 30_000, 7, workers=1)

    assert np.array_equal(more.column("dscr_min")[:20_000], plain.column("dscr_min"), equal_nan=True)


def test_another_seed_is_another_run(deal, plain):
    other = fm.simulate(deal, 1_000, 8)

    assert not np.array_equal(other.column("dscr_min"), plain.column("dscr_min")[:1000])


def test_a_further_line_or_driver_moves_no_other_draw(deal, plain, tmp_path):
    """The same prices although one more input is drawn: cost is moved by nothing else."""
    more = tiny(
        tmp_path,
        RISK + '\n[risk.driver.capital]\nkey = "capex.plant.amount"\nkind = "uniform"\nlow = "1x"\nhigh = "1.0001x"\n',
    )
    both = fm.simulate(more, 1_000, 7, outputs=["price.oxide.market"])
    one = fm.simulate(deal, 1_000, 7, outputs=["price.oxide.market"])

    assert np.array_equal(both.column("price.oxide.market:FY2029"), one.column("price.oxide.market:FY2029"))


@pytest.mark.parametrize("path", [0, 1_023, 1_024, 19_999])
def test_a_path_can_be_looked_at_in_full(plain, path):
    """The scalar face of the path gives what the simulation kept of it."""
    full = plain.replay(path)

    for name in set(plain.metrics) & set(full.metrics):
        kept = plain.column(name)[path]
        expected = full.metrics[name]
        if expected is None:
            assert math.isnan(kept) or kept == -1
        else:
            assert kept == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert full.passed or not full.passed  # every check was judged
    assert len(full.checks) >= 10


def test_a_price_of_a_path_is_explained_down_to_its_formula(plain):
    text = explain(plain.replay(5), "price.oxide.market", "2029H1")

    assert "price.oxide.deck" in text


def test_the_worlds_of_paths_are_rows_of_the_inputs_that_are_drawn(deal, plain):
    found = worlds(fm.load(deal), 7, [3, 2_000])

    assert set(found) == {"path 3", "path 2000"}
    assert set(found["path 3"]) == {
        "price.oxide.deck",
        "price.oxide.premium",
        "cost.operating.per_kg",
        "node.plant.availability",
    }
    assert found["path 2000"]["price.oxide.deck"] == tuple(plain.replay(2_000).given["price.oxide.deck"])


def test_without_spread_every_path_is_the_case(deal, tmp_path):
    """Zero volatility and no regimes: the mean is the deterministic result."""
    still = tiny(tmp_path, '[risk.price.oxide]\nkind = "gbm"\nvolatility = "0 %"\n')
    found = fm.simulate(still, 1_024, 1, outputs=["all"])

    for name, spread in found.metrics.items():
        base = found.summary.base[name]
        if base is not None:
            assert spread.mean == pytest.approx(base, rel=1e-12)
            assert spread.sd == pytest.approx(0, abs=1e-9 * max(1, abs(base)))


def test_the_expected_price_is_the_deck_if_it_is_asked_for(tmp_path):
    """Regimes pull the mean away from 40 USD/kg; `expected = "deck"` brings it back, within four standard errors."""
    free = fm.simulate(tiny(tmp_path / "a"), 16_384, 3, outputs=["price.oxide.market"])
    held = fm.simulate(
        tiny(tmp_path / "b", '[risk]\nexpected = "deck"\n' + RISK), 16_384, 3, outputs=["price.oxide.market"]
    )
    year = "price.oxide.market:FY2031"
    error = held.column(year).std() / math.sqrt(16_384)

    assert abs(held.column(year).mean() - 40) <= 4 * error
    assert abs(free.column(year).mean() - 40) > 4 * error


def test_one_path_has_no_standard_error(deal):
    found = fm.simulate(deal, 1, 1)

    assert found.metrics["dscr_min"].se is None
    assert found.metrics["dscr_min"].sd is None


@pytest.mark.parametrize("paths", [1, 1_023, 1_024, 1_025, 8_193])
def test_any_number_of_paths_is_run(deal, plain, paths):
    found = fm.simulate(deal, paths, 7)

    assert np.array_equal(found.column("dscr_min"), plain.column("dscr_min")[:paths], equal_nan=True)


@pytest.mark.parametrize("paths", [0, -5, True, 1.5, "many"])
def test_a_number_of_paths_that_makes_no_sense_is_refused(deal, paths):
    with pytest.raises(fm.FinmodelError, match="paths is a whole number from 1"):
        fm.simulate(deal, paths)


def test_a_million_million_paths_are_beyond_the_limit(deal):
    with pytest.raises(fm.FinmodelError, match="at most 20,000,000") as caught:
        fm.simulate(deal, 10**12)

    assert caught.value.exit_code == 5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (fm.Options(sampling="latin"), "sampling is random, antithetic, sobol"),
        (fm.Options(sampling="sobol"), "16,384 times a power of two"),
        (fm.Options(chunk=9), "a chunk has 1 to 8 blocks"),
    ],
)
def test_options_that_make_no_sense_are_refused(deal, options, message):
    with pytest.raises(fm.FinmodelError, match=message):
        fm.simulate(deal, 1_000, options=options)


def test_an_unknown_output_names_the_nearest(deal):
    with pytest.raises(fm.FinmodelError, match="Did you mean"):
        fm.simulate(deal, 10, outputs=["dscr_mim"])


def test_a_case_without_risk_says_what_is_missing():
    with pytest.raises(fm.FinmodelError, match=r"has no \[risk\] table"):
        fm.simulate(CASES / "tiny_loan", 10)


def test_too_little_history_is_refused(tmp_path):
    case = tiny(tmp_path, '[risk.price.oxide]\nkind = "bootstrap"\nhistory = "oxide"\n')
    rows = [f"{2020 + m // 12}-{m % 12 + 1:02d},{40 + m % 3}" for m in range(30)]
    (case / "prices.csv").write_text("month,oxide\n,USD/kg\n" + "\n".join(rows) + "\n", encoding="utf-8")

    with pytest.raises(fm.FinmodelError, match="30 months of history are too few"):
        fm.simulate(case, 10)


def test_history_can_be_drawn(tmp_path):
    case = tiny(tmp_path, '[risk.price.oxide]\nkind = "bootstrap"\nhistory = "oxide"\n')
    walk = 40 * np.exp(np.cumsum(np.random.default_rng(1).normal(0, 0.1, 120)))
    rows = [f"{2015 + m // 12}-{m % 12 + 1:02d},{price:.4f}" for m, price in enumerate(walk)]
    (case / "prices.csv").write_text("month,oxide\n,USD/kg\n" + "\n".join(rows) + "\n", encoding="utf-8")
    found = fm.simulate(case, 8_192, 2, outputs=["price.oxide.market"]).column("price.oxide.market:FY2032")

    assert abs(found.mean() - 40) <= 4 * found.std() / math.sqrt(8_192)


def test_a_number_that_is_not_finite_names_line_and_path(tmp_path):
    """1e300 to the power of a price overflows on paths with a high price only."""
    case = tiny(tmp_path, RISK)
    file = case / "case.toml"
    extra = '\n[extra_lines]\nhuge = "ratio(price.oxide.market, price.oxide.deck, 0) ** 9999"\n'
    file.write_text(file.read_text(encoding="utf-8") + extra, encoding="utf-8")

    with pytest.raises(fm.FinmodelError, match=r"path \d+: "):
        fm.simulate(case, 2_048, 1, outputs=["extra.huge:each"])


def test_every_path_a_total_loss_is_a_status_and_never_a_hole(tmp_path):
    """No price, no revenue: the rate of every path is -100 %, and the page says so."""
    case = tiny(tmp_path, '[risk.price.oxide]\nkind = "gbm"\nvolatility = "20 %"\n')
    file = case / "case.toml"
    text = file.read_text(encoding="utf-8").replace('deck  = "40 USD/kg"', 'deck  = "0.01 USD/kg"')
    file.write_text(text.replace('amount = "60 million USD"', 'amount = "0 USD"'), encoding="utf-8")
    spread = fm.simulate(case, 1_024, 1).metrics["equity_irr"]

    assert spread.undefined == {"total loss": 1.0}
    assert spread.mean == -1
    assert spread.defined == 1


@pytest.mark.slow
def test_antithetic_paths_have_the_same_mean_with_a_smaller_error(deal, plain):
    mirrored = fm.simulate(deal, 20_000, 9, outputs=["price.oxide.market"], options=fm.Options(sampling="antithetic"))
    random = fm.simulate(deal, 20_000, 9, outputs=["price.oxide.market"])
    year = "FY2028"
    first, second = (run.summary.by_year["price.oxide.market"][year] for run in (mirrored, random))

    assert first.se < 0.7 * second.se
    assert abs(first.mean - second.mean) <= 4 * (first.se + second.se)


def test_sobol_points_have_the_same_mean_with_a_smaller_error(deal):
    even = fm.simulate(deal, 16_384, 9, outputs=["price.oxide.market"], options=fm.Options(sampling="sobol"))
    random = fm.simulate(deal, 16_384, 9, outputs=["price.oxide.market"])
    first, second = (run.summary.by_year["price.oxide.market"]["FY2028"] for run in (even, random))

    assert first.se < second.se
    assert abs(first.mean - second.mean) <= 4 * (first.se + second.se)


def test_regimes_share_the_paths_and_their_means_add_up(plain):
    summary = plain.summary
    whole = sum(summary.regimes[name] * metrics["npv_post_tax"].mean for name, metrics in summary.by_regime.items())

    assert sum(summary.regimes.values()) == pytest.approx(1)
    assert whole == pytest.approx(summary.metrics["npv_post_tax"].mean, rel=1e-9)
    assert set(plain.labels) == {"calm", "storm"}


def test_what_is_never_paid_back_is_a_present_value_as_a_share_of_what_was_drawn(deal, plain):
    """Draws less receipts at the contract rate of 5 %, to close: at most 100 %."""
    share, left = (
        plain.column("lender_loss.jbic"),
        fm.simulate(deal, 1_024, 1, outputs=["loss.jbic"]).column("loss.jbic"),
    )
    path = int(np.argmax(share))
    replayed = plain.replay(path)

    assert share[path] == pytest.approx(replayed.metrics["lender_loss.jbic"])
    assert plain.summary.base["lender_loss.jbic"] == pytest.approx(0, abs=1e-9)
    assert plain.metrics["lender_loss.jbic"].worst > plain.metrics["lender_loss.jbic"].mean >= -1e-9
    assert share.max() <= 1 + 1e-9
    assert share[: left.size].max() * replayed.metrics["debt.jbic"] < left.max()


def test_every_check_of_class_error_holds_on_every_path(deal):
    """Balance sheet, cash and accounts of 2,000 worlds; and a check that must fail is seen to."""
    found = fm.simulate(deal, 2_000, 3, outputs=["usual", "checks"]).summary.chances
    checks = {name: chance.share for name, chance in found.items() if name.startswith("checks.")}

    assert len(checks) >= 8
    assert set(checks.values()) == {0.0}


def test_a_check_fails_on_a_path_where_any_period_is_beyond_the_tolerance():
    """Two periods, three paths: one is fine, one is 1 below zero, one is 2e-9 above it."""
    from finmodel.risk.keep import Flag, Keep

    rows = np.array([[0.0, 0.0, 2e-9], [0.0, -1.0, 0.0]])
    keep = Keep((), (), (Flag("checks.x", "checks.x", 1e-9, ()),), {}, ("a", "b"))
    (_, _, flags), bad = keep.of({"checks.x": rows}, 3)

    assert bad is None
    assert flags[0].tolist() == [False, True, True]


def test_the_flagship_has_a_table_of_risk_that_moves_neither_its_debt_nor_its_results():
    with_risk = result()
    without = fm.run(fm.load(CASES / "australia_japan", set={"risk.price.ndpr.volatility": "45 %"}))

    assert with_risk.facts["debt_sized_on"].split("(")[1] == without.facts["debt_sized_on"].split("(")[1]
    assert with_risk.metrics == without.metrics
