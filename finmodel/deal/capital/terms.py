"""Keys of capital cost and public money for it."""

from __future__ import annotations

from typing import Annotated, Literal

from finmodel.case.leaf import DateQuantity, Quantity, default
from finmodel.case.says import Says
from finmodel.case.table import Id, Indexed, Label, LabelJa, Table
from finmodel.kernel.expr import Given


class Sustaining(Table):
    """Yearly capital cost in operation."""

    share: Annotated[
        Given, Quantity("1/year", ge=0, le=1, meaning="Share of the capital cost a year", example="2 % p.a.")
    ]
    start: Annotated[Given, DateQuantity("First day of sustaining capital cost", example="2031-01-01")]
    inflation: Indexed | None = None


class Capex(Table):
    """Capital cost with a spend profile over construction."""

    label: Label
    label_ja: LabelJa = ""
    entity: Annotated[Id, Says("Company that spends it and owns what is built", example='"spv"')]
    amount: Annotated[Given, Quantity("money", ge=0, meaning="Capital cost")]
    profile: Annotated[
        Given, Quantity("ratio", ge=0, le=1, listed="period", meaning="Share spent in each period of construction")
    ]
    life: Annotated[Given, Quantity("year", gt=0, meaning="Life in the books, from completion")] = default("20 years")
    books: Annotated[
        Literal["straight", "output"],
        Says(
            "How the books write it off",
            choices={"straight": "evenly over its life", "output": "with the output of a node"},
        ),
    ] = "straight"
    node: Annotated[
        Id | None, Says('Node whose output writes it off, for books = "output"', example='"separation"')
    ] = None
    sustaining: Sustaining | None = None


class ClawBack(Table):
    """A share of profit that goes back to the payer of a grant, up to the grant."""

    basis: Annotated[
        Literal["distributions", "profit"],
        Says(
            "What the payer of the grant has a share of",
            example='"profit"',
            choices={
                "distributions": "what is paid to owners",
                "profit": "the company's profit after tax of the year before",
            },
        ),
    ] = "distributions"
    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of the basis that goes back")]
    years: Annotated[Given, Quantity("year", gt=0, meaning="From completion, how long profit is shared")]


class Grant(Table):
    """Public money for capital cost, within a window if both its dates are given."""

    label: Label
    label_ja: LabelJa = ""
    payer: Annotated[str, Says("Public body that pays it", example='"METI"')]
    capex: Annotated[Id, Says("Capital cost that it pays a part of", example='"plant"')]
    share: Annotated[Given, Quantity("ratio", ge=0, le=0.5, meaning="Share of eligible cost (at most half)")]
    eligible: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Eligible share of the capital cost")] = default(
        "100 %"
    )
    ceiling: Annotated[Given, Quantity("money", ge=0, meaning="Most that is paid")]
    lag: Annotated[
        Given, Quantity("month", ge=0, structural=True, meaning="From spending to receipt", example="6 months")
    ] = default("0 months")
    start: (
        Annotated[Given, DateQuantity("First day of the window in which spending is eligible", example="2027-04-01")]
        | None
    ) = None
    end: (
        Annotated[Given, DateQuantity("Last day of the window in which spending is eligible", example="2030-03-31")]
        | None
    ) = None
    accounting: Annotated[
        Literal["basis", "income"],
        Says(
            "How books and tax treat it",
            choices={
                "basis": "it lowers the cost that is written off",
                "income": "it is income of the first period after completion",
            },
        ),
    ] = "basis"
    claw_back: ClawBack | None = None


class Subsidy(Table):
    """Public money for what a node makes, such as green refining, within a window and a ceiling."""

    label: Label
    label_ja: LabelJa = ""
    payer: Annotated[str, Says("Public body that pays it", example='"METI"')]
    node: Annotated[Id, Says("Node whose output earns it", example='"separation"')]
    per_kg: Annotated[
        Given, Quantity("money/kg", ge=0, meaning="Subsidy per kg of the node's main product", example="5 USD/kg")
    ]
    inflation: Indexed | None = None
    start: Annotated[Given, DateQuantity("First day on which output earns the subsidy", example="2030-04-01")]
    end: Annotated[Given, DateQuantity("Last day on which output earns the subsidy", example="2035-03-31")]
    ceiling: Annotated[Given, Quantity("money", ge=0, meaning="Most that is paid in all")]
    lag: Annotated[
        Given, Quantity("month", ge=0, structural=True, meaning="From output to receipt", example="6 months")
    ] = default("0 months")
    taxable: Annotated[bool, Says("Whether it is taxable income", example="false")] = True
