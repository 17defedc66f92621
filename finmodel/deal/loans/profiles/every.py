"""Every profile of repayment, by name."""

from __future__ import annotations

from finmodel.deal.kinds import Kinds
from finmodel.deal.loans.profiles import annuity, bullet, dated, equal, sculpted, sum_of_digits
from finmodel.deal.loans.profiles.profile import Profile

ALL: dict[str, Profile] = {
    module.PROFILE.kind.name: module.PROFILE for module in (sculpted, annuity, equal, sum_of_digits, bullet, dated)
}
KINDS = Kinds("facility", *(profile.kind for profile in ALL.values()), key="profile")


def names(*, by_cash: bool = False, by_date: bool = True) -> list[str]:
    """The profiles that a facility may have: those that follow cash, or dates of the case, only where they can."""
    return [n for n, p in ALL.items() if (by_cash or not p.by_cash) and (by_date or not p.by_date)]
