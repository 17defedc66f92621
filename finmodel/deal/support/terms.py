"""Keys of price support: public budgets and the contracts that they pay.

One contract covers every published scheme: it has one measure of what is paid (a floor under a price, under revenue or
under earnings, a premium, or a fixed payment), and may have one of what is given back.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from finmodel.case.leaf import Count, DateQuantity, Quantity, default
from finmodel.case.says import Says
from finmodel.case.table import Id, Indexed, Label, LabelJa, Month, Table
from finmodel.kernel.expr import Given

_FIRST: Any = Field(default=1)  # a plain number until it is read, like the text of every other default

Window = Annotated[
    Literal["period", "quarter", "calendar_year", "fiscal_year", "contract_year"],
    Says(
        "Window",
        choices={
            "period": "each period",
            "quarter": "each calendar quarter",
            "calendar_year": "each calendar year",
            "fiscal_year": "each fiscal year of the programme",
            "contract_year": "each year from the first day of support",
        },
    ),
]


class Programme(Table):
    """A public budget that pays price support."""

    label: Label
    label_ja: LabelJa = ""
    payer: Annotated[str, Says("Public body whose budget it is", example='"METI"')]
    budget: Annotated[Given, Quantity("money/year", ge=0, dated=True, meaning="Ceiling of payments in a fiscal year")]
    year_end: Annotated[Month, Says("Month that ends its fiscal year", example='"March"')] = "March"
    envelope: Annotated[Given, Quantity("money", ge=0, meaning="Ceiling of payments over the programme's life")]
    carry_over: Annotated[bool, Says("Whether what a year leaves of its own budget is free in the next year")] = False
    cumulative: Annotated[
        bool, Says("Whether what all earlier years left is carried over, not the last year's alone")
    ] = False
    quarter_share: (
        Annotated[Given, Quantity("ratio", gt=0, le=1, meaning="Share of a year's budget that each quarter frees")]
        | None
    ) = None
    budget_basis: Annotated[
        Literal["entitlement", "payment"],
        Says(
            "When a claim counts against the budget",
            choices={"entitlement": "in the year in which it is earned", "payment": "in the year in which it is paid"},
        ),
    ] = "entitlement"
    unmet: Annotated[
        Literal["lapse", "carry"],
        Says(
            "What happens to a claim that the budget does not cover",
            choices={"lapse": "it is lost", "carry": "it waits for later budgets"},
        ),
    ] = "lapse"
    revolving: Annotated[bool, Says("Whether money given back refills the envelope")] = False


class Support(Table):
    """A price-support contract: a top-up below a floor, or a payment, and a share given back above a strike."""

    label: Label
    label_ja: LabelJa = ""
    programme: Annotated[Id | None, Says("Programme whose budget pays it", example='"floor"')] = None
    payer: Annotated[
        Literal["programme", "offtaker"],
        Says(
            "Who pays the top-up", choices={"programme": "a public budget", "offtaker": "the buyer, within the price"}
        ),
    ] = "programme"
    resale_loss: Annotated[
        Literal["offtaker", "programme"],
        Says(
            "Who bears the loss when the buyer resells below what it paid",
            choices={"offtaker": "the buyer", "programme": "a public budget"},
        ),
    ] = "offtaker"
    contract: Annotated[Id, Says("Sales contract that is supported", example='"oem"')]
    products: Annotated[
        list[Id] | None, Says("Products that are supported; left out, all of the contract", example='["oxide"]')
    ] = None
    price: Annotated[Id, Says("Price index that the support settles on", example='"ndpr"')]
    settlement: Annotated[
        Literal["index", "achieved"],
        Says("Reference price", choices={"index": "the market index", "achieved": "what the contract pays"}),
    ] = "index"
    floor: (
        Annotated[
            Given,
            Quantity(
                "money/kg", ge=0, dated=True, meaning="Floor price, below which the gap is paid", example="110 USD/kg"
            ),
        ]
        | None
    ) = None
    premium: (
        Annotated[
            Given,
            Quantity(
                "money/kg", ge=0, dated=True, meaning="Fixed premium, whatever the market pays", example="10 USD/kg"
            ),
        ]
        | None
    ) = None
    revenue_floor: (
        Annotated[
            Given,
            Quantity(
                "money/year",
                ge=0,
                dated=True,
                meaning="Floor of revenue, below which the gap is paid",
                example="200 million USD/year",
            ),
        ]
        | None
    ) = None
    ebitda_floor: (
        Annotated[
            Given,
            Quantity(
                "money/year",
                ge=0,
                dated=True,
                meaning="Floor of EBITDA, below which the gap is paid",
                example="50 million USD/year",
            ),
        ]
        | None
    ) = None
    capacity_payment: (
        Annotated[Given, Quantity("money/year", ge=0, dated=True, meaning="Fixed payment for capacity")] | None
    ) = None
    escalation: (
        Annotated[
            Given,
            Quantity("1/year", gt=-0.5, le=0.5, meaning="Rise of the floor or payment, each year", example="2 % p.a."),
        ]
        | None
    ) = None
    inflation: Indexed | None = None
    basis: Annotated[
        Literal["sold", "produced", "contract", "designated"],
        Says(
            "Tonnes that count",
            choices={
                "sold": "delivered and paid for",
                "produced": "made, less what the chain takes itself",
                "contract": "the quantity of the contract",
                "designated": "those that the seller designates, each once",
            },
        ),
    ] = "sold"
    designated: Annotated[
        Given, Quantity("ratio", ge=0, le=1, dated=True, meaning="Share of what may be designated that is")
    ] = default("100 %")
    opening_stock: Annotated[
        Given, Quantity("t", ge=0, meaning="Tonnes in stock at the start that may be designated")
    ] = default("0 t")
    quantity: Annotated[Given, Quantity("t/year", gt=0, meaning="Most tonnes supported in a fiscal year")]
    window: Annotated[Window, Says("Time over which prices are averaged and a top-up settles", example='"quarter"')] = (
        "period"
    )
    averaging: Annotated[
        Literal["volume", "time"],
        Says(
            "How prices of a window are averaged", choices={"volume": "weighted by tonnes", "time": "each period alike"}
        ),
    ] = "volume"
    advances: Annotated[bool, Says("Whether top-ups are advanced each period and settled at the end of the window")] = (
        False
    )
    top_up_share: Annotated[Given, Quantity("ratio", gt=0, le=1, meaning="Share of the gap that is paid")] = default(
        "100 %"
    )
    top_up_cap: Annotated[Given, Quantity("money/year", ge=0, meaning="Most paid for a calendar year")] | None = None
    start: Annotated[Given, DateQuantity("First day of support", structural=True, example="2030-04-01")]
    end: Annotated[Given, DateQuantity("Last day of support", example="2040-03-31")]
    lag: Annotated[
        Given, Quantity("month", ge=0, structural=True, meaning="From settlement to payment", example="6 months")
    ] = default("0 months")
    priority: Annotated[
        Given, Count(ge=1, le=100, structural=True, meaning="Rank within the programme; 1 is served first")
    ] = _FIRST
    share: Annotated[
        Given, Quantity("ratio", ge=0, le=1, meaning="Share of the excess over the strike given back", example="30 %")
    ] = default("0 %")
    strike: (
        Annotated[
            Given,
            Quantity(
                "money/kg", ge=0, dated=True, meaning="Price above which money is given back", example="150 USD/kg"
            ),
        ]
        | None
    ) = None
    revenue_cap: (
        Annotated[
            Given,
            Quantity(
                "money/year",
                ge=0,
                dated=True,
                meaning="Revenue above which money is given back",
                example="400 million USD/year",
            ),
        ]
        | None
    ) = None
    ebitda_cap: (
        Annotated[
            Given,
            Quantity(
                "money/year",
                ge=0,
                dated=True,
                meaning="EBITDA above which money is given back",
                example="150 million USD/year",
            ),
        ]
        | None
    ) = None
    share_cap: Annotated[Given, Quantity("money/year", ge=0, meaning="Most given back in a calendar year")] | None = (
        None
    )
    share_start: (
        Annotated[Given, DateQuantity("First day from which money is given back", example="2031-04-01")] | None
    ) = None
    share_window: Annotated[Window, Says("Time over which money to give back settles", example='"calendar_year"')] = (
        "period"
    )
    repayable: Annotated[bool, Says("Whether no more is given back than was received")] = False
    stock_cap: Annotated[Given, Quantity("t", ge=0, meaning="Most tonnes that the programme holds in stock")] | None = (
        None
    )
    release_above: (
        Annotated[
            Given,
            Quantity("money/kg", ge=0, meaning="Price at which the programme sells its stock", example="150 USD/kg"),
        ]
        | None
    ) = None
    tail: (
        Annotated[Given, Quantity("month", ge=0, structural=True, meaning="Supply that must follow the support")] | None
    ) = None
    taxable: Annotated[bool, Says("Whether it is taxable income", example="false")] = True
