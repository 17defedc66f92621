"""Stock in the books: the main product of each node at weighted-average cost.

Sign:    values are positive; only the increase may be negative.
Timing:  cost of the period joins the stock first; what leaves takes the average of opening stock and output.
Source:  weighted-average cost (F36). A main product that another node takes carries its cost with it; by-products bear
         and carry none.
Company: the group's stock bears what it cost the group. A company's own stock, which its tax and its books read, bears
         what the company paid: the transfer price of feed that it took from another company. The difference is the
         margin in stock, which the group has not earned yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finmodel.deal.costs.costs import Costs
from finmodel.deal.market.macro import Macro
from finmodel.deal.plant.chain import Chain, Goods
from finmodel.kernel.expr import Const, Expr, add, ratio
from finmodel.kernel.model import Account, Line, Model, Section
from finmodel.kernel.units import TONNE


@dataclass(frozen=True, eq=False, repr=False)
class Inventory:
    """Value of all stock at period end, and its increase [reporting currency]; cost by product.

    `by_entity` is the increase at each company's own cost, `own` the closing value of stock by node where that is not
    the group's, and `margin` what own values exceed the group's by in all; None where they are the same.
    """

    closing: Line
    increase: Line
    by_entity: dict[str, Expr]
    average: dict[str, Line]
    own: dict[str, Line]
    margin: Line | None


@dataclass(frozen=True, eq=False, repr=False)
class Stock:
    """Tonnes of a product in stock at the start and the end of a period, what is kept for a buyer included."""

    opening: Expr
    closing: Expr


def build(model: Model, chain: Chain, costs: Costs, stocks: Mapping[str, Stock], macro: Macro) -> Inventory:
    """Declare the value of each node's stock, in the order of the chain."""
    values: list[Line] = []
    moves: dict[str, list[Expr]] = {goods.entity: [] for goods in chain.main.values()}
    carried: dict[str, Line] = {}
    own_carried: dict[str, Line] = {}
    own: dict[str, Line] = {}
    for node, goods in chain.main.items():
        section = model.section(f"inventory.{node}", macro.money, f"{goods.terms.label}, inventory")
        value = section.account("value", f"{section.title}: Value")
        source = chain.fed_by.get(node)
        fed: Expr = Const(0) if source is None else _carried(model, carried, (source, node))
        if node in chain.at_cost:
            paid = fed if source not in own_carried else _carried(model, own_carried, (source, node))
            model.find(f"node.{node}.transfer").define(paid * (1 + chain.at_cost[node]))
        added = section.line("added", f"{section.title}: Cost of output", costs.by_node[node] + fed)
        stock = stocks[goods.id]
        per_tonne = ratio(value.opening + added, stock.opening + goods.produced)
        average = section.line("average", f"{section.title}: Average cost per tonne", per_tonne, macro.money / TONNE)
        carried[node] = average
        kept = section.line("kept", f"{section.title}: Cost of stock kept", average * stock.closing)
        released = section.line("released", f"{section.title}: Cost of what left", value.opening + added - kept)
        values.append(value.close(add=[added], less=[released]))
        bought = _bought(model, chain, own_carried, node)
        if bought is None:
            moves[goods.entity].append(added - released)
            continue
        own[node], own_carried[node] = _own(section, costs.by_node[node] + bought, stock, goods)
        moves[goods.entity].append(own[node] - own[node].prev)
    section = model.section("inventory", macro.money, "Inventory")
    closing = section.line("closing", "Inventory, closing", add(list(values)))
    model.register.owns("inventory", closing)
    increase = section.line("net_increase", "Inventory, increase", closing - closing.prev)
    costs_of = {goods.id: carried[node] for node, goods in chain.main.items()}
    by_entity = {entity: add(parts) for entity, parts in moves.items()}
    return Inventory(closing, increase, by_entity, costs_of, own, _margin(section, own))


def tonnes(chain: Chain, held: Mapping[str, Sequence[Account]]) -> dict[str, Stock]:
    """All stock of each product: that of the chain, and what is kept of it for buyers who did not take it."""
    found = {}
    for product, goods in chain.goods.items():
        every = [goods.stock, *held.get(product, [])]
        opening, closing = add([stock.opening for stock in every]), add([stock.closing for stock in every])
        found[product] = Stock(opening, closing)
    return found


def _bought(model: Model, chain: Chain, own: Mapping[str, Line], node: str) -> Expr | None:
    """What a company paid, or bears itself, for the feed of its node; None where that is the group's cost."""
    source = chain.fed_by.get(node)
    if source is None:
        return None
    if chain.main[source].entity != chain.main[node].entity:
        return model.find(f"node.{node}.transfer") * 1
    return _carried(model, own, (source, node)) if source in own else None


def _own(section: Section, added: Expr, stock: Stock, goods: Goods) -> tuple[Line, Line]:
    """Declare a node's stock at what it cost its company: the closing value, and the average per tonne."""
    value = section.ahead("own_value", f"{section.title}: Value at the company's own cost")
    label = f"{section.title}: Average own cost per tonne"
    per_tonne = ratio(value.prev + added, stock.opening + goods.produced)
    average = section.line("own_average", label, per_tonne, section.unit / TONNE)
    return value.define(average * stock.closing), average


def _margin(section: Section, own: Mapping[str, Line]) -> Line | None:
    """What companies' own values of stock exceed the group's by; negative where they bought below cost."""
    if not own:
        return None
    model = section.model
    more = [value - model.find(f"inventory.{node}.value.closing") for node, value in own.items()]
    return section.line("net_margin", "Margin between companies in stock", add(list(more)))


def _carried(model: Model, carried: Mapping[str, Line], link: tuple[str, str]) -> Expr:
    """The cost of the main product that a node takes from another."""
    source, taker = link
    return carried[source] * model.find(f"node.{taker}.taken")
