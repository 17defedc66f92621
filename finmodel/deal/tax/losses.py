"""Tax losses: carried forward in the tax currency, used up to a share of income, oldest first, and lost when too old.

Sign:    every line is the positive amount that its label names.
Timing:  the account moves when a tax year is assessed; within the year, use is estimated on the income to date.
Source:  carried without limit in Australia; half of income and ten years in Japan (F22).
"""

from __future__ import annotations

from finmodel.deal.tax import carry_forward
from finmodel.deal.tax.terms import Entity
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import hi, lo
from finmodel.kernel.model import Account, Line, Section


def build(section: Section, terms: Entity, income: Line, assessed: Line, clock: Clock) -> tuple[Line, Account]:
    """Declare the loss account of an entity: (losses used on the income of the year to date, the account).

    Args:
        income: Taxable income of the year to date, before losses; may be negative.
        assessed: 1 in the period in which a tax year is assessed.
    """
    title = section.title
    losses = section.account("losses", f"{title}: Losses carried forward")
    usable = lo(losses.opening, terms.loss_limit * hi(0, income))
    to_date = section.line("losses_to_date", f"{title}: Losses used, year to date", usable)
    created = section.line("losses.created", f"{title}: Loss of the year", hi(0, -income) * assessed)
    used = section.line("losses.used", f"{title}: Losses used", to_date * assessed)
    carried = carry_forward.Carried(section, "losses", losses, assessed, terms.loss_years)
    carry_forward.close(carried, created, used, clock)
    return to_date, losses
