"""The context of a deal: what every clause may read while it declares its lines."""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.market.macro import Macro
from finmodel.deal.time.timing import Clock
from finmodel.kernel.model import Model
from finmodel.kernel.register import Register


@dataclass(frozen=True, eq=False, repr=False)
class Context:
    """The model that takes the lines, the rows of time, and what turns an amount into the reporting currency."""

    model: Model
    clock: Clock
    money: Macro

    @property
    def register(self) -> Register:
        """Where a clause notes the cash that it moves, and what the deal owns, owes and earns by it."""
        return self.model.register
