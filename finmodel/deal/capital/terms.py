"""Keys of capital cost and public money for it."""

from __future__ import annotations

from typing import Annotated, Literal

from finmodel.case.leaf import Day, Quantity, default
from finmodel.case.table import Id, Table
from finmodel.kernel.expr import Given


class Sustaining(Table):
    """Yearly capital cost in operation."""

    share: Annotated[Given, Quantity("1/year", ge=0, le=1, meaning="Share of the capital cost a year")]
    start: Day
    inflation: Id | None = None


class Capex(Table):
    """Capital cost with a spend profile over construction."""

    label: str
    label_ja: str = ""
    entity: Id
    amount: Annotated[Given, Quantity("money", ge=0, meaning="Capital cost")]
    profile: Annotated[
        Given, Quantity("ratio", ge=0, le=1, listed="period", meaning="Share spent in each period of construction")
    ]
    life: Annotated[Given, Quantity("year", gt=0, meaning="Life in the books, from completion")] = default("20 years")
    books: Literal["straight", "output"] = "straight"
    node: Id | None = None
    sustaining: Sustaining | None = None


class ClawBack(Table):
    """A share of profit that goes back to the payer of a grant, up to the grant."""

    basis: Literal["distributions", "profit"] = "distributions"
    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of the basis that goes back")]
    years: Annotated[Given, Quantity("year", gt=0, meaning="From completion, how long profit is shared")]


class Grant(Table):
    """Public money for capital cost, within a window if both its dates are given."""

    label: str
    label_ja: str = ""
    payer: str
    capex: Id
    share: Annotated[Given, Quantity("ratio", ge=0, le=0.5, meaning="Share of eligible cost (at most half)")]
    eligible: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Eligible share of the capital cost")] = default(
        "100 %"
    )
    ceiling: Annotated[Given, Quantity("money", ge=0, meaning="Most that is paid")]
    lag: Annotated[Given, Quantity("month", ge=0, structural=True, meaning="From spending to receipt")] = default(
        "0 months"
    )
    start: Day | None = None
    end: Day | None = None
    accounting: Literal["basis", "income"] = "basis"
    claw_back: ClawBack | None = None


class Subsidy(Table):
    """Public money for what a node makes, such as green refining, within a window and a ceiling."""

    label: str
    label_ja: str = ""
    payer: str
    node: Id
    per_kg: Annotated[Given, Quantity("money/kg", ge=0, meaning="Subsidy per kg of the node's main product")]
    inflation: Id | None = None
    start: Day
    end: Day
    ceiling: Annotated[Given, Quantity("money", ge=0, meaning="Most that is paid in all")]
    lag: Annotated[Given, Quantity("month", ge=0, structural=True, meaning="From output to receipt")] = default(
        "0 months"
    )
    taxable: bool = True
