"""Keys of companies and their tax: regime, depreciation, production incentive."""

from __future__ import annotations

from typing import Annotated, Literal

from finmodel.case.leaf import Day, Quantity, default
from finmodel.case.table import Id, Month, Table
from finmodel.kernel.expr import Given

Withheld = Annotated[Given, Quantity("ratio", ge=0, lt=1, dated=True, meaning="Withholding tax by kind of recipient")]


class Depreciation(Table):
    """How an entity writes capital cost off for tax."""

    method: Literal["straight", "declining"]
    life: Annotated[Given, Quantity("year", gt=0, meaning="Tax life")]
    multiple: Annotated[Given, Quantity("ratio", gt=0, le=3, meaning="Declining rate as a multiple of 1/life")] = (
        default("200 %")
    )
    switch: bool = False
    immediate: (
        Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of the plant written off in its first period")]
        | None
    ) = None


class InvestmentCredit(Table):
    """A tax credit for the cost of construction: refunded, or set off against tax and carried forward."""

    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Credit, share of eligible cost")]
    eligible: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Eligible share of the cost")] = default("100 %")
    refundable: bool = False
    lag: Annotated[Given, Quantity("month", ge=0, structural=True, meaning="From completion to refund")] = default(
        "12 months"
    )
    limit: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Most that is set off, share of the year's tax")] = (
        default("100 %")
    )
    years: (
        Annotated[Given, Quantity("year", ge=0, structural=True, meaning="How long an unused credit is carried")] | None
    ) = None
    until: Day | None = None


class Incentive(Table):
    """A refundable production incentive: a share of eligible operating cost within a window."""

    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of eligible cost refunded")]
    eligible: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of the flagged costs that is eligible")]
    start: Day
    end: Day
    lag: Annotated[Given, Quantity("month", ge=0, structural=True, meaning="From cost to refund")] = default("0 months")


class Intercompany(Table):
    """Books of each company: the account that it has with the borrower, who holds the cash of all."""

    rate: Annotated[Given, Quantity("1/year", ge=0, le=1, dated=True, meaning="Interest within the group")]


class Entity(Table):
    """A company of the group: its tax regime and tax currency. A regime by name fills the keys that it leaves out."""

    label: str
    label_ja: str = ""
    regime: Id | None = None
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
    interest_test: Literal["fixed_ratio", "third_party"] = "fixed_ratio"
    withholding: dict[Id, Withheld] = {}
    depreciation: Depreciation
    idc_tax: Literal["capitalise", "ignore"] = "capitalise"
    borrower: bool = False
    incentive: Incentive | None = None
    investment_credit: InvestmentCredit | None = None
