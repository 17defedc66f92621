"""What goes into a workbook: the model, its inputs, the cases of its live switch, and what was found about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from finmodel.deal.read import Case
from finmodel.kernel.faces.generated import Value
from finmodel.kernel.model import Model
from finmodel.risk.simulated import Histogram, Summary
from finmodel.run.results import Results
from finmodel.workbook.keys import Key
from finmodel.workbook.layout import Layout
from finmodel.workbook.texts import ENGLISH, Texts

BASE = "base"


@dataclass(frozen=True)
class LiveCase:
    """One column of the live switch.

    Args:
        name: What the switch shows.
        label: In words.
        values: Input → value, of those that are not as in the base case.
        probability: None when the case is not weighted.
    """

    name: str
    label: str
    values: Mapping[str, Value] = field(default_factory=dict)
    probability: float | None = None


@dataclass(frozen=True)
class Certificate:
    """What was compared with the model before the file was handed over.

    Args:
        engine: The program that recalculated the file, with its version.
        compared: What was compared: one text for each case and each change.
        cells: Number of cells compared.
        largest: The largest difference, relative to its scale.
        where: The cell with the largest difference.
        left: Words of the file that its language does not have yet, in English.
    """

    engine: str
    compared: tuple[str, ...]
    cells: int
    largest: float
    where: str
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grid:
    """A table of results that the engine computed and that the workbook shows as it stood.

    Args:
        columns: Names of results.
        rows: Label → one value a column; None where not applicable.
    """

    columns: tuple[str, ...]
    rows: Mapping[str, tuple[float | None, ...]]


@dataclass(frozen=True)
class Simulated:
    """What is shown of a simulation: its statistics, and result → how often it fell into each class."""

    summary: Summary
    histograms: Mapping[str, Histogram]


@dataclass(frozen=True)
class Book:
    """All that the pages of a workbook are filled from.

    Args:
        result: The case as run, live when the file is opened.
        model: Its lines; an input that is a row in any case is a row in it.
        given: Inputs of the base case by id, with the solved values.
        keys: The assumptions book.
        cases: The columns of the live switch, base first.
        live: Number, from 1, of the case that is live when the file is opened.
        sizing: Number of the case that debt was sized on; 0 when it is none of these.
        refused: Scenario → why it has no column.
        stamped: Case → its key results as the engine has them.
        sensitivity: The downside grid; None when it was not run.
        simulation: None when none was run.
        certificate: None until the file was compared.
        say: The words of its language.
    """

    result: Results
    model: Model
    given: Mapping[str, Value]
    keys: tuple[Key, ...]
    cases: tuple[LiveCase, ...]
    live: int = 1
    sizing: int = 1
    refused: Mapping[str, str] = field(default_factory=dict)
    stamped: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    sensitivity: Grid | None = None
    simulation: Simulated | None = None
    certificate: Certificate | None = None
    say: Texts = ENGLISH

    @property
    def case(self) -> Case:
        """The case that is live when the file is opened."""
        return self.result.case

    @property
    def count(self) -> int:
        """Number of periods."""
        return self.model.timeline.count

    @property
    def currency(self) -> str:
        """The currency in which the deal reports."""
        return self.case.tables.currency

    @cached_property
    def overridden(self) -> dict[str, None]:
        """Inputs that any case of the switch changes, in the order of the model."""
        moved = {id for case in self.cases for id in case.values}
        return dict.fromkeys(id for id in self.given if id in moved)

    @cached_property
    def layout(self) -> Layout:
        """Where everything stands."""
        return Layout.of(self.model, self.keys, list(self.overridden), self.case.tables, len(self.cases))

    @cached_property
    def labels(self) -> dict[str, str]:
        """Line → its label; where two lines share one, each has its key beside it."""
        shown = {id: self.say.line(line) for id, line in self.model.lines.items()}
        count = Counter(shown.values())
        return {id: label if count[label] == 1 else f"{label} ({id})" for id, label in shown.items()}
