"""Tax losses: carried forward in the tax currency, used up to a share of income, oldest first, and lost when too old.

Sign:    every line is the positive amount that its label names.
Timing:  the account moves when a tax year is assessed; within the year, use is estimated on the income to date. A
         loss that expires on a date is used first on that date.
Source:  carried without limit in Australia; half of income and ten years in Japan (F22). Oldest first needs no rows
         by year: expired = created N years ago and before, less used, less expired before.
"""

from __future__ import annotations

from finmodel.base.expr import Expr, hi, lo
from finmodel.base.model import Account, Line, Section
from finmodel.case.schema_operations import Entity
from finmodel.cashflow.timing import Clock


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
    gone: list[Expr] = [used]
    if terms.loss_years is not None:
        life = round(terms.loss_years.number * clock.timeline.per_year)
        gone.append(_expired(section, created, used, losses.opening - used, (assessed, life)))
    losses.close(add=[created], less=gone)
    return to_date, losses


def _expired(section: Section, created: Line, used: Line, unused: Expr, expiry: tuple[Line, int]) -> Line:
    """What was created so many periods ago or before, and was neither used nor has expired."""
    assessed, life = expiry
    created_so_far = _running(section, "losses.created_so_far", "Losses of all years so far", created)
    used_so_far = _running(section, "losses.used_so_far", "Losses used so far", used)
    expired_so_far = section.ahead("losses.expired_so_far", f"{section.title}: Losses expired so far")
    too_old = created_so_far.lag(life) - used_so_far - expired_so_far.prev
    lost = hi(0, lo(too_old, unused)) * assessed  # the account bounds it, so that no rounding makes it negative
    expired = section.line("losses.expired", f"{section.title}: Losses expired", lost)
    expired_so_far.define(expired_so_far.prev + expired)
    return expired


def _running(section: Section, name: str, label: str, flow: Line) -> Line:
    so_far = section.ahead(name, f"{section.title}: {label}")
    return so_far.define(so_far.prev + flow)
