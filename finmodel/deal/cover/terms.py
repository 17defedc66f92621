"""Keys of cover: insurance of lenders."""

from __future__ import annotations

from typing import Annotated, Literal

from finmodel.case.leaf import Count, DateQuantity, Quantity, default
from finmodel.case.says import Says
from finmodel.case.table import Id, Label, LabelJa, Table
from finmodel.kernel.expr import Given


class OecdPremium(Table):
    """What the minimum premium rate of the OECD Arrangement (annex VI) asks of a deal beside its facilities."""

    country_category: Annotated[
        Given,
        Count(ge=0, le=7, structural=True, meaning="Country risk category; 0 is a high-income country", example="3"),
    ]
    buyer_category: Annotated[
        Literal["SOV+", "SOV", "CC0", "CC1", "CC2", "CC3", "CC4", "CC5"] | None,
        Says(
            "Risk category of the buyer, as the OECD Arrangement names them",
            example='"CC2"',
            choices={
                "SOV+": "better than sovereign",
                "SOV": "sovereign",
                "CC0": "exceptionally good credit quality",
                "CC1": "very good credit quality",
                "CC2": "good to moderately good credit quality",
                "CC3": "moderate credit quality",
                "CC4": "moderately weak credit quality",
                "CC5": "weak credit quality",
            },
        ),
    ] = None
    quality: Annotated[
        Literal["below", "standard", "above"],
        Says(
            "Quality of the cover that is given",
            example='"standard"',
            choices={"below": "below standard", "standard": "standard", "above": "above standard"},
        ),
    ] = "standard"
    credit_enhancement: Annotated[
        Given, Quantity("ratio", ge=0, le=0.35, meaning="Discount for enhancement of the buyer's credit")
    ] = default("0 %")
    local_currency: Annotated[Given, Quantity("ratio", ge=0, le=0.2, meaning="Discount for debt in local currency")] = (
        default("0 %")
    )
    speculative: Annotated[
        bool,
        Says("Whether the buyer is of speculative grade: its premium has a discount for terms beyond ten years"),
    ] = False
    benchmark: (
        Annotated[
            Given, Quantity("ratio", ge=0, le=0.5, meaning="Market premium on the principal, upfront", example="5 %")
        ]
        | None
    ) = None


class Cover(Table):
    """Insurance of lenders, such as NEXI's: a premium by the year, upfront, or upfront in instalments."""

    label: Label
    label_ja: LabelJa = ""
    facilities: Annotated[list[Id], Says("Facilities that are covered", example='["jbic"]')]
    mode: Annotated[
        Literal["annual", "upfront", "instalments"],
        Says(
            "When the premium is paid",
            choices={
                "annual": "every year on the covered balance",
                "upfront": "once, at financial close",
                "instalments": "as upfront, in equal parts on payment dates",
            },
        ),
    ] = "annual"
    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Covered share of the balance", example="95 %")]
    political: (
        Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Covered share, political risk", example="100 %")] | None
    ) = None
    commercial: (
        Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Covered share, commercial risk", example="90 %")] | None
    ) = None
    premium: (
        Annotated[
            Given,
            Quantity("1/year", ge=0, le=0.2, meaning="Yearly premium on the covered balance", example="0.7 % p.a."),
        ]
        | None
    ) = None
    upfront: (
        Annotated[Given, Quantity("ratio", ge=0, le=0.5, meaning="Premium on the covered commitment", example="5 %")]
        | None
    ) = None
    oecd: OecdPremium | None = None
    waiting: (
        Annotated[
            Given,
            Quantity(
                "month",
                ge=0,
                structural=True,
                meaning="From an unpaid due date to the claim; none: no claims",
                example="3 months",
            ),
        ]
        | None
    ) = None
    recovery_cost: Annotated[
        Given, Quantity("ratio", ge=0, le=1, meaning="Cost of recovery, share of receipts", example="5 %")
    ] = default("0 %")


class Event(Table):
    """Something that takes output or blocks money for a time; its share is 0 until a scenario switches it on."""

    label: Label
    label_ja: LabelJa = ""
    kind: Annotated[
        Literal["expropriation", "transfer_stop", "export_ban", "political_force_majeure", "commercial_default"],
        Says(
            "What happens, and so which cover answers to it",
            example='"export_ban"',
            choices={
                "expropriation": "a state takes output: political",
                "transfer_stop": "a state blocks cash before debt service: political",
                "export_ban": "a state stops exports: political",
                "political_force_majeure": "war or unrest stops output: political",
                "commercial_default": "output stops for a commercial reason",
            },
        ),
    ]
    start: Annotated[Given, DateQuantity("First day of the event", example="2032-01-01")]
    later: Annotated[Given, Quantity("month", ge=0, meaning="How much later the event starts")] = default("0 months")
    duration: Annotated[Given, Quantity("month", gt=0, meaning="How long the event holds")]
    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of output, or of cash, that is lost")] = (
        default("0 %")
    )
    nodes: Annotated[
        list[Id], Says("Nodes whose output it takes; left out, all of them", example='["separation"]')
    ] = []
