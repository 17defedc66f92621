"""Billing: what contracts and spot sales bring, product by product, and what of it is contracted.

Sign:    sales and damages are positive.
Timing:  billed when delivered. A deficiency and damages are billed on the last day of the contract year.
Source:  tonnes made up are free, and bear no support (F18). Discounts are taken off the index and not off the
         conversion fee. What is billed is net of the buyer's upside share; of it, `support_imputed` is what a floor of
         the contract adds (F19). Damages are a cost of the seller, and none of its stock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.costs.items import Loss, Sale, Spend
from finmodel.deal.market.prices import Market
from finmodel.deal.plant.goods import Chain, Goods, market_value
from finmodel.deal.sales import price_formula
from finmodel.deal.sales import sellers as sellers_
from finmodel.deal.sales.contracted import Bound, Secured
from finmodel.deal.sales.contracting import Contracting
from finmodel.deal.sales.price_formula import Achieved
from finmodel.deal.sales.sellers import Offered, Seller
from finmodel.deal.sales.take_or_pay import Take
from finmodel.deal.time.calendar import KG_PER_T
from finmodel.kernel.expr import Expr, add, ratio
from finmodel.kernel.folds import total
from finmodel.kernel.model import Line, Section
from finmodel.kernel.units import TONNE


@dataclass(frozen=True, eq=False, repr=False)
class Supply:
    """One product of a contract in a period: tonnes delivered, what is billed for them [reporting currency].

    `paid_for` are the tonnes of contained first product delivered and paid for.
    """

    goods: Goods
    delivered: Line
    billed: Line
    paid_for: Line


@dataclass(frozen=True, eq=False, repr=False)
class Delivery:
    """Contained tonnes delivered under a contract, what of them is paid for, and each product's share of them.

    `bound` is what the buyer must take and pay; None where it may stay away.
    """

    delivered: Line
    paid_for: Line
    shares: dict[str, Expr]
    bound: Bound | None


RESALE = {
    "resale_cost": "cost of resale",
    "resale_excess": "resale above the contract price, paid to the buyer",
    "resale_refund": "credit for stock whose rights expired",
}
"""What a seller pays around the resale of tonnes not taken → in words."""


class Billing:
    """Bills deliveries; collects sales and damages, what is contracted, and what floors add."""

    def __init__(self, context: Context, chain: Chain, market: Market) -> None:
        self.context, self.model, self.macro = context, context.model, context.money
        self.market = market
        self.sales: list[Sale] = []
        self.spends: list[Spend] = []
        self.revenue: dict[str, list[Expr]] = {node: [] for node in {goods.node for goods in chain.goods.values()}}
        self.secured = Secured()
        self.imputed: list[Expr] = []
        self.gone: dict[str, list[Line]] = {product: [] for product in chain.goods}

    def price(self, terms: Contracting, goods: Goods) -> Expr:
        """What the buyer pays per kg of contained product, without fees."""
        return price_formula.contract_price(terms.offtake, self.market.index[goods.terms.price], self.macro)

    def average(self, terms: Contracting, offered: Offered) -> Expr:
        """What the buyer pays per kg on average; products on one index have one price."""
        prices = {goods.id: self.price(terms, goods) for goods in terms.goods}
        return self._mixed(terms, offered, prices)

    def index(self, terms: Contracting, offered: Offered) -> Expr:
        """The market index of a contract's products, on average."""
        return self._mixed(terms, offered, {goods.id: self.market.index[goods.terms.price] for goods in terms.goods})

    def resale(self, terms: Contracting, offered: Offered) -> Expr:
        """What a kg of contained product brings that no contract takes, or its index, by the contract's reference."""
        if terms.offtake.resale_reference == "index":
            return self.index(terms, offered)
        spot = {goods.id: self._spot_price(goods) for goods in terms.goods}
        return spot[terms.goods[0].id] if len(spot) == 1 else sellers_.weighted(terms, offered, spot)

    def _spot_price(self, goods: Goods) -> Expr:
        return self.market.index[goods.terms.price] * (1 - goods.terms.spot_discount)

    def _mixed(self, terms: Contracting, offered: Offered, values: Mapping[str, Expr]) -> Expr:
        if len({goods.terms.price for goods in terms.goods}) == 1:
            return values[terms.goods[0].id]
        return sellers_.weighted(terms, offered, values)

    def contract(self, terms: Contracting, delivery: Delivery, offered: Offered) -> list[Supply]:
        """Bill each product of a contract."""
        section, offtake = terms.section, terms.offtake
        supplies = []
        sold = Achieved(delivery.paid_for, self.average(terms, offered))
        upside = price_formula.upside_share(self.context, terms, sold)
        for goods in terms.goods:
            title = f"{offtake.label}, {goods.terms.label}"
            share = delivery.shares[goods.id]
            tonnes = section.line(f"{goods.id}.delivered", f"{title}: Delivered", share, TONNE)
            paid = tonnes * ratio(delivery.paid_for, delivery.delivered)
            value = market_value(goods.terms, self.price(terms, goods), goods.contained, self.macro)
            gross = paid * KG_PER_T * value
            net = gross if upside is None else gross - upside * ratio(paid * goods.contained, delivery.paid_for)
            billed = section.line(f"{goods.id}.billed", f"{title}: Billed", net)
            label = f"{title}: Delivered and paid for, contained"
            supported = section.line(f"{goods.id}.supported", label, paid * goods.contained, TONNE)
            supplies.append(Supply(goods, tonnes, billed, supported))
            self._bill(terms, goods, title, billed)
            self.secured.sale(delivery.bound, goods, billed, paid, self.macro)
        if offtake.impute_support:
            self._impute(terms, supplies)
        return supplies

    def spot(self, product: str, goods: Goods, tonnes: Expr) -> Line:
        """Sell what no contract takes; returns its tonnes.

        Args:
            product: Name of the product.
            tonnes: What no contract takes [t per period].
        """
        section = self.model.section(f"spot.{product}", self.macro.money, f"{goods.terms.label}, spot")
        line = section.line("delivered", f"{section.title}: Delivered", tonnes, TONNE)
        value = market_value(goods.terms, self._spot_price(goods), goods.contained, self.macro)
        billed = section.line("billed", f"{section.title}: Billed", line * KG_PER_T * value)
        self.gone[product].append(line)
        self.sell(Sale(f"spot.{product}", section.title, goods.entity, billed, goods.terms.payment_days), goods.node)
        return line

    def sell(self, sale: Sale, node: str) -> None:
        """Note a sale of a node's product.

        Args:
            node: Name of the node.
        """
        self.sales.append(sale)
        self.revenue[node].append(sale.billed)

    def _bill(self, terms: Contracting, goods: Goods, label: str, billed: Line) -> None:
        """Note a sale of a contract; a buyer in default loses the seller a share of what is open."""
        loss = None if terms.defaulted is None else Loss(terms.offtake.default_loss, terms.defaulted)
        id, days = f"offtake.{terms.id}.{goods.id}", terms.offtake.payment_days
        self.sell(Sale(id, label, goods.entity, billed, days, loss=loss, currency=terms.offtake.currency), goods.node)

    def _impute(self, terms: Contracting, supplies: list[Supply]) -> None:
        """Split what is billed for tonnes delivered into what the floor adds, and the market's part."""
        section, title = terms.section, terms.offtake.label
        parts: list[Expr] = []
        for supply in supplies:
            index = self.market.index[supply.goods.terms.price]
            lift = price_formula.support_per_kg(terms.offtake, index, self.macro)
            parts.append(supply.paid_for * KG_PER_T * lift)
        imputed = section.line("support_imputed", f"{title}: Support within the floor", add(parts))
        billed = add([supply.billed for supply in supplies])
        section.line("market_part", f"{title}: Billed at the market's price", billed - imputed)
        self.imputed.append(imputed)

    def beside(self, terms: Contracting, take: Take, sellers: Sequence[Seller]) -> dict[str, Line]:
        """What is paid without tonnes: the deficiency, what comes on top of make-up, and damages of the seller.

        Args:
            sellers: Companies that sell.

        Returns:
            The deficiency payment that each company is owed.
        """
        label = terms.offtake.label
        paid = sellers_.parts(terms, sellers, "deficiency_payment", "Deficiency payment", take.billed)
        self._share(terms, sellers, ("deficiency", f"{label}, deficiency payment"), paid, at_end=True)
        if take.top_up is not None:
            more = sellers_.parts(terms, sellers, "make_up_top_up", "Paid on top of make-up", take.top_up)
            self._share(terms, sellers, ("make_up", f"{label}, paid on top of make-up"), more)
        if take.damages is not None:
            owed = sellers_.parts(terms, sellers, "damages", "Damages for what was not delivered", take.damages)
            self._owe(terms, sellers, ("damages", f"{label}, damages"), owed)
        for name, spent in take.spends.items():
            owed = sellers_.parts(terms, sellers, name, RESALE[name].capitalize(), spent)
            self._owe(terms, sellers, (name, f"{label}, {RESALE[name]}"), owed)
        return paid

    def imputed_in_all(self, section: Section) -> Line | None:
        """What floors of contracts add to revenue over the whole deal; None without any such floor."""
        if not self.imputed:
            return None
        imputed = section.line("support_imputed", "Support within contract floors", add(self.imputed))
        label = "Support within contract floors, in all"
        return self.model.metric("support_imputed", section.line("all_support_imputed", label, total(imputed)))

    def _share(
        self,
        terms: Contracting,
        sellers: Sequence[Seller],
        named: tuple[str, str],
        billed: Mapping[str, Line],
        at_end: bool = False,
    ) -> None:
        """Note what each company bills beside its tonnes, and each plant's part of it."""
        loss = None if terms.defaulted is None else Loss(terms.offtake.default_loss, terms.defaulted)
        days, currency = terms.offtake.payment_days, terms.offtake.currency
        for seller in sellers:
            id, label = _named(terms, seller, named)
            own = billed[seller.entity]
            self.sales.append(Sale(id, label, seller.entity, own, days, at_end=at_end, loss=loss, currency=currency))
            for node, part in seller.nodes.items():
                self.revenue[node].append(own if len(seller.nodes) == 1 else own * part)

    def _owe(
        self, terms: Contracting, sellers: Sequence[Seller], named: tuple[str, str], owed: Mapping[str, Line]
    ) -> None:
        """Note what each company pays the buyer at the end of a contract year."""
        for seller in sellers:
            id, label = _named(terms, seller, named)
            own, days = owed[seller.entity], terms.offtake.payment_days
            self.spends.append(Spend(id, label, seller.entity, own, days, party="customers", at_end=True))


def _named(terms: Contracting, seller: Seller, named: tuple[str, str]) -> tuple[str, str]:
    """The id and label of an item of one company; without the company's name where it is the only one."""
    id, label = f"offtake.{terms.id}.{named[0]}", named[1]
    return (id, label) if seller.share is None else (f"{id}.{seller.entity}", f"{label}, {seller.label}")
