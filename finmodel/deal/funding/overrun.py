"""Cost overrun: what construction needs beyond the base budget, and the standby facilities that pay a part of it.

Sign:    every line is the positive amount that its label names.
Timing:  owners pay first, up to the commitment that the sizing case asked of them; what a period needs beyond is
         overrun. Of it standby facilities pay the agreed part, up to their commitments and in proportion to what each
         has left; owners the rest.
Source:  cost overrun: contingency first, which is part of the capital cost, then standby facilities, then standby
         equity, split by key. On the sizing case there is no overrun, so a standby facility is not drawn.
"""

from __future__ import annotations

from collections.abc import Sequence

from finmodel.deal.funding.room import drawn_by_room
from finmodel.deal.loans.facility import Loan
from finmodel.kernel.expr import Given, hi, lo
from finmodel.kernel.model import Line, Section


def build(section: Section, standby: Sequence[Loan], needed: Line, committed: Given, part: Given) -> dict[str, Line]:
    """Declare the overrun and what standby facilities pay of it.

    Args:
        section: Where the lines stand.
        standby: The standby facilities.
        needed: What owners would pay without them [reporting currency per period].
        committed: What the sizing case asked of owners [reporting currency].
        part: The part of an overrun that standby facilities pay.
    """
    so_far = section.ahead("committed_to_date", "Equity commitment used to date")
    within = section.line(
        "equity_committed", "Paid within the equity commitment", lo(needed, hi(0, committed - so_far.prev))
    )
    so_far.define(so_far.prev + within)
    overrun = section.line("overrun", "Uses beyond the base budget", needed - within)
    room = {loan.id: hi(0, loan.commitment - loan.before) for loan in standby}
    label = "What standby facilities may still draw"
    return drawn_by_room(section, standby, overrun * part, room, "standby_room", label)
