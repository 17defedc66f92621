"""Values that an input may have in a simulation, read as the input itself is."""

from __future__ import annotations

from finmodel.base.expr import Given
from finmodel.case.leaf import Quantity
from finmodel.case.quantity import BadValue, clip, spell


def read_outcome(leaf: Quantity, given: Given, typed: str) -> float:
    """An outcome of an input as a number.

    Args:
        leaf: What the schema says of the input.
        given: The input as the case has it.
        typed: Such as "6 months".

    Raises:
        BadValue: It does not fit the input, or is in another unit than it.
    """
    found = leaf.scalar(typed, str(given.unit).split("/")[0])
    if found.unit != given.unit:
        unit = spell(str(given.unit), percent=leaf.spelled.startswith("%"))
        raise BadValue(f'is in another unit than {given.id}: got "{clip(typed)}".', advice=f"Write it in {unit}.")
    return found.number
