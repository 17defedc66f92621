"""A kernel: generated code that was compiled, what it reads, and how it tells that a number is not finite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from finmodel.kernel.errors import NumberError

Value = Any  # float | list of floats | array (paths,) | array (periods, paths)
Values = dict[str, Value]


class Unchecked(NamedTuple):
    """Outputs by id, and a sum of each path that is finite as long as every line is."""

    values: Values
    total: Value


class NotFinite(NumberError):
    """A number that is not finite in some line of generated code; `path` is the first path that has one."""

    def __init__(self, path: int) -> None:
        self.path = path
        super().__init__(f"a line is no finite number on path {path} of these")


@dataclass(frozen=True)
class Kernel:
    """A compiled function: `run(given, fixed, paths)` returns the asked outputs in order.

    It returns one number more: a sum of the lines that could hide a number that is not finite from those who read them
    (a minimum, a choice, a comparison). It is finite as long as every line is.
    """

    outputs: tuple[str, ...]
    given: tuple[str, ...]
    fixed: tuple[str, ...]
    function: Callable[..., tuple[Value, ...]]
    source: str

    def run(self, given: Mapping[str, Value], fixed: Mapping[str, Value], paths: int = 1) -> Values:
        """Compute the outputs from inputs by id and from fixed lines by id.

        Args:
            given: Input id → number, row (periods,) or array (periods, paths).
            fixed: Line id → values that do not move.
            paths: Number of paths.

        Returns:
            Output id → value, row, or array (periods, paths).

        Raises:
            NotFinite: A line that no output shows is no finite number.
        """
        values, total = self.unchecked(given, fixed, paths)
        check_finite(total)
        return values

    def unchecked(self, given: Mapping[str, Value], fixed: Mapping[str, Value], paths: int = 1) -> Unchecked:
        """The outputs, and the sum that is finite as long as every line is; for values tried on the way.

        Args:
            given: As for `run`.
            fixed: As for `run`.
            paths: Number of paths.
        """
        *values, total = self.function([given[id] for id in self.given], [fixed[id] for id in self.fixed], paths)
        return Unchecked(dict(zip(self.outputs, values, strict=True)), total)


def check_finite(total: Value) -> None:
    """Refuse a sum of lines that is not finite.

    Args:
        total: Sum of lines, a number or one a path.

    Raises:
        NotFinite: Names the first path.
    """
    if not np.isfinite(total).all():
        raise NotFinite(int(np.argmin(np.isfinite(np.atleast_1d(total)))))
