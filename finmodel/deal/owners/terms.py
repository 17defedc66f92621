"""Keys of owners and returns."""

from __future__ import annotations

from typing import Annotated, Literal

from finmodel.case.leaf import Day, Quantity, default
from finmodel.case.table import Id, Table
from finmodel.kernel.expr import Given


class Exit(Table):
    """A put or call of the whole position on a date, to another class or an outside buyer, at a price by formula."""

    kind: Literal["put", "call"]
    date: Day
    buyer: Id | None = None
    outside_buyer: str | None = None
    price: Annotated[Given, Quantity("money", ge=0, meaning="Price of the position")] | None = None
    multiple: (
        Annotated[Given, Quantity("ratio", ge=0, le=100, meaning="Price as a multiple of what was paid in")] | None
    ) = None
    rate: (
        Annotated[Given, Quantity("1/year", ge=0, le=1, meaning="Price that brings the seller to this yearly return")]
        | None
    ) = None


class EquityClass(Table):
    """A class of owners. A subordinated class is last in distributions; hurdle and cap are yearly returns.

    A class that contributes first pays in before the others, one that contributes last after them. Until the date of
    `deferred_until` a class receives nothing, while what it is owed grows at its hurdle.
    """

    label: str
    label_ja: str = ""
    holder: str
    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of the equity paid in")]
    contributes: Literal["pro_rata", "first", "last"] = "pro_rata"
    subordinated: bool = False
    withholding: Id | None = None
    hurdle: Annotated[Given, Quantity("1/year", ge=0, le=1, meaning="Return reached before the next tier")] = default(
        "0 % p.a."
    )
    catch_up: (
        Annotated[Given, Quantity("ratio", gt=0, le=1, meaning="Share of its tier that a subordinated class receives")]
        | None
    ) = None
    cap: (
        Annotated[Given, Quantity("1/year", ge=0, le=1, meaning="Return at which distributions to the class stop")]
        | None
    ) = None
    deferred_until: Day | None = None
    exit: Exit | None = None


class PresentValue(Table):
    """When the flow of a period falls, for every present value: by its days to close, at its end, or in its middle.

    "dated" counts days to the end of the period over 365; "end" and "mid" count equal parts of a year.
    """

    timing: Literal["dated", "end", "mid"] = "dated"


class ReturnTerms(Table):
    """Rates for present values."""

    npv_rate: Annotated[Given, Quantity("1/year", ge=0, le=1, meaning="Discount rate of the net present value")] = (
        default("8 % p.a.")
    )
    guess: Annotated[Given, Quantity("1/year", ge=0, le=1, meaning="Where the search for a rate of return starts")] = (
        default("8 % p.a.")
    )
    equity_rate: (
        Annotated[Given, Quantity("1/year", ge=0, le=1, meaning="Return that owners ask for: rate of the equity NPV")]
        | None
    ) = None
