"""Offtake: who buys what by contract, and spot sales of the rest.

Sign:    tonnes and money are positive.
Timing:  billed when delivered; a contract year is twelve months from the contract's start. Contracts are served in
         the order of the case, each in proportion to what is left of its products.
         A deficiency is billed on the last day of the contract year.
Source:  quantities count the first product contained (F37). Contracted revenue is what take-or-pay secures and, of a
         contract with a floor and no take-or-pay, all that is delivered (F9, F10); tonnes made up are free, and bear no
         support (F18). Discounts, contracted or spot, are taken off the index and not off the conversion fee. What is
         billed is net of the buyer's upside share; of it, `support_imputed` is what a floor of the contract adds (F19).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from finmodel.base.expr import Const, Expr, add, lo, month_of, ratio, where
from finmodel.base.folds import total
from finmodel.base.model import Account, Line, Model
from finmodel.base.timeline import MONTH_NAMES, from_serial
from finmodel.base.units import MONTH, TONNE
from finmodel.case.calendar import KG_PER_T
from finmodel.case.schema_sales import Offtake
from finmodel.cashflow import price_formula, take_or_pay
from finmodel.cashflow.chain import Chain, Goods, market_value
from finmodel.cashflow.items import Sale
from finmodel.cashflow.macro import Macro
from finmodel.cashflow.price_formula import Achieved
from finmodel.cashflow.prices import Market
from finmodel.cashflow.take_or_pay import Contracting, Take, Volumes
from finmodel.cashflow.timing import Clock


@dataclass(frozen=True)
class Supply:
    """One product of a contract: the tonnes of contained first product delivered and paid for in the period."""

    goods: Goods
    paid_for: Line


@dataclass(frozen=True)
class Contract:
    """One contract: `supported` are the tonnes of contained first product delivered and paid for in the period."""

    id: str
    terms: Offtake
    entity: str
    delivered: Line
    supported: Line
    supplies: list[Supply]
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


def build(
    model: Model, offtakes: Mapping[str, Offtake], chain: Chain, market: Market, frame: tuple[Clock, Macro]
) -> Sales:
    """Declare every contract in order, then the spot sales of what is left."""
    return _Builder(model, chain, market, frame).build(offtakes)


class _Builder:
    """Declares contracts in order; `left` is what earlier ones leave of each product."""

    def __init__(self, model: Model, chain: Chain, market: Market, frame: tuple[Clock, Macro]) -> None:
        self.model, self.chain, self.market = model, chain, market
        self.clock, self.macro = frame
        self.left: dict[str, Expr] = {product: goods.sold for product, goods in chain.goods.items()}
        self.sales: list[Sale] = []
        self.revenue: dict[str, list[Expr]] = {node: [] for node in {goods.node for goods in chain.goods.values()}}
        self.contracted: list[Expr] = []
        self.imputed: list[Expr] = []
        self.takes: list[Take] = []

    def build(self, offtakes: Mapping[str, Offtake]) -> Sales:
        """Declare every contract in order, then the spot sales of what is left."""
        contracts = {name: self._contract(name, terms) for name, terms in offtakes.items()}
        for product, goods in self.chain.goods.items():
            self._spot(product, goods)
        section = self.model.section("sales", self.macro.money, "Sales")
        if self.imputed:
            imputed = section.line("support_imputed", "Support within contract floors", add(self.imputed))
            label = "Support within contract floors, in all"
            self.model.metric("support_imputed", section.line("all_support_imputed", label, total(imputed)))
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
        take = None
        if offtake.quantity is not None:
            quantity, nominated = (
                self.model.find(f"{terms.section.name}.{name}") for name in ("quantity", "nominated")
            )
            volumes = Volumes(quantity, nominated, available, delivered)
            take = take_or_pay.build(terms, volumes, self._price(terms, terms.goods[0]), self.clock)
            self.takes.append(take)
        paid_for: Expr = delivered if take is None else delivered - take.used
        supported = terms.section.line(
            "supported", f"{offtake.label}: Delivered and paid for, contained", paid_for, TONNE
        )
        supplies = self._bill(terms, delivered, supported, take)
        entity = terms.goods[0].entity
        deferred = None if take is None else take.deferred
        return Contract(name, offtake, entity, delivered, supported, supplies, deferred)

    def _open(self, name: str, offtake: Offtake) -> Contracting:
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
        return Contracting(
            name, offtake, section, active, year_ends, year_ends.prev | (active & ~active.prev), closes, goods
        )

    def _available(self, terms: Contracting) -> Line:
        """Contained tonnes of the contract's products that earlier contracts left."""
        parts = [self.left[goods.id] * goods.contained for goods in terms.goods]
        return terms.section.line(
            "available", f"{terms.offtake.label}: Available, contained", add(parts) * terms.active, TONNE
        )

    def _delivered(self, terms: Contracting, available: Line) -> Line:
        offtake, section = terms.offtake, terms.section
        if offtake.quantity is None:
            assert offtake.share is not None
            return section.line("delivered", f"{offtake.label}: Delivered, contained", available * offtake.share, TONNE)
        annual = offtake.quantity * self.clock.years * terms.active
        section.line("quantity", f"{offtake.label}: Contract quantity", annual, TONNE)
        nominated = section.line(
            "nominated",
            f"{offtake.label}: Nominated by the buyer",
            annual * lo(offtake.demand, offtake.max_take),
            TONNE,
        )
        return section.line("delivered", f"{offtake.label}: Delivered, contained", lo(available, nominated), TONNE)

    def _price(self, terms: Contracting, goods: Goods) -> Expr:
        """What the buyer pays per kg of contained product, without fees."""
        return price_formula.contract_price(terms.offtake, self.market.index[goods.terms.price], self.macro)

    def _bill(self, terms: Contracting, delivered: Line, paid_for: Line, take: Take | None) -> list[Supply]:
        """Bill each product, and the deficiency; note what is contracted."""
        section, offtake = terms.section, terms.offtake
        available = self.model.find(f"{section.name}.available")
        firm, supplies = _firm(offtake, paid_for, take), []
        sold = Achieved(paid_for, self._price(terms, terms.goods[0]))
        upside = price_formula.upside_share(terms, sold, self.clock, self.macro)
        for goods in terms.goods:
            title = f"{offtake.label}, {goods.terms.label}"
            share = delivered * ratio(self.left[goods.id] * terms.active, available)
            tonnes = section.line(f"{goods.id}.delivered", f"{title}: Delivered", share, TONNE)
            paid = tonnes * ratio(paid_for, delivered)
            value = market_value(goods.terms, self._price(terms, goods), goods.contained, self.macro)
            gross = paid * KG_PER_T * value
            net = gross if upside is None else gross - upside * ratio(paid * goods.contained, paid_for)
            billed = section.line(f"{goods.id}.billed", f"{title}: Billed", net)
            label = f"{title}: Delivered and paid for, contained"
            supplies.append(Supply(goods, section.line(f"{goods.id}.supported", label, paid * goods.contained, TONNE)))
            id = f"offtake.{terms.id}.{goods.id}"
            self._sell(Sale(id, title, goods.entity, billed, offtake.payment_days), goods.node)
            if offtake.floor is not None or take is not None:
                self.contracted.append(billed * firm)
            self.left[goods.id] = self.left[goods.id] - tonnes
        if offtake.impute_support:
            self._impute(terms, supplies)
        if take is not None:
            self._bill_deficiency(terms, take)
        return supplies

    def _impute(self, terms: Contracting, supplies: list[Supply]) -> None:
        """Split what is billed for tonnes delivered into what the floor adds, and the market's part."""
        section, title = terms.section, terms.offtake.label
        parts: list[Expr] = []
        for supply in supplies:
            index = self.market.index[supply.goods.terms.price]
            lift = price_formula.support_per_kg(terms.offtake, index, self.macro)
            parts.append(supply.paid_for * KG_PER_T * lift)
        imputed = section.line("support_imputed", f"{title}: Support within the floor", add(parts))
        billed = add([self.model.find(f"{section.name}.{supply.goods.id}.billed") for supply in supplies])
        section.line("market_part", f"{title}: Billed at the market's price", billed - imputed)
        self.imputed.append(imputed)

    def _bill_deficiency(self, terms: Contracting, take: Take) -> None:
        """A sale of the contract's first product, without tonnes."""
        label, first = f"{terms.offtake.label}, deficiency payment", terms.goods[0]
        id, days = f"offtake.{terms.id}.deficiency", terms.offtake.payment_days
        self._sell(Sale(id, label, first.entity, take.billed, days, at_end=True), first.node)
        self.contracted.append(take.billed)

    def _spot(self, product: str, goods: Goods) -> None:
        """Sell what no contract takes."""
        section = self.model.section(f"spot.{product}", self.macro.money, f"{goods.terms.label}, spot")
        tonnes = section.line("delivered", f"{section.title}: Delivered", self.left[product], TONNE)
        index = self.market.index[goods.terms.price] * (1 - goods.terms.spot_discount)
        value = market_value(goods.terms, index, goods.contained, self.macro)
        billed = section.line("billed", f"{section.title}: Billed", tonnes * KG_PER_T * value)
        self._sell(Sale(f"spot.{product}", section.title, goods.entity, billed, goods.terms.payment_days), goods.node)

    def _sell(self, sale: Sale, node: str) -> None:
        self.sales.append(sale)
        self.revenue[node].append(sale.billed)


def _firm(offtake: Offtake, paid_for: Line, take: Take | None) -> Expr:
    """The share of what is billed that is contracted, if any of it is."""
    if take is None:
        return Const(1)
    secured = ratio(lo(paid_for, take.pledged), paid_for)
    return secured if offtake.floor is None else where(offtake.take_or_pay > 0, secured, 1)


def _month_before(offtake: Offtake) -> str:
    """The month that ends a contract year: the one before the contract's first."""
    return MONTH_NAMES[(from_serial(offtake.start.number).month - 2) % len(MONTH_NAMES)]
