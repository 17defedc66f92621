"""Interest limited to a share of tax EBITDA: the limit, the carry of what is denied, its expiry, worked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from finmodel.deal.tax import interest as tax_interest
from finmodel.deal.tax.terms import Entity
from finmodel.kernel.units import unit
from tests.deal.tax_helpers import Deal, deal, draws, entity, evaluate, given, on_paths


def limited(share: float = 0.3, years: int | None = None, minimum: float | None = None) -> Entity:
    """A taxpayer whose net interest is limited."""
    return entity("March").model_copy(
        update={
            "interest_limit": given("entity.x.interest_limit", share),
            "interest_years": None if years is None else given("entity.x.interest_years", years, "year"),
            "interest_minimum": None if minimum is None else given("entity.x.interest_minimum", minimum, "USD/year"),
        }
    )


def declare(small: Deal, terms: Entity, income: Sequence[float], interest: Sequence[float]) -> None:
    """The deduction of years whose totals to date are given."""
    section = small.model.section("tax.x", unit("USD"), "Taxpayer")
    earned, paid = small.flow("income", income), small.flow("interest", interest)
    assessed = small.clock.year_end(terms.tax_year_end)
    section.line("deducted", "Deducted", tax_interest.build(section, terms, earned, paid, assessed, small.clock))


def rows(terms: Entity, income: Sequence[float], interest: Sequence[float]) -> dict[str, Any]:
    """All lines of a yearly deal, by the last part of their ids."""
    small = deal("year", (0, len(income), 1))
    declare(small, terms, income, interest)
    return {id.removeprefix("tax.x."): row for id, row in evaluate(small.model).items()}


def test_interest_beyond_the_limit_is_denied_and_deducted_when_there_is_room() -> None:
    """30 % of 100 = 30 of 50: 20 denied. Next year 30 % of 200 = 60: 40, and the 20 of before."""
    row = rows(limited(), [100, 200, 200], [50, 40, 40])

    assert row["deducted"][:3] == pytest.approx([30, 60, 40])
    assert row["denied_interest.closing"][:3] == pytest.approx([20, 0, 0])


def test_without_income_no_interest_is_deducted() -> None:
    row = rows(limited(), [-100, 100], [50, 10])

    assert row["deducted"][:2] == pytest.approx([0, 30])
    assert row["denied_interest.closing"][:2] == pytest.approx([50, 30])


def test_denied_interest_expires_oldest_first_after_its_years() -> None:
    """Denied 20 in year 0 and 10 in year 1, carried two years; year 2 has room for 5: 15 of year 0 expire then."""
    row = rows(limited(years=2), [100, 100, 100, 0], [50, 40, 25, 0])

    assert row["denied_interest.expired"] == pytest.approx([0, 0, 15, 10, 0])
    assert row["denied_interest.closing"] == pytest.approx([20, 30, 10, 0, 0])


def test_interest_up_to_the_minimum_is_not_limited() -> None:
    """50 a year is free: 50 is deducted whole, 60 is limited to 30 % of 100."""
    row = rows(limited(minimum=50), [100, 100], [50, 60])

    assert row["deducted"][:2] == pytest.approx([50, 30])


def test_more_interest_earned_than_paid_is_taxed_whole() -> None:
    assert rows(limited(), [100], [-10])["deducted"][0] == pytest.approx(-10)


def test_without_a_limit_all_interest_is_deducted() -> None:
    small = deal("year", (0, 2, 1))
    declare(small, entity("March"), [10, 10], [50, 40])

    assert evaluate(small.model)["tax.x.deducted"][:2] == pytest.approx([50, 40])


@pytest.mark.parametrize("years", [None, 3])
def test_on_random_income_nothing_is_lost_but_what_expires(years: int | None) -> None:
    """Σ interest = Σ deducted + expired + still carried; nothing carried is negative."""
    small = deal("year", (0, 12, 1))
    declare(small, limited(years=years), small.zeros, small.zeros)
    worlds = {"income.input": draws(small, -100, 200), "interest.input": draws(small, 0, 60, seed=2)}
    values = on_paths(small.model, worlds)
    expired = values.get("tax.x.denied_interest.expired", np.zeros((1, 200)))
    left = values["tax.x.denied_interest.closing"]

    spent = values["tax.x.deducted"][:-1].sum(axis=0) + expired[:-1].sum(axis=0) + left[-2]
    assert spent == pytest.approx(worlds["interest.input"][:-1].sum(axis=0))
    assert left.min() > -1e-9


def test_by_the_third_party_test_all_interest_is_deducted() -> None:
    """30 % of 100 would be 30 of 50."""
    row = rows(limited().model_copy(update={"interest_test": "third_party"}), [100, 200], [50, 40])

    assert row["deducted"][:2] == pytest.approx([50, 40])
    assert "denied_interest.closing" not in row
