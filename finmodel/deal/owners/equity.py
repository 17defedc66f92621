"""Equity: classes of owners, what they pay in and receive, tier by tier.

Tiers:   (1) other classes until each has its hurdle; (2) the subordinated classes until theirs, or their catch-up share
         of the tier with the others; (3) all by shares, a capped class stopping at its cap.
Sign:    paid in and received are positive; only the net flow may be negative.
Timing:  a hurdle account grows by actual days / 365; what every tier pays reduces it, never below 0. A class that is
         deferred takes part in no tier until its date, while its account grows.
Source:  decisions on the subordinated class (F30). "First in loss" is this order and no other rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.owners import contributions, exits
from finmodel.deal.owners.exits import Sale
from finmodel.deal.owners.terms import EquityClass
from finmodel.deal.tax.withholding import Treasury, Withheld
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Const, Expr, Given, add, hi, lo, ratio
from finmodel.kernel.model import Line, Section


@dataclass(frozen=True, eq=False, repr=False)
class Signed:
    """The equity that the deal was signed with, and the treasury that keeps back tax on dividends."""

    committed: Given | None = None
    treasury: Treasury | None = None

    def keeps(self, terms: EquityClass) -> Withheld | None:
        """What the treasury keeps back from a class."""
        return None if self.treasury is None else self.treasury.keeps(terms.withholding)


@dataclass(frozen=True, eq=False, repr=False)
class Owner:
    """One class: paid in to and received from the deal, and net flow [reporting currency per period].

    `put_in` and `got` have the prices of exits too, and `got` is after withholding tax; `outside` is what a buyer
    outside the deal receives, less what it pays in. `net_loans` is its net flow of shareholder loans, None without any.
    """

    id: str
    terms: EquityClass
    section: Section
    paid_in: Line
    received: Line
    put_in: Line
    got: Line
    net: Line
    outside: Line | None
    withheld: Line | None = None
    net_loans: Line | None = None


@dataclass(frozen=True, eq=False, repr=False)
class _Open:
    """A class while its tiers are being declared; `entitled` is None when it always takes part.

    It is traded when it sells its position or buys another.
    """

    id: str
    terms: EquityClass
    section: Section
    traded: bool
    paid_in: Line
    claim: Line
    closing: Line
    entitled: Line | None

    @property
    def owed(self) -> Expr:
        """What its tier owes it now."""
        return self.claim if self.entitled is None else self.claim * self.entitled


@dataclass(frozen=True, eq=False, repr=False)
class _Tier:
    """What a tier pays, by class and in all."""

    parts: dict[str, Expr]
    paid: Line


@dataclass(frozen=True, eq=False, repr=False)
class _Position:
    """What a position receives in all, and its sale if there is one."""

    owner: _Open
    received: Line
    sale: Sale | None


def build(
    context: Context, classes: Mapping[str, EquityClass], paid: Line, distributed: Line, signed: Signed | None = None
) -> list[Owner]:
    """Declare each class's account and its part of every distribution.

    Args:
        context: The deal's model, time and money.
        classes: The classes of equity by name.
        paid: What owners pay in [reporting currency per period].
        distributed: What they are paid [reporting currency per period].
        signed: What they committed, and who keeps back tax; None for neither.
    """
    signed, clock = signed or Signed(), context.clock
    paying = contributions.build(context, classes, paid, signed.committed)
    buyers = {terms.exit.buyer for terms in classes.values() if terms.exit is not None}
    traded = {name for name, terms in classes.items() if terms.exit is not None or name in buyers}
    opened = [_open(context, name, name in traded, terms, paying[name]) for name, terms in classes.items()]
    section = context.model.section("equity", context.money.money, "Equity")
    senior, junior = ([c for c in opened if c.terms.subordinated is after] for after in (False, True))
    first = _tier(section, "tier_one", "First tier", senior, distributed)
    left = section.line("after_tier_one", "Left after the first tier", distributed - first.paid)
    second = _catch_up(section, senior, junior, left)
    rest = section.line("tier_three", "Third tier, by shares", left - second.paid)
    before = {c.id: add(_part(c, first, second)) for c in opened}
    by_share = _shared(opened, rest, before, clock)
    positions = [_receive(context, c, [*_part(c, first, second), by_share[c.id]]) for c in opened]
    return [_close(position, positions, signed.keeps(position.owner.terms)) for position in positions]


def _open(context: Context, name: str, traded: bool, terms: EquityClass, paid: Expr) -> _Open:
    """Open the accounts of a class; `traded` says whether positions change hands with it."""
    clock = context.clock
    section = context.model.section(f"equity.{name}", context.money.money, terms.label)
    position = ("position_paid_in", "Paid in on its position") if traded else ("paid_in", "Paid in")
    paid_in = section.line(position[0], f"{terms.label}: {position[1]}", paid)
    closing = section.ahead("hurdle_left", f"{terms.label}: Still owed to reach its hurdle")
    claim = section.line(
        "hurdle_due",
        f"{terms.label}: Owed to reach its hurdle, before this payment",
        closing.prev * exits.growth(section, "hurdle", terms.hurdle, clock) + paid_in,
    )
    entitled = None
    if terms.deferred_until is not None:
        begun = terms.deferred_until <= clock.last_day
        entitled = section.flag("entitled", f"{terms.label}: Takes part in distributions", begun)
    return _Open(name, terms, section, traded, paid_in, claim, closing, entitled)


def _tier(section: Section, name: str, label: str, classes: list[_Open], means: Line) -> _Tier:
    """Pay the classes of a tier in proportion to what each is owed."""
    owed = section.line(f"{name}_due", f"{label}, owed", add([c.owed for c in classes]))
    paid = section.line(name, f"{label}, paid", lo(means, owed))
    return _Tier({c.id: paid * ratio(c.owed, owed) for c in classes}, paid)


def _catch_up(section: Section, others: list[_Open], late: list[_Open], means: Line) -> _Tier:
    """The second tier; where a class has a catch-up share, the others receive the rest of what is paid for it."""
    if all(c.terms.catch_up is None for c in late):
        return _tier(section, "tier_two", "Second tier", late, means)
    shares: dict[str, Expr] = {c.id: Const(1) if c.terms.catch_up is None else c.terms.catch_up for c in late}
    wanted = {c.id: c.owed if c.terms.catch_up is None else c.owed / c.terms.catch_up for c in late}
    whole = section.line("tier_two_due", "Second tier, owed", add(list(wanted.values())))
    paid = section.line("tier_two", "Second tier, paid", lo(means, whole))
    parts = {c.id: paid * ratio(wanted[c.id], whole) * shares[c.id] for c in late}
    beside = section.line("tier_two_beside", "Second tier, paid to the others", paid - add(list(parts.values())))
    return _Tier(parts | _by_weight(others, beside), paid)


def _by_weight(classes: Sequence[_Open], amount: Expr) -> dict[str, Expr]:
    """An amount by the shares of the classes that take part."""
    weights = {c.id: c.terms.share if c.entitled is None else c.terms.share * c.entitled for c in classes}
    whole = add(list(weights.values()))
    return {name: amount * ratio(weight, whole) for name, weight in weights.items()}


def _part(owner: _Open, *tiers: _Tier) -> list[Expr]:
    return [tier.parts[owner.id] for tier in tiers if owner.id in tier.parts]


def _shared(opened: list[_Open], rest: Line, before: Mapping[str, Expr], clock: Clock) -> dict[str, Expr]:
    """The third tier by shares; what a cap holds back goes to the classes without one."""
    capped = {c.id: _capped(c, rest, before[c.id], clock) for c in opened if c.terms.cap is not None}
    remaining: Expr = rest
    for line in capped.values():
        remaining = remaining - line
    return {**capped, **_by_weight([c for c in opened if c.terms.cap is None], remaining)}


def _capped(owner: _Open, rest: Line, before: Expr, clock: Clock) -> Line:
    section, cap = owner.section, owner.terms.cap
    assert cap is not None
    closing = section.ahead("cap_left", f"{section.title}: Room below its cap")
    room = section.line(
        "cap_due",
        f"{section.title}: Room below its cap, before this payment",
        closing.prev * exits.growth(section, "cap", cap, clock) + owner.paid_in,
    )
    wanted = rest * owner.terms.share if owner.entitled is None else rest * owner.terms.share * owner.entitled
    paid = section.line("third_tier", f"{section.title}: Third tier", lo(wanted, hi(0, room - before)))
    closing.define(hi(0, room - before - paid))
    return paid


def _receive(context: Context, owner: _Open, parts: list[Expr]) -> _Position:
    """What the position receives: what the class receives, unless positions change hands with it."""
    title, terms = owner.section.title, owner.terms.exit
    position = ("position_received", "Received on its position")
    name, label = position if owner.traded else ("received", "Received")
    received = owner.section.line(name, f"{title}: {label}", add(parts))
    owner.closing.define(hi(0, owner.claim - received))
    if terms is None:
        return _Position(owner, received, None)
    return _Position(owner, received, exits.sale(context, owner.section, terms, owner.paid_in, received))


def _close(position: _Position, positions: list[_Position], kept: Withheld | None) -> Owner:
    """The class's own flows: its position until it is sold, and the positions that it bought."""
    owner, line, title = position.owner, position.owner.section.line, position.owner.section.title
    bought = [other for other in positions if other.sale is not None and other.sale.terms.buyer == owner.id]
    paid_in, received = owner.paid_in, position.received
    put_in, got = paid_in, received
    if owner.traded:
        paid_in, received = _own(position, bought)
        bid: list[Expr] = [other.sale.price for other in bought if other.sale is not None]
        put_in = line("put_in", f"{title}: Paid in, and for what it bought", add([paid_in, *bid]))
        sold: list[Expr] = [position.sale.price] if position.sale is not None else []
        got = line("got", f"{title}: Received, and for what it sold", add([received, *sold]))
    register = owner.section.model.register
    register.receives(paid_in, f"equity.{owner.id}")
    tax = None if kept is None else kept.from_dividends(owner.section, received)
    register.pays(received if tax is None else received - tax, f"equity.{owner.id}")
    if tax is not None:
        got = line("kept", f"{title}: Received, less withholding tax", got - tax)
    net = line("net_flow", f"{title}: Net flow", got - put_in)
    return Owner(owner.id, owner.terms, owner.section, paid_in, received, put_in, got, net, _outside(position), tax)


def _own(position: _Position, bought: list[_Position]) -> tuple[Line, Line]:
    """What the class pays in and receives itself, once positions change hands."""
    line, title = position.owner.section.line, position.owner.section.title
    kept: Expr = Const(1) if position.sale is None else ~position.sale.after
    flows = []
    for name, label, pick in (("paid_in", "Paid in", _paid), ("received", "Received", _got)):
        taken = [pick(other) * other.sale.after for other in bought if other.sale is not None]
        flows.append(line(name, f"{title}: {label}", add([pick(position) * kept, *taken])))
    return flows[0], flows[1]


def _paid(position: _Position) -> Line:
    return position.owner.paid_in


def _got(position: _Position) -> Line:
    return position.received


def _outside(position: _Position) -> Line | None:
    """What an outside buyer receives on the position, less what it pays in; a party of its own."""
    sale, owner = position.sale, position.owner
    if sale is None or sale.terms.outside_buyer is None:
        return None
    label = f"{owner.section.title}: Net flow of its buyer, beside the price"
    net = owner.section.line("net_outside", label, (position.received - owner.paid_in) * sale.after)
    owner.section.model.register.pays(net, f"buyer.{owner.id}")
    return net
