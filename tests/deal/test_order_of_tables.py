"""The order of facilities, covers, classes of owners and costs changes no line, in a deal with two selling companies.

The flagship sells oxide of its Australian and metal of its Japanese company to one buyer. Beside its three facilities,
two of one rank, it gets a second cover, on the public lender, and classes that pay in by turns. Ranks and turns are
keys, not an order of tables.
"""

from __future__ import annotations

import numpy as np
import pytest

import finmodel as fm
from finmodel.deal.read import Case, read_case
from finmodel.run.results import Results
from tests.deal.fin import FLAGSHIP, extended
from tests.keys.orders import reordered
from tests.random_deals.random_deals import draw

TABLES = ("facility", "cover", "equity", "cost")
MORE = """
[cover.second]
label      = "Second cover"
facilities = ["jbic", "co_lenders"]
share      = "50 %"
premium    = "0.4 % p.a."
[cover.third]
label      = "Third cover"
facilities = ["mezzanine"]
share      = "30 %"
premium    = "1 % p.a."
[equity.trading]
contributes = "first"
[equity.local]
contributes = "last"
[reserve.dsra]
months = "6 months"
"""
NEAR = 1e-12
SELLERS = (9, 11, 12, 17, 18, 21)
"""Random deals of two companies with several facilities, classes or costs, which find their debt."""


def off(one: Results, other: Results) -> dict[str, float]:
    """Lines that differ by more than 1e-12 of the largest number in their unit: a sum in another order does not."""
    assert set(one.values) == set(other.values)
    found, largest = {}, {}
    rows = {id: np.nan_to_num(np.atleast_1d(np.asarray(one.values[id], dtype=float))) for id in one.values}
    for id, row in rows.items():
        unit = str(one.model.lines[id].unit)
        largest[unit] = max(largest.get(unit, 0.0), float(np.max(np.abs(row))))
    for id, row in rows.items():
        apart = np.max(np.abs(row - np.nan_to_num(np.asarray(other.values[id], dtype=float))))
        if apart > NEAR * largest[str(one.model.lines[id].unit)]:
            found[id] = float(apart)
    return found


def orders(case: Case, table: str, times: int) -> list[Case]:
    """The case with a table turned around, and in random orders."""
    draws = np.random.default_rng(TABLES.index(table))
    mixed = [
        reordered(case, lambda names: [names[at] for at in draws.permutation(len(names))], only=table)
        for _ in range(times)
    ]
    return [reordered(case, only=table), *mixed]


@pytest.fixture(scope="module")
def deal(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return read_case(extended(tmp_path_factory.mktemp("order"), MORE, FLAGSHIP))


@pytest.fixture(scope="module")
def before(deal: Case) -> Results:
    return fm.run(deal)


@pytest.mark.parametrize("table", TABLES)
def test_no_order_of_a_table_changes_a_line_of_a_deal_with_two_sellers(table: str, deal: Case, before: Results) -> None:
    """The debt is sized anew in each order; still all lines agree to 1e-12."""
    assert len(getattr(deal.tables, table)) > 1
    for other in orders(deal, table, 2):
        assert off(before, fm.run(other)) == {}


def test_facilities_of_a_cover_may_be_named_in_any_order(deal: Case, before: Results) -> None:
    turned = reordered(deal, only="facilities")

    assert list(turned.tables.cover["second"].facilities) == ["co_lenders", "jbic"]
    assert off(before, fm.run(turned)) == {}


@pytest.mark.parametrize("seed", SELLERS)
def test_no_order_of_a_table_changes_a_line_of_a_random_deal_with_two_sellers(seed: int) -> None:
    case = draw(seed).case
    assert len(case.tables.entity) > 1
    first = fm.run(case)
    for table in TABLES:
        if len(getattr(case.tables, table)) > 1:
            assert off(first, fm.run(reordered(case, only=table))) == {}, table
