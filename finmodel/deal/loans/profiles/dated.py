"""By shares on dates that the case gives."""

from __future__ import annotations

from typing import Annotated

from finmodel.case.leaf import Quantity
from finmodel.deal.kinds import Kind
from finmodel.deal.loans.profiles.profile import Profile, Repaid
from finmodel.kernel.expr import Expr, Given

Shares = Annotated[
    Given, Quantity("ratio", ge=0, le=1, dated="on", meaning="Share of the amount drawn repaid on a date")
]
KEYS = {"table": 'table = { 2031-03-31 = "50 %", 2032-03-31 = "50 %" }, with dates and shares of your own'}


def share(asked: Repaid) -> Expr:
    """What the table says."""
    assert asked.table is not None  # a rule between keys asks for it
    return asked.table


PROFILE = Profile(Kind("table", "by shares on dates, in the key table", KEYS), share, by_date=True)
