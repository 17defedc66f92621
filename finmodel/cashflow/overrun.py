"""Cost overrun: what construction needs beyond the base budget, and the standby facilities that pay a part of it.

Sign:    every line is the positive amount that its label names.
Timing:  owners pay first, up to the commitment that the sizing case asked of them; what a period needs beyond is
         overrun. Of it standby facilities pay the agreed part, one after the other and up to their commitments; owners
         the rest.
Source:  cost overrun: contingency first, which is part of the capital cost, then standby facilities, then standby
         equity, split by key. On the sizing case there is no overrun, so a standby facility is not drawn.
"""

from __future__ import annotations

from collections.abc import Sequence

from finmodel.base.expr import Const, Expr, Given, hi, lo
from finmodel.base.model import Line, Section
from finmodel.cashflow.facility import Loan


def build(section: Section, standby: Sequence[Loan], needed: Line, committed: Given, part: Given) -> dict[str, Line]:
    """Declare the overrun and what standby facilities pay of it; `needed` is what owners would pay without them."""
    so_far = section.ahead("committed_to_date", "Equity commitment used to date")
    within = section.line(
        "equity_committed", "Paid within the equity commitment", lo(needed, hi(0, committed - so_far.prev))
    )
    so_far.define(so_far.prev + within)
    overrun = section.line("overrun", "Uses beyond the base budget", needed - within)
    draws: dict[str, Line] = {}
    before: Expr = Const(0)
    for loan in standby:
        amount = lo(hi(0, overrun * part - before), hi(0, loan.commitment - loan.before))
        draws[loan.id] = section.line(f"draw.{loan.id}", f"Drawing, {loan.label}", amount)
        before = before + draws[loan.id]
    return draws
