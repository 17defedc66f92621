"""What support is for: tonnes at home, the published roadmap, days of reserve, and loss avoided if supply stops.

Only what the case states the inputs of is shown. An avoided loss is the published loss of a stop, times the probability
a year that it happens, times the share of domestic demand that the deal covers, times the share of the loss that such a
supply avoids: a stated assumption, and no forecast.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from finmodel.deal.support.public_bodies import government_terms
from finmodel.public_money.incidence import Deal
from finmodel.public_money.public_cost import Amount

DAYS_PER_YEAR = 365.0
STOCK_LINES = ("bought", "outlay", "stock_cost.closing", "resale", "net_margin")


def domestic(deal: Deal) -> list[str]:
    """The contracts that count as supply at home: those named, or all that price support is for."""
    named = government_terms(deal.tables).domestic_contracts
    return list(dict.fromkeys(terms.contract for terms in deal.tables.support.values())) if named is None else named


def stock(deal: Deal) -> list[Amount]:
    """Public stockpiles: tonnes bought, what was paid and not yet sold at its highest, proceeds, and the margin."""
    found, money = [], deal.tables.currency
    for name, terms in deal.tables.support.items():
        if terms.stock_cap is None:
            continue
        row = {line: np.asarray(deal.values[f"support.{name}.{line}"]) for line in STOCK_LINES}
        held = float(row["stock_cost.closing"].max())
        found += [
            Amount(f"{terms.label}: bought", float(row["bought"].sum()), "t", "contained, at the floor"),
            Amount(f"{terms.label}: paid for tonnes", float(row["outlay"].sum()), money, "by the programme, nominal"),
            Amount(f"{terms.label}: paid for and not yet sold, most", held, money, "at cost, at the end of a period"),
            Amount(f"{terms.label}: sold for", float(row["resale"].sum()), money, "at the trigger, or at the end"),
            Amount(f"{terms.label}: margin", float(row["net_margin"].sum()), money, "proceeds less cost"),
        ]
    return found


def outcome(deal: Deal) -> list[Amount]:
    """Figures of the outcome, each with how it is reckoned."""
    terms, contracts = government_terms(deal.tables), domestic(deal)
    tonnes = sum(np.asarray(deal.values[f"offtake.{id}.delivered"]) for id in contracts)
    total = float(np.sum(tonnes))
    years = float(np.count_nonzero(tonnes)) / deal.model.timeline.per_year
    yearly = total / years if years else 0.0
    found = [
        Amount("Tonnes to domestic buyers", total, "t", f"contained, under {', '.join(contracts)}"),
        Amount("A year, while delivered", yearly, "t/year", "mean of the years with deliveries"),
    ]
    if terms.roadmap is not None:
        found.append(Amount("Share of the roadmap", yearly / terms.roadmap.number, "ratio", "of its tonnes a year"))
    if terms.demand is not None:
        found += _of_demand(deal, yearly / terms.demand.number, years)
    return found


def _of_demand(deal: Deal, share: float, years: float) -> Sequence[Amount]:
    """What needs domestic demand: dependence, reserve, avoided loss."""
    terms = government_terms(deal.tables)
    assert terms.demand is not None
    found = [Amount("Share of domestic demand", share, "ratio", "by which dependence falls, if it replaces imports")]
    if terms.reserve_days is not None:
        held = terms.demand.number * terms.reserve_days.number / DAYS_PER_YEAR
        found.append(Amount("Reserve of these days of demand", held, "t", "tonnes that the stated days stand for"))
    given = (terms.stop_loss, terms.stop_probability, terms.stop_share)
    if all(value is not None for value in given):
        loss, probability, avoided = (value.number for value in given if value is not None)
        expected = loss * probability * min(share, 1.0) * avoided * years
        unit = str(terms.stop_loss.unit) if terms.stop_loss is not None else ""
        meaning = "loss × probability a year × share of demand × share avoided × years; undiscounted"
        found.append(Amount("Expected loss avoided", expected, unit, meaning))
    return found
