"""The same lines with other inputs, one path each: what a deal would be without its support, or on other prices.

Debt, schedule and every solved input stay as they are in the result; nothing is built or sized anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from finmodel.kernel.faces.generated import Kernel, Values, compile_kernel
from finmodel.kernel.model import Model
from finmodel.kernel.order import plan

Rows = NDArray[np.float64]


class Alternatives:
    """Some lines of a run under other values of the inputs `vary`.

    Args:
        values: Every line of the run.
        given: Every input of the run.
        outputs: The lines that are wanted.
    """

    def __init__(
        self, model: Model, values: Values, given: Mapping[str, Any], vary: Iterable[str], outputs: Sequence[str]
    ) -> None:
        self.model, self.vary = model, tuple(vary)
        self.count = model.timeline.count
        self.kernel: Kernel = compile_kernel(model, plan(model), outputs, self.vary, paths=True)
        series = {id: model.lines[id].series for id in self.kernel.fixed}
        self.fixed = {id: np.asarray(values[id]) if series[id] else values[id] for id in self.kernel.fixed}
        self.given = {
            id: np.asarray(value, dtype=float) if isinstance(value, tuple | list) else value
            for id, value in given.items()
        }

    def run(self, changed: Mapping[str, Any], paths: int) -> dict[str, Rows]:
        """Each output by id: (periods, paths) for a series, (paths,) for a single number.

        Args:
            changed: Input → (paths,) for a single number, (periods, paths) for one a period.
            paths: Number of paths.
        """
        out = self.kernel.run({**self.given, **changed}, self.fixed, paths)
        return {id: self._whole(id, value, paths) for id, value in out.items()}

    def _whole(self, id: str, value: Any, paths: int) -> Rows:
        """An output that no path changes comes as it is in the run; give it its axis."""
        rows = np.asarray(value, dtype=float)
        if not self.model.lines[id].series:
            return np.broadcast_to(rows, (paths,))
        return np.broadcast_to(rows[:, None] if rows.ndim == 1 else rows, (self.count, paths))
