"""Events: what stops output or money for a time, political or commercial, and the cash that political ones take away.

Effect:  expropriation, export_ban, political_force_majeure and commercial_default take a share of the output of their
         nodes, of all when none is named. transfer_stop blocks a share of cash before debt service; the account is
         free again when no transfer is stopped. Fixed costs run on.
Loss:    against the output without the event, at the same prices: tonnes lost to political events x (value of the main
         product and by-products at their index - feed - cost per kg and share of revenue), and the cash that is
         blocked. It is before tax, and leaves out price support, discounts and payment days. What a node loses for want
         of feed counts when the event names it too.
Sign:    every line is the positive amount that its label names.
Timing:  an event holds in the periods from its start for its duration. Its share is 0 in the case, on which debt is
         sized; a scenario or a path switches it on.
Source:  cash lost is measured against the event-free volume at the same prices (F31).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.cover.terms import Event
from finmodel.deal.market.macro import Macro
from finmodel.deal.market.prices import Market
from finmodel.deal.plant.goods import Chain, market_value
from finmodel.deal.schema import CaseTables
from finmodel.deal.time.calendar import KG_PER_T
from finmodel.kernel.expr import Const, Expr, add, hi, month_of
from finmodel.kernel.model import Line, Section
from finmodel.kernel.units import RATIO

_STOPS_MONEY = "transfer_stop"
_COMMERCIAL = "commercial_default"


@dataclass(frozen=True, eq=False, repr=False)
class Events:
    """Shares that events leave [ratio per period]: of output by node, of output after political events alone, of cash.

    `political` is 1 while a political event holds that takes something.
    """

    left: Mapping[str, Line]
    left_political: Mapping[str, Line]
    stopped: Line | None
    political: Line | None


@dataclass(frozen=True, eq=False, repr=False)
class Blocked:
    """Cash that a stop of transfers blocks, and what moves for all that [reporting currency per period]."""

    added: Line
    moves: Expr


NONE = Events({}, {}, None, None)


def build(context: Context, case: CaseTables) -> Events:
    """Declare each event; nothing when the case has none."""
    if not case.event:
        return NONE
    lost = {name: _lost(context, name, terms) for name, terms in case.event.items()}
    section = context.model.section("events", RATIO, "Events")
    left, political = {}, {}
    for node, terms in case.node.items():
        hit = [name for name, event in case.event.items() if _hits(event, node)]
        by_state = [name for name in hit if case.event[name].kind != _COMMERCIAL]
        if hit:
            left[node] = _left(section, f"left.{node}", f"Output left of {terms.label}", [lost[n] for n in hit])
            label = f"Output left of {terms.label} by political events"
            political[node] = _left(section, f"left_political.{node}", label, [lost[n] for n in by_state])
    stops = [lost[name] for name, event in case.event.items() if event.kind == _STOPS_MONEY]
    stopped = section.line("stopped", "Share of cash that is not transferred", hi(*stops, Const(0))) if stops else None
    holding = [lost[name] > 0 for name, event in case.event.items() if event.kind != _COMMERCIAL]
    flag: Expr = Const(0)
    for held in holding:
        flag = flag | held
    return Events(left, political, stopped, section.flag("political", "A political event holds", flag))


def _hits(event: Event, node: str) -> bool:
    return event.kind != _STOPS_MONEY and (not event.nodes or node in event.nodes)


def _lost(context: Context, name: str, terms: Event) -> Line:
    clock = context.clock
    section = context.model.section(f"event.{name}", RATIO, terms.label)
    start = month_of(terms.start) + terms.later
    holds = (start < clock.end_month) & (clock.end_month <= start + terms.duration)
    active = section.flag("active", f"{terms.label}: Holds", holds)
    return section.line("lost", f"{terms.label}: Share lost", active * terms.share)


def _left(section: Section, name: str, label: str, lost: list[Line]) -> Line:
    share: Expr = Const(1)
    for line in lost:
        share = share * (1 - line)
    return section.line(name, label, share)


def cash_lost(context: Context, case: CaseTables, events: Events, chain: Chain, market: Market) -> Line | None:
    """Declare the cash of operations that political events take away.

    Args:
        context: The deal's model, time and money.
        case: The tables of the case.
        events: What events leave of output.
        chain: The plants and their products.
        market: Prices.

    Returns:
        Cash [reporting currency per period]; None without a political event.
    """
    if events.political is None:
        return None
    section = context.model.section("events_cash", context.money.money, "Cash lost to events")
    parts = []
    for node, left in events.left_political.items():
        goods, capacity = chain.main[node], chain.plants[node].capacity_free
        assert capacity is not None
        made = section.line(
            f"tonnes.{node}",
            f"{goods.terms.label}: Tonnes lost to political events",
            capacity * (1 - left),
            capacity.unit,
        )
        margin = _margin(context, section, case, node, chain, market)
        parts.append(
            section.line(
                f"lost.{node}", f"{goods.terms.label}: Margin lost to political events", made * KG_PER_T * hi(0, margin)
            )
        )
    return section.line("operations", "Cash of operations lost to political events", add(list(parts)))


def _margin(context: Context, section: Section, case: CaseTables, node: str, chain: Chain, market: Market) -> Line:
    """Value of a kg of the main product with its by-products, less what it costs beside fixed cost."""
    macro = context.money
    terms = case.node[node]
    products = {terms.product: Const(1), **terms.by_products}
    value = add([_value(chain, id, market, macro) * share for id, share in products.items()])
    came: Expr = value
    for id, feed in terms.buys.items():
        index = hi(market.index[case.product[id].price], macro.convert(feed.floor))
        came = came - index * feed.payable * products[id] / terms.recovery
    if terms.takes is not None:
        need = chain.plants[node].need
        assert need is not None
        came = came - _value(chain, terms.takes.product, market, macro) * need
    for cost in case.cost.values():
        if cost.node == node and cost.per_kg is not None:
            came = came - macro.convert(cost.per_kg) * macro.index(cost.inflation)
        elif cost.node == node and cost.of_revenue is not None:
            came = came - value * cost.of_revenue
    label = f"{terms.label}: Margin per kg of the main product"
    return section.line(f"net_margin.{node}", label, came, value.unit)


def _value(chain: Chain, product: str, market: Market, macro: Macro) -> Expr:
    goods = chain.goods[product]
    return market_value(goods.terms, market.index[goods.terms.price], goods.contained, macro)


def block(context: Context, stopped: Line, cash: Line) -> Blocked:
    """Declare what of the cash before debt service is blocked, and freed again.

    Args:
        context: The deal's model, time and money.
        stopped: The share of cash that is not transferred.
        cash: Cash before debt service [reporting currency per period]; may be negative.
    """
    clock, register = context.clock, context.register
    section = context.model.section("blocked", cash.unit, "Blocked cash")
    account = section.account("cash", "Blocked cash")
    blocked = section.line("added", "Cash blocked", hi(0, cash) * stopped * ~clock.last)
    freed = section.line("freed", "Cash freed again", account.opening * ((stopped <= 0) | clock.last))
    account.close(add=[blocked], less=[freed])
    register.banks_with("blocked_cash", account.opening, account.closing)
    register.owns("blocked_cash", account.closing)
    return Blocked(blocked, cash - blocked + freed)
