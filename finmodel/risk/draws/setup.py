"""From the [risk] table of a case to the numbers that are drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from finmodel.case import correlation
from finmodel.case.expand import leaves
from finmodel.case.histories import History as Recorded
from finmodel.deal.read import Case
from finmodel.deal.uncertainty.outcomes import read_outcome
from finmodel.deal.uncertainty.process import Process
from finmodel.deal.uncertainty.rules import Moving, processes
from finmodel.deal.uncertainty.terms import Driver, Regime, RiskTerms
from finmodel.kernel.errors import UsageError
from finmodel.kernel.expr import Given
from finmodel.kernel.timeline import from_serial, month_number
from finmodel.risk.draws.drivers import Choice, Happening, Hazard, Multiple
from finmodel.risk.draws.history import History
from finmodel.risk.draws.processes import Motion
from finmodel.risk.draws.states import Chain
from finmodel.risk.draws.worlds import Market, PriceTerms

LEAST_HISTORY = 36  # months
KINDS = {"triangular": ("low", "likely", "high"), "uniform": ("low", "high"), "lognormal": ("mean", "sd")}


def market_of(case: Case) -> Market:
    """What a simulation of a case draws.

    Raises:
        UsageError: The case has no [risk] table, or too little history for it.
    """
    risk = case.tables.risk
    if risk is None:
        raise UsageError(f"{case.folder}: the case has no [risk] table: it says how prices move, and with what source")
    timeline = case.timeline
    first = month_number(timeline.start)
    start = first if risk.start is None else month_number(from_serial(risk.start.number))
    before, count = first - start, timeline.count * timeline.months
    named = processes(risk)
    moving = [name for name, (_, process) in named.items() if not process.from_history]
    root = correlation.root(correlation.matrix(moving, risk.correlation))
    chain = _chain(risk)
    values = {".".join(keys): given for keys, given, _ in leaves(case.tables, None)}
    return Market(
        months=before + count,
        before=before,
        per_period=timeline.months,
        motions=tuple(_motion(*named[name]) for name in moving),
        histories=tuple(_histories(named, case.prices)),
        root=tuple(tuple(float(x) for x in row) for row in root),
        chain=chain,
        prices=tuple(_prices(case, risk, chain, before)),
        rates={name: _row(values[f"fx.{name}"], timeline.count) for name in risk.fx},
        discounts={name: _row(values[f"offtake.{name}.discount"], timeline.count) for name in risk.basis},
        demands=_demands(risk, values, timeline.count),
        once=tuple(_once(case, f"driver.{name}", driver, values[driver.key]) for name, driver in risk.driver.items()),
        happenings=tuple(
            Happening(f"event.{name}", e.key, e.hazard.number, max(1, round(e.lasts.number)), e.multiple.number)
            for name, e in risk.event.items()
        ),
        hazards=tuple(
            Hazard(name, hazard.rate.number, hazard.share.number, timeline.months)
            for name, hazard in risk.hazard.items()
        ),
        base=_base(risk, values, timeline.count),
    )


def _motion(key: str, process: Process) -> Motion:
    def number(name: str) -> float:
        given: Given | None = getattr(process, name)
        return 0.0 if given is None else given.number

    names = ("volatility", "reversion", "jump_rate", "jump_mean", "jump_sd", "start", "level", "drift")
    numbers = {name: number(name) for name in names}
    return Motion(key.removeprefix("risk."), process.centre, **numbers)


def _histories(named: Mapping[str, Moving], prices: Mapping[str, Recorded]) -> list[History]:
    """The log changes of the months that all drawn histories have in common.

    Raises:
        UsageError: An index has no history, or there is too little of it.
    """
    drawn = [(key, process) for key, process in named.values() if process.from_history]
    for key, process in drawn:
        if process.history not in prices:
            known = ", ".join(prices) or "none"
            raise UsageError(f'{key}.history: prices.csv has no "{process.history}"; it has {known}.')
    if not drawn:
        return []
    months = sorted(set.intersection(*(set(prices[str(process.history)].months) for _, process in drawn)))
    if len(months) <= LEAST_HISTORY:
        raise UsageError(
            f"{drawn[0][0]}.history: {len(months)} months of history are too few: at least {LEAST_HISTORY + 1} are"
            " needed. Give more, or another kind of process."
        )
    found = []
    for key, process in drawn:
        series = [prices[str(process.history)].months[month] for month in months]
        if min(series) <= 0:
            raise UsageError(f"{key}.history: a price of {process.history} is 0; its logarithm cannot be drawn.")
        changes = np.array([math.log(after / price) for price, after in pairwise(series)])
        centred = tuple(float(change) for change in changes - changes.mean())
        found.append(History(key.removeprefix("risk."), process.centre, centred, process.block.number))
    return found


def _chain(risk: RiskTerms) -> Chain | None:
    if not risk.regime:
        return None
    regimes = risk.regime
    rows = [[regime.next[to].number if to in regime.next else 0.0 for to in regimes] for regime in regimes.values()]
    return Chain(
        names=tuple(regimes),
        start=tuple(regime.start.number for regime in regimes.values()),
        step=tuple(tuple(row) for row in rows),
        volatility=tuple(regime.volatility.number for regime in regimes.values()),
        marks=tuple(0 if regime.marks is None else round(regime.marks.number) for regime in regimes.values()),
        label_months=max(1, round(risk.label_months.number)),
    )


def _by_regime(regimes: Mapping[str, Regime], kind: str, name: str, default: float) -> tuple[float, ...]:
    """The values of all regimes; empty when none has one."""
    tables: list[Mapping[str, Given]] = [getattr(regime, kind) for regime in regimes.values()]
    if not any(name in table for table in tables):
        return ()
    return tuple(table[name].number if name in table else default for table in tables)


def _prices(case: Case, risk: RiskTerms, chain: Chain | None, before: int) -> list[PriceTerms]:
    found = []
    for name, index in case.tables.price.items():
        multiples = _by_regime(risk.regime, "price", name, 1.0)
        premiums = _by_regime(risk.regime, "premium", name, math.nan)
        if name not in risk.price and not multiples and not premiums:
            continue
        count = case.timeline.count
        own = name in risk.price and risk.price[name].centre == "own"
        deck = (1.0,) * count if own else _row(index.deck, count)
        price = PriceTerms(name, deck, _row(index.premium, count), multiples, premiums)
        mean = _mean(price, chain, before, case.timeline.months) if risk.expected == "deck" else ()
        found.append(PriceTerms(name, deck, price.premium, multiples, premiums, mean))
    return found


def _mean(price: PriceTerms, chain: Chain | None, before: int, per_period: int) -> tuple[float, ...]:
    """The mean over regimes of multiple × premium, as a multiple of the case's premium, by month."""
    if chain is None:
        return ()
    own = np.repeat(price.premium, per_period)
    chances = chain.occupancy(before + len(own))[before:]
    multiples = np.array(price.multiples or (1.0,) * len(chain.names))
    premiums = np.array(price.premiums or (math.nan,) * len(chain.names))
    held = np.where(np.isnan(premiums)[None, :], own[:, None], premiums[None, :])
    return tuple(float(x) for x in (chances * multiples * held).sum(axis=1) / own)


def _demands(
    risk: RiskTerms, values: Mapping[str, Given], count: int
) -> dict[str, tuple[tuple[float, ...], tuple[float, ...]]]:
    names = dict.fromkeys(name for regime in risk.regime.values() for name in regime.demand)
    return {
        name: (_row(values[f"offtake.{name}.demand"], count), _by_regime(risk.regime, "demand", name, math.nan))
        for name in names
    }


def _once(case: Case, name: str, driver: Driver, given: Given) -> Multiple | Choice:
    if driver.kind == "outcomes":
        outcomes = driver.outcome.values()
        numbers = tuple(read_outcome(type(case.tables), given, outcome.value) for outcome in outcomes)
        return Choice(name, driver.key, numbers, tuple(outcome.chance.number for outcome in outcomes))
    points = [getattr(driver, part) for part in KINDS[driver.kind]]
    return Multiple(name, driver.key, driver.kind, tuple(point.number for point in points))


def _base(risk: RiskTerms, values: Mapping[str, Given], count: int) -> dict[str, tuple[float, ...] | float]:
    found: dict[str, tuple[float, ...] | float] = {}
    for driver in risk.driver.values():
        value = values[driver.key].value
        found[driver.key] = tuple(value) if isinstance(value, tuple) else value
    found.update({event.key: _row(values[event.key], count) for event in risk.event.values()})
    for name in risk.hazard:
        found.update({key: values[key].number for key in (f"event.{name}.later", f"event.{name}.share")})
    return found


def _row(given: Given, count: int) -> tuple[float, ...]:
    return given.value if isinstance(given.value, tuple) else (given.value,) * count
