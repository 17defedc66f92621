"""Interest deduction: all of it, or up to a share of tax EBITDA with what is denied carried forward.

Sign:    interest may be negative (more earned than paid); what is deducted, denied and carried is positive.
Timing:  the limit is that of the tax year to date; the account moves when the year is assessed.
Test:    by the third-party test, interest on debt of third parties is deducted whole, and the limit is put aside.
Source:  fixed ratio test: net interest up to a share of tax EBITDA is deducted, the rest is carried for some years and
         deducted when there is room, oldest first; interest up to a minimum a year is not limited (F21, F22).
"""

from __future__ import annotations

from finmodel.deal.tax import carry_forward
from finmodel.deal.tax.terms import Entity
from finmodel.deal.time.calendar import ONE_YEAR
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Const, Expr, hi, lo, where
from finmodel.kernel.model import Line, Section


def build(section: Section, terms: Entity, income: Line, interest: Line, assessed: Line, clock: Clock) -> Line:
    """Declare what is deducted of the tax year to date.

    Args:
        section: The entity's tax section, in its tax currency.
        terms: The entity.
        income: Income before depreciation and interest, of the tax year to date; may be negative.
        interest: Net interest of the tax year to date; may be negative.
        assessed: 1 in the period in which a tax year is assessed.
        clock: Rows of time.

    Returns:
        What is deducted [tax currency], one value a period; negative where more is earned than paid.
    """
    if terms.interest_limit is None or terms.interest_test == "third_party":
        return interest
    title = section.title
    room = section.line("interest_room", f"{title}: Interest limit, year to date", hi(0, income) * terms.interest_limit)
    free: Expr = Const(0) if terms.interest_minimum is None else terms.interest_minimum * ONE_YEAR
    within = where(interest <= free, interest, lo(interest, room))
    current = section.line("net_interest_within", f"{title}: Interest of the year within the limit", within)
    denied = section.account("denied_interest", f"{title}: Interest denied, carried forward")
    usable = lo(denied.opening, hi(0, room - hi(0, current)))
    from_before = section.line("denied_to_date", f"{title}: Denied interest deducted, year to date", usable)
    created = section.line("denied_interest.created", f"{title}: Interest denied", (interest - current) * assessed)
    used = section.line("denied_interest.used", f"{title}: Denied interest deducted", from_before * assessed)
    carried = carry_forward.Carried(section, "denied_interest", denied, assessed, terms.interest_years)
    carry_forward.close(carried, created, used, clock)
    return section.line("net_deducted_to_date", f"{title}: Interest deducted, year to date", current + from_before)
