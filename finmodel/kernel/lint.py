"""Lint: lines that lead nowhere.

A line is alive when it is a result, a check or a display row, or when a living line reads it. Units need no lint: they
are checked when a line is declared.
"""

from __future__ import annotations

from finmodel.kernel.model import Model
from finmodel.kernel.order import Plan


def dead_lines(model: Model, plan: Plan) -> list[str]:
    """Ids of lines that no result, check or display row depends on, in order of declaration."""
    roots = [id for id, line in model.lines.items() if line.kind != "line"]
    roots += [metric.line.id for metric in model.metrics.values()]
    roots += [metric.status.id for metric in model.metrics.values() if metric.status is not None]
    roots += [item.residual.id for item in model.solved]
    alive = plan.precedents(roots)
    return [id for id in model.lines if id not in alive]
