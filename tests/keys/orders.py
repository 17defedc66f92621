"""Lists and tables that mean a set, in another order: the same deal, so the same numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from finmodel.case.table import Table
from finmodel.deal.read import Case
from finmodel.kernel.units import CURRENCIES
from finmodel.run.results import Results

SETS = (
    "products", "facilities", "nodes", "refinances", "jbic_beside", "payment_months", "public_lenders",
    "public_owners", "public_insurers", "domestic_contracts",
)  # fmt: skip
"""Keys whose list means a set."""
ORDERED = ("offtake",)
"""Tables whose order has a meaning: contracts of one priority are served in the order of the case."""
MILLION = 1e6
Order = Callable[[Sequence[str]], Sequence[str]]


def reordered(case: Case, order: Order = lambda names: list(reversed(names)), only: str = "") -> Case:
    """The case with its tables by name, and its lists that mean a set, in another order.

    Args:
        order: Names in their order → in another.
        only: A top-level table, such as "facility", or a key, such as "products"; empty for all.
    """
    sizing = None if case.sizing is None else replace(case.sizing, tables=_table(case.sizing.tables, order, only, ""))
    return replace(case, tables=_table(case.tables, order, only, ""), sizing=sizing)


def _table(table: Any, order: Order, only: str, top: str) -> Any:
    changed = {}
    for name, inner in table:
        changed[name] = _value(inner, order, only, top or name, name)
    return table.model_copy(update=changed)


def _value(value: Any, order: Order, only: str, top: str, name: str) -> Any:
    if isinstance(value, Table):
        return _table(value, order, only, top)
    if isinstance(value, Mapping):
        turned = only in ("", top) and name not in ORDERED
        names = order(list(value)) if turned else list(value)
        return {inner: _value(value[inner], order, only, top, inner) for inner in names}
    if isinstance(value, list | tuple) and name in SETS and only in ("", name):
        return type(value)(order(list(value)))
    return value


def different(before: Results, after: Results, tolerance: float = 1e-9) -> list[str]:
    """Lines that are gone, new, or off by more than a share of their largest number, or of a million of money."""
    ids = set(before.values) ^ set(after.values)
    found = sorted(f"{id}: of one only" for id in ids)
    for id in before.values:
        if id in after.values:
            one, two = (np.atleast_1d(np.asarray(result.values[id], dtype=float)) for result in (before, after))
            money = str(before.model.lines[id].unit) in CURRENCIES
            scale = max(MILLION if money else 1.0, float(np.nanmax(np.abs(one), initial=0)))
            if not np.allclose(one, two, rtol=0, atol=tolerance * scale, equal_nan=True):
                found.append(f"{id}: off by {float(np.nanmax(np.abs(one - two))):.3g}")
    return found
