"""The entry of this floor: a case folder goes in, checked inputs with places and sources come out.

Every problem of every file is reported at once: first those of syntax, then those of single keys, then
those between keys. A case is a value: it keeps what it was read from, and others are derived from it in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from pydantic import ValidationError

from finmodel.case import regimes
from finmodel.case.expand import Clock, Value, bind, clock_of, leaves, timeline_faults, told, with_values
from finmodel.case.expect import Expect, read_expect
from finmodel.case.folder import base_document, digest
from finmodel.case.frozen import FrozenDict
from finmodel.case.histories import History
from finmodel.case.laying import LENDERS, overlay_problems, source_problems, under, with_sets
from finmodel.case.messages import ordered, problems_of, refuse
from finmodel.case.origin import Origin, Schema, opened
from finmodel.case.overlay import check, dotted, from_sets, merge, of_lenders, take
from finmodel.case.positions import Document, Place
from finmodel.case.scenario_file import Scenario
from finmodel.case.table import Table
from finmodel.case.values import digest_of
from finmodel.deal.known import own_modules, schema_with
from finmodel.deal.limits import check_size
from finmodel.deal.schema import CaseTables
from finmodel.deal.time.fiscal import year_names
from finmodel.kernel.errors import CaseError, Problem, want, want_path
from finmodel.kernel.timeline import Timeline
from finmodel.kernel.units import CURRENCIES

__all__ = ["Case", "Schema", "read_case", "read_with"]
PLACED = (("extra_lines",), ("risk",))  # tables with texts that only the lines of the model can judge
SCENARIO = "a scenario is the name of one"


@dataclass(frozen=True, eq=False)
class Case:
    """A case that passed every check. It never changes: other cases are derived from it, and no file is read again.

    Args:
        name: As the case names itself.
        folder: Where it was read.
        scenario: The scenario laid over it; None for the case itself.
        tables: Its inputs; every leaf is a Given with key, place and source.
        timeline: Its periods.
        sha256: Of all files that made it, the scenario, the changes, and all values, typed or not.
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
        places: Where the formulas of [extra_lines] and what [risk] draws stand: dotted key → place.
        origin: What it was read from.
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
    origin: Origin = field(repr=False)

    def with_scenario(self, name: str | None) -> Case:
        """The same case under another of its scenarios, or under none; changes stay on top.

        Raises:
            UsageError: No such scenario.
            CaseError: The scenario breaks a rule between keys.
        """
        want(name, (str, type(None)), SCENARIO)
        return self if name == self.scenario else _derived(self.origin, name, self.sets)

    def with_set(self, changes: Mapping[str, str] | None) -> Case:
        """The same case with more changes laid over it: dotted key → value as typed.

        Raises:
            CaseError: Every problem of the changes.
            UsageError: They are not keys and texts.
        """
        if not changes:
            return self
        from_sets(changes)  # refuses what is no key and text, before it is mixed with those that are
        return _derived(self.origin, self.scenario, {**self.sets, **changes})

    @property
    def modules(self) -> tuple[str, ...]:
        """Own clauses that were named: name, version and hash of each."""
        return own_modules(self.tables)

    def signed(self) -> Case:
        """The case as its files have it, without scenario and changes: held debt is sized on it."""
        return self if self.scenario is None and not self.sets else _derived(self.origin, None, {})

    def lenders(self, *, resize: bool = False) -> Case:
        """The case that debt is sized on: without its scenario, and under [sizing.case].

        Args:
            resize: Whether the lenders' case lies over the scenario, rather than over the case as signed.
        """
        if self.scenario is None:
            return self.sizing or self
        if resize:
            resized = _derived(self.origin, self.scenario, self.sets, resize=True)
            return resized.sizing or resized
        if self.sizing is None:
            return self.with_scenario(None)
        return replace(self.sizing, scenario=None, sha256=_sha256(self.origin, None, self.sets, self.sizing.tables))

    def with_values(self, values: Mapping[str, Value]) -> Case:
        """The same case with other numbers of some inputs, in new tables: id → a number, or one a period.

        The sizing case stays as it is. What is derived from the result by scenario or changes has the old numbers.
        """
        return replace(self, tables=with_values(self.tables, values))

    def widened(self, ids: Iterable[str]) -> Case:
        """The same case with a number for each period where some inputs have one number."""
        wide, count = {*ids}, self.timeline.count
        single = {given.id: given.number for _, given, _ in leaves(self.tables, {}) if not given.series}
        return self.with_values({id: (number,) * count for id, number in single.items() if id in wide})

    def document(self) -> Document:
        """What the case says as typed, with places: its layers, its scenario and changes, with [sizing.case]."""
        scenario = self.scenarios.get(self.scenario or "")
        base = merge(base_document(self.origin.layers, []), from_sets(self.sets))
        return base if scenario is None else merge(merge(base, scenario.overlay), from_sets(self.sets))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Case) and (self is other or self._value() == other._value())

    def __hash__(self) -> int:
        return hash((self.sha256, self.scenario))

    def _value(self) -> tuple[object, ...]:
        """All that makes it what it is; inputs by key, value, unit, label, place and source."""
        plain = (self.sha256, self.scenario, dict(self.sets), self.path, self.timeline, self.unsourced)
        return *plain, told(self.tables), self.sizing, dict(self.sources), dict(self.prices), dict(self.places)


def read_case(
    path: Path | str,
    scenario: str | None = None,
    sets: Mapping[str, str] | None = None,
    modules: Sequence[Path | str] = (),
) -> Case:
    """Read and check a case.

    Args:
        path: A folder that holds a case.toml, or a case file.
        scenario: A scenario of its scenarios.toml to lay over it.
        sets: Dotted key → value as typed, over everything else.
        modules: Own clauses: Python files, and names of installed ones.

    Raises:
        CaseError: Every problem found, with file and line.
        UsageError: No such scenario, or no such installed clause.
        FileError, LimitError: A file cannot be read, or is beyond a limit.
    """
    return read_with(schema_with(modules), path, scenario, sets)


def read_with(
    schema: Schema, path: Path | str, scenario: str | None = None, sets: Mapping[str, str] | None = None
) -> Case:
    """Read a case against a given schema; `read_case` uses the one of finmodel."""
    want_path(path, "a case")
    want(scenario, (str, type(None)), SCENARIO)
    problems: list[Problem] = []
    origin = opened(Path(path), schema, problems)
    return _derived(origin, scenario, sets or {}, problems)


@dataclass(frozen=True)
class Asked:
    """What is laid over a case, and what its analyst asserts under it."""

    scenario: str | None
    sets: Mapping[str, str]
    expect: tuple[Expect, ...]


def _derived(
    origin: Origin,
    scenario: str | None,
    sets: Mapping[str, str],
    problems: list[Problem] | None = None,
    *,
    resize: bool = False,
) -> Case:
    """A case from what was read.

    Args:
        problems: Those found while the files were opened.
        resize: Whether the lenders' case lies over the scenario too, rather than over the case as signed.
    """
    root, problems, over = origin.schema.root, [] if problems is None else problems, from_sets(sets)
    base = base_document(origin.layers, problems)
    check_size(base, origin.layers[-1].texts[0].name)
    changed = with_sets(base, over, root, problems)
    named = regimes.named(changed, origin.sources.regimes)
    changed = regimes.beneath(changed, named, problems)
    origin = replace(origin, sources=replace(origin.sources, regimes=named))
    expect, lenders = take(changed, "expect"), dotted(take(changed, *LENDERS))
    laid, asked = origin.scenario(scenario), Asked(scenario, FrozenDict(sets), read_expect(expect, problems))
    problems += overlay_problems(changed, lenders, origin.scenarios, root)
    problems += source_problems(origin.layers, changed, root)
    live = under(changed, laid, sets)
    tables = _tables(live, root, problems)
    sized = (
        merge(live if resize else changed, lenders)
        if lenders.tree and not check(lenders, changed, root, live="x")
        else None
    )
    sizing = None if sized is None else _tables(sized, root, problems)
    if problems or tables is None:
        raise CaseError(ordered(problems))
    try:
        sizing_case = None if sized is None or sizing is None else _case(sizing, sized, origin, asked, None)
    except CaseError as error:
        _case(tables, live, origin, asked, None)  # what is wrong with the case itself is told of it
        raise CaseError([of_lenders(problem, lenders) for problem in error.problems]) from None
    return _case(tables, live, origin, asked, sizing_case)


def _tables(document: Document, root: type[Table], problems: list[Problem]) -> Table | None:
    currency = document.tree.get("currency")
    context = {"currency": currency if currency in CURRENCIES else "USD"}
    try:
        return root.model_validate(document.tree, context=context)
    except ValidationError as error:
        problems += problems_of(error, document, root)
        return None


def _case(tables: Table, document: Document, origin: Origin, asked: Asked, sizing: Case | None) -> Case:
    checked = cast(CaseTables, tables)
    clock = _clock(checked, document)
    faults = bind(tables, document, clock, origin.sources.of)
    for rule in origin.schema.rules:
        faults += rule(tables)
    refuse(faults, document)
    places = {".".join(keys): document.place(keys) for keys in document.places if keys[:1] in PLACED}
    typed = [given for _, given, typed in leaves(tables, document.tree) if typed]
    return Case(
        name=checked.name,
        folder=origin.layers[-1].folder,
        scenario=asked.scenario,
        tables=checked,
        timeline=clock.timeline,
        sha256=_sha256(origin, asked.scenario, asked.sets, tables),
        sources=FrozenDict(origin.sources.flat()),
        unsourced=tuple(given.id for given in typed if not given.source),
        expect=asked.expect,
        expected=origin.expected,
        scenarios=origin.scenarios,
        prices=origin.prices,
        sizing=sizing,
        files=tuple(text.path for layer in origin.layers for text in layer.texts),
        path=origin.path,
        sets=asked.sets,
        places=FrozenDict(places),
        origin=origin,
    )


def _sha256(origin: Origin, scenario: str | None, sets: Mapping[str, str], tables: Table) -> str:
    """Of the files, and of all values: the same files under another default are another case."""
    files = digest(origin.layers, scenario, sets, [regime.text for regime in origin.sources.regimes.values()])
    return digest_of(tables, (files, *own_modules(tables)))


def _clock(tables: CaseTables, document: Document) -> Clock:
    refuse(list(timeline_faults(tables.timeline)), document)
    if not isinstance(tables, CaseTables):  # a schema without companies has no countries that name its years
        return clock_of(cast(CaseTables, tables).timeline)
    return clock_of(tables.timeline, year_names(tables))
