"""A price that returns to its level: Schwartz (1997), one factor."""

from __future__ import annotations

from typing import Annotated

from finmodel.case.leaf import Quantity
from finmodel.case.table import Table
from finmodel.deal.kinds import Kind
from finmodel.deal.uncertainty.processes.walk import VOLATILITY
from finmodel.kernel.expr import Given

Speed = Annotated[
    Given,
    Quantity("1/year", ge=0, le=1000, meaning="Speed of return to the level (Schwartz kappa)", example="50 % p.a."),
]


class Keys(Table):
    """Keys of a return to the level."""

    reversion: Speed | None = None


KIND = Kind(
    "schwartz", "returns towards its level after each move", {**VOLATILITY, "reversion": 'reversion = "10 % p.a."'}
)
