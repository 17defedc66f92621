"""Expected cost of each mechanism under random prices against closed forms, on the engine's path axis.

The closed forms were computed by independent programs (Black-76, put and call spreads, Merton, Schwartz, mixtures).
Each case is a mine whose price is drawn path by path; 200,000 paths with a fixed seed come within four errors.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from finmodel.deal.read import Case
from finmodel.kernel.faces.generated import compile_kernel
from finmodel.run.build import build
from finmodel.run.run import run
from tests.deal.ops import by_date, read, share

PATHS, BLOCK, ERRORS = 200_000, 20_000, 4
Rows = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Rows]
PROGRAMME = """
[programme.fund]
label = "Fund"
payer = "Treasury"
budget = "{budget}"
envelope = "{envelope}"
year_end = "December"
"""


def mine(folder: Path, frequency: str, tonnes: list[float], terms: str, budget: tuple[str, str] | None = None) -> Case:
    """A mine that sells so many tonnes in each period from 2029, with a support contract over all of them."""
    months = {"year": 12, "half": 6, "quarter": 3}[frequency]
    dates = [f"{2029 + n * months // 12}-{n * months % 12 + 1:02d}-01" for n in range(len(tonnes))]
    most, per_year = max(tonnes), 12 // months
    made = by_date({"2028-01-01": "0 %", **{d: f"{q / most:.15%}" for d, q in zip(dates, tonnes, strict=True)}})
    deck = by_date({"2028-01-01": "10 USD/kg", **dict.fromkeys(dates, "10 USD/kg")})
    length, last = len(tonnes) * months, 2029 + len(tonnes) * months // 12 - 1
    limits = budget or ("1e12 USD/year".replace("1e12", "1,000,000 million"), "10,000,000 million USD")
    return read(
        folder,
        f'[timeline]\nfrequency = "{frequency}"\noperations = "{length} months"\n'
        f"[price.ore]\ndeck = {deck}\n"
        f'[node.mine]\nnameplate = "{most * per_year} t/year"\navailability = {made}\n'
        + share().replace("48 months", f"{length} months")
        + PROGRAMME.format(budget=limits[0], envelope=limits[1])
        + '[support.floor]\nlabel = "Floor"\nprogramme = "fund"\ncontract = "buyer"\nprice = "ore"\n'
        + f'quantity = "1,000,000 t/year"\nstart = 2029-01-01\nend = {last}-12-31\n{terms}\n',
    )


def expected(case: Case, draw: Draw, factors: Rows, seed: int = 20261126) -> tuple[float, float]:
    """Mean and standard error of the discounted net payment [USD]."""
    found = run(case)
    lines = ["support.floor.paid", "support.floor.given_back"]
    deal = build(case)
    kernel = compile_kernel(deal.model, deal.plan, lines, ["price.ore.deck"], paths=True)
    fixed = {id: np.asarray(found.values[id]) for id in kernel.fixed}
    fixed = {id: value if deal.model.lines[id].series else float(value) for id, value in fixed.items()}
    still = {id: np.asarray(v, dtype=float) if isinstance(v, tuple | list) else v for id, v in found.given.items()}
    random, sums = np.random.default_rng(seed), []
    built = round(12 / deal.model.timeline.months)  # periods of construction, before the first price
    for _ in range(PATHS // BLOCK):
        prices = draw(random, BLOCK)
        deck = np.full((deal.model.timeline.count, BLOCK), 10.0)
        deck[built : built + len(prices)] = prices
        out = kernel.run({**still, "price.ore.deck": deck}, fixed, BLOCK)
        paid, back = (np.broadcast_to(np.asarray(out[id]).T, deck.T.shape).T for id in lines)
        net = (paid - back)[built : built + len(prices)]
        sums.append(factors @ net)
    values = np.concatenate(sums)
    return float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values)))


def lognormal(forward: Rows, times: Rows, sigma: float) -> Draw:
    """A random walk with given forwards: one price at each time."""

    def draw(random: np.random.Generator, paths: int) -> Rows:
        steps = np.diff(np.concatenate([[0.0], times]))
        walk = np.cumsum(sigma * np.sqrt(steps)[:, None] * random.standard_normal((len(times), paths)), axis=0)
        return np.asarray(forward[:, None] * np.exp(walk - 0.5 * sigma**2 * times[:, None]))

    return draw


QUARTERS = np.arange(1, 41) / 4
RAMP = [min(200.0 + 75 * n, 1250.0) for n in range(40)]
STRIP = lognormal(95 * np.exp(0.01 * QUARTERS), QUARTERS, 0.35)
LATE = np.exp(-0.03 * (QUARTERS + 0.125))


@pytest.mark.parametrize(
    ("terms", "value"),
    [
        pytest.param('floor = "110 USD/kg"', 1336613.4318185572, id="V02 one-way floor"),
        pytest.param(
            'floor = "110 USD/kg"\nstrike = "110 USD/kg"\nshare = "30 %"\nshare_start = 2032-01-01',
            1064368.4599945722, id="V03 floor with upside share from quarter 13",
        ),
        pytest.param(
            'floor = "110 USD/kg"\nstrike = "110 USD/kg"\nshare = "100 %"', 334213.57048464706, id="V10 two-way",
        ),
    ],
)  # fmt: skip
def test_a_strip_of_forty_quarters_costs_its_closed_form(tmp_path, terms, value):
    mean, error = expected(mine(tmp_path, "quarter", RAMP, terms), STRIP, LATE)

    assert abs(mean - value * 1e3) <= ERRORS * error
    assert error < 0.03 * value * 1e3


def test_v01_one_floorlet(tmp_path):
    """95 against 110 in two years at 35 %: 26.7352 USD/kg, 1 kg."""
    draw = lognormal(np.array([95.0]), np.array([2.0]), 0.35)
    mean, error = expected(mine(tmp_path, "year", [1.0], 'floor = "110 USD/kg"'), draw, np.exp([-0.06]))

    assert abs(mean / 1000 - 26.735217131271856) <= ERRORS * error / 1000


def test_v04_floor_and_capped_upside_on_the_yearly_average(tmp_path):
    """JARE shape: the average of a year is drawn, as the closed form takes it (F35)."""
    years = np.arange(1, 13, dtype=float)
    forward, spread = 105 * np.exp(0.01 * years), 0.35 * np.sqrt(years - 2 / 3)
    terms = 'floor = "110 USD/kg"\nstrike = "150 USD/kg"\nshare = "30 %"\nshare_cap = "10 million USD/year"'

    def draw(random: np.random.Generator, paths: int) -> Rows:
        normal = random.standard_normal((12, paths))
        return np.asarray(forward[:, None] * np.exp(spread[:, None] * normal - 0.5 * spread[:, None] ** 2))

    factors = np.exp(-0.03 * (years + 0.125))
    mean, error = expected(mine(tmp_path, "year", [5000.0] * 12, terms), draw, factors)

    assert abs(mean - 1567562.1377828768e3) <= ERRORS * error


def test_v05_floor_under_a_mean_reverting_price(tmp_path):
    """Schwartz, kappa 0.25: puts of years 1 to 10 for one kg."""
    kappa, level, sigma = 0.25, 4.382026634673881, 0.38

    def draw(random: np.random.Generator, paths: int) -> Rows:
        log, rows = np.full(paths, math.log(100.0)), []
        decay = math.exp(-kappa)
        sd = sigma * math.sqrt((1 - decay**2) / (2 * kappa))
        for _ in range(10):
            log = decay * log + (1 - decay) * level + sd * random.standard_normal(paths)
            rows.append(np.exp(log))
        return np.array(rows)

    factors = np.exp(-0.03 * np.arange(1, 11))
    mean, error = expected(mine(tmp_path, "year", [1.0] * 10, 'floor = "110 USD/kg"'), draw, factors)

    assert abs(mean / 1000 - 228.132242183499) <= ERRORS * error / 1000


def test_v07_floor_under_jumps(tmp_path):
    """Merton: 0.8 jumps a year, mean 7 %, sd 22 %, over two years; the drift is the rate less the jumps' mean."""

    def draw(random: np.random.Generator, paths: int) -> Rows:
        jumps = random.poisson(1.6, paths)
        size = 0.07 * jumps + 0.22 * np.sqrt(jumps) * random.standard_normal(paths)
        mean = math.exp(0.07 + 0.5 * 0.22**2) - 1
        drift = (0.03 - 0.8 * mean - 0.5 * 0.25**2) * 2
        return np.asarray(100 * np.exp(drift + 0.25 * math.sqrt(2) * random.standard_normal(paths) + size))[None]

    mean, error = expected(mine(tmp_path, "year", [1.0], 'floor = "110 USD/kg"'), draw, np.exp([-0.06]))

    assert abs(mean / 1000 - 20.601433934466392) <= ERRORS * error / 1000


def test_v08_floor_under_four_regimes(tmp_path):
    """Six half-yearly floorlets; a monthly chain from state 2, lognormal around the regime's level."""
    chain = np.array(
        [[0.96, 0.03, 0.005, 0.005], [0.02, 0.95, 0.02, 0.01], [0.02, 0.1, 0.86, 0.02], [0, 0.005, 0.005, 0.99]]
    )
    levels = 85.0 * np.array([0.8, 1.0, 2.5, 1.3])

    def draw(random: np.random.Generator, paths: int) -> Rows:
        state, rows = np.full(paths, 1), []
        for month in range(1, 37):
            state = (random.random(paths)[:, None] > np.cumsum(chain[state], axis=1)).sum(axis=1).clip(0, 3)
            if month % 6 == 0:
                sd = 0.3 * math.sqrt(month / 12)
                rows.append(levels[state] * np.exp(sd * random.standard_normal(paths) - 0.5 * sd**2))
        return np.array(rows)

    factors = np.exp(-0.03 * np.arange(6, 37, 6) / 12)
    mean, error = expected(mine(tmp_path, "half", [1.0] * 6, 'floor = "110 USD/kg"'), draw, factors)

    assert abs(mean / 1000 - 161.40647098844838) <= ERRORS * error / 1000


def test_v09_envelope_over_two_periods_first_come_first_served(tmp_path):
    """30 USD for 1 and 1.2 kg: what the first period takes the second does not have."""
    draw = lognormal(np.array([95.0, 95.0]), np.array([1.0, 2.0]), 0.35)
    case = mine(tmp_path, "year", [1.0, 1.2], 'floor = "110 USD/kg"', ("1 million USD/year", "30,000 USD"))
    mean, error = expected(case, draw, np.ones(2))

    assert abs(mean / 1000 - 21.796763465106242) <= ERRORS * error / 1000


def test_v11_yearly_budget_without_carry_over_is_a_put_spread(tmp_path):
    """20m USD a year on 4,000 t, ten years."""
    years = np.arange(1, 11, dtype=float)
    draw = lognormal(95 * np.exp(0.01 * years), years, 0.35)
    case = mine(tmp_path, "year", [4000.0] * 10, 'floor = "110 USD/kg"', ("20 million USD/year", "1,000 million USD"))
    mean, error = expected(case, draw, np.exp(-0.03 * years))

    assert abs(mean - 117862.80603440812e3) <= ERRORS * error
