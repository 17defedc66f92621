"""Cover of twelve months ahead on a stated forecast, by hand, on every face, and without foresight.

The tiny loan sells 500 t a half-year at 40 USD/kg: 20 of revenue, 15 of cash [million USD], which is the plan for good.
Here its price is 40 to the end of 2028H1 and 30 after: a gap of 10 USD/kg is worth 5 a half-year, 10 of twelve months.
SERVICE is what falls due on each date from 2028H1 on, period 2.
"""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from finmodel.kernel.faces.generated import compile_kernel
from finmodel.kernel.order import plan
from finmodel.present.covenant_table import covenants
from finmodel.present.pages.finance import payments
from finmodel.risk.ask import COUNTED
from finmodel.run.covenant_events import events_of
from tests.deal.faces import differ, in_the_workbook
from tests.deal.fin import FLAGSHIP, QUARTERS, TINY, extended, number, pure, row, run
from tests.deal.test_ratios import SERVICE

FALLS = """
[price.oxide]
deck = { 2027-01-01 = "40 USD/kg", 2028-06-30 = "40 USD/kg", 2028-07-01 = "30 USD/kg", 2032-12-31 = "30 USD/kg" }
[sizing.case]
"price.oxide.deck" = "40 USD/kg"
"""
HELD = '[waterfall]\nlockup = "1.20x"\nforecast = "price_held"\n'
PROJECTED = HELD.replace("price_held", "projection")
REVERTS = '[risk.price.oxide]\nkind = "schwartz"\nvolatility = "20 %"\nreversion = "100 % p.a."\n'
BUYER = '[offtake.buyer]\nlabel = "Buyer"\nproducts = ["oxide"]\nquantity = "600 t/year"\nstart = 2028-01-01\n'
BUYER += 'term = "60 months"\nfloor = "36 USD/kg"\n'
STATE = """
[programme.state]
label    = "Programme"
payer    = "State"
budget   = "100 million USD/year"
envelope = "1,000 million USD"
year_end = "December"
[support.floor]
label     = "Floor"
programme = "state"
contract  = "buyer"
price     = "oxide"
settlement = "achieved"
floor     = "38 USD/kg"
strike    = "50 USD/kg"
share     = "50 %"
quantity  = "1,000 t/year"
start     = 2028-01-01
end       = 2032-12-31
"""
YEAR = [one + two for one, two in pairwise(SERVICE[1:])]
"""Service of the twelve months after 2028H1, 2028H2, and so on."""


def ahead(text: str, folder: Path) -> list[float]:
    """The cash of cover ahead on the first three dates, in millions: cover times service."""
    result = run(extended(folder, text))
    assert [check.id for check in result.checks if check.kind == "error" and not check.passed] == []
    return list(pure(result, "ratios.dscr_forward.value")[2:5] * np.array(YEAR[:3]))


def test_the_plan_is_the_default_and_no_line_more() -> None:
    """Typed or not, all lines and bits are the same."""
    typed, left_out = run(TINY, {"waterfall.forecast": "plan"}), run(TINY)

    assert list(typed.model.lines) == list(left_out.model.lines)
    assert not [id for id in typed.model.lines if id.startswith("outlook")]
    assert all(np.array_equal(typed.values[id], left_out.values[id], equal_nan=True) for id in typed.values)


def test_prices_of_the_date_are_held_for_twelve_months(tmp_path: Path) -> None:
    """2028H1 sees 40 and 30 of cash; from 2028H2 on the price is 30, and 30 - 10 = 20."""
    assert ahead(FALLS + HELD, tmp_path) == pytest.approx([30, 20, 20], rel=1e-12)


def test_a_gap_to_the_plan_fades_as_the_price_reverts(tmp_path: Path) -> None:
    """At a speed of 1 a year half a year leaves exp(-0.5), a year exp(-1): 30 - 5 x (0.6065 + 0.3679) = 25.128."""
    faded = 30 - 5 * (math.exp(-0.5) + math.exp(-1))

    assert ahead(FALLS + PROJECTED + REVERTS, tmp_path) == pytest.approx([30, faded, faded], rel=1e-12)


def test_a_gap_without_a_speed_of_reversion_is_held(tmp_path: Path) -> None:
    assert ahead(FALLS + PROJECTED, tmp_path) == pytest.approx([30, 20, 20], rel=1e-12)


def test_prices_of_the_plan_that_move_are_kept_by_a_projection_and_not_by_a_held_price(tmp_path: Path) -> None:
    """The plan is at 40 and from 2029 at 44, and the price as planned: 2028H2 holds 40, or projects 44 twice."""
    rises = FALLS.replace('2028-06-30 = "40', '2028-12-31 = "40').replace('2028-07-01 = "30', '2029-01-01 = "44')
    rises = rises.replace('2032-12-31 = "30', '2032-12-31 = "44')
    rises = rises[: rises.index("[sizing.case]")]
    (tmp_path / "held").mkdir()

    assert ahead(rises + HELD, tmp_path / "held")[1] == pytest.approx(30, rel=1e-12)
    assert ahead(rises + PROJECTED, tmp_path)[1] == pytest.approx(34, rel=1e-12)


def test_a_floor_of_the_contract_ends_the_fall(tmp_path: Path) -> None:
    """300 t of a half-year have a floor of 36, 200 t go at 30: 30 - 0.6 x 4 - 0.4 x 10 = 23.6."""
    assert ahead(FALLS + HELD + BUYER, tmp_path)[1] == pytest.approx(23.6, rel=1e-12)


def test_a_public_floor_lifts_the_forecast_whether_lenders_count_it_or_not(tmp_path: Path) -> None:
    """300 t a half-year are paid 36 by the buyer and 2 by the state: 23.6 + 0.6 x 2. At the plan's 40 nothing is."""
    for support in ("none", "contract"):
        (tmp_path / support).mkdir()
        text = FALLS.replace("[sizing.case]", f'[sizing]\nsupport = "{support}"\n[sizing.case]')
        assert ahead(text + HELD + BUYER + STATE, tmp_path / support)[1] == pytest.approx(24.8, rel=1e-12)


def test_a_price_above_the_strike_gives_a_share_back(tmp_path: Path) -> None:
    """At 60 from 2028H2: 30 + 20 on 1,000 t, less half of 10 on 600 t = 47."""
    text = FALLS.replace("30 USD/kg", "60 USD/kg")

    assert ahead(text + HELD + BUYER + STATE, tmp_path)[1] == pytest.approx(47, rel=1e-12)


def test_costs_by_revenue_and_bought_feed_move_too(tmp_path: Path) -> None:
    """A royalty of 10 % and feed at 25 % of the index: the plan has 30 - 4 - 10, and 10 x (1 - 0.10 - 0.25) less."""
    text = '[cost.royalty]\nlabel = "Royalty"\nnode = "plant"\nof_revenue = "10 %"\n'
    text += '[node.plant.buys.oxide]\npayable = "25 %"\n'

    assert ahead(FALLS + HELD + text, tmp_path)[1] == pytest.approx(30 - 4 - 10 - 6.5, rel=1e-12)


def test_a_failed_forecast_locks_up_while_the_plan_and_the_months_behind_pass(tmp_path: Path) -> None:
    """2028H2: the plan sees 30/17.1 = 1.76x and 12 months back is not tested; at 30 USD/kg 20/17.1 = 1.17x."""
    (tmp_path / "plan").mkdir()
    held = run(extended(tmp_path, FALLS + HELD))
    planned = run(extended(tmp_path / "plan", FALLS + '[waterfall]\nlockup = "1.20x"\n'))

    assert events_of(held)["lock_up"].first == "2028H2"
    assert "2028H2" not in events_of(planned)["lock_up"].dates
    assert row(held, "waterfall.distributions")[3] == 0


@pytest.mark.parametrize("forecast", [HELD, PROJECTED + REVERTS], ids=["held", "projected"])
def test_no_date_sees_the_future_of_its_path(forecast: str, tmp_path: Path) -> None:
    """Three paths part after 2029H1: 20, 30 and 90 USD/kg. To that date cover ahead and lock-up have the same bits."""
    result = run(extended(tmp_path, FALLS + forecast + BUYER + STATE))
    order, at = plan(result.model), 4
    ids = ["ratios.dscr_forward.value", "covenant.lock_up"]
    given = {id: np.array(value)[..., None] * np.ones(3) for id, value in result.given.items()}
    given["price.oxide.deck"][at + 1 :] = [20, 30, 90]
    found = compile_kernel(result.model, order, ids, None, paths=True).run(given, {}, 3)

    for id in ids:
        assert np.array_equal(found[id][: at + 1, 0], found[id][: at + 1, 2])
        assert np.array_equal(found[id][: at + 1, 1], np.asarray(result[id])[: at + 1])
    assert not np.array_equal(found[ids[0]][at + 1, 0], found[ids[0]][at + 1, 2])


@pytest.mark.parametrize("forecast", [HELD, PROJECTED + REVERTS], ids=["held", "projected"])
def test_all_faces_of_the_forecast_agree(forecast: str, tmp_path: Path) -> None:
    """On quarters, with a contract, support, a royalty and feed."""
    text = '[cost.royalty]\nlabel = "Royalty"\nnode = "plant"\nof_revenue = "10 %"\n'
    text += '[node.plant.buys.oxide]\npayable = "25 %"\n'
    result = run(extended(tmp_path, QUARTERS + FALLS + forecast + BUYER + STATE + text))

    assert differ(result) == []
    assert in_the_workbook(result, tmp_path) <= 1e-9


@pytest.mark.parametrize("forecast", [HELD, PROJECTED + REVERTS], ids=["held", "projected"])
def test_a_simulation_counts_what_a_run_of_the_path_counts(forecast: str, tmp_path: Path) -> None:
    driver = '[risk.driver.price]\nkey = "price.oxide.deck"\nkind = "uniform"\nlow = "0.60x"\nhigh = "1.10x"\n'
    if "[risk.price" in forecast:
        driver = driver.replace("price.oxide.deck", "cost.operating.per_kg").replace("1.10x", "1.50x")
    simulation = fm.simulate(extended(tmp_path, FALLS + forecast + driver), 32, 5, workers=1)
    assert simulation.summary.chances["lock_up"].share > 0
    for path in range(6):
        events = events_of(simulation.replay(path))
        for name in COUNTED:
            if name in events:
                labels = simulation.store.job.keep.labels
                known = [f"{name}:{label}" for label in labels if f"{name}:{label}" in simulation.store.names()]
                held = {id.split(":")[1] for id in known if simulation.store.column(id)[path]}
                assert held == set(events[name].dates), name


def test_the_flagship_sees_what_its_floor_makes_of_prices() -> None:
    """NdPr at 90 to 110 USD/kg is topped up to the 110 that lenders count; dysprosium and terbium are above theirs."""
    held, planned = (fm.run(fm.load(FLAGSHIP, set={"waterfall.forecast": kind})) for kind in ("price_held", "plan"))
    tested = pure(planned, "ratios.dscr_forward.tested") > 0

    assert np.all(pure(held, "ratios.dscr_forward.value")[tested] > pure(planned, "ratios.dscr_forward.value")[tested])
    assert number(held, "sizing.senior_debt_target") == pytest.approx(
        number(planned, "sizing.senior_debt_target"), rel=1e-9
    )


def test_the_covenant_table_and_the_page_name_the_forecast(tmp_path: Path) -> None:
    result = run(extended(tmp_path, FALLS + HELD))
    told = str(payments(result))

    assert "dscr_price_held_12_months_ahead" in next(iter(covenants(result)))
    assert "prices of the date held" in told
    assert "before tax" in told
    assert "before tax" not in str(payments(run(TINY)))
