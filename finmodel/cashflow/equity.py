"""Equity: classes of owners, what they pay in and receive, tier by tier.

Tiers:   (1) other classes until each has its hurdle; (2) the subordinated classes until theirs; (3) all by shares, a
         capped class stopping at its cap.
Sign:    paid in and received are positive; only the net flow may be negative.
Timing:  a hurdle account grows by actual days / 365; what every tier pays reduces it, never below 0.
Source:  decisions on the subordinated class (F30). "First in loss" is this order and no other rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from finmodel.base.expr import Expr, Given, add, hi, lo, ratio
from finmodel.base.model import Line, Model, Section
from finmodel.base.units import RATIO
from finmodel.case.calendar import DAYS_PER_YEAR, ONE_YEAR
from finmodel.case.schema_equity import EquityClass
from finmodel.cashflow.macro import Macro
from finmodel.cashflow.timing import Clock
from finmodel.cashflow.withholding import Treasury, Withheld


@dataclass(frozen=True)
class Owner:
    """One class: paid in, received and net flow [reporting currency per period]."""

    id: str
    terms: EquityClass
    paid_in: Line
    received: Line
    net: Line
    withheld: Line | None = None


@dataclass(frozen=True)
class _Open:
    """A class while its tiers are being declared."""

    id: str
    terms: EquityClass
    section: Section
    paid_in: Line
    claim: Line
    closing: Line


def build(
    model: Model,
    classes: Mapping[str, EquityClass],
    paid: Line,
    distributed: Line,
    frame: tuple[Clock, Macro],
    treasury: Treasury | None = None,
) -> list[Owner]:
    """Declare each class's account and its part of every distribution; `treasury` keeps back its tax."""
    clock, macro = frame
    opened = [_open(model, name, terms, paid, frame) for name, terms in classes.items()]
    section = model.section("equity", macro.money, "Equity")
    first, tier_one = _tier(
        section, "tier_one", "First tier", [c for c in opened if not c.terms.subordinated], distributed
    )
    left = section.line("after_tier_one", "Left after the first tier", distributed - tier_one)
    second, tier_two = _tier(section, "tier_two", "Second tier", [c for c in opened if c.terms.subordinated], left)
    rest = section.line("tier_three", "Third tier, by shares", left - tier_two)
    by_share = _shared(opened, rest, first | second, clock)
    kept = {c.id: None if treasury is None else treasury.keeps(c.terms.withholding) for c in opened}
    return [_close(owner, [*_part(owner, first, second), by_share[owner.id]], kept[owner.id]) for owner in opened]


def _open(model: Model, name: str, terms: EquityClass, paid: Line, frame: tuple[Clock, Macro]) -> _Open:
    clock, macro = frame
    section = model.section(f"equity.{name}", macro.money, terms.label)
    paid_in = section.line("paid_in", f"{terms.label}: Paid in", paid * terms.share)
    closing = section.ahead("hurdle_left", f"{terms.label}: Still owed to reach its hurdle")
    claim = section.line(
        "hurdle_due",
        f"{terms.label}: Owed to reach its hurdle, before this payment",
        _grown(section, "hurdle", terms.hurdle, closing, clock) + paid_in,
    )
    return _Open(name, terms, section, paid_in, claim, closing)


def _grown(section: Section, name: str, rate: Given, balance: Line, clock: Clock) -> Expr:
    """Last period's balance with its return for the days of this period."""
    years = clock.days / DAYS_PER_YEAR / ONE_YEAR
    growth = section.line(
        f"{name}_growth", f"{section.title}: Growth of its {name} account", (1 + rate * ONE_YEAR) ** years, RATIO
    )
    return balance.prev * growth


def _tier(section: Section, name: str, label: str, classes: list[_Open], means: Line) -> tuple[dict[str, Expr], Line]:
    """Pay the classes of a tier in proportion to what each is owed."""
    owed = section.line(f"{name}_due", f"{label}, owed", add([c.claim for c in classes]))
    paid = section.line(name, f"{label}, paid", lo(means, owed))
    return {c.id: paid * ratio(c.claim, owed) for c in classes}, paid


def _part(owner: _Open, *tiers: Mapping[str, Expr]) -> list[Expr]:
    return [tier[owner.id] for tier in tiers if owner.id in tier]


def _shared(opened: list[_Open], rest: Line, before: Mapping[str, Expr], clock: Clock) -> dict[str, Expr]:
    """The third tier by shares; what a cap holds back goes to the classes without one."""
    capped = {c.id: _capped(c, rest, before[c.id], clock) for c in opened if c.terms.cap is not None}
    free = [c for c in opened if c.terms.cap is None]
    remaining: Expr = rest
    for line in capped.values():
        remaining = remaining - line
    weights = add([c.terms.share for c in free])
    return {**capped, **{c.id: remaining * ratio(c.terms.share, weights) for c in free}}


def _capped(owner: _Open, rest: Line, before: Expr, clock: Clock) -> Line:
    section, cap = owner.section, owner.terms.cap
    assert cap is not None
    closing = section.ahead("cap_left", f"{section.title}: Room below its cap")
    room = section.line(
        "cap_due",
        f"{section.title}: Room below its cap, before this payment",
        _grown(section, "cap", cap, closing, clock) + owner.paid_in,
    )
    paid = section.line(
        "third_tier", f"{section.title}: Third tier", lo(rest * owner.terms.share, hi(0, room - before))
    )
    closing.define(hi(0, room - before - paid))
    return paid


def _close(owner: _Open, parts: list[Expr], kept: Withheld | None) -> Owner:
    title = owner.section.title
    received = owner.section.line("received", f"{title}: Received", add(parts))
    owner.closing.define(hi(0, owner.claim - received))
    register = owner.section.model.register
    register.receives(owner.paid_in, f"equity.{owner.id}")
    tax = None if kept is None else kept.from_dividends(owner.section, received)
    got: Expr = received if tax is None else received - tax
    register.pays(got, f"equity.{owner.id}")
    net = owner.section.line("net_flow", f"{title}: Net flow", got - owner.paid_in)
    return Owner(owner.id, owner.terms, owner.paid_in, received, net, tax)
