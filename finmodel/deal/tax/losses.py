"""Tax losses: carried forward in the tax currency, used up to a share of income, oldest first, and lost when too old.

Sign:    every line is the positive amount that its label names.
Timing:  the account moves when a tax year is assessed; within the year, use is estimated on the income to date.
Source:  carried without limit in Australia; half of income and ten years in Japan (F22).
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.tax import carry_forward
from finmodel.deal.tax.terms import Entity
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import hi, lo
from finmodel.kernel.model import Account, Line, Section


@dataclass(frozen=True, eq=False, repr=False)
class LossLines:
    """Losses used on the income of the year to date, and what is carried forward [tax currency]."""

    used_to_date: Line
    carried: Account


def build(section: Section, terms: Entity, income: Line, assessed: Line, clock: Clock) -> LossLines:
    """Declare the loss account of an entity.

    Args:
        section: The entity's tax section, in its tax currency.
        terms: The entity.
        income: Taxable income of the year to date, before losses; may be negative.
        assessed: 1 in the period in which a tax year is assessed.
        clock: Rows of time.
    """
    title = section.title
    losses = section.account("losses", f"{title}: Losses carried forward")
    usable = lo(losses.opening, terms.loss_limit * hi(0, income))
    to_date = section.line("losses_to_date", f"{title}: Losses used, year to date", usable)
    created = section.line("losses.created", f"{title}: Loss of the year", hi(0, -income) * assessed)
    used = section.line("losses.used", f"{title}: Losses used", to_date * assessed)
    carried = carry_forward.Carried(section, "losses", losses, assessed, terms.loss_years)
    carry_forward.close(carried, created, used, clock)
    return LossLines(to_date, losses)
