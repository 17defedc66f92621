"""Random deals as they were once drawn keep their results, to 1e-9."""

from __future__ import annotations

import pytest

from tests.random_deals.frozen_deals import kept, moved, names


@pytest.mark.parametrize("name", names())
def test_a_deal_as_once_drawn_keeps_its_results(name: str) -> None:
    """One that is meant to move is renewed, and what moved is said: `python -m tests.random_deals.frozen_deals`."""
    assert moved(name, kept()[name]) == []


def test_a_result_that_moves_by_a_billionth_and_more_is_seen() -> None:
    name = names()[0]
    before = dict(kept()[name])
    before["equity_irr"] = (before["equity_irr"] or 0.0) + 1e-8

    assert [row.split(":")[0] for row in moved(name, before)] == ["equity_irr"]
