"""Keys of owners and returns."""

from __future__ import annotations

from typing import Annotated

from finmodel.base.expr import Given
from finmodel.case.leaf import Quantity, default
from finmodel.case.table import Id, Table


class EquityClass(Table):
    """A class of owners. A subordinated class is last in distributions; hurdle and cap are yearly returns."""

    label: str
    holder: str
    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of the equity paid in")]
    subordinated: bool = False
    withholding: Id | None = None
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
