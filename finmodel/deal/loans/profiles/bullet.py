"""All of it on the last date."""

from __future__ import annotations

from finmodel.deal.kinds import Kind
from finmodel.deal.loans.profiles.profile import Profile, Repaid
from finmodel.kernel.expr import Expr


def share(asked: Repaid) -> Expr:
    """1 on the last repayment date."""
    return asked.on.repaying & asked.last


PROFILE = Profile(Kind("bullet", "in one sum on the last date"), share)
