"""Programmes: public budgets that pay claims by priority, then pro rata, within a fiscal year and an envelope.

Sign:    positive, in the currency of the envelope, at the rate of the period.
Timing:  a claim counts against the fiscal year in which its window ends, or in which it is paid, by key. A quarterly
         share frees the year's budget bit by bit; what a quarter leaves is free in the next ones of the year.
Sellers: each company that sells under a contract claims apart; what is short is shared by what each one asks for.
Unmet:   what the budget does not cover lapses, or waits as a backlog, by key. Carry-over adds what the last year left
         of its own budget, or (cumulative) of all years. Money given back refills nothing unless the budget revolves.
Source:  decision on budget year, rate and lag (F15).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.support.claim import Claim
from finmodel.deal.support.terms import Programme
from finmodel.deal.time.calendar import ONE_YEAR, QUARTERS_PER_YEAR
from finmodel.deal.time.running import settled, year_to_date
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, add, hi, lo, ratio, where
from finmodel.kernel.model import Line, Section


@dataclass(frozen=True, eq=False, repr=False)
class Grant:
    """A seller's claim in the programme's currency: asked for, granted within the budget, and not covered.

    `backlog` is what waits of it; None where it lapses.
    """

    asked: Line
    granted: Line
    unmet: Expr
    backlog: Line | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Budget:
    """A programme in its own currency: its grants by claim, granted in the period, its fiscal year and ever.

    `ceiling` is the most that the fiscal year may grant.
    """

    section: Section
    grants: dict[str, Grant]
    granted: Line
    to_date: Line
    ever: Line
    ceiling: Line


@dataclass(frozen=True, eq=False, repr=False)
class _Asked:
    """What a seller asks for in a period, and what it was not granted so far; None where that lapses."""

    due: Line
    backlog: Line | None


@dataclass(frozen=True, eq=False, repr=False)
class _Year:
    """A programme's fiscal year: its budget, where it starts, what was granted in it `before` this period and ever."""

    budget: Line
    starts: Line
    used: Line
    ever: Line
    before: Expr


def build(context: Context, name: str, terms: Programme, claims: Sequence[Claim]) -> Budget:
    """Declare what a programme grants to each claim, in its own currency.

    Args:
        name: Name of the programme.
        claims: What each seller asks of it, in the order of the case.

    Returns:
        Claim → what is granted.
    """
    clock, macro = context.clock, context.money
    section = context.model.section(f"programme.{name}", terms.envelope.unit, terms.label)
    starts = clock.year_start(terms.year_end)
    used = section.ahead("granted_to_date", f"{terms.label}: Granted, fiscal year to date")
    ever = section.ahead("granted_ever", f"{terms.label}: Granted so far")
    budget = section.ahead("budget", f"{terms.label}: Budget of the fiscal year").define(terms.budget * ONE_YEAR)
    year = _Year(budget, starts, used, ever, used.prev * ~starts)
    most_of_year = _ceiling(context, section, terms, year)
    ceiling = section.line("ceiling", f"{terms.label}: Ceiling of the fiscal year", most_of_year)
    most = lo(_freed(section, terms, ceiling, year, clock) - year.before, terms.envelope - ever.prev)
    free = section.line("free", f"{terms.label}: Left before this period", hi(0, most))
    grants = _shared_out(context, section, terms, claims, free)
    granted = section.ahead("granted", f"{terms.label}: Granted").define(
        add([grant.granted for grant in grants.values()])
    )
    refilled: list[Expr] = [macro.to(claim.give_back, terms.envelope) for claim in claims] if terms.revolving else []
    used.define(year.before + granted - add(refilled) if refilled else year.before + granted)
    ever.define(ever.prev + granted - add(refilled) if refilled else ever.prev + granted)
    return Budget(section, grants, granted, used, ever, ceiling)


def _shared_out(
    context: Context, section: Section, terms: Programme, claims: Sequence[Claim], free: Line
) -> dict[str, Grant]:
    """What is free goes to the first priority, in proportion to what is asked; then to the next."""
    grants: dict[str, Grant] = {}
    left: Expr = free
    ranks = {claim.id: round(context.model.decides(claim.terms.priority)) for claim in claims}
    for priority in sorted(set(ranks.values())):
        rank = [claim for claim in claims if ranks[claim.id] == priority]
        asked = {claim.id: _asked(context, section, terms, claim) for claim in rank}
        due = section.line(
            f"due.{priority}", f"{terms.label}: Due, priority {priority}", add([own.due for own in asked.values()])
        )
        paid = section.line(f"granted.{priority}", f"{terms.label}: Granted, priority {priority}", lo(due, left))
        left = left - paid
        for claim in rank:
            label = f"{claim.title}: Granted, in the programme's currency"
            own = asked[claim.id]
            line = claim.section.line("granted_own", label, paid * ratio(own.due, due), section.unit)
            missed = hi(0, own.due - line)
            # what is kept as a backlog lapses only at the end of everything
            unmet = missed if own.backlog is None else own.backlog.define(missed) * context.clock.last
            grants[claim.id] = Grant(own.due, line, unmet, own.backlog)
    return grants


def _asked(context: Context, section: Section, terms: Programme, claim: Claim) -> _Asked:
    """What a seller asks for in the period, with its backlog if the programme keeps one."""
    call = claim.call
    if terms.budget_basis == "payment":
        pending = claim.section.account("pending", f"{claim.title}: Entitlement not yet payable")
        earned = claim.section.line("entitlement", f"{claim.title}: Entitlement", call)
        ripe = claim.section.line(
            "ripe", f"{claim.title}: Entitlement payable", settled(earned, pending, claim.terms.lag, context.clock)
        )
        pending.close(add=[earned], less=[ripe])
        call = ripe
    due, backlog = context.money.to(call, terms.envelope), None
    label = f"{claim.title}: Due, in the programme's currency"
    if terms.unmet == "carry":
        backlog = claim.section.ahead("backlog", f"{claim.title}: Backlog of what was not covered", section.unit)
        due = due + backlog.prev
    return _Asked(claim.section.line("due_own", label, due, section.unit), backlog)


def _ceiling(context: Context, section: Section, terms: Programme, year: _Year) -> Expr:
    """The year's budget, with what earlier years left if the programme carries it over."""
    budget = year.budget
    if not terms.carry_over:
        return budget
    carried = section.ahead("carried_over", f"{terms.label}: Carried over from the last fiscal year")
    left = hi(0, budget.prev + carried.prev - year.used.prev)
    unspent = left if terms.cumulative else lo(budget.prev, left)
    carried.define(where(year.starts & ~context.clock.first, unspent, carried.prev))
    return budget + carried


def _freed(section: Section, terms: Programme, ceiling: Line, year: _Year, clock: Clock) -> Expr:
    """The part of the ceiling that is free by now: all of it, or a share of the budget for each quarter begun."""
    if terms.quarter_share is None:
        return ceiling
    gone = year_to_date(section, "year_gone", f"{terms.label}: Fiscal year to date", clock.years, year.starts)
    shares = lo(1, terms.quarter_share * QUARTERS_PER_YEAR * gone)
    return section.line("freed", f"{terms.label}: Freed of the ceiling so far", ceiling - year.budget * (1 - shares))
