"""The machine contract: a run as strict JSON, with the same names and numbers as everything else.

Rates are decimals, money is in units (not millions), and what is not applicable is null with the reason in `notes`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from finmodel.kernel.errors import NumberError
from finmodel.kernel.model import Line
from finmodel.kernel.version import version
from finmodel.run.covenant_events import events_of, to_plain
from finmodel.run.debt_limits import Bank
from finmodel.run.results import Results

SCHEMA = "finmodel.run/1"
_BY_ROW = ("periods", "checks", "lines")


def contract(result: Results) -> dict[str, Any]:
    """A run as plain values; `to_json` writes them.

    Raises:
        NumberError: A line that others compute on is not a finite number.
    """
    case, model = result.case, result.model
    return {
        "schema": SCHEMA,
        "finmodel": version(),
        "case": {"name": case.name, "sha256": case.sha256, "scenario": case.scenario},
        **({"modules": list(case.modules)} if case.modules else {}),
        "currency": case.tables.currency,
        "periods": [
            {"label": period.label, "start": period.start.isoformat(), "end": period.end.isoformat()}
            for period in model.timeline.periods
        ],
        "metrics": result.metrics,
        "units": result.units,
        "notes": result.notes,
        "facts": dict(result.facts),
        "events": to_plain(events_of(result)),
        "checks": [
            {"id": check.id, "label": check.label, "class": check.kind, "passed": check.passed, "worst": check.worst}
            for check in result.checks
        ],
        "lines": {id: _line(line, result.values[id]) for id, line in model.lines.items() if id in result.values},
    }


def to_json(result: Results, bank: Bank | None = None) -> str:
    """A run as JSON text, one line, check or period a row, so that two runs can be compared by any tool.

    Args:
        bank: The debt as lenders see it, written beside the run; left out without it.
    """
    told = contract(result) if bank is None else contract(result) | {"bank": bank_plain(bank)}
    parts = [f" {json.dumps(key)}: {_text(key, value)}" for key, value in told.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def bank_plain(bank: Bank) -> dict[str, Any]:
    """The debt as lenders see it, as plain values; `events` are those of the lenders' own case."""
    return {
        "senior_debt": bank.debt,
        "binding": bank.binding,
        "limits": dict(bank.limits),
        "cash_worth": dict(bank.cash_worth),
        "cover_worth": bank.cover_worth,
        "cover_resized": bank.cover_resized,
        "without_support": bank.without_support,
        "dscr_min": bank.lenders.metrics["dscr_min"],
        "events": to_plain(bank.events),
    }


def _line(line: Line, value: Any) -> dict[str, Any]:
    values: Iterable[float] = value if line.series else [value]
    return {"label": line.label, "unit": str(line.unit), "values": [_number(line, number) for number in values]}


def _number(line: Line, value: float) -> float | None:
    if math.isfinite(value):
        return float(value) + 0.0
    if line.kind == "display" and math.isnan(value):
        return None
    raise NumberError(f"{line.id} is {value}, not a number: the run cannot be written ({line.where})")


def _text(key: str, value: Any) -> str:
    if key not in _BY_ROW or not value:
        return _dumps(value)
    if isinstance(value, dict):
        return "{\n" + ",\n".join(f"  {_dumps(name)}: {_dumps(item)}" for name, item in value.items()) + "\n }"
    return "[\n" + ",\n".join(f"  {_dumps(item)}" for item in value) + "\n ]"


def _dumps(value: Any) -> str:
    return json.dumps(value, allow_nan=False, ensure_ascii=False)
