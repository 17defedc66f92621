"""Production incentive: a refundable share of eligible operating cost, within a window of dates.

Sign:    every line is the positive amount that its label names.
Timing:  earned in the period of the cost; received a lag later, a lag within a period at the end of that period. The
         last period of all settles what is still owed.
Source:  Australia's critical minerals production tax incentive: 10 % of eligible cost, refundable, within its window.
         It is money of the operations, not a part of income tax (F4: refundable credits are in CFADS).
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.tax.terms import Incentive
from finmodel.deal.time.running import settled
from finmodel.kernel.model import Account, Line


@dataclass(frozen=True, eq=False, repr=False)
class IncentiveLines:
    """Earned and received in a period, and owed by the treasury [reporting currency]."""

    earned: Line
    received: Line
    receivable: Account


def build(context: Context, entity_id: str, label: str, terms: Incentive, cost: Line) -> IncentiveLines:
    """Declare the incentive of an entity.

    Args:
        context: The deal's model, time and money.
        entity_id: The entity's name in the case.
        label: The entity in words.
        terms: The incentive.
        cost: Operating cost flagged for the incentive [reporting currency per period], before the eligible share.

    Returns:
        One value a period [reporting currency].
    """
    title, clock = f"{label}, incentive", context.clock
    section = context.model.section(f"incentive.{entity_id}", cost.unit, title)
    window = clock.between(terms.start, terms.end)
    eligible = section.line("eligible", f"{title}: Eligible cost", cost * terms.eligible * window)
    earned = section.line("earned", f"{title}: Earned", eligible * terms.share)
    receivable = section.account("receivable", f"{title}: Receivable")
    received = section.line("received", f"{title}: Received", settled(earned, receivable, terms.lag, clock))
    receivable.close(add=[earned], less=[received])
    context.register.receives(received, f"tax.{entity_id}")
    context.register.owns("incentive_receivable", receivable.closing)
    return IncentiveLines(earned, received, receivable)
