"""Random deals: whatever is drawn, the deal runs, its checks hold, and its faces agree; and every key is drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest

import finmodel as fm
from finmodel.case.describe import find, keys
from finmodel.deal.schema import CaseTables
from finmodel.kernel.errors import SolveError
from tests.random_deals.random_deals import Tree, draw

FEW, MANY = range(12), range(1000, 1300)
NEVER = {  # keys that are not drawn, and why
    "risk.*.history": "needs a price history beside the case (tests/risk has some)",
    "risk.*.block": "is of a process that draws from a price history",
    "risk.fx.<name>.start": "an exchange rate has no price per kg",
    "risk.fx.<name>.level": "an exchange rate has no price per kg",
    "risk.fx.<name>.drift": "an exchange rate keeps its own mean",
    "risk.basis.<name>.start": "a basis is a multiple",
    "risk.basis.<name>.level": "a basis is a multiple",
    "risk.basis.<name>.drift": "a basis keeps its own mean",
}


def typed(tree: Tree, path: tuple[str, ...] = ()) -> Iterator[str]:
    """The keys of a tree as the schema names them, and each choice as key = choice."""
    for part, value in tree.items():
        found = find(CaseTables, (*path, part))
        if found is None:
            continue
        key = ".".join("<name>" if at in found.names else name for at, name in enumerate((*path, part)))
        yield key
        if found.slot.choices:
            yield f"{key} = {value}"
        if isinstance(value, dict):
            yield from typed(value, (*path, part))


@pytest.mark.parametrize("seed", FEW)
def test_a_random_deal_runs_and_every_check_of_class_error_holds(seed: int) -> None:
    assert run(seed) in ("ran", "no debt")


def run(seed: int) -> str:
    """What comes of a deal; one without cash has no debt that could be sized, and says so.

    A fee that is due while anything is owed is a jump: where the debt hangs on it, no debt agrees with itself, and the
    deal says what was tried.
    """
    deal = draw(seed)
    try:
        result = fm.run(deal.case)
    except SolveError as error:
        if "does not settle" in str(error):
            return "unsettled"
        assert "no debt can be sized" in str(error) or "cannot be met" in str(error), f"seed {seed}: {error}"
        return "no debt"
    failed = [check.id for check in result.checks if check.kind == "error" and not check.passed]
    assert failed == [], f"seed {seed}"
    return "ran"


def test_a_deal_of_a_seed_is_always_the_same() -> None:
    assert draw(3).tree == draw(3).tree
    assert draw(3).case.sha256 == draw(3).case.sha256


@pytest.mark.full
def test_300_random_deals_run_and_few_of_them_find_no_debt() -> None:
    outcomes = Counter(run(seed) for seed in MANY)

    assert outcomes["ran"] >= 0.85 * len(MANY)
    assert outcomes["unsettled"] <= 0.01 * len(MANY)


@pytest.mark.full
def test_every_key_and_every_choice_of_the_schema_is_drawn() -> None:
    drawn = {key for seed in range(2000, 2600) for key in typed(draw(seed).tree)}
    wanted = {info.key for info in keys(CaseTables)}

    missing = sorted(wanted - drawn)

    assert [key for key in missing if not any(fnmatchcase(key, pattern) for pattern in NEVER)] == []


def test_keys_that_are_never_drawn_are_keys_of_the_schema() -> None:
    wanted = [info.key for info in keys(CaseTables)]

    assert [pattern for pattern in NEVER if not any(fnmatchcase(key, pattern) for key in wanted)] == []
