"""Keys of debt: facilities, sizing, funding."""

from __future__ import annotations

from typing import Annotated, Literal

from finmodel.case.leaf import Count, DateQuantity, Quantity, default
from finmodel.case.table import Currency, DayCount, Id, Month, Table
from finmodel.kernel.expr import Given


class Facility(Table):
    """A loan. Senior facilities share the sized debt; others have an amount. A rate, or a curve and a margin.

    Senior facilities share one schedule, but for those with `own_schedule`: what these are paid is taken from the cash
    that the others are sized on.
    A bridge loan is drawn in construction in place of senior debt, which takes it out at completion or on a date.
    A standby facility is drawn on cost overrun alone.
    Interest of mezzanine that the gate behind senior debt stops is arrears, or deferred where there is a `pik_rate`.
    `owner` is the class of equity that makes a shareholder loan: its return counts the loan.
    """

    label: str
    label_ja: str = ""
    lender: str
    country: str
    rank: Literal["senior", "mezzanine", "shareholder", "bridge"]
    owner: Id | None = None
    currency: Currency | None = None
    exchange_tax: Literal["realised", "accrued", "none"] = "realised"
    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of senior debt")] | None = None
    amount: Annotated[Given, Quantity("money", ge=0, meaning="Commitment")] | None = None
    rate: Annotated[Given, Quantity("1/year", ge=0, le=1, dated=True, meaning="Fixed interest rate")] | None = None
    curve: Id | None = None
    margin: Annotated[Given, Quantity("1/year", ge=0, le=1, dated=True, meaning="Margin over the curve")] | None = None
    day_count: DayCount = "ACT/360"
    capitalise: bool = False
    hedged: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of the balance with its rate swapped")] = (
        default("0 %")
    )
    swap_rate: (
        Annotated[
            Given, Quantity("1/year", ge=0, le=1, dated=True, meaning="Fixed rate of the swap, in place of the curve")
        ]
        | None
    ) = None
    grace: Annotated[
        Given, Quantity("month", ge=0, meaning="From completion to the first repayment date, at least")
    ] = default("0 months")
    own_schedule: bool = False
    standby: bool = False
    refinances: list[Id] = []
    drawn_on: (
        Annotated[Given, DateQuantity(meaning="Last day of the period in which a facility refinances others")] | None
    ) = None
    payment_months: list[Month]
    instalments: Annotated[Given, Count(ge=1, le=400, meaning="Number of repayments")] = default(1)
    profile: Literal["sculpted", "annuity", "equal", "bullet", "table"]
    table: (
        Annotated[
            Given, Quantity("ratio", ge=0, le=1, dated="on", meaning="Share of the amount drawn repaid on a date")
        ]
        | None
    ) = None
    balloon: Annotated[
        Given, Quantity("ratio", ge=0, lt=1, meaning="Share repaid on the last date, beside the rest")
    ] = default("0 %")
    takeout: (
        Annotated[Given, DateQuantity(meaning="Last day of the period in which senior debt takes out a bridge loan")]
        | None
    ) = None
    deferred: (
        Annotated[Given, Quantity("ratio", ge=0, le=1, dated=True, meaning="Share of interest put off on its date")]
        | None
    ) = None
    forgiven: (
        Annotated[
            Given, Quantity("ratio", ge=0, le=1, dated="on", meaning="Share of what was put off that is forgiven")
        ]
        | None
    ) = None
    pik_rate: (
        Annotated[
            Given,
            Quantity("1/year", ge=0, le=1, dated=True, meaning="Rate of mezzanine interest deferred by a closed gate"),
        ]
        | None
    ) = None
    upfront_fee: Annotated[
        Given, Quantity("ratio", ge=0, le=0.2, meaning="Fee on the commitment at financial close")
    ] = default("0 %")
    commitment_fee: Annotated[Given, Quantity("1/year", ge=0, le=0.2, meaning="Fee on the undrawn commitment")] = (
        default("0 % p.a.")
    )
    agency_fee: Annotated[Given, Quantity("money/year", ge=0, meaning="Yearly fee of the agent")] | None = None
    withholding: Id | None = None
    gross_up: bool = True
    default_margin: Annotated[Given, Quantity("1/year", ge=0, le=1, meaning="Added to the rate on overdue amounts")] = (
        default("2 % p.a.")
    )

    @property
    def sized(self) -> bool:
        """Whether it is a part of the senior debt that is sized."""
        return self.rank == "senior" and not self.standby and not self.refinances


class SizingTerms(Table):
    """How senior debt is sized. An amount fixes it; otherwise the lowest of the limits binds.

    `jbic_beside` names the senior facilities whose sum JBIC's share is taken of; all of them where it is left out.
    Cash is shared by revenue: what is contracted by price and volume, by volume alone (at the merchant cover where
    `dscr_volume` is left out), and the rest, which is merchant.
    `sculpting` says how a sculpted schedule uses the cover that is left where another limit binds: level over its
    dates, or repaid as late as the cover allows.
    """

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
    dscr_volume: (
        Annotated[
            Given, Quantity("ratio", ge=1, le=10, meaning="Debt service cover of cash that is firm by volume alone")
        ]
        | None
    ) = None
    llcr: Annotated[Given, Quantity("ratio", ge=1, le=10, meaning="Loan life cover at the last drawing")] | None = None
    plcr: Annotated[Given, Quantity("ratio", ge=1, le=10, meaning="Project life cover at the last drawing")] | None = (
        None
    )
    limit: Annotated[Given, Quantity("money", ge=0, meaning="Lenders' limit")] | None = None
    grants_net: bool = False
    jbic_beside: list[Id] = []
    tail: Annotated[Given, Quantity("month", gt=0, meaning="Contracts outlive senior debt by at least this")] | None = (
        None
    )
    support: Literal["contract", "none"] = "none"
    sculpting: Literal["level", "back-ended"] = "level"
    tolerance: Annotated[Given, Quantity("ratio", gt=0, le=1e-9, meaning="Largest residual, relative")] = default(
        "0.000000001 %"
    )


class FundingTerms(Table):
    """How uses are paid for."""

    idc_funded_by: Literal["all", "equity"] = "all"
    initial_cash: Annotated[Given, Quantity("money", ge=0, meaning="Working capital funded at completion")] | None = (
        None
    )
    overrun_debt: Annotated[
        Given, Quantity("ratio", ge=0, le=1, meaning="Part of an overrun that standby facilities pay")
    ] = default("100 %")
    standby_equity: (
        Annotated[Given, Quantity("money", ge=0, meaning="Equity beyond the commitment for cost overrun")] | None
    ) = None
