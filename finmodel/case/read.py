"""The entry of this floor: a case folder goes in, checked inputs with places and sources come out.

Every problem of every file is reported at once: first those of syntax, then those of single keys, then
those between keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from finmodel.base.errors import CaseError, Problem, UsageError, want, want_path
from finmodel.base.timeline import Timeline
from finmodel.base.units import CURRENCIES
from finmodel.case import regimes
from finmodel.case.describe import nearest
from finmodel.case.expand import Clock, Fault, bind, clock_of, leaves, timeline_faults
from finmodel.case.expect import Expect, read_expect, read_expected
from finmodel.case.folder import Layer, base_document, digest, open_layers
from finmodel.case.messages import ordered, placed, problems_of
from finmodel.case.overlay import check, dotted, from_sets, merge, take
from finmodel.case.positions import Document, Keys, Place
from finmodel.case.prices import History, histories_of
from finmodel.case.rules import RULES
from finmodel.case.scenarios import Scenario, read_scenarios
from finmodel.case.schema import CaseTables
from finmodel.case.sources import Sources, read_sources, unknown_sources
from finmodel.case.table import Table

Rules = Sequence[Callable[[Any], Iterator[Fault]]]


@dataclass(frozen=True)
class Case:
    """A case that passed every check.

    Args:
        name: As the case names itself.
        folder: Where it was read.
        scenario: The scenario laid over it; None for the case itself.
        tables: Its inputs; every leaf is a Given with key, place and source.
        timeline: Its periods.
        sha256: Of all files that made it, the scenario and the changes.
        sources: Dotted key → source, as sources.toml gives them.
        unsourced: Typed figures without a source.
        expect: The analyst's own assertions.
        expected: Golden results of expected.toml.
        scenarios: All scenarios of the case by name.
        prices: Price histories by index.
        sizing: The same case as lenders size debt on it; None when it has no [sizing.case].
        files: The files that made it.
        path: The folder or file that was asked for.
        sets: Changes laid over it: dotted key → value as typed.
        places: Where the formulas of [extra_lines] stand: dotted key → place.
    """

    name: str
    folder: Path
    scenario: str | None
    tables: CaseTables
    timeline: Timeline
    sha256: str
    sources: Mapping[str, str]
    unsourced: tuple[str, ...]
    expect: tuple[Expect, ...]
    expected: tuple[Expect, ...]
    scenarios: Mapping[str, Scenario]
    prices: Mapping[str, History]
    sizing: Case | None
    files: tuple[Path, ...]
    path: Path
    sets: Mapping[str, str]
    places: Mapping[str, Place]


@dataclass(frozen=True)
class Schema:
    """What a case is checked against: its root table and the rules between keys."""

    root: type[Table]
    rules: Rules


@dataclass(frozen=True)
class _Parts:
    """What the case and its sizing case share."""

    path: Path
    layers: Sequence[Layer]
    scenario: str | None
    sets: Mapping[str, str]
    sources: Sources
    expect: tuple[Expect, ...]
    expected: tuple[Expect, ...]
    scenarios: Mapping[str, Scenario]
    prices: Mapping[str, History]


def read_case(
    path: Path | str, scenario: str | None = None, sets: Mapping[str, str] | None = None, *, resize: bool = False
) -> Case:
    """Read and check a case.

    Args:
        path: A folder that holds a case.toml, or a case file.
        scenario: A scenario of its scenarios.toml to lay over it.
        sets: Dotted key → value as typed, over everything else.
        resize: Whether the lenders' case lies over the scenario too, rather than over the case as signed.

    Raises:
        CaseError: Every problem found, with file and line.
        UsageError: No such scenario.
        FileError: A file cannot be read.
        LimitError: A file is beyond a limit.
    """
    return read_with(Schema(CaseTables, RULES), path, scenario, sets, resize=resize)


def read_with(
    schema: Schema,
    path: Path | str,
    scenario: str | None = None,
    sets: Mapping[str, str] | None = None,
    *,
    resize: bool = False,
) -> Case:
    """Read a case against a given schema; `read_case` uses the one of finmodel."""
    want_path(path, "a case")
    want(scenario, (str, type(None)), "a scenario is the name of one")
    problems: list[Problem] = []
    layers, sets = open_layers(Path(path)), sets or {}
    base = base_document(layers, problems)
    changed = regimes.beneath(_with_sets(base, from_sets(sets), schema.root, problems), problems)
    expect, lenders = take(changed, "expect"), dotted(take(changed, "sizing", "case"))
    parts = _parts(Path(path), layers, (scenario, sets), expect, problems)
    problems += _overlay_problems(changed, lenders, parts, schema.root)
    problems += _source_problems(layers, changed, schema.root)
    live = _under(changed, parts, sets)
    tables = _tables(live, schema.root, problems)
    sized = (
        merge(live if resize else changed, lenders)
        if lenders.tree and not check(lenders, changed, schema.root, live="x")
        else None
    )
    sizing = None if sized is None else _tables(sized, schema.root, problems)
    if problems or tables is None:
        raise CaseError(ordered(problems))
    sizing_case = None if sized is None or sizing is None else _case(sizing, sized, parts, schema, None)
    return _case(tables, live, parts, schema, sizing_case)


def _with_sets(base: Document, sets: Document, root: type[Table], problems: list[Problem]) -> Document:
    """The case under `--set`; a key that does not exist is reported once and left out."""
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


def _parts(
    path: Path,
    layers: Sequence[Layer],
    asked: tuple[str | None, Mapping[str, str]],
    expect: Document,
    problems: list[Problem],
) -> _Parts:
    scenario, sets = asked
    scenarios = Document()
    for layer in layers:
        scenarios = merge(scenarios, layer.parts["scenarios.toml"])
    known = read_scenarios(scenarios, problems)
    if scenario is not None and scenario not in scenarios.tree:
        near = nearest(scenario, known)
        hint = (
            f' Did you mean "{near}"?'
            if near
            else f" Known are: {', '.join(known)}."
            if known
            else " The case has none."
        )
        raise UsageError(f'"{scenario}" is not a scenario of {layers[-1].folder}.{hint}')
    prices: dict[str, History] = {}
    for layer in layers:
        prices.update(histories_of(layer.prices, problems) if layer.prices else {})
    expected = read_expected(layers[-1].parts["expected.toml"], problems)
    rows = [read_sources(layer.parts["sources.toml"], problems)[0] for layer in layers]
    level = {layer.texts[0].name: number for number, layer in enumerate(layers)}
    files = frozenset(str(layer.folder / "scenarios.toml") for layer in layers)
    expects = read_expect(expect, problems)
    return _Parts(path, layers, scenario, sets, Sources(rows, level, files), expects, expected, known, prices)


def _overlay_problems(base: Document, lenders: Document, parts: _Parts, root: type[Table]) -> list[Problem]:
    found = check(lenders, base, root, live="the sizing case")
    for scenario in parts.scenarios.values():
        found += check(scenario.overlay, base, root, live="a scenario")
    return found


def _source_problems(layers: Sequence[Layer], case: Document, root: type[Table]) -> list[Problem]:
    """Only the case's own sources: one that it extends may name keys that it removes."""
    rows, document = read_sources(layers[-1].parts["sources.toml"], [])
    return unknown_sources(rows, document, case, root)


def _under(base: Document, parts: _Parts, sets: Mapping[str, str]) -> Document:
    """The case under its scenario; `--set` stays on top."""
    scenario = parts.scenarios.get(parts.scenario or "")
    if scenario is None:
        return base
    result = merge(merge(base, scenario.overlay), from_sets(sets))
    take(result, "expect")
    take(result, "sizing", "case")
    return result


def _tables(document: Document, root: type[Table], problems: list[Problem]) -> Table | None:
    currency = document.tree.get("currency")
    context = {"currency": currency if currency in CURRENCIES else "USD"}
    try:
        return root.model_validate(document.tree, context=context)
    except ValidationError as error:
        problems += problems_of(error, document, root)
        return None


def _case(tables: Table, document: Document, parts: _Parts, schema: Schema, sizing: Case | None) -> Case:
    checked = cast(CaseTables, tables)
    clock = _clock(checked, document)
    faults = bind(tables, document, clock, parts.sources.of)
    for rule in schema.rules:
        faults += rule(tables)
    _raise(faults, document)
    typed = [given for _, given, typed in leaves(tables, document.tree) if typed]
    return Case(
        name=checked.name,
        folder=parts.layers[-1].folder,
        scenario=parts.scenario,
        tables=checked,
        timeline=clock.timeline,
        sha256=digest(parts.layers, parts.scenario, parts.sets, regimes.texts(document)),
        sources=parts.sources.flat(),
        unsourced=tuple(given.id for given in typed if not given.source),
        expect=parts.expect,
        expected=parts.expected,
        scenarios=parts.scenarios,
        prices=parts.prices,
        sizing=sizing,
        files=tuple(text.path for layer in parts.layers for text in layer.texts),
        path=parts.path,
        sets=parts.sets,
        places={".".join(keys): document.place(keys) for keys in document.places if keys[:1] == ("extra_lines",)},
    )


def _clock(tables: CaseTables, document: Document) -> Clock:
    _raise(list(timeline_faults(tables.timeline)), document)
    return clock_of(tables.timeline)


def _raise(faults: Sequence[Fault], document: Document) -> None:
    """Faults between keys, at their places."""
    if faults:
        rows = [(tuple(key.split(".")), wrong, remedy) for key, wrong, remedy in faults]
        raise CaseError(ordered(placed(document.place(keys), keys, wrong, remedy) for keys, wrong, remedy in rows))
