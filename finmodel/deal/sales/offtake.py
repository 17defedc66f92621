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

from finmodel.deal.context import Context
from finmodel.deal.market.prices import Market
from finmodel.deal.plant.goods import Chain
from finmodel.deal.sales import contracted, contracting, sellers, storage, take_or_pay
from finmodel.deal.sales.billing import Billing, Delivery
from finmodel.deal.sales.contracting import Contracting
from finmodel.deal.sales.sellers import Offered
from finmodel.deal.sales.sold import Contract, Sales
from finmodel.deal.sales.storage import Kept
from finmodel.deal.sales.take_or_pay import Prices, Take, Volumes
from finmodel.deal.sales.terms import Offtake
from finmodel.kernel.expr import Expr, add, hi, lo, ratio
from finmodel.kernel.model import Account, Line
from finmodel.kernel.units import TONNE


@dataclass(frozen=True, eq=False, repr=False)
class _Shipped:
    """Contained tonnes delivered; what a licence holds back, and that less what it held back before."""

    delivered: Line
    held_back: Line | None = None
    delayed: Line | None = None


@dataclass(frozen=True, eq=False, repr=False)
class _Firm:
    """A contract on a quantity: its tonnes, and what of them the buyer pays for and does not take."""

    terms: Contracting
    volumes: Volumes
    take: Take


@dataclass(frozen=True, eq=False, repr=False)
class _Served:
    """What a contract gets of what there is; `firm` is None for a share."""

    shipped: _Shipped
    firm: _Firm | None = None


def build(context: Context, offtakes: Mapping[str, Offtake], chain: Chain, market: Market) -> Sales:
    """Declare every contract in order, then the spot sales of what is left.

    Args:
        chain: What there is to sell.
        market: Prices of the indices that contracts and spot sales refer to.
    """
    return _Builder(context, chain, market).build(offtakes)


class _Builder:
    """Declares contracts in order; `left` is what earlier ones leave of each product."""

    def __init__(self, context: Context, chain: Chain, market: Market) -> None:
        self.context, self.chain = context, chain
        self.model, self.clock, self.macro = context.model, context.clock, context.money
        self.billing = Billing(context, chain, market)
        self.left: dict[str, Expr] = {product: goods.sold for product, goods in chain.goods.items()}
        self.firm: list[_Firm] = []
        self.held: dict[str, list[Account]] = {}

    def build(self, offtakes: Mapping[str, Offtake]) -> Sales:
        """Declare every contract in order, then the spot sales of what is left."""
        order = sorted(offtakes, key=lambda name: self.model.decides(offtakes[name].priority))
        contracts = {name: self._contract(name, offtakes[name]) for name in order}
        for firm in self.firm:
            if firm.take.extra is not None:
                self._make_up_extra(firm.terms, firm.take, firm.take.extra)
        billing = self.billing
        billing.sales += self.chain.rebates
        spot = {
            product: billing.spot(product, goods, self.left[product]) for product, goods in self.chain.goods.items()
        }
        section = self.model.section("sales", self.macro.money, "Sales")
        imputed = billing.imputed_in_all(section)
        takes = [firm.take for firm in self.firm]
        billed = section.line("billed", "Revenue billed", add([sale.billed for sale in billing.sales]))
        return Sales(
            sales=billing.sales,
            spends=billing.spends,
            contracts={name: contracts[name] for name in offtakes},
            secured=billing.secured.lines(section, billed),
            billed=billed,
            deferred_added=add([take.billed for take in takes]),
            deferred_released=add([take.released for take in takes]),
            deferred=add([take.deferred.closing for take in takes]),
            by_node={node: add(parts) for node, parts in billing.revenue.items()},
            deferral=self._deferral(contracts),
            paid_twice=add([take.twice for take in takes]),
            gone=billing.gone,
            spot=spot,
            held=self.held,
            all_imputed=imputed,
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
        terms = contracting.begin(self.context, name, offtake, goods)
        kept, waiting = self._kept(terms), self._waiting(terms)
        available = self._available(terms)
        offered = Offered({goods.id: self.left[goods.id] for goods in terms.goods}, available)
        served = self._delivered(terms, offered, waiting, kept)
        delivered, firm = served.shipped.delivered, served.firm
        take = None if firm is None else firm.take
        paid_for: Expr = delivered if take is None else delivered - take.used
        supported = terms.section.line(
            "supported", f"{offtake.label}: Delivered and paid for, contained", paid_for, TONNE
        )
        parts = {goods.id: ratio(self.left[goods.id] * terms.alive, available) for goods in terms.goods}
        shares = {product: delivered * part for product, part in parts.items()}
        bound = contracted.bound(offtake, supported, None if take is None else take.pledged, self.macro)
        supplies = self.billing.contract(terms, Delivery(delivered, supported, shares, bound), offered)
        for supply in supplies:
            self._leave(supply.goods.id, supply.delivered)
        if served.shipped.held_back is not None:
            self._wait(terms, waiting, served.shipped.held_back, parts)
        if kept is not None and take is not None:
            self._keep(terms, take.untaken, kept)
        deferred = {} if firm is None else self._beside(firm, offered)
        if take is not None:
            self.billing.secured.pledge(bound, take.billed, take.average)
        return Contract(
            id=name,
            terms=offtake,
            entity=terms.goods[0].entity,
            active=terms.active,
            quantity=None if firm is None else firm.volumes.quantity,
            delivered=delivered,
            supported=supported,
            supplies=supplies,
            deferred=deferred,
            bound=bound,
        )

    def _wait(
        self, terms: Contracting, waiting: Mapping[str, Account], held_back: Line, parts: Mapping[str, Expr]
    ) -> None:
        """Keep what a licence holds back until the next period of the contract, each product in its part."""
        for product, stock in waiting.items():
            stock.closing.define(held_back * parts[product] * (terms.active & terms.active.next))
            self.left[product] = self.left[product] - stock.closing

    def _beside(self, firm: _Firm, offered: Offered) -> dict[str, Line]:
        """Share what is paid without tonnes by company; returns what each holds of deferred revenue."""
        terms, take = firm.terms, firm.take
        shared = sellers.split(terms, offered, firm.volumes.nominated, self.chain.companies)
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
    ) -> _Served:
        offtake, section, available = terms.offtake, terms.section, offered.available
        waited = add([stock.opening * self.chain.goods[product].contained for product, stock in waiting.items()])
        if offtake.quantity is None:
            assert offtake.share is not None
            own = available * offtake.share if not waiting else (available - waited) * offtake.share
            return _Served(self._line(terms, available, self._buying(terms, _spare(own, terms), offered), waited))
        annual = offtake.quantity * self.clock.years * terms.active
        quantity = section.line("quantity", f"{offtake.label}: Contract quantity", annual, TONNE)
        asked = self._buying(terms, annual * lo(offtake.demand, offtake.max_take), offered)
        nominated = section.line("nominated", f"{offtake.label}: Nominated by the buyer", asked, TONNE)
        wanted = _spare(nominated, terms)
        if terms.tail is not None and terms.rights is not None:
            late = offtake.quantity * self.clock.years * terms.tail * lo(offtake.demand, offtake.max_take)
            wanted = wanted + lo(terms.rights.opening, _spare(late, terms))
        shipped = self._line(terms, available, wanted, waited)
        delayed = shipped.delayed
        fresh: Expr = available if kept is None else available - kept.opening
        ready = _spare(quantity, terms)
        ready = lo(ready, fresh) if delayed is None else lo(ready, fresh - delayed - waited)
        volumes = Volumes(quantity, nominated, available, shipped.delivered, ready, delayed, kept)
        prices = Prices(self.billing.average(terms, offered), self.billing.resale(terms, offered))
        firm = _Firm(terms, volumes, take_or_pay.build(self.context, terms, volumes, prices))
        self.firm.append(firm)
        return _Served(shipped, firm)

    def _buying(self, terms: Contracting, tonnes: Expr, offered: Offered) -> Expr:
        """What the buyer asks for: nothing while the index of its products is not below its price."""
        below = terms.offtake.buys_below
        if below is None:
            return tonnes
        index = self.billing.index(terms, offered)
        label = f"{terms.offtake.label}: The index is below its price"
        return tonnes * terms.section.flag("buying", label, index < self.macro.convert(below))

    def _line(self, terms: Contracting, available: Line, wanted: Expr, waited: Expr) -> _Shipped:
        """The tonnes delivered, as licences allow and up to what the buyer takes in all; and those delayed."""
        section, title = terms.section, terms.offtake.label
        if terms.offtake.licence is None:
            tonnes = wanted if terms.offtake.quantity is None else lo(available, wanted)
            return _Shipped(self._capped(terms, tonnes))
        ready = section.line(
            "ready", f"{title}: Ready to be delivered, contained", lo(available, wanted + waited), TONNE
        )
        held = ready * (1 - terms.offtake.licence)
        held_back = section.line("held_back", f"{title}: Held back for want of a licence, contained", held, TONNE)
        delivered = self._capped(terms, ready - held_back)
        label = f"{title}: Held back less what was held back before, contained"
        return _Shipped(delivered, held_back, section.line("net_delayed", label, held_back - waited, TONNE))

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
