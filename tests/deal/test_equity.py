"""Tiers of equity by hand (F30): 100 paid in at the end of 2027, and distributions of four years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from finmodel.deal.owners import equity
from finmodel.deal.owners.terms import EquityClass
from tests.deal.fin import FLAGSHIP, metric, row, run
from tests.deal.tax_helpers import deal, evaluate, given

LEAP = 366 / 365
"""2028 in years of 365 days: a hurdle grows by days."""

Rows = dict[str, NDArray[np.float64]]


def owner(
    name: str, share: float, *, hurdle: float = 0.0, cap: float | None = None, subordinated: bool = False
) -> EquityClass:
    """Terms of a class."""
    return EquityClass.model_construct(
        label=name.capitalize(),
        holder=name,
        share=given(f"equity.{name}.share", share),
        subordinated=subordinated,
        hurdle=given(f"equity.{name}.hurdle", hurdle, "1/year"),
        cap=None if cap is None else given(f"equity.{name}.cap", cap, "1/year"),
    )


def received(distributed: Sequence[float], classes: Mapping[str, EquityClass], paid: Sequence[float] = (100,)) -> Rows:
    """What each class receives in 2027 to 2031 of distributions from 2028."""
    small = deal("year", (1, 4, 0), close=date(2027, 1, 1), year_end=12)
    flows = small.flow("paid", paid), small.flow("distributed", [0, *distributed])
    owners = equity.build(small.context, classes, *flows)
    values = evaluate(small.model)
    return {one.id: np.array(values[one.received.id]) for one in owners}


def tiers(distributed: Sequence[float], **terms: float) -> Rows:
    """60 % ordinary with a hurdle of 10 %, 40 % subordinated with one of 5 %."""
    ordinary = owner("ordinary", 0.6, hurdle=0.10)
    public = owner("public", 0.4, hurdle=0.05, subordinated=True, **terms)
    return received(distributed, {"ordinary": ordinary, "public": public})


def test_the_first_tier_receives_all_until_its_hurdle_is_reached() -> None:
    """Owed 60 x 1.10^(366/365) = 66.0172 at the end of 2028: 50 go to it alone."""
    rows = tiers([50])

    assert rows["ordinary"] == pytest.approx([0, 50, 0, 0, 0])
    assert rows["public"] == pytest.approx([0] * 5)


def test_what_is_still_owed_grows_at_the_hurdle_rate() -> None:
    """(66.0172 - 50) x 1.10 = 17.6190 of the 40 of 2029; the second tier receives the rest."""
    rows = tiers([50, 40])
    owed = (60 * 1.10**LEAP - 50) * 1.10

    assert owed == pytest.approx(17.6190, abs=1e-4)
    assert rows["ordinary"][2] == pytest.approx(owed)
    assert rows["public"][2] == pytest.approx(40 - owed)


def test_the_second_tier_receives_all_until_its_own_hurdle_and_then_shares_decide() -> None:
    """2030: first what the subordinated class is owed at 5 %, then 60 : 40."""
    rows = tiers([50, 40, 60])
    first = (60 * 1.10**LEAP - 50) * 1.10
    owed = (40 * 1.05 ** (LEAP + 1) - (40 - first)) * 1.05

    assert rows["public"][3] == pytest.approx(owed + 0.4 * (60 - owed))
    assert rows["ordinary"][3] == pytest.approx(0.6 * (60 - owed))


def test_what_is_received_above_the_hurdle_is_not_owed_back() -> None:
    """After 2030 both hurdle accounts are at 0 and stay there: 2031 is shared 60 : 40."""
    rows = tiers([50, 40, 60, 10])

    assert rows["ordinary"][4] == pytest.approx(6)
    assert rows["public"][4] == pytest.approx(4)


def test_money_paid_in_later_is_owed_too() -> None:
    """50 more in 2028, of which 30 are the ordinary class's: 66.0172 + 30 are owed at its end."""
    classes = {"ordinary": owner("ordinary", 0.6, hurdle=0.10), "public": owner("public", 0.4, subordinated=True)}
    rows = received([100], classes, (100, 50))

    assert rows["ordinary"][1] == pytest.approx(60 * 1.10**LEAP + 30)


def test_the_subordinated_class_bears_a_loss_first() -> None:
    """70 come back of 100: 66.0172 of them to the first tier, which is whole."""
    rows = tiers([70])

    assert rows["ordinary"].sum() == pytest.approx(60 * 1.10**LEAP)
    assert rows["public"].sum() == pytest.approx(70 - 60 * 1.10**LEAP)


def test_classes_of_a_tier_with_one_hurdle_share_it_by_their_shares() -> None:
    """35 : 50 of the first 17."""
    classes = {
        "public": owner("public", 0.15, hurdle=0.03, subordinated=True),
        "trading": owner("trading", 0.35, hurdle=0.08),
        "local": owner("local", 0.50, hurdle=0.08),
    }
    rows = received([17], classes)

    assert rows["trading"][1] == pytest.approx(7)
    assert rows["local"][1] == pytest.approx(10)


def test_a_capped_class_stops_at_its_cap_and_the_others_receive_the_rest() -> None:
    """Cap 6 %: 40 x 1.06^(366/365) in 2028, of which the hurdle of 5 % is the first part; then no more."""
    rows = tiers([500, 100], cap=0.06)
    most = 40 * 1.06**LEAP

    assert rows["public"] == pytest.approx([0, most, 0, 0, 0])
    assert rows["ordinary"][1:3] == pytest.approx([500 - most, 100])


def test_room_below_a_cap_grows_until_it_is_used() -> None:
    """In 2028 the class receives what 70 leaves of the first tier; the rest of its room grows by 6 % to 2029."""
    rows = tiers([70, 300], cap=0.06)
    first = 70 - 60 * 1.10**LEAP

    assert rows["public"][2] == pytest.approx((40 * 1.06**LEAP - first) * 1.06)


def test_a_class_at_its_cap_earns_the_cap() -> None:
    """15 % with a hurdle of 3 % and a cap of 7 %: 40 received in 2028 to 2031 whatever else is distributed."""
    classes = {
        "public": owner("public", 0.15, hurdle=0.03, cap=0.07, subordinated=True),
        "local": owner("local", 0.85, hurdle=0.08),
    }
    rows = received([30, 40, 200, 400], classes)
    years = np.cumsum([0, LEAP, 1, 1, 1])

    assert np.sum(rows["public"] * 1.07**-years) == pytest.approx(15)


def test_one_class_receives_everything() -> None:
    rows = received([10, 20, 30], {"sponsor": owner("sponsor", 1.0, hurdle=0.08)})

    assert rows["sponsor"] == pytest.approx([0, 10, 20, 30, 0])


def test_the_classes_of_the_flagship_receive_what_is_distributed_and_the_last_tier_earns_least() -> None:
    result = run(FLAGSHIP)
    names = ("jogmec", "trading", "local")
    whole = sum((row(result, f"equity.{name}.received") for name in names), np.zeros(96))

    assert whole == pytest.approx(row(result, "waterfall.distributions"), abs=1e-6)
    assert metric(result, "equity_irr.jogmec") < metric(result, "equity_irr.local")
    assert metric(result, "equity_irr.trading") == pytest.approx(metric(result, "equity_irr.local"), rel=1e-9)
