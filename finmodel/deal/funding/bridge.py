"""Bridge loans: money ahead of senior debt, which takes them out at completion or on an earlier date.

Sign:    every line is the positive amount that its label names.
Timing:  until its takeout date a bridge is drawn in place of senior debt, up to its own commitment, several in
         proportion to what each has left; on that date senior facilities draw what it has outstanding, by their
         commitments, on top of what the period needs.
Source:  bridge loans of public lenders: short-term funds until the long-term loan is available. Interest and fees are
         paid from funding; nothing of a bridge is paid from operations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.deal.funding.room import drawn_by_room
from finmodel.deal.loans.facility import Loan
from finmodel.kernel.expr import Expr, add, hi, lo, ratio
from finmodel.kernel.model import Line, Section


@dataclass(frozen=True, eq=False, repr=False)
class Bridged:
    """Drawings of senior and bridge facilities, and what of bridges is taken out [reporting currency per period]."""

    draws: dict[str, Line]
    taken_out: dict[str, Line]


def build(section: Section, senior: Sequence[Loan], bridges: Sequence[Loan], shared: Line, whole: Line) -> Bridged:
    """Declare what bridges draw for senior debt, and their takeout by it.

    Args:
        section: Where the lines stand.
        senior: Facilities that take bridges out.
        bridges: Facilities that stand in for them.
        shared: Uses that facilities share [reporting currency per period].
        whole: What the shares of facilities are of [reporting currency].
    """
    committed = section.line("senior_committed", "Senior commitments", add([loan.commitment for loan in senior]))
    owed = section.line("bridges_owed", "Bridge loans, opening", add([loan.outstanding.opening for loan in bridges]))
    shares = {loan.id: ratio(loan.commitment, committed) for loan in senior}
    wanted = {loan.id: _wanted(section, loan, shared, whole, owed * shares[loan.id]) for loan in senior}
    all_wanted = section.line("senior_wanted", "Wanted of senior debt", add(list(wanted.values())))
    open_ = {loan.id: loan.instalment < 1 for loan in bridges}  # its one repayment is the takeout
    room = {loan.id: hi(0, loan.commitment - loan.before) * open_[loan.id] for loan in bridges}
    label = "What bridge loans may still draw"
    bridged = drawn_by_room(section, bridges, all_wanted, room, "bridge_room", label)
    advanced = section.line("bridged", "Drawn from bridge loans", add(list(bridged.values())))
    taken = {loan.id: _taken_out(loan) for loan in bridges}
    takeout = section.line("takeout", "Bridge loans taken out by senior debt", add(list(taken.values())))
    draws = {}
    for loan in senior:
        own = wanted[loan.id] * (1 - ratio(advanced, all_wanted)) + takeout * shares[loan.id]
        draws[loan.id] = section.line(f"draw.{loan.id}", f"Drawing, {loan.label}", own)
    return Bridged({**draws, **bridged}, taken)


def _wanted(section: Section, loan: Loan, shared: Line, whole: Line, bridged: Expr) -> Line:
    """What the facility would draw without a bridge: its commitment holds room for what bridges drew for it."""
    room = hi(0, loan.commitment - loan.before - bridged)
    label = f"Wanted of {loan.label}, bridges included"
    return section.line(f"wanted.{loan.id}", label, lo(shared * ratio(loan.commitment, whole), room))


def _taken_out(loan: Loan) -> Line:
    label = f"{loan.label}: Principal repaid, by senior debt"
    return loan.section.line("repayment", label, loan.outstanding.opening * loan.repaying)
