"""Keys of short-term finance: money against stock in a warehouse, and a revolving line of working capital."""

from __future__ import annotations

from typing import Annotated, Literal

from finmodel.case.leaf import Quantity, default
from finmodel.case.table import DayCount, Id, Table
from finmodel.kernel.expr import Given

Rate = Annotated[Given, Quantity("1/year", ge=0, le=1, dated=True, meaning="Fixed interest rate")]
Margin = Annotated[Given, Quantity("1/year", ge=0, le=1, dated=True, meaning="Margin over the curve")]


class Repo(Table):
    """Stock sold and bought back later (warehouse receipts): a share of its value is lent, and follows it."""

    label: str
    label_ja: str = ""
    lender: str
    products: list[Id]
    advance: Annotated[
        Given, Quantity("ratio", ge=0, le=1, dated=True, meaning="Share of the stock's value lent: 1 less the haircut")
    ]
    basis: Literal["market", "cost"] = "market"
    limit: Annotated[Given, Quantity("money", gt=0, meaning="Most that is lent")] | None = None
    rate: Rate | None = None
    curve: Id | None = None
    margin: Margin | None = None
    day_count: DayCount = "ACT/360"
    tenor: Annotated[Given, Quantity("month", gt=0, le=60, meaning="Time after which it is rolled")] | None = None
    guarantor: str = ""
    guarantee_fee: (
        Annotated[Given, Quantity("1/year", ge=0, le=0.2, meaning="Fee of the guarantor on what is lent")] | None
    ) = None


class CreditLine(Table):
    """A revolving line of working capital: drawn when operating cash is short, or up to what backs it."""

    label: str
    label_ja: str = ""
    lender: str
    limit: Annotated[Given, Quantity("money", gt=0, meaning="Most that may be drawn")]
    base: Literal["none", "receivable", "stock", "both"] = "none"
    advance: Annotated[Given, Quantity("ratio", ge=0, le=1, dated=True, meaning="Share of the base that is lent")] = (
        default("100 %")
    )
    draws: Literal["shortfall", "base"] = "shortfall"
    keep: Annotated[Given, Quantity("money", ge=0, meaning="Cash below which the line is drawn")] = default("0 money")
    rate: Rate | None = None
    curve: Id | None = None
    margin: Margin | None = None
    day_count: DayCount = "ACT/360"
    commitment_fee: Annotated[Given, Quantity("1/year", ge=0, le=0.2, meaning="Fee on what is not drawn")] = default(
        "0 % p.a."
    )
