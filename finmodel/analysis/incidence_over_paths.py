"""Where support ends over many worlds: the case's own price risk, with support and without, debt held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from finmodel.deal.support.public_bodies import government_terms
from finmodel.kernel.errors import UsageError, want
from finmodel.kernel.evaluate import evaluate
from finmodel.public_money.incidence import Deal
from finmodel.public_money.incidence_means import Mean, over_worlds
from finmodel.risk.draws.setup import market_of
from finmodel.risk.draws.streams import BLOCK, Stream, check_seed
from finmodel.run.build import build
from finmodel.run.results import Results

MOST_BLOCKS = 1_000


def incidence_over_paths(result: Results, paths: int = 4_096, seed: int = 1) -> Mean:
    """The incidence of a run's support over the worlds that its [risk] table draws; three times the cost of a run each.

    Args:
        paths: Rounded up to whole blocks of 1,024.
        seed: Seed of the draws.

    Raises:
        UsageError: The case has no support, no [risk] table, or too many paths are asked for.
    """
    want(result, Results, "the incidence is of a run, fm.run(case)")
    case, blocks = result.case, -(-paths // BLOCK)
    if not case.tables.support:
        raise UsageError("the case has no price support, so there is no account of where it ends")
    if not 1 <= blocks <= MOST_BLOCKS:
        raise UsageError(f"{paths:,} paths: write 1 to {MOST_BLOCKS * BLOCK:,}")
    market = market_of(case)
    wide = build(case.widened(id for id in market.inputs if _by_period(market.base, id)))
    tables = wide.case.tables
    found = {**wide.inputs(wide.case), **{item.value.id: result.given[item.value.id] for item in wide.model.solved}}
    values = evaluate(wide.model, wide.plan, found)
    deal = Deal(wide.model, values, found, tables)
    return over_worlds(deal, government_terms(tables).rate.number, _draws(market, blocks, check_seed(seed)))


def _by_period(base: Mapping[str, Any], id: str) -> bool:
    """Whether an input is drawn by period, rather than once a path."""
    return not isinstance(base.get(id, ()), float)


def _draws(market: Any, blocks: int, seed: int) -> Iterator[Mapping[str, Any]]:
    for block in range(blocks):
        yield market.draw(Stream(seed, block, False), None)[0]
