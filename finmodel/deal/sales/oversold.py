"""Contracts for more than the plants make: no fault, but nobody should meet it unawares.

Source:  capacity is that of the plants of the listed products, at full availability, in tonnes of the first product
         contained. A product that is made of another listed one adds nothing to it. A buyer that need not be served,
         because it buys at low prices only or until it is full, is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from finmodel.deal.plant.terms import Node
from finmodel.deal.sales.terms import Offtake
from finmodel.deal.schema import CaseTables


@dataclass(frozen=True)
class Oversold:
    """A contract, its quantity and the capacity behind it [tonnes contained a year]."""

    contract: str
    quantity: float
    capacity: float


def served(offtake: Offtake) -> bool:
    """Whether the seller means to deliver a contract's quantity each year."""
    return offtake.quantity is not None and offtake.buys_below is None and offtake.total_quantity is None


def primary(case: CaseTables, products: Sequence[str]) -> list[str]:
    """Listed products whose capacity counts: those that are not made of another one of the list.

    Args:
        products: Products of a contract.
    """
    made_of = {}
    for node in case.node.values():
        if node.takes is not None:
            made_of[node.product] = node.takes.product
    return [product for product in products if made_of.get(product) not in products]


def oversold(case: CaseTables) -> Iterator[Oversold]:
    """Every contract whose yearly quantity is above the capacity of the plants that serve it."""
    for name, offtake in case.offtake.items():
        if offtake.quantity is None or not served(offtake):
            continue
        capacity = sum(_capacity(case, product) for product in primary(case, offtake.products))
        if offtake.quantity.number > capacity * (1 + 1e-9):
            yield Oversold(name, offtake.quantity.number, capacity)


def _capacity(case: CaseTables, product: str) -> float:
    for node in case.node.values():
        if product == node.product:
            return node.nameplate.number * _contained(case, node)
        if product in node.by_products:
            return node.nameplate.number * node.by_products[product].number
    return 0.0


def _contained(case: CaseTables, node: Node) -> float:
    """Kg of first product contained in a kg of a node's product."""
    if case.product[node.product].contained_in == "itself":
        return 1.0
    per_product = 1.0 if node.takes is None else node.takes.per_product.number
    return per_product / node.recovery.number
