"""START HERE: a case goes in at the top and numbers come out at the bottom.

case folder → read_case (checked inputs) → cashflow.build (lines) → settle (solved inputs) → evaluate (numbers)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finmodel.base.errors import CaseError, ModelError, Problem, SolveError
from finmodel.base.model import Model
from finmodel.case.expand import leaves
from finmodel.case.read import Case, read_case
from finmodel.cashflow.deal import build as build_deal
from finmodel.cashflow.extra import BadFormula
from finmodel.engine.code import Values
from finmodel.engine.evaluate import evaluate, settle
from finmodel.engine.plan import Plan, plan
from finmodel.engine.results import CheckResult, Results, judge
from finmodel.engine.solve import Solution

CHECK_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Built:
    """A case as lines in the order of computation."""

    case: Case
    model: Model
    plan: Plan

    @property
    def inputs(self) -> Values:
        """The case's own numbers of every input that a line reads."""
        return inputs_of(self.model, self.case)


def load(path: Path | str, scenario: str | None = None, set: Mapping[str, str] | None = None) -> Case:
    """Read and check a case folder.

    Args:
        path: A folder that holds a case.toml, or a case file.
        scenario: A scenario of its scenarios.toml to lay over it.
        set: Dotted key → value as typed in a case file, such as {"support.ndpr_floor.floor": "115 USD/kg"}.

    Raises:
        CaseError: Every problem found, with file and line.
        UsageError: No such scenario.
        FileError, LimitError: A file cannot be read, or is beyond a limit.
    """
    return read_case(path, scenario, set)


def run(case: Case | Path | str, *, hold_debt: bool = False) -> Results:
    """Size the debt of a case, then compute every line with the debt as sized.

    Debt is sized on the sizing case, never on a scenario. Changes by `set` re-size it unless `hold_debt` is true:
    then it stays as sized on the case without them.

    Raises:
        CaseError: The case makes no model.
        SolveError: Debt cannot be sized.
        NumberError: A line is no finite number.
    """
    case = case if isinstance(case, Case) else load(case)
    live = build(case)
    lenders = _lenders(live, hold_debt)
    solution = _settled(lenders)
    given = {**live.inputs, **_carried(live.model, solution.given)}
    values = evaluate(live.model, live.plan, given)
    checks = (*judge(live.model, values, CHECK_TOLERANCE), *_sizing_check(lenders, solution))
    return Results(case, live.model, values, given, checks, _facts(lenders, solution, values))


def build(case: Case) -> Built:
    """Declare a case's lines and order them.

    Raises:
        CaseError: A formula of [extra_lines] is wrong, or lines need each other in the same period.
    """
    try:
        model = build_deal(case.tables, case.timeline)
        return Built(case, model, plan(model))
    except BadFormula as error:
        place = case.places[f"extra_lines.{error.key}"]
        raise CaseError(
            [Problem(place.file, place.line, f"extra_lines.{error.key}", place.text, f"{error.wrong}.", "")]
        ) from None


def inputs_of(model: Model, case: Case) -> Values:
    """The numbers of a case by input id; a single number stands in every period where the model wants a row.

    Raises:
        ModelError: The case has a row where the model has one number.
    """
    typed = {given.id: given.value for _, given, _ in leaves(case.tables, {})}
    values: Values = {}
    for id, given in model.givens().items():
        value = typed.get(id, given.value)
        if given.series and not isinstance(value, tuple):
            value = (value,) * model.timeline.count
        if isinstance(value, tuple) and not given.series:
            raise ModelError(f"{id} is one number in the model and a row in the case")
        values[id] = value
    return values


def _lenders(live: Built, hold_debt: bool) -> Built:
    """The case on which debt is sized, as lines."""
    case = live.case
    if case.scenario is not None or (hold_debt and case.sets):
        case = read_case(case.path, None, None if hold_debt else case.sets)
    sizing = case.sizing or case
    if sizing is live.case:
        return live
    same = Built(sizing, live.model, live.plan)
    return same if _fits(same, live) else build(sizing)


def _fits(lenders: Built, live: Built) -> bool:
    """Whether the lenders' numbers fit the live lines: the same tables, rows where rows are wanted."""
    if live.case.scenario is not None or lenders.case.sets != live.case.sets:
        return False
    try:
        return bool(lenders.inputs)
    except ModelError:
        return False


def _settled(lenders: Built) -> Solution:
    tolerance = lenders.case.tables.sizing.tolerance.number
    try:
        return settle(lenders.model, lenders.plan, lenders.inputs, tolerance)
    except SolveError as error:
        raise SolveError(f"{lenders.case.name}: {error}") from None


def _carried(model: Model, solved: Values) -> Values:
    """Solved values for the live model.

    Raises:
        SolveError: They were found on another timeline.
    """
    given = model.givens()
    for id, value in solved.items():
        if isinstance(value, list) and len(value) != model.timeline.count:
            raise SolveError("the debt cannot be held: the change moves the timeline. Run it without --hold-debt.")
    return {id: value for id, value in solved.items() if id in given}


def _sizing_check(lenders: Built, solution: Solution) -> tuple[CheckResult, ...]:
    """The residual of every solved input, relative to its size."""
    if not lenders.model.solved:
        return ()
    tolerance = lenders.case.tables.sizing.tolerance.number
    label = "Sizing: solved inputs reach their targets"
    return (CheckResult("checks.sizing", label, "error", solution.residual <= tolerance, solution.residual, ""),)


def _facts(lenders: Built, solution: Solution, values: Values) -> dict[str, Any]:
    """What to know of a result beside its numbers."""
    facts: dict[str, Any] = {}
    model = lenders.model
    if "sizing.senior_debt_target" not in model.lines:
        return facts
    sized = "the sizing case" if lenders.case.tables is not None else ""
    facts["debt_sized_on"] = f"{sized} of {lenders.case.name} ({lenders.case.sha256[:12]})"
    facts["sizing_passes"] = str(solution.passes)
    facts["sizing_residual"] = f"{solution.residual:.2g}"
    return facts
