"""Stock in the books: the main product of each node at weighted-average cost.

Sign:    values are positive; only the increase may be negative.
Timing:  cost of the period joins the stock first; what leaves takes the average of opening stock and output.
Source:  weighted-average cost (F36). A main product that another node takes carries its cost with it; by-products bear
         and carry none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finmodel.base.expr import Const, Expr, add, ratio
from finmodel.base.model import Account, Line, Model
from finmodel.base.units import TONNE
from finmodel.cashflow.chain import Chain
from finmodel.cashflow.costs import Costs
from finmodel.cashflow.macro import Macro


@dataclass(frozen=True)
class Inventory:
    """Value of all stock at period end, and its increase, also by entity [reporting currency]; cost by product."""

    closing: Line
    increase: Line
    by_entity: dict[str, Expr]
    average: dict[str, Line]


@dataclass(frozen=True)
class Stock:
    """Tonnes of a product in stock at the start and the end of a period, what is kept for a buyer included."""

    opening: Expr
    closing: Expr


def build(model: Model, chain: Chain, costs: Costs, stocks: Mapping[str, Stock], macro: Macro) -> Inventory:
    """Declare the value of each node's stock, in the order of the chain."""
    values: list[Line] = []
    moves: dict[str, list[Expr]] = {goods.entity: [] for goods in chain.main.values()}
    carried: dict[str, Line] = {}
    for node, goods in chain.main.items():
        section = model.section(f"inventory.{node}", macro.money, f"{goods.terms.label}, inventory")
        value = section.account("value", f"{section.title}: Value")
        source = chain.fed_by.get(node)
        fed: Expr = Const(0) if source is None else _carried(model, carried, (source, node))
        if node in chain.at_cost:
            model.find(f"node.{node}.transfer").define(fed * (1 + chain.at_cost[node]))
        added = section.line("added", f"{section.title}: Cost of output", costs.by_node[node] + fed)
        stock = stocks[goods.id]
        per_tonne = ratio(value.opening + added, stock.opening + goods.produced)
        average = section.line("average", f"{section.title}: Average cost per tonne", per_tonne, macro.money / TONNE)
        carried[node] = average
        kept = section.line("kept", f"{section.title}: Cost of stock kept", average * stock.closing)
        released = section.line("released", f"{section.title}: Cost of what left", value.opening + added - kept)
        values.append(value.close(add=[added], less=[released]))
        moves[goods.entity].append(added - released)
    section = model.section("inventory", macro.money, "Inventory")
    closing = section.line("closing", "Inventory, closing", add(list(values)))
    model.register.owns("inventory", closing)
    increase = section.line("net_increase", "Inventory, increase", closing - closing.prev)
    costs_of = {goods.id: carried[node] for node, goods in chain.main.items()}
    return Inventory(closing, increase, {entity: add(parts) for entity, parts in moves.items()}, costs_of)


def tonnes(chain: Chain, held: Mapping[str, Sequence[Account]]) -> dict[str, Stock]:
    """All stock of each product: that of the chain, and what is kept of it for buyers who did not take it."""
    found = {}
    for product, goods in chain.goods.items():
        every = [goods.stock, *held.get(product, [])]
        opening, closing = add([stock.opening for stock in every]), add([stock.closing for stock in every])
        found[product] = Stock(opening, closing)
    return found


def _carried(model: Model, carried: dict[str, Line], link: tuple[str, str]) -> Expr:
    """The cost of the main product that a node takes from another."""
    source, taker = link
    return carried[source] * model.find(f"node.{taker}.taken")
