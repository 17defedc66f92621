"""Offtake: who buys what, take-or-pay with make-up rights, and spot sales of the rest.

Sign:    tonnes and money are positive.
Timing:  a contract year is twelve months from the contract's start. Take-or-pay accrues by period; a deficiency is
         billed at the year's end at the time average of the contract price. Contracts are served in their order.
Make-up: tonnes paid for and not taken are a right, and deferred revenue, until used, expired (after so many years, first
         in first out), or the end of the contract. Take beyond the year's take-or-pay uses rights first, and is free.
Source:  decisions on make-up and take-or-pay (F6, F17, F18). Quantities count the first product contained (F37).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from finmodel.base.expr import Const, Expr, add, hi, lo, month_of, ratio
from finmodel.base.model import Account, Line, Model, Section
from finmodel.base.timeline import MONTH_NAMES, from_serial
from finmodel.base.units import MONTH, TONNE, unit
from finmodel.case.calendar import KG_PER_T
from finmodel.case.schema_operations import Offtake
from finmodel.cashflow.chain import Chain, Goods
from finmodel.cashflow.items import Sale
from finmodel.cashflow.macro import Macro
from finmodel.cashflow.prices import Market
from finmodel.cashflow.running import to_date, year_to_date
from finmodel.cashflow.timing import Clock


@dataclass(frozen=True)
class Contract:
    """One contract: `supported` are the tonnes of contained first product delivered and paid for in the period."""

    id: str
    terms: Offtake
    entity: str
    delivered: Line
    supported: Line
    deferred: Account | None


@dataclass(frozen=True)
class Sales:
    """All sales billed [reporting currency per period], and what accrual moves between periods."""

    sales: list[Sale]
    contracts: dict[str, Contract]
    contracted: Line
    billed: Line
    deferred_added: Expr
    deferred_released: Expr
    deferred: Expr
    by_node: dict[str, Expr]
    deferral: dict[str, Expr]


@dataclass(frozen=True)
class _Terms:
    """A contract while it is being declared: its lines in time, and the goods it buys."""

    id: str
    offtake: Offtake
    section: Section
    active: Line
    ends: Line
    starts: Expr
    closes: Line
    goods: list[Goods]


@dataclass(frozen=True)
class _Take:
    """Take-or-pay of a contract: tonnes due this year and used rights, money billed and deferred."""

    pledged: Line
    used: Line
    deficiency: Line
    billed: Line
    released: Line
    deferred: Account


def build(
    model: Model, offtakes: Mapping[str, Offtake], chain: Chain, market: Market, frame: tuple[Clock, Macro]
) -> Sales:
    """Declare every contract in order, then the spot sales of what is left."""
    return _Builder(model, chain, market, frame).build(offtakes)


class _Builder:
    def __init__(self, model: Model, chain: Chain, market: Market, frame: tuple[Clock, Macro]) -> None:
        self.model, self.chain, self.market = model, chain, market
        self.clock, self.macro = frame
        self.left: dict[str, Expr] = {product: goods.sold for product, goods in chain.goods.items()}
        self.sales: list[Sale] = []
        self.revenue: dict[str, list[Expr]] = {node: [] for node in {goods.node for goods in chain.goods.values()}}
        self.contracted: list[Expr] = []
        self.takes: list[_Take] = []

    def build(self, offtakes: Mapping[str, Offtake]) -> Sales:
        """Declare every contract in order, then the spot sales of what is left."""
        contracts = {name: self._contract(name, terms) for name, terms in offtakes.items()}
        for product, goods in self.chain.goods.items():
            self._spot(product, goods)
        section = self.model.section("sales", self.macro.money, "Sales")
        return Sales(
            sales=self.sales,
            contracts=contracts,
            contracted=section.line("contracted", "Contracted revenue", add(self.contracted)),
            billed=section.line("billed", "Revenue billed", add([sale.billed for sale in self.sales])),
            deferred_added=add([take.billed for take in self.takes]),
            deferred_released=add([take.released for take in self.takes]),
            deferred=add([take.deferred.closing for take in self.takes]),
            by_node={node: add(parts) for node, parts in self.revenue.items()},
            deferral=self._deferral(contracts),
        )

    def _deferral(self, contracts: Mapping[str, Contract]) -> dict[str, Expr]:
        """Revenue of an entity released less deferred in the period."""
        moves: dict[str, list[Expr]] = {}
        for contract in contracts.values():
            if contract.deferred is not None:
                moved = contract.deferred.opening - contract.deferred.closing
                moves.setdefault(contract.entity, []).append(moved)
        return {entity: add(parts) for entity, parts in moves.items()}

    def _contract(self, name: str, offtake: Offtake) -> Contract:
        terms = self._open(name, offtake)
        available = self._available(terms)
        delivered = self._delivered(terms, available)
        take = None if offtake.quantity is None else self._take(terms, available, delivered)
        paid_for: Expr = delivered if take is None else delivered - take.used
        supported = terms.section.line("supported", f"{offtake.label}: Delivered and paid for, contained", paid_for, TONNE)
        self._bill(terms, delivered, supported, take)
        entity = terms.goods[0].entity
        return Contract(name, offtake, entity, delivered, supported, None if take is None else take.deferred)

    def _open(self, name: str, offtake: Offtake) -> _Terms:
        section = self.model.section(f"offtake.{name}", self.macro.money, offtake.label)
        clock = self.clock
        begin = section.line("start_month", f"{offtake.label}: First month", month_of(offtake.start), MONTH)
        end = section.line("end_month", f"{offtake.label}: Month after the last", begin + offtake.term, MONTH)
        runs = (begin < clock.end_month) & (clock.end_month <= end) & clock.operations
        active = section.flag("active", f"{offtake.label}: In force", runs)
        ends = clock.year_end(_month_before(offtake))
        closes = section.flag("closes", f"{offtake.label}: Last period", active & ~active.next)
        year_ends = section.flag("year_ends", f"{offtake.label}: Contract year ends", active & (ends | closes))
        goods = [self.chain.goods[product] for product in offtake.products]
        return _Terms(name, offtake, section, active, year_ends, year_ends.prev | (active & ~active.prev), closes, goods)

    def _available(self, terms: _Terms) -> Line:
        """Contained tonnes of the contract's products that earlier contracts left."""
        parts = [self.left[goods.id] * goods.contained for goods in terms.goods]
        return terms.section.line("available", f"{terms.offtake.label}: Available, contained", add(parts) * terms.active, TONNE)

    def _delivered(self, terms: _Terms, available: Line) -> Line:
        offtake, section = terms.offtake, terms.section
        if offtake.quantity is None:
            assert offtake.share is not None
            return section.line("delivered", f"{offtake.label}: Delivered, contained", available * offtake.share, TONNE)
        annual = offtake.quantity * self.clock.years * terms.active
        section.line("quantity", f"{offtake.label}: Contract quantity", annual, TONNE)
        nominated = section.line("nominated", f"{offtake.label}: Nominated by the buyer", annual * offtake.demand, TONNE)
        return section.line("delivered", f"{offtake.label}: Delivered, contained", lo(available, nominated), TONNE)

    def _price(self, terms: _Terms, goods: Goods) -> Expr:
        """What the buyer pays per kg of contained product, without fees."""
        index = self.market.index[goods.terms.price] * (1 - terms.offtake.discount)
        return index if terms.offtake.floor is None else hi(index, self.macro.convert(terms.offtake.floor))

    def _take(self, terms: _Terms, available: Line, delivered: Line) -> _Take:
        """Take-or-pay: the year's pledge, the deficiency at its end, and the right to make it up."""
        section, title = terms.section, terms.offtake.label
        quantity, nominated = self.model.find(f"{section.name}.quantity"), self.model.find(f"{section.name}.nominated")
        pledged = section.line("take_or_pay", f"{title}: Take-or-pay quantity", quantity * terms.offtake.take_or_pay, TONNE)
        shortfall = section.line("seller_shortfall", f"{title}: Seller's shortfall", hi(0, nominated - available), TONNE)
        taken_to_date = year_to_date(section, "delivered_to_date", f"{title}: Delivered, contract year to date", delivered, terms.starts)
        net = year_to_date(section, "net_pledged_to_date", f"{title}: Take-or-pay less seller's shortfall, contract year to date", pledged - shortfall, terms.starts)
        missing = hi(0, hi(0, net) - taken_to_date) * terms.ends
        deficiency = section.line("deficiency", f"{title}: Deficiency, paid for and not taken", missing, TONNE)
        average = self._average_price(terms)
        billed = section.line("deficiency_payment", f"{title}: Deficiency payment", deficiency * KG_PER_T * average)
        used, expired, rights = self._rights(terms, pledged, (taken_to_date, net), deficiency)
        deferred = section.account("deferred", f"{title}: Deferred revenue")
        released_used = section.line("make_up_money", f"{title}: Deferred revenue of rights used", deferred.opening * ratio(used, rights.opening))
        before = deferred.opening - released_used + billed
        released_late = section.line("expired_money", f"{title}: Deferred revenue of rights expired", before * ratio(expired, rights.opening - used + deficiency))
        deferred.close(add=[billed], less=[released_used, released_late])
        released = section.line("deferred_released", f"{title}: Deferred revenue released", released_used + released_late)
        take = _Take(pledged, used, deficiency, billed, released, deferred)
        self.takes.append(take)
        return take

    def _rights(self, terms: _Terms, pledged: Line, so_far: tuple[Line, Line], created: Line) -> tuple[Line, Line, Account]:
        """Make-up rights in tonnes: used beyond the year's take-or-pay, expired first in first out."""
        section, title = terms.section, terms.offtake.label
        taken, net = so_far
        rights = section.account("make_up", f"{title}: Make-up rights", TONNE)
        to_come = section.ahead("pledge_to_come", f"{title}: Take-or-pay to the end of the contract year", TONNE)
        to_come.define(~terms.ends * (to_come.next + pledged.next))
        beyond = section.line("beyond_pledge", f"{title}: Taken beyond the year's take-or-pay", hi(0, taken - hi(0, net + to_come)) * terms.active, TONNE)
        used_to_date = section.ahead("make_up_used_to_date", f"{title}: Make-up used, contract year to date", TONNE)
        before = used_to_date.prev * ~terms.starts
        used = section.line("make_up_used", f"{title}: Make-up used", lo(rights.opening, hi(0, beyond - before)), TONNE)
        used_to_date.define(before + used)
        created_ever = to_date(section, "make_up_created_so_far", f"{title}: Make-up rights so far", created)
        used_ever = to_date(section, "make_up_used_so_far", f"{title}: Make-up used so far", used)
        gone = section.ahead("make_up_expired_so_far", f"{title}: Make-up expired so far", TONNE)
        life = round(terms.offtake.make_up_years.number * self.clock.timeline.per_year)
        held = rights.opening + created - used
        too_old = hi(0, created_ever.lag(life) - used_ever - gone.prev)
        over = hi(terms.closes, terms.closes.prev)
        expired = section.line("make_up_expired", f"{title}: Make-up expired", hi(lo(too_old, held), held * over), TONNE)
        gone.define(gone.prev + expired)
        rights.close(add=[created], less=[used, expired])
        return used, expired, rights

    def _average_price(self, terms: _Terms) -> Line:
        """Time average of the contract price over the contract year to date, without regard to volumes."""
        section, title = terms.section, terms.offtake.label
        price = section.line("price", f"{title}: Price of contained product", self._price(terms, terms.goods[0]), self.macro.money / unit("kg"))
        years = self.clock.years * terms.active
        paid = year_to_date(section, "price_to_date", f"{title}: Price × time, contract year to date", price * years, terms.starts)
        time = year_to_date(section, "time_to_date", f"{title}: Time, contract year to date", years, terms.starts)
        return section.line("average_price", f"{title}: Average price, contract year to date", ratio(paid, time), price.unit)

    def _bill(self, terms: _Terms, delivered: Line, paid_for: Line, take: _Take | None) -> None:
        """Bill each product, and the deficiency; note what is contracted."""
        section, offtake = terms.section, terms.offtake
        available = self.model.find(f"{section.name}.available")
        firm: Expr = Const(1) if take is None else ratio(lo(paid_for, take.pledged), paid_for)
        for goods in terms.goods:
            title = f"{offtake.label}, {goods.terms.label}"
            share = delivered * ratio(self.left[goods.id] * terms.active, available)
            tonnes = section.line(f"{goods.id}.delivered", f"{title}: Delivered", share, TONNE)
            value = self._price(terms, goods) * goods.contained + self._fee(goods)
            billed = section.line(f"{goods.id}.billed", f"{title}: Billed", tonnes * ratio(paid_for, delivered) * KG_PER_T * value)
            self._sell(Sale(f"offtake.{terms.id}.{goods.id}", title, goods.entity, billed, offtake.payment_days), goods.node)
            if offtake.floor is not None or take is not None:
                self.contracted.append(billed * firm)
            self.left[goods.id] = self.left[goods.id] - tonnes
        if take is not None:
            label = f"{offtake.label}, deficiency payment"
            first = terms.goods[0]
            self._sell(Sale(f"offtake.{terms.id}.deficiency", label, first.entity, take.billed, offtake.payment_days), first.node)
            self.contracted.append(take.billed)

    def _fee(self, goods: Goods) -> Expr:
        return self.macro.convert(goods.terms.fee) * self.macro.index(goods.terms.fee_inflation)

    def _spot(self, product: str, goods: Goods) -> None:
        """Sell what no contract takes."""
        section = self.model.section(f"spot.{product}", self.macro.money, f"{goods.terms.label}, spot")
        tonnes = section.line("delivered", f"{section.title}: Delivered", self.left[product], TONNE)
        full = self.market.index[goods.terms.price] * goods.contained + self._fee(goods)
        billed = section.line("billed", f"{section.title}: Billed", tonnes * KG_PER_T * full * (1 - goods.terms.spot_discount))
        self._sell(Sale(f"spot.{product}", section.title, goods.entity, billed, goods.terms.payment_days), goods.node)

    def _sell(self, sale: Sale, node: str) -> None:
        self.sales.append(sale)
        self.revenue[node].append(sale.billed)


def _month_before(offtake: Offtake) -> str:
    """The month that ends a contract year: the one before the contract's first."""
    return MONTH_NAMES[(from_serial(offtake.start.number).month - 2) % len(MONTH_NAMES)]
