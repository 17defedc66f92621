"""A used key moves the line that reads it in some world; one that does not stands here with its reason."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from finmodel.deal.read import Case, read_case
from tests.deal.fin import TINY
from tests.keys.defaults import FOLDERS, ROOT
from tests.keys.moves import dormant
from tests.keys.test_defaults import named

DORMANT = {
    "completion.cost": "no world of the case is late",
    "completion.damages": "no world of the case is late",
    "completion.damages_cap": "no world of the case is late",
    "completion.long_stop": "no world of the case is late",
    "credit_line.*.keep": "cash never falls to what is kept, or the line is drawn for another reason",
    "entity.*.loss_limit": "no loss is carried forward",
    "facility.*.default_margin": "nothing is paid late",
    "facility.*.hedged": "the swap pays what the curve pays in every world",
    "node.*.buys.*.floor": "nothing is paid for the feed, or its index stays above any floor that 1 % more makes",
    "node.*.recovery": "nothing is paid for the feed, and none of it is another node's",
    "offtake.*.carry_forward": "nobody takes more than the contract quantity",
    "offtake.*.default_date": "the buyer defaults after the contract, in no world earlier",
    "offtake.*.default_loss": "the buyer defaults after the contract, in no world earlier",
    "offtake.*.floor": "the index stays above the floor",
    "offtake.*.max_take": "nobody nominates more than the contract quantity",
    "offtake.*.resale_credit": "no deficiency is paid",
    "offtake.*.shortfall_damages": "the seller is never short",
    "offtake.*.untaken_stock": "nothing stays with the seller",
    "funding.overrun_debt": "no cost is above its budget",
    "funding.standby_equity": "no cost is above its budget",
    "returns.guess": "the flows have one rate of return: a guess chooses among several",
    "sizing.dscr_contracted": "no price is firm on the sizing case, so no cash is contracted",
    "sizing.tail": "contracts outlive senior debt by far more",
}
FAST = [TINY, ROOT / "cases" / "lynas_jare"]
SLOW = [pytest.param(folder, marks=pytest.mark.full) for folder in FOLDERS if folder not in FAST]


def every_used_key_moves_its_reader(case: Case) -> None:
    """In the base case, the lenders' case, a scenario or one of 64 paths; at 1 % more or at a bound."""
    found = dormant(case)

    assert [key for key in sorted(found) if not any(fnmatchcase(key, shape) for shape in DORMANT)] == []


@pytest.mark.parametrize("folder", [*FAST, *SLOW], ids=named)
def test_a_used_key_moves_the_line_that_reads_it_or_is_known_to_be_dormant(folder: Path) -> None:
    every_used_key_moves_its_reader(read_case(folder))
