"""A carbon cost with free allocation: an own clause with a table for each plant, [carbon_cost.<id>].

Emissions: tonnes made times the intensity. Free: tonnes made times the benchmark times the free share of the year.
Cost:      what emissions exceed the free allocation by, at the carbon price; what stays free is sold at that price.
Timing:    bought and sold in the period of the emissions; paid after its days.
Sign:      cost and revenue are positive; one of the two is nothing in each period.

    finmodel run docs/examples/carbon_cost --module docs/examples/carbon_cost/carbon.py
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from finmodel import Clause, DealFace, Given, NameOf, Party, Quantity, Says, Table, default, hi, lo, total


class CarbonTerms(Table):
    """The carbon cost of one plant."""

    node: Annotated[str, NameOf("node"), Says("Plant that emits", example='"plant"')]
    company: Annotated[str, NameOf("entity"), Says("Company that buys allowances", example='"mine"')]
    intensity: Annotated[Given, Quantity("ratio", ge=0, dated=True, meaning="Tonnes of CO2 for each tonne made")]
    benchmark: Annotated[Given, Quantity("ratio", ge=0, meaning="Tonnes of CO2 allocated for each tonne made")]
    free_share: Annotated[Given, Quantity("ratio", ge=0, le=1, dated=True, meaning="Share of the benchmark for free")]
    price: Annotated[Given, Quantity("money/t", ge=0, dated=True, meaning="Price of a tonne of CO2")]
    deductible: Annotated[bool, Says("Whether tax allows the cost")] = True
    payment_days: Annotated[
        Given, Quantity("day", ge=0, le=720, structural=True, meaning="Days until allowances are paid")
    ] = default("0 days")


class CarbonCost(Clause):
    """Allowances that a plant buys beyond its free allocation, or sells of it."""

    name, version, terms, many = "carbon_cost", "1.0", CarbonTerms, True
    parties: ClassVar = {"carbon_market": Party("Carbon market")}

    def declare(self, deal: DealFace, terms: CarbonTerms) -> None:
        """Declare tonnes, the cost, the revenue, and that tonnes are whole."""
        made, price = deal.produced(terms.node), deal.convert(terms.price)
        emitted = deal.line("emitted", "CO2 emitted", made * terms.intensity, "t")
        free = deal.line("free", "CO2 allocated for free", made * terms.benchmark * terms.free_share, "t")
        short = deal.line("short", "CO2 beyond the free allocation", hi(0, emitted - free), "t")
        spare = deal.line("spare", "CO2 allocated and not emitted", hi(0, free - emitted), "t")
        cost = deal.cost(
            "cost",
            "Allowances bought",
            short * price,
            party="carbon_market",
            company=terms.company,
            days=terms.payment_days,
        )
        deal.income("revenue", "Allowances sold", spare * price, party="carbon_market", company=terms.company)
        if not terms.deductible:
            deal.not_deductible(cost, terms.company)
        deal.result("bought", "Allowances bought, total", total(cost))
        deal.check("one_side", "Allowances are bought or sold, never both", lo(short, spare) * price)
