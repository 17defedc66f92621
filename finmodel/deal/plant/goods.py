"""What the chain of production hands on: its plants, their products, and what feed and goods within the group cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from finmodel.deal.costs.items import Sale, Spend, Transfer
from finmodel.deal.market.macro import Macro
from finmodel.deal.plant.terms import Node, Product
from finmodel.kernel.expr import Expr, Given
from finmodel.kernel.model import Account, Line


@dataclass(frozen=True, eq=False, repr=False)
class Goods:
    """One product: tonnes per period, contained first product per kg of it, and tonnes a year at capacity."""

    id: str
    terms: Product
    node: str
    plant: PlantLines
    entity: str
    produced: Line
    taken: Line
    sold: Line
    stock: Account
    contained: Line
    capacity: Expr


@dataclass(frozen=True, eq=False, repr=False)
class Fed:
    """Feed that a node takes from another one: tonnes, and what they cost [reporting currency], per period."""

    taken: Line
    transfer: Line


@dataclass(frozen=True, eq=False, repr=False)
class PlantLines:
    """One node: tonnes per period that it can make and does make, and `need`, the contained feed per kg made.

    `capacity_free` is its capacity without events, None where no event hits it. `need` is None without feed, `fed` for
    a node that takes nothing from another.
    """

    id: str
    terms: Node
    capacity: Line
    capacity_free: Line | None
    need: Line | None
    produced: Line
    fed: Fed | None


@dataclass(frozen=True, eq=False, repr=False)
class Chain:
    """Plants and their main products by node in the order of the chain; all products, feed costs and transfers.

    `fed_by` names, for each node that takes the main product of another, that other node; `rebates` are what is paid
    for taking scrap; `at_cost` holds margins of nodes that pay the cost of feed, known with the stock (`inventory`).
    """

    plants: dict[str, PlantLines]
    main: dict[str, Goods]
    goods: dict[str, Goods]
    feed: dict[str, list[Spend]]
    transfers: list[Transfer]
    fed_by: dict[str, str]
    rebates: list[Sale]
    at_cost: dict[str, Given]
    companies: Mapping[str, str]


def market_value(terms: Product, index: Expr, contained: Expr, macro: Macro) -> Expr:
    """Value of a kg of product [reporting currency per kg]: an index on what it contains, and its conversion fee.

    Args:
        index: The price of what is contained [reporting currency per kg].
        contained: What a kg of product contains of it [ratio].
    """
    return index * contained + macro.convert(terms.fee) * macro.index(terms.fee_inflation)
