"""The comparison of designs: one row a scheme, ranked by cost to its payers; and the cheapest floor for a cover."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from finmodel.analysis.designs.schemes import (
    CLOSE,
    COVER,
    HIGHEST,
    Design,
    Scheme,
    World,
    base_of,
    draws_of,
    schemes,
    worlds_of,
)
from finmodel.analysis.designs.size_of_design import achievable, least_scale
from finmodel.case.quantity import ratio_of
from finmodel.deal.read import Case
from finmodel.kernel.errors import UsageError
from finmodel.kernel.version import version
from finmodel.run.results import Results

SCHEMA = "finmodel.designs/1"
METRICS = {"dscr": "dscr_min", "irr": "equity_irr"}
STEP, KG_PER_T = 0.1, 1000.0  # of cover, for the cost of each
BLOCKS, SEED = 4, 1  # of 1,024 paths
Draws = Sequence[Mapping[str, Any]]
BUDGETS = (0.5, 0.75, 1.0, 1.5, 3.0)
IN_BUDGET = " within the programme's budget"


@dataclass(frozen=True)
class Row:
    """A scheme sized to the outcome: its main figure, and what it costs; or why it is not reached.

    Money is a present value. `expected`, `costs` by world and `p95` (paths of [risk], the same for all) are public;
    `total`, `per_kg`, `per_step` count what buyers pay too; `as_paid` is the outcome on support as it is paid.
    """

    name: str
    label: str
    key: str
    value: float | None
    unit: str
    outcome: float | None
    as_paid: float | None
    expected: float | None
    costs: Mapping[str, float]
    p95: float | None
    buyers: float
    total: float | None
    per_kg: float | None
    per_step: float | None
    reason: str = ""


@dataclass(frozen=True)
class DesignTable:
    """Designs of support, sized to one outcome in one world, and ranked by expected cost to public and buyers."""

    base: Results
    metric: str
    target: float
    world: str
    rows: tuple[Row, ...]
    weights: Mapping[str, float]


@dataclass(frozen=True)
class FloorRow:
    """The lowest floor at which cover is reached with the probability, under a budget; None if there is none."""

    budget: float
    floor: float | None
    probability: float
    expected: float


@dataclass(frozen=True)
class FloorTable:
    """The cheapest floor, or floor and budget, that reaches a cover with a probability."""

    base: Results
    dscr: float
    probability: float
    unit: str
    rows: tuple[FloorRow, ...]

    @property
    def cheapest(self) -> FloorRow | None:
        """The row with the least expected cost among those that reach it."""
        reached = [row for row in self.rows if row.floor is not None]
        return min(reached, key=lambda row: row.expected) if reached else None


def compare_designs(
    case: Case | Path | str, outcome: str = "dscr", target: float | None = None, scenario: str | None = None,
    set: Mapping[str, str] | None = None,
) -> DesignTable:  # fmt: skip
    """Size every scheme to the same outcome, and rank them.

    Args:
        case: A case, or its folder or file.
        outcome: "dscr" (the lowest, with support counted when it is earned) or "irr" (of equity).
        target: What it must be; by default what the case's own support reaches.
        scenario: The world in which it is measured; the scenario of a case under one, else the case as it stands.
        set: Dotted key → value as typed, over the case and every scenario.

    Raises:
        UsageError: No such outcome, or none to aim at; the case has not one support contract that a programme pays.
        CaseError, SolveError, NumberError: As for `run`.
    """
    if outcome not in METRICS:
        raise UsageError(f'"{outcome}" is no outcome of a design: write dscr or irr')
    if target is not None and not 0 < target < math.inf:
        raise UsageError(f"a target is above 0: got {target:g}")
    stands, base = base_of(case, set)
    worlds = worlds_of(stands)
    at = World("base case", stands, 0.0)
    if scenario is None and isinstance(case, Case):
        scenario = case.scenario
    if scenario is not None:
        known = [world for world in worlds if world.name == scenario]
        if not known:
            raise UsageError(f'"{scenario}" is no scenario with a probability of this case')
        at = known[0]
    metric = METRICS[outcome]
    designs = [one if isinstance(one, tuple) else Design(one, worlds, base) for one in schemes(stands)]
    own = designs[0]
    assert isinstance(own, Design)
    reached = own.outcome(at, metric, 1.0)
    goal = reached if target is None else target
    draws = draws_of(stands, BLOCKS, SEED)
    aim = Aim(metric, goal, at, World("base case", stands, 0.0))
    rows = [_missed(one[0], one[1]) if isinstance(one, tuple) else _row(one, aim, draws) for one in designs]
    ranked = sorted(rows, key=lambda row: (row.total is None, row.total or 0.0))
    return DesignTable(base, metric, goal, at.name, tuple(ranked), {world.name: world.weight for world in worlds})


def cheapest_floor(
    case: Case | Path | str, dscr: float | str, probability: float | str, set: Mapping[str, str] | None = None
) -> FloorTable:
    """The lowest floor at which the lowest DSCR is reached with a probability over scenarios, by budget.

    Args:
        case: A case, or its folder or file; every scenario with a probability is a world, also the case's own.
        dscr: The cover to reach, as a number or as typed: 1.2 or "1.20x".
        probability: With this probability, as a number or as typed: 0.85 or "85 %".
        set: Dotted key → value as typed, over the case and every scenario.

    Raises:
        UsageError: A cover not above 0, or a probability not from 0 to 1; the case has no scenarios with a probability,
            or not one support contract with a floor.
    """
    dscr = ratio_of(dscr, 'the cover to reach is a number or a text, such as 1.2 or "1.20x"')
    probability = ratio_of(probability, 'a probability is a number or a text, such as 0.85 or "85 %"')
    if not 0 < dscr < math.inf:
        raise UsageError(f"the cover to reach is above 0, such as 1.20x: got {dscr:g}x")
    if not 0 < probability <= 1:
        raise UsageError(f"a probability is above 0 % and at most 100 %: got {probability * 100:g} %")
    stands, base = base_of(case, set)
    worlds = worlds_of(stands)
    if len(worlds) == 1:
        raise UsageError("the case has no scenarios with a probability: there is none to reach a cover with")
    own = next(iter(schemes(stands)))
    if not isinstance(own, Scheme) or own.support.floor is None:
        raise UsageError("the case's support has no floor to look for")
    rows = [_floor_row(own, times, worlds, base, dscr, probability) for times in BUDGETS]
    return FloorTable(base, dscr, probability, str(own.support.floor.unit), tuple(rows))


@dataclass(frozen=True)
class Aim:
    """What every design is sized to: how much of which result, and where it is measured.

    Args:
        metric: The result.
        goal: How much of it is to be reached [unit of the result].
        at: The world in which it is measured.
        base: The case without a scenario, around which paths are drawn.
    """

    metric: str
    goal: float
    at: World
    base: World


def _row(design: Design, aim: Aim, draws: Draws) -> Row:
    """Size a design where its outcome is measured; its paths are drawn around the base case."""
    scheme, metric, goal, at = design.scheme, aim.metric, aim.goal, aim.at
    given = getattr(scheme.support, scheme.main)
    unit = str(given.unit)
    without = design.without(at, metric)
    scale, best = least_scale(lambda scale: design.outcome(at, metric, scale), goal)
    if scale is None:
        reason = achievable(metric, best, goal) + ("" if not design.short(at, HIGHEST) else IN_BUDGET)
        return replace(_missed(scheme.label, reason, best), name=scheme.name, key=scheme.main, unit=unit)
    costs = {world.name: design.cost(world, scale) for world in design.worlds}
    expected = _mean(design.worlds, lambda world: costs[world.name])
    buyers = _mean(design.worlds, lambda world: design.by_buyers(world, scale))
    kilos = _mean(design.worlds, lambda world: design.tonnes(world, scale)) * KG_PER_T
    gain = (goal - without) / STEP if metric == COVER else (goal - without) / (STEP / 10)
    value = max(given.value) if isinstance(given.value, tuple) else given.value
    return Row(
        name=scheme.name,
        label=scheme.label,
        key=scheme.main,
        value=value * scale,
        unit=unit,
        outcome=design.outcome(at, metric, scale),
        as_paid=design.as_paid(at, metric, scale),
        expected=expected,
        costs=costs,
        p95=float(np.quantile(design.simulated(aim.base, scale, draws), 0.95)) if draws else None,
        buyers=buyers,
        total=expected + buyers,
        per_kg=(expected + buyers) / kilos if kilos else None,
        per_step=(expected + buyers) / gain if gain > CLOSE else None,
    )


def _missed(label: str, reason: str, best: float | None = None) -> Row:
    """A scheme that cannot be used, or not be sized."""
    return Row("", label, "", None, "", best, None, None, {}, None, 0.0, None, None, None, reason)


def _mean(worlds: Sequence[World], of: Callable[[World], float]) -> float:
    return math.fsum(world.weight * of(world) for world in worlds)


def _with_budget(own: Scheme, times: float) -> Scheme:
    """The case's own scheme with its programme's budget and envelope scaled."""
    programmes = {}
    for name, terms in own.programme.items():
        changes = {}
        for key in ("budget", "envelope"):
            given = getattr(terms, key)
            value = given.value
            scaled = tuple(v * times for v in value) if isinstance(value, tuple) else value * times
            changes[key] = type(given)(given.id, scaled, given.unit, given.label, given.where, given.source)
        programmes[name] = terms.model_copy(update=changes)
    return Scheme(own.name, own.label, own.support, programmes)


def _floor_row(
    own: Scheme, times: float, worlds: list[World], base: Results, dscr: float, probability: float
) -> FloorRow:
    scheme = _with_budget(own, times)
    design = Design(scheme, worlds, base)

    def reached(scale: float) -> float:
        return _mean(worlds, lambda world: float(design.as_paid(world, "dscr_min", scale) >= dscr - CLOSE))

    scale, best = least_scale(reached, probability)
    floor = scheme.support.floor
    assert floor is not None
    value = max(floor.value) if isinstance(floor.value, tuple) else floor.value
    if scale is None:
        return FloorRow(times, None, best, math.nan)
    return FloorRow(times, value * scale, reached(scale), _mean(worlds, lambda world: design.cost(world, scale)))


def to_json(table: DesignTable) -> str:
    """The table as strict JSON: money in units, rates as decimals."""
    case = table.base.case
    content = {
        "schema": SCHEMA,
        "finmodel": version(),
        "case": {"name": case.name, "sha256": case.sha256},
        "currency": case.tables.currency,
        "outcome": {"metric": table.metric, "target": table.target, "world": table.world},
        "weights": dict(table.weights),
        "rows": [vars(row) | {"costs": dict(row.costs)} for row in table.rows],
    }
    return json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False)
