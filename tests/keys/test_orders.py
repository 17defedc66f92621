"""The order of lists and tables that mean a set changes nothing: the first named is paid and taxed as the last."""

from __future__ import annotations

from pathlib import Path

import pytest

from finmodel.deal.read import Case, read_case
from finmodel.run.build import build
from finmodel.run.run import run
from tests.deal.fin import FLAGSHIP, TINY
from tests.keys.defaults import FOLDERS
from tests.keys.orders import different, reordered
from tests.keys.test_defaults import named

SLOW = [pytest.param(folder, marks=pytest.mark.full) for folder in FOLDERS if folder not in (FLAGSHIP, TINY)]


def order_changes_nothing(case: Case) -> None:
    """Every table by name and every list that means a set, turned around: the same lines with the same numbers."""
    assert different(run(case), run(reordered(case))) == []


@pytest.mark.parametrize("folder", [FLAGSHIP, TINY, *SLOW], ids=named)
def test_the_order_of_tables_and_of_lists_that_mean_a_set_changes_nothing(folder: Path) -> None:
    order_changes_nothing(read_case(folder))


def test_the_sellers_of_a_contract_may_be_named_in_any_order() -> None:
    """The flagship's oxide and metal are of two companies in two tax countries."""
    case = read_case(FLAGSHIP)
    turned = reordered(case, only="products")
    names = [list(one.tables.offtake["oem"].products) for one in (case, turned)]

    assert list(build(reordered(case)).model.lines) != list(build(case).model.lines)
    assert names[0] == list(reversed(names[1]))
    assert different(run(case), run(turned)) == []
