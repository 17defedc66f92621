"""The machine contract of a simulation: strict JSON; what is not defined is null or left out, with its share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from finmodel.kernel.version import version
from finmodel.risk.simulated import Chance, RunFacts, Spread, Summary

SCHEMA = "finmodel.risk/1"


def contract(summary: Summary) -> dict[str, Any]:
    """A simulation as plain values. Rates are decimals, money is in units; years are those of `calendar`."""
    run = summary.run
    return {
        "schema": SCHEMA,
        "finmodel": version(),
        "case": {"name": summary.name, "sha256": summary.sha256, "scenario": summary.scenario},
        "currency": summary.currency,
        "paths": run.paths,
        "seed": run.seed,
        "sampling": run.sampling,
        "seconds": round(run.seconds, 3),
        "workers": run.workers,
        "run": run.identity,
        "calendar": f"fiscal years end in {run.calendar}; {_named(run)}",
        "tail": run.tail,
        "facts": {"debt_sized_on": run.sized_on},
        "units": dict(summary.units),
        "base": dict(summary.base),
        "metrics": {name: _spread(found) for name, found in summary.metrics.items()},
        "by_year": {name: _spreads(years) for name, years in summary.by_year.items()},
        "probabilities": _chances(summary.chances),
        "probabilities_by_year": {name: _chances(years) for name, years in summary.chances_by_year.items()},
        "probabilities_by_date": {name: _chances(dates) for name, dates in summary.by_date.items()},
        "regimes": dict(summary.regimes),
        "by_regime": {name: _spreads(metrics) for name, metrics in summary.by_regime.items()},
    }


def _named(run: RunFacts) -> str:
    return "FY2028 starts in 2028 unless they end in December" if run.named_by == "start" else "FY2028 ends in 2028"


def to_json(summary: Summary) -> str:
    """A simulation as JSON text."""
    return json.dumps(contract(summary), indent=1, allow_nan=False, ensure_ascii=False)


def _spread(found: Spread) -> dict[str, Any]:
    told: dict[str, Any] = {"mean": found.mean, "sd": found.sd, "se": found.se, **found.quantiles}
    told["tail_mean"] = found.worst
    told["intervals"] = {name: list(bounds) for name, bounds in found.intervals.items()}
    told["undefined"] = dict(found.undefined)
    return told


def _spreads(found: Mapping[str, Spread]) -> dict[str, Any]:
    return {name: _spread(spread) for name, spread in found.items()}


def _chances(found: Mapping[str, Chance]) -> dict[str, Any]:
    return {name: {"share": chance.share, "se": chance.se} for name, chance in found.items()}
