"""Scenarios side by side: each one is run on the debt as signed, and money is weighted by probability.

Weighted:  money and support are Σ probability × amount. A rate has no mean: there is the rate of the weighted equity
           flows, and it is named so. Ratios are shown at the worst scenario. A scenario without a probability is shown
           and not weighted.
Source:    decisions on debt that is held (S3) and on means (S6).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from finmodel.deal.read import Case
from finmodel.kernel.errors import UsageError
from finmodel.kernel.returns.irr import FOUND, OK, judged_batch
from finmodel.kernel.units import CURRENCIES
from finmodel.kernel.version import version
from finmodel.run.covenant_events import events_of, funded, to_plain
from finmodel.run.results import Results
from finmodel.run.run import opened, run

SCHEMA = "finmodel.scenarios/1"
EQUITY_FLOW = "returns.net_equity_flow"
EQUITY_IRR = "equity_irr_of_weighted_flows"
LOWEST_IS_WORST = ("dscr_", "icr_", "llcr_", "plcr_", "liquidity_", "equity_multiple")


class _Rate(NamedTuple):
    """A rate of return a year, None where there is none, and its status."""

    rate: float | None
    status: int


@dataclass(frozen=True)
class ScenarioTable:
    """The base case and every scenario of a case, all on the same debt.

    Args:
        base: The case as it stands; shown, not weighted.
        runs: Scenario → its run, in the order of scenarios.toml.
    """

    base: Results
    runs: Mapping[str, Results]

    @property
    def weights(self) -> dict[str, float]:
        """Scenario → probability [ratio], of those that have one; they sum to 1, or there are none."""
        known = {name: self.base.case.scenarios[name].probability for name in self.runs}
        return {name: weight for name, weight in known.items() if weight is not None}

    @property
    def metrics(self) -> dict[str, dict[str, float | None]]:
        """Scenario → named results, in the units of `base.units`; None where not applicable."""
        return {name: result.metrics for name, result in self.runs.items()}

    @property
    def weighted(self) -> dict[str, float | None]:
        """Results in money, weighted [currency], and the equity IRR of the weighted flows [1/year].

        None where a scenario has no such number, or the weighted flow no rate; empty when no scenario is weighted.
        """
        if not self.weights:
            return {}
        money = [name for name, unit in self.base.units.items() if unit in CURRENCIES and not name.endswith("_min")]
        return {**{name: self._mean(name) for name in money}, EQUITY_IRR: self._equity_irr()[0]}

    @property
    def notes(self) -> dict[str, str]:
        """What to know of the rate of the weighted flows, when it is not the only one or there is none."""
        from finmodel.deal.owners.returns import REASONS

        status = self._equity_irr()[1] if self.weights else OK
        return {} if status == OK else {EQUITY_IRR: REASONS[status]}

    @property
    def worst(self) -> dict[str, str]:
        """Ratio → the scenario in which it is lowest; ratios that apply in none are left out."""
        found = {}
        for name in self.base.units:
            if name.startswith(LOWEST_IS_WORST):
                values = {key: metrics[name] for key, metrics in self.metrics.items()}
                known = {key: value for key, value in values.items() if value is not None}
                found.update({name: min(known, key=lambda key: known[key])} if known else {})
        return found

    def weighted_equity_flow(self) -> NDArray[np.float64]:
        """Σ probability × equity flow [currency], one value a period.

        Raises:
            UsageError: No scenario has a probability.
        """
        if not self.weights:
            raise UsageError("no scenario has a probability, so there are no weighted flows")
        parts = [weight * np.array(self.runs[name].values[EQUITY_FLOW]) for name, weight in self.weights.items()]
        return np.asarray(np.sum(parts, axis=0), dtype=float)

    def _mean(self, name: str) -> float | None:
        values = [(weight, self.runs[scenario].metrics[name]) for scenario, weight in self.weights.items()]
        known = [weight * value for weight, value in values if value is not None]
        return math.fsum(known) if len(known) == len(values) else None

    def _equity_irr(self) -> _Rate:
        """The rate a year on equal periods, as `equity_irr` has it, and its status."""
        per_year = self.base.model.timeline.per_year
        guess = (1 + self.base.case.tables.returns.guess.number) ** (1 / per_year) - 1
        rates, statuses = judged_batch(self.weighted_equity_flow()[:, None], guess, per_year=per_year)
        rate, status = float(rates[0]), int(statuses[0])
        return _Rate((1 + rate) ** per_year - 1 if status in FOUND else None, status)


def scenarios(
    case: Case | Path | str, set: Mapping[str, str] | None = None, hold_debt: bool = False, resize: bool = False
) -> ScenarioTable:
    """Run a case and each of its scenarios, on the debt of the case unless `resize` is true.

    Args:
        case: A case, or its folder or file. One under a scenario stands for the case itself, as its scenario is a row.
        set: Dotted key → value as typed, over the case and every scenario; the debt is sized anew on it.
        hold_debt: Keep the debt as sized without `set`.
        resize: Size the debt anew on each scenario, the lenders' case laid over it.

    Raises:
        UsageError: The case has no scenarios.
        CaseError, FileError, LimitError: As for `load`.
        SolveError, NumberError: As for `run`.
    """
    stands = opened(case, set).with_scenario(None)
    if not stands.scenarios:
        where = stands.folder / "scenarios.toml"
        raise UsageError(f"{stands.path}: the case has no scenarios; describe them in {where}")
    worlds = {name: stands.with_scenario(name) for name in stands.scenarios}
    base = run(stands, hold_debt=hold_debt)
    return ScenarioTable(base, {name: run(world, hold_debt=hold_debt, resize=resize) for name, world in worlds.items()})


def to_json(table: ScenarioTable) -> str:
    """The table as strict JSON: rates are decimals, money is in units, what is not applicable is null."""
    case = table.base.case
    content = {
        "schema": SCHEMA,
        "finmodel": version(),
        "case": {"name": case.name, "sha256": case.sha256},
        "currency": case.tables.currency,
        "units": {**table.base.units, EQUITY_IRR: "1/year"},
        "base": _column(table.base),
        "scenarios": {name: _scenario(table, name) for name in table.runs},
        "weighted": table.weighted,
        "weighted_notes": table.notes,
        "worst": table.worst,
    }
    return json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False)


def _scenario(table: ScenarioTable, name: str) -> dict[str, Any]:
    terms = table.base.case.scenarios[name]
    return {"label": terms.label, "probability": terms.probability, **_column(table.runs[name])}


def _column(result: Results) -> dict[str, Any]:
    failed = [
        {"id": check.id, "class": check.kind, "worst": check.worst} for check in result.checks if not check.passed
    ]
    told = {"events": to_plain(events_of(result)), "funded": funded(result), "failed_checks": failed}
    return {"metrics": result.metrics, "notes": result.notes, "facts": dict(result.facts), **told}
