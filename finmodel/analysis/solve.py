"""Solve: the value of one input at which a result is what is wanted, such as the floor at which cover is 1.30x.

Method:  each trial is a whole run. A result need not rise or fall all the way (a floor holds revenue while feed gets
         cheaper), so the search walks away from the case in steps, and closes in on the first step over which the
         result passes its goal, by Brent's method. A case that gives no result itself, as nothing can be lent to it, is
         searched farther, and where results begin the search closes in on the edge from the side that has them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from finmodel.case.describe import nearest
from finmodel.case.expand import leaves
from finmodel.case.quantity import BadValue, parse
from finmodel.deal.read import Case
from finmodel.kernel.errors import CaseError, NumberError, SolveError, UsageError, want
from finmodel.kernel.expr import Given
from finmodel.kernel.units import PER_YEAR, RATIO, Unit, conversion
from finmodel.run.build import build
from finmodel.run.key_uses import key_uses, refuse_idle
from finmodel.run.results import Results
from finmodel.run.run import opened, run

STEPS, STEP = 30, 0.1
FARTHER, GROWTH = 20, 1.5  # steps beyond, each so many times as far from the case: three thousand times its value
HALVINGS = 40
CLOSE = 1e-9
Point = tuple[float, float]


class _Goal(NamedTuple):
    """The result that is wanted, and its value in its own unit."""

    metric: str
    value: float


@dataclass(frozen=True)
class Answer:
    """The value found.

    Args:
        key: The input.
        typed: Its value as a case file would say it.
        value: The same as a number, in the unit that the model reads.
        metric: The result that has its goal.
        result: The run there.
        runs: How many runs it took.
    """

    key: str
    typed: str
    value: float
    metric: str
    result: Results
    runs: int


@dataclass
class _Search:
    """Trials of one input: the result less its goal, or None where there is no result."""

    trial: Callable[[str], Results]
    goal: _Goal
    unit: Unit
    runs: int = 0
    known: dict[float, float | None] = field(default_factory=dict)

    def at(self, value: float) -> Results:
        """The run with the input at a value."""
        self.runs += 1
        return self.trial(spelled(value, self.unit))

    def gap(self, value: float) -> float | None:
        """The result less its goal; None where the case is refused, cannot be sized, or has no such result."""
        if value not in self.known:
            try:
                got = self.at(value).metrics[self.goal[0]]
            except (CaseError, SolveError, NumberError):
                got = None
            self.known[value] = None if got is None else got - self.goal[1]
        return self.known[value]


def solve(
    case: Case | Path | str,
    key: str,
    goal: str,
    *,
    set: Mapping[str, str] | None = None,
    hold_debt: bool = False,
    between: tuple[str, str] | None = None,
) -> Answer:
    """Find the value of an input at which a result meets its goal.

    Args:
        case: A case, or its folder or file.
        key: A dotted key that holds one number, such as "support.ndpr_floor.floor".
        goal: "dscr_min = 1.30x", "equity_irr = 12 %", "npv_post_tax = 0 USD".
        set: Dotted key → value as typed, over the case.
        hold_debt: Keep the debt as sized on the case; otherwise each trial sizes it anew.
        between: The range to search, two quantities as typed; without it, from twice its value below to four times it.

    Raises:
        UsageError: No such key or result, a key that nothing reads or that shapes the model, a goal in another unit.
        SolveError: No value in reach meets the goal; the message says how near it comes.
        CaseError, FileError, LimitError, NumberError: As for `load` and `run`.
    """
    want(key, str, "the input to find is a dotted key")
    want(goal, str, 'a goal is text, such as "dscr_min = 1.30x"')

    base = opened(case, set)

    def trial(text: str) -> Results:
        return run(base.with_set({key: text}), hold_debt=hold_debt)

    given = _input(base, key)
    refuse_idle(base.tables, key, key_uses(base.tables, build(base).model), "it cannot be solved for")
    search = _Search(trial, _goal(base, goal), given.unit)
    value = _found(search, _walks(search, given.number, between), goal)
    return Answer(key, spelled(value, given.unit), value, search.goal[0], search.at(value), search.runs)


def spelled(value: float, of: Unit) -> str:
    """A number as a case file would say it, to all its digits.

    Args:
        value: Any number.
    """
    if of == PER_YEAR:
        return f"{value * 100:.15g} % p.a."
    if of == RATIO:
        return f"{value:.15g}x" if value > 1 else f"{value * 100:.15g} %"
    return f"{value:.15g} {of}"


def _input(case: Case, key: str) -> Given:
    """The leaf to solve for, which holds one number."""
    known = {given.id: given for _, given, _ in leaves(case.tables, {})}
    if key not in known:
        near = nearest(key, known)
        hint = f'Did you mean "{near}"?' if near else "`finmodel keys` lists the keys of a case."
        raise UsageError(f'"{key}" is not an input of this case. {hint}')
    given = known[key]
    if isinstance(given.value, tuple):
        multiple = known.get(re.sub(r"^(price\.[^.]+)\.deck$", r"\1.premium", key), given)
        instead = "an input with one number" if multiple.series else f"{multiple.id}, a multiple of the whole deck"
        raise UsageError(f"{key} has a value for each period: solve for {instead}.")
    return given


def _goal(case: Case, goal: str) -> _Goal:
    """The result that is wanted, and its value; the case itself need not give it."""
    metrics = build(case).model.metrics
    name, equals, text = (part.strip() for part in goal.partition("="))
    if not equals or not text:
        raise UsageError(f'a goal is a result and its value, such as "dscr_min = 1.30x": got "{goal[:80]}"')
    if name not in metrics:
        near = nearest(name, metrics)
        hint = f'Did you mean "{near}"?' if near else f"Known are: {', '.join(metrics)}."
        raise UsageError(f'"{name}" is not a result of this case. {hint}')
    try:
        amount, typed = parse(text)
    except BadValue as error:
        raise UsageError(f"the goal {error.wrong}") from None
    wanted = metrics[name].line.unit
    factor = 1 if typed == RATIO and wanted == PER_YEAR else conversion(typed, wanted)
    if factor is None:
        raise UsageError(f'{name} is in {wanted}: got "{text[:40]}"')
    return _Goal(name, float(amount * factor))


def _walks(search: _Search, start: float, between: tuple[str, str] | None) -> list[list[float]]:
    """Values to try in turn: away from the case, first down and then up; or across a range."""
    if between is not None:
        low, high = (_bound(text, search.unit) for text in between)
        if low == high:
            raise UsageError(f"--between wants two different values: got {between[0][:40]} twice")
        return [[low + (high - low) * n / STEPS for n in range(STEPS + 1)]]
    size, steps = abs(start) * STEP or STEP, [float(n) for n in range(STEPS + 1)]
    if search.gap(start) is None:
        steps += [STEPS * GROWTH**n for n in range(1, FARTHER + 1)]
    return [[start + way * size * n for n in steps] for way in (-1, 1)]


def _bound(text: str, of: Unit) -> float:
    try:
        amount, typed = parse(text)
    except BadValue as error:
        raise UsageError(f"--between {error.wrong}") from None
    factor = 1 if typed == RATIO and of == PER_YEAR else conversion(typed, of)
    if factor is None:
        raise UsageError(f'--between wants {of}: got "{text[:40]}"')
    return float(amount * factor)


def _brackets(search: _Search, walks: list[list[float]], seen: list[Point]) -> Iterator[Point]:
    """Neighbouring values between which the result passes its goal; last those at the edge of what has a result."""
    edges: list[tuple[float, Point]] = []
    for walk in walks:
        last: Point | None = None
        for before, value in zip([None, *walk], walk, strict=False):
            gap = search.gap(value)
            if gap is None:
                if last is not None:
                    edges.append((value, last))
                    break
                continue
            seen.append((abs(gap), value))
            if last is not None and (gap > 0) != (last[1] > 0):
                yield last[0], value
            if last is None and before is not None:
                edges.append((before, (value, gap)))
            last = (value, gap)
    for outside, inside in edges:
        yield from _at_edge(search, outside, inside, seen)


def _at_edge(search: _Search, outside: float, inside: Point, seen: list[Point]) -> Iterator[Point]:
    """Halve the way from a value with a result to its neighbour without one, until the result passes its goal."""
    for _ in range(HALVINGS):
        middle = (outside + inside[0]) / 2
        gap = search.gap(middle)
        if gap is None:
            outside = middle
            continue
        seen.append((abs(gap), middle))
        if (gap > 0) != (inside[1] > 0):
            yield middle, inside[0]
            return
        inside = (middle, gap)


def _found(search: _Search, walks: list[list[float]], goal: str) -> float:
    from scipy.optimize import brentq

    seen: list[Point] = []
    for low, high in _brackets(search, walks, seen):
        try:
            value = float(brentq(lambda x: _certain(search.gap(x)), low, high, xtol=1e-300, rtol=1e-14, maxiter=200))
        except _NoResult:
            continue
        gap = search.gap(value)
        if gap is not None and abs(gap) <= CLOSE * max(1.0, abs(search.goal[1])):
            return value
    if not seen:
        raise SolveError(f'"{goal}" cannot be solved: no value tried gives this result.')
    off, value = min(seen)
    raise SolveError(
        f'"{goal}" is not reached: the nearest is {off:.6g} off, at {spelled(value, search.unit)}.'
        "\nWiden the search with --between, or choose another input."
    )


class _NoResult(Exception):
    """A value without a result between two that have one."""


def _certain(gap: float | None) -> float:
    if gap is None:
        raise _NoResult
    return gap
