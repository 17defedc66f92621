"""The production chain: what each node makes, what it takes from the node before, and the stock of each product.

Sign:    tonnes are positive.
Timing:  feed is used in the period in which it is bought or taken; stock is set at period end.
Source:  opening + produced − taken − sold = closing for each product, in tonnes. Stock is held up to its target in
         days of production, and sold in the last period of operations (F32). Product won is contained feed × recovery;
         feed taken per product is its stoichiometry over the recovery. By-products bear no cost. What a node takes from
         another entity is paid at its market value, what a buyer outside would pay, less a margin; or at the average
         cost of the stock that it is taken from, plus a margin.
Licence: shipments that export licences hold back stay in stock and leave once they are allowed, at the latest in the
         last period of operations.
Scrap:   who hands it over may pay the recycler for taking it, a share of a rebate per kg contained in the
         recycled share of the feed: nobody pays for the taking of bought concentrate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from finmodel.deal.context import Context
from finmodel.deal.costs.items import Sale, Spend, Transfer
from finmodel.deal.market.prices import Market
from finmodel.deal.plant.goods import Chain, Fed, Goods, PlantLines, market_value
from finmodel.deal.plant.terms import Node, Product
from finmodel.deal.time.calendar import KG_PER_T
from finmodel.kernel.errors import ModelError
from finmodel.kernel.expr import Const, Expr, Given, add, hi, lo, ratio
from finmodel.kernel.model import Account, Line, Section
from finmodel.kernel.units import RATIO, TONNE


@dataclass(frozen=True, eq=False, repr=False)
class Plants:
    """The nodes and products of a case, and by node the share of output [ratio per period] that events leave.

    `companies` are the labels of those that own the nodes.

    `running` is 0 while the deal is shut down; None when it never is.
    """

    nodes: Mapping[str, Node]
    products: Mapping[str, Product]
    left: Mapping[str, Line] = field(default_factory=dict)
    running: Expr | None = None
    companies: Mapping[str, str] = field(default_factory=dict)


class _Builder:
    """Declares the nodes in the order of the chain; a product's stock is closed once all takers are known."""

    def __init__(self, context: Context, plants: Plants, market: Market) -> None:
        self.model, self.clock, self.macro = context.model, context.clock, context.money
        self.market = market
        self.nodes, self.products, self.left = plants.nodes, plants.products, plants.left
        self.running = plants.running
        self.plants: dict[str, PlantLines] = {}
        self.sections: dict[str, Section] = {}
        self.produced: dict[str, Line] = {}
        self.contained: dict[str, Line] = {}
        self.stock: dict[str, Account] = {}
        self.taken: dict[str, list[Line]] = {}
        self.feed: dict[str, list[Spend]] = {}
        self.transfers: list[Transfer] = []
        self.rebates: list[Sale] = []
        self.at_cost: dict[str, Given] = {}

    def node(self, name: str) -> None:
        """Declare the output of one node, its feed, and what it sells to or buys from others of the chain."""
        node, products = self.nodes[name], self.products
        section = self.model.section(f"node.{name}", TONNE, node.label)
        whole: Expr = self._rated(section, node)
        free = None
        if name in self.left:
            free = section.line("capacity_free", f"{node.label}: Capacity without events", whole)
            whole = free * self.left[name]
        capacity = section.line("capacity", f"{node.label}: Capacity", whole)
        fed = node.takes is not None or products[node.product].contained_in == "feed"
        need = self._need(section, node) if fed else None
        output: Expr = capacity
        if node.takes is not None and need is not None:
            self.stock_of(node.takes.product)
            output = lo(capacity, ratio(self._available(section, node), need))
        produced = section.line("produced", f"{node.label}: Main product made", output)
        self._product(node.product, produced, need if products[node.product].contained_in == "feed" else None)
        for product, share in node.by_products.items():
            title = f"{node.label}: {products[product].label} made"
            self._product(product, section.line(f"by_product.{product}", title, produced * share), None)
        fed_by = None if need is None or node.takes is None else self._take(section, name, produced, need)
        self.plants[name] = PlantLines(name, node, capacity, free, need, produced, fed_by)
        if node.buys:
            self.feed[name] = self._buy(section, name, node)

    def stock_of(self, product: str) -> Account:
        """The stock of a product, opened on first use."""
        if product not in self.stock:
            label = self.products[product].label
            section = self.model.section(f"product.{product}", TONNE, label)
            self.sections[product] = section
            self.stock[product] = section.account("stock", f"{label}: Stock")
        return self.stock[product]

    def _rated(self, section: Section, node: Node) -> Expr:
        """Capacity as availability, ramp-up and a shut-down leave it."""
        rated = node.nameplate * node.availability * self._ramp_up(section, node)
        years = self.clock.years * self.clock.operations
        return rated * years if self.running is None else rated * years * self.running

    def _ramp_up(self, section: Section, node: Node) -> Expr:
        """The share of capacity by operating year; a late plant starts with the first of them."""
        if not self.clock.delays or not node.ramp_up.series:
            return node.ramp_up
        planned = section.line("ramp_up", f"{node.label}: Ramp-up, as planned", node.ramp_up, RATIO)
        return section.line("ramp_up_late", f"{node.label}: Ramp-up", self.clock.delayed(planned), RATIO)

    def _need(self, section: Section, node: Node) -> Line:
        """Feed per kg of product."""
        per_product: Expr = Const(1) if node.takes is None else node.takes.per_product
        return section.line(
            "feed_per_product", f"{section.title}: Contained feed per kg made", per_product / node.recovery, RATIO
        )

    def _available(self, section: Section, node: Node) -> Line:
        """What earlier nodes left of the product that this one takes."""
        assert node.takes is not None
        source = node.takes.product
        before = self.taken.get(source, [])
        left = add([self.stock[source].opening + self.produced[source], *(-line for line in before)])
        allowed = left if node.takes.licence is None else left * node.takes.licence
        return section.line("feed_available", f"{section.title}: Feed available", allowed)

    def _product(self, product: str, produced: Line, contained: Expr | None) -> None:
        self.stock_of(product)
        self.produced[product] = produced
        label = f"{self.products[product].label}: First product contained per kg"
        self.contained[product] = self.sections[product].line(
            "contained", label, Const(1) if contained is None else contained, RATIO
        )

    def _take(self, section: Section, name: str, produced: Line, need: Line) -> Fed:
        """Feed from another node; at cost, its price is known with the stock that it leaves (`inventory`)."""
        node = self.nodes[name]
        assert node.takes is not None
        product, seller = node.takes.product, self.nodes[node.takes.node].entity
        taken = section.line("taken", f"{section.title}: Feed taken", produced * need)
        self.taken.setdefault(product, []).append(taken)
        label = f"{section.title}: Feed at the transfer price"
        cost = section.ahead("transfer", label, self.macro.money)
        if node.takes.pricing == "market":
            terms = self.products[product]
            price = market_value(terms, self.market.index[terms.price], self.contained[product], self.macro)
            cost.define(taken * KG_PER_T * price * (1 - node.takes.margin))
        else:
            self.at_cost[name] = node.takes.margin
        if seller != node.entity:
            self.transfers.append(Transfer(seller, node.entity, cost))
        return Fed(taken, cost)

    def _buy(self, section: Section, name: str, node: Node) -> list[Spend]:
        """Feed bought: a share of the index, on a price not below the floor, of what it contains."""
        spends = []
        for product, terms in node.buys.items():
            index = hi(self.market.index[self.products[product].price], self.macro.convert(terms.floor))
            value = self.produced[product] * (1 / node.recovery) * KG_PER_T * terms.payable * index
            label = f"{section.title}: Feed, {self.products[product].label}"
            billed = section.line(f"feed_cost.{product}", label, value, self.macro.money)
            spends.append(Spend(f"feed.{name}.{product}", label, node.entity, billed, terms.payment_days))
            if terms.rebate is not None:
                self._rebate(section, f"feed.{name}.{product}.rebate", node, product)
        return spends

    def _rebate(self, section: Section, name: str, node: Node, product: str) -> None:
        """The recycler's share of what is paid for taking scrap; who hands it over keeps the rest."""
        terms, money = node.buys[product], self.macro.money
        assert terms.rebate is not None and terms.recycled is not None
        label = f"{section.title}: Rebate for taking {self.products[product].label}"
        fed = self.produced[product] * (1 / node.recovery) * KG_PER_T
        paid = fed * terms.recycled * self.macro.convert(terms.rebate)
        whole = section.line(f"rebate.{product}", f"{label}, in all", paid, money)
        own = section.line(
            f"rebate_share.{product}", f"{label}, the recycler's share", whole * terms.rebate_share, money
        )
        self.rebates.append(Sale(name, label, node.entity, own, terms.payment_days))

    def close(self) -> dict[str, Goods]:
        """Declare what is sold of each product, and its stock."""
        owner = {product: name for name, node in self.nodes.items() for product in (node.product, *node.by_products)}
        goods = {}
        for product, produced in self.produced.items():
            section, terms, stock = self.sections[product], self.products[product], self.stock[product]
            taken = section.line("taken", f"{terms.label}: Taken by the chain", add(self.taken.get(product, [])))
            held = self.clock.operations & ~self.clock.last_operation
            target = section.line(
                "stock_target",
                f"{terms.label}: Stock target",
                produced * ratio(terms.stock_days, self.clock.days) * held,
            )
            left = section.line(
                "available", f"{terms.label}: Stock and output after the chain", stock.opening + produced - taken
            )
            sold = section.line("sold", f"{terms.label}: Sold", self._shipped(section, terms, left - lo(left, target)))
            stock.close(add=[produced], less=[taken, sold])
            node = owner[product]
            contained, capacity = self.contained[product], self._capacity(node, product)
            goods[product] = Goods(
                id=product,
                terms=terms,
                node=node,
                plant=self.plants[node],
                entity=self.nodes[node].entity,
                produced=produced,
                taken=taken,
                sold=sold,
                stock=stock,
                contained=contained,
                capacity=capacity,
            )
        return goods

    def _capacity(self, name: str, product: str) -> Expr:
        """Tonnes a year of a product that its node makes when it runs all the time."""
        node = self.nodes[name]
        return node.nameplate if product == node.product else node.nameplate * node.by_products[product]

    def _shipped(self, section: Section, terms: Product, ready: Expr) -> Expr:
        """What licences allow of what is ready to be sold; the rest stays in stock."""
        if terms.licence is None:
            return ready
        allowed = hi(terms.licence, self.clock.last_operation)
        held = section.line("held_back", f"{terms.label}: Held back for want of a licence", ready * (1 - allowed))
        return ready - held


def build(context: Context, plants: Plants, market: Market) -> Chain:
    """Declare the chain.

    Args:
        plants: Nodes and products of the case, and what stops them.
        market: Prices of what feed is bought by, and of what is handed on at its market value.

    Raises:
        ModelError: The nodes feed each other.
    """
    builder = _Builder(context, plants, market)
    names = order(plants.nodes)
    for name in names:
        builder.node(name)
    goods = builder.close()
    main = {name: goods[plants.nodes[name].product] for name in names}
    taken = {name: node.takes for name, node in plants.nodes.items() if node.takes is not None}
    fed_by = {name: feed.node for name, feed in taken.items() if feed.product == plants.nodes[feed.node].product}
    return Chain(
        plants=builder.plants,
        main=main,
        goods=goods,
        feed=builder.feed,
        transfers=builder.transfers,
        fed_by=fed_by,
        rebates=builder.rebates,
        at_cost=builder.at_cost,
        companies=plants.companies,
    )


def order(nodes: Mapping[str, Node]) -> list[str]:
    """Names of the nodes, each after the node that feeds it.

    Args:
        nodes: Name → terms of the node.

    Raises:
        ModelError: The nodes feed each other.
    """
    done: list[str] = []
    pending = list(nodes)
    while pending:
        takes = {name: nodes[name].takes for name in pending}
        ready = [name for name, taken in takes.items() if taken is None or taken.node in done]
        if not ready:
            raise ModelError(f"nodes feed each other: {' and '.join(pending)}")
        done += ready
        pending = [name for name in pending if name not in ready]
    return done
