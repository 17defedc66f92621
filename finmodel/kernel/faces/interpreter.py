"""The interpreter: walks each formula, period by period, with the meanings of the operator table.

Slow and plain: the reference that generated code is tested against, and the one that finds a number gone bad.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from finmodel.kernel.errors import NumberError
from finmodel.kernel.expr import Const, Expr, Fold, Given, Op, Shift, text
from finmodel.kernel.faces.fold_values import SCALAR
from finmodel.kernel.model import Line, Model
from finmodel.kernel.operators import OPERATORS
from finmodel.kernel.order import Plan

Memo = dict[str, list[float]]
"""Values of each line, one a period; a single number stands first."""


def interpret(model: Model, plan: Plan, given: Mapping[str, Any]) -> dict[str, Any]:
    """Every line of a model: a float, or a list with one value a period.

    Args:
        given: Input id → number, or one a period.

    Raises:
        NumberError: A formula gives no finite number; names the line, the period and what it read.
    """
    count = model.timeline.count
    values: Memo = {line.id: [math.nan] * count for line in plan.order}
    for level in range(max(plan.level.values(), default=0) + 1):
        lines = [line for line in plan.order if plan.level[line.id] == level]
        for line in (line for line in lines if not line.series):
            values[line.id][0] = _finite(line, 0, values, given, model)
        for t in reversed(range(count)) if level % 2 else range(count):
            for line in (line for line in lines if line.series):
                values[line.id][t] = _finite(line, t, values, given, model)
    return {line.id: values[line.id] if line.series else values[line.id][0] for line in plan.order}


def _finite(line: Line, t: int, values: Memo, given: Mapping[str, Any], model: Model) -> float:
    assert line.expr is not None
    try:
        value = _value(line.expr, t, values, given, model.timeline.count)
    except (ArithmeticError, ValueError):
        value = math.nan
    if not math.isfinite(value) and line.kind != "display":
        period = f" in {model.timeline.labels[t]}" if line.series else ""
        raise NumberError(f"{line.id}{period} is {value}, not a number: {text(line.expr)} ({line.where})")
    return value


def _value(node: Expr, t: int, values: Memo, given: Mapping[str, Any], count: int) -> float:
    if isinstance(node, Const):
        return node.value
    if isinstance(node, Given):
        value = given[node.id]
        return float(value[t] if node.series else value)
    if isinstance(node, Line):
        return values[node.id][t if node.series else 0]
    if isinstance(node, Shift):
        at = t - node.back
        return values[node.line.id][at] if 0 <= at < count else _value(node.init, t, values, given, count)
    args = [_value(arg, t, values, given, count) for arg in node.args]
    if isinstance(node, Fold):
        rows = [values[row.id] for row in node.lines]
        return SCALAR[node.name](*rows, *args)
    assert isinstance(node, Op)
    return float(OPERATORS[node.name].meaning(*args))
