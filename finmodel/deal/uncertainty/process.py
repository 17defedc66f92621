"""How a price, an exchange rate or a basis moves: one of the kinds of process, and what it moves about."""

from __future__ import annotations

from typing import Annotated, Literal

from finmodel.case.leaf import Quantity
from finmodel.case.says import Says
from finmodel.case.table import Table
from finmodel.deal.kinds import Kinds
from finmodel.deal.uncertainty.processes import jumps, recorded, reverting, walk
from finmodel.kernel.expr import Given

PROCESSES = Kinds("process", walk.KIND, reverting.KIND, jumps.KIND, recorded.KIND)
Start = Annotated[Given, Quantity("money/kg", gt=0, meaning="Price at the start (centre = own)")]
Level = Annotated[Given, Quantity("money/kg", gt=0, meaning="Long-run mean price (Schwartz, centre = own)")]
Drift = Annotated[Given, Quantity("1/year", ge=-1, le=1, meaning="Expected growth (centre = own)", example="2 % p.a.")]


class _Named(Table):
    """Which kind, and what it moves about."""

    kind: Annotated[
        Literal["gbm", "schwartz", "jumps", "bootstrap"],
        Says("How the price moves from month to month", example='"schwartz"', choices=PROCESSES.choices),
    ]
    centre: Annotated[
        Literal["mean", "median", "own"],
        Says(
            "What the price moves about",
            choices={
                "mean": "the deck is its mean",
                "median": "the deck is its median",
                "own": "start, level and drift of its own, in place of the deck",
            },
        ),
    ] = "mean"


class Process(recorded.Keys, jumps.Keys, reverting.Keys, walk.Keys, _Named):
    """How a price or an exchange rate moves by month about its deck; keys stand in the order of bases from the last."""

    start: Start | None = None
    level: Level | None = None
    drift: Drift | None = None

    @property
    def from_history(self) -> bool:
        """Whether months of a recorded history are drawn; other kinds draw normal numbers."""
        return self.kind == recorded.KIND.name
