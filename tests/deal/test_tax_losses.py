"""Tax losses: use limit, expiry by age, and two vintages worked by hand."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest

from finmodel.deal.tax import losses
from finmodel.deal.tax.terms import Entity
from finmodel.kernel.units import unit
from tests.deal.tax_helpers import Deal, deal, draws, entity, evaluate, on_paths

JAPAN = entity(limit=0.5, loss_years=10)
AUSTRALIA = entity("June")


def declare(deal: Deal, terms: Entity, income: Sequence[float]) -> None:
    """The loss account of an entity whose income of the year to date is given."""
    section = deal.model.section("tax.jp", unit("USD"), "Japan")
    assessed = deal.clock.year_end(terms.tax_year_end)
    losses.build(section, terms, deal.flow("income", income), assessed, deal.clock)


def rows(deal: Deal, *names: str) -> list[list[float]]:
    """Rows of the loss account."""
    values = evaluate(deal.model)
    return [values[f"tax.jp.losses.{name}"] for name in names]


def test_japan_uses_losses_up_to_half_of_income_and_drops_what_is_ten_years_old() -> None:
    """Year 0 loses 100, year 1 loses 60. Income 80 and 40 in years 2 and 3: 40 + 20 used, oldest first: 40 + 60 left.
    Year 10 earns 20: 10 used first, of year 0, whose last 40 − 10 = 30 then expire. Year 11: the 60 of year 1 expire.
    """
    years = deal("year", (0, 13, 1))
    declare(years, JAPAN, [-100, -60, 80, 40, 0, 0, 0, 0, 0, 0, 20])
    used, expired, closing = rows(years, "used", "expired", "closing")

    assert used == pytest.approx([0, 0, 40, 20, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0])
    assert expired == pytest.approx([0] * 10 + [30, 60, 0, 0])
    assert closing == pytest.approx([100, 160, 120] + [100] * 7 + [60, 0, 0, 0])


def test_use_after_the_oldest_loss_is_gone_falls_on_the_next() -> None:
    """100 of year 0 all used by year 2 (income 240: 120 used, 20 of them of year 1); in year 11 only 60 − 20 expire."""
    years = deal("year", (0, 13, 1))
    declare(years, JAPAN, [-100, -60, 240])
    used, expired = rows(years, "used", "expired")

    assert used[2] == pytest.approx(120)
    assert expired == pytest.approx([0] * 11 + [40, 0, 0])


def test_a_younger_loss_waits_for_its_own_tenth_year() -> None:
    """The 100 of year 0 expire in year 10, the 60 of year 5 only in year 15."""
    years = deal("year", (0, 16, 1))
    declare(years, JAPAN, [-100, 0, 0, 0, 0, -60])
    expired, closing = rows(years, "expired", "closing")

    assert [(year, amount) for year, amount in enumerate(expired) if amount] == [(10, 100), (15, 60)]
    assert closing[9:] == [160] + [60] * 5 + [0, 0]


def test_australian_losses_never_expire() -> None:
    """100 of year 0 still stand when year 12 earns 130; all are used."""
    years = deal("year", (0, 13, 1), year_end=6, close=date(2027, 7, 1))
    declare(years, AUSTRALIA, [-100] + [0] * 11 + [130])
    used, closing = rows(years, "used", "closing")

    assert closing[:13] == [100] * 12 + [0]
    assert used[12] == 100


def test_losses_are_neither_negative_nor_lost_on_the_way() -> None:
    """Created = used + expired + left, on random income, with expiry."""
    years = deal("year", (0, 40, 1))
    declare(years, JAPAN, years.zeros)
    values = on_paths(years.model, {"income.input": draws(years, -100, 100)})
    names = ("created", "used", "expired", "closing")
    created, used, expired, closing = (values[f"tax.jp.losses.{name}"] for name in names)

    assert closing.min() > -1e-9
    assert min(used.min(), expired.min(), created.min()) >= 0
    assert created.sum(axis=0) == pytest.approx((used + expired).sum(axis=0) + closing[-1])
    assert np.all(expired[:10] == 0)
