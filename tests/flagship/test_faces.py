"""The three faces of the flagship give the same numbers."""

from __future__ import annotations

import numpy as np

from finmodel.kernel.expr import Expr, Op
from finmodel.kernel.faces.generated import compile_kernel
from finmodel.kernel.faces.interpreter import interpret
from finmodel.kernel.model import walk
from tests.flagship.deal import built, result


def touched_by_powers() -> set[str]:
    """Lines that depend on a power, in this period or another: their faces may differ in the last bits."""
    deal = built()
    found = {line.id for line in deal.plan.order if any(_is_power(node) for node in walk(line.expr))}
    grown = True
    while grown:
        reached = {id for id, reads in deal.plan.edges.items() if any(read.id in found for read, _ in reads)}
        grown = not reached <= found
        found |= reached
    return found


def largest(value: float | list[float]) -> float:
    """The largest absolute value of a row."""
    return float(np.nanmax(np.abs(np.atleast_1d(value)), initial=0.0))


def _is_power(node: Expr) -> bool:
    return isinstance(node, Op) and node.name == "pow"


def test_the_interpreter_agrees_with_the_generated_code_bit_for_bit():
    deal, values = built(), result().values
    reference = interpret(deal.model, deal.plan, result().given)

    different = [id for id in deal.model.lines if not np.array_equal(reference[id], values[id], equal_nan=True)]

    assert different == []


def test_the_numpy_face_agrees_bit_for_bit_where_no_power_occurs_and_to_1e_12_elsewhere():
    """Three paths with the same numbers; a difference is judged by what its formula reads."""
    deal, values = built(), result().values
    ids = [line.id for line in deal.plan.order]
    kernel = compile_kernel(deal.model, deal.plan, ids, None, paths=True)
    inputs = {id: np.array(value)[..., None] * np.ones(3) for id, value in result().given.items()}
    out = kernel.run(inputs, {}, 3)
    powers = touched_by_powers()

    worst = {}
    for id in ids:
        got, want = np.broadcast_arrays(out[id], np.array(values[id])[..., None])
        exact = np.array_equal(got, want, equal_nan=True)
        scale = max(1.0, largest(values[id]), *(largest(values[read.id]) for read, _ in deal.plan.edges[id]))
        worst[id] = 0.0 if exact else float(np.nanmax(np.abs(got - want))) / scale

    assert [id for id in ids if id not in powers and worst[id] > 0] == []
    assert {id: fault for id, fault in worst.items() if fault > 1e-12} == {}


def test_at_least_250_lines_are_not_zero_throughout():
    values = result().values

    assert sum(bool(np.any(np.nan_to_num(values[id]))) for id in values) >= 250
