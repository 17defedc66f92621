"""Keys of reserves, closure and the waterfall: what cash pays, in which order, and what is kept back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from finmodel.case.leaf import Count, DateQuantity, Quantity, default
from finmodel.case.says import Says
from finmodel.case.table import Id, Indexed, Table
from finmodel.kernel.expr import Given

StepName = Literal[
    "senior", "reserve", "sweep", "senior_gate", "mezzanine", "distribution_gate", "shareholder_loans", "distributions"
]
ORDER: tuple[StepName, ...] = (
    "senior", "reserve", "sweep", "senior_gate", "mezzanine", "distribution_gate", "shareholder_loans", "distributions"
)  # fmt: skip
"""The order of payments when the case states none."""
Step = Annotated[
    StepName,
    Says(
        "Step",
        choices={
            "senior": "senior interest and principal",
            "reserve": "filling the debt service reserve",
            "sweep": "prepaying senior debt",
            "senior_gate": "the cover test before junior debt",
            "mezzanine": "mezzanine interest and principal",
            "distribution_gate": "the tests of distributions",
            "shareholder_loans": "loans of owners",
            "distributions": "payments to owners",
        },
    ),
]


class ReserveTerms(Table):
    """The debt service reserve account, or a letter of credit in its place.

    Months that end between two payment dates hold the part of the later service that time gives: six months of a
    yearly service are half of it.
    """

    months: Annotated[
        Given, Quantity("month", ge=0, structural=True, meaning="Months of scheduled service held", example="6 months")
    ]
    interest: Annotated[
        Given, Quantity("1/year", ge=0, le=1, meaning="Interest earned on the balance", example="1 % p.a.")
    ] = default("0 % p.a.")
    final_instalment: Annotated[bool, Says("Whether the balance pays the last instalments")] = False
    form: Annotated[
        Literal["cash", "letter_of_credit"],
        Says(
            "What the reserve consists of",
            choices={
                "cash": "money in an account",
                "letter_of_credit": "a letter of credit, drawn when service is short",
            },
        ),
    ] = "cash"
    fee: Annotated[
        Given, Quantity("1/year", ge=0, le=0.2, meaning="Fee of the letter of credit on its amount", example="1 % p.a.")
    ] = default("0 % p.a.")
    rate: Annotated[Given, Quantity("1/year", ge=0, le=1, meaning="Interest on what is drawn of the letter")] = default(
        "0 % p.a."
    )


class MaintenanceReserve(Table):
    """Cash set aside for sustaining capital: evenly over the months before each cost, or a target by date."""

    months: (
        Annotated[Given, Quantity("month", gt=0, structural=True, meaning="Months over which each cost is saved up")]
        | None
    ) = None
    target: Annotated[Given, Quantity("money", ge=0, dated=True, meaning="Balance to be held")] | None = None
    interest: Annotated[
        Given, Quantity("1/year", ge=0, le=1, meaning="Interest earned on the balance", example="1 % p.a.")
    ] = default("0 % p.a.")


class RehabilitationFund(Table):
    """Cash set aside for the closure: evenly over operations, or over their last years; spent as closure goes on."""

    years: Annotated[Given, Quantity("year", gt=0, meaning="Years before closure over which it is saved up")] | None = (
        None
    )
    interest: Annotated[
        Given, Quantity("1/year", ge=0, le=1, meaning="Interest earned on the balance", example="1 % p.a.")
    ] = default("0 % p.a.")


class Reserves(Table):
    """Accounts that hold cash back for a purpose."""

    dsra: ReserveTerms | None = None
    maintenance: MaintenanceReserve | None = None
    rehabilitation: RehabilitationFund | None = None


class Closure(Table):
    """What closing the plant costs and what its parts bring, in today's prices, and who pays what cash does not."""

    entity: Annotated[Id, Says("Company that must close the plant", example='"spv"')]
    cost: Annotated[Given, Quantity("money", ge=0, meaning="Cost of closure and rehabilitation")]
    salvage: Annotated[
        Given, Quantity("money", ge=0, meaning="What the plant is sold for", example="10 million USD")
    ] = default("0 money")
    inflation: Indexed | None = None
    duration: Annotated[
        Given, Quantity("month", ge=0, le=600, meaning="Time after operations over which the cost is spent")
    ] = default("0 months")
    owners_share: Annotated[
        Given, Quantity("ratio", ge=0, le=1, meaning="Share of the cost that fund and cash lack, paid by owners")
    ] = default("100 %")


class SweepTerms(Table):
    """Cash that prepays senior debt on payment dates, while every condition that is given holds; in default, all."""

    share: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Share of the cash left that prepays senior debt")]
    cover_below: (
        Annotated[
            Given, Quantity("ratio", ge=0, le=10, meaning="Only while historic cover is below this", example="1.50x")
        ]
        | None
    ) = None
    cover_above: (
        Annotated[
            Given, Quantity("ratio", ge=0, le=10, meaning="Only while historic cover is at least this", example="1.20x")
        ]
        | None
    ) = None
    price: Annotated[Id | None, Says("Price index of the condition on the price", example='"ndpr"')] = None
    price_above: Annotated[Given, Quantity("money/kg", ge=0, meaning="Only while the price is above this")] | None = (
        None
    )
    start: Annotated[Given, DateQuantity("First day on which cash is swept", example="2031-01-01")] | None = None
    end: Annotated[Given, DateQuantity("Last day on which cash is swept", example="2036-12-31")] | None = None


class CureTerms(Table):
    """Owners pay in what cover of twelve months back lacks of the default level: for that test of default alone."""

    in_a_row: Annotated[
        Given, Count(ge=1, le=40, meaning="Most cures on tests that follow each other", example="2")
    ] = default(2)
    in_all: Annotated[Given, Count(ge=1, le=40, meaning="Most cures over the life of the loan", example="4")] = default(
        4
    )


class WaterfallTerms(Table):
    """Tests and limits between cash and the owners. The order lists the steps at which cash is paid.

    `untested` says whether cash may leave while cover of twelve months back cannot be tested yet. `distribute_from`
    says from when distributions are tested: the first repayment of senior debt, or completion. `first_test` says from
    when cover of twelve months back is tested: a full year after the first repayment, or every date since completion,
    over the dates since then while these are less than twelve months. `forecast` says what cover of twelve months ahead
    is of: the plan of signing; the plan at the prices of the date, held; or the plan at its own prices moved by the
    gap of the date, which fades as [risk] says the price reverts. Both move sales, bought feed, support by a floor or
    strike and costs that are a share of revenue, before tax; all else is the plan's. A cover of 0.00x is no test.
    """

    order: Annotated[
        list[Step],
        Says(
            "Steps at which cash is paid, the first one first; a step left out keeps its usual place",
            example='["senior", "reserve", "sweep", "distributions"]',
        ),
    ] = list(ORDER)
    lockup: Annotated[
        Given, Quantity("ratio", ge=0, le=5, meaning="No distribution below this debt service cover", example="1.15x")
    ] = default("0.00x")
    untested: Annotated[
        Literal["open", "closed"],
        Says(
            "Whether cash may leave while the cover of twelve months back cannot be tested",
            example='"closed"',
            choices={"open": "it may", "closed": "it may not: counted as lock-up"},
        ),
    ] = "open"
    distribute_from: Annotated[
        Literal["first repayment", "completion"],
        Says(
            "From when distributions are tested",
            example='"completion"',
            choices={"first repayment": "from the first repayment of senior debt", "completion": "from completion"},
        ),
    ] = "first repayment"
    first_test: Annotated[
        Literal["full_year", "since_completion"],
        Says(
            "From when the cover of twelve months back is tested",
            choices={
                "full_year": "a full year after the first repayment",
                "since_completion": "every date, over the dates since completion",
            },
        ),
    ] = "full_year"
    forecast: Annotated[
        Literal["plan", "price_held", "projection"],
        Says(
            "What the cover of twelve months ahead looks at",
            choices={
                "plan": "the plan of signing",
                "price_held": "the plan at the prices of the date",
                "projection": "the plan at prices that return to its own",
            },
        ),
    ] = "plan"
    mezzanine_cover: Annotated[
        Given,
        Quantity(
            "ratio", ge=0, le=5, meaning="Mezzanine is paid on dates with at least this senior cover", example="1.20x"
        ),
    ] = default("1.00x")
    release_after: Annotated[
        Given,
        Count(
            ge=1,
            le=20,
            structural=True,
            meaning="Passed tests in a row that open distributions after a failed one",
            example="2",
        ),
    ] = default(1)
    prepay_after: (
        Annotated[
            Given,
            Count(
                ge=1, le=40, meaning="Failed tests in a row after which locked cash prepays senior debt", example="4"
            ),
        ]
        | None
    ) = None
    default_cover: Annotated[
        Given,
        Quantity(
            "ratio",
            ge=0,
            le=5,
            meaning="Below this debt service cover, a default: nothing junior is paid",
            example="1.05x",
        ),
    ] = default("0.00x")
    default_arrears: (
        Annotated[Given, Quantity("day", ge=0, meaning="Senior debt unpaid for longer than this is a default")] | None
    ) = None
    minimum_cash: (
        Annotated[Given, Quantity("money", ge=0, meaning="Cash kept back from distributions", example="10 million USD")]
        | None
    ) = None
    contingent_equity: (
        Annotated[Given, Quantity("money", ge=0, meaning="Most that owners add to pay senior debt")] | None
    ) = None
    cure: CureTerms | None = None
    sweep: SweepTerms | None = None
    distributable: Annotated[
        Literal["cash", "profit", "profit_and_capital"],
        Says(
            "Most that owners may receive",
            example='"profit"',
            choices={
                "cash": "all cash that passes the tests",
                "profit": "no more than retained profit",
                "profit_and_capital": "no more than retained profit and paid-in capital",
            },
        ),
    ] = "cash"


def whole_order(order: Sequence[StepName]) -> list[StepName]:
    """The order of a case with the steps that it leaves out, each after the step that it follows when none is given.

    Args:
        order: Steps as the case gives them.
    """
    whole = list(order)
    for number, name in enumerate(ORDER):
        if name not in whole:
            whole.insert(whole.index(ORDER[number - 1]) + 1 if number else 0, name)
    return whole
