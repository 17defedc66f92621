"""Cash set aside before debt service: the maintenance reserve and the rehabilitation fund.

Sign:    every line is the positive amount that its label names.
Timing:  at the end of each period of operation, out of the period's cash after tax and fees and never out of cash that
         is not there; what was missed is caught up. Sustaining capital is paid from its reserve first, which is empty
         after the last period of operations; the rehabilitation fund holds what is still to be spent on the closure.
Source:  decisions on CFADS (F4: transfers net of releases) and on the end of life (F32). A cost is saved up evenly over
         the months before it, at today's exchange rate, so that no path sees its own future (F1).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.deal.capital.closure import ClosureLines
from finmodel.deal.capital.terms import Capex
from finmodel.deal.context import Context
from finmodel.deal.operations import Operations
from finmodel.deal.reserves.debt_service import ServiceReserve
from finmodel.deal.schema import CaseTables
from finmodel.deal.time.calendar import given
from finmodel.deal.time.timing import Clock
from finmodel.deal.waterfall.terms import MaintenanceReserve, RehabilitationFund
from finmodel.kernel.expr import Const, Expr, Given, add, hi, lo, ratio
from finmodel.kernel.model import Account, Line, Section


@dataclass(frozen=True, eq=False, repr=False)
class SetAside:
    """One account: what it should hold, what is paid from it, and the interest that it earns."""

    section: Section
    account: Account
    target: Line
    spent: Expr
    earned: Line


def build(context: Context, case: CaseTables, works: Operations) -> list[SetAside]:
    """Open the accounts that the case has; `settle` closes them."""
    found = []
    if case.reserve.maintenance is not None:
        found.append(_maintenance(context, case, case.reserve.maintenance, works))
    if case.reserve.rehabilitation is not None and works.closure is not None:
        found.append(_rehabilitation(context, case.reserve.rehabilitation, works.closure))
    return found


def settle(parts: Sequence[SetAside], before: Expr, clock: Clock) -> Expr:
    """Pay in, pay from and release; returns the cash that is left of `before`.

    Args:
        parts: The reserves, in order.
    """
    for part in parts:
        line, title, account = part.section.line, part.section.title, part.account
        used = line("used", f"{title}: Used", lo(account.opening, part.spent))
        kept = account.opening - used
        released = line("released", f"{title}: Released", hi(0, kept - part.target))
        means = hi(0, before + used) * clock.completed
        paid = line("paid_in", f"{title}: Paid in", lo(hi(0, part.target - kept), means))
        account.close(add=[paid], less=[used, released])
        before = before + used + released - paid
    return before


@dataclass(frozen=True, eq=False, repr=False)
class _Opened:
    """An account while it is declared, and the interest that it earns."""

    section: Section
    account: Account
    earned: Line


def _open(context: Context, name: str, title: str, interest: Given) -> _Opened:
    section = context.model.section(f"reserve.{name}", context.money.money, title)
    account = section.account("balance", title)
    earned = section.line("interest", f"{title}: Interest earned", account.opening * interest * context.clock.years)
    register, bank = context.register, f"{name}_reserve"
    register.banks_with(bank, account.opening, account.closing)
    register.owns(bank, account.closing)
    register.receives(earned, bank)
    return _Opened(section, account, earned)


def _maintenance(context: Context, case: CaseTables, terms: MaintenanceReserve, works: Operations) -> SetAside:
    clock, money = context.clock, context.money
    opened = _open(context, "maintenance", "Maintenance reserve", terms.interest)
    section = opened.section
    wanted: Expr = Const(0)
    if terms.target is not None:
        wanted = money.convert(terms.target)
    elif terms.months is not None:
        held = float(math.ceil(context.model.decides(terms.months) / clock.timeline.months))
        periods = given("reserve.maintenance.periods", held, "ratio", "Periods over which a cost is saved up")
        assets = works.capex.assets
        upkeep = {name: row for name in case.capex if (row := assets[name].sustaining) is not None}
        wanted = add([_saved(context, section, name, upkeep[name], case.capex[name], periods) for name in upkeep])
    running = clock.operations & ~clock.last_operation
    target = section.line("target", f"{section.title}: Target", wanted * running)
    return SetAside(section, opened.account, target, works.capex.sustaining, opened.earned)


def _saved(context: Context, section: Section, name: str, cost: Line, capex: Capex, periods: Given) -> Expr:
    """Of a cost k periods ahead, (n - k + 1) / n: the costs to come up to 1, 2 … n periods ahead, averaged."""
    title, reach = f"{section.title}: {capex.label}", round(periods.number)
    own = capex.amount.unit
    rest = section.ahead(f"{name}.to_come", f"{title}, cost to come", own)
    rest.define(rest.next + context.money.to(cost, capex.amount))
    sums = section.ahead(f"{name}.to_come_sum", f"{title}, cost to come, summed", own)
    sums.define(sums.next + rest)
    beyond = (sums.lead(1 + 1) - sums.lead(1 + 1 + reach)) / periods
    saved = section.line(f"{name}.saved", f"{title}, to be saved by now", rest.lead(1) - beyond, own)
    return context.money.convert(saved)


def _rehabilitation(context: Context, terms: RehabilitationFund, closure: ClosureLines) -> SetAside:
    opened = _open(context, "rehabilitation", "Rehabilitation fund", terms.interest)
    section = opened.section
    still = closure.to_come / terms.years if terms.years is not None else ratio(closure.to_come, closure.years)
    kept = hi(0, 1 - hi(0, still)) * context.clock.completed * (1 - closure.done)
    target = section.line("target", f"{section.title}: Target", closure.estimate * kept)
    return SetAside(section, opened.account, target, Const(0), opened.earned)


def interest(held: ServiceReserve, saved: Sequence[SetAside]) -> Line:
    """Interest on all reserves, that of debt service included.

    Args:
        saved: The reserves.
    """
    if not saved:
        return held.earned
    every = add([held.earned, *(part.earned for part in saved)])
    return held.section.line("interest", "Interest earned on reserves", every)
