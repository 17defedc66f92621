"""Keys of the market: inflation and price indices."""

from __future__ import annotations

from typing import Annotated, Literal

from finmodel.case.leaf import DateQuantity, Quantity, default
from finmodel.case.table import Id, Table
from finmodel.kernel.expr import Given


class Inflation(Table):
    """A price index that grows at a rate from a base date."""

    rate: Annotated[Given, Quantity("1/year", gt=-0.5, le=1, meaning="Inflation")]
    base: Annotated[Given, DateQuantity("Base day; its period is the base period", structural=True)]


class Index(Table):
    """A market price series, excluding value-added tax."""

    label: str
    label_ja: str = ""
    vat: Literal["excluded"]
    incoterm: Literal["domestic", "FOB", "CIF", "gate"] = "FOB"
    basis: Literal["real", "nominal"] = "nominal"
    inflation: Id | None = None
    deck: Annotated[
        Given, Quantity("money/kg", gt=0, dated="linear", meaning="Price by date, linear between dates, flat beyond")
    ]
    premium: Annotated[
        Given, Quantity("ratio", gt=0, dated=True, meaning="Multiple of the deck, such as ex-China over China")
    ] = default("1.00x")
