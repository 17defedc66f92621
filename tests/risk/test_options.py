"""Option vectors, worked out elsewhere by two or three independent methods: closed forms to the last digits, and
200,000 paths of lines on the engine's path axis within four standard errors."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from finmodel.kernel.expr import Given, hi, lo
from finmodel.kernel.faces.generated import compile_kernel
from finmodel.kernel.folds import total
from finmodel.kernel.model import Line, Model
from finmodel.kernel.order import plan
from finmodel.kernel.timeline import Timeline
from finmodel.kernel.units import RATIO
from finmodel.risk.draws.processes import Motion, factor, jump_sizes
from finmodel.risk.draws.states import Chain
from finmodel.risk.draws.streams import Stream
from tests.risk import options

_FILE = Path(__file__).parent / "option_vectors.json"
VECTORS = {case["id"].split("_")[0]: case for case in json.loads(_FILE.read_text(encoding="utf-8"))["cases"]}
BLOCKS = 196  # 200,704 paths
Rows = dict[str, Any]


def of(id: str) -> dict[str, Any]:
    return VECTORS[id]["inputs"]


def value(id: str) -> float:
    return float(VECTORS[id]["value"])


def factors(motion: Motion, block: int, months: int) -> np.ndarray:
    stream = Stream(20270401, block)
    jumps = None
    if motion.jump_rate:
        jumps = jump_sizes(motion, stream.uniform("number", months), stream.normal("size", months))
    return factor(motion, stream.normal("z", months), None, jumps)


def simulated(
    periods: int, rows: Rows, build: Callable[[Model, dict[str, Given]], Line], prices: Callable[[int], np.ndarray]
) -> tuple[float, float]:
    """Mean and standard error of a single-number line that reads `price` and some rows, on the path axis."""
    model = Model(Timeline(date(2027, 1, 1), "year", periods))
    given = {
        id: Given(id, tuple(float(x) for x in row), RATIO) for id, row in {**rows, "price": [0.0] * periods}.items()
    }
    line = build(model, given)
    kernel = compile_kernel(model, plan(model), [line.id], ["price"], paths=True)
    still = {id: np.array(leaf.value) for id, leaf in given.items()}
    fixed = {id: _still(model, id, still) for id in kernel.fixed}
    drawn = [kernel.run({**still, "price": prices(block)}, fixed, 1024)[line.id] for block in range(BLOCKS)]
    found = np.concatenate(drawn)
    return float(found.mean()), float(found.std(ddof=1) / math.sqrt(found.size))


def _still(model: Model, id: str, given: Rows) -> Any:
    from finmodel.kernel.evaluate import evaluate

    return np.array(evaluate(model, plan(model), {k: v.tolist() for k, v in given.items()}, [id])[id])


def agrees(found: tuple[float, float], expected: float) -> bool:
    mean, error = found
    return abs(mean - expected) <= 4 * error


# ---- closed forms


def test_a_put_its_delta_and_its_vega():
    given = of("V01")
    forward, strike, sd = given["F"], given["K"], given["sigma"] * math.sqrt(given["T"])
    discount = math.exp(-given["r_cont"] * given["T"])

    assert discount * options.put(forward, strike, sd) == pytest.approx(value("V01"), rel=1e-12)
    assert discount * options.put_delta(forward, strike, sd) == pytest.approx(value("V01b"), rel=1e-12)
    assert discount * options.put_vega(forward, strike, sd, given["T"]) == pytest.approx(value("V01c"), rel=1e-12)


def test_a_put_on_a_reverting_price():
    given = of("V05")
    found = 0.0
    for years in range(1, 11):
        forward, sd = options.reverting(given["S0"], given["level_log"], given["kappa"], given["sigma"], years)
        found += math.exp(-given["r_cont"] * years) * options.put(forward, given["K"], sd)

    assert found == pytest.approx(value("V05"), rel=1e-12)


def test_a_put_on_a_price_that_jumps():
    given = of("V07")
    jumps = (given["lambda_per_year"], given["log_jump_mean"], given["log_jump_sd"])
    forward = given["S0"] * math.exp(given["r_cont"] * given["T"])
    found = options.put_with_jumps(forward, given["K"], given["sigma"], given["T"], jumps)

    assert math.exp(-given["r_cont"] * given["T"]) * found == pytest.approx(value("V07"), rel=1e-12)


def chain(given: dict[str, Any]) -> Chain:
    """State 2 at month 0, so the first month has the row of state 2."""
    rows = tuple(tuple(row) for row in given["P_monthly"])
    return Chain(("a", "b", "c", "d"), rows[1], rows, (1.0,) * 4, (0,) * 4, 36)


def test_the_occupancy_of_a_chain():
    assert chain(of("V08b")).occupancy(36)[35, 2] == pytest.approx(value("V08b"), rel=1e-12)


def test_a_mixture_of_puts_over_regimes():
    given = of("V08")
    occupancy = chain(given).occupancy(36)
    found = 0.0
    for month in given["months"]:
        sd = given["sigma"] * math.sqrt(month / 12)
        puts = [options.put(given["F"] * multiple, given["K"], sd) for multiple in given["multipliers"]]
        found += math.exp(-given["r_cont"] * month / 12) * float(occupancy[month - 1] @ puts)

    assert found == pytest.approx(value("V08"), rel=1e-12)


def strip(id: str) -> tuple[dict[str, Any], np.ndarray, np.ndarray, np.ndarray]:
    """Inputs, forwards, discount factors and volumes of a quarterly strip."""
    given = of(id)
    quarter = np.arange(1, given["n_quarters"] + 1)
    forward = 95 * np.exp(0.01 * quarter / 4)
    discount = np.exp(-given["r_cont"] * (quarter / 4 + given["pay_lag_years"]))
    return given, forward, discount, np.minimum(200 + 75 * (quarter - 1), 1250)


@pytest.mark.parametrize("id", ["V02", "V03", "V10"])
def test_a_strip_by_closed_form(id):
    given, forward, discount, tonnes = strip(id)
    found = 0.0
    for number, (f, d, q) in enumerate(zip(forward, discount, tonnes, strict=True), 1):
        sd, strike = given["sigma"] * math.sqrt(number / 4), given["K"]
        put, call = options.put(f, strike, sd), options.call(f, strike, sd)
        share = 0.3 if id == "V03" and number >= 13 else 1.0 if id == "V10" else 0.0
        found += q * d * (put - share * call)

    assert found == pytest.approx(value(id), rel=1e-11)


# ---- 200,000 paths


@pytest.mark.parametrize("id", ["V02", "V03", "V10"])
def test_a_strip_on_paths(id):
    given, forward, discount, tonnes = strip(id)
    shares = [0.3 if id == "V03" and n >= 13 else 1.0 if id == "V10" else 0.0 for n in range(1, 41)]
    rows = {"weight": discount * tonnes, "share": shares, "strike": [given["K"]] * 40}
    motion = Motion("x", "mean", given["sigma"])

    def lines(model: Model, g: dict[str, Given]) -> Line:
        section = model.section("s")
        net = hi(0, g["strike"] - g["price"]) - g["share"] * hi(0, g["price"] - g["strike"])
        return section.line("value", "Value", total(section.line("paid", "Paid", net * g["weight"])))

    found = simulated(40, rows, lines, lambda block: forward[:, None] * factors(motion, block, 120)[2::3])
    assert agrees(found, value(id))


def puts(model: Model, g: dict[str, Given]) -> Line:
    """Σ weight × max(strike − price, 0)."""
    section = model.section("s")
    paid = section.line("paid", "Paid", hi(0, g["strike"] - g["price"]) * g["weight"])
    return section.line("value", "Value", total(paid))


def test_a_floor_with_a_capped_share_of_the_yearly_average_on_paths():
    """V04: the yearly average itself is drawn, log-normal with sd 0.35 √(y − 2/3)."""
    given = of("V04")
    years = np.arange(1, 13)
    spread = 0.35 * np.sqrt(years - 2 / 3)[:, None]
    forward, discount = 105 * np.exp(0.01 * years)[:, None], np.exp(-given["r_cont"] * (years + given["pay_lag_years"]))
    each = {"floor": given["K_floor"], "strike": given["K_share"], "share": given["share"]}
    rows = {name: [number] * 12 for name, number in each.items()}
    rows |= {"weight": discount * given["volume_t"], "cap": [given["cap_kUSD_per_year"] / given["volume_t"]] * 12}

    def lines(model: Model, g: dict[str, Given]) -> Line:
        section = model.section("s")
        net = hi(0, g["floor"] - g["price"]) - lo(g["cap"], hi(0, g["price"] - g["strike"]) * g["share"])
        return section.line("value", "Value", total(section.line("paid", "Paid", net * g["weight"])))

    def prices(block: int) -> np.ndarray:
        return forward * np.exp(spread * Stream(4, block).normal("average", 12) - spread**2 / 2)

    assert agrees(simulated(12, rows, lines, prices), value("V04"))


def test_yearly_puts_on_a_reverting_price_on_paths():
    """V05: the level of the vector is that of the log price; the long-run mean is exp(level + σ²/4κ)."""
    given = of("V05")
    level = math.exp(given["level_log"] + given["sigma"] ** 2 / (4 * given["kappa"]))
    motion = Motion("x", "own", given["sigma"], given["kappa"], start=given["S0"], level=level)
    years = np.arange(1, 11)
    rows = {"strike": [given["K"]] * 10, "weight": np.exp(-given["r_cont"] * years)}

    def prices(block: int) -> np.ndarray:
        return (motion.middle(120)[:, None] * factors(motion, block, 120))[11::12]

    assert agrees(simulated(10, rows, puts, prices), value("V05"))


def test_a_put_on_a_geometric_average_on_paths():
    """V06: fixings every 30 days; months of 30 days of a year of 365 are months with less volatility."""
    given = of("V06")
    motion = Motion("x", "mean", given["sigma"] * math.sqrt(30 / 365 * 12))
    years = np.array([30, 60, 90]) / 365
    rows = {"strike": [given["K"]], "weight": [math.exp(-given["r_cont"] * years[2])]}

    def prices(block: int) -> np.ndarray:
        fixings = given["S0"] * np.exp(given["r_cont"] * years)[:, None] * factors(motion, block, 3)
        return np.exp(np.log(fixings).mean(axis=0, keepdims=True))

    assert agrees(simulated(1, rows, puts, prices), value("V06"))


def test_a_put_on_a_price_that_jumps_on_paths():
    given = of("V07")
    jumps = (given["lambda_per_year"], given["log_jump_mean"], given["log_jump_sd"])
    motion = Motion("x", "mean", given["sigma"], 0.0, *jumps)
    forward = given["S0"] * math.exp(given["r_cont"] * given["T"])
    rows = {"strike": [given["K"]], "weight": [math.exp(-given["r_cont"] * given["T"])]}

    assert agrees(simulated(1, rows, puts, lambda b: forward * factors(motion, b, 24)[23:24]), value("V07"))


def test_a_mixture_over_regimes_on_paths():
    given = of("V08")
    world, motion = chain(given), Motion("x", "mean", given["sigma"])
    months = np.array(given["months"])
    rows = {"strike": [given["K"]] * 6, "weight": np.exp(-given["r_cont"] * months / 12)}

    def prices(block: int) -> np.ndarray:
        states = world.states(Stream(8, block).uniform("regime", 36))
        return (given["F"] * factors(motion, block, 36) * np.array(given["multipliers"])[states])[months - 1]

    assert agrees(simulated(6, rows, puts, prices), value("V08"))


def test_a_budget_for_two_years_first_come_first_served_on_paths():
    """V09: a cumulative budget has no closed form; the vector is an integral over the first year's price."""
    given = of("V09")
    motion = Motion("x", "mean", given["sigma"])
    rows = {"strike": [given["K"]] * 2, "weight": given["Q"], "budget": [given["budget"]] * 2}

    def lines(model: Model, g: dict[str, Given]) -> Line:
        section = model.section("s")
        so_far = section.ahead("so_far", "Paid so far")
        due = hi(0, g["strike"] - g["price"]) * g["weight"]
        paid = section.line("paid", "Paid", lo(due, g["budget"] - so_far.prev))
        so_far.define(so_far.prev + paid)
        return section.line("value", "Value", total(paid))

    found = simulated(2, rows, lines, lambda block: given["F"] * factors(motion, block, 24)[11::12])
    assert agrees(found, value("V09"))


def test_a_budget_of_each_year_on_paths():
    given = of("V11")
    motion = Motion("x", "mean", given["sigma"])
    years = np.arange(1, 11)
    forward = 95 * np.exp(0.01 * years)[:, None]
    rows = {"strike": [given["K"]] * 10, "weight": [given["volume_t"]] * 10, "budget": [given["budget_kUSD"]] * 10}
    rows["discount"] = list(np.exp(-given["r_cont"] * years))

    def lines(model: Model, g: dict[str, Given]) -> Line:
        section = model.section("s")
        paid = lo(g["budget"], hi(0, g["strike"] - g["price"]) * g["weight"])
        return section.line("value", "Value", total(section.line("paid", "Paid", paid * g["discount"])))

    assert agrees(simulated(10, rows, lines, lambda b: forward * factors(motion, b, 120)[11::12]), value("V11"))
