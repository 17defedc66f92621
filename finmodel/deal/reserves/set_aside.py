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
from finmodel.deal.market.macro import Macro
from finmodel.deal.operations import Operations
from finmodel.deal.reserves.debt_service import ServiceReserve
from finmodel.deal.schema import CaseTables
from finmodel.deal.time.calendar import given
from finmodel.deal.time.timing import Clock
from finmodel.deal.waterfall.terms import MaintenanceReserve, RehabilitationFund
from finmodel.kernel.expr import Const, Expr, Given, add, hi, lo, ratio
from finmodel.kernel.model import Account, Line, Model, Section

Frame = tuple[Clock, Macro]


@dataclass(frozen=True, eq=False, repr=False)
class SetAside:
    """One account: what it should hold, what is paid from it, and the interest that it earns."""

    section: Section
    account: Account
    target: Line
    spent: Expr
    earned: Line


def build(model: Model, case: CaseTables, works: Operations, frame: Frame) -> list[SetAside]:
    """Open the accounts that the case has; `settle` closes them."""
    found = []
    if case.reserve.maintenance is not None:
        found.append(_maintenance(model, case, case.reserve.maintenance, works, frame))
    if case.reserve.rehabilitation is not None and works.closure is not None:
        found.append(_rehabilitation(model, case.reserve.rehabilitation, works.closure, frame))
    return found


def settle(parts: Sequence[SetAside], before: Expr, clock: Clock) -> Expr:
    """Pay in, pay from and release; returns the cash that is left of `before`."""
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


def _open(model: Model, name: str, title: str, interest: Given, frame: Frame) -> tuple[Section, Account, Line]:
    section = model.section(f"reserve.{name}", frame[1].money, title)
    account = section.account("balance", title)
    earned = section.line("interest", f"{title}: Interest earned", account.opening * interest * frame[0].years)
    register, bank = model.register, f"{name}_reserve"
    register.banks_with(bank, account.opening, account.closing)
    register.owns(bank, account.closing)
    register.receives(earned, bank)
    return section, account, earned


def _maintenance(
    model: Model, case: CaseTables, terms: MaintenanceReserve, works: Operations, frame: Frame
) -> SetAside:
    clock, macro = frame
    section, account, earned = _open(model, "maintenance", "Maintenance reserve", terms.interest, frame)
    wanted: Expr = Const(0)
    if terms.target is not None:
        wanted = macro.convert(terms.target)
    elif terms.months is not None:
        held = float(math.ceil(model.decides(terms.months) / clock.timeline.months))
        periods = given("reserve.maintenance.periods", held, "ratio", "Periods over which a cost is saved up")
        upkeep = {name: capex for name, capex in case.capex.items() if capex.sustaining is not None}
        wanted = add([_saved(section, name, capex, periods, macro) for name, capex in upkeep.items()])
    running = clock.operations & ~clock.last_operation
    target = section.line("target", f"{section.title}: Target", wanted * running)
    return SetAside(section, account, target, works.capex.sustaining, earned)


def _saved(section: Section, name: str, capex: Capex, periods: Given, macro: Macro) -> Expr:
    """Of a cost k periods ahead, (n - k + 1) / n: the costs to come up to 1, 2 … n periods ahead, averaged."""
    cost = section.model.find(f"capex.{name}.sustaining")
    title, reach = f"{section.title}: {capex.label}", round(periods.number)
    own = capex.amount.unit
    rest = section.ahead(f"{name}.to_come", f"{title}, cost to come", own)
    rest.define(rest.next + macro.to(cost, capex.amount))
    sums = section.ahead(f"{name}.to_come_sum", f"{title}, cost to come, summed", own)
    sums.define(sums.next + rest)
    beyond = (sums.lead(1 + 1) - sums.lead(1 + 1 + reach)) / periods
    saved = section.line(f"{name}.saved", f"{title}, to be saved by now", rest.lead(1) - beyond, own)
    return macro.convert(saved)


def _rehabilitation(model: Model, terms: RehabilitationFund, closure: ClosureLines, frame: Frame) -> SetAside:
    section, account, earned = _open(model, "rehabilitation", "Rehabilitation fund", terms.interest, frame)
    still = closure.to_come / terms.years if terms.years is not None else ratio(closure.to_come, closure.years)
    kept = hi(0, 1 - hi(0, still)) * frame[0].completed * (1 - closure.done)
    target = section.line("target", f"{section.title}: Target", closure.estimate * kept)
    return SetAside(section, account, target, Const(0), earned)


def interest(model: Model, held: ServiceReserve, saved: Sequence[SetAside]) -> Line:
    """Interest on all reserves, that of debt service included."""
    if not saved:
        return held.earned
    every = add([held.earned, *(part.earned for part in saved)])
    return model.sections["account"].line("interest", "Interest earned on reserves", every)
