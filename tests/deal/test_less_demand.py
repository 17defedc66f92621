"""Less demand never brings a seller more: take-or-pay with full credit for resale, in random worlds and by hand.

Receipts are undiscounted, before tax: what all contracts and the spot market bill, with price support, less what the
seller pays to the buyer and for reselling, over the contract and its make-up tail.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from tests.deal.fin import FLAGSHIP
from tests.deal.ops import Deal, by_date, deal, timeline

DAYS = [f"{2028 + number // 2}-{'01' if number % 2 == 0 else '07'}-01" for number in range(10)]

SUPPORT = """
[programme.state]
label = "Programme"
payer = "State"
budget = "100 million USD/year"
year_end = "December"
envelope = "900 million USD"
[support.floor]
label = "Floor"
programme = "state"
contract = "buyer"
price = "ore"
floor = "11 USD/kg"
quantity = "100 t/year"
start = 2029-01-01
end = 2030-12-31
"""


def steps(values: np.ndarray, unit: str = " %") -> str:
    """A dated table of one value a half-year."""
    return by_date({day: f"{value:.3f}{unit}" for day, value in zip(DAYS, values, strict=True)})


def world(seed: int, demand: np.ndarray | None, gap: tuple[float, float], more: str = "") -> str:
    """A world in half-years: prices, outages and force majeure at random; the same for every demand.

    Args:
        demand: Nominated share of the quantity by half-year, in percent; None for all of it.
        gap: The spot price is below the index by this many percent, between the two by half-year.
    """
    draw = np.random.default_rng(seed)
    prices, runs = draw.uniform(0.5, 2, 10), draw.uniform(40, 100, 10)
    lost, share = draw.uniform(0, 40, 10), draw.uniform(50, 100)
    spot, term = draw.uniform(*gap), draw.choice([24, 36, 48])
    nominated = np.full(10, 100.0) if demand is None else demand
    return f"""
{timeline("half")}
[price.ore]
premium = {steps(prices, "x")}
[node.mine]
availability = {steps(runs)}
[product.ore]
spot_discount = "{spot:.3f} %"
[offtake.buyer]
label = "Buyer"
products = ["ore"]
quantity = "100 t/year"
start = 2029-01-01
term = "{term} months"
take_or_pay = "{share:.2f} %"
discount = "5 %"
force_majeure_seller = {steps(lost)}
demand = {steps(nominated)}
resale_credit = "100 %"
make_up_tail = "1 year"
{more}
{SUPPORT}
"""


def receipts(small: Deal) -> float:
    """All that the seller receives [USD]."""
    spent = [float(np.sum(small[spend.billed.id])) for spend in small.works.sales.spends]
    return float(np.sum(small["sales.billed"]) + np.sum(small["support.granted"])) - sum(spent)


def nominations(seed: int) -> np.ndarray:
    """Some demand by half-year, in percent."""
    return np.random.default_rng([seed, 1]).uniform(0, 100, 10)


@pytest.mark.parametrize("seed", range(30))
def test_less_demand_brings_no_more_where_resale_is_below_the_contract_price(tmp_path: Path, seed: int) -> None:
    """Spot 5 to 60 % below the index, contract 5 %: any demand against the whole quantity."""
    more = ['resale_cost = "0.4 USD/kg"\n', 'resale_excess = "buyer"\n', "make_up_top_up = true\n", ""][seed % 4]
    full = receipts(deal(tmp_path, world(seed, None, (5, 60), more)))
    less = receipts(deal(tmp_path, world(seed, nominations(seed), (5, 60), more)))

    assert less <= full * (1 + 1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_each_step_of_less_demand_brings_no_more(tmp_path: Path, seed: int) -> None:
    """100, 80, 60, 40, 20 and 0 % of the quantity, under outages and prices that move.

    Rights lapse at once here: a right that a buyer has paid for and does not use is the seller's gain, by its nature.
    """
    factors = (1, 0.8, 0.6, 0.4, 0.2, 0)
    found = []
    for part in factors:
        changes = world(seed, np.full(10, 100.0 * part), (5, 60), 'make_up_years = "0.1 years"\n')
        found.append(receipts(deal(tmp_path, changes.replace('make_up_tail = "1 year"\n', ""))))

    assert all(later <= first * (1 + 1e-12) for first, later in pairwise(found))


@pytest.mark.parametrize("seed", range(20))
def test_where_resale_is_above_the_gain_is_at_most_what_resale_brings_more(tmp_path: Path, seed: int) -> None:
    """Spot 0 to 5 % below the index, contract 5 %: at most the tonnes not taken times resale less contract price."""
    demand = nominations(seed)
    full = receipts(deal(tmp_path, world(seed, None, (0, 5))))
    small = deal(tmp_path, world(seed, demand, (0, 5)))
    over = np.maximum(0, small["offtake.buyer.net_resale_price"] - small["offtake.buyer.price"])
    bound = float(np.sum(1000 * small["offtake.buyer.not_taken"] * over))

    assert receipts(small) - full <= bound + 1e-6 * full


@pytest.mark.parametrize("seed", range(10))
def test_buyer_who_is_given_the_excess_leaves_no_gain(tmp_path: Path, seed: int) -> None:
    """All of the quantity is pledged and resale above the contract price goes to the buyer: no gain at all."""
    more = 'resale_excess = "buyer"\n'
    whole = [
        world(seed, demand, (0, 5), more).replace('take_or_pay = "', 'take_or_pay = "100 %" # "')
        for demand in (None, nominations(seed))
    ]

    assert receipts(deal(tmp_path, whole[1])) <= receipts(deal(tmp_path, whole[0])) * (1 + 1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_stored_tonnes_bring_no_more_where_prices_stand(tmp_path: Path, seed: int) -> None:
    """With storage, at level prices: what is stored is made up, or credited when it is sold after its rights."""
    limit = np.random.default_rng([seed, 2]).uniform(0, 60)
    level = [
        world(seed, demand, (5, 60), f'untaken_stock = "{limit:.1f} t"\nmake_up_years = "1 year"\n').replace(
            "premium = ", 'premium = "1x" # '
        )
        for demand in (None, nominations(seed))
    ]

    assert receipts(deal(tmp_path, level[1])) <= receipts(deal(tmp_path, level[0])) * (1 + 1e-12)


def test_flagship_earns_less_when_its_buyers_take_less() -> None:
    """With full credit equity earns less at 80 and 60 % of demand, where it earned more without."""
    demands = ("100 %", "80 %", "60 %")
    rates = [fm.run(fm.load(FLAGSHIP, set={"offtake.oem.demand": part})).metrics["equity_irr"] for part in demands]

    assert rates[0] > rates[1] > rates[2]
