"""A random walk with sudden jumps, log-normal in size: Merton (1976)."""

from __future__ import annotations

from typing import Annotated

from finmodel.case.leaf import Quantity
from finmodel.case.table import Table
from finmodel.deal.kinds import Kind
from finmodel.deal.uncertainty.processes.walk import VOLATILITY
from finmodel.kernel.expr import Given

Rate = Annotated[Given, Quantity("1/year", ge=0, le=100, meaning="Jumps expected in a year", example="20 % p.a.")]
Mean = Annotated[Given, Quantity("ratio", ge=-5, le=5, meaning="Mean of the log of a jump", example="-0.20x")]
Spread = Annotated[
    Given, Quantity("ratio", ge=0, le=1, meaning="Standard deviation of the log of a jump", example="15 %")
]


class Keys(Table):
    """Keys of jumps."""

    jump_rate: Rate | None = None
    jump_mean: Mean | None = None
    jump_sd: Spread | None = None


JUMPS = {"jump_rate": 'jump_rate = "80 % p.a."', "jump_mean": 'jump_mean = "7 %"', "jump_sd": 'jump_sd = "22 %"'}
KIND = Kind("jumps", "a random walk with sudden jumps", {**VOLATILITY, **JUMPS})
