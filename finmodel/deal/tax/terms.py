"""Keys of companies and their tax: regime, depreciation, production incentive."""

from __future__ import annotations

from typing import Annotated, Literal

from finmodel.case.leaf import DateQuantity, Quantity, default
from finmodel.case.says import Says
from finmodel.case.table import Currency, Id, Label, LabelJa, Month, Table
from finmodel.kernel.expr import Given

Withheld = Annotated[
    Given, Quantity("ratio", ge=0, lt=1, dated=True, meaning="Withholding tax by kind of recipient", example="10 %")
]


class Depreciation(Table):
    """How an entity writes capital cost off for tax."""

    method: Annotated[
        Literal["straight", "declining"],
        Says(
            "How cost is written off for tax",
            example='"declining"',
            choices={"straight": "evenly over its life", "declining": "by a share of the value that is left"},
        ),
    ]
    life: Annotated[Given, Quantity("year", gt=0, meaning="Tax life, over which cost is written off")]
    multiple: Annotated[
        Given, Quantity("ratio", gt=0, le=3, meaning="Declining rate as a multiple of 1/life", example="200 %")
    ] = default("200 %")
    switch: Annotated[bool, Says("Whether declining changes to straight line once that writes off more")] = False
    immediate: (
        Annotated[
            Given,
            Quantity("ratio", ge=0, le=1, meaning="Share of the plant written off in its first period", example="20 %"),
        ]
        | None
    ) = None


class InvestmentCredit(Table):
    """A tax credit for the cost of construction: refunded, or set off against tax and carried forward."""

    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Credit, share of eligible cost", example="7 %")]
    eligible: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Eligible share of the cost")] = default("100 %")
    refundable: Annotated[bool, Says("Whether it is paid out, and not only set off against tax")] = False
    lag: Annotated[Given, Quantity("month", ge=0, structural=True, meaning="From completion to refund")] = default(
        "12 months"
    )
    limit: Annotated[
        Given, Quantity("ratio", ge=0, le=1, meaning="Most that is set off, share of the year's tax", example="20 %")
    ] = default("100 %")
    years: (
        Annotated[
            Given,
            Quantity("year", ge=0, structural=True, meaning="How long an unused credit is carried", example="3 years"),
        ]
        | None
    ) = None
    until: (
        Annotated[Given, DateQuantity("Last day of completion for which the credit is granted", example="2034-03-31")]
        | None
    ) = None


class Incentive(Table):
    """A refundable production incentive: a share of eligible operating cost within a window."""

    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of eligible cost refunded", example="10 %")]
    eligible: Annotated[
        Given, Quantity("ratio", ge=0, le=1, meaning="Share of the flagged costs that is eligible", example="80 %")
    ]
    start: Annotated[Given, DateQuantity("First day on which cost is refunded", example="2027-07-01")]
    end: Annotated[Given, DateQuantity("Last day on which cost is refunded", example="2040-06-30")]
    lag: Annotated[Given, Quantity("month", ge=0, structural=True, meaning="From cost to refund")] = default("0 months")


class Intercompany(Table):
    """Books of each company: the account that it has with the borrower, who holds the cash of all."""

    rate: Annotated[Given, Quantity("1/year", ge=0, le=1, dated=True, meaning="Interest within the group")]


class Entity(Table):
    """A company of the group: its tax regime and tax currency. A regime by name fills the keys that it leaves out."""

    label: Label
    label_ja: LabelJa = ""
    regime: Annotated[
        Id | None, Says("Tax regime of the toolkit that fills the keys left out", example='"australia_2026"')
    ] = None
    country: Annotated[str, Says("Country where it pays tax", example='"Australia"')]
    currency: Annotated[Currency, Says("Currency of its tax", example='"AUD"')]
    tax_year_end: Annotated[Month, Says("Month that ends its tax year", example='"June"')]
    tax_rate: Annotated[
        Given,
        Quantity(
            "ratio",
            ge=0,
            lt=1,
            dated=True,
            meaning="Income tax rate, all levels of government together",
            example="30 %",
        ),
    ]
    tax_lag: Annotated[
        Given,
        Quantity("month", ge=0, structural=True, meaning="From the end of the tax year to payment", example="5 months"),
    ] = default("0 months")
    loss_limit: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of income that losses may offset")] = (
        default("100 %")
    )
    loss_years: Annotated[Given, Quantity("year", gt=0, structural=True, meaning="Life of a tax loss")] | None = None
    interest_limit: (
        Annotated[
            Given,
            Quantity("ratio", ge=0, le=1, meaning="Most net interest deducted, share of tax EBITDA", example="30 %"),
        ]
        | None
    ) = None
    interest_years: (
        Annotated[Given, Quantity("year", gt=0, structural=True, meaning="Life of denied interest")] | None
    ) = None
    interest_minimum: (
        Annotated[Given, Quantity("money/year", ge=0, meaning="Net interest up to this is not limited")] | None
    ) = None
    interest_test: Annotated[
        Literal["fixed_ratio", "third_party"],
        Says(
            "Which test limits the deduction of interest",
            example='"third_party"',
            choices={
                "fixed_ratio": "net interest up to a share of tax EBITDA",
                "third_party": "interest to third parties is deducted whole",
            },
        ),
    ] = "fixed_ratio"
    withholding: dict[Id, Withheld] = {}
    depreciation: Depreciation
    idc_tax: Annotated[
        Literal["capitalise", "ignore"],
        Says(
            "How tax treats interest and fees of construction",
            choices={"capitalise": "as a part of the cost that is written off", "ignore": "never deducted"},
        ),
    ] = "capitalise"
    borrower: Annotated[bool, Says("Whether it is the company that borrows and holds the cash")] = False
    incentive: Incentive | None = None
    investment_credit: InvestmentCredit | None = None
