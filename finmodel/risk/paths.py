"""A case made ready for many paths: lines with room for rows, the inputs that are drawn, and the job for workers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import numpy as np

from finmodel.deal.read import Case
from finmodel.kernel.errors import ModelError, NumberError, UsageError
from finmodel.kernel.evaluate import evaluate
from finmodel.kernel.faces.compiled import FastText, fast_text
from finmodel.kernel.faces.generated import Values, compile_kernel
from finmodel.kernel.version import version
from finmodel.risk.ask import keep_of
from finmodel.risk.draws.setup import market_of
from finmodel.risk.draws.streams import BLOCK, check_seed
from finmodel.risk.draws.worlds import Market
from finmodel.risk.job import Job, KernelText, draw
from finmodel.risk.summarise import Heads, Told
from finmodel.run.build import Built, build, refuse_idle_draws
from finmodel.run.results import Results, judge
from finmodel.run.run import TOLERANCE, run

LOSSES = {"lender_loss": "Never paid back, PV", "lender_loss_covered": "Never paid back, PV, with cover"}
World = dict[str, tuple[float, ...] | float]


@dataclass(frozen=True)
class Draws:
    """What is drawn, and how.

    Args:
        paths: How many.
        seed: From 0 to 2**64 - 1.
        sampling: "random", "antithetic" or "sobol".
        chunk: Blocks evaluated at a time.
        fast: Whether lines are compiled by numba.
    """

    paths: int
    seed: int
    sampling: str = "random"
    chunk: int = 2
    fast: bool = False


@dataclass(frozen=True)
class Prepared:
    """A deal ready to be run on paths: its lines with room for rows, its inputs, and the job."""

    base: Results
    live: Built
    given: Values
    job: Job

    def path(self, number: int) -> Values:
        """The inputs of one path: those that are drawn, in place of the case's.

        Args:
            number: Number of the path, from 0.
        """
        rows, _ = draw(self.job, number // BLOCK)
        column = number % BLOCK
        drawn = {id: row[:, column].tolist() if row.ndim > 1 else float(row[column]) for id, row in rows.items()}
        return {**self.given, **{id: value for id, value in drawn.items() if id in self.given}}


def check_same_run(prepared: Prepared, result: Results, what: str) -> None:
    """Refuse to show a simulation beside a run that it is not of.

    Args:
        what: What is to be shown, for the message.

    Raises:
        UsageError: It is of another case, scenario, change or debt.
    """
    base = prepared.base
    ours, theirs = ((run.case.sha256, run.case.scenario, run.case.sets) for run in (result, base))
    if ours != theirs:
        raise UsageError(f"the simulation is of another case, scenario or set of changes than the {what}")
    if any(result.given[item.value.id] != base.given[item.value.id] for item in result.model.solved):
        raise UsageError(f"the debt of the simulation is not that of the {what}: run both without --hold-debt")


def worlds(case: Case, seed: int, paths: Sequence[int]) -> dict[str, World]:
    """What some paths draw: "path 73412" → input → its row, or its number, as the case's keys would hold them.

    Args:
        seed: Seed of the draws.
        paths: Numbers of paths, from 0.

    Raises:
        UsageError: The case has no [risk] table, or a path is below 0.
    """
    prepared = prepare(case, Draws(_count(paths), check_seed(seed)), [])
    drawn = set(prepared.job.market.inputs)
    found: dict[str, World] = {}
    for path in paths:
        rows = {id: value for id, value in prepared.path(path).items() if id in drawn}
        found[f"path {path}"] = {id: tuple(v) if isinstance(v, list | tuple) else float(v) for id, v in rows.items()}
    return found


def one_path(case: Case, seed: int, path: int, sampling: str = "random") -> Results:
    """Every line of one path, as `run` gives them for a case.

    Args:
        seed: Seed of the draws.
        path: Number of the path, from 0.
        sampling: "random", "antithetic" or "sobol".

    Raises:
        UsageError: The case has no [risk] table, or the path is below 0.
    """
    return replayed(prepare(case, Draws(_count([path]), check_seed(seed), sampling), []), path)


def _count(paths: Sequence[int]) -> int:
    """The least number of paths among which these are."""
    if any(path < 0 for path in paths):
        raise UsageError("paths are numbered from 0")
    return max(paths, default=0) + 1


def prepare(case: Case, draws: Draws, outputs: Sequence[str] | None = None) -> Prepared:
    """Size and run a case as it stands, and make the job that runs it on paths.

    Args:
        outputs: Names of the results to keep; None keeps the usual ones.

    Returns:
        The job, and the run that it stands on.

    Raises:
        UsageError: The case has no [risk] table, or no such result or line.
        CaseError, SolveError, NumberError: As for `run`.
    """
    market = market_of(case)
    base = run(case)
    wide = _with_rows(case, market)
    live = build(wide)
    refuse_idle_draws(live)
    given = {id: _widened(base.given[id], live.givens[id].series, live) for id in live.givens}
    values = evaluate(live.model, live.plan, given)
    for name, metric in live.model.metrics.items():
        if not np.isclose(values[metric.line.id], base.values[metric.line.id], rtol=1e-12, atol=0, equal_nan=True):
            raise ModelError(f"{name} changes when its inputs become rows")
    keep = keep_of(wide, live.model, values, outputs)
    vary = [id for id in market.inputs if id in live.givens]
    code = _code(live, keep.lines, vary, draws.fast)
    still = {id: _array(given[id]) for id in code.given if id not in vary}
    fixed = {id: _array(values[id]) for id in code.fixed}
    job = Job("", draws.seed, draws.paths, draws.sampling, draws.chunk, market, code, still, fixed, keep)
    return Prepared(base, live, given, replace(job, identity=_identity(job)))


def _code(live: Built, lines: Sequence[str], vary: Sequence[str], fast: bool) -> KernelText | FastText:
    if fast:
        return fast_text(live.model, live.plan, lines, vary)
    return KernelText.of(compile_kernel(live.model, live.plan, lines, vary, paths=True))


def replayed(prepared: Prepared, path: int) -> Results:
    """Every line of one path.

    Args:
        path: Number of the path, from 0.
    """
    live, given = prepared.live, prepared.path(path)
    try:
        values = evaluate(live.model, live.plan, given)
    except NumberError as error:
        raise NumberError(f"path {path}: {error}") from None
    facts = {**prepared.base.facts, "path": f"{path} of seed {prepared.job.seed}"}
    facts.pop("dscr_min_at", None)
    return Results(live.case, live.model, values, given, judge(live.model, values, TOLERANCE), facts)


def _with_rows(case: Case, market: Market) -> Case:
    """The case with a row for each input that is drawn by period."""
    return case.widened(id for id in market.inputs if not isinstance(market.base.get(id, ()), float))


def _widened(value: Any, series: bool, live: Built) -> Any:
    return (value,) * live.model.timeline.count if series and not isinstance(value, tuple | list) else value


def _array(value: Any) -> Any:
    return np.array(value, dtype=float) if isinstance(value, tuple | list) else value


def _identity(job: Job) -> str:
    """A hash of all that decides the numbers of a job."""
    arrays = {**job.given, **{f"line {id}": value for id, value in job.fixed.items()}}
    numbers = [(id, np.asarray(value).tobytes().hex()) for id, value in sorted(arrays.items())]
    said = (version(), np.__version__, job.seed, job.paths, job.sampling, job.market, job.text, job.keep, numbers)
    return sha256(repr(said).encode()).hexdigest()


def told(prepared: Prepared) -> Told:
    """What statistics need to know of the case."""
    case, model, keep = prepared.base.case, prepared.live.model, prepared.job.keep
    reasons = {name: metric.reasons for name, metric in model.metrics.items()}
    lines = {figure.name: figure.line for figure in keep.figures} | {row.name: row.line for row in keep.yearly}
    units = {name: str(model.lines[line].unit) for name, line in lines.items()}
    labels = {name: model.lines[line].label for name, line in lines.items()}
    labels.update({flag.line: model.lines[flag.line].label for flag in keep.flags})
    risk = case.tables.risk
    labels.update({name: regime.label for name, regime in (risk.regime if risk is not None else {}).items()})
    heads = Heads(case.name, case.sha256, case.scenario, case.tables.currency)
    labels.update(
        {
            figure.name: f"{labels[figure.name].split(':')[0]}: Balance at the end"
            for figure in keep.figures
            if figure.end
        }
    )
    for figure in keep.figures:
        start, _, loan = figure.name.partition(".")
        if start in LOSSES:
            labels[figure.name] = f"{case.tables.facility[loan].label}: {LOSSES[start]}"
    values = prepared.base.values
    base = dict(prepared.base.metrics)
    base.update({figure.name: float(values[figure.line][-1]) for figure in keep.figures if figure.end})
    return Told(heads, base, units, reasons, labels)
