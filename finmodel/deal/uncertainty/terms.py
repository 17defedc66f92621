"""Keys of price risk: how prices, exchange rates and basis move, regimes that switch them, drivers, events, hazards."""

from __future__ import annotations

from typing import Annotated, Literal

from finmodel.case.leaf import Quantity, default
from finmodel.case.plain import DateQuantity
from finmodel.case.table import Id, Table
from finmodel.kernel.expr import Given

Correlation = Annotated[Given, Quantity("ratio", ge=-1, le=1, meaning="Correlation of log changes")]
Share = Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Probability a month of going there")]
Multiple = Annotated[Given, Quantity("ratio", gt=0, le=100, meaning="Multiple of the deck")]
Premium = Annotated[Given, Quantity("ratio", gt=0, le=100, meaning="As price.<name>.premium, while the regime lasts")]
Demand = Annotated[Given, Quantity("ratio", ge=0, le=2, meaning="As offtake.<name>.demand, while the regime lasts")]


class Process(Table):
    """How a price or an exchange rate moves by month about its deck."""

    kind: Literal["gbm", "schwartz", "jumps", "bootstrap"]
    centre: Literal["mean", "median", "own"] = "mean"
    volatility: (
        Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Standard deviation of the log price over a year")]
        | None
    ) = None
    reversion: (
        Annotated[Given, Quantity("1/year", ge=0, le=1000, meaning="Speed of return to the level (Schwartz kappa)")]
        | None
    ) = None
    jump_rate: Annotated[Given, Quantity("1/year", ge=0, le=100, meaning="Jumps expected in a year")] | None = None
    jump_mean: Annotated[Given, Quantity("ratio", ge=-5, le=5, meaning="Mean of the log of a jump")] | None = None
    jump_sd: (
        Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Standard deviation of the log of a jump")] | None
    ) = None
    history: Id | None = None
    block: Annotated[Given, Quantity("month", gt=0, le=600, meaning="Mean length of a drawn stretch of history")] = (
        default("12 months")
    )
    start: Annotated[Given, Quantity("money/kg", gt=0, meaning="Price at the start (centre = own)")] | None = None
    level: (
        Annotated[Given, Quantity("money/kg", gt=0, meaning="Long-run mean price (Schwartz, centre = own)")] | None
    ) = None
    drift: Annotated[Given, Quantity("1/year", ge=-1, le=1, meaning="Expected growth (centre = own)")] | None = None


class Regime(Table):
    """A state of the world: prices, premiums, volatility and demand switch together; it may change each month."""

    label: str
    label_ja: str = ""
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

    value: str
    chance: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Probability of this value")]


class Driver(Table):
    """An input of the case that is drawn once a path: as a multiple of its value, or as one of several values."""

    key: str
    kind: Literal["triangular", "uniform", "lognormal", "outcomes"]
    outcome: dict[Id, Outcome] = {}
    low: Annotated[Given, Quantity("ratio", ge=0, le=100, meaning="Lowest multiple")] | None = None
    likely: Annotated[Given, Quantity("ratio", ge=0, le=100, meaning="Most likely multiple")] | None = None
    high: Annotated[Given, Quantity("ratio", ge=0, le=100, meaning="Highest multiple")] | None = None
    mean: Annotated[Given, Quantity("ratio", gt=0, le=100, meaning="Mean multiple")] = default("1.00x")
    sd: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Standard deviation of the log multiple")] | None = None


class Event(Table):
    """Something that may happen in any month and then lasts, such as the loss of a licence."""

    key: str
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
    expected: Literal["regime", "deck"] = "regime"
    label_months: Annotated[Given, Quantity("month", gt=0, le=600, meaning="Months that give a path its label")] = (
        default("36 months")
    )
    tail: Annotated[
        Given, Quantity("ratio", gt=0.5, lt=1, meaning="Level beyond which a mean of the worst is taken")
    ] = default("95 %")
    price: dict[Id, Process] = {}
    fx: dict[Id, Process] = {}
    basis: dict[Id, Process] = {}
    correlation: dict[Id, dict[Id, Correlation]] = {}
    regime: dict[Id, Regime] = {}
    driver: dict[Id, Driver] = {}
    event: dict[Id, Event] = {}
    hazard: dict[Id, Hazard] = {}
