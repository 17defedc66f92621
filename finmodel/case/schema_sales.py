"""Keys of sales contracts."""

from __future__ import annotations

from typing import Annotated

from finmodel.base.expr import Given
from finmodel.case.leaf import DateQuantity, Quantity, default
from finmodel.case.table import Id, Table


class Offtake(Table):
    """A sales contract, measured in tonnes of the contained first product of the chain."""

    label: str
    products: list[Id]
    quantity: Annotated[Given, Quantity("t/year", gt=0, meaning="Annual contract quantity, contained")] | None = None
    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of what is available")] | None = None
    start: Annotated[Given, DateQuantity(structural=True)]
    term: Annotated[Given, Quantity("month", gt=0, structural=True, meaning="Length of the contract")]
    take_or_pay: Annotated[
        Given, Quantity("ratio", ge=0, le=1, meaning="Share of the quantity paid for even if not taken")
    ] = default("0 %")
    demand: Annotated[
        Given, Quantity("ratio", ge=0, le=2, dated=True, meaning="Buyer's nomination as a share of the quantity")
    ] = default("100 %")
    max_take: Annotated[
        Given, Quantity("ratio", ge=1, le=2, meaning="Most that the buyer may take, as a share of the quantity")
    ] = default("100 %")
    discount: Annotated[Given, Quantity("ratio", ge=-1, lt=1, meaning="Below the index")] = default("0 %")
    floor: Annotated[Given, Quantity("money/kg", ge=0, meaning="Lowest index that the buyer pays")] | None = None
    ceiling: Annotated[Given, Quantity("money/kg", gt=0, meaning="Highest index that the buyer pays")] | None = None
    share_strike: (
        Annotated[Given, Quantity("money/kg", ge=0, meaning="Achieved price above which the buyer has a share")] | None
    ) = None
    upside_share: (
        Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Buyer's share of the excess over the strike")] | None
    ) = None
    upside_cap: (
        Annotated[Given, Quantity("money/year", ge=0, meaning="Most that the buyer receives of it in a calendar year")]
        | None
    ) = None
    impute_support: bool = False
    make_up_years: Annotated[Given, Quantity("year", gt=0, structural=True, meaning="Life of a make-up right")] = (
        default("5 years")
    )
    payment_days: Annotated[
        Given, Quantity("day", ge=0, le=720, structural=True, meaning="Days until the buyer pays")
    ] = default("0 days")
