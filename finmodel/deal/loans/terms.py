"""Keys of debt: facilities, sizing, funding."""

from __future__ import annotations

from typing import Annotated, Literal

from finmodel.case.leaf import Count, DateQuantity, Quantity, default
from finmodel.case.says import Says
from finmodel.case.table import Currency, DayCount, Id, Label, LabelJa, Month, Table
from finmodel.deal.loans.profiles.dated import Shares
from finmodel.deal.loans.profiles.every import KINDS
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

    label: Label
    label_ja: LabelJa = ""
    lender: Annotated[str, Says("Who lends, as results name it", example='"JBIC"')]
    country: Annotated[str, Says("Country of the lender, to which its interest flows", example='"Japan"')]
    rank: Annotated[
        Literal["senior", "mezzanine", "shareholder", "bridge"],
        Says(
            "Place in the order of payments",
            choices={
                "senior": "paid first; senior loans share the sized debt",
                "mezzanine": "paid after senior debt and its reserve, if cover allows",
                "shareholder": "a loan of owners, paid after the distribution tests",
                "bridge": "drawn in construction and taken out by senior debt",
            },
        ),
    ]
    owner: Annotated[Id | None, Says("Class of equity that makes a shareholder loan", example='"sponsor"')] = None
    currency: Annotated[Currency | None, Says("Currency of the loan; left out, that of the case", example='"JPY"')] = (
        None
    )
    exchange_tax: Annotated[
        Literal["realised", "accrued", "none"],
        Says(
            "When a loss or gain on exchange counts for tax",
            choices={"realised": "as the loan is repaid", "accrued": "as it arises", "none": "never"},
        ),
    ] = "realised"
    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of senior debt")] | None = None
    amount: Annotated[Given, Quantity("money", ge=0, meaning="Commitment of the lender")] | None = None
    rate: Annotated[Given, Quantity("1/year", ge=0, le=1, dated=True, meaning="Fixed interest rate")] | None = None
    curve: Annotated[Id | None, Says("Base rate of a floating loan, in place of a fixed rate", example='"sofr"')] = None
    margin: (
        Annotated[
            Given, Quantity("1/year", ge=0, le=1, dated=True, meaning="Margin over the curve", example="1.50 % p.a.")
        ]
        | None
    ) = None
    day_count: Annotated[DayCount, Says("How days become years of interest", example='"ACT/365F"')] = "ACT/360"
    capitalise: Annotated[bool, Says("Whether interest of construction joins the loan")] = False
    hedged: Annotated[
        Given, Quantity("ratio", ge=0, le=1, meaning="Share of the balance with its rate swapped", example="75 %")
    ] = default("0 %")
    swap_rate: (
        Annotated[
            Given,
            Quantity(
                "1/year",
                ge=0,
                le=1,
                dated=True,
                meaning="Fixed rate of the swap, in place of the curve",
                example="4 % p.a.",
            ),
        ]
        | None
    ) = None
    grace: Annotated[
        Given, Quantity("month", ge=0, meaning="From completion to the first repayment date, at least")
    ] = default("0 months")
    own_schedule: Annotated[
        bool,
        Says("Whether a senior facility repays by a schedule of its own, not by the one that senior debt shares"),
    ] = False
    standby: Annotated[bool, Says("Whether it is drawn on cost overrun alone")] = False
    refinances: Annotated[list[Id], Says("Facilities that it repays when it is drawn", example='["jbic"]')] = []
    drawn_on: (
        Annotated[Given, DateQuantity(meaning="Last day of the period in which a facility refinances others")] | None
    ) = None
    payment_months: Annotated[
        list[Month], Says("Months on whose last day interest and principal are paid", example='["March", "September"]')
    ]
    instalments: Annotated[Given, Count(ge=1, le=400, meaning="Number of repayments", example="14")] = default(1)
    profile: Annotated[
        Literal["sculpted", "annuity", "equal", "sum_of_digits", "bullet", "table"],
        Says("How principal is repaid", choices=KINDS.choices),
    ]
    table: Shares | None = None
    balloon: Annotated[
        Given, Quantity("ratio", ge=0, lt=1, meaning="Share repaid on the last date, beside the rest", example="20 %")
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
        Given, Quantity("ratio", ge=0, le=0.2, meaning="Fee on the commitment at financial close", example="1 %")
    ] = default("0 %")
    commitment_fee: Annotated[
        Given, Quantity("1/year", ge=0, le=0.2, meaning="Fee on the undrawn commitment", example="0.5 % p.a.")
    ] = default("0 % p.a.")
    agency_fee: (
        Annotated[Given, Quantity("money/year", ge=0, meaning="Yearly fee of the agent", example="100,000 USD/year")]
        | None
    ) = None
    withholding: Annotated[
        Id | None, Says("Kind of recipient in the borrower's table of withholding tax", example='"interest_japan_bank"')
    ] = None
    gross_up: Annotated[
        bool,
        Says(
            "Whether the borrower bears the withholding tax, so that the lender receives its full interest",
            example="false",
        ),
    ] = True
    default_margin: Annotated[
        Given, Quantity("1/year", ge=0, le=1, meaning="Added to the rate on overdue amounts", example="2 % p.a.")
    ] = default("2 % p.a.")

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
    gearing_cap: Annotated[
        Given, Quantity("ratio", ge=0, le=1, meaning="Most senior debt as a share of uses", example="70 %")
    ] = default("100 %")
    dscr_contracted: Annotated[
        Given, Quantity("ratio", ge=1, le=10, meaning="Debt service cover of contracted cash")
    ] = default("1.30x")
    dscr_merchant: Annotated[
        Given, Quantity("ratio", ge=1, le=10, meaning="Debt service cover of merchant cash", example="1.75x")
    ] = default("1.30x")
    dscr_volume: (
        Annotated[
            Given,
            Quantity(
                "ratio", ge=1, le=10, meaning="Debt service cover of cash that is firm by volume alone", example="1.50x"
            ),
        ]
        | None
    ) = None
    llcr: (
        Annotated[Given, Quantity("ratio", ge=1, le=10, meaning="Loan life cover at the last drawing", example="1.40x")]
        | None
    ) = None
    plcr: (
        Annotated[
            Given, Quantity("ratio", ge=1, le=10, meaning="Project life cover at the last drawing", example="1.50x")
        ]
        | None
    ) = None
    limit: Annotated[Given, Quantity("money", ge=0, meaning="Lenders' limit, whatever other limits allow")] | None = (
        None
    )
    grants_net: Annotated[bool, Says("Whether gearing is measured on uses less grants")] = False
    jbic_beside: Annotated[
        list[Id],
        Says(
            "Senior facilities whose sum JBIC's share is taken of; left out, all of them", example='["jbic", "banks"]'
        ),
    ] = []
    tail: (
        Annotated[
            Given,
            Quantity("month", gt=0, meaning="Contracts outlive senior debt by at least this", example="24 months"),
        ]
        | None
    ) = None
    support: Annotated[
        Literal["contract", "none"],
        Says(
            "Whether lenders count the floor of public support as contracted",
            choices={"contract": "the supported price is contracted", "none": "support is not counted as contracted"},
        ),
    ] = "none"
    sculpting: Annotated[
        Literal["level", "back-ended"],
        Says(
            "How sculpted principal uses spare cover where a limit other than cover binds",
            choices={"level": "spread level over its dates", "back-ended": "repaid as late as cover allows"},
        ),
    ] = "level"
    tolerance: Annotated[
        Given, Quantity("ratio", gt=0, le=1e-9, meaning="Largest residual, relative", example="0.0000001 %")
    ] = default("0.000000001 %")


class FundingTerms(Table):
    """How uses are paid for."""

    idc_funded_by: Annotated[
        Literal["all", "equity"],
        Says(
            "Who pays interest and fees during construction",
            choices={"all": "debt and equity, as any use of funds", "equity": "equity alone"},
        ),
    ] = "all"
    initial_cash: (
        Annotated[
            Given, Quantity("money", ge=0, meaning="Working capital funded at completion", example="10 million USD")
        ]
        | None
    ) = None
    overrun_debt: Annotated[
        Given, Quantity("ratio", ge=0, le=1, meaning="Part of an overrun that standby facilities pay")
    ] = default("100 %")
    standby_equity: (
        Annotated[Given, Quantity("money", ge=0, meaning="Equity beyond the commitment for cost overrun")] | None
    ) = None
