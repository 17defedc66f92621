"""Keys of the operating side: macro, prices, entities, chain, contracts, support, costs, capital cost, grants."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from finmodel.base.expr import Given
from finmodel.case.leaf import Count, DateQuantity, Day, Quantity, default
from finmodel.case.table import Id, Month, Table

ByProduct = Annotated[Given, Quantity("ratio", ge=0, le=100, meaning="By-product per unit of main product")]
_FIRST: Any = Field(default=1)  # a plain number until it is read, like the text of every other default
DayCount = Literal["30/360", "ACT/360", "ACT/365F", "ACT/ACT", "months"]


class Inflation(Table):
    """A price index that grows at a rate from a base date."""

    rate: Annotated[Given, Quantity("1/year", gt=-0.5, le=1, meaning="Inflation")]
    base: Annotated[Given, DateQuantity("Base day; its period is the base period", structural=True)]


class Index(Table):
    """A market price series, excluding value-added tax."""

    label: str
    vat: Literal["excluded"]
    incoterm: Literal["domestic", "FOB", "CIF", "gate"] = "FOB"
    basis: Literal["real", "nominal"] = "nominal"
    inflation: Id | None = None
    deck: Annotated[
        Given, Quantity("money/kg", gt=0, dated="linear", meaning="Price by date, linear between dates, flat beyond")
    ]
    premium: Annotated[
        Given, Quantity("ratio", gt=0, dated=True, meaning="Multiple of the deck, such as ex-China over China")
    ] = default("1.00x")


class Depreciation(Table):
    """How an entity writes capital cost off for tax."""

    method: Literal["straight", "declining"]
    life: Annotated[Given, Quantity("year", gt=0, meaning="Tax life")]
    multiple: Annotated[Given, Quantity("ratio", gt=0, le=3, meaning="Declining rate as a multiple of 1/life")] = (
        default("200 %")
    )
    switch: bool = False


class Incentive(Table):
    """A refundable production incentive: a share of eligible operating cost within a window."""

    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of eligible cost refunded")]
    eligible: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of the flagged costs that is eligible")]
    start: Day
    end: Day
    lag: Annotated[Given, Quantity("month", ge=0, structural=True, meaning="From cost to refund")] = default("0 months")


class Entity(Table):
    """A company of the group: its tax regime and tax currency."""

    label: str
    country: str
    currency: Literal["USD", "JPY", "AUD", "EUR", "CAD", "GBP", "CNY", "KRW"]
    tax_year_end: Month
    tax_rate: Annotated[Given, Quantity("ratio", ge=0, lt=1, dated=True, meaning="Income tax rate")]
    tax_lag: Annotated[
        Given, Quantity("month", ge=0, structural=True, meaning="From the end of the tax year to payment")
    ] = default("0 months")
    loss_limit: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of income that losses may offset")] = (
        default("100 %")
    )
    loss_years: Annotated[Given, Quantity("year", gt=0, structural=True, meaning="Life of a tax loss")] | None = None
    interest_limit: (
        Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Most net interest deducted, share of tax EBITDA")]
        | None
    ) = None
    interest_years: (
        Annotated[Given, Quantity("year", gt=0, structural=True, meaning="Life of denied interest")] | None
    ) = None
    interest_minimum: (
        Annotated[Given, Quantity("money/year", ge=0, meaning="Net interest up to this is not limited")] | None
    ) = None
    depreciation: Depreciation
    idc_tax: Literal["capitalise", "ignore"] = "capitalise"
    borrower: bool = False
    incentive: Incentive | None = None


class Product(Table):
    """What a node makes: its index, its price in money and its stock."""

    label: str
    price: Id
    contained_in: Literal["itself", "feed"] = "itself"
    fee: Annotated[Given, Quantity("money/kg", ge=0, meaning="Conversion fee beside the index")] = default("0 money/kg")
    fee_inflation: Id | None = None
    spot_discount: Annotated[Given, Quantity("ratio", ge=0, lt=1, meaning="Below the index when sold spot")] = default(
        "0 %"
    )
    payment_days: Annotated[
        Given, Quantity("day", ge=0, le=720, structural=True, meaning="Days until a spot buyer pays")
    ] = default("0 days")
    stock_days: Annotated[Given, Quantity("day", ge=0, le=720, meaning="Stock held, in days of production")] = default(
        "0 days"
    )


class Bought(Table):
    """Feed bought for one contained product: a share of its index, on a price not below a floor."""

    payable: Annotated[
        Given, Quantity("ratio", ge=0, le=2, dated=True, meaning="Share of the index paid for contained product")
    ]
    floor: Annotated[Given, Quantity("money/kg", ge=0, meaning="Index used for feed is at least this")] = default(
        "0 money/kg"
    )
    payment_days: Annotated[
        Given, Quantity("day", ge=0, le=720, structural=True, meaning="Days until the feed is paid")
    ] = default("0 days")


class Taken(Table):
    """Feed from another node of the chain."""

    node: Id
    product: Id
    per_product: Annotated[
        Given, Quantity("ratio", gt=0, meaning="Feed per unit of product at 100 % recovery (stoichiometry)")
    ]


class Node(Table):
    """One plant of the chain."""

    label: str
    entity: Id
    product: Id
    nameplate: Annotated[Given, Quantity("t/year", gt=0, meaning="Capacity, tonnes of the main product")]
    availability: Annotated[Given, Quantity("ratio", ge=0, le=1, dated=True, meaning="Share of the year at capacity")]
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
    recovery: Annotated[Given, Quantity("ratio", gt=0, le=1, meaning="Product won from contained feed")] = default(
        "100 %"
    )
    by_products: dict[Id, ByProduct] = {}
    buys: dict[Id, Bought] = {}
    takes: Taken | None = None


class Offtake(Table):
    """A sales contract, measured in tonnes of the contained first product of the chain."""

    label: str
    products: list[Id]
    quantity: Annotated[Given, Quantity("t/year", gt=0, meaning="Annual contract quantity, contained")] | None = None
    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of what is available")] | None = None
    start: Annotated[Given, DateQuantity(structural=True)]
    term: Annotated[Given, Quantity("month", gt=0, structural=True, meaning="Length of the contract")]
    take_or_pay: Annotated[
        Given, Quantity("ratio", ge=0, le=1, meaning="Share of the quantity paid for even if not taken")
    ] = default("0 %")
    demand: Annotated[
        Given, Quantity("ratio", ge=0, le=2, dated=True, meaning="Buyer's nomination as a share of the quantity")
    ] = default("100 %")
    max_take: Annotated[
        Given, Quantity("ratio", ge=1, le=2, meaning="Most that the buyer may take, as a share of the quantity")
    ] = default("100 %")
    discount: Annotated[Given, Quantity("ratio", ge=-1, lt=1, meaning="Below the index")] = default("0 %")
    floor: Annotated[Given, Quantity("money/kg", ge=0, meaning="Lowest index that the buyer pays")] | None = None
    ceiling: Annotated[Given, Quantity("money/kg", gt=0, meaning="Highest index that the buyer pays")] | None = None
    share_strike: (
        Annotated[Given, Quantity("money/kg", ge=0, meaning="Achieved price above which the buyer has a share")] | None
    ) = None
    upside_share: (
        Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Buyer's share of the excess over the strike")] | None
    ) = None
    upside_cap: (
        Annotated[Given, Quantity("money/year", ge=0, meaning="Most that the buyer receives of it in a calendar year")]
        | None
    ) = None
    impute_support: bool = False
    make_up_years: Annotated[Given, Quantity("year", gt=0, structural=True, meaning="Life of a make-up right")] = (
        default("5 years")
    )
    payment_days: Annotated[
        Given, Quantity("day", ge=0, le=720, structural=True, meaning="Days until the buyer pays")
    ] = default("0 days")


class Programme(Table):
    """A public budget that pays price support."""

    label: str
    payer: str
    budget: Annotated[Given, Quantity("money/year", ge=0, dated=True, meaning="Ceiling of payments in a fiscal year")]
    year_end: Month = "March"
    envelope: Annotated[Given, Quantity("money", ge=0, meaning="Ceiling of payments over the programme's life")]
    carry_over: bool = False


class Support(Table):
    """A price-support contract: a top-up below a floor and a share given back above a strike."""

    label: str
    programme: Id
    contract: Id
    price: Id
    floor: Annotated[Given, Quantity("money/kg", ge=0, dated=True, meaning="Floor price")]
    quantity: Annotated[Given, Quantity("t/year", gt=0, meaning="Most tonnes supported in a fiscal year")]
    start: Day
    end: Day
    lag: Annotated[Given, Quantity("month", ge=0, structural=True, meaning="From settlement to payment")] = default(
        "0 months"
    )
    priority: Annotated[
        Given, Count(ge=1, le=100, structural=True, meaning="Rank within the programme; 1 is served first")
    ] = _FIRST
    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of the excess over the strike given back")] = (
        default("0 %")
    )
    strike: Annotated[Given, Quantity("money/kg", ge=0, meaning="Price above which money is given back")] | None = None
    share_cap: Annotated[Given, Quantity("money/year", ge=0, meaning="Most given back in a calendar year")] | None = (
        None
    )
    taxable: bool = True


class Cost(Table):
    """An operating cost; exactly one of per_year, per_kg, of_revenue."""

    label: str
    node: Id | None = None
    entity: Id | None = None
    per_year: Annotated[Given, Quantity("money/year", ge=0, meaning="Fixed cost")] | None = None
    per_kg: Annotated[Given, Quantity("money/kg", ge=0, meaning="Cost per kg of the node's main product")] | None = None
    of_revenue: (
        Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of the node's revenue, such as a royalty")] | None
    ) = None
    inflation: Id | None = None
    payment_days: Annotated[Given, Quantity("day", ge=0, le=720, structural=True, meaning="Days until it is paid")] = (
        default("0 days")
    )
    incentive: bool = False


class Sustaining(Table):
    """Yearly capital cost in operation."""

    share: Annotated[Given, Quantity("1/year", ge=0, le=1, meaning="Share of the capital cost a year")]
    start: Day
    inflation: Id | None = None


class Capex(Table):
    """Capital cost with a spend profile over construction."""

    label: str
    entity: Id
    amount: Annotated[Given, Quantity("money", ge=0, meaning="Capital cost")]
    profile: Annotated[
        Given, Quantity("ratio", ge=0, le=1, listed="period", meaning="Share spent in each period of construction")
    ]
    life: Annotated[Given, Quantity("year", gt=0, meaning="Life in the books, straight line from completion")] = (
        default("20 years")
    )
    sustaining: Sustaining | None = None


class Grant(Table):
    """Public money for capital cost."""

    label: str
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
