"""Evaluation of one case: every line as numbers, and the search for solved inputs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from finmodel.base.errors import NumberError
from finmodel.base.model import Model
from finmodel.engine.code import Values, compile_kernel, varying
from finmodel.engine.interpret import interpret
from finmodel.engine.plan import Plan
from finmodel.engine.solve import Solution, solve


def evaluate(model: Model, plan: Plan, given: Mapping[str, Any]) -> Values:
    """Every line of a model from its inputs by id.

    Raises:
        NumberError: A line is no finite number; names line, period and formula.
    """
    kernel = compile_kernel(model, plan, [line.id for line in plan.order], None, paths=False)
    try:
        values = kernel.run(given, {})
    except (ArithmeticError, ValueError):
        values = {}
    if not values or any(not _finite(values[id]) for id, line in model.lines.items() if line.kind != "display"):
        interpret(model, plan, given)  # finds the first bad number and says where it is
        raise NumberError("a line is no finite number, but only in the generated code")
    return values


def settle(model: Model, plan: Plan, given: Mapping[str, Any], tolerance: float) -> Solution:
    """The solved inputs of a model: all lines once, then again and again only those that the solved inputs move.

    Raises:
        SolveError: A target cannot be reached.
        NumberError: A line is no finite number before anything is solved.
    """
    start = evaluate(model, plan, given)
    solved = [item.value.id for item in model.solved]
    moved = varying(plan, solved)
    targets = [item.target.id for item in model.solved if item.target.id in moved]
    kernel = compile_kernel(model, plan, targets, solved, paths=False)
    return solve(model, kernel, given, start, tolerance)


def _finite(value: float | list[float]) -> bool:
    return all(map(math.isfinite, value)) if isinstance(value, list) else math.isfinite(value)
