"""Keys of the market: inflation and price indices."""

from __future__ import annotations

from typing import Annotated, Literal

from finmodel.case.leaf import DateQuantity, Quantity, default
from finmodel.case.says import Says
from finmodel.case.table import Indexed, Label, LabelJa, Table
from finmodel.kernel.expr import Given


class Inflation(Table):
    """A price index that grows at a rate from a base date."""

    rate: Annotated[
        Given, Quantity("1/year", gt=-0.5, le=1, meaning="Inflation, as a rate by year", example="2 % p.a.")
    ]
    base: Annotated[Given, DateQuantity("Base day; its period is the base period", structural=True)]


class Index(Table):
    """A market price series, excluding value-added tax."""

    label: Label
    label_ja: LabelJa = ""
    vat: Annotated[
        Literal["excluded"],
        Says(
            "That the price is without value-added tax: it must be said",
            choices={"excluded": "value-added tax is not in the price"},
        ),
    ]
    incoterm: Annotated[
        Literal["domestic", "FOB", "CIF", "gate"],
        Says(
            "Place of delivery that the price is quoted for",
            example='"FOB"',
            choices={
                "domestic": "within the country of the seller",
                "FOB": "free on board, at the port of export",
                "CIF": "cost, insurance and freight, at the port of import",
                "gate": "at the gate of the plant",
            },
        ),
    ] = "FOB"
    basis: Annotated[
        Literal["real", "nominal"],
        Says(
            "Whether the deck is in money of its day",
            choices={
                "real": "in money of the base period: inflation is added",
                "nominal": "in money of each day: nothing is added",
            },
        ),
    ] = "nominal"
    inflation: Indexed | None = None
    deck: Annotated[
        Given, Quantity("money/kg", gt=0, dated="linear", meaning="Price by date, linear between dates, flat beyond")
    ]
    premium: Annotated[
        Given,
        Quantity(
            "ratio", gt=0, dated=True, meaning="Multiple of the deck, such as ex-China over China", example="1.10x"
        ),
    ] = default("1.00x")
