"""In step with cash: sizing finds the share that each date can carry."""

from __future__ import annotations

from finmodel.deal.kinds import Kind
from finmodel.deal.loans.profiles.profile import Profile, Repaid
from finmodel.kernel.errors import ModelError
from finmodel.kernel.expr import Expr


def share(asked: Repaid) -> Expr:
    """The schedule that sizing finds, on repayment dates.

    Raises:
        ModelError: The facility is no senior debt, so that nothing finds one.
    """
    if asked.solved is None:
        raise ModelError(f"facility {asked.loan.title} is sculpted, but only senior debt is sized by its cash flow")
    return asked.on.repaying * asked.solved


PROFILE = Profile(Kind("sculpted", "in step with cash, at the cover of sizing"), share, by_cash=True)
