"""Values that an input may have in a simulation, read as the input itself is."""

from __future__ import annotations

from finmodel.case.describe import find
from finmodel.case.leaf import Quantity
from finmodel.case.quantity import BadValue, clip, spell
from finmodel.case.table import Table
from finmodel.kernel.expr import Given


def read_outcome(root: type[Table], given: Given, typed: str) -> float:
    """An outcome of an input as a number.

    Args:
        root: The schema of the case.
        given: The input as the case has it.
        typed: Such as "6 months".

    Raises:
        BadValue: It does not fit the input, or is in another unit than it.
    """
    entry = find(root, given.id.split("."))
    leaf = None if entry is None else entry.slot.leaf
    assert isinstance(leaf, Quantity), f"{given.id} is no quantity"
    found = leaf.scalar(typed, str(given.unit).split("/")[0])
    if found.unit != given.unit:
        unit = spell(str(given.unit), percent=leaf.spelled.startswith("%"))
        raise BadValue(f'is in another unit than {given.id}: got "{clip(typed)}".', advice=f"Write it in {unit}.")
    return found.number
