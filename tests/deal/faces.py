"""One question about a result: do all faces of its lines give the same numbers?"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from finmodel.kernel.faces.generated import compile_kernel
from finmodel.kernel.faces.interpreter import interpret
from finmodel.kernel.order import plan
from finmodel.run.results import Results
from finmodel.workbook.write import write_workbook


def differ(result: Results) -> list[str]:
    """Lines whose reference, scalar and path faces differ: bits, and 1e-12 over paths."""
    order = plan(result.model)
    reference = interpret(result.model, order, result.given)
    ids = [line.id for line in order.order]
    inputs = {id: np.array(value)[..., None] * np.ones(3) for id, value in result.given.items()}
    over = compile_kernel(result.model, order, ids, None, paths=True).run(inputs, {}, 3)
    found = [id for id in ids if not np.array_equal(reference[id], result.values[id], equal_nan=True)]
    for id in ids:
        got, want = np.broadcast_arrays(over[id], np.array(result.values[id])[..., None])
        if not np.allclose(got, want, rtol=1e-12, atol=1e-6, equal_nan=True):
            found.append(id)
    return found


def in_the_workbook(result: Results, folder: Path) -> float:
    """The largest difference of any cell, recalculated by another program under changes of inputs."""
    return write_workbook(result, folder / "faces.xlsx", quick=True).largest
