"""Amounts carried forward: used when there is room, the oldest first, and lost when too old.

Timing:  the account moves when a tax year is assessed; what expires on a date is used first on that date. What lives
         for no years is lost with the year that made it.
Source:  one form for tax losses and for interest denied (S1). Oldest first needs no rows by year: expired = created N
         years ago and before, less used, less expired before.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.time.running import to_date
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, Given, hi, lo
from finmodel.kernel.model import Account, Line, Section


@dataclass(frozen=True, eq=False, repr=False)
class Carried:
    """An account that is carried forward under a name of a section, and when it moves and expires."""

    section: Section
    name: str
    account: Account
    assessed: Line
    years: Given | None


def close(carried: Carried, created: Line, used: Line, clock: Clock) -> None:
    """Say what joined the account and what of it was used; what is too old is lost.

    Args:
        created: What joins in the period.
        used: What is used in the period.
    """
    gone: list[Expr] = [used]
    if carried.years is not None:
        life = round(carried.section.model.decides(carried.years) * clock.timeline.per_year)
        gone.append(_expired(carried, created, used, life))
    carried.account.close(add=[created], less=gone)


def _expired(carried: Carried, created: Line, used: Line, life: int) -> Line:
    """What was created so many periods ago or before, and was neither used nor has expired."""
    section, name = carried.section, carried.name
    title = f"{section.title}, {name.replace('_', ' ')}"
    created_so_far = to_date(section, f"{name}.created_so_far", f"{title}: Created so far", created)
    used_so_far = to_date(section, f"{name}.used_so_far", f"{title}: Used so far", used)
    expired_so_far = section.ahead(f"{name}.expired_so_far", f"{title}: Expired so far")
    too_old = created_so_far.lag(life) - used_so_far - expired_so_far.prev
    unused = carried.account.opening - used
    if life == 0:
        unused = unused + created
    lost = hi(0, lo(too_old, unused)) * carried.assessed  # the account bounds it, so that rounding makes none negative
    expired = section.line(f"{name}.expired", f"{title}: Expired", lost)
    expired_so_far.define(expired_so_far.prev + expired)
    return expired
