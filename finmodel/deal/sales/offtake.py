"""Offtake: who buys what by contract, and spot sales of the rest.

Sign:    tonnes and money are positive.
Timing:  contracts are served by priority, those of one priority in the order of the case, each in proportion to what
         is left of its products. What is made up beyond nominations comes after all of them, spot sales last.
Reserve: a buyer for a strategic reserve takes only while the index is below its price, until its reserve is full.
Stock:   where a contract says so, the seller keeps what the buyer pledged and did not take, up to a limit; it is the
         first to serve the contract later, and is sold spot with what is beyond the limit.
Licence: what licences of a contract hold back waits, and is delivered on top of what is nominated once they allow it;
         what still waits when the contract ends is sold spot.
Source:  quantities count the first product contained (F37); decisions on make-up and on tonnes not taken (F17).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from finmodel.deal.costs.items import Sale, Spend
from finmodel.deal.market.macro import Macro
from finmodel.deal.market.prices import Market
from finmodel.deal.plant.goods import Chain
from finmodel.deal.sales import contracted, contracting, sellers, storage, take_or_pay
from finmodel.deal.sales.billing import Billing, Delivery, Supply
from finmodel.deal.sales.contracted import Bound, Revenue
from finmodel.deal.sales.contracting import Contracting
from finmodel.deal.sales.sellers import Offered
from finmodel.deal.sales.storage import Kept
from finmodel.deal.sales.take_or_pay import Prices, Take, Volumes
from finmodel.deal.sales.terms import Offtake
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, add, hi, lo, ratio
from finmodel.kernel.folds import total
from finmodel.kernel.model import Account, Line, Model
from finmodel.kernel.units import TONNE


@dataclass(frozen=True, eq=False, repr=False)
class Contract:
    """One contract: `supported` are the tonnes of contained first product delivered and paid for in the period.

    `deferred` is what each company that sells holds of deferred revenue at period end; empty without take-or-pay.
    `bound` is what the buyer must take and pay; None where it may stay away.
    """

    id: str
    terms: Offtake
    entity: str
    delivered: Line
    supported: Line
    supplies: list[Supply]
    deferred: dict[str, Line]
    bound: Bound | None


@dataclass(frozen=True, eq=False, repr=False)
class Sales:
    """All sales billed [reporting currency per period], and what accrual moves between periods.

    `spends` are damages to buyers and what resale costs; `paid_twice` is what buyers pay for tonnes sold on without
    credit; `gone` are the tonnes of each product that left; `held` what is kept of it for buyers who did not take it.
    """

    sales: list[Sale]
    spends: list[Spend]
    contracts: dict[str, Contract]
    secured: Revenue
    billed: Line
    deferred_added: Expr
    deferred_released: Expr
    deferred: Expr
    by_node: dict[str, Expr]
    deferral: dict[str, Expr]
    paid_twice: Expr
    gone: dict[str, list[Line]]
    held: dict[str, list[Account]]


def build(
    model: Model, offtakes: Mapping[str, Offtake], chain: Chain, market: Market, frame: tuple[Clock, Macro]
) -> Sales:
    """Declare every contract in order, then the spot sales of what is left."""
    return _Builder(model, chain, market, frame).build(offtakes)


class _Builder:
    """Declares contracts in order; `left` is what earlier ones leave of each product."""

    def __init__(self, model: Model, chain: Chain, market: Market, frame: tuple[Clock, Macro]) -> None:
        self.model, self.chain, self.frame = model, chain, frame
        self.clock, self.macro = frame
        self.billing = Billing(model, chain, market, frame)
        self.left: dict[str, Expr] = {product: goods.sold for product, goods in chain.goods.items()}
        self.takes: list[tuple[Contracting, Take]] = []
        self.held: dict[str, list[Account]] = {}

    def build(self, offtakes: Mapping[str, Offtake]) -> Sales:
        """Declare every contract in order, then the spot sales of what is left."""
        order = sorted(offtakes, key=lambda name: self.model.decides(offtakes[name].priority))
        contracts = {name: self._contract(name, offtakes[name]) for name in order}
        for terms, take in self.takes:
            if take.extra is not None:
                self._make_up_extra(terms, take, take.extra)
        billing = self.billing
        billing.sales += self.chain.rebates
        for product, goods in self.chain.goods.items():
            billing.spot(product, goods, self.left[product])
        section = self.model.section("sales", self.macro.money, "Sales")
        if billing.imputed:
            imputed = section.line("support_imputed", "Support within contract floors", add(billing.imputed))
            label = "Support within contract floors, in all"
            self.model.metric("support_imputed", section.line("all_support_imputed", label, total(imputed)))
        billed = section.line("billed", "Revenue billed", add([sale.billed for sale in billing.sales]))
        return Sales(
            sales=billing.sales,
            spends=billing.spends,
            contracts={name: contracts[name] for name in offtakes},
            secured=billing.secured.lines(section, billed),
            billed=billed,
            deferred_added=add([take.billed for _, take in self.takes]),
            deferred_released=add([take.released for _, take in self.takes]),
            deferred=add([take.deferred.closing for _, take in self.takes]),
            by_node={node: add(parts) for node, parts in billing.revenue.items()},
            deferral=self._deferral(contracts),
            paid_twice=add([take.twice for _, take in self.takes]),
            gone=billing.gone,
            held=self.held,
        )

    def _deferral(self, contracts: Mapping[str, Contract]) -> dict[str, Expr]:
        """Revenue of an entity released less deferred in the period, where tax follows the books."""
        moves: dict[str, list[Expr]] = {}
        for contract in contracts.values():
            if contract.terms.tax_deferred:
                for entity, held in contract.deferred.items():
                    moves.setdefault(entity, []).append(held.prev - held)
        return {entity: add(parts) for entity, parts in moves.items()}

    def _contract(self, name: str, offtake: Offtake) -> Contract:
        goods = [goods for name, goods in self.chain.goods.items() if name in offtake.products]
        terms = contracting.begin(self.model, name, offtake, goods, self.frame)
        kept, waiting = self._kept(terms), self._waiting(terms)
        available = self._available(terms)
        offered = Offered({goods.id: self.left[goods.id] for goods in terms.goods}, available)
        delivered, take = self._delivered(terms, offered, waiting, kept)
        paid_for: Expr = delivered if take is None else delivered - take.used
        supported = terms.section.line(
            "supported", f"{offtake.label}: Delivered and paid for, contained", paid_for, TONNE
        )
        parts = {goods.id: ratio(self.left[goods.id] * terms.alive, available) for goods in terms.goods}
        shares = {product: delivered * part for product, part in parts.items()}
        bound = contracted.bound(offtake, supported, None if take is None else take.pledged, self.macro)
        supplies, gone = self.billing.contract(terms, Delivery(delivered, supported, shares, bound), offered)
        for supply, tonnes in zip(supplies, gone, strict=True):
            self._leave(supply.goods.id, tonnes)
        for product, stock in waiting.items():
            held_back = self.model.find(f"{terms.section.name}.held_back")
            stock.closing.define(held_back * parts[product] * (terms.active & terms.active.next))
            self.left[product] = self.left[product] - stock.closing
        if kept is not None and take is not None:
            self._keep(terms, take.untaken, kept)
        deferred = {} if take is None else self._beside(terms, take, offered)
        if take is not None:
            self.billing.secured.pledge(bound, take.billed, take.average)
        return Contract(name, offtake, terms.goods[0].entity, delivered, supported, supplies, deferred, bound)

    def _beside(self, terms: Contracting, take: Take, offered: Offered) -> dict[str, Line]:
        """Share what is paid without tonnes by company; returns what each holds of deferred revenue."""
        nominated = self.model.find(f"{terms.section.name}.nominated")
        shared = sellers.split(terms, offered, nominated, self.chain.companies)
        billed = self.billing.beside(terms, take, shared)
        return sellers.deferred(terms, shared, take.deferred, take.spent, billed)

    def _leave(self, product: str, tonnes: Line) -> None:
        self.left[product] = self.left[product] - tonnes
        self.billing.gone[product].append(tonnes)

    def _available(self, terms: Contracting) -> Line:
        """Contained tonnes of the contract's products that earlier contracts left."""
        parts = [self.left[goods.id] * goods.contained for goods in terms.goods]
        return terms.section.line(
            "available", f"{terms.offtake.label}: Available, contained", add(parts) * terms.alive, TONNE
        )

    def _delivered(
        self, terms: Contracting, offered: Offered, waiting: Mapping[str, Account], kept: Kept | None
    ) -> tuple[Line, Take | None]:
        offtake, section, available = terms.offtake, terms.section, offered.available
        waited = add([stock.opening * self.chain.goods[product].contained for product, stock in waiting.items()])
        if offtake.quantity is None:
            assert offtake.share is not None
            own = available * offtake.share if not waiting else (available - waited) * offtake.share
            return self._line(terms, available, self._buying(terms, _spare(own, terms), offered), waited)[0], None
        annual = offtake.quantity * self.clock.years * terms.active
        quantity = section.line("quantity", f"{offtake.label}: Contract quantity", annual, TONNE)
        asked = self._buying(terms, annual * lo(offtake.demand, offtake.max_take), offered)
        nominated = section.line("nominated", f"{offtake.label}: Nominated by the buyer", asked, TONNE)
        wanted = _spare(nominated, terms)
        if terms.tail is not None and terms.rights is not None:
            late = offtake.quantity * self.clock.years * terms.tail * lo(offtake.demand, offtake.max_take)
            wanted = wanted + lo(terms.rights.opening, _spare(late, terms))
        delivered, delayed = self._line(terms, available, wanted, waited)
        fresh: Expr = available if kept is None else available - kept.opening
        ready = _spare(quantity, terms)
        ready = lo(ready, fresh) if delayed is None else lo(ready, fresh - delayed - waited)
        volumes = Volumes(quantity, nominated, available, delivered, ready, delayed, kept)
        prices = Prices(self.billing.average(terms, offered), self.billing.resale(terms, offered))
        take = take_or_pay.build(terms, volumes, prices, self.frame)
        self.takes.append((terms, take))
        return delivered, take

    def _buying(self, terms: Contracting, tonnes: Expr, offered: Offered) -> Expr:
        """What the buyer asks for: nothing while the index of its products is not below its price."""
        below = terms.offtake.buys_below
        if below is None:
            return tonnes
        index = self.billing.index(terms, offered)
        label = f"{terms.offtake.label}: The index is below its price"
        return tonnes * terms.section.flag("buying", label, index < self.macro.convert(below))

    def _line(self, terms: Contracting, available: Line, wanted: Expr, waited: Expr) -> tuple[Line, Line | None]:
        """The tonnes delivered, as licences allow and up to what the buyer takes in all; and those delayed."""
        section, title = terms.section, terms.offtake.label
        if terms.offtake.licence is None:
            tonnes = wanted if terms.offtake.quantity is None else lo(available, wanted)
            return self._capped(terms, tonnes), None
        ready = section.line(
            "ready", f"{title}: Ready to be delivered, contained", lo(available, wanted + waited), TONNE
        )
        held = ready * (1 - terms.offtake.licence)
        held_back = section.line("held_back", f"{title}: Held back for want of a licence, contained", held, TONNE)
        delivered = self._capped(terms, ready - held_back)
        label = f"{title}: Held back less what was held back before, contained"
        return delivered, section.line("net_delayed", label, held_back - waited, TONNE)

    def _capped(self, terms: Contracting, tonnes: Expr) -> Line:
        most, section, label = terms.offtake.total_quantity, terms.section, terms.offtake.label
        if most is None:
            return section.line("delivered", f"{label}: Delivered, contained", tonnes, TONNE)
        so_far = section.ahead("delivered_in_all", f"{label}: Delivered since the contract began, contained", TONNE)
        room = hi(0, most - so_far.prev)
        delivered = section.line("delivered", f"{label}: Delivered, contained", lo(tonnes, room), TONNE)
        so_far.define(so_far.prev + delivered)
        return delivered

    def _make_up_extra(self, terms: Contracting, take: Take, extra: Line) -> None:
        """Rights called beyond the nomination, from what all contracts leave; each product in proportion."""
        parts = [self.left[goods.id] * goods.contained for goods in terms.goods]
        title = terms.offtake.label
        spare = terms.section.line("spare", f"{title}: Left by all contracts, contained", add(parts), TONNE)
        called = _spare(take.called, terms)
        allowed = called if terms.offtake.licence is None else called * terms.offtake.licence
        extra.define(lo(spare, allowed))
        for goods in terms.goods:
            share = extra * ratio(self.left[goods.id], spare)
            label = f"{title}, {goods.terms.label}: Made up beyond the nomination"
            self._leave(goods.id, terms.section.line(f"{goods.id}.made_up", label, share, TONNE))

    def _waiting(self, terms: Contracting) -> dict[str, Account]:
        """What licences held back of each product joins what there is."""
        if terms.offtake.licence is None:
            return {}
        stocks = {}
        for goods in terms.goods:
            label = f"{terms.offtake.label}, {goods.terms.label}: Waiting for a licence"
            stocks[goods.id] = terms.section.account(f"{goods.id}.waiting", label, TONNE)
            self.left[goods.id] = self.left[goods.id] + stocks[goods.id].opening
            self.held.setdefault(goods.id, []).append(stocks[goods.id])
        return stocks

    def _kept(self, terms: Contracting) -> Kept | None:
        """What the seller kept for the contract's buyer joins what there is."""
        kept = storage.begin(terms)
        for product, stock in ({} if kept is None else kept.stocks).items():
            self.left[product] = self.left[product] + stock.opening
            self.held.setdefault(product, []).append(stock)
        return kept

    def _keep(self, terms: Contracting, owed: Expr, kept: Kept) -> None:
        """Keep what is owed to the buyer and was not taken, up to the limit, while the contract runs."""
        storage.keep(terms, kept, owed, self.left)
        for product, stock in kept.stocks.items():
            self.left[product] = self.left[product] - stock.closing


def _spare(tonnes: Expr, terms: Contracting) -> Expr:
    """What force majeure leaves of tonnes."""
    return tonnes * terms.spared
