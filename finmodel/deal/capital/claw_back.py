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
from finmodel.deal.context import Context
from finmodel.deal.tax.terms import Entity
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, hi, lo, where
from finmodel.kernel.model import Line


@dataclass(frozen=True, eq=False, repr=False)
class Profit:
    """Profit of a company's year to date that a claim waits for: what is profit is known with the statements.

    `starts` is 1 in the first period of a year, `counts` 1 while the grant may be taken back.
    """

    to_date: Line
    starts: Line
    counts: Expr


@dataclass(frozen=True, eq=False, repr=False)
class ClawedBack:
    """What payers leave for the owners [reporting currency per period], and the profits that `close` defines."""

    distributions: Line
    profits: list[Profit]


def build(
    context: Context, grants: Mapping[str, GrantLines], entities: Mapping[str, Entity], distributable: Line
) -> ClawedBack:
    """Declare what each payer takes back.

    Args:
        grants: Name → lines of the grant.
        entities: Name → terms of the company.
        distributable: What could be distributed to owners [reporting currency per period].

    Returns:
        What is left for the owners, unchanged when nobody takes anything back.
    """
    claimed = [lines for lines in grants.values() if lines.terms.claw_back is not None]
    profits: list[Profit] = []
    if not claimed:
        return ClawedBack(distributable, profits)
    left: Expr = distributable
    for lines in claimed:
        terms = lines.terms.claw_back
        assert terms is not None
        if terms.basis == "profit":
            profits.append(_profit(context.clock, lines, terms, entities[lines.entity].tax_year_end))
            # profit of the year that ended, in the first period of the next one; a loss counts for nothing
            base = profits[-1].starts * hi(0, profits[-1].to_date.prev)
        else:
            base = distributable * _within(terms, context.clock)
        left = left - _claim(context, lines, terms, base, left)
    section = context.model.section("claw_back", context.money.money, "Claw-back of grants")
    label = "Distributions to owners, after claw-back"
    return ClawedBack(section.line("distributions_left", label, left), profits)


def close(clawed: ClawedBack, net_profit: Line) -> None:
    """Say what profit is, once the statements are declared.

    Args:
        net_profit: The group's profit [reporting currency per period].
    """
    for profit in clawed.profits:
        counted = net_profit * profit.counts
        profit.to_date.define(where(profit.starts, 0, profit.to_date.prev) + counted)


def _profit(clock: Clock, lines: GrantLines, terms: ClawBack, year_end: str) -> Profit:
    label = f"{lines.terms.label}: Profit that counts for claw-back, year to date"
    to_date = lines.section.ahead("claw_back.net_profit_to_date", label)
    return Profit(to_date, clock.year_start(year_end), _within(terms, clock))


def _within(terms: ClawBack, clock: Clock) -> Expr:
    return clock.completed & (clock.operation_years <= terms.years)


def _claim(context: Context, lines: GrantLines, terms: ClawBack, base: Expr, means: Expr) -> Line:
    """The ledger of one grant: a share of the base is claimed up to the grant, paid from the means, lapsed at the end.

    The ceiling is in the currency of the grant, so the claim is kept in it; what is owed is money of the deal.
    """
    section, title, ceiling = lines.section, f"{lines.terms.label}, claw-back", lines.terms.ceiling
    macro, register = context.money, context.register
    claimed_ever = section.ahead(
        "claw_back.claimed_to_date", f"{title}: Claimed to date, in its currency", ceiling.unit
    )
    room = hi(0, lines.granted - claimed_ever.prev)
    share = lo(macro.to(base, ceiling) * terms.share, room)
    own = section.line("claw_back.claimed_own", f"{title}: Claimed, in its currency", share, ceiling.unit)
    claimed_ever.define(claimed_ever.prev + own)
    claimed = section.line("claw_back.claimed", f"{title}: Claimed", macro.convert(own))
    owed = section.account("claw_back", f"{title}: Owed")
    paid = section.line("claw_back.paid", f"{title}: Paid back", lo(owed.opening + claimed, hi(0, means)))
    unpaid = (owed.opening + claimed - paid) * context.clock.last
    lapsed = section.line("claw_back.lapsed", f"{title}: Lapsed", unpaid)
    owed.close(add=[claimed], less=[paid, lapsed])
    register.pays(paid, section.name)
    register.owes("grant_claw_back", owed.closing)
    register.earns("grant_claw_back", lapsed - claimed)
    return paid
