"""Export licences and stock targets by date: what is held back waits in stock, and leaves later; worked by hand.

The mine makes 100 t of ore a year at 10 USD/kg, in 2029 to 2032.
"""

from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from finmodel.deal.read import read_case
from tests.deal.fin import FLAGSHIP
from tests.deal.ops import CONTAINED, METAL, by_date, deal, quarters, read, share, timeline
from tests.deal.test_take_or_pay import BUYER


def licence(**steps: str) -> str:
    """Licences for ore by year: y2030="0 %" holds all of it back from 2030."""
    days = {"2028-01-01": "100 %", **{f"{year[1:]}-01-01": value for year, value in steps.items()}}
    return f"[product.ore]\nlicence = {by_date(days)}\n"


def licensed(plant: str, steps: str) -> str:
    """The metal plant with licences for the ore that it takes."""
    return plant.replace('per_product = "1.1765x"', f'per_product = "1.1765x", licence = {steps}')


def test_shipments_without_a_licence_wait_in_stock_and_leave_once_it_is_there(tmp_path: Path) -> None:
    """2030: 40 % of 100 t leave. 2031: all of 100 + 60 t do."""
    small = deal(tmp_path, licence(y2030="40 %", y2031="100 %"))

    assert small.at("product.ore.sold") == pytest.approx([100, 40, 160, 100])
    assert small.at("product.ore.held_back") == pytest.approx([0, 60, 0, 0])
    assert small.at("product.ore.stock.closing") == pytest.approx([0, 60, 0, 0])
    assert small.at("sales.billed") == pytest.approx([1_000_000, 400_000, 1_600_000, 1_000_000])


def test_what_is_held_back_leaves_in_the_last_period_of_operations_at_the_latest(tmp_path: Path) -> None:
    """No licence from 2031 on: the 100 t of 2031 and those of 2032 leave in 2032."""
    small = deal(tmp_path, licence(y2031="0 %"))

    assert small.at("product.ore.sold") == pytest.approx([100, 100, 0, 200])
    assert small.at("product.ore.stock.closing") == pytest.approx([0, 0, 100, 0])


def test_export_stop_is_a_shortfall_of_the_seller_and_the_backlog_is_sold_spot(tmp_path: Path) -> None:
    """2030: 100 t nominated, 0 t may leave: no pledge is left. 2031: the buyer takes its 100 t, spot the backlog."""
    small = deal(tmp_path, BUYER + licence(y2030="0 %", y2031="100 %"))

    assert small.at("offtake.buyer.seller_shortfall") == pytest.approx([0, 100, 0, 0])
    assert small.at("offtake.buyer.deficiency") == pytest.approx([0, 0, 0, 0])
    assert small.at("offtake.buyer.delivered") == pytest.approx([100, 0, 100, 100])
    assert small.at("spot.ore.delivered") == pytest.approx([0, 0, 100, 0])


BUYERS_LICENCE = f"licence = {by_date({'2028-01-01': '100 %', '2030-01-01': '40 %', '2031-01-01': '100 %'})}\n"


def test_licence_of_a_contract_delays_its_deliveries_and_its_pledge(tmp_path: Path) -> None:
    """2030: 40 of 100 t are delivered, 60 wait and none is sold spot; 90 − 60 = 30 t are pledged.

    2031: 160 t are delivered and billed at the price of then, 90 + 60 = 150 t are pledged. Nothing is missing.
    """
    small = deal(tmp_path, BUYER + BUYERS_LICENCE + 'deliver_or_pay = "100 %"\nshortfall_damages = "10 %"\n')

    assert small.at("offtake.buyer.delivered") == pytest.approx([100, 40, 160, 100])
    assert small.at("offtake.buyer.ore.waiting.closing") == pytest.approx([0, 60, 0, 0])
    assert small.at("offtake.buyer.net_pledged_to_date") == pytest.approx([90, 30, 150, 90])
    assert small.at("offtake.buyer.seller_shortfall") == pytest.approx([0, 0, 0, 0])
    assert small.at("offtake.buyer.deficiency") == pytest.approx([0, 0, 0, 0])
    assert small.at("offtake.buyer.damages") == pytest.approx([0, 0, 0, 0])
    assert small.at("offtake.buyer.ore.billed") == pytest.approx([1_000_000, 400_000, 1_600_000, 1_000_000])
    assert small.at("spot.ore.delivered") == pytest.approx([0, 0, 0, 0])


def test_licence_of_a_buyer_of_a_share_lets_the_others_buy_on(tmp_path: Path) -> None:
    """Half of 100 t: 20 t delivered in 2030, 30 wait, 50 are sold spot; 2031 half of the new 100 t and the 30."""
    small = deal(tmp_path, share("50 %", more=BUYERS_LICENCE))

    assert small.at("offtake.buyer.delivered") == pytest.approx([50, 20, 80, 50])
    assert small.at("spot.ore.delivered") == pytest.approx([50, 50, 50, 50])


def test_what_waits_at_the_end_of_the_contract_is_sold_spot(tmp_path: Path) -> None:
    """No licence from 2031, the contract's last year: the 100 t of 2031 are sold spot at once."""
    never = f"licence = {by_date({'2028-01-01': '100 %', '2030-01-01': '0 %'})}\n"
    small = deal(tmp_path, BUYER.replace("48 months", "36 months") + never)

    assert small.at("offtake.buyer.ore.waiting.closing") == pytest.approx([0, 100, 0, 0])
    assert small.at("spot.ore.delivered") == pytest.approx([0, 0, 200, 100])


def test_plant_takes_what_licences_let_pass_from_another(tmp_path: Path) -> None:
    """2030: half of the 100 t of ore may go to the metal plant: 50 t, which make 50 / 1.238421 = 40.374 t of metal."""
    steps = by_date({"2028-01-01": "100 %", "2030-01-01": "50 %", "2031-01-01": "100 %"})
    small = deal(tmp_path, licensed(METAL, steps))

    assert small.at("node.metal.produced") == pytest.approx([50, 50 / CONTAINED, 50, 50])


def test_stock_target_by_date(tmp_path: Path) -> None:
    """73 of 365 days are 20 t in 2029 and 2030; with no target in 2031, 120 t are sold."""
    days = by_date({"2028-01-01": "73 days", "2031-01-01": "0 days"})
    small = deal(tmp_path, f"[product.ore]\nstock_days = {days}\n")

    assert small.at("product.ore.stock.closing") == pytest.approx([20, 20, 0, 0])
    assert small.at("product.ore.sold") == pytest.approx([80, 100, 120, 100])


def test_scenario_delays_exports_by_a_licence_that_the_case_writes_as_100_percent(tmp_path: Path) -> None:
    """Half of the shipments of two quarters leave later: the year's sales are the same, the quarters' are not."""
    read(tmp_path, timeline("quarter") + share() + '[product.ore]\nlicence = "100 %"\n')
    days = '{ 2028-01-01 = "100 %", 2030-04-01 = "50 %", 2030-10-01 = "100 %" }'
    text = f'[stop]\nlabel = "Licences late"\n[stop.set]\n"product.ore.licence" = {days}\n'
    (tmp_path / "case" / "scenarios.toml").write_text(text, encoding="utf-8")
    late = fm.run(read_case(tmp_path / "case", "stop"))
    sold = [float(late["product.ore.sold"][late.model.timeline.labels.index(label)]) for label in quarters(2030)]

    assert sold == pytest.approx([25, 12.5, 18.75, 25 + 18.75])
    assert late.passed


def test_flagship_with_half_of_its_metal_held_back_for_a_year_conserves_cash_and_tonnes() -> None:
    """The embargo the other way round: metal waits in Japan for its licence, and is sold later."""
    days = {"2027-04-01": "100 %", "2032-01-01": "50 %", "2033-01-01": "100 %"}
    late = fm.run(fm.load(FLAGSHIP, set={f"product.ndpr_metal.licence.{day}": value for day, value in days.items()}))
    plain = fm.run(fm.load(FLAGSHIP))
    number = late.model.timeline.labels.index("2032Q4")

    assert late.passed
    assert np.asarray(late["product.ndpr_metal.stock.closing"])[number] > 500
    assert np.sum(late["product.ndpr_metal.sold"]) == pytest.approx(np.sum(plain["product.ndpr_metal.sold"]))


@pytest.mark.parametrize("seed", range(20))
def test_random_licences_lose_no_tonne_and_leave_none(tmp_path: Path, seed: int) -> None:
    """Two plants, any licences by half-year: all checks pass and stock ends at nothing."""
    draw = np.random.default_rng(seed)
    days = [f"{year}-{month}-01" for year in range(2028, 2033) for month in ("01", "07")]
    drawn = draw.uniform(0, 100, (3, len(days)))
    shares = [by_date({day: f"{part:.2f} %" for day, part in zip(days, row, strict=True)}) for row in drawn]
    metal = METAL.replace('price = "ore"', f'price = "ore"\nlicence = {shares[0]}')
    changes = (
        f'{timeline("half")}{licensed(metal, shares[1])}[product.ore]\nlicence = {shares[2]}\nstock_days = "60 days"\n'
    )
    result = fm.run(read(tmp_path, changes))

    assert [check.id for check in result.checks if not check.passed] == []
    assert [float(result[f"product.{name}.stock.closing"][-1]) for name in ("ore", "metal")] == [0, 0]
    assert min(float(np.min(result[f"product.{name}.stock.closing"])) for name in ("ore", "metal")) >= 0
