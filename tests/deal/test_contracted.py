"""Contracted revenue by hand: price and volume, volume alone, merchant; floors, support, and the two shares.

The tiny loan sells 500 t a half-year at 40 USD/kg: 20 of revenue and, after cost, 15 of cash [million USD]. Its first
repayment date is 2028H1, the last of eight 2031H2.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import finmodel as fm
from finmodel.run.results import Results
from tests.deal import parts
from tests.deal.fin import FLAGSHIP, extended, metric, pure, row, run
from tests.deal.parts import STATE, UNSIZED

COVERS = """
[sizing]
dscr_contracted = "1.20x"
dscr_volume     = "1.50x"
dscr_merchant   = "2.00x"
"""
REPAYS = slice(2, 10)


def buyer(measure: str, more: str = "") -> str:
    """A contract over all operations, on a quantity or a share; the tiny loan is sized with three covers."""
    return UNSIZED + COVERS + parts.buyer(measure, more)


HALF = 'quantity = "1,000 t/year"\ntake_or_pay = "50 %"'
ALL = 'quantity = "1,000 t/year"\ntake_or_pay = "100 %"'


def shares(result: Results) -> tuple[float, float]:
    """The shares of revenue contracted by price and volume, and by volume at least."""
    return metric(result, "contracted_share.price"), metric(result, "contracted_share.volume")


def capacity(result: Results) -> list[float]:
    """Debt service capacity of each date that repays [million USD]."""
    return list(row(result, "sizing.capacity")[REPAYS])


def test_a_pledge_at_an_index_is_firm_by_volume_alone(tmp_path: Path) -> None:
    """Half of the tonnes: 15 × (0.5/1.50 + 0.5/2.00) = 8.75 a date."""
    result = run(extended(tmp_path, buyer(HALF)))

    assert shares(result) == pytest.approx((0, 0.5))
    assert capacity(result) == pytest.approx([8.75] * 8)


def test_volume_without_a_cover_of_its_own_has_that_of_merchant_cash(tmp_path: Path) -> None:
    """15 / 2.00 = 7.5, as if nobody had pledged anything."""
    case = extended(tmp_path, buyer(HALF).replace('dscr_volume     = "1.50x"\n', ""))

    assert capacity(run(case)) == pytest.approx([7.5] * 8)


def test_a_floor_is_contracted_up_to_its_level_and_the_rest_by_volume(tmp_path: Path) -> None:
    """30 of 40 USD/kg on half of the tonnes: shares 0.375 and 0.5; 15 × (0.375/1.20 + 0.125/1.50 + 0.5/2.00)."""
    result = run(extended(tmp_path, buyer(HALF, 'floor = "30 USD/kg"')))

    assert shares(result) == pytest.approx((0.375, 0.5))
    assert capacity(result) == pytest.approx([15 * (0.375 / 1.2 + 0.125 / 1.5 + 0.5 / 2.0)] * 8)


def test_a_floor_above_the_market_is_the_price_and_all_of_it_is_contracted(tmp_path: Path) -> None:
    """The buyer pays 44 on all it takes; pledged is half."""
    result = run(extended(tmp_path, buyer(HALF, 'floor = "44 USD/kg"')))

    assert shares(result) == pytest.approx((0.5, 0.5))


def test_a_deficiency_is_contracted_by_price_up_to_the_floor(tmp_path: Path) -> None:
    """Of 1,000 t a year 600 are taken and 400 paid for at 40 USD/kg; the 400 t are sold spot for 16 more.

    By volume 40 of 56 a year, three quarters of it by price.
    """
    result = run(extended(tmp_path, buyer(ALL, 'floor = "30 USD/kg"\ndemand = "60 %"')))

    assert shares(result) == pytest.approx((30 / 56, 40 / 56))


@pytest.mark.parametrize(
    ("more", "by_price", "by_volume"),
    [
        ('contracted = "price_and_volume"', 1.0, 1.0),
        ('floor = "40 USD/kg"\nceiling = "40 USD/kg"', 1.0, 1.0),
        ('floor = "20 USD/kg"', 0.5, 1.0),
        ('contracted = "volume"', 0.0, 1.0),
    ],
)
def test_a_share_of_all_that_is_made_is_as_firm_as_the_quantity_with_take_or_pay(
    more: str, by_price: float, by_volume: float, tmp_path: Path
) -> None:
    """The same deal in both forms carries the same debt."""
    share = run(extended(tmp_path, buyer('share = "100 %"', more)))
    quantity = run(extended(tmp_path, buyer(ALL, more)))

    assert shares(share) == pytest.approx((by_price, by_volume))
    assert shares(quantity) == pytest.approx((by_price, by_volume))
    assert metric(share, "debt.jbic") == pytest.approx(metric(quantity, "debt.jbic"), rel=1e-12)


def test_a_share_at_an_index_and_a_buyer_that_need_not_buy_are_merchant(tmp_path: Path) -> None:
    """15 / 2.00; where nothing is contracted there is no share to tell."""
    for text in (
        buyer('share = "100 %"'),
        buyer('quantity = "1,000 t/year"', 'buys_below = "60 USD/kg"\nfloor = "30 USD/kg"'),
    ):
        result = run(extended(tmp_path, text))

        assert "contracted_share.price" not in result.metrics
        assert capacity(result) == pytest.approx([7.5] * 8)


def test_support_that_lenders_count_is_contracted_with_the_price_up_to_its_floor(tmp_path: Path) -> None:
    """Floor 50, index 40: support of 5 on 500 t. On the pledged half 10 + 2.5 of 25 are bound: 0.5 by price.

    Cash is 20: 20 × (0.5/1.20 + 0.5/2.00) on a date.
    """
    result = run(extended(tmp_path, buyer(HALF) + STATE), {"sizing.support": "contract"})

    assert shares(result) == pytest.approx((0.5, 0.5))
    assert capacity(result) == pytest.approx([20 * (0.5 / 1.2 + 0.5 / 2.0)] * 8)


def test_support_above_the_floor_binds_the_state_up_to_it(tmp_path: Path) -> None:
    """Floor 30, index 40: nothing is paid, and 30 of the 40 on pledged tonnes are bound: 0.375 and 0.5."""
    result = run(
        extended(tmp_path, buyer(HALF) + STATE), {"sizing.support": "contract", "support.floor.floor": "30 USD/kg"}
    )

    assert shares(result) == pytest.approx((0.375, 0.5))


def test_a_floor_of_the_buyer_below_that_of_the_state_is_counted_once(tmp_path: Path) -> None:
    """The buyer is bound to 25, the state from there to 30: 30 of 40 on the pledged half, 0.375, and not 55 of 40."""
    state = STATE.replace('"50 USD/kg"', '"30 USD/kg"\nsettlement = "achieved"')
    case = extended(tmp_path, buyer(HALF, 'floor = "25 USD/kg"') + state)

    assert shares(run(case, {"sizing.support": "contract"})) == pytest.approx((0.375, 0.5))


def test_a_budget_that_is_short_binds_the_state_on_the_tonnes_that_it_covers(tmp_path: Path) -> None:
    """Half a year frees all of 2.5: the second half-year of each year has none; 5 asked for in each.

    First half: covered half of the pledged half, 5 + 1.25 of 22.5 bound by price, 10 + 1.25 by volume; second: 0 and 10
    of 20. Over eight dates (6.25 + 0)/42.5 and (11.25 + 10)/42.5.
    """
    changes = {"sizing.support": "contract", "programme.state.budget": "2.5 million USD/year"}
    result = run(extended(tmp_path, buyer(HALF) + STATE), changes)

    assert shares(result) == pytest.approx((6.25 / 42.5, 21.25 / 42.5))


def test_support_that_lenders_do_not_count_is_in_neither_share(tmp_path: Path) -> None:
    result = run(extended(tmp_path, buyer(HALF) + STATE))

    assert shares(result) == pytest.approx((0, 0.5))
    assert capacity(result) == pytest.approx([8.75] * 8)


def test_shares_are_those_of_the_case_that_debt_was_sized_on(tmp_path: Path) -> None:
    """A price of 60 under a scenario moves the share of the floor from 30/40 to 30/60 only where debt is re-sized."""
    case = extended(tmp_path, buyer(ALL, 'floor = "30 USD/kg"'))
    (case / "scenarios.toml").write_text(
        '[dear]\nlabel = "Dear"\n[dear.set]\n"price.oxide.deck" = "60 USD/kg"\n', encoding="utf-8"
    )
    dear = fm.load(case, "dear")

    assert metric(fm.run(dear), "contracted_share.price") == pytest.approx(0.75)
    assert metric(fm.run(dear, resize=True), "contracted_share.price") == pytest.approx(0.5)
    assert pure(fm.run(dear), "sizing.contracted_share")[2] == pytest.approx(0.5)


def test_the_flagship_pledges_volume_and_no_price_so_its_debt_is_499(tmp_path: Path) -> None:
    """Cover of 1.45x throughout, by volume 82 to 92 % of revenue; metal is taxed on its transfer price."""
    result = run(FLAGSHIP)

    assert metric(result, "debt.jbic") + metric(result, "debt.co_lenders") == pytest.approx(498.48e6, rel=1e-4)
    assert metric(result, "contracted_share.price") == 0
    assert 0.82 < metric(result, "contracted_share.volume") < 0.92
