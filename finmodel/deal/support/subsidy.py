"""Subsidies for what is made, such as green refining: an amount per kg of a node's main product within a window.

Sign:    every line is the positive amount that its label names.
Timing:  earned in the period in which it is made, up to a ceiling over all periods; received a lag later. The last
         period of all settles what is still owed.
Source:  money of operations, and so in CFADS like a refundable credit (F4). Taxed as earned, unless keyed out. A
         subsidy for capital cost is a grant with a window.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.capital.terms import Subsidy
from finmodel.deal.context import Context
from finmodel.deal.plant.goods import Goods
from finmodel.deal.time.calendar import KG_PER_T
from finmodel.deal.time.running import settled
from finmodel.kernel.expr import hi, lo
from finmodel.kernel.model import Account, Line


@dataclass(frozen=True, eq=False, repr=False)
class SubsidyLines:
    """Earned and received in a period, and owed by the payer [reporting currency]."""

    earned: Line
    received: Line
    receivable: Account


def build(context: Context, name: str, terms: Subsidy, made: Goods) -> SubsidyLines:
    """Declare a subsidy on the main product of a node.

    Args:
        name: Name of the subsidy.
        made: The product that it is paid for.

    Returns:
        The lines of the subsidy.
    """
    clock, macro = context.clock, context.money
    title, own_unit = terms.label, terms.ceiling.unit
    section = context.model.section(f"subsidy.{name}", macro.money, title)
    quantity = made.produced * KG_PER_T * clock.between(terms.start, terms.end)
    wanted = macro.to(macro.convert(terms.per_kg) * quantity * macro.index(terms.inflation), terms.ceiling)
    to_date = section.ahead("earned_to_date", f"{title}: Earned to date, in the currency of its ceiling", own_unit)
    own = section.line(
        "earned_own",
        f"{title}: Earned, in the currency of its ceiling",
        lo(wanted, hi(0, terms.ceiling - to_date.prev)),
        own_unit,
    )
    to_date.define(to_date.prev + own)
    earned = section.line("earned", f"{title}: Earned", macro.convert(own))
    receivable = section.account("receivable", f"{title}: Receivable")
    received = section.line("received", f"{title}: Received", settled(earned, receivable, terms.lag, clock))
    receivable.close(add=[earned], less=[received])
    register = context.register
    register.receives(received, section.name)
    register.owns("subsidy_receivable", receivable.closing)
    register.earns("subsidies", earned)
    if terms.taxable:
        register.taxes(earned, made.entity)
    return SubsidyLines(earned, received, receivable)
