"""From what is kept of each path to what is said of all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from finmodel.kernel.units import CURRENCIES
from finmodel.risk.checkpoint import Store
from finmodel.risk.keep import EVER, Figure
from finmodel.risk.simulated import Chance, RunFacts, Spread, Summary, side
from finmodel.risk.statistics import Tail, chance, shares, spread

DUST = 0.005  # of any currency: what adding leaves behind of nothing


class Heads(NamedTuple):
    """Name, hash, scenario and currency of a case."""

    name: str
    hash: str
    scenario: str | None
    currency: str


class _Chances(NamedTuple):
    """Probabilities by flag: ever, by date, and by fiscal year."""

    ever: dict[str, Chance]
    dates: dict[str, dict[str, Chance]]
    years: dict[str, dict[str, Chance]]


@dataclass(frozen=True)
class Told:
    """What a store does not know of its run.

    Args:
        heads: What case it is.
        base: Result → value of the case as it stands.
        units: Result or row → unit.
        reasons: Result → the reasons of its status.
        labels: Name → words.
    """

    heads: Heads
    base: Mapping[str, float | None]
    units: Mapping[str, str]
    reasons: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, str]


def summarise(store: Store, run: RunFacts, told: Told) -> Summary:
    """Statistics of a run whose parts are all there."""
    keep, sampling = store.job.keep, run.sampling
    names = () if store.job.market.chain is None else store.job.market.chain.names
    paths = store.labels()
    picked = {name: np.flatnonzero(paths == number) for number, name in enumerate(names)}
    metrics: dict[str, Spread] = {}
    by_regime: dict[str, dict[str, Spread]] = {name: {} for name in names if picked[name].size}
    for figure in keep.figures:
        values = store.column(figure.name)
        states = store.column(f"{figure.name}:status") if figure.status else None
        metrics[figure.name] = _spread(figure, values, states, run, told, sampling)
        for name, part in by_regime.items():
            at = picked[name]
            some = None if states is None else states[at]
            part[figure.name] = _spread(figure, values[at], some, run, told, "part")
    chances, by_date, by_year = _flags(store, sampling)
    return Summary(
        *told.heads,
        run=run,
        base={name: told.base.get(name) for name in metrics},
        units=told.units,
        metrics=metrics,
        by_year=_by_year(store, run, told.units),
        chances=chances,
        by_date=by_date,
        chances_by_year=by_year,
        regimes={name: part.size / paths.size for name, part in picked.items()},
        by_regime=by_regime,
        labels=told.labels,
    )


def _spread(
    figure: Figure,
    values: NDArray[np.float64],
    states: NDArray[np.float64] | None,
    run: RunFacts,
    told: Told,
    sampling: str,
) -> Spread:
    why = None if states is None else shares(states, told.reasons[figure.name], np.isnan(values))
    return spread(values, sampling, why, Tail(run.tail, side(figure.name)))


def _by_year(store: Store, run: RunFacts, units: Mapping[str, str]) -> dict[str, dict[str, Spread]]:
    """Each yearly row, without the years in which nothing happens on any path."""
    found: dict[str, dict[str, Spread]] = {}
    for row in store.job.keep.yearly:
        spans = {}
        for span in store.job.keep.spans(row):
            values = store.column(f"{row.name}:{span}")
            if np.any(np.abs(values) > (DUST if units.get(row.name) in CURRENCIES else 0)):
                spans[span] = spread(values, run.sampling, None, Tail(run.tail, side(row.name)))
        found[row.name] = spans
    return found


def _flags(store: Store, sampling: str) -> _Chances:
    """Probabilities: ever, by date, and by fiscal year."""
    keep = store.job.keep
    ever: dict[str, Chance] = {}
    dates: dict[str, dict[str, Chance]] = {}
    years: dict[str, dict[str, Chance]] = {}
    for flag in keep.flags:
        if not flag.periods:
            ever[flag.name] = chance(store.column(f"{flag.name}:{EVER}") != 0, sampling)
            continue
        any_date = np.zeros(store.job.paths, dtype=bool)
        of_year = {year: np.zeros(store.job.paths, dtype=bool) for year in keep.years}
        dates[flag.name] = {}
        for t in flag.periods:
            happened = store.column(f"{flag.name}:{keep.labels[t]}") != 0
            if happened.any():
                dates[flag.name][keep.labels[t]] = chance(happened, sampling)
            any_date |= happened
            year = next(name for name, (a, b) in keep.years.items() if a <= t < b)
            of_year[year] |= happened
        ever[flag.name] = chance(any_date, sampling)
        years[flag.name] = {year: chance(found, sampling) for year, found in of_year.items() if found.any()}
    return _Chances(ever, dates, years)
