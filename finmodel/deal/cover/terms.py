"""Keys of cover: insurance of lenders."""

from __future__ import annotations

from typing import Annotated, Literal

from finmodel.case.leaf import Count, Day, Quantity, default
from finmodel.case.table import Id, Table
from finmodel.kernel.expr import Given


class OecdPremium(Table):
    """What the minimum premium rate of the OECD Arrangement (annex VI) asks of a deal beside its facilities."""

    country_category: Annotated[
        Given, Count(ge=0, le=7, structural=True, meaning="Country risk category; 0 is a high-income country")
    ]
    buyer_category: Literal["SOV+", "SOV", "CC0", "CC1", "CC2", "CC3", "CC4", "CC5"] | None = None
    quality: Literal["below", "standard", "above"] = "standard"
    credit_enhancement: Annotated[
        Given, Quantity("ratio", ge=0, le=0.35, meaning="Discount for enhancement of the buyer's credit")
    ] = default("0 %")
    local_currency: Annotated[Given, Quantity("ratio", ge=0, le=0.2, meaning="Discount for debt in local currency")] = (
        default("0 %")
    )
    speculative: bool = False
    benchmark: (
        Annotated[Given, Quantity("ratio", ge=0, le=0.5, meaning="Market premium on the principal, upfront")] | None
    ) = None


class Cover(Table):
    """Insurance of lenders, such as NEXI's: a premium by the year, upfront, or upfront in instalments."""

    label: str
    label_ja: str = ""
    facilities: list[Id]
    mode: Literal["annual", "upfront", "instalments"] = "annual"
    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Covered share of the balance")]
    political: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Covered share, political risk")] | None = None
    commercial: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Covered share, commercial risk")] | None = None
    premium: (
        Annotated[Given, Quantity("1/year", ge=0, le=0.2, meaning="Yearly premium on the covered balance")] | None
    ) = None
    upfront: Annotated[Given, Quantity("ratio", ge=0, le=0.5, meaning="Premium on the covered commitment")] | None = (
        None
    )
    oecd: OecdPremium | None = None
    waiting: (
        Annotated[
            Given,
            Quantity("month", ge=0, structural=True, meaning="From an unpaid due date to the claim; none: no claims"),
        ]
        | None
    ) = None
    recovery_cost: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Cost of recovery, share of receipts")] = (
        default("0 %")
    )


class Event(Table):
    """Something that takes output or blocks money for a time; its share is 0 until a scenario switches it on."""

    label: str
    label_ja: str = ""
    kind: Literal["expropriation", "transfer_stop", "export_ban", "political_force_majeure", "commercial_default"]
    start: Day
    later: Annotated[Given, Quantity("month", ge=0, meaning="How much later the event starts")] = default("0 months")
    duration: Annotated[Given, Quantity("month", gt=0, meaning="How long the event holds")]
    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of output, or of cash, that is lost")] = (
        default("0 %")
    )
    nodes: list[Id] = []
