"""The bank's downside grid: the case under standard shocks, one row each, with the debt held as sized.

Method:  each row changes numbers of the model by key (a price by a factor, a rate by points) and computes every line
         again; nothing is built or sized anew. Break-even searches the price change at which the lowest DSCR is 1.00x.
Limits:  delay is not offered in this version, because the length of construction shapes the lines themselves. An
         exchange rate is quoted as units of foreign currency for one of the reporting currency: +10 % makes foreign
         money cheaper. The rates that change are those of facilities and base-rate curves; sizing and discount rates
         stay.
Source:  decision F39.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finmodel.case.calendar import cent
from finmodel.engine.code import Value, Values
from finmodel.engine.evaluate import evaluate
from finmodel.engine.plan import Plan, plan
from finmodel.engine.results import Results, judge
from finmodel.outputs.version import version
from finmodel.run import TOLERANCE, load, run

SCHEMA = "finmodel.sensitivity/1"
DSCR = "dscr_min"
TARGET = 1.0
CLOSE = 1e-6  # of the DSCR
LOWEST, HIGHEST, STEP = -0.99, 3.0, 0.1
HALVINGS = 60  # a bracket of 0.1 is then narrower than rounding


@dataclass(frozen=True)
class Move:
    """A change of every input whose key matches `pattern`: value × factor + shift [unit of the input]."""

    pattern: str
    factor: float = 1.0
    shift: float = 0.0

    def ids(self, given: Mapping[str, Value]) -> list[str]:
        """The inputs that it changes."""
        return [id for id in given if re.fullmatch(self.pattern, id)]


@dataclass(frozen=True)
class Shock:
    """One row of the grid: what it is called, and its moves, all at once."""

    name: str
    label: str
    moves: tuple[Move, ...]


def price(change: float) -> Move:
    """Every price deck, changed by a share [ratio]."""
    return Move(r"price\.[^.]+\.deck", 1 + change)


CAPITAL_COST = Move(r"capex\.[^.]+\.amount", 1.15)
RECOVERY = Move(r"node\.[^.]+\.recovery", shift=-0.02)
SHOCKS = (
    Shock("prices_down", "Prices -20 %", (price(-0.20),)),
    Shock("capital_cost_up", "Capital cost +15 %", (CAPITAL_COST,)),
    Shock("operating_cost_up", "Operating cost +10 %", (Move(r"cost\.[^.]+\.(per_year|per_kg)", 1.10),)),
    Shock("recovery_down", "Recovery -2 points", (RECOVERY,)),
    Shock("fx_up", "Exchange rates +10 %", (Move(r"fx\.[^.]+", 1.10),)),
    Shock("fx_down", "Exchange rates -10 %", (Move(r"fx\.[^.]+", 0.90),)),
    Shock("rates_up", "Interest rates +200 bp", (Move(r"facility\.[^.]+\.rate|curve\.[^.]+", shift=0.02),)),
    Shock("prices_and_capital_cost", "Prices -20 %, capital cost +15 %", (price(-0.20), CAPITAL_COST)),
)


@dataclass(frozen=True)
class BreakEven:
    """The price change [ratio] at which the lowest DSCR is 1.00x, and the run there; or why there is none."""

    change: float | None
    result: Results | None
    reason: str = ""


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
    def dates(self) -> dict[str, tuple[int, int]]:
        """Label of a row → the number of dates with lock-up, and with arrears of senior debt."""
        return {label: (lock_up_dates(result), arrears_dates(result)) for label, result in self.rows.items()}

    @property
    def remarks(self) -> list[str]:
        """What is not in the grid and why, and how exchange rates are quoted."""
        currency, reason = self.base.case.tables.currency, self.break_even.reason
        remarks = [f"Break-even not reached: {reason}."] if reason else []
        if "fx_up" in self.runs:
            remarks.append(f"Exchange rates are per {currency}: +10 % makes other currencies cheaper.")
        return remarks + [f"Left out: {label}: {why}." for label, why in self.left_out.items()]


@dataclass(frozen=True)
class _Grid:
    """A deal with its debt as sized: lines in order, and the inputs of the case as it stands."""

    base: Results
    order: Plan

    def given(self, moves: Iterable[Move]) -> Values:
        """The inputs after the moves."""
        given = dict(self.base.given)
        for move in moves:
            given.update({id: _moved(given[id], move) for id in move.ids(given)})
        return given

    def run(self, moves: Iterable[Move]) -> Results:
        """Every line after the moves; what was found when debt was sized stays."""
        model, given = self.base.model, self.given(moves)
        values = evaluate(model, self.order, given)
        sizing = [check for check in self.base.checks if check.id not in model.checks]
        facts = {name: fact for name, fact in self.base.facts.items() if name != "dscr_min_at"}
        return Results(self.base.case, model, values, given, (*judge(model, values, TOLERANCE), *sizing), facts)

    def gap(self, change: float) -> float:
        """The lowest DSCR less 1.00x, after a price change; nan where no debt service falls due."""
        line = self.base.model.metrics[DSCR].line.id
        return float(evaluate(self.base.model, self.order, self.given([price(change)]), [line])[line]) - TARGET


def sensitivity(path: Path | str, set: Mapping[str, str] | None = None) -> SensitivityTable:
    """Run a case under the bank's standard shocks, with the debt held.

    Args:
        path: A folder that holds a case.toml, or a case file.
        set: Dotted key → value as typed, over the case; the debt is sized on it, then held in every row.

    Raises:
        CaseError, FileError, LimitError: As for `load`.
        SolveError, NumberError: As for `run`.
    """
    base = run(load(path, None, set))
    grid = _Grid(base, plan(base.model))
    wrong = {shock.name: _unfit(shock, base.given) for shock in SHOCKS}
    shown = [shock for shock in SHOCKS if not wrong[shock.name]]
    return SensitivityTable(
        base,
        {shock.name: shock.label for shock in shown},
        {shock.name: grid.run(shock.moves) for shock in shown},
        {shock.label: wrong[shock.name] for shock in SHOCKS if wrong[shock.name]},
        _break_even(grid),
    )


def lock_up_dates(result: Results) -> int:
    """Dates on which distributions are tested and cash is locked up, as the check of lock-up counts them."""
    least = cent(result.case.tables.currency).number
    tested, locked = (result.values[f"waterfall.{name}"] for name in ("distributions_tested", "locked_up"))
    return sum(1 for flag, cash in zip(tested, locked, strict=True) if flag and cash > least)


def arrears_dates(result: Results) -> int:
    """Payment dates on which senior debt is not paid in full."""
    least = cent(result.case.tables.currency).number
    return sum(1 for unpaid in result.values["waterfall.senior_shortfall"] if unpaid > least)


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
    dates = {"lock_up_dates": lock_up_dates(result), "arrears_dates": arrears_dates(result)}
    return {"metrics": result.metrics, "notes": result.notes, **dates, "failed_checks": failed}


def _moved(value: Value, move: Move) -> Value:
    if isinstance(value, tuple):
        return tuple(number * move.factor + move.shift for number in value)
    return value * move.factor + move.shift


def _unfit(shock: Shock, given: Mapping[str, Value]) -> str:
    """Why a shock does not apply to a case; empty when it does."""
    for move in shock.moves:
        ids = move.ids(given)
        if not ids:
            return "the case has no such input"
        spent = [id for id in ids if move is RECOVERY and _least(_moved(given[id], move)) <= 0]
        if spent:
            return f"{spent[0]} would not be above 0"
    return ""


def _least(value: Value) -> float:
    return float(min(value)) if isinstance(value, tuple) else float(value)


def _break_even(grid: _Grid) -> BreakEven:
    """Search away from the case as it stands, first the way in which cover should come to 1.00x."""
    if not price(0.0).ids(grid.base.given):
        return BreakEven(None, None, "the case has no price that the model reads")
    start = grid.base.metrics.get(DSCR)
    if start is None:
        return BreakEven(None, None, grid.base.notes.get(DSCR, "no senior debt service falls due"))
    bracket = _bracket(grid, start - TARGET)
    if bracket is None:
        side = "above" if start > TARGET else "below"
        return BreakEven(None, None, f"cover stays {side} 1.00x from {LOWEST:.0%} to +{HIGHEST:.0%}".replace("%", " %"))
    change, gap = _root(grid, *bracket)
    if abs(gap) > CLOSE:
        return BreakEven(None, None, f"cover jumps past 1.00x at a price change of {change * 100:+.2f} %")
    return BreakEven(change, grid.run([price(change)]))


Point = tuple[float, float]


def _bracket(grid: _Grid, gap: float) -> tuple[Point, Point] | None:
    """Two price changes, a step apart, between which cover passes 1.00x; the nearest in the direction searched."""
    down = [max(LOWEST, -STEP * n) for n in range(1, math.ceil(-LOWEST / STEP) + 1)]
    up = [min(HIGHEST, STEP * n) for n in range(1, math.ceil(HIGHEST / STEP) + 1)]
    for way in (down, up) if gap >= 0 else (up, down):
        last = (0.0, gap)
        for change in way:
            here = (change, grid.gap(change))
            if math.isnan(here[1]):
                break
            if (here[1] > 0) != (last[1] > 0):
                return last, here
            last = here
    return None


def _root(grid: _Grid, first: Point, second: Point) -> Point:
    """The price change in a bracket where cover is 1.00x: a secant step and a halving in turn."""
    for turn in range(2 * HALVINGS):
        (a, at_a), (b, at_b) = first, second
        change = (a + b) / 2 if turn % 2 else a - at_a * (b - a) / (at_b - at_a)
        middle = (change, grid.gap(change))
        if abs(middle[1]) <= CLOSE / 10:
            return middle
        first, second = (middle, second) if (middle[1] > 0) == (at_a > 0) else (first, middle)
    return min(first, second, key=lambda point: abs(point[1]))
