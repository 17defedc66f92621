"""Equal instalments of principal."""

from __future__ import annotations

from finmodel.deal.kinds import Kind
from finmodel.deal.loans.profiles.profile import Profile, Repaid
from finmodel.kernel.expr import Expr


def share(asked: Repaid) -> Expr:
    """One part in as many as there are instalments."""
    return asked.on.repaying / asked.instalments


PROFILE = Profile(Kind("equal", "in equal instalments of principal", takes=("balloon",)), share)
