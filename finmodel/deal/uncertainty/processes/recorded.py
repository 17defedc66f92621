"""Changes drawn from a price's own history, in stretches of months: a stationary block bootstrap."""

from __future__ import annotations

from typing import Annotated

from finmodel.case.leaf import Quantity, default
from finmodel.case.says import Says
from finmodel.case.table import Id, Table
from finmodel.deal.kinds import Kind
from finmodel.kernel.expr import Given


class Keys(Table):
    """Keys of a draw from history."""

    history: Annotated[Id | None, Says("Column of prices.csv that a bootstrap draws from", example='"ndpr"')] = None
    block: Annotated[Given, Quantity("month", gt=0, le=600, meaning="Mean length of a drawn stretch of history")] = (
        default("12 months")
    )


KIND = Kind("bootstrap", "changes drawn from its own history", {"history": 'history = "…"'})
