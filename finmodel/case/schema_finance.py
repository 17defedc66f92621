"""Keys of the financing side: facilities, cover, sizing, funding, reserves, waterfall, equity, returns."""

from __future__ import annotations

from typing import Annotated, Literal

from finmodel.base.expr import Given
from finmodel.case.leaf import Count, Quantity, default
from finmodel.case.schema_operations import DayCount
from finmodel.case.table import Id, Month, Table

Share = Annotated[Given, Quantity("ratio", ge=0, le=1)]


class Facility(Table):
    """A loan. Senior facilities share the sized debt; others have an amount. A rate, or a curve and a margin."""

    label: str
    lender: str
    country: str
    rank: Literal["senior", "mezzanine"]
    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of senior debt")] | None = None
    amount: Annotated[Given, Quantity("money", ge=0, meaning="Commitment")] | None = None
    rate: Annotated[Given, Quantity("1/year", ge=0, le=1, dated=True, meaning="Fixed interest rate")] | None = None
    curve: Id | None = None
    margin: Annotated[Given, Quantity("1/year", ge=0, le=1, dated=True, meaning="Margin over the curve")] | None = None
    day_count: DayCount = "ACT/360"
    capitalise: bool = False
    grace: Annotated[Given, Quantity("month", ge=0, meaning="From completion to the first repayment date, at least")]
    payment_months: list[Month]
    instalments: Annotated[Given, Count(ge=1, le=400, meaning="Number of repayments")]
    profile: Literal["sculpted", "annuity", "equal", "bullet"]
    upfront_fee: Annotated[
        Given, Quantity("ratio", ge=0, le=0.2, meaning="Fee on the commitment at financial close")
    ] = default("0 %")
    commitment_fee: Annotated[Given, Quantity("1/year", ge=0, le=0.2, meaning="Fee on the undrawn commitment")] = (
        default("0 % p.a.")
    )
    agency_fee: Annotated[Given, Quantity("money/year", ge=0, meaning="Yearly fee of the agent")] | None = None
    default_margin: Annotated[Given, Quantity("1/year", ge=0, le=1, meaning="Added to the rate on overdue amounts")] = (
        default("2 % p.a.")
    )


class OecdPremium(Table):
    """What the minimum premium rate of the OECD Arrangement (annex VI) asks of a deal beside its facilities."""

    country_category: Annotated[
        Given, Count(ge=0, le=7, structural=True, meaning="Country risk category; 0 is a high-income country")
    ]
    buyer_category: Literal["SOV+", "SOV", "CC0", "CC1", "CC2", "CC3", "CC4", "CC5"] | None = None
    quality: Literal["below", "standard", "above"] = "standard"
    credit_enhancement: Annotated[
        Given, Quantity("ratio", ge=0, le=0.35, meaning="Discount for enhancement of the buyer's credit")
    ] = default("0 %")
    local_currency: Annotated[Given, Quantity("ratio", ge=0, le=0.2, meaning="Discount for debt in local currency")] = (
        default("0 %")
    )
    speculative: bool = False
    benchmark: (
        Annotated[Given, Quantity("ratio", ge=0, le=0.5, meaning="Market premium on the principal, upfront")] | None
    ) = None


class Cover(Table):
    """Insurance of lenders, such as NEXI's: a premium by the year, upfront, or upfront in instalments."""

    label: str
    facilities: list[Id]
    mode: Literal["annual", "upfront", "instalments"] = "annual"
    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Covered share of the balance")]
    political: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Covered share, political risk")] | None = None
    commercial: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Covered share, commercial risk")] | None = None
    premium: (
        Annotated[Given, Quantity("1/year", ge=0, le=0.2, meaning="Yearly premium on the covered balance")] | None
    ) = None
    upfront: Annotated[Given, Quantity("ratio", ge=0, le=0.5, meaning="Premium on the covered commitment")] | None = (
        None
    )
    oecd: OecdPremium | None = None


class SizingTerms(Table):
    """How senior debt is sized. An amount fixes it; otherwise the lowest of the limits binds."""

    amount: Annotated[Given, Quantity("money", ge=0, meaning="Fixed senior debt")] | None = None
    gearing_cap: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Most senior debt as a share of uses")] = (
        default("100 %")
    )
    dscr_contracted: Annotated[
        Given, Quantity("ratio", ge=1, le=10, meaning="Debt service cover of contracted cash")
    ] = default("1.30x")
    dscr_merchant: Annotated[Given, Quantity("ratio", ge=1, le=10, meaning="Debt service cover of merchant cash")] = (
        default("1.30x")
    )
    limit: Annotated[Given, Quantity("money", ge=0, meaning="Lenders' limit")] | None = None
    tail: Annotated[Given, Quantity("month", gt=0, meaning="Contracts outlive senior debt by at least this")] | None = (
        None
    )
    support: Literal["contract", "none"] = "none"
    tolerance: Annotated[Given, Quantity("ratio", gt=0, le=1e-9, meaning="Largest residual, relative")] = default(
        "0.000000001 %"
    )


class FundingTerms(Table):
    """How uses are paid for."""

    idc_funded_by: Literal["all", "equity"] = "all"
    initial_cash: Annotated[Given, Quantity("money", ge=0, meaning="Working capital funded at completion")] | None = (
        None
    )
    standby_equity: (
        Annotated[Given, Quantity("money", ge=0, meaning="Equity beyond the commitment for cost overrun")] | None
    ) = None


class ReserveTerms(Table):
    """The debt service reserve account."""

    months: Annotated[Given, Quantity("month", ge=0, structural=True, meaning="Months of scheduled service held")]
    interest: Annotated[Given, Quantity("1/year", ge=0, le=1, meaning="Interest earned on the balance")] = default(
        "0 % p.a."
    )


class WaterfallTerms(Table):
    """Tests and limits between cash and the owners."""

    lockup: Annotated[Given, Quantity("ratio", ge=0, le=5, meaning="No distribution below this debt service cover")] = (
        default("0.00x")
    )
    default_cover: Annotated[
        Given, Quantity("ratio", ge=0, le=5, meaning="Below this debt service cover, a default: nothing junior is paid")
    ] = default("0.00x")
    minimum_cash: Annotated[Given, Quantity("money", ge=0, meaning="Cash kept back from distributions")] | None = None


class EquityClass(Table):
    """A class of owners. A subordinated class is last in distributions; hurdle and cap are yearly returns."""

    label: str
    holder: str
    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of the equity paid in")]
    subordinated: bool = False
    hurdle: Annotated[Given, Quantity("1/year", ge=0, le=1, meaning="Return reached before the next tier")] = default(
        "0 % p.a."
    )
    cap: (
        Annotated[Given, Quantity("1/year", ge=0, le=1, meaning="Return at which distributions to the class stop")]
        | None
    ) = None


class ReturnTerms(Table):
    """Rates for present values."""

    npv_rate: Annotated[Given, Quantity("1/year", ge=0, le=1, meaning="Discount rate of the net present value")] = (
        default("8 % p.a.")
    )
    guess: Annotated[Given, Quantity("1/year", ge=0, le=1, meaning="Where the search for a rate of return starts")] = (
        default("8 % p.a.")
    )
