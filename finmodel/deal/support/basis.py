"""Tonnes of the basis of a support contract: sold, made, of the contract, or designated out of what was made.

Sign:    tonnes of contained first product per period, positive.
Source:  sold tonnes are those delivered and paid for; produced ones are net of what the chain takes itself. Designated
         tonnes leave a pool that what is made enters once, so that the same tonnes are not supported twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.deal.sales.billing import Supply
from finmodel.deal.sales.sold import Contract
from finmodel.deal.support.footing import Terms
from finmodel.kernel.expr import Expr, add, hi, ratio
from finmodel.kernel.model import Account, Line, Section
from finmodel.kernel.units import TONNE


@dataclass(frozen=True, eq=False, repr=False)
class Seller:
    """A company that sells under a contract: where its lines stand, and what it sells."""

    entity: str
    section: Section
    title: str
    supplies: list[Supply]


@dataclass(frozen=True, eq=False, repr=False)
class Basis:
    """Tonnes of the basis of a seller; designated ones leave a pool, which some `entered` in the period."""

    tonnes: Expr
    pool: Account | None = None
    entered: Line | None = None


def capacity(sellers: Sequence[Seller]) -> list[Expr]:
    """Each seller's part of what the nodes of all can make; the same for each while none can make anything."""
    nodes = [{each.goods.node: each.goods.plant.capacity for each in seller.supplies} for seller in sellers]
    own = [add(list(each.values())) for each in nodes]
    return [ratio(most, add(own), 1 / len(sellers)) for most in own]


def basis_of(terms: Terms, contract: Contract, sellers: Sequence[Seller]) -> list[Basis]:
    """Tonnes of the basis by seller."""
    support = terms.support
    paid_for = [add([supply.paid_for for supply in seller.supplies]) for seller in sellers]
    if support.basis == "sold":
        return [Basis(tonnes) for tonnes in paid_for]
    if support.basis == "contract":
        quantity = contract.quantity
        assert quantity is not None
        if len(sellers) == 1:
            return [Basis(quantity)]
        most_of = capacity(sellers)
        return [Basis(quantity * ratio(own, add(paid_for), most)) for own, most in zip(paid_for, most_of, strict=True)]
    nets = [
        [(each.goods.produced - each.goods.taken) * each.goods.contained for each in seller.supplies]
        for seller in sellers
    ]
    made = [hi(0, add(net)) for net in nets]
    return [Basis(tonnes) for tonnes in made] if support.basis == "produced" else _designated(terms, sellers, made)


def _designated(terms: Terms, sellers: Sequence[Seller], made: Sequence[Expr]) -> list[Basis]:
    """Tonnes that each seller designates out of what it made, or had in stock at the start, and did not designate."""
    support, several = terms.support, len(sellers) > 1
    entered = [
        seller.section.line("made", f"{seller.title}: Made, may be designated", own * terms.active, TONNE)
        for seller, own in zip(sellers, made, strict=True)
    ]
    if several:
        first, every = terms.active & ~terms.active.prev, add(list(entered))
        opened = [
            support.opening_stock * ratio(own, every, most) * first
            for own, most in zip(entered, capacity(sellers), strict=True)
        ]
        label = "Made, or in stock at the start, may be designated"
        entered = [
            seller.section.line("entered", f"{seller.title}: {label}", own + stock, TONNE)
            for seller, own, stock in zip(sellers, entered, opened, strict=True)
        ]
    found = []
    for seller, own in zip(sellers, entered, strict=True):
        label, opening = f"{seller.title}: Made and not designated", 0 if several else support.opening_stock
        pool = seller.section.account("pool", label, TONNE, opening)
        found.append(Basis((pool.opening + own) * support.designated, pool, own))
    return found
