"""Closure: what closing the plant costs and what its parts bring, from the end of operations.

Sign:    cost, salvage and provision are positive.
Timing:  salvage, and the cost of a closure without a duration, fall on the last day of operations. With one the cost is
         spent evenly over the time after it, each part at the prices of its period; what the timeline has no room for
         is spent in its last period. The provision grows with years operated, on the estimate of the day of what is
         still to be spent; it is not discounted.
Source:  decisions on the end of life (F32). Tax: the cost is deducted when it is spent, salvage taxed when received.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.time.calendar import MONTHS_PER_YEAR
from finmodel.deal.waterfall.terms import Closure
from finmodel.kernel.expr import Expr, Given, hi, lo, ratio, where
from finmodel.kernel.model import Line
from finmodel.kernel.units import RATIO, YEAR


@dataclass(frozen=True, eq=False, repr=False)
class ClosureLines:
    """Cash of the closure, its cost at the prices of each period, and years of operation in all and to come.

    `done` is the share of the cost spent by the end of the period; `spent` what is spent in it, of which owners pay
    the share `owners` where cash lacks.
    """

    cash: Expr
    estimate: Line
    done: Line
    spent: Line
    owners: Given
    years: Line
    to_come: Line


def build(context: Context, terms: Closure) -> ClosureLines:
    """Declare cost, salvage and provision."""
    clock, macro = context.clock, context.money
    section, growth = context.model.section("closure", macro.money, "Closure"), macro.index(terms.inflation)
    ends = clock.end_of_operations
    years = section.line("years", "Years of operation", (ends - clock.completion) / MONTHS_PER_YEAR, YEAR)
    to_come = section.line(
        "years_to_come", "Years of operation to come", (ends - clock.end_month) / MONTHS_PER_YEAR, YEAR
    )
    estimate = section.line("estimate", "Cost of closure, at prices of the period", macro.convert(terms.cost) * growth)
    after = clock.wind_up * (clock.end_month - ends)
    spread = lo(1, hi(clock.last, ratio(after, terms.duration)))
    at_once = where(terms.duration.eq(0), clock.last_operation | clock.wind_up, spread)
    done = section.line("done", "Share of the cost of closure spent so far", at_once, RATIO)
    spent = section.line("spent", "Cost of closure", estimate * (done - done.prev))
    salvage = section.line("salvage", "Salvage", macro.convert(terms.salvage) * growth * clock.last_operation)
    provision = section.account("provision", "Provision for closure")
    operated = where(clock.wind_up, 1, lo(1, ratio(clock.operation_years, years)) * clock.operations)
    added = estimate * operated * (1 - done.prev) - provision.opening
    accrued = section.line("net_accrued", "Provision for closure, added", added)
    provision.close(add=[accrued], less=[spent])
    register = context.register
    register.pays(spent, "closure")
    register.receives(salvage, "closure")
    register.owes("closure_provision", provision.closing)
    register.earns("closure", salvage - accrued)
    register.taxes(salvage - spent, terms.entity)
    return ClosureLines(salvage - spent, estimate, done, spent, terms.owners_share, years, to_come)
