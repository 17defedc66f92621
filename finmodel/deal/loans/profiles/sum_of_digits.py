"""Falling instalments, by the sum of the digits: of n instalments the k-th repays n - k + 1 parts of n (n + 1) / 2.

Source:  the rule of 78, which has its name from the sum of the digits of twelve months.
"""

from __future__ import annotations

from finmodel.deal.kinds import Kind
from finmodel.deal.loans.profiles.profile import Profile, Repaid
from finmodel.kernel.expr import Expr, ratio


def share(asked: Repaid) -> Expr:
    """Twice the parts still to come, over n (n + 1)."""
    number, left = asked.instalments, asked.instalments - asked.on.instalment + 1
    return asked.on.repaying * ratio(left + left, number * (number + 1))


PROFILE = Profile(Kind("sum_of_digits", "in instalments that fall by the same sum each", takes=("balloon",)), share)
