"""What a case says once all is laid over it: the cases that it extends, `--set`, its regimes, and a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from finmodel.case.folder import Layer
from finmodel.case.overlay import check, from_sets, merge, take
from finmodel.case.positions import Document, Keys
from finmodel.case.scenario_file import Scenario
from finmodel.case.sources import read_sources, unknown_sources
from finmodel.case.table import Table
from finmodel.kernel.errors import Problem

LENDERS = ("sizing", "case")


def with_sets(base: Document, sets: Document, root: type[Table], problems: list[Problem]) -> Document:
    """The case under `--set`; a key that does not exist is reported once and left out.

    Args:
        root: The table at the top of the schema.
        problems: Where each problem found is added.
    """
    apart = Document(dict(sets.tree), dict(sets.places))
    for name in ("expect",):
        apart.tree.pop(name, None)
    if isinstance(apart.tree.get("sizing"), dict):
        apart.tree["sizing"] = {key: value for key, value in apart.tree["sizing"].items() if key != "case"}
    found = check(apart, base, root)
    problems += found
    for problem in found:
        _drop(sets, tuple(problem.key.split(".")))
    return merge(base, sets)


def _drop(document: Document, keys: Keys) -> None:
    take(document, *keys)
    document.places.pop(keys, None)


def under(base: Document, scenario: Scenario | None, sets: Mapping[str, str]) -> Document:
    """The case under its scenario; `--set` stays on top.

    Args:
        sets: Dotted key → value as typed.
    """
    if scenario is None:
        return base
    result = merge(merge(base, scenario.overlay), from_sets(sets))
    take(result, "expect")
    take(result, *LENDERS)
    return result


def overlay_problems(
    base: Document, lenders: Document, scenarios: Mapping[str, Scenario], root: type[Table]
) -> list[Problem]:
    """What is wrong with the lenders' case and the scenarios as changes of a case.

    Args:
        scenarios: Name → scenario.
        root: The table at the top of the schema.
    """
    found = check(lenders, base, root, live="the sizing case")
    for scenario in scenarios.values():
        found += check(scenario.overlay, base, root, live="a scenario")
    return found


def source_problems(layers: Sequence[Layer], case: Document, root: type[Table]) -> list[Problem]:
    """Only the case's own sources: one that it extends may name keys that it removes.

    Args:
        layers: The files of the case and of those that it extends, the first base first.
        root: The table at the top of the schema.
    """
    rows, document = read_sources(layers[-1].parts["sources.toml"], [])
    return unknown_sources(rows, document, case, root)
