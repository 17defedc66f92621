"""Keys of sales contracts."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from finmodel.case.leaf import Count, DateQuantity, Quantity, default
from finmodel.case.says import Says
from finmodel.case.table import Currency, Id, Label, LabelJa, Table
from finmodel.kernel.expr import Given

_FIRST: Any = Field(default=1)  # a plain number until it is read, like the text of every other default
Lost = Annotated[
    Given,
    Quantity("ratio", ge=0, le=1, dated=True, meaning="Share of the quantity lost to force majeure", example="25 %"),
]


class Offtake(Table):
    """A sales contract, measured in tonnes of the contained first product of the chain.

    `contracted` says what lenders count of the tonnes that the buyer must take or pay for (of a share, all of them):
    with "price_and_volume" the price up to the contract's floor, or all of a fixed price where it has none; with
    "volume" the tonnes at a price of the market. Left out, a contract with a floor is contracted by price and volume,
    another on a quantity by volume, and a share at an index, or a buyer that need not buy, not at all.
    """

    label: Label
    label_ja: LabelJa = ""
    products: Annotated[list[Id], Says("Products that the buyer takes", example='["oxide"]')]
    priority: Annotated[Given, Count(ge=1, le=99, structural=True, meaning="Order of service, the lowest first")] = (
        _FIRST
    )
    quantity: Annotated[Given, Quantity("t/year", gt=0, meaning="Annual contract quantity, contained")] | None = None
    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of what is available")] | None = None
    start: Annotated[Given, DateQuantity("First day of the contract", structural=True, example="2030-04-01")]
    term: Annotated[Given, Quantity("month", gt=0, meaning="Length of the contract", example="10 years")]
    take_or_pay: Annotated[
        Given, Quantity("ratio", ge=0, le=1, meaning="Share of the quantity paid for even if not taken", example="80 %")
    ] = default("0 %")
    demand: Annotated[
        Given,
        Quantity(
            "ratio", ge=0, le=2, dated=True, meaning="Buyer's nomination as a share of the quantity", example="90 %"
        ),
    ] = default("100 %")
    max_take: Annotated[
        Given,
        Quantity(
            "ratio", ge=1, le=2, meaning="Most that the buyer may take, as a share of the quantity", example="110 %"
        ),
    ] = default("100 %")
    buys_below: (
        Annotated[
            Given,
            Quantity(
                "money/kg",
                gt=0,
                dated=True,
                meaning="The buyer takes while the index is below this",
                example="150 USD/kg",
            ),
        ]
        | None
    ) = None
    total_quantity: (
        Annotated[
            Given,
            Quantity("t", gt=0, meaning="Most that the buyer takes over the contract, contained", example="50,000 t"),
        ]
        | None
    ) = None
    discount: Annotated[Given, Quantity("ratio", ge=-1, lt=1, dated=True, meaning="Below the index", example="3 %")] = (
        default("0 %")
    )
    floor: Annotated[Given, Quantity("money/kg", ge=0, meaning="Lowest index that the buyer pays")] | None = None
    ceiling: (
        Annotated[Given, Quantity("money/kg", gt=0, meaning="Highest index that the buyer pays", example="150 USD/kg")]
        | None
    ) = None
    share_strike: (
        Annotated[
            Given,
            Quantity(
                "money/kg", ge=0, meaning="Achieved price above which the buyer has a share", example="150 USD/kg"
            ),
        ]
        | None
    ) = None
    upside_share: (
        Annotated[
            Given, Quantity("ratio", ge=0, le=1, meaning="Buyer's share of the excess over the strike", example="30 %")
        ]
        | None
    ) = None
    upside_cap: (
        Annotated[Given, Quantity("money/year", ge=0, meaning="Most that the buyer receives of it in a calendar year")]
        | None
    ) = None
    impute_support: Annotated[bool, Says("Whether what the contract's floor adds is shown as support by the buyer")] = (
        False
    )
    contracted: Annotated[
        Literal["price_and_volume", "volume", "none"] | None,
        Says(
            "What lenders count of the tonnes that the buyer must take or pay for; left out, read off the terms",
            example='"volume"',
            choices={
                "price_and_volume": "price and tonnes",
                "volume": "tonnes, at a price of the market",
                "none": "neither",
            },
        ),
    ] = None
    make_up_years: Annotated[
        Given, Quantity("year", gt=0, structural=True, meaning="Life of a make-up right", example="5 years")
    ] = default("5 years")
    make_up_tail: (
        Annotated[
            Given,
            Quantity("year", gt=0, le=20, meaning="Time to use make-up rights after the contract", example="2 years"),
        ]
        | None
    ) = None
    make_up_beyond: Annotated[
        Literal["take_or_pay", "quantity"],
        Says(
            "From where on what the buyer takes uses its make-up rights",
            choices={"take_or_pay": "beyond the year's take-or-pay", "quantity": "beyond the year's contract quantity"},
        ),
    ] = "take_or_pay"
    make_up_top_up: Annotated[
        bool,
        Says("Whether the buyer pays by how much the price at delivery exceeds what it paid for the right"),
    ] = False
    make_up_extra: Annotated[bool, Says("Whether the buyer may call made-up tonnes beyond its nomination")] = False
    untaken_stock: (
        Annotated[Given, Quantity("t", ge=0, meaning="Most that the seller keeps of what was not taken, contained")]
        | None
    ) = None
    resale_credit: Annotated[
        Given,
        Quantity("ratio", ge=0, le=1, meaning="Share of resale proceeds credited against a deficiency payment"),
    ] = default("0 %")
    resale_reference: Annotated[
        Literal["proceeds", "index"],
        Says(
            "Price at which tonnes not taken count as sold on",
            choices={"proceeds": "what a spot sale brings", "index": "the index"},
        ),
    ] = "proceeds"
    resale_cost: (
        Annotated[
            Given,
            Quantity("money/kg", ge=0, meaning="Cost of reselling what was not taken, contained", example="1 USD/kg"),
        ]
        | None
    ) = None
    resale_excess: Annotated[
        Literal["seller", "buyer"],
        Says(
            "Who has what resale brings above the contract price",
            choices={"seller": "the seller keeps it", "buyer": "it is paid to the buyer"},
        ),
    ] = "seller"
    deficiency_cap: (
        Annotated[Given, Quantity("money/year", ge=0, meaning="Most deficiency payment of a contract year")] | None
    ) = None
    carry_forward: (
        Annotated[
            Given,
            Quantity(
                "ratio", ge=0, le=1, meaning="Share of a year's take-or-pay that credits may replace", example="20 %"
            ),
        ]
        | None
    ) = None
    carry_forward_years: Annotated[
        Given, Quantity("year", gt=0, structural=True, meaning="Life of a carry-forward credit", example="3 years")
    ] = default("3 years")
    deliver_or_pay: (
        Annotated[
            Given,
            Quantity(
                "ratio", ge=0, le=1, meaning="Share of the nominated quantity that the seller owes", example="90 %"
            ),
        ]
        | None
    ) = None
    shortfall_damages: (
        Annotated[
            Given,
            Quantity("ratio", ge=0, le=2, meaning="Share of the price paid on what the seller fails", example="10 %"),
        ]
        | None
    ) = None
    damages_cap: Annotated[Given, Quantity("money/year", ge=0, meaning="Most damages of a contract year")] | None = None
    force_majeure_buyer: Lost = default("0 %")
    force_majeure_seller: Lost = default("0 %")
    licence: (
        Annotated[
            Given,
            Quantity(
                "ratio",
                ge=0,
                le=1,
                dated=True,
                neutral="100 %",
                meaning="Share of deliveries that export licences allow",
                example="80 %",
            ),
        ]
        | None
    ) = None
    default_date: (
        Annotated[
            Given,
            DateQuantity("Day of the buyer's default, after which it takes and pays nothing", example="2034-01-01"),
        ]
        | None
    ) = None
    default_loss: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of the receivable lost at default")] = (
        default("100 %")
    )
    tax_deferred: Annotated[
        bool, Says("Whether tax too waits with income on tonnes that were paid for and not yet taken", example="false")
    ] = True
    payment_days: Annotated[
        Given, Quantity("day", ge=0, le=720, structural=True, meaning="Days until the buyer pays")
    ] = default("0 days")
    currency: Annotated[
        Currency | None, Says("Currency in which the buyer pays; left out, that of the case", example='"JPY"')
    ] = None
