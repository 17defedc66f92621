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

from finmodel.deal.context import Context
from finmodel.deal.costs.costs import Costs
from finmodel.deal.plant.goods import Chain, Goods
from finmodel.kernel.expr import Const, Expr, add, ratio
from finmodel.kernel.model import Account, Line, Section
from finmodel.kernel.units import TONNE


@dataclass(frozen=True, eq=False, repr=False)
class Inventory:
    """Value of all stock at period end, and its increase [reporting currency]; cost by product.

    `values` are the closing values by node, `by_entity` the increase at each company's own cost. `own` is the closing
    value of stock by node where that is not the group's, and `margin` what own values exceed the group's by in all;
    None where they are the same.
    """

    closing: Line
    increase: Line
    values: dict[str, Line]
    by_entity: dict[str, Expr]
    average: dict[str, Line]
    own: dict[str, Line]
    margin: Line | None


@dataclass(frozen=True, eq=False, repr=False)
class Stock:
    """Tonnes of a product in stock at the start and the end of a period, what is kept for a buyer included."""

    opening: Expr
    closing: Expr


@dataclass(frozen=True, eq=False, repr=False)
class _Valued:
    """A node's stock at one cost [reporting currency]: its value at period end, the average per tonne, the increase."""

    value: Line
    average: Line
    increase: Expr


def build(context: Context, chain: Chain, costs: Costs, stocks: Mapping[str, Stock]) -> Inventory:
    """Declare the value of each node's stock, in the order of the chain.

    Args:
        costs: What the output of each node cost [reporting currency per period].
        stocks: Tonnes of each product in stock.
    """
    money = context.money.money
    group: dict[str, _Valued] = {}
    own: dict[str, _Valued] = {}
    moves: dict[str, list[Expr]] = {goods.entity: [] for goods in chain.main.values()}
    for node, goods in chain.main.items():
        section = context.model.section(f"inventory.{node}", money, f"{goods.terms.label}, inventory")
        fed, fed_own = _carried(chain, group, node), _carried(chain, own, node)
        if node in chain.at_cost:
            _price(chain, node, fed if fed_own is None else fed_own)
        cost, stock = costs.by_node[node], stocks[goods.id]
        group[node] = _at_group_cost(section, cost + (Const(0) if fed is None else fed), stock, goods)
        bought = _bought(chain, node, fed_own)
        if bought is not None:
            own[node] = _at_own_cost(section, cost + bought, stock, goods)
        moves[goods.entity].append(own.get(node, group[node]).increase)
    section = context.model.section("inventory", money, "Inventory")
    closing = section.line("closing", "Inventory, closing", add([stock.value for stock in group.values()]))
    context.register.owns("inventory", closing)
    return Inventory(
        closing=closing,
        increase=section.line("net_increase", "Inventory, increase", closing - closing.prev),
        values={node: stock.value for node, stock in group.items()},
        by_entity={entity: add(parts) for entity, parts in moves.items()},
        average={goods.id: group[node].average for node, goods in chain.main.items()},
        own={node: stock.value for node, stock in own.items()},
        margin=_margin(section, own, group),
    )


def tonnes(chain: Chain, held: Mapping[str, Sequence[Account]]) -> dict[str, Stock]:
    """All stock of each product: that of the chain, and what is kept of it for buyers who did not take it.

    Args:
        held: Product → the accounts that hold it.
    """
    found = {}
    for product, goods in chain.goods.items():
        every = [goods.stock, *held.get(product, [])]
        opening, closing = add([stock.opening for stock in every]), add([stock.closing for stock in every])
        found[product] = Stock(opening, closing)
    return found


def _price(chain: Chain, node: str, cost: Expr | None) -> None:
    """The transfer price of feed that is handed on at cost, plus its margin; a by-product costs nothing."""
    fed = chain.plants[node].fed
    assert fed is not None
    fed.transfer.define((Const(0) if cost is None else cost) * (1 + chain.at_cost[node]))


def _at_group_cost(section: Section, cost: Expr, stock: Stock, goods: Goods) -> _Valued:
    """Declare a node's stock at what it cost the group."""
    title = section.title
    value = section.account("value", f"{title}: Value")
    added = section.line("added", f"{title}: Cost of output", cost)
    per_tonne = ratio(value.opening + added, stock.opening + goods.produced)
    average = section.line("average", f"{title}: Average cost per tonne", per_tonne, section.unit / TONNE)
    kept = section.line("kept", f"{title}: Cost of stock kept", average * stock.closing)
    released = section.line("released", f"{title}: Cost of what left", value.opening + added - kept)
    return _Valued(value.close(add=[added], less=[released]), average, added - released)


def _bought(chain: Chain, node: str, carried: Expr | None) -> Expr | None:
    """What a company paid, or bears itself, for the feed of its node; None where that is the group's cost."""
    source, fed = chain.fed_by.get(node), chain.plants[node].fed
    if source is None or fed is None or chain.main[source].entity == chain.main[node].entity:
        return carried
    return fed.transfer * 1


def _at_own_cost(section: Section, added: Expr, stock: Stock, goods: Goods) -> _Valued:
    """Declare a node's stock at what it cost its company."""
    value = section.ahead("own_value", f"{section.title}: Value at the company's own cost")
    label = f"{section.title}: Average own cost per tonne"
    per_tonne = ratio(value.prev + added, stock.opening + goods.produced)
    average = section.line("own_average", label, per_tonne, section.unit / TONNE)
    value.define(average * stock.closing)
    return _Valued(value, average, value - value.prev)


def _margin(section: Section, own: Mapping[str, _Valued], group: Mapping[str, _Valued]) -> Line | None:
    """What companies' own values of stock exceed the group's by; negative where they bought below cost."""
    if not own:
        return None
    more = [stock.value - group[node].value for node, stock in own.items()]
    return section.line("net_margin", "Margin between companies in stock", add(list(more)))


def _carried(chain: Chain, stocks: Mapping[str, _Valued], node: str) -> Expr | None:
    """What the main product of another node that a node takes cost there; None without one, or without that cost."""
    source, fed = chain.fed_by.get(node), chain.plants[node].fed
    if source is None or fed is None or source not in stocks:
        return None
    return stocks[source].average * fed.taken
