"""Forecast against actual: what price, volume and exchange each did to the cost of support."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmodel.public_money.account import government
from finmodel.public_money.variance import support_variance
from finmodel.run.run import run
from tests.deal.ops import read, share
from tests.deal.test_support import floor, fund
from tests.flagship.deal import result
from tests.public_money.deals import flagship

WORLD = '[fx]\njpy_per_usd = "100 JPY/USD"\n'


def test_price_and_volume_share_what_they_do_together(tmp_path: Path) -> None:
    """Gap 5 USD/kg on 100 t; then 7 on 80: nominal 500,000 and 560,000 a year.

    Price alone +200,000, volume alone -100,000, together +60,000: price +180,000, volume -120,000 a year.
    """
    more = share() + fund() + floor() + '[government]\nrate = "0 % p.a."\n'
    forecast = run(read(tmp_path, more))
    changed = {"price.ore.deck": "8 USD/kg", "node.mine.availability": "80 %"}
    rows = {one.name: one.value for one in support_variance(forecast, run(read(tmp_path, more, changed)))}

    assert rows["Net support, the case as it stands"] == pytest.approx(2_000_000)
    assert rows["Effect of price"] == pytest.approx(4 * 180_000)
    assert rows["Effect of volume"] == pytest.approx(4 * -120_000)
    assert rows["Net support, as it came"] == pytest.approx(4 * 560_000)


def test_a_dearer_yen_costs_the_seller_where_the_budget_is_in_yen(tmp_path: Path) -> None:
    """A budget of 30m JPY pays 300,000 USD at 100 JPY/USD and 200,000 at 150."""
    more = WORLD + share() + fund("30 million JPY/year", "300 million JPY") + floor()
    more += '[government]\nrate = "0 % p.a."\n'
    forecast, actual = run(read(tmp_path, more)), run(read(tmp_path, more, {"fx.jpy_per_usd": "150 JPY/USD"}))
    rows = {one.name: one.value for one in support_variance(forecast, actual)}

    assert rows["Effect of exchange rates"] == pytest.approx(4 * -100_000)


@pytest.mark.parametrize("scenario", ["detente", "embargo", "dual"])
def test_effects_add_up_to_the_difference_of_two_runs(scenario):
    rows = support_variance(result(), flagship(scenario))
    first, *effects, last = [one.value for one in rows]

    assert first == pytest.approx(government(result()).analysis.present.net)
    assert last == pytest.approx(government(flagship(scenario)).analysis.present.net)
    assert first + sum(effects) == pytest.approx(last)
