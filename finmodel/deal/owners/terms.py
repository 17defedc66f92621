"""Keys of owners and returns."""

from __future__ import annotations

from typing import Annotated, Literal

from finmodel.case.leaf import DateQuantity, Quantity, default
from finmodel.case.says import Says
from finmodel.case.table import Id, Label, LabelJa, Table
from finmodel.kernel.expr import Given


class Exit(Table):
    """A put or call of the whole position on a date, to another class or an outside buyer, at a price by formula."""

    kind: Annotated[
        Literal["put", "call"],
        Says("Who may ask for the sale", choices={"put": "the seller", "call": "the buyer"}),
    ]
    date: Annotated[Given, DateQuantity("Day on which the position is sold", example="2040-03-31")]
    buyer: Annotated[Id | None, Says("Class of equity that buys the position", example='"sponsor"')] = None
    outside_buyer: Annotated[
        str | None, Says("Buyer outside the deal, as results name it", example='"Trading house"')
    ] = None
    price: Annotated[Given, Quantity("money", ge=0, meaning="Price of the position")] | None = None
    multiple: (
        Annotated[
            Given, Quantity("ratio", ge=0, le=100, meaning="Price as a multiple of what was paid in", example="2.00x")
        ]
        | None
    ) = None
    rate: (
        Annotated[
            Given,
            Quantity(
                "1/year", ge=0, le=1, meaning="Price that brings the seller to this yearly return", example="8 % p.a."
            ),
        ]
        | None
    ) = None


class EquityClass(Table):
    """A class of owners. A subordinated class is last in distributions; hurdle and cap are yearly returns.

    A class that contributes first pays in before the others, one that contributes last after them. Until the date of
    `deferred_until` a class receives nothing, while what it is owed grows at its hurdle.
    """

    label: Label
    label_ja: LabelJa = ""
    holder: Annotated[str, Says("Who holds the class, as results name it", example='"JOGMEC"')]
    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of the equity paid in")]
    contributes: Annotated[
        Literal["pro_rata", "first", "last"],
        Says(
            "When the class pays in",
            choices={
                "pro_rata": "in proportion to its share, with the others",
                "first": "before the others",
                "last": "after the others",
            },
        ),
    ] = "pro_rata"
    subordinated: Annotated[bool, Says("Whether the class is last in distributions")] = False
    withholding: Annotated[
        Id | None, Says("Kind of recipient in the borrower's table of withholding tax", example='"dividend_japan_10"')
    ] = None
    hurdle: Annotated[
        Given, Quantity("1/year", ge=0, le=1, meaning="Return reached before the next tier", example="8 % p.a.")
    ] = default("0 % p.a.")
    catch_up: (
        Annotated[Given, Quantity("ratio", gt=0, le=1, meaning="Share of its tier that a subordinated class receives")]
        | None
    ) = None
    cap: (
        Annotated[
            Given,
            Quantity(
                "1/year", ge=0, le=1, meaning="Return at which distributions to the class stop", example="12 % p.a."
            ),
        ]
        | None
    ) = None
    deferred_until: (
        Annotated[
            Given,
            DateQuantity(
                "Day until which the class receives nothing, while what it is owed grows at its hurdle",
                example="2035-03-31",
            ),
        ]
        | None
    ) = None
    exit: Exit | None = None


class PresentValue(Table):
    """When the flow of a period falls, for every present value: by its days to close, at its end, or in its middle.

    "dated" counts days to the end of the period over 365; "end" and "mid" count equal parts of a year.
    """

    timing: Annotated[
        Literal["dated", "end", "mid"],
        Says(
            "When the flow of a period falls, for every present value",
            choices={
                "dated": "by days to the end of the period, over 365",
                "end": "at the end of the period, in equal parts of a year",
                "mid": "in the middle of the period, in equal parts of a year",
            },
        ),
    ] = "dated"


class ReturnTerms(Table):
    """Rates for present values."""

    npv_rate: Annotated[
        Given, Quantity("1/year", ge=0, le=1, meaning="Discount rate of the net present value", example="8 % p.a.")
    ] = default("8 % p.a.")
    guess: Annotated[
        Given,
        Quantity("1/year", ge=0, le=1, meaning="Where the search for a rate of return starts", example="8 % p.a."),
    ] = default("8 % p.a.")
    equity_rate: (
        Annotated[
            Given,
            Quantity(
                "1/year", ge=0, le=1, meaning="Return that owners ask for: rate of the equity NPV", example="10 % p.a."
            ),
        ]
        | None
    ) = None
