"""Deals for tests of the account: a mine with a floor and no debt, and the flagship in its scenarios."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from finmodel.run.results import Results
from finmodel.run.run import load, run
from tests.deal.ops import read, share
from tests.deal.test_support import floor, fund
from tests.flagship.deal import CASES


def mine(folder: Path, more: str = "", keys: str = "") -> Results:
    """The mine with a floor of 15 USD/kg on 100 t a year at 10 USD/kg: 500,000 USD in each of four years."""
    case = read(folder, share() + fund() + floor(more=keys) + more)
    return run(case)


@cache
def flagship(scenario: str) -> Results:
    """The flagship in a scenario, run once a process."""
    return run(load(CASES / "australia_japan", scenario))
