"""Keys of short-term finance: money against stock in a warehouse, and a revolving line of working capital."""

from __future__ import annotations

from typing import Annotated, Literal

from finmodel.case.leaf import Quantity, default
from finmodel.case.says import Says
from finmodel.case.table import DayCount, Id, Label, LabelJa, Table
from finmodel.kernel.expr import Given

Rate = Annotated[Given, Quantity("1/year", ge=0, le=1, dated=True, meaning="Fixed interest rate")]
Margin = Annotated[
    Given, Quantity("1/year", ge=0, le=1, dated=True, meaning="Margin over the curve", example="1.50 % p.a.")
]


class Repo(Table):
    """Stock sold and bought back later (warehouse receipts): a share of its value is lent, and follows it."""

    label: Label
    label_ja: LabelJa = ""
    lender: Annotated[str, Says("Who lends against the stock, as results name it", example='"Bank"')]
    products: Annotated[list[Id], Says("Products whose stock is pledged", example='["oxide"]')]
    advance: Annotated[
        Given,
        Quantity(
            "ratio",
            ge=0,
            le=1,
            dated=True,
            meaning="Share of the stock's value lent: 1 less the haircut",
            example="80 %",
        ),
    ]
    basis: Annotated[
        Literal["market", "cost"],
        Says(
            "Value of the stock that is lent on",
            choices={"market": "at its market price", "cost": "at its cost in the books"},
        ),
    ] = "market"
    limit: Annotated[Given, Quantity("money", gt=0, meaning="Most that is lent")] | None = None
    rate: Rate | None = None
    curve: Annotated[Id | None, Says("Base rate of a floating rate, in place of a fixed one", example='"tibor"')] = None
    margin: Margin | None = None
    day_count: Annotated[DayCount, Says("How days become years of interest", example='"ACT/365F"')] = "ACT/360"
    tenor: (
        Annotated[Given, Quantity("month", gt=0, le=60, meaning="Time after which it is rolled", example="6 months")]
        | None
    ) = None
    guarantor: Annotated[str, Says("Who guarantees the loan, as results name it", example='"NEXI"')] = ""
    guarantee_fee: (
        Annotated[
            Given, Quantity("1/year", ge=0, le=0.2, meaning="Fee of the guarantor on what is lent", example="1 % p.a.")
        ]
        | None
    ) = None


class CreditLine(Table):
    """A revolving line of working capital: drawn when operating cash is short, or up to what backs it."""

    label: Label
    label_ja: LabelJa = ""
    lender: Annotated[str, Says("Who lends, as results name it", example='"Bank"')]
    limit: Annotated[Given, Quantity("money", gt=0, meaning="Most that may be drawn")]
    base: Annotated[
        Literal["none", "receivable", "stock", "both"],
        Says(
            "What backs the line and limits it",
            example='"both"',
            choices={
                "none": "nothing: its limit alone",
                "receivable": "what buyers owe",
                "stock": "stock",
                "both": "what buyers owe, and stock",
            },
        ),
    ] = "none"
    advance: Annotated[
        Given, Quantity("ratio", ge=0, le=1, dated=True, meaning="Share of the base that is lent", example="80 %")
    ] = default("100 %")
    draws: Annotated[
        Literal["shortfall", "base"],
        Says(
            "When it is drawn",
            choices={
                "shortfall": "when cash is short of what is kept",
                "base": "always, as far as limit and base allow",
            },
        ),
    ] = "shortfall"
    keep: Annotated[
        Given, Quantity("money", ge=0, meaning="Cash below which the line is drawn", example="5 million USD")
    ] = default("0 money")
    rate: Rate | None = None
    curve: Annotated[Id | None, Says("Base rate of a floating rate, in place of a fixed one", example='"sofr"')] = None
    margin: Margin | None = None
    day_count: Annotated[DayCount, Says("How days become years of interest", example='"ACT/365F"')] = "ACT/360"
    commitment_fee: Annotated[
        Given, Quantity("1/year", ge=0, le=0.2, meaning="Fee on what is not drawn", example="0.5 % p.a.")
    ] = default("0 % p.a.")
