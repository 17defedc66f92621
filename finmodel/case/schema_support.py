"""Keys of price support: public budgets and the contracts that they pay."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from finmodel.base.expr import Given
from finmodel.case.leaf import Count, Day, Quantity, default
from finmodel.case.table import Id, Month, Table

_FIRST: Any = Field(default=1)  # a plain number until it is read, like the text of every other default


class Programme(Table):
    """A public budget that pays price support."""

    label: str
    payer: str
    budget: Annotated[Given, Quantity("money/year", ge=0, dated=True, meaning="Ceiling of payments in a fiscal year")]
    year_end: Month = "March"
    envelope: Annotated[Given, Quantity("money", ge=0, meaning="Ceiling of payments over the programme's life")]
    carry_over: bool = False


class Support(Table):
    """A price-support contract: a top-up below a floor and a share given back above a strike."""

    label: str
    programme: Id
    contract: Id
    price: Id
    floor: Annotated[Given, Quantity("money/kg", ge=0, dated=True, meaning="Floor price")]
    quantity: Annotated[Given, Quantity("t/year", gt=0, meaning="Most tonnes supported in a fiscal year")]
    start: Day
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
    strike: Annotated[Given, Quantity("money/kg", ge=0, meaning="Price above which money is given back")] | None = None
    share_cap: Annotated[Given, Quantity("money/year", ge=0, meaning="Most given back in a calendar year")] | None = (
        None
    )
    taxable: bool = True
