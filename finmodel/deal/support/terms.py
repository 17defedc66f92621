"""Keys of price support: public budgets, the contracts that they pay, and how the government's account is kept.

One contract covers every published scheme: it has one measure of what is paid (a floor under a price, under revenue or
under earnings, a premium, or a fixed payment), and may have one of what is given back.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from finmodel.case.leaf import Count, DateQuantity, Day, Quantity, default
from finmodel.case.table import Id, Month, Table
from finmodel.kernel.expr import Given

_FIRST: Any = Field(default=1)  # a plain number until it is read, like the text of every other default

Window = Literal["period", "quarter", "calendar_year", "fiscal_year", "contract_year"]


class Programme(Table):
    """A public budget that pays price support."""

    label: str
    label_ja: str = ""
    payer: str
    budget: Annotated[Given, Quantity("money/year", ge=0, dated=True, meaning="Ceiling of payments in a fiscal year")]
    year_end: Month = "March"
    envelope: Annotated[Given, Quantity("money", ge=0, meaning="Ceiling of payments over the programme's life")]
    carry_over: bool = False
    cumulative: bool = False
    quarter_share: (
        Annotated[Given, Quantity("ratio", gt=0, le=1, meaning="Share of a year's budget that each quarter frees")]
        | None
    ) = None
    budget_basis: Literal["entitlement", "payment"] = "entitlement"
    unmet: Literal["lapse", "carry"] = "lapse"
    revolving: bool = False


class Support(Table):
    """A price-support contract: a top-up below a floor, or a payment, and a share given back above a strike."""

    label: str
    label_ja: str = ""
    programme: Id | None = None
    payer: Literal["programme", "offtaker"] = "programme"
    resale_loss: Literal["offtaker", "programme"] = "offtaker"
    contract: Id
    products: list[Id] | None = None
    price: Id
    settlement: Literal["index", "achieved"] = "index"
    floor: Annotated[Given, Quantity("money/kg", ge=0, dated=True, meaning="Floor price")] | None = None
    premium: Annotated[Given, Quantity("money/kg", ge=0, dated=True, meaning="Fixed premium")] | None = None
    revenue_floor: Annotated[Given, Quantity("money/year", ge=0, dated=True, meaning="Floor of revenue")] | None = None
    ebitda_floor: Annotated[Given, Quantity("money/year", ge=0, dated=True, meaning="Floor of EBITDA")] | None = None
    capacity_payment: (
        Annotated[Given, Quantity("money/year", ge=0, dated=True, meaning="Fixed payment for capacity")] | None
    ) = None
    escalation: (
        Annotated[Given, Quantity("1/year", gt=-0.5, le=0.5, meaning="Rise of the floor or payment, each year")] | None
    ) = None
    inflation: Id | None = None
    basis: Literal["sold", "produced", "contract", "designated"] = "sold"
    designated: Annotated[
        Given, Quantity("ratio", ge=0, le=1, dated=True, meaning="Share of what may be designated that is")
    ] = default("100 %")
    opening_stock: Annotated[
        Given, Quantity("t", ge=0, meaning="Tonnes in stock at the start that may be designated")
    ] = default("0 t")
    quantity: Annotated[Given, Quantity("t/year", gt=0, meaning="Most tonnes supported in a fiscal year")]
    window: Window = "period"
    averaging: Literal["volume", "time"] = "volume"
    advances: bool = False
    top_up_share: Annotated[Given, Quantity("ratio", gt=0, le=1, meaning="Share of the gap that is paid")] = default(
        "100 %"
    )
    top_up_cap: Annotated[Given, Quantity("money/year", ge=0, meaning="Most paid for a calendar year")] | None = None
    start: Annotated[Given, DateQuantity(structural=True)]
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
    strike: (
        Annotated[Given, Quantity("money/kg", ge=0, dated=True, meaning="Price above which money is given back")] | None
    ) = None
    revenue_cap: (
        Annotated[Given, Quantity("money/year", ge=0, dated=True, meaning="Revenue above which money is given back")]
        | None
    ) = None
    ebitda_cap: (
        Annotated[Given, Quantity("money/year", ge=0, dated=True, meaning="EBITDA above which money is given back")]
        | None
    ) = None
    share_cap: Annotated[Given, Quantity("money/year", ge=0, meaning="Most given back in a calendar year")] | None = (
        None
    )
    share_start: Day | None = None
    share_window: Window = "period"
    repayable: bool = False
    stock_cap: Annotated[Given, Quantity("t", ge=0, meaning="Most tonnes that the programme holds in stock")] | None = (
        None
    )
    release_above: (
        Annotated[Given, Quantity("money/kg", ge=0, meaning="Price at which the programme sells its stock")] | None
    ) = None
    tail: (
        Annotated[Given, Quantity("month", ge=0, structural=True, meaning="Supply that must follow the support")] | None
    ) = None
    taxable: bool = True


class GovernmentTerms(Table):
    """How the government's account is kept: whose it is, how it is discounted, and what the outcome is measured by."""

    country: str = "Japan"
    rate: Annotated[Given, Quantity("1/year", gt=-0.5, le=1, meaning="Discount rate of public money")] = default(
        "2.0 % p.a."
    )
    funding_rate: (
        Annotated[Given, Quantity("1/year", ge=-0.05, le=1, meaning="Rate at which public lenders borrow")] | None
    ) = None
    market_rate: (
        Annotated[Given, Quantity("1/year", ge=0, le=1, meaning="Rate at which others would lend instead")] | None
    ) = None
    public_lenders: list[Id] | None = None
    public_owners: list[Id] | None = None
    public_insurers: list[Id] | None = None
    domestic_contracts: list[Id] | None = None
    roadmap: (
        Annotated[Given, Quantity("t/year", gt=0, meaning="NdPr that the published roadmap wants in a year")] | None
    ) = None
    demand: Annotated[Given, Quantity("t/year", gt=0, meaning="Domestic demand for the product")] | None = None
    reserve_days: Annotated[Given, Quantity("day", ge=0, meaning="Days of demand held in reserve")] | None = None
    stop_loss: (
        Annotated[Given, Quantity("money", ge=0, meaning="Loss to the economy if supply stops a year")] | None
    ) = None
    stop_probability: (
        Annotated[Given, Quantity("1/year", ge=0, le=1, meaning="Probability a year that supply stops")] | None
    ) = None
    stop_share: (
        Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of the loss that a unit of supply avoids")] | None
    ) = None
