"""Results: every line's numbers by id, the named metrics, the checks, and why a result is not a number."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from finmodel.deal.read import Case
from finmodel.kernel.errors import UsageError, want
from finmodel.kernel.faces.generated import Values
from finmodel.kernel.model import Model

if TYPE_CHECKING:
    import pandas as pd


ERROR, ALERT = "error", "alert"


@dataclass(frozen=True)
class CheckResult:
    """One check: `worst` is its largest value, zero when true; `at` the label of that period."""

    id: str
    label: str
    kind: str
    passed: bool
    worst: float
    at: str


@dataclass(frozen=True)
class Results:
    """The numbers of one run.

    `result["facility.jbic.interest"]` is an array with one value a period [unit of the line], or a number for a
    single-number line. `metrics` holds None where a result is not applicable, with the reason in `notes`. `views` keeps
    what higher floors compute from this run, such as the government's account, so that it is computed once.
    """

    case: Case
    model: Model
    values: Values
    given: Mapping[str, Any]
    checks: tuple[CheckResult, ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    views: dict[str, object] = field(default_factory=dict, init=False, compare=False, repr=False)

    def __getitem__(self, id: str) -> NDArray[np.float64] | float:
        want(id, str, 'a line is named by text, such as "facility.jbic.interest"')
        if id not in self.values:
            try:
                self.model.find(id)
            except Exception as error:
                raise UsageError(str(error)) from None
            raise UsageError(f"{id} was not asked for in this run")
        value = self.values[id]
        return np.array(value) if self.model.lines[id].series else float(value)

    @property
    def metrics(self) -> dict[str, float | None]:
        """Named results; None where not applicable."""
        found = {name: float(self.values[metric.line.id]) for name, metric in self.model.metrics.items()}
        return {name: None if math.isnan(value) else value for name, value in found.items()}

    @property
    def notes(self) -> dict[str, str]:
        """Why a metric is not a number, or what to know of one that is."""
        notes = {}
        for name, metric in self.model.metrics.items():
            if metric.status is not None:
                reason = metric.reasons[int(self.values[metric.status.id])]
                if reason:
                    notes[name] = reason
        return notes

    @property
    def units(self) -> dict[str, str]:
        """The unit of each metric."""
        return {name: str(metric.line.unit) for name, metric in self.model.metrics.items()}

    @property
    def passed(self) -> bool:
        """Whether every check of class error holds."""
        return all(check.passed for check in self.checks if check.kind == ERROR)

    def frame(self, pattern: str = "*") -> pd.DataFrame:
        """Lines whose id matches a pattern, one column each, one row a period (a DataFrame; units in `attrs`).

        Args:
            pattern: An id in which * stands for any letters.
        """
        import pandas as pd

        want(pattern, str, 'a pattern is text, such as "facility.*"')
        ids = [id for id, line in self.model.lines.items() if line.series and fnmatchcase(id, pattern)]
        index = pd.Index(self.model.timeline.labels, name="period")
        frame = pd.DataFrame({id: self.values[id] for id in ids}, index=index)
        frame.attrs["units"] = {id: str(self.model.lines[id].unit) for id in ids}
        return frame


def judge(model: Model, values: Values, tolerance: float) -> tuple[CheckResult, ...]:
    """Read the model's check lines; one passes when no period is above the tolerance.

    Args:
        values: Line id → values.
        tolerance: Largest value of a check that counts as zero.

    Returns:
        Each check, in the order of the model.
    """
    results = []
    for id, check in model.checks.items():
        row = values[id] if model.lines[id].series else [values[id]]
        worst = max(range(len(row)), key=lambda t: abs(row[t]))
        at = model.timeline.labels[worst] if model.lines[id].series else ""
        size = abs(float(row[worst]))
        results.append(CheckResult(id, model.lines[id].label, check, size <= tolerance, size, at))
    return tuple(results)
