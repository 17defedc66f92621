"""A random walk of the logarithm: geometric Brownian motion."""

from __future__ import annotations

from typing import Annotated

from finmodel.case.leaf import Quantity
from finmodel.case.table import Table
from finmodel.deal.kinds import Kind
from finmodel.kernel.expr import Given

Volatility = Annotated[
    Given, Quantity("ratio", ge=0, le=1, meaning="Standard deviation of the log price over a year", example="25 %")
]
VOLATILITY = {"volatility": 'volatility = "38 %"'}
"""What every kind needs that draws normal numbers."""


class Keys(Table):
    """Keys of a random walk."""

    volatility: Volatility | None = None


KIND = Kind("gbm", "a random walk of its logarithm", VOLATILITY)
