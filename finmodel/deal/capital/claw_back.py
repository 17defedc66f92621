"""Claw-back of grants: a share of profit goes back to the payer, up to the grant.

Basis:   distributions: a share of what could be distributed, on the same date. Profit: a share of the group's profit of
         a year of the grant's entity, claimed when the next year starts and paid from what could be distributed.
Sign:    every line is the positive amount that its label names.
Timing:  for some years from completion. A claim that never finds distributable cash lapses in the last period.
Rank:    after all debt and the tests of distributions, before the owners: lenders do not pay for it. It is not
         deducted for tax (assumed): a claim on distributions is no cost of the business.
Source:  grants under the Economic Security Promotion Act: part of the profit from dividends is repaid, up to the
         grant. The ledger is kept in the currency of the grant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from finmodel.deal.capital.grant import GrantLines
from finmodel.deal.capital.terms import ClawBack
from finmodel.deal.market.macro import Macro
from finmodel.deal.tax.terms import Entity
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, hi, lo, where
from finmodel.kernel.model import Line, Model

_PROFIT = "net_profit_to_date"


@dataclass(frozen=True, eq=False, repr=False)
class _Base:
    """What a claim is a share of in a period, and when it counts."""

    amount: Expr
    clock: Clock
    macro: Macro


def build(
    model: Model,
    grants: Mapping[str, GrantLines],
    entities: Mapping[str, Entity],
    distributable: Line,
    frame: tuple[Clock, Macro],
) -> Line:
    """Declare what each payer takes back; returns what is left for the owners, unchanged when nobody does."""
    clock, macro = frame
    claimed = {name: lines for name, lines in grants.items() if lines.terms.claw_back is not None}
    if not claimed:
        return distributable
    left: Expr = distributable
    for name, lines in claimed.items():
        assert lines.terms.claw_back is not None
        amount: Expr = distributable
        if lines.terms.claw_back.basis == "profit":
            amount = _year_before(model, name, lines, entities[lines.entity].tax_year_end, clock)
        left = left - _claim(model, name, lines, left, _Base(amount, clock, macro))
    section = model.section("claw_back", macro.money, "Claw-back of grants")
    return section.line("distributions_left", "Distributions to owners, after claw-back", left)


def close(model: Model, grants: Mapping[str, GrantLines], entities: Mapping[str, Entity], clock: Clock) -> None:
    """Say what profit is, once the statements are declared."""
    for name, lines in grants.items():
        terms = lines.terms.claw_back
        if terms is not None and terms.basis == "profit":
            to_date = model.find(f"grant.{name}.claw_back.{_PROFIT}")
            starts = clock.year_start(entities[lines.entity].tax_year_end)
            counted = model.find("income.net_profit") * _within(terms, clock)
            to_date.define(where(starts, 0, to_date.prev) + counted)


def _year_before(model: Model, name: str, lines: GrantLines, year_end: str, clock: Clock) -> Expr:
    """Profit of the year that ended, in the first period of the next one; a loss counts for nothing."""
    label = f"{lines.terms.label}: Profit that counts for claw-back, year to date"
    to_date = model.sections[f"grant.{name}"].ahead(f"claw_back.{_PROFIT}", label)
    return clock.year_start(year_end) * hi(0, to_date.prev)


def _within(terms: ClawBack, clock: Clock) -> Expr:
    return clock.completed & (clock.operation_years <= terms.years)


def _claim(model: Model, name: str, lines: GrantLines, means: Expr, base: _Base) -> Line:
    """The ledger of one grant: claimed up to the grant, paid from what is left, lapsed at the end."""
    terms, grant = lines.terms.claw_back, lines.terms
    assert terms is not None
    section, title, ceiling = model.sections[f"grant.{name}"], f"{grant.label}, claw-back", grant.ceiling
    claimed_ever = section.ahead(
        "claw_back.claimed_to_date", f"{title}: Claimed to date, in its currency", ceiling.unit
    )
    counted = base.amount * _within(terms, base.clock) if terms.basis == "distributions" else base.amount
    room = hi(0, lines.granted - claimed_ever.prev)
    share = lo(base.macro.to(counted, ceiling) * terms.share, room)
    own = section.line("claw_back.claimed_own", f"{title}: Claimed, in its currency", share, ceiling.unit)
    claimed_ever.define(claimed_ever.prev + own)
    claimed = section.line("claw_back.claimed", f"{title}: Claimed", base.macro.convert(own))
    owed = section.account("claw_back", f"{title}: Owed")
    paid = section.line("claw_back.paid", f"{title}: Paid back", lo(owed.opening + claimed, hi(0, means)))
    lapsed = section.line("claw_back.lapsed", f"{title}: Lapsed", (owed.opening + claimed - paid) * base.clock.last)
    owed.close(add=[claimed], less=[paid, lapsed])
    model.register.pays(paid, f"grant.{name}")
    model.register.owes("grant_claw_back", owed.closing)
    model.register.earns("grant_claw_back", lapsed - claimed)
    return paid
