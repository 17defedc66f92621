"""Keys of the production chain: products, feed, nodes, operating costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from finmodel.case.leaf import Quantity, default
from finmodel.case.says import Says
from finmodel.case.table import Id, Indexed, Label, LabelJa, Table
from finmodel.kernel.expr import Given

ByProduct = Annotated[
    Given, Quantity("ratio", ge=0, le=100, meaning="By-product per unit of main product", example="0.05x")
]

Licence = Annotated[
    Given,
    Quantity(
        "ratio",
        ge=0,
        le=1,
        dated=True,
        neutral="100 %",
        meaning="Share of shipments that export licences allow",
        example="80 %",
    ),
]


class Product(Table):
    """What a node makes: its index, its price in money and its stock."""

    label: Label
    label_ja: LabelJa = ""
    price: Annotated[Id, Says("Price index on which it is sold", example='"ndpr"')]
    contained_in: Annotated[
        Literal["itself", "feed"],
        Says(
            "What its sold quantity is counted in",
            example='"feed"',
            choices={
                "itself": "tonnes of the product itself",
                "feed": "tonnes of product contained in the feed that it takes",
            },
        ),
    ] = "itself"
    fee: Annotated[
        Given, Quantity("money/kg", ge=0, meaning="Conversion fee beside the index", example="10 USD/kg")
    ] = default("0 money/kg")
    fee_inflation: Indexed | None = None
    spot_discount: Annotated[
        Given, Quantity("ratio", ge=0, lt=1, meaning="Below the index when sold spot", example="2 %")
    ] = default("0 %")
    payment_days: Annotated[
        Given, Quantity("day", ge=0, le=720, structural=True, meaning="Days until a spot buyer pays")
    ] = default("0 days")
    stock_days: Annotated[
        Given, Quantity("day", ge=0, le=720, dated=True, meaning="Stock held, in days of production")
    ] = default("0 days")
    licence: Licence | None = None


class Bought(Table):
    """Feed bought for one contained product: a share of its index, on a price not below a floor."""

    payable: Annotated[
        Given,
        Quantity(
            "ratio", ge=0, le=2, dated=True, meaning="Share of the index paid for contained product", example="35 %"
        ),
    ]
    floor: Annotated[Given, Quantity("money/kg", ge=0, meaning="Index used for feed is at least this")] = default(
        "0 money/kg"
    )
    payment_days: Annotated[
        Given, Quantity("day", ge=0, le=720, structural=True, meaning="Days until the feed is paid")
    ] = default("0 days")
    rebate: (
        Annotated[
            Given,
            Quantity(
                "money/kg",
                ge=0,
                dated=True,
                meaning="Paid for taking scrap, per kg contained in the recycled share",
                example="2 USD/kg",
            ),
        ]
        | None
    ) = None
    rebate_share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Recycler's share of the rebate")] = default(
        "100 %"
    )
    recycled: (
        Annotated[Given, Quantity("ratio", ge=0, le=1, dated=True, neutral="0 %", meaning="Recycled share of the feed")]
        | None
    ) = None


class Taken(Table):
    """Feed from another node of the chain."""

    node: Annotated[Id, Says("Node that delivers the feed", example='"separation"')]
    product: Annotated[Id, Says("Product of that node which is taken", example='"oxide"')]
    per_product: Annotated[
        Given,
        Quantity("ratio", gt=0, meaning="Feed per unit of product at 100 % recovery (stoichiometry)", example="1.20x"),
    ]
    licence: Licence | None = None
    pricing: Annotated[
        Literal["market", "cost"],
        Says(
            "How the feed is priced between two companies",
            choices={"market": "its market price less the margin", "cost": "its cost of production plus the margin"},
        ),
    ] = "market"
    margin: Annotated[
        Given,
        Quantity("ratio", ge=0, le=5, meaning="Transfer price: below the market, or on top of cost", example="5 %"),
    ] = default("0 %")


class Node(Table):
    """One plant of the chain."""

    label: Label
    label_ja: LabelJa = ""
    entity: Annotated[Id, Says("Company that owns the plant and bears its cost", example='"spv"')]
    product: Annotated[Id, Says("Main product of the plant", example='"oxide"')]
    nameplate: Annotated[Given, Quantity("t/year", gt=0, meaning="Capacity, tonnes of the main product")]
    availability: Annotated[
        Given, Quantity("ratio", ge=0, le=1, dated=True, meaning="Share of the year at capacity", example="90 %")
    ]
    ramp_up: Annotated[
        Given,
        Quantity(
            "ratio",
            ge=0,
            le=1,
            listed="operating_year",
            meaning="Share of capacity by operating year; the last one holds",
        ),
    ] = default("100 %")
    recovery: Annotated[
        Given, Quantity("ratio", gt=0, le=1, meaning="Product won from contained feed", example="95 %")
    ] = default("100 %")
    by_products: dict[Id, ByProduct] = {}
    buys: dict[Id, Bought] = {}
    takes: Taken | None = None


class Cost(Table):
    """An operating cost; exactly one of per_year, per_kg, of_revenue."""

    label: Label
    label_ja: LabelJa = ""
    node: Annotated[
        Id | None, Says("Node that the cost belongs to: its output, its revenue, its shut-down", example='"separation"')
    ] = None
    entity: Annotated[Id | None, Says("Company that bears it; left out, the company of the node", example='"spv"')] = (
        None
    )
    per_year: Annotated[Given, Quantity("money/year", ge=0, meaning="Fixed cost")] | None = None
    per_kg: (
        Annotated[
            Given, Quantity("money/kg", ge=0, meaning="Cost per kg of the node's main product", example="5 USD/kg")
        ]
        | None
    ) = None
    of_revenue: (
        Annotated[
            Given,
            Quantity("ratio", ge=0, le=1, meaning="Share of the node's revenue, such as a royalty", example="3 %"),
        ]
        | None
    ) = None
    inflation: Indexed | None = None
    payment_days: Annotated[Given, Quantity("day", ge=0, le=720, structural=True, meaning="Days until it is paid")] = (
        default("0 days")
    )
    incentive: Annotated[bool, Says("Whether the company's production incentive refunds a share of it")] = False


def products_by_node(nodes: Mapping[str, Node]) -> dict[str, tuple[str, ...]]:
    """Node → the products that it makes, the main one first.

    Args:
        nodes: Name → terms of the node.
    """
    return {name: (node.product, *node.by_products) for name, node in nodes.items()}
