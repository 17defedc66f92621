"""Debt service reserve: the balance that lenders want to see, from the planned service and never from a path's future.

Sign:    every line is the positive amount that its label names.
Timing:  after the payment of a date the target is the planned service of the months to come; until the next payment
         date it holds. It starts in the last period of construction, and is zero once no service is left.
Source:  decisions on the reserve (F26) and on tests that look ahead (F1). First funding is a use of funds: the
         service of the months that start half a year before the first repayment date, so that they contain it. A
         reserve shorter than a period holds one period's service.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from finmodel.base.expr import Expr, hi, where
from finmodel.base.model import Line, Model, Section
from finmodel.base.timeline import MONTHS
from finmodel.base.units import RATIO
from finmodel.case.schema_debt import ReserveTerms
from finmodel.cashflow.timing import Clock


@dataclass(frozen=True)
class PlannedService:
    """Senior service as planned: what is `due` [money per period, zero between payment dates], and its dates.

    `pays` flags every payment date, `repays` those with scheduled principal.
    """

    due: Line
    pays: Line
    repays: Line


@dataclass(frozen=True)
class ReservePlan:
    """What the reserve should hold at the end of each period, and what funding puts in at the end of construction."""

    target: Line
    funding: Line


def build(model: Model, name: str, terms: ReserveTerms, service: PlannedService, clock: Clock) -> ReservePlan:
    """Declare the target of a reserve; its balance is an account of the waterfall."""
    title = name.upper()
    section = model.section(f"reserve.{name}", service.due.unit, title)
    remaining = section.ahead("service_remaining", f"{title}: Planned service from here to the end")
    remaining.define(service.due + remaining.next)
    held = math.ceil(terms.months.number / clock.timeline.months)
    to_come = remaining.lead(1) - remaining.lead(1 + held)
    ahead = section.line("service_ahead", f"{title}: Planned service of the months to come", to_come)
    first = _first_service(section, service, remaining, held, clock)
    funding = section.line("funding", f"{title}: Initial funding", first * clock.last_construction)
    target = section.ahead("target", f"{title}: Target")
    target.define(where(service.pays & clock.completed, ahead, funding + target.prev))
    return ReservePlan(target, funding)


def _first_service(section: Section, service: PlannedService, remaining: Line, held: int, clock: Clock) -> Line:
    """The service of the months that contain the first repayment date, known in every period up to it."""
    title = section.title
    half = math.ceil(MONTHS["half"] / clock.timeline.months)
    begun = section.ahead("repayment_begun", f"{title}: Repayment has begun", RATIO)
    begun.define(hi(begun.prev, service.repays))
    first: Expr = service.repays & ~begun.prev
    contained = remaining.lag(half - 1) - remaining.lead(held + 1 - half)
    known = section.ahead("first_service", f"{title}: Planned service around the first repayment date")
    return known.define(where(first, contained, known.next))
