"""Recycled content: the share of what is sold that was won from scrap.

Sign:    shares are between 0 and 1.
Timing:  output joins the stock first; what leaves has the average share of opening stock and output, as its cost has.
Source:  each feed bought states the recycled share of what it contains. A product that another node takes carries its
         share with it; by-products have the share of the feed that they come from. Reported on main products sold.
"""

from __future__ import annotations

from collections.abc import Mapping

from finmodel.deal.context import Context
from finmodel.deal.plant.goods import Chain
from finmodel.deal.plant.inventory import Stock
from finmodel.deal.plant.terms import Bought, Node
from finmodel.kernel.expr import Const, Expr, add, ratio
from finmodel.kernel.folds import total
from finmodel.kernel.model import Line
from finmodel.kernel.units import RATIO, TONNE


def used(nodes: Mapping[str, Node]) -> bool:
    """Whether any feed of the case states a recycled share.

    Args:
        nodes: Name → terms of the node.
    """
    return any(bought.recycled is not None for node in nodes.values() for bought in node.buys.values())


def _recycled(fed: Bought) -> Expr:
    """The recycled share of a feed; one that states none holds nothing recycled."""
    return Const(0) if fed.recycled is None else fed.recycled


def build(context: Context, chain: Chain, stocks: Mapping[str, Stock], gone: Mapping[str, list[Line]]) -> None:
    """Declare the recycled share of each product, and the share of all main products sold as a result.

    Args:
        stocks: Tonnes of each product in stock.
        gone: Tonnes of each product that left, sale by sale.
    """
    section = context.model.section("recycling", RATIO, "Recycling")
    shares: dict[str, Line] = {}
    for plant in chain.plants.values():
        node = plant.terms
        source: Expr = Const(0) if node.takes is None else shares[node.takes.product]
        for product in (node.product, *node.by_products):
            fed = node.buys.get(product) or node.buys.get(node.product)
            share = source if fed is None else _recycled(fed)
            goods, stock = chain.goods[product], stocks[product]
            line = section.ahead(f"share.{product}", f"{goods.terms.label}: Recycled share")
            mixed = line.prev * stock.opening + share * goods.produced
            shares[product] = line.define(ratio(mixed, stock.opening + goods.produced))
    sold = {goods.id: add(gone[goods.id]) * goods.contained for goods in chain.main.values()}
    every = section.line("sold", "Main products sold, contained", add(list(sold.values())), TONNE)
    parts = [tonnes * shares[product] for product, tonnes in sold.items()]
    own = section.line("recycled", "Recycled material sold, contained", add(parts), TONNE)
    section.line("content", "Recycled content of what is sold", ratio(own, every))
    label = "Recycled content of all that is sold"
    context.model.metric("recycled_content", section.line("all_content", label, ratio(total(own), total(every))))
