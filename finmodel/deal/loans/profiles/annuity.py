"""Level service: the sum of principal and interest is the same at each date."""

from __future__ import annotations

from finmodel.deal.kinds import Kind
from finmodel.deal.loans.profiles.profile import Profile, Repaid
from finmodel.kernel.expr import Expr, ratio
from finmodel.kernel.units import RATIO


def share(asked: Repaid) -> Expr:
    """At each date the balance is the value of the payments still to come, so that rates may differ by window."""
    loan, repaying, window_rate = asked.loan, asked.on.repaying, asked.window_rate
    title = loan.title
    value = loan.ahead("annuity_value", f"{title}: Value of one a date, remaining", RATIO)
    discount = loan.line(
        "annuity_step",
        f"{title}: Value at the date of one a date",
        repaying * ratio(1 + value, 1 + window_rate),
        RATIO,
    )
    value.define(discount.next + ~repaying.next * value.next)
    planned = loan.ahead("annuity_balance", f"{title}: Level service, balance", RATIO)
    level = repaying * planned.lag(1, 1) * (ratio(1, value.prev) - window_rate)
    part = loan.line("annuity_part", f"{title}: Level principal, share of all but the balloon", level, RATIO)
    planned.define(planned.lag(1, 1) - part)
    return part


PROFILE = Profile(Kind("annuity", "in equal sums of principal and interest", takes=("balloon",)), share)
