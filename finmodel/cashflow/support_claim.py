"""A support contract before the budget: the tonnes that count, the reference price, and the claim.

Tonnes:  contained first product. Sold tonnes are those delivered and paid for; produced ones are net of what the chain
         takes itself; contract tonnes are the contract's quantity. Designated tonnes leave a pool that what is made
         enters once, so that no tonne is supported twice, whether it is stocked or sold.
Price:   the market's index, or what the contract pays by its own floor, ceiling and discount, before any share.
Stock:   a programme that buys and holds takes tonnes only while the price is below the floor and its stock has room.
Source:  price-support parameters; decisions on deficiency and make-up tonnes (F18) and on a second support (F19).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finmodel.base.expr import Expr, add, hi, lo, ratio
from finmodel.base.model import Account, Line, Model, Section
from finmodel.base.units import TONNE
from finmodel.case.calendar import KG_PER_T, ONE_YEAR
from finmodel.case.schema_support import Programme, Support
from finmodel.cashflow import price_formula, support_legs
from finmodel.cashflow.billing import Supply
from finmodel.cashflow.macro import Macro
from finmodel.cashflow.offtake import Contract
from finmodel.cashflow.prices import Market
from finmodel.cashflow.support_legs import Measures, Terms
from finmodel.cashflow.timing import Clock


@dataclass(frozen=True)
class Deals:
    """What support contracts refer to: offtake contracts and market prices."""

    contracts: Mapping[str, Contract]
    market: Market


@dataclass(frozen=True)
class Claim:
    """A contract before the budget [reporting currency per period].

    `due` is what the seller is owed; `call` is what it takes out of the budget: more than `due` where the programme
    buys the tonnes. `give_back` is what is to be given back; `received` the balance that it may not exceed.
    """

    id: str
    terms: Support
    section: Section
    entity: str
    supplies: list[Supply]
    supported: Line
    price: Line
    due: Line
    call: Expr
    give_back: Line
    received: Account | None
    stock: Account | None


def build(
    model: Model,
    name: str,
    terms: Support,
    programme: Programme | None,
    at: tuple[Deals, Line | None, tuple[Clock, Macro]],
) -> Claim:
    """Declare a contract's tonnes, its reference price and its two legs."""
    deals, ebitda, (clock, macro) = at
    section = model.section(f"support.{name}", macro.money, terms.label)
    contract = deals.contracts[terms.contract]
    supplies = _supplies(terms, contract)
    active = section.flag("active", f"{terms.label}: In force", clock.between(terms.start, terms.end))
    year_end = support_legs.year_end_of(terms, programme, clock)
    open_ = Terms(terms, section, active, year_end, clock, macro)
    price = _price(open_, contract, supplies, deals.market)
    stock = section.account("stock", f"{terms.label}: Stock", TONNE) if terms.stock_cap is not None else None
    supported = _supported(open_, contract, supplies, price, stock)
    revenue = add([model.find(f"offtake.{contract.id}.{supply.goods.id}.billed") for supply in supplies])
    on = Measures(supported, price, revenue, ebitda)
    due = support_legs.top_up(open_, on)
    asked = support_legs.give_back(open_, on, due.returned)
    received, give_back = None, asked
    if terms.repayable:
        received = section.account("received", f"{terms.label}: Received and not given back")
        limited = lo(asked, received.opening)
        give_back = section.line("give_back_limited", f"{terms.label}: Give-back, at most what was received", limited)
    call = due.amount if stock is None else supported * KG_PER_T * _floor(open_)
    return Claim(
        name,
        terms,
        section,
        contract.entity,
        supplies,
        supported,
        price,
        due.amount,
        call,
        give_back,
        received,
        stock,
    )


def _supplies(terms: Support, contract: Contract) -> list[Supply]:
    """The products whose tonnes count: those named, or sold on the support's index, or all where none is."""
    if terms.products is not None:
        return [supply for supply in contract.supplies if supply.goods.id in terms.products]
    same = [supply for supply in contract.supplies if supply.goods.terms.price == terms.price]
    return same or contract.supplies


def _price(terms: Terms, contract: Contract, supplies: Sequence[Supply], market: Market) -> Line:
    """The reference price per kg contained."""
    support = terms.support
    if support.settlement == "index":
        return market.index[support.price]
    prices = [
        price_formula.contract_price(contract.terms, market.index[supply.goods.terms.price], terms.macro)
        for supply in supplies
    ]
    weights = [supply.paid_for for supply in supplies]
    achieved = prices[0]
    if len({supply.goods.terms.price for supply in supplies}) > 1:
        parts = [price * weight for price, weight in zip(prices, weights, strict=True)]
        achieved = ratio(add(parts), add(weights), prices[0])
    return terms.section.line("achieved", f"{terms.title}: Price achieved, before the share", achieved, achieved.unit)


def _floor(terms: Terms) -> Expr:
    assert terms.support.floor is not None
    return support_legs.escalated(terms, terms.support.floor)


def _supported(terms: Terms, contract: Contract, supplies: list[Supply], price: Line, stock: Account | None) -> Line:
    """Tonnes that count in the period: no more than the year's quantity, and than a stock has room for."""
    support, section, title = terms.support, terms.section, terms.title
    pool, tonnes = _tonnes(terms, contract, supplies)
    starts = terms.clock.year_start(terms.year_end)
    so_far = section.ahead("supported_to_date", f"{title}: Supported, fiscal year to date", TONNE)
    before = so_far.prev * ~starts
    room = hi(0, support.quantity * ONE_YEAR - before)
    counted = tonnes * terms.active
    if stock is not None and support.stock_cap is not None:
        counted = counted * (price < _floor(terms))
        room = lo(room, hi(0, support.stock_cap - stock.opening))
    supported = section.line("supported", f"{title}: Supported, contained", lo(counted, room), TONNE)
    so_far.define(before + supported)
    if pool is not None:
        pool[0].close(add=[pool[1]], less=[supported])
    return supported


def _tonnes(terms: Terms, contract: Contract, supplies: list[Supply]) -> tuple[tuple[Account, Line] | None, Expr]:
    """Tonnes of the basis; for designated ones also the pool that they leave, and what enters it."""
    support, section, title = terms.support, terms.section, terms.title
    if support.basis == "sold":
        return None, add([supply.paid_for for supply in supplies])
    if support.basis == "contract":
        return None, section.model.find(f"offtake.{contract.id}.quantity")
    net = add([(supply.goods.produced - supply.goods.taken) * supply.goods.contained for supply in supplies])
    if support.basis == "produced":
        return None, hi(0, net)
    made = section.line("made", f"{title}: Made, may be designated", hi(0, net) * terms.active, TONNE)
    pool = section.account("pool", f"{title}: Made and not designated", TONNE, support.opening_stock)
    return (pool, made), (pool.opening + made) * support.designated
