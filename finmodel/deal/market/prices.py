"""Market prices: one row per index, in the reporting currency per kg.

Sign:    prices are positive.
Timing:  a deck's value is the one in the middle of its period; a real deck grows with its inflation index.
Source:  an index states product, incoterm and that VAT is excluded; the premium is a multiple of the deck, such as
         prices outside China over those inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.market.terms import Index
from finmodel.kernel.model import Line
from finmodel.kernel.units import unit


@dataclass(frozen=True, eq=False, repr=False)
class Market:
    """The market price of each index [reporting currency per kg]."""

    index: dict[str, Line]


def build(context: Context, prices: Mapping[str, Index]) -> Market:
    """Declare the market price of each index.

    Args:
        prices: The decks of the case, by the name of their index.
    """
    macro = context.money
    per_kg = macro.money / unit("kg")
    index = {}
    for name, terms in prices.items():
        section = context.model.section(f"price.{name}", per_kg, terms.label)
        deck = section.line("deck", f"{terms.label}: Deck, reporting currency", macro.convert(terms.deck))
        growth = macro.index(terms.inflation if terms.basis == "real" else None)
        index[name] = section.line("market", f"{terms.label}: Market price", deck * terms.premium * growth)
    return Market(index)
