"""The desk of the workbook: a run's cases become columns of its live switch, and trials to compare the file in."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from finmodel.analysis.sensitivity import sensitivity
from finmodel.case.expand import leaves
from finmodel.deal.read import Case
from finmodel.kernel.errors import FinmodelError, UsageError
from finmodel.kernel.evaluate import evaluate
from finmodel.kernel.expr import text
from finmodel.kernel.faces.generated import Value, Values
from finmodel.kernel.model import Model
from finmodel.present.pages.sensitivity import COLUMNS
from finmodel.run.build import Built, build
from finmodel.run.results import Results
from finmodel.workbook.book import BASE, Book, Grid, LiveCase
from finmodel.workbook.cells import CONSTANT
from finmodel.workbook.certificate import Edit, Trial
from finmodel.workbook.keys import Key, keys
from finmodel.workbook.layout import Spot
from finmodel.workbook.pages.header import LIVE_NAME

CHANGES, SEED, MOST = 5, 20260101, 0.1
LENDERS = "lenders"
Inputs = Mapping[str, Value]


@dataclass(frozen=True)
class Column:
    """A case of the live switch beside the base.

    Args:
        live: What the workbook shows of it.
        given: All its inputs.
        built: Its own lines; None when it is the base case with other numbers.
        kind: "scenario", "lenders" or "path".
    """

    live: LiveCase
    given: Inputs
    built: Built | None
    kind: str


@dataclass(frozen=True)
class Desk:
    """The case, its model wide enough for every column, and the columns."""

    result: Results
    base: Case
    wide: Built
    given: Values
    columns: tuple[Column, ...]
    refused: Mapping[str, str]

    @classmethod
    def of(cls, result: Results, paths: Mapping[str, Inputs]) -> Desk:
        """Gather what the workbook is made of.

        Args:
            paths: Name → inputs that differ from the case as it was run; each becomes a column.
        """
        case = result.case
        base = case.with_scenario(None)
        scenarios = {name: case.with_scenario(name) for name in base.scenarios}
        lenders = [] if base.sizing is None else [base.sizing]
        wide = build(_widened(base, [*scenarios.values(), *lenders], paths.values()))
        solved = {item.value.id: result.given[item.value.id] for item in wide.model.solved}
        given = {**wide.inputs(base), **solved}
        columns, refused = _scenarios(scenarios, wide, given, solved)
        for other in lenders:
            values = {**wide.inputs(other), **solved}
            columns.append(_column(LENDERS, "Lenders' case, for sizing", (given, values), columns, "lenders"))
        run = given if case.scenario is None else {**wide.inputs(case), **solved}
        for name, changes in paths.items():
            columns.append(_column(name, name, (given, {**run, **changes}), columns, "path"))
        return cls(result, base, wide, given, tuple(columns), refused)

    def book(self, quick: bool) -> Book:
        """What goes into the workbook.

        Args:
            quick: Whether the live case alone is compared.
        """
        cases = [LiveCase(BASE, "Base case"), *(column.live for column in self.columns)]
        return Book(
            result=self.result,
            model=self.wide.model,
            given=self.given,
            keys=keys(self.base.tables, self.wide.model),
            cases=tuple(cases),
            live=self._live(),
            sizing=self._sizing(),
            refused=self.refused,
            stamped={} if quick else self._stamped(),
            sensitivity=None if quick else _grid(self.result),
        )

    def _live(self) -> int:
        """The number of the column that was run; 1 is the base case."""
        wanted = self.result.case.scenario
        found = (at for at, column in enumerate(self.columns, 2) if column.kind == "scenario" and _is(column, wanted))
        if wanted is None:
            return 1
        if wanted in self.refused:
            raise UsageError(f"a workbook cannot have scenario {wanted} as a column: {self.refused[wanted]}")
        return next(found)

    def _stamped(self) -> dict[str, dict[str, float | None]]:
        """Case → its named results."""
        found = {BASE: _metrics(self.wide.model, self._values(self.given))}
        return found | {column.live.name: _metrics(self.wide.model, self._own(column)) for column in self.columns}

    def _sizing(self) -> int:
        """The column on which every solved value meets its target; 0 if there is none."""
        lenders = [(at, column.given) for at, column in enumerate(self.columns, 2) if column.kind == "lenders"]
        at, given = lenders[0] if lenders else (1, self.given)
        values, tolerance = self._values(given), self.base.tables.sizing.tolerance.number
        for item in self.wide.model.solved:
            size = float(np.max(np.abs(values[item.target.id])))
            if float(np.max(np.abs(values[item.residual.id]))) > tolerance * (size or 1.0):
                return 0
        return at

    def trials(self, book: Book, quick: bool) -> Iterator[Trial]:
        """What is compared: the file as it stands, each case of the switch, and changes of inputs.

        Args:
            quick: Whether the live case alone is compared.
        """
        yield Trial(f"the file as it stands ({book.cases[book.live - 1].name})", (), (), self.result.values)
        if quick:
            return
        switch = Spot("Scenarios", LIVE_NAME, CONSTANT)
        back = Edit(switch, BASE)
        yield Trial("case base", (back,), (), self._values(self.given))
        for column in self.columns:
            yield Trial(f"case {column.live.name}", (Edit(switch, column.live.name),), (back,), self._own(column))
        yield from self._changes(book)

    def _changes(self, book: Book) -> Iterator[Trial]:
        """Inputs drawn at random and moved; one that moves no result would show nothing, so another is drawn."""
        found, base = 0, _metrics(self.wide.model, self._values(self.given))
        possible = candidates(book)
        for key in random.Random(SEED).sample(possible, k=len(possible)):
            trial = self._change(book, key, MOST * (1 if found % 2 else -1) * (found + 1) / CHANGES)
            if _metrics(self.wide.model, trial.expected) != base:
                found += 1
                yield trial
            if found == CHANGES:
                return

    def _own(self, column: Column) -> Values:
        """A column's numbers, from lines of its own where it is a case of its own."""
        if column.built is None:
            return self._values(column.given)
        own, solved = column.built, {item.value.id: self.given[item.value.id] for item in column.built.model.solved}
        return evaluate(own.model, own.plan, {**own.inputs(own.case), **solved})

    def _values(self, given: Inputs) -> Values:
        return evaluate(self.wide.model, self.wide.plan, given)

    def _change(self, book: Book, key: Key, share: float) -> Trial:
        """One input moved, typed into the file, and put into a case whose lines are declared anew."""
        spot = book.layout.inputs[key.id]
        moved = tuple(_within(key, value, share) for value in _row(key.value))
        new: Value = list(moved) if key.series else moved[0]
        old: Value = list(_row(key.value)) if key.series else _row(key.value)[0]
        case = self.base.with_values({key.id: moved if key.series else moved[0]})
        own = build(case)
        solved = {item.value.id: self.given[item.value.id] for item in own.model.solved}
        values = evaluate(own.model, own.plan, {**own.inputs(case), **solved})
        shown = f"{key.id} {share:+.0%}"
        return Trial(f"change {shown}", (Edit(spot, new),), (Edit(spot, old),), values)


def _scenarios(
    scenarios: Mapping[str, Case], wide: Built, given: Inputs, solved: Inputs
) -> tuple[list[Column], dict[str, str]]:
    """A column for each scenario with the lines of the base case, and why another has none."""
    columns: list[Column] = []
    refused: dict[str, str] = {}
    rows = [given.id for _, given, _ in leaves(wide.case.tables, {}) if given.series]
    for name, other in scenarios.items():
        try:
            own, values = build(other.widened(rows)), {**wide.inputs(other), **solved}
        except FinmodelError as error:
            refused[name] = str(error)
            continue
        if _logic(own.model) != _logic(wide.model):
            refused[name] = "it changes the lines themselves, not only their inputs"
            continue
        terms = other.scenarios[name]
        column = _column(name, terms.label, (given, values), columns, "scenario")
        columns.append(replace(column, built=own, live=replace(column.live, probability=terms.probability)))
    return columns, refused


def _column(name: str, label: str, values: tuple[Inputs, Inputs], taken: Sequence[Column], kind: str) -> Column:
    """A column with what differs from the base; a scenario may be called as the base or another column is."""
    used = {BASE, *(column.live.name for column in taken)}
    while name in used:
        name += "_case"
    return Column(LiveCase(name, label, _moved(*values)), values[1], None, kind)


def _is(column: Column, scenario: str | None) -> bool:
    return column.built is not None and column.built.case.scenario == scenario


def _metrics(model: Model, values: Inputs) -> dict[str, float | None]:
    """Named results; None where not applicable."""
    found = {name: np.asarray(values[metric.line.id]).item() for name, metric in model.metrics.items()}
    return {name: None if math.isnan(value) else value for name, value in found.items()}


def _grid(result: Results) -> Grid:
    """The downside grid of the base case."""
    table = sensitivity(result.case.with_scenario(None))
    names = tuple(name for _, name in COLUMNS if name in table.base.units)
    return Grid(names, {label: tuple(run.metrics[name] for name in names) for label, run in table.rows.items()})


def candidates(book: Book) -> list[Key]:
    """Inputs that may be changed by some per cent: live, read by a line, not nothing, no date and no count."""
    read = book.model.givens()
    whole = ("month", "date", "day")
    return [
        key
        for key in book.keys
        if key.live
        and key.id in read
        and key.group != "returns"
        and str(key.unit) not in whole
        and not isinstance(key.value, str)
        if any(_row(key.value))
        and not all(value == int(value) and str(key.unit) == "ratio" for value in _row(key.value))
    ]


def _row(value: float | tuple[float, ...] | str) -> tuple[float, ...]:
    assert not isinstance(value, str)
    return value if isinstance(value, tuple) else (value,)


def _within(key: Key, value: float, share: float) -> float:
    """A value moved by a share, within the bounds of its key."""
    low, high = key.bounds
    moved = value * (1 + share)
    if (low is not None and moved <= low) or (high is not None and moved >= high):
        moved = value * (1 - abs(share) / 2)
    return moved


def _widened(base: Case, others: Sequence[Case], paths: Iterable[Inputs]) -> Case:
    """The base case with a row wherever any other case has one."""
    rows = {given.id for case in others for _, given, _ in leaves(case.tables, {}) if isinstance(given.value, tuple)}
    rows |= {id for path in paths for id, value in path.items() if isinstance(value, list | tuple)}
    return base.widened(rows)


def _moved(base: Inputs, values: Inputs) -> dict[str, Value]:
    return {id: value for id, value in values.items() if _plain(value) != _plain(base[id])}


def _plain(value: Value) -> object:
    return list(value) if isinstance(value, list | tuple) else value


def _logic(model: Model) -> dict[str, str]:
    """What each line says."""
    return {id: text(line.expr) for id, line in model.lines.items() if line.expr is not None}
