"""Every key of a case file, said once: unit, bounds, meaning. In the order of a term sheet."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from finmodel.case.leaf import DateQuantity, Quantity, default
from finmodel.case.says import Says
from finmodel.case.table import Currency, Id, Month, Table
from finmodel.deal.capital.terms import Capex, Grant, Subsidy
from finmodel.deal.completion.terms import Completion
from finmodel.deal.cover.terms import Cover, Event
from finmodel.deal.loans.terms import Facility, FundingTerms, SizingTerms
from finmodel.deal.market.terms import Index, Inflation
from finmodel.deal.own.declared import Declared
from finmodel.deal.owners.terms import EquityClass, PresentValue, ReturnTerms
from finmodel.deal.plant.terms import Cost, Node, Product
from finmodel.deal.sales.terms import Offtake
from finmodel.deal.short_term.terms import CreditLine, Repo
from finmodel.deal.shutdown.terms import Shutdown
from finmodel.deal.support.government_terms import GovernmentTerms
from finmodel.deal.support.terms import Programme, Support
from finmodel.deal.tax.terms import Entity, Intercompany
from finmodel.deal.uncertainty.terms import RiskTerms
from finmodel.deal.waterfall.terms import Closure, Reserves, WaterfallTerms
from finmodel.kernel.expr import Given

Exchange = Annotated[
    Given,
    Quantity("money/money", gt=0, dated=True, meaning="Exchange rate, quoted as its name says", example="150 JPY/USD"),
]
Curve = Annotated[
    Given,
    Quantity(
        "1/year", gt=-0.1, le=1, dated=True, meaning="Base rate, to which margins are added", example="3.75 % p.a."
    ),
]


class TimelineTerms(Table):
    """When the deal starts, is built, operates and is wound up."""

    frequency: Annotated[
        Literal["month", "quarter", "half", "year"],
        Says(
            "Length of a period: every line has one number a period",
            example='"half"',
            choices={
                "month": "a calendar month",
                "quarter": "three months",
                "half": "six months",
                "year": "twelve months",
            },
        ),
    ]
    year_ends: Annotated[
        Month, Says("Month that ends the deal's year; quarters and half-years are counted from it", example='"March"')
    ] = "December"
    financial_close: Annotated[
        Given,
        DateQuantity(
            "Day of financial close, the first day of the first period", structural=True, example="2027-04-01"
        ),
    ]
    construction: Annotated[
        Given,
        Quantity(
            "month", ge=0, structural=True, meaning="Length of construction, from financial close", example="36 months"
        ),
    ]
    operations: Annotated[
        Given,
        Quantity(
            "month",
            gt=0,
            structural=True,
            meaning="Length of operations, from planned completion",
            example="20 years",
        ),
    ]
    wind_up: Annotated[
        Given,
        Quantity("month", ge=0, structural=True, meaning="Length of the wind-up, in which what is due is paid"),
    ] = default("6 months")
    year_named_by: Annotated[
        Literal["start", "end", "both"] | None,
        Says(
            "Calendar year that names a year which spans two; left out, the custom of the countries",
            example='"end"',
            choices={
                "start": "the year in which it starts: 2026",
                "end": "the year in which it ends: 2027",
                "both": "both years: 2026-27",
            },
        ),
    ] = None


class CaseTables(Table):
    """The whole case."""

    clauses: ClassVar[tuple[Declared, ...]] = ()  # own clauses whose tables stand beside these

    name: Annotated[str, Says("Name of the deal, as results and workbook show it", example='"Rare-earth separation"')]
    currency: Annotated[Currency, Says("Currency in which cash is kept and results are shown", example='"USD"')]
    timeline: TimelineTerms
    completion: Completion | None = None
    inflation: dict[Id, Inflation] = {}
    fx: dict[Id, Exchange] = {}
    curve: dict[Id, Curve] = {}
    price: dict[Id, Index] = {}
    entity: dict[Id, Entity]
    intercompany: Intercompany | None = None
    product: dict[Id, Product]
    node: dict[Id, Node]
    offtake: dict[Id, Offtake] = {}
    government: GovernmentTerms | None = None
    programme: dict[Id, Programme] = {}
    support: dict[Id, Support] = {}
    cost: dict[Id, Cost] = {}
    capex: dict[Id, Capex]
    grant: dict[Id, Grant] = {}
    closure: Closure | None = None
    shutdown: Shutdown | None = None
    subsidy: dict[Id, Subsidy] = {}
    facility: dict[Id, Facility] = {}
    repo: dict[Id, Repo] = {}
    credit_line: dict[Id, CreditLine] = {}
    cover: dict[Id, Cover] = {}
    event: dict[Id, Event] = {}
    sizing: SizingTerms
    funding: FundingTerms = FundingTerms()
    reserve: Reserves = Reserves()
    waterfall: WaterfallTerms = WaterfallTerms()
    equity: dict[Id, EquityClass]
    returns: ReturnTerms = ReturnTerms()
    npv: PresentValue = PresentValue()
    extra_lines: dict[
        Id,
        Annotated[
            str,
            Says(
                "Formula of a line of your own, made of line ids and of quantities in single quotes",
                example='"income.revenue * 0.01"',
            ),
        ],
    ] = {}
    risk: RiskTerms | None = None
