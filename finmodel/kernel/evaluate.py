"""Evaluation of one case: every line as numbers, and the search for solved inputs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from finmodel.kernel.errors import NumberError
from finmodel.kernel.faces.generated import NotFinite, Values, compile_kernel, varying
from finmodel.kernel.faces.interpreter import interpret
from finmodel.kernel.model import Model
from finmodel.kernel.order import Plan
from finmodel.kernel.search import Solution, solve


def evaluate(model: Model, plan: Plan, given: Mapping[str, Any], outputs: Sequence[str] | None = None) -> Values:
    """Lines of a model from its inputs by id; every line unless outputs are asked for.

    Args:
        given: Input id → number, or one a period.
        outputs: Ids of the lines that are asked for; None asks for all.

    Raises:
        NumberError: A line is no finite number; names line, period and formula.
    """
    asked = [line.id for line in plan.order] if outputs is None else outputs
    kernel = compile_kernel(model, plan, asked, None, paths=False)
    failed = False
    try:
        values = kernel.run(given, {})
    except (ArithmeticError, ValueError, NotFinite):
        values = {}
        failed = True
    if failed or any(not _finite(values[id]) for id in asked if model.lines[id].kind != "display"):
        interpret(model, plan, given)  # finds the first bad number and says where it is
        raise NumberError("a line is no finite number, but only in the generated code")
    return values


def settle(model: Model, plan: Plan, given: Mapping[str, Any], tolerance: float, watch: Sequence[str] = ()) -> Solution:
    """The solved inputs of a model: what they do not move is computed once, the rest again and again.

    A target that no solved input moves is its input's value at once, where nothing that is searched reads that input.

    Args:
        given: Input id → number, or one a period.
        tolerance: Largest residual [of the target's size].
        watch: Further lines to report with the solution.

    Raises:
        SolveError: A target cannot be reached.
        NumberError: A line is no finite number before anything is solved.
    """
    targets = [*dict.fromkeys([*(item.target.id for item in model.solved), *watch])]
    moved = varying(plan, [item.value.id for item in model.solved])
    known = [item for item in model.solved if item.target.id not in moved]
    if not varying(plan, [item.value.id for item in known]).isdisjoint(targets):
        known = []
    searched = [item for item in model.solved if item not in known]
    names = [item.value.id for item in searched]
    kernel = compile_kernel(model, plan, [id for id in targets if id in moved], names, paths=False)
    still = [id for id in targets if id not in moved]
    fixed = evaluate(model, plan, given, [*kernel.fixed, *still])
    found = solve(searched, kernel, given, fixed, tolerance)
    if not math.isfinite(found.total):
        interpret(model, plan, {**given, **found.given})  # says which line, and where
        raise NumberError("a line is no finite number with the debt that was found, but only in the generated code")
    return replace(found, given={**{item.value.id: fixed[item.target.id] for item in known}, **found.given})


def _finite(value: float | list[float]) -> bool:
    return all(map(math.isfinite, value)) if isinstance(value, list) else math.isfinite(value)
