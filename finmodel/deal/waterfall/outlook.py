"""Outlook: what prices expected on a date move of the plan's cash of the next twelve months, before tax.

Moved:   the plan's tonnes sold under contracts (index, discount, floor and ceiling of the date) and spot, bought as
         feed, and supported by a floor or a strike (before windows, caps and the budget), each less the costs that are
         a share of its plant's revenue. Held as on the plan: tonnes, all other cost, tax, support of other kinds,
         upside shares, take-or-pay and working capital.
Prices:  "price_held" holds those of the date for twelve months. "projection" moves the plan's prices by the gap of the
         date, in money per kg; it fades at the speed of reversion that [risk] has for the index, and is held without.
Sign:    tonnes bought are negative, and so is what lower prices take.
Timing:  read on payment dates: periods after the date, up to twelve months. The plan's tonnes and prices are those of
         the sizing case, found with the debt; of the path only prices of the date are read, so it never sees its own
         future.
Source:  the forward test of a bank's covenant page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from finmodel.deal.context import Context
from finmodel.deal.operations import Operations
from finmodel.deal.sales import price_formula
from finmodel.deal.schema import CaseTables
from finmodel.deal.time.calendar import KG_PER_T, NATURAL, ONE_YEAR
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Const, Expr, Given, add, hi, ratio
from finmodel.kernel.model import Line, Section
from finmodel.kernel.units import TONNE, Unit, unit


@dataclass(frozen=True, eq=False, repr=False)
class Item:
    """What is sold or bought at one price: tonnes [contained, bought ones negative] and price [money per kg].

    `index` names the market price that it follows. `planned` is whether the plan's CFADS count it.
    """

    id: str
    label: str
    index: str
    tonnes: Expr
    price: Expr
    planned: bool = True


def build(context: Context, case: CaseTables, works: Operations) -> Line | None:
    """Declare what expected prices move of the plan's next twelve months; None where the forecast is the plan."""
    kind = case.waterfall.forecast
    if kind == "plan":
        return None
    money = context.money.money
    section = context.model.section("outlook", money, "Cover ahead, expected prices")
    view = _View(section, context.clock, money / unit("kg"), kind)
    moved = [view.moves(item, _reversion(case, item.index)) for item in _items(context, case, works)]
    label = "What expected prices move of the plan, next 12 months, before tax"
    return section.line("net_moved", label, add(moved))


def _reversion(case: CaseTables, index: str) -> Given | None:
    """The yearly speed at which a gap of this index fades; None where it is held."""
    process = None if case.risk is None else case.risk.price.get(index)
    return None if process is None else process.reversion


def _items(context: Context, case: CaseTables, works: Operations) -> Iterator[Item]:
    """Everything that is sold or bought at a market price, by contract, product and plant."""
    money = context.money
    index, kept = works.market.index, {name: _kept(case, name) for name in case.node}
    for name, contract in works.sales.contracts.items():
        terms = contract.terms
        for price in dict.fromkeys(supply.goods.terms.price for supply in contract.supplies):
            own = [supply for supply in contract.supplies if supply.goods.terms.price == price]
            tonnes = add([supply.paid_for * kept[supply.goods.node] for supply in own])
            paid = price_formula.contract_price(terms, index[price], money)
            yield Item(f"offtake.{name}.{price}", f"{terms.label}, {case.price[price].label}", price, tonnes, paid)
    for name, goods in works.chain.goods.items():
        sold = works.sales.spot[name] * goods.contained * kept[goods.node]
        paid = index[goods.terms.price] * (1 - goods.terms.spot_discount)
        yield Item(f"spot.{name}", f"{goods.terms.label}, spot", goods.terms.price, sold, paid)
    for name, node in case.node.items():
        for product, feed in node.buys.items():
            price = case.product[product].price
            bought = works.chain.goods[product].produced * (1 / node.recovery) * feed.payable
            paid = hi(index[price], money.convert(feed.floor))
            label = f"{node.label}: Feed, {case.product[product].label}"
            yield Item(f"feed.{name}.{product}", label, price, Const(0) - bought, paid)
    yield from _supported(case, works, kept)


def _supported(case: CaseTables, works: Operations, kept: Mapping[str, Expr]) -> Iterator[Item]:
    """Support that prices measure; the plan counts that of buyers always, and public support as lenders do."""
    for name, contract in works.support.contracts.items():
        if contract.per_kg is None:
            continue
        supplies = [supply for seller in contract.sellers for supply in seller.supplies]
        tonnes: Expr = contract.supported
        if any(not isinstance(kept[supply.goods.node], Const) for supply in supplies):
            whole = add([supply.paid_for for supply in supplies])
            tonnes = tonnes * ratio(add([supply.paid_for * kept[supply.goods.node] for supply in supplies]), whole)
        counted = case.sizing.support == "contract" or not contract.public
        terms = contract.terms
        yield Item(f"support.{name}", terms.label, terms.price, tonnes, contract.per_kg, counted)


def _kept(case: CaseTables, node: str) -> Expr:
    """What costs that are a share of a plant's revenue leave of a unit of it."""
    shares = [cost.of_revenue for cost in case.cost.values() if cost.node == node and cost.of_revenue is not None]
    return 1 - add([*shares]) if shares else Const(1)


@dataclass(frozen=True, eq=False, repr=False)
class _View:
    """Where the lines of an outlook stand, and how prices are expected."""

    section: Section
    clock: Clock
    per_kg: Unit
    kind: Literal["price_held", "projection"]

    def moves(self, item: Item, reversion: Given | None) -> Expr:
        """What the price of the date, held or fading to the plan's, moves of the plan's next twelve months."""
        section, name, label = self.section, item.id, item.label
        tonnes = section.line(f"{name}.net_tonnes", f"{label}: Tonnes less shares of revenue", item.tonnes, TONNE)
        always = self.clock.construction | self.clock.completed  # a price that never moves is a row all the same
        price = section.line(f"{name}.net_price", f"{label}: Price of the date", item.price * always, self.per_kg)
        planned = self._planned("tonnes", item, tonnes)
        at: Expr = self._planned("price", item, price) if item.planned else Const(0)
        if self.kind == "price_held":
            held = self._ahead(f"{name}.net_ahead", f"{label}: Planned tonnes, to the end", planned, TONNE, None)
            expected = price * held * KG_PER_T
            if not item.planned:
                return expected
            value = planned * at * KG_PER_T
            label = f"{label}: Planned value, to the end"
            return expected - self._ahead(f"{name}.net_value", label, value, section.unit, None)
        label = f"{label}: Planned tonnes, by what is left of a gap, to the end"
        return (price - at) * self._ahead(f"{name}.net_ahead", label, planned, TONNE, reversion) * KG_PER_T

    def _planned(self, what: str, item: Item, target: Line) -> Given:
        """The plan's value of a line, found with the debt on the sizing case."""
        model, words = self.section.model, f"{item.label}: {what.capitalize()} on the plan"
        none = (0.0,) * self.clock.timeline.count
        id, source = f"solved.plan_{what}.{item.id}", "solved on the sizing case"
        value = Given(id, none, target.unit, words, where="solved", source=source, solved=True)
        model.solve(value, target)
        return value

    def _ahead(self, name: str, label: str, flow: Expr, of: Unit, reversion: Given | None) -> Expr:
        """The sum of the next twelve months, each period by what a gap of today has left then."""
        rest, year = self.section.ahead(name, label, of), self.clock.timeline.per_year
        if reversion is None:
            rest.define(rest.next + flow)
            return rest.lead(1) - rest.lead(1 + year)
        fade = NATURAL ** (0 - reversion * self.clock.years)
        rest.define(rest.next * fade + flow)
        return (rest.lead(1) - rest.lead(1 + year) * NATURAL ** (0 - reversion * ONE_YEAR)) * fade
