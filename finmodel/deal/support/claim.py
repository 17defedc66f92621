"""A support contract before the budget: the tonnes that count, the reference price, and the claim of each seller.

Sellers: one claim for each company whose node sells a product that counts. Price, window, yearly quantity and caps are
         the contract's; the quantity is shared in proportion to each one's tonnes of the basis. With one seller all
         lines are `support.<name>.…`; with several those of a seller are `support.<name>.<entity>.…`, and sums and what
         sellers have in common `support.<name>.…`.
Tonnes:  contained first product. Sold tonnes are those delivered and paid for; produced ones are net of what the chain
         takes itself; contract tonnes are the contract's quantity, of which each seller has its part of the deliveries.
         Designated tonnes leave a pool that what is made enters once, so that no tonne is supported twice, whether it
         is stocked or sold; several sellers share the opening stock by what they make in the first period.
Price:   the market's index, or what the contract pays by its own floor, ceiling and discount, before any share.
Stock:   a programme that buys and holds takes tonnes only while the price is below the floor and its stock has room.
Source:  decisions on deficiency and make-up tonnes (F18) and on a second support (F19).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.market.prices import Market
from finmodel.deal.sales import price_formula
from finmodel.deal.sales.billing import Supply
from finmodel.deal.sales.sold import Contract
from finmodel.deal.support import footing
from finmodel.deal.support import legs as support_legs
from finmodel.deal.support.basis import Seller, basis_of, capacity
from finmodel.deal.support.footing import Measures, Part, PerKg, Terms, per_kg
from finmodel.deal.support.terms import Programme, Support
from finmodel.deal.tax.terms import Entity
from finmodel.deal.time.calendar import KG_PER_T, ONE_YEAR
from finmodel.kernel.expr import Expr, add, hi, lo, ratio
from finmodel.kernel.model import Account, Line, Section
from finmodel.kernel.units import TONNE


@dataclass(frozen=True, eq=False, repr=False)
class Deals:
    """What support contracts refer to: offtake contracts, market prices, and the companies that sell."""

    contracts: Mapping[str, Contract]
    market: Market
    entities: Mapping[str, Entity]


@dataclass(frozen=True, eq=False, repr=False)
class Claim:
    """What one company claims under a contract, before the budget [reporting currency per period].

    `due` is what the seller is owed; `call` is what it takes out of the budget: more than `due` where the programme
    buys the tonnes. `give_back` is what is to be given back; `received` the balance that it may not exceed.
    """

    id: str
    terms: Support
    section: Section
    title: str
    entity: str
    supplies: list[Supply]
    supported: Line
    due: Line
    call: Expr
    give_back: Line
    received: Account | None


@dataclass(frozen=True, eq=False, repr=False)
class Claims:
    """A contract's claims, one per selling company, and what they have in common.

    `supported` are the tonnes of all sellers; `stock` what a programme that buys the tonnes holds; `per_kg` what a kg
    is paid at the price of the period, before windows, caps and any budget, None where no price is measured.
    """

    id: str
    terms: Support
    section: Section
    sellers: list[Claim]
    supported: Line
    price: Line
    stock: Account | None
    footing: Terms
    per_kg: PerKg | None


@dataclass(frozen=True, eq=False, repr=False)
class _Supported:
    """Tonnes that count in the period, of the contract and by seller."""

    whole: Line
    parts: list[Part]


def build(
    context: Context,
    name: str,
    terms: Support,
    programme: Programme | None,
    deals: Deals,
    ebitda: Line | None,
) -> Claims:
    """Declare a contract's tonnes, its reference price and the two legs of each seller.

    Args:
        programme: Whose budget pays it; None for a buyer.
        ebitda: EBITDA before support and royalties, where any contract of the case is measured on it.
    """
    model, clock = context.model, context.clock
    section = model.section(f"support.{name}", context.money.money, terms.label)
    contract = deals.contracts[terms.contract]
    supplies = _supplies(terms, contract)
    for given in (terms.start, terms.tail):  # its years are counted from the start; a rule holds supply to the tail
        if given is not None:
            model.decides(given)
    active = section.flag("active", f"{terms.label}: In force", clock.between(terms.start, terms.end))
    year_end = footing.year_end_of(terms, programme, clock)
    open_ = Terms(terms, section, active, year_end, context)
    price = _price(open_, contract, supplies, deals.market)
    stock = section.account("stock", f"{terms.label}: Stock", TONNE) if terms.stock_cap is not None else None
    sellers = _sellers(open_, supplies, deals.entities)
    supported = _supported(open_, contract, sellers, price, stock)
    parts, on = supported.parts, Measures(price, add([supply.billed for supply in supplies]), ebitda)
    dues = support_legs.top_up(open_, on, parts)
    back = support_legs.give_back(open_, on, parts, dues)
    claims = [
        _claim(open_, seller, part, due.amount, asked, stock)
        for seller, part, due, asked in zip(sellers, parts, dues, back.asked, strict=True)
    ]
    return Claims(
        id=name,
        terms=terms,
        section=section,
        sellers=claims,
        supported=supported.whole,
        price=price,
        stock=stock,
        footing=open_,
        per_kg=per_kg(open_, price, back.since),
    )


def _claim(terms: Terms, seller: Seller, part: Part, due: Line, give_back: Line, stock: Account | None) -> Claim:
    """What a seller may claim, and what it must give back: where support is repayable, at most what it received."""
    section, title = seller.section, seller.title
    received = None
    if terms.support.repayable:
        received = section.account("received", f"{title}: Received and not given back")
        limited = lo(give_back, received.opening)
        give_back = section.line("give_back_limited", f"{title}: Give-back, at most what was received", limited)
    call = due if stock is None else part.supported * KG_PER_T * _floor(terms)
    return Claim(
        id=section.name.removeprefix("support."),
        terms=terms.support,
        section=section,
        title=title,
        entity=seller.entity,
        supplies=seller.supplies,
        supported=part.supported,
        due=due,
        call=call,
        give_back=give_back,
        received=received,
    )


def _supplies(terms: Support, contract: Contract) -> list[Supply]:
    """The products whose tonnes count: those named, or sold on the support's index, or all where none is."""
    if terms.products is not None:
        return [supply for supply in contract.supplies if supply.goods.id in terms.products]
    same = [supply for supply in contract.supplies if supply.goods.terms.price == terms.price]
    return same or contract.supplies


def _sellers(terms: Terms, supplies: Sequence[Supply], entities: Mapping[str, Entity]) -> list[Seller]:
    """The companies that sell what counts; a single one has its lines in the contract's own section."""
    own = {supply.goods.entity: [each for each in supplies if each.goods.entity == supply.goods.entity]
           for supply in supplies}  # fmt: skip
    if len(own) == 1:
        return [Seller(entity, terms.section, terms.title, sold) for entity, sold in own.items()]
    model, name = terms.section.model, terms.section.name
    found = []
    for entity, sold in own.items():
        title = f"{terms.title}, {entities[entity].label}"
        found.append(Seller(entity, model.section(f"{name}.{entity}", terms.section.unit, title), title, sold))
    return found


def _price(terms: Terms, contract: Contract, supplies: Sequence[Supply], market: Market) -> Line:
    """The reference price per kg contained, the same for all sellers."""
    support = terms.support
    if support.settlement == "index":
        return market.index[support.price]
    prices = [
        price_formula.contract_price(contract.terms, market.index[supply.goods.terms.price], terms.context.money)
        for supply in supplies
    ]
    weights = [supply.paid_for for supply in supplies]
    achieved = prices[0]
    if len({supply.goods.terms.price for supply in supplies}) > 1:
        parts = [price * weight for price, weight in zip(prices, weights, strict=True)]
        achieved = ratio(add(parts), add(weights), add(prices) * (1 / len(prices)))
    return terms.section.line("achieved", f"{terms.title}: Price achieved, before the share", achieved, achieved.unit)


def _floor(terms: Terms) -> Expr:
    assert terms.support.floor is not None
    return footing.escalated(terms, terms.support.floor)


def _supported(
    terms: Terms, contract: Contract, sellers: Sequence[Seller], price: Line, stock: Account | None
) -> _Supported:
    """Tonnes that count in the period: no more than the year's quantity, and than a stock has room for."""
    support, section, title = terms.support, terms.section, terms.title
    basis = basis_of(terms, contract, sellers)
    whole = add([own.tonnes for own in basis])
    starts = terms.context.clock.year_start(terms.year_end)
    so_far = section.ahead("supported_to_date", f"{title}: Supported, fiscal year to date", TONNE)
    before = so_far.prev * ~starts
    room = hi(0, support.quantity * ONE_YEAR - before)
    tonnes = whole * terms.active
    if stock is not None and support.stock_cap is not None:
        tonnes = tonnes * (price < _floor(terms))
        room = lo(room, hi(0, support.stock_cap - stock.opening))
    supported = section.line("supported", f"{title}: Supported, contained", lo(tonnes, room), TONNE)
    so_far.define(before + supported)
    parts = []
    for seller, own, most in zip(sellers, basis, capacity(sellers), strict=True):
        line = supported
        if len(sellers) > 1:
            label = f"{seller.title}: Supported, contained"
            line = seller.section.line("supported", label, supported * ratio(own.tonnes, whole), TONNE)
        parts.append(Part(seller.section, seller.title, line, own.tonnes * terms.active, most))
        if own.pool is not None and own.entered is not None:
            own.pool.close(add=[own.entered], less=[line])
    return _Supported(supported, parts)
