"""What a case is read from: its files, parsed once, and what they hold beside the main one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from finmodel.case.describe import nearest
from finmodel.case.expand import Fault
from finmodel.case.expect import Expect, read_expected
from finmodel.case.folder import Layer, open_layers
from finmodel.case.frozen import FrozenDict
from finmodel.case.histories import History, histories_of
from finmodel.case.overlay import merge
from finmodel.case.positions import Document
from finmodel.case.scenario_file import Scenario, read_scenarios
from finmodel.case.sources import Sources, read_sources
from finmodel.case.table import Table
from finmodel.kernel.errors import Problem, UsageError

Rules = Sequence[Callable[[Any], Iterator[Fault]]]


@dataclass(frozen=True)
class Schema:
    """What a case is checked against: its root table and the rules between keys."""

    root: type[Table]
    rules: Rules


@dataclass(frozen=True)
class Origin:
    """What a case was read from, kept so that nothing is read twice.

    Args:
        path: The folder or file that was asked for.
        layers: Its files as read, and those of the cases that it extends, the first of them first.
        schema: What it is checked against.
        scenarios: All scenarios of the case by name.
        prices: Price histories by index.
        expected: Golden results of expected.toml.
        sources: Where figures come from, and the tax regimes that the case names.
    """

    path: Path
    layers: tuple[Layer, ...] = field(repr=False)
    schema: Schema = field(repr=False)
    scenarios: Mapping[str, Scenario] = field(repr=False)
    prices: Mapping[str, History] = field(repr=False)
    expected: tuple[Expect, ...] = field(repr=False)
    sources: Sources = field(repr=False)

    def scenario(self, name: str | None) -> Scenario | None:
        """A scenario by its name; None for none, and for one that cannot be read.

        Raises:
            UsageError: The case has no such scenario.
        """
        written = any(name in layer.parts["scenarios.toml"].tree for layer in self.layers)
        if name is not None and not written:
            near, known = nearest(name, self.scenarios), ", ".join(self.scenarios)
            hint = f' Did you mean "{near}"?' if near else f" Known are: {known}." if known else " The case has none."
            raise UsageError(f'"{name}" is not a scenario of {self.layers[-1].folder}.{hint}')
        return self.scenarios.get(name or "")


def opened(path: Path, schema: Schema, problems: list[Problem]) -> Origin:
    """Open the files of a case; what is wrong with those beside the main one is added to `problems`.

    Args:
        path: The file or folder.
    """
    layers = open_layers(path)
    scenarios, prices = Document(), FrozenDict[str, History]()
    for layer in layers:
        scenarios = merge(scenarios, layer.parts["scenarios.toml"])
        prices = FrozenDict({**prices, **(histories_of(layer.prices, problems) if layer.prices else {})})
    known = FrozenDict(read_scenarios(scenarios, problems))
    expected = read_expected(layers[-1].parts["expected.toml"], problems)
    rows = tuple(FrozenDict(read_sources(layer.parts["sources.toml"], problems)[0]) for layer in layers)
    level = FrozenDict({layer.texts[0].name: number for number, layer in enumerate(layers)})
    files = frozenset(str(layer.folder / "scenarios.toml") for layer in layers)
    return Origin(path, layers, schema, known, prices, expected, Sources(rows, level, files))
