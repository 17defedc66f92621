"""A contract for more than the plants make is told: by `check` before a run, by an alert in it."""

from __future__ import annotations

from pathlib import Path

import pytest

import finmodel as fm
from finmodel.deal.sales.oversold import oversold
from finmodel.present.listings import check_text
from finmodel.run.build import build
from tests.deal.ops import METAL, SPAR, read
from tests.deal.test_take_or_pay import BUYER

ROOT = Path(__file__).parents[2]


def sold(folder: Path, quantity: str, products: str = '"ore"', more: str = "") -> fm.Case:
    """The mine of 100 t a year, and a contract on so much of some products."""
    text = BUYER.replace('"100 t/year"', f'"{quantity}"').replace('["ore"]', f"[{products}]")
    return read(folder, text + more)


def test_contract_for_more_than_the_mine_makes_is_told(tmp_path: Path) -> None:
    """60,000 t from a mine of 24,000 t: 1.5 times too much."""
    case = sold(tmp_path, "60,000 t/year", more='[node.mine]\nnameplate = "24,000 t/year"\n')

    told = check_text(case, build(case).model)
    assert (
        "Contracts for more than the plants make (1):\n  offtake.buyer  60,000 t/year, capacity 24,000 t/year\n" in told
    )
    alert = {check.id: check for check in fm.run(case).checks}["checks.within_capacity"]
    assert (alert.passed, alert.kind) == (False, "alert")
    assert alert.worst == pytest.approx(1.5)


def test_contract_for_all_that_the_mine_makes_is_not_told(tmp_path: Path) -> None:
    case = sold(tmp_path, "100 t/year")

    assert list(oversold(case.tables)) == []
    assert {check.id: check.passed for check in fm.run(case).checks}["checks.within_capacity"]


@pytest.mark.parametrize(
    ("products", "capacity"),
    [('"ore", "metal"', 100), ('"metal"', 50 * 1.1765 / 0.95), ('"ore", "spar"', 102.5), ('"spar"', 2.5)],
)
def test_capacity_counts_what_is_contained_once(tmp_path: Path, products: str, capacity: float) -> None:
    """Metal is made of ore: with ore it adds nothing, alone it is 50 t × 1.238421; a by-product is 2.5 % of the ore."""
    case = sold(tmp_path, "1,000 t/year", products, METAL + SPAR)

    found = list(oversold(case.tables))
    assert [one.capacity for one in found] == [pytest.approx(capacity)]
    alert = {check.id: check for check in fm.run(case).checks}["checks.within_capacity"]
    assert alert.worst == pytest.approx(1000 / capacity - 1)


@pytest.mark.parametrize("folder", sorted((ROOT / "cases").iterdir()), ids=lambda folder: folder.name)
def test_no_case_of_the_repository_sells_more_than_it_makes(folder: Path) -> None:
    assert list(oversold(fm.load(folder).tables)) == []
