"""START HERE: a case goes in at the top and numbers come out at the bottom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from finmodel.deal.read import Case, read_case
from finmodel.kernel.evaluate import evaluate
from finmodel.kernel.faces.generated import Values
from finmodel.run.build import Built, build
from finmodel.run.results import Results, judge
from finmodel.run.size import ROUNDING, Sized, size

TOLERANCE = 1e-9


def load(
    path: Path | str,
    scenario: str | None = None,
    set: Mapping[str, str] | None = None,
    modules: Sequence[Path | str] = (),
) -> Case:
    """Read and check a case folder.

    Args:
        path: A folder that holds a case.toml, or a case file.
        scenario: A scenario of its scenarios.toml to lay over it.
        set: Dotted key → value as typed in a case file, such as {"support.ndpr_floor.floor": "115 USD/kg"}.
        modules: Own clauses that act in it: Python files, and names of installed ones. They run in this process.

    Raises:
        CaseError: Every problem found, with file and line.
        UsageError: No such scenario, or no such installed clause.
        FileError, LimitError: A file cannot be read, or is beyond a limit.
    """
    return read_case(path, scenario, set, modules)


def opened(case: Case | Path | str, set: Mapping[str, str] | None = None) -> Case:
    """A case as it is given, or read from its folder, with changes laid over it: where every analysis starts.

    Args:
        case: A case, or the folder or file to read it from.
        set: Dotted key → value as typed.

    Raises:
        CaseError, UsageError, FileError, LimitError: As for `load`.
    """
    return case.with_set(set) if isinstance(case, Case) else load(case, None, set)


def run(case: Case | Path | str, *, hold_debt: bool = False, resize: bool = False) -> Results:
    """Size the debt of a case, then compute every line with the debt as sized.

    Debt is sized on the sizing case, not on a scenario, unless `resize` is true: then the lenders' case lies over the
    scenario. Changes by `set` re-size it unless `hold_debt` is true: then it stays as sized on the case without them.

    Args:
        case: A case, or the folder or file to read it from.

    Returns:
        Every line, the results by name, and the checks.

    Raises:
        UsageError: Debt is to be held and re-sized.
        CaseError: The case makes no model.
        SolveError: Debt cannot be sized.
        NumberError: A line is no finite number.
    """
    live = build(opened(case))  # a folder becomes checked inputs, inputs become lines
    sized = size(live, hold_debt=hold_debt, resize=resize)  # lenders decide how much debt there is
    return _computed(live, sized)


def run_on(case: Case, signed: Case) -> Results:
    """Compute every line of a case with the debt as sized on another of the same periods.

    Raises:
        SolveError: Debt cannot be sized, or the periods differ.
        NumberError: A line is no finite number.
    """
    return _computed(build(case), size(build(signed), hold_debt=False))


def _computed(live: Built, sized: Sized) -> Results:
    case = live.case
    given = {**live.inputs(case), **sized.given(live)}
    values = evaluate(live.model, live.plan, given)  # lines become numbers
    checks = (*judge(live.model, values, TOLERANCE), *sized.checks(live, values))
    facts = {**sized.facts(case), **_lowest_cover(live.model.timeline.labels, values)}
    return Results(case, live.model, values, given, checks, facts)


def _lowest_cover(labels: tuple[str, ...], values: Values) -> dict[str, str]:
    """The first date on which cover is at its lowest, but for rounding."""
    tested, cover = values.get("ratios.dscr.tested", []), values.get("ratios.dscr.value", [])
    dates = [t for t, flag in enumerate(tested) if flag]
    if not dates:
        return {}
    least = min(cover[t] for t in dates)
    return {"dscr_min_at": next(labels[t] for t in dates if cover[t] <= least + ROUNDING)}
