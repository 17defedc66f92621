"""Two cases compared: which inputs differ, what comes out of each, and a bridge from one result to the other.

Bridge:  up to six inputs, or groups of inputs, by Shapley: a group's part is the mean, over all orders in which the
         groups may change, of what the result moves when it does. More groups change one after another, in the order
         of the case. The debt is sized anew in each run. Both ways the parts add up to the difference.
Groups:  each input by itself, up to six; beyond, the first two parts of its key, such as facility.jbic.
Source:  L. S. Shapley, A Value for n-Person Games, 1953.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any, cast

from finmodel.analysis.as_typed import AsTyped
from finmodel.case.laying import LENDERS
from finmodel.case.leaf import Points
from finmodel.case.positions import Keys
from finmodel.case.table import Table
from finmodel.deal.read import Case
from finmodel.deal.schema import CaseTables
from finmodel.kernel.errors import FinmodelError, SolveError, UsageError
from finmodel.kernel.expr import Given
from finmodel.run.results import Results
from finmodel.run.run import opened, run

MOST_GROUPS = 6
BRIDGED = ("equity_irr", "dscr_min")
NAMES = ("name", "label", "label_ja")  # words that no number depends on
Worth = Callable[[frozenset[str]], float]


@dataclass(frozen=True)
class Change:
    """An input that differs: its dotted key, and its value in either case as typed; "-" where it is not there."""

    key: str
    first: str
    second: str


@dataclass(frozen=True)
class Comparison:
    """Two cases, and how one becomes the other.

    Args:
        first, second: Their runs, each on its own debt.
        inputs: What differs, in the order of a case file; "sizing.case." is what differs on the sizing case only.
        method: How the bridge was made, in words; empty without one.
        bridges: Result → input, or group of inputs → its part of the difference [unit of the result]; parts add up.
        notes: Why there is no bridge: of one result by its name, of any by "bridge".
    """

    first: Results
    second: Results
    inputs: tuple[Change, ...]
    method: str
    bridges: Mapping[str, Mapping[str, float]]
    notes: Mapping[str, str]

    @property
    def differences(self) -> dict[str, float | None]:
        """Result → second less first [unit of the result]; None where either is not applicable or units differ."""
        a, b = self.first.metrics, self.second.metrics
        names = dict.fromkeys([*a, *b])
        return {name: self._difference(name, a.get(name), b.get(name)) for name in names}

    def _difference(self, name: str, a: float | None, b: float | None) -> float | None:
        same = self.first.units.get(name) == self.second.units.get(name)
        return None if a is None or b is None or not same else b - a


def compare(
    case: Case | Path | str, second: Case | Path | str | None = None, set: Mapping[str, str] | None = None
) -> Comparison:
    """Compare two cases, or a case with itself under changes.

    Args:
        case: A case, or its folder or file.
        second: Another; None for the first under `set`.
        set: Dotted key → value as typed, laid over the second case.

    Raises:
        UsageError: Neither a second case nor changes, or cases that name other own clauses.
        CaseError, FileError, LimitError: As for `load`.
        SolveError, NumberError: Either case cannot be run. (A mixture of both that cannot be run is told in `notes`.)
    """
    if second is None and not set:
        raise UsageError("name a second case, or changes by --set")
    a = opened(case)
    b = opened(a if second is None else second, set)
    if type(a.tables) is not type(b.tables):
        named = [", ".join(one.modules) or "none" for one in (a, b)]
        raise UsageError(
            f"own clauses of the first case: {named[0]}; of the second: {named[1]}. Load both with the same."
        )
    results = run(a), run(b)
    keys = [*differing(a.tables, b.tables)]
    lenders = [key for key in differing(_sizing(a), _sizing(b)) if not _covered(key, keys)]
    typed = AsTyped(a), AsTyped(b)
    every = [*keys, *((*LENDERS, *key) for key in lenders)]
    inputs = tuple(Change(".".join(path), typed[0].text(path), typed[1].text(path)) for path in every)
    method, bridges, notes = _bridges(*results, _grouped(every))
    return Comparison(*results, inputs, method, bridges, notes)


def shapley(groups: Sequence[str], worth: Worth) -> dict[str, float]:
    """Each group's part of worth(all) − worth(none): its mean step over all orders; no order changes the parts.

    Args:
        groups: Names, each once.
        worth: What a set of groups is worth; it is asked for all 2ⁿ sets, several times each.
    """
    parts, count = {}, len(groups)
    for group in groups:
        others = [other for other in groups if other != group]
        steps = []
        for size in range(count):
            weight = 1 / (count * math.comb(count - 1, size))
            for some in map(frozenset, combinations(others, size)):
                steps.append(weight * (worth(some | {group}) - worth(some)))
        parts[group] = math.fsum(steps)
    return parts


def one_by_one(groups: Sequence[str], worth: Worth) -> dict[str, float]:
    """Each group's part when they change in this order; another order would give other parts."""
    sets = [frozenset(groups[:size]) for size in range(len(groups) + 1)]
    return {group: worth(sets[at + 1]) - worth(sets[at]) for at, group in enumerate(groups)}


def differing(a: object, b: object, above: Keys = ()) -> Iterator[Keys]:
    """Keys whose values differ between two tables; a table that only one side has is one key."""
    if isinstance(a, Table) and type(a) is type(b):
        for name, inner in a:
            if name not in NAMES:
                yield from differing(inner, getattr(b, name), (*above, name))
    elif isinstance(a, Mapping) and isinstance(b, Mapping):
        for name in dict.fromkeys([*a, *b]):
            yield from differing(a.get(name), b.get(name), (*above, str(name)))
    elif not _same(a, b):
        yield above


def mixed(a: Any, b: Any, keys: Sequence[Keys], above: Keys = ()) -> Any:
    """The first of two tables, with some keys as in the second; None stands for what is not there."""
    if above in keys:
        return b
    if not any(key[: len(above)] == above for key in keys):
        return a
    if isinstance(a, Table):
        changed = {name: mixed(inner, getattr(b, name), keys, (*above, name)) for name, inner in a}
        return a.model_copy(update=changed)
    both = {name: mixed(a.get(name), b.get(name), keys, (*above, str(name))) for name in dict.fromkeys([*a, *b])}
    return {name: inner for name, inner in both.items() if inner is not None}


def _same(a: object, b: object) -> bool:
    if isinstance(a, Given) and isinstance(b, Given):
        return (_value(a), a.unit) == (_value(b), b.unit)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, Table) and type(a) is type(b):
        return not any(differing(a, b))
    return a == b


def _value(given: Given) -> object:
    return (given.rule, given.points) if isinstance(given, Points) else given.value


def _sizing(case: Case) -> CaseTables:
    return case.lenders().tables


def _covered(keys: Keys, known: Sequence[Keys]) -> bool:
    return any(keys[: len(above)] == above for above in known)


def _grouped(keys: Sequence[Keys]) -> dict[str, list[Keys]]:
    groups: dict[str, list[Keys]] = {}
    for key in keys:
        groups.setdefault(".".join(key if len(keys) <= MOST_GROUPS else key[:2]), []).append(key)
    return groups


def _bridges(
    first: Results, second: Results, groups: Mapping[str, Sequence[Keys]]
) -> tuple[str, dict[str, dict[str, float]], dict[str, str]]:
    """Method, bridges and notes."""
    reason = _no_bridge(groups)
    if reason:
        return "", {}, {"bridge": reason}
    worlds = {frozenset[str](): first.metrics, frozenset(groups): second.metrics}
    names, few = list(groups), len(groups) <= MOST_GROUPS
    sizes = range(1, len(names))
    sets = [frozenset(some) for size in sizes for some in (combinations(names, size) if few else [names[:size]])]
    for some in sets:
        try:
            worlds[some] = run_mixed(first.case, second.case, [key for name in some for key in groups[name]])
        except FinmodelError as error:
            changed = ", ".join(name for name in names if name in some)
            return "", {}, {"bridge": f"with only {changed} changed there is no result: {error}"}
    return _method(len(names), few), *_split(names, worlds, shapley if few else one_by_one)


def _no_bridge(groups: Mapping[str, Sequence[Keys]]) -> str:
    """Why cases cannot be mixed; empty when they can."""
    keys = [key for paths in groups.values() for key in paths]
    moved = [".".join(key) for key in keys if key[0] in ("timeline", "currency")]
    if not keys:
        return "no input differs."
    return f"periods or amounts do not match, as {' and '.join(moved)} changed." if moved else ""


def _method(count: int, few: bool) -> str:
    if few:
        return f"Shapley: the mean over all orders of change ({2**count} runs, debt sized anew in each)"
    return (
        f"One after another in this order ({count + 1} runs, debt sized anew in each); another order gives other parts"
    )


def _split(
    names: Sequence[str],
    worlds: Mapping[frozenset[str], Mapping[str, float | None]],
    rule: Callable[[Sequence[str], Worth], dict[str, float]],
) -> tuple[dict[str, dict[str, float]], dict[str, str]]:
    bridges, notes = {}, {}
    for metric in BRIDGED:
        values = {some: metrics.get(metric) for some, metrics in worlds.items()}
        known = {some: value for some, value in values.items() if value is not None}
        if len(known) == len(values):
            bridges[metric] = rule(names, known.__getitem__)
        else:
            some = next(some for some in values if some not in known)
            changed = ", ".join(name for name in names if name in some) or "nothing"
            notes[metric] = f"not applicable with {changed} changed."
    return bridges, notes


def run_mixed(a: Case, b: Case, keys: Sequence[Keys]) -> dict[str, float | None]:
    """Results of the first case with some keys as in the second.

    Raises:
        SolveError: The mixture breaks a rule between keys, or its debt cannot be sized.
    """
    plain = [key for key in keys if key[:2] != LENDERS]
    live = cast(CaseTables, mixed(a.tables, b.tables, plain))
    lenders = cast(CaseTables, mixed(_sizing(a), _sizing(b), [*plain, *(key[2:] for key in keys if key not in plain)]))
    for tables in (live, lenders):
        for rule in a.origin.schema.rules:
            for key, wrong, _ in rule(tables):
                raise SolveError(f"{key}: {wrong}")
    case = replace(a, tables=live, places={**a.places, **b.places}, scenario=None)  # its numbers have the scenario
    return run(replace(case, sizing=replace(case, tables=lenders, sizing=None))).metrics
