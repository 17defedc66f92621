"""Keys of the government's account: whose it is, how it is discounted, and what supply is worth to the country."""

from __future__ import annotations

from typing import Annotated

from finmodel.case.leaf import Quantity, default
from finmodel.case.says import Says
from finmodel.case.table import Id, Table
from finmodel.kernel.expr import Given


class GovernmentTerms(Table):
    """How the government's account is kept: whose it is, how it is discounted, and what the outcome is measured by."""

    country: Annotated[str, Says("Country whose public money is accounted for", example='"Japan"')] = "Japan"
    rate: Annotated[
        Given, Quantity("1/year", gt=-0.5, le=1, meaning="Discount rate of public money", example="2 % p.a.")
    ] = default("2.0 % p.a.")
    funding_rate: (
        Annotated[
            Given, Quantity("1/year", ge=-0.05, le=1, meaning="Rate at which public lenders borrow", example="1 % p.a.")
        ]
        | None
    ) = None
    market_rate: (
        Annotated[
            Given, Quantity("1/year", ge=0, le=1, meaning="Rate at which others would lend instead", example="4 % p.a.")
        ]
        | None
    ) = None
    public_lenders: Annotated[
        list[Id] | None,
        Says("Facilities lent by the government; left out, known names such as JBIC", example='["jbic"]'),
    ] = None
    public_owners: Annotated[
        list[Id] | None,
        Says("Classes of equity held by the government; left out, known names such as JOGMEC", example='["jogmec"]'),
    ] = None
    public_insurers: Annotated[
        list[Id] | None, Says("Covers given by the government; left out, known names such as NEXI", example='["nexi"]')
    ] = None
    domestic_contracts: Annotated[
        list[Id] | None, Says("Contracts whose tonnes supply the country; left out, all of them", example='["oem"]')
    ] = None
    roadmap: (
        Annotated[Given, Quantity("t/year", gt=0, meaning="NdPr that the published roadmap wants in a year")] | None
    ) = None
    demand: Annotated[Given, Quantity("t/year", gt=0, meaning="Domestic demand for the product")] | None = None
    reserve_days: (
        Annotated[Given, Quantity("day", ge=0, meaning="Days of demand held in reserve", example="60 days")] | None
    ) = None
    stop_loss: (
        Annotated[Given, Quantity("money", ge=0, meaning="Loss to the economy if supply stops a year")] | None
    ) = None
    stop_probability: (
        Annotated[
            Given, Quantity("1/year", ge=0, le=1, meaning="Probability a year that supply stops", example="2 % p.a.")
        ]
        | None
    ) = None
    stop_share: (
        Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of the loss that a unit of supply avoids")] | None
    ) = None
