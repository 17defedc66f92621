"""START HERE: a case goes in at the top and numbers come out at the bottom.

case folder → read_case (checked inputs) → cashflow.build (lines) → settle (solved inputs) → evaluate (numbers)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from finmodel.base.errors import CaseError, ModelError, Problem, SolveError
from finmodel.base.expr import Given
from finmodel.base.model import Model
from finmodel.case.expand import leaves
from finmodel.case.read import Case, read_case
from finmodel.case.schema_finance import SizingTerms
from finmodel.cashflow.deal import build as build_deal
from finmodel.cashflow.extra import BadFormula
from finmodel.engine.code import Values
from finmodel.engine.evaluate import evaluate, settle
from finmodel.engine.plan import Plan, plan
from finmodel.engine.results import CheckResult, Results, judge
from finmodel.engine.solve import Solution

CHECK_TOLERANCE = 1e-9
LIMITS = {
    "sizing.by_cover": "debt service cover",
    "sizing.by_gearing": "gearing cap",
    "sizing.by_limit": "lenders' limit",
}


@dataclass(frozen=True)
class Built:
    """A case as lines in the order of computation."""

    case: Case
    model: Model
    plan: Plan
    givens: Mapping[str, Given]

    def inputs(self, case: Case) -> Values:
        """A case's numbers of every input that a line reads; a single number stands in each period of a row.

        Raises:
            ModelError: The case has a row where the model has one number.
        """
        typed = {given.id: given.value for _, given, _ in leaves(case.tables, {})}
        values: Values = {}
        for id, given in self.givens.items():
            value = typed.get(id, given.value)
            if given.series and not isinstance(value, tuple):
                value = (value,) * self.model.timeline.count
            if isinstance(value, tuple) and not given.series:
                raise ModelError(f"{id} is one number in the model and a row in the case")
            values[id] = value
        return values


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
    lenders, solution = _size(live, hold_debt)
    given = {**live.inputs(case), **_carried(live, solution.given)}
    values = evaluate(live.model, live.plan, given)
    checks = (*judge(live.model, values, CHECK_TOLERANCE), *_sizing_check(lenders, solution))
    return Results(case, live.model, values, given, checks, _facts(lenders, solution, live, values))


def build(case: Case) -> Built:
    """Declare a case's lines and order them.

    Raises:
        CaseError: A formula of [extra_lines] is wrong, or lines need each other in the same period.
    """
    places = {key.removeprefix("extra_lines."): str(place) for key, place in case.places.items()}
    try:
        model = build_deal(case.tables, case.timeline, places)
        return Built(case, model, plan(model), model.givens())
    except BadFormula as error:
        place = case.places[f"extra_lines.{error.key}"]
        raise CaseError(
            [
                Problem(
                    place.file,
                    place.line,
                    f"extra_lines.{error.key}",
                    place.text,
                    error.wrong + ("" if error.wrong.endswith("?") else "."),
                    error.remedy,
                )
            ]
        ) from None


def _size(live: Built, hold_debt: bool) -> tuple[Built, Solution]:
    """Find the solved inputs on the case that lenders size on."""
    case = live.case
    if case.scenario is not None or (hold_debt and case.sets):
        case = read_case(case.path, None, None if hold_debt else case.sets)
    sizing = case.sizing or case
    lenders, given = _lenders(live, sizing)
    try:
        watch = [id for id in (*LIMITS, "sizing.senior_debt_target") if id in lenders.model.lines]
        solution = settle(lenders.model, lenders.plan, given, sizing.tables.sizing.tolerance.number, watch)
    except SolveError as error:
        raise SolveError(f"{sizing.name}: {error}") from None
    _refuse_unmet(sizing.tables.sizing, solution)
    _refuse_negative(lenders, solution)
    return lenders, solution


def _refuse_unmet(terms: SizingTerms, solution: Solution) -> None:
    """An amount beyond a limit that the case states, or no cash to size debt on, has no answer."""
    limits = {id: float(solution.lines[id]) for id in LIMITS if id in solution.lines}
    if terms.amount is None:
        if limits.get("sizing.by_cover", 1.0) <= 0:
            raise SolveError(
                "no debt can be sized: on the sizing case, cash flow available for debt service is nothing or negative"
                " at every repayment date. Check its prices, volumes and costs, or give sizing.amount."
            )
        return
    stated = {
        "sizing.by_gearing": terms.gearing_cap,
        "sizing.by_cover": terms.dscr_contracted,
        "sizing.by_limit": terms.limit,
    }
    amount = float(solution.lines["sizing.senior_debt_target"])
    for id, value in limits.items():
        typed = stated[id]
        if typed is not None and typed.where != "default" and amount > value * (1 + CHECK_TOLERANCE):
            raise SolveError(
                f"{terms.amount.where}: sizing.amount\nsenior debt of {amount:,.0f} cannot be met: the {LIMITS[id]}"
                f" ({typed.id}, {typed.where}) allows at most {value:,.0f}.\n"
                "Lower the amount, or leave it out and let it be sized."
            )


def _refuse_negative(lenders: Built, solution: Solution) -> None:
    """A sculpted schedule never asks lenders to pay principal out (F11)."""
    schedule = solution.lines.get("sizing.schedule_target", [])
    for label, share in zip(lenders.model.timeline.labels, schedule, strict=False):
        if share < -CHECK_TOLERANCE:
            raise SolveError(
                f"senior debt cannot be sculpted: in {label}, interest alone is more than the cash that its cover leaves"
                " for debt service, so that principal would be negative.\nStart repayment later (facility.*.grace), or"
                " raise the cash of that date."
            )


def _lenders(live: Built, sizing: Case) -> tuple[Built, Values]:
    """The lines and numbers of the sizing case: the live lines where they fit its inputs, else lines of its own."""
    if live.case.sets == sizing.sets:
        try:
            return replace(live, case=sizing), live.inputs(sizing)
        except ModelError:
            pass
    own = build(sizing)
    return own, own.inputs(sizing)


def _carried(live: Built, solved: Values) -> Values:
    """Solved values for the live model.

    Raises:
        SolveError: They were found on another timeline.
    """
    for value in solved.values():
        if isinstance(value, list) and len(value) != live.model.timeline.count:
            raise SolveError("the debt cannot be held: the change moves the timeline. Run it without --hold-debt.")
    return {id: value for id, value in solved.items() if id in live.givens}


def _sizing_check(lenders: Built, solution: Solution) -> tuple[CheckResult, ...]:
    """The residual of every solved input, relative to its size."""
    if not lenders.model.solved:
        return ()
    tolerance = lenders.case.tables.sizing.tolerance.number
    label = "Sizing: solved inputs reach their targets"
    return (CheckResult("checks.sizing", label, "error", solution.residual <= tolerance, solution.residual, ""),)


def _facts(lenders: Built, solution: Solution, live: Built, values: Values) -> dict[str, str]:
    """What to know of a result beside its numbers: where debt comes from, what binds it, when cover is lowest."""
    if not lenders.model.solved:
        return {}
    case = lenders.case
    whose = "the sizing case of " if case is not live.case else ""
    facts = {
        "debt_sized_on": f"{whose}{case.name} ({case.sha256[:12]})",
        "sizing_passes": str(solution.passes),
        "sizing_residual": f"{solution.residual:.1e}",
    }
    if case.tables.sizing.amount is not None:
        facts["binding_constraint"] = "fixed amount"
    else:
        limits = {name: solution.lines[id] for id, name in LIMITS.items() if id in solution.lines}
        facts["binding_constraint"] = min(limits, key=lambda name: limits[name], default="")
    tested, cover = values.get("ratios.dscr.tested", []), values.get("ratios.dscr.value", [])
    dates = [t for t, flag in enumerate(tested) if flag]
    if dates:
        facts["dscr_min_at"] = live.model.timeline.labels[min(dates, key=lambda t: cover[t])]
    return facts
