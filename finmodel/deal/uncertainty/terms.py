"""Keys of price risk: how prices, exchange rates and basis move, regimes that switch them, drivers, events, hazards."""

from __future__ import annotations

from typing import Annotated, Literal

from finmodel.case.leaf import Quantity, default
from finmodel.case.plain import DateQuantity
from finmodel.case.says import Says
from finmodel.case.table import Id, Label, LabelJa, Table
from finmodel.deal.kinds import Kind, Kinds
from finmodel.deal.uncertainty.process import Process
from finmodel.kernel.expr import Given

Correlation = Annotated[Given, Quantity("ratio", ge=-1, le=1, meaning="Correlation of log changes")]
Share = Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Probability a month of going there", example="5 %")]
Multiple = Annotated[Given, Quantity("ratio", gt=0, le=100, meaning="Multiple of the deck")]
Premium = Annotated[
    Given, Quantity("ratio", gt=0, le=100, meaning="As price.<name>.premium, while the regime lasts", example="1.10x")
]
Demand = Annotated[
    Given, Quantity("ratio", ge=0, le=2, meaning="As offtake.<name>.demand, while the regime lasts", example="90 %")
]


class Regime(Table):
    """A state of the world: prices, premiums, volatility and demand switch together; it may change each month."""

    label: Label
    label_ja: LabelJa = ""
    start: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Probability of starting here")] = default("0 %")
    marks: (
        Annotated[Given, Quantity("month", gt=0, le=600, meaning="Months here after which a path bears its name")]
        | None
    ) = None
    next: dict[Id, Share]
    price: dict[Id, Multiple] = {}
    premium: dict[Id, Premium] = {}
    demand: dict[Id, Demand] = {}
    volatility: Annotated[Given, Quantity("ratio", ge=0, le=100, meaning="Multiple of every price's volatility")] = (
        default("1.00x")
    )


class Outcome(Table):
    """One of several values that an input may have."""

    value: Annotated[str, Says("Value of the input, as the case would type it", example='"90 %"')]
    chance: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Probability of this value", example="25 %")]


DRIVERS = Kinds(
    "driver",
    Kind(
        "triangular",
        "by lowest, most likely and highest multiple",
        {"low": 'low = "…x"', "likely": 'likely = "…x"', "high": 'high = "…x"'},
    ),
    Kind("uniform", "any multiple between lowest and highest alike", {"low": 'low = "…x"', "high": 'high = "…x"'}),
    Kind("lognormal", "by mean multiple and spread", {"sd": 'sd = "… %"'}),
    Kind(
        "outcomes",
        "one of several values, each with its chance",
        {"outcome": 'outcome.<name> = { value = "…", chance = "… %" } for each'},
    ),
)


class Driver(Table):
    """An input of the case that is drawn once a path: as a multiple of its value, or as one of several values."""

    key: Annotated[str, Says("Input of the case that is drawn, as a dotted key", example='"capex.plant.amount"')]
    kind: Annotated[
        Literal["triangular", "uniform", "lognormal", "outcomes"],
        Says(
            "Distribution that it is drawn from",
            choices=DRIVERS.choices,
        ),
    ]
    outcome: dict[Id, Outcome] = {}
    low: (
        Annotated[
            Given, Quantity("ratio", ge=0, le=100, meaning="Lowest multiple of the input's value", example="0.80x")
        ]
        | None
    ) = None
    likely: (
        Annotated[
            Given, Quantity("ratio", ge=0, le=100, meaning="Most likely multiple of the input's value", example="1.00x")
        ]
        | None
    ) = None
    high: Annotated[Given, Quantity("ratio", ge=0, le=100, meaning="Highest multiple of the input's value")] | None = (
        None
    )
    mean: Annotated[
        Given, Quantity("ratio", gt=0, le=100, meaning="Mean multiple of the input's value", example="1.05x")
    ] = default("1.00x")
    sd: (
        Annotated[
            Given, Quantity("ratio", ge=0, le=1, meaning="Standard deviation of the log multiple", example="10 %")
        ]
        | None
    ) = None


class Event(Table):
    """Something that may happen in any month and then lasts, such as the loss of a licence."""

    key: Annotated[str, Says("Input of the case that the event moves, as a dotted key", example='"offtake.oem.demand"')]
    hazard: Annotated[Given, Quantity("1/year", ge=0, le=12, meaning="Events expected in a year")]
    lasts: Annotated[Given, Quantity("month", gt=0, le=600, meaning="Length of an event")]
    multiple: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Multiple of the input while it lasts")] = default(
        "0 %"
    )


class Hazard(Table):
    """When an event of the case strikes: in any period from its start on, once a path at most."""

    rate: Annotated[Given, Quantity("1/year", ge=0, le=12, meaning="Rate at which it strikes while it has not")]
    share: Annotated[Given, Quantity("ratio", gt=0, le=1, meaning="Share that is lost when it strikes")]


class RiskTerms(Table):
    """Price risk: what a simulation draws. Nothing here moves a run of the case itself."""

    start: Annotated[Given, DateQuantity("Day on which prices are known")] | None = None
    expected: Annotated[
        Literal["regime", "deck"],
        Says(
            "What the expected price of a simulation is, with regimes",
            example='"deck"',
            choices={
                "regime": "the deck as the regimes move it",
                "deck": "the deck itself: regimes are scaled so that their mean is the deck",
            },
        ),
    ] = "regime"
    label_months: Annotated[
        Given, Quantity("month", gt=0, le=600, meaning="Months that give a path its label", example="36 months")
    ] = default("36 months")
    tail: Annotated[
        Given,
        Quantity("ratio", gt=0.5, lt=1, meaning="Level beyond which a mean of the worst is taken", example="95 %"),
    ] = default("95 %")
    price: dict[Id, Process] = {}
    fx: dict[Id, Process] = {}
    basis: dict[Id, Process] = {}
    correlation: dict[Id, dict[Id, Correlation]] = {}
    regime: dict[Id, Regime] = {}
    driver: dict[Id, Driver] = {}
    event: dict[Id, Event] = {}
    hazard: dict[Id, Hazard] = {}
