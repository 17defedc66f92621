"""The bank's downside grid: the case under standard shocks, one row each, with the debt held as sized.

Limits:  a delay is offered where the case has a table [completion], and where it is whole periods. An exchange rate is
         quoted as units of foreign currency for one of the reporting currency: +10 % makes foreign money cheaper. It
         moves from completion, after the last scheduled draw. The interest rates that change are those of facilities
         and base-rate curves; sizing and discount rates stay.
Source:  decision F39.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

from finmodel.analysis.break_even import BreakEven, break_even
from finmodel.analysis.shocks import SHOCKS, Grid, unfit
from finmodel.analysis.varied import Varied, varied
from finmodel.deal.read import Case
from finmodel.kernel.order import plan
from finmodel.kernel.version import version
from finmodel.run.covenant_events import Event, events_of, funded, to_plain
from finmodel.run.results import Results
from finmodel.run.run import opened, run

SCHEMA, VARIED_SCHEMA = "finmodel.sensitivity/1", "finmodel.varied/1"


@dataclass(frozen=True)
class SensitivityTable:
    """The downside grid of a case, all rows on the same debt.

    Args:
        base: The case as it stands.
        shocks: Shock → its label, in the order of the grid; one that the case has no input for is not here.
        runs: Shock → its run.
        left_out: Label of a shock that is not in the grid → why.
        break_even: The price change at which cover is 1.00x.
    """

    base: Results
    shocks: Mapping[str, str]
    runs: Mapping[str, Results]
    left_out: Mapping[str, str]
    break_even: BreakEven

    @property
    def metrics(self) -> dict[str, dict[str, float | None]]:
        """Shock → named results, in the units of `base.units`; None where not applicable."""
        return {name: result.metrics for name, result in self.runs.items()}

    @property
    def rows(self) -> dict[str, Results]:
        """Label → run, as the page shows them: the base case, each shock, and break-even where there is one."""
        found = self.break_even
        rows = {"Base case": self.base, **{self.shocks[name]: result for name, result in self.runs.items()}}
        if found.result is not None and found.change is not None:
            rows[f"Break-even: prices {found.change * 100:+.2f} %"] = found.result
        return rows

    @property
    def events(self) -> dict[str, dict[str, Event]]:
        """Label of a row → its covenant events."""
        return {label: events_of(result) for label, result in self.rows.items()}

    @property
    def remarks(self) -> list[str]:
        """What is not in the grid and why, and how exchange rates are quoted."""
        currency, reason = self.base.case.tables.currency, self.break_even.reason
        remarks = [f"Break-even not reached: {reason}."] if reason else []
        if "fx_up" in self.runs:
            remarks.append(f"Exchange rates are per {currency}, from completion: +10 % makes other currencies cheaper.")
        return remarks + [f"Left out: {label}: {why}." for label, why in self.left_out.items()]


@overload
def sensitivity(case: Case | Path | str, set: Mapping[str, str] | None = None) -> SensitivityTable:
    """The bank's standard shocks."""


@overload
def sensitivity(
    case: Case | Path | str, set: Mapping[str, str] | None = None, *, vary: Mapping[str, Sequence[str]]
) -> Varied:
    """One or two inputs at several values."""


def sensitivity(
    case: Case | Path | str,
    set: Mapping[str, str] | None = None,
    *,
    vary: Mapping[str, Sequence[str]] | None = None,
) -> SensitivityTable | Varied:
    """Run a case under the bank's standard shocks, or with one or two inputs varied, with the debt held.

    Args:
        case: A case, or its folder or file; one under a scenario is shocked in that scenario.
        set: Dotted key → value as typed, over the case; the debt is sized on it, then held in every row.
        vary: Dotted key → its values as typed, for one or two keys: the first in rows, the second in columns. The debt
            is then held as sized without any changes.

    Raises:
        UsageError: More than two inputs to vary, or no values.
        CaseError, FileError, LimitError: As for `load`.
        SolveError, NumberError: As for `run`.
    """
    if vary is not None:
        return varied(case, vary, set)
    base = run(opened(case, set))
    grid = Grid(base, plan(base.model))
    wrong = {shock.name: unfit(shock, base) for shock in SHOCKS}
    shown = [shock for shock in SHOCKS if not wrong[shock.name]]
    return SensitivityTable(
        base,
        {shock.name: shock.label for shock in shown},
        {shock.name: grid.run(shock.moves) for shock in shown},
        {shock.label: wrong[shock.name] for shock in SHOCKS if wrong[shock.name]},
        break_even(grid),
    )


def varied_to_json(table: Varied) -> str:
    """Inputs varied, as strict JSON: rates are decimals, money is in units, what is not applicable is null."""
    case = table.base.case
    columns = {"key": table.column_key, "values": table.column_values} if table.column_key else None
    content = {
        "schema": VARIED_SCHEMA,
        "finmodel": version(),
        "case": {"name": case.name, "sha256": case.sha256},
        "currency": case.tables.currency,
        "units": table.base.units,
        "base": _row(table.base),
        "rows": {"key": table.row_key, "values": table.row_values},
        "columns": columns,
        "runs": [{"row": row, "column": column or None, **_row(run)} for (row, column), run in table.runs.items()],
    }
    return json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False)


def to_json(table: SensitivityTable) -> str:
    """The table as strict JSON: rates are decimals, money is in units, what is not applicable is null."""
    case, found = table.base.case, table.break_even
    content = {
        "schema": SCHEMA,
        "finmodel": version(),
        "case": {"name": case.name, "sha256": case.sha256},
        "currency": case.tables.currency,
        "units": table.base.units,
        "base": _row(table.base),
        "rows": {name: {"label": table.shocks[name], **_row(result)} for name, result in table.runs.items()},
        "left_out": table.left_out,
        "break_even": {
            "price_change": found.change,
            "reason": found.reason or None,
            "row": None if found.result is None else _row(found.result),
        },
    }
    return json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False)


def _row(result: Results) -> dict[str, Any]:
    failed = [
        {"id": check.id, "class": check.kind, "worst": check.worst} for check in result.checks if not check.passed
    ]
    events = events_of(result)
    dates = {f"{name}_dates": len(events[name].dates) if name in events else 0 for name in ("lock_up", "arrears")}
    told = {**dates, "events": to_plain(events), "funded": funded(result)}
    return {"metrics": result.metrics, "notes": result.notes, **told, "failed_checks": failed}
