"""Who sells under a contract: what is paid beside the tonnes is shared by the companies that sell its products.

Sign:    shares are between 0 and 1, and the shares of a contract sum to 1.
Timing:  a nomination falls on the companies in proportion to what each has ready in the period, and by the capacity
         of the listed products where nobody has anything. A share is that of the tonnes nominated in the contract year
         to date; by capacity while nothing is nominated.
Money:   each company's part of deferred revenue moves as the whole does: what is used or expires takes the same share
         of every part.
Source:  choice 6. The order in which a contract lists its products changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finmodel.deal.plant.goods import Goods
from finmodel.deal.sales.contracting import Contracting
from finmodel.deal.time.running import year_to_date
from finmodel.kernel.expr import Const, Expr, add, ratio
from finmodel.kernel.model import Account, Line
from finmodel.kernel.units import RATIO


@dataclass(frozen=True, eq=False, repr=False)
class Offered:
    """Contained tonnes per period that earlier contracts left: of each product, and of all of a contract's."""

    left: Mapping[str, Expr]
    available: Line


@dataclass(frozen=True, eq=False, repr=False)
class Seller:
    """One company under a contract; `share` is its part of the contract year to date, None where it is the only one.

    `nodes` holds each of its plants and the plant's part of the company's money.
    """

    entity: str
    label: str
    share: Line | None
    nodes: dict[str, Expr]


def companies(terms: Contracting) -> list[str]:
    """The companies that sell a contract's products, in the order of the chain."""
    return list(dict.fromkeys(goods.entity for goods in terms.goods))


def split(terms: Contracting, offered: Offered, nominated: Line, labels: Mapping[str, str]) -> list[Seller]:
    """Declare each company's share of the tonnes nominated in the contract year to date.

    Args:
        nominated: Tonnes nominated [t per period].
        labels: Company → its name in print.

    Returns:
        Each company with its share.
    """
    section, title, names = terms.section, terms.offtake.label, companies(terms)
    if len(names) == 1:
        return [Seller(names[0], labels.get(names[0], names[0]), None, _nodes(terms.goods))]
    label = f"{title}: Nominated, contract year to date"
    whole = year_to_date(section, "nominated_to_date", label, nominated, terms.starts)
    found = []
    for name in names:
        own = [goods for goods in terms.goods if goods.entity == name]
        who = labels.get(name, name)
        by_capacity = ratio(_capacity(own), _capacity(terms.goods))
        ready = add([offered.left[goods.id] * goods.contained for goods in own])
        part = nominated * ratio(ready * terms.alive, offered.available, by_capacity)
        label = f"{title}, {who}: Nominated, contract year to date"
        so_far = year_to_date(section, f"seller.{name}.nominated_to_date", label, part, terms.starts)
        label = f"{title}, {who}: Share of what is nominated in the contract year to date"
        share = section.line(f"seller.{name}.share", label, ratio(so_far, whole, by_capacity), RATIO)
        found.append(Seller(name, who, share, _nodes(own)))
    return found


def parts(terms: Contracting, sellers: Sequence[Seller], name: str, label: str, amount: Line) -> dict[str, Line]:
    """Each company's part of an amount of money; the amount itself where one company sells all.

    Args:
        sellers: Companies that sell.
        name: Name of the lines.
        label: What the money is.
        amount: Money of the contract.
    """
    if len(sellers) == 1:
        return {sellers[0].entity: amount}
    shared = {}
    for seller in sellers:
        assert seller.share is not None
        title = f"{terms.offtake.label}, {seller.label}: {label}"
        id = f"seller.{seller.entity}.{name}"
        shared[seller.entity] = terms.section.line(id, title, amount * seller.share, amount.unit)
    return shared


def deferred(
    terms: Contracting, sellers: Sequence[Seller], whole: Account, used: Line, billed: Mapping[str, Line]
) -> dict[str, Line]:
    """Deferred revenue of each company at period end; `used` is money of rights used, `billed` what each was paid.

    Args:
        sellers: Companies that sell.
        whole: Deferred revenue of the contract.
    """
    if len(sellers) == 1:
        return {sellers[0].entity: whole.closing}
    owed = whole.opening - used
    before = owed + add(list(billed.values()))
    held = {}
    for seller in sellers:
        title = f"{terms.offtake.label}, {seller.label}: Deferred revenue"
        line = terms.section.ahead(f"seller.{seller.entity}.deferred", title)
        left = line.prev * ratio(owed, whole.opening) + billed[seller.entity]
        held[seller.entity] = line.define(left * ratio(whole.closing, before))
    return held


def weighted(terms: Contracting, offered: Offered, values: Mapping[str, Expr]) -> Expr:
    """The average of a value of each product, by contained tonnes ready to be sold; by capacity where none is.

    Args:
        values: Product → value.
    """
    total = _capacity(terms.goods)
    rows = []
    for goods in terms.goods:
        by_capacity = ratio(_capacity([goods]), total)
        ready = offered.left[goods.id] * goods.contained * terms.alive
        rows.append(values[goods.id] * ratio(ready, offered.available, by_capacity))
    return add(rows)


def _capacity(goods: Sequence[Goods]) -> Expr:
    """Contained tonnes a year at full capacity."""
    return add([one.capacity * one.contained for one in goods])


def _nodes(own: Sequence[Goods]) -> dict[str, Expr]:
    """Each plant of a company, and its part by capacity."""
    names = list(dict.fromkeys(goods.node for goods in own))
    if len(names) == 1:
        return {names[0]: Const(1)}
    whole = _capacity(own)
    return {name: ratio(_capacity([goods for goods in own if goods.node == name]), whole) for name in names}
