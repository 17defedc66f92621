"""Unwinding: what ending a swap early costs when the loan that it hedges is prepaid or refinanced.

Sign:    the cost may be negative: a swap that pays less than the market is worth money when it ends.
Timing:  on the day of the prepayment, beside it.
Source:  decision F39. For each unit prepaid: the swap rate less the curve, on the hedged share, over the average life
         that the schedule leaves. It is not discounted, and not deducted from taxable income (both assumed).
"""

from __future__ import annotations

from finmodel.deal.loans.facility import Loan
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import ratio
from finmodel.kernel.model import Line
from finmodel.kernel.units import RATIO, YEAR


def share(loan: Loan, clock: Clock) -> Line | None:
    """Declare what ending the swap costs for each unit prepaid; None for a loan without a swap."""
    terms, section, title = loan.terms, loan.section, loan.label
    if terms.swap_rate is None or loan.base_rate is None:
        return None
    years = clock.years_by(terms.day_count)
    to_come = section.ahead("balance_years", f"{title}: Years of balance to come, share of the amount drawn", YEAR)
    to_come.define(to_come.next + loan.planned * years.next)
    life = section.line("life_left", f"{title}: Average life left by schedule", ratio(to_come, loan.planned), YEAR)
    gap = terms.swap_rate - loan.base_rate
    label = f"{title}: Break cost of the swap, per unit prepaid"
    return section.line("net_break_share", label, gap * terms.hedged * life, RATIO)


def settle(loan: Loan, name: str, prepaid: Line, per_unit: Line | None) -> Line | None:
    """Declare the cost that goes with a prepayment, paid to the bank of the hedge; None without a swap.

    Args:
        loan: The facility that is prepaid.
        name: What prepays it, as a part of an id.
        prepaid: How much of it [reporting currency per period].
        per_unit: What ending its swap costs per unit prepaid; None without a swap.
    """
    if per_unit is None:
        return None
    label = f"{loan.label}: Break cost of the swap, {name.replace('_', ' ')}"
    cost = loan.section.line(f"net_break_cost_{name}", label, prepaid * per_unit)
    register = loan.section.model.register
    register.pays(cost, f"hedge.{loan.id}")
    register.earns("break_cost_of_swaps", -cost)
    return cost
