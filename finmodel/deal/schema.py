"""Every key of a case file, said once: unit, bounds, meaning. In the order of a term sheet."""

from __future__ import annotations

from typing import Annotated, Literal

from finmodel.case.leaf import DateQuantity, Quantity, default
from finmodel.case.table import Id, Month, Table
from finmodel.deal.capital.terms import Capex, Grant, Subsidy
from finmodel.deal.completion.terms import Completion
from finmodel.deal.cover.terms import Cover, Event
from finmodel.deal.loans.terms import Facility, FundingTerms, SizingTerms
from finmodel.deal.market.terms import Index, Inflation
from finmodel.deal.owners.terms import EquityClass, PresentValue, ReturnTerms
from finmodel.deal.plant.terms import Cost, Node, Product
from finmodel.deal.sales.terms import Offtake
from finmodel.deal.short_term.terms import CreditLine, Repo
from finmodel.deal.shutdown.terms import Shutdown
from finmodel.deal.support.terms import GovernmentTerms, Programme, Support
from finmodel.deal.tax.terms import Entity, Intercompany
from finmodel.deal.uncertainty.terms import RiskTerms
from finmodel.deal.waterfall.terms import Closure, Reserves, WaterfallTerms
from finmodel.kernel.expr import Given

Months = Annotated[Given, Quantity("month", ge=0, structural=True, meaning="A length of time in whole periods")]
Exchange = Annotated[Given, Quantity("money/money", gt=0, dated=True, meaning="Exchange rate")]
Curve = Annotated[Given, Quantity("1/year", gt=-0.1, le=1, dated=True, meaning="Base rate")]


class TimelineTerms(Table):
    """When the deal starts, is built, operates and is wound up."""

    frequency: Literal["month", "quarter", "half", "year"]
    year_ends: Month = "December"
    financial_close: Annotated[Given, DateQuantity(structural=True)]
    construction: Months
    operations: Annotated[Given, Quantity("month", gt=0, structural=True, meaning="Length of operations")]
    wind_up: Months = default("6 months")
    year_named_by: Literal["start", "end", "both"] | None = None


class CaseTables(Table):
    """The whole case."""

    name: str
    currency: Literal["USD", "JPY", "AUD", "EUR", "CAD", "GBP", "CNY", "KRW"]
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
    extra_lines: dict[Id, str] = {}
    risk: RiskTerms | None = None
