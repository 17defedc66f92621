"""Which used keys move the line that reads them: in some world, at 1 % more, or at a bound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from finmodel.case import expand
from finmodel.case.describe import find
from finmodel.case.leaf import Count, Quantity
from finmodel.deal.read import Case
from finmodel.deal.schema import CaseTables
from finmodel.kernel.errors import FinmodelError
from finmodel.kernel.evaluate import evaluate
from finmodel.kernel.expr import Given
from finmodel.kernel.faces.generated import Value, Values
from finmodel.kernel.model import leaves as inputs_of
from finmodel.risk.paths import worlds
from finmodel.run.build import Built, build
from finmodel.run.key_uses import key_uses
from finmodel.run.run import run

PATHS, MORE, INSIDE = 64, 1.01, 1e-6


@dataclass(frozen=True)
class World:
    """Lines and the inputs of a case, a scenario, the lenders' case or a path."""

    built: Built
    given: Values


def dormant(case: Case, paths: int = PATHS) -> set[str]:
    """Used keys that move no line that reads them: not in the base case, and then in no other world either."""
    built = build(case)
    uses = key_uses(case.tables, built.model)
    left = {key for key, use in uses.items() if use.kind == "used" and key != "government.rate"}
    for world in _worlds(case, built, paths):
        left -= {key for key in left if key in world.built.givens and _moves(world, key, case)}
        if not left:
            break
    return left


def _worlds(case: Case, built: Built, paths: int) -> Iterator[World]:
    """The base case first, which most keys move; then the lenders' case, scenarios and drawn paths."""
    result = run(case)
    solved = {item.value.id: result.given[item.value.id] for item in built.model.solved}
    base = {**built.inputs(case), **solved}
    yield World(built, base)
    others = [] if case.sizing is None else [case.sizing]
    others += [case.with_scenario(name) for name in case.scenarios]
    for other in others:
        own = build(other)
        yield World(own, {**own.inputs(other), **{id: v for id, v in solved.items() if id in own.givens}})
    if case.tables.risk is not None and paths:
        for drawn in worlds(case, 1, range(paths)).values():
            wide = build(case.widened(id for id, value in drawn.items() if isinstance(value, tuple)))
            given = {**wide.inputs(wide.case), **solved}
            yield World(wide, {**given, **{id: value for id, value in drawn.items() if id in wide.givens}})


def _moves(world: World, key: str, case: Case) -> bool:
    """Whether any value of the key moves a line that reads it; a line that is no number any more has moved."""
    lines = [line for line in world.built.model.lines.values() if key in {g.id for g in inputs_of(line.expr)}]
    ids = [line.id for line in lines if line.kind != "display"] or [line.id for line in lines]
    before = _values(world, world.given, ids)
    given = next(given for _, given, _ in expand.leaves(case.tables, {}) if given.id == key)
    for value in _tried(given, world.given[key]):
        after = _values(world, {**world.given, key: value}, ids)
        if after is None or before is None:
            return True
        if any(not np.array_equal(before[id], after[id], equal_nan=True) for id in ids):
            return True
    return False


def _values(world: World, given: Values, ids: list[str]) -> dict[str, np.ndarray] | None:
    try:
        values = evaluate(world.built.model, world.built.plan, given, ids)
    except (FinmodelError, ArithmeticError):
        return None
    return {id: np.asarray(values[id], dtype=float) for id in ids}


def _tried(given: Given, value: Value) -> Iterator[Value]:
    """1 % more, or one more of what is counted; then the lowest and the highest that the key may be.

    Of nothing 1 % more is nothing: a key without an upper bound takes the example of the schema then.
    """
    entry = find(CaseTables, given.id.split("."))
    leaf = None if entry is None else entry.slot.leaf
    row = np.asarray(value, dtype=float)
    yield _like(row + 1 if isinstance(leaf, Count) else row * MORE)
    if isinstance(leaf, Quantity):
        if leaf.le is None and leaf.lt is None and not row.any():
            yield _like(np.full(row.shape, leaf.check(leaf.shown_example).value))
        inside = ((leaf.ge, 0.0), (leaf.gt, INSIDE), (leaf.le, 0.0), (leaf.lt, -INSIDE))
        for bound in (bound + step for bound, step in inside if bound is not None):
            yield _like(np.full(row.shape, bound))
    if isinstance(leaf, Count):
        yield _like(np.full(row.shape, float(leaf.ge)))
        yield _like(np.full(row.shape, float(leaf.le)))


def _like(row: np.ndarray) -> Value:
    return tuple(row.tolist()) if row.ndim else float(row)
