"""Refinancing: on a date in operation, a facility is drawn to repay others, after the payments of that date.

Sign:    every line is the positive amount that its label names.
Timing:  the draw and what it repays are of one day; the first repayment of the new facility is on a later date, its
         grace counted from the draw. What falls due on the day itself is paid by operations, not refinanced.
Source:  the fee is a share of what is drawn, paid from the draw, and expensed at once (assumed). Where the amount is
         less than what is owed, each facility is repaid in proportion, and its schedule goes on with the rest. The plan
         as signed does not know of it: tests that look ahead follow the old schedules, for what is left of them; the
         debt service reserve holds the new facility's service too, from the payment date after its draw on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.deal.loans import unwinding
from finmodel.deal.loans.facility import Loan
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, add, lo, ratio
from finmodel.kernel.model import Line


@dataclass(frozen=True, eq=False, repr=False)
class Refinanced:
    """What new facilities draw, and what of the old ones they repay [reporting currency per period], by id.

    `per_unit` is what ending the swap of an old one costs per unit repaid, None without a swap; `breaks` what it comes
    to.
    """

    draws: dict[str, Line]
    repaid: dict[str, Line]
    per_unit: dict[str, Line | None]
    breaks: dict[str, Line]


@dataclass(frozen=True, eq=False, repr=False)
class _Draw:
    """The draw of one facility, and what it repays of each old one."""

    drawn: Line
    repaid: dict[str, Expr]


def build(loans: Sequence[Loan], borrower: str, clock: Clock) -> Refinanced:
    """Declare the draw of each facility that refinances others, and what it repays of each."""
    by_id = {loan.id: loan for loan in loans}
    draws: dict[str, Line] = {}
    repaid: dict[str, list[Expr]] = {}
    per_unit: dict[str, Line | None] = {}
    for loan in loans:
        if loan.terms.drawn_on is None:
            continue
        old = [by_id[id] for id in loan.terms.refinances]
        draw = _one(loan, old, per_unit, clock)
        draws[loan.id] = draw.drawn
        loan.fees.define(draw.drawn * loan.terms.upfront_fee)
        register = loan.section.model.register
        register.earns("refinancing_fees", -loan.fees)
        register.taxes(-loan.fees, borrower)
        for id, part in draw.repaid.items():
            repaid.setdefault(id, []).append(part)
    label = "Repaid by refinancing"
    rows = {id: by_id[id].section.line("refinanced", f"{by_id[id].label}: {label}", add(p)) for id, p in repaid.items()}
    breaks = {id: unwinding.settle(by_id[id], "refinanced", row, per_unit[id]) for id, row in rows.items()}
    return Refinanced(draws, rows, per_unit, {id: cost for id, cost in breaks.items() if cost is not None})


def _one(loan: Loan, old: Sequence[Loan], per_unit: dict[str, Line | None], clock: Clock) -> _Draw:
    """The draw of one facility, and its parts; break costs of swaps join `per_unit` where they are new."""
    section, title, terms = loan.section, loan.label, loan.terms
    assert terms.drawn_on is not None
    day = section.flag("drawing_date", f"{title}: Date of the draw", clock.last_day.eq(terms.drawn_on))
    left = {item.id: item.outstanding.opening - item.due_principal for item in old}
    for item in old:
        if item.id not in per_unit:
            per_unit[item.id] = unwinding.share(item, clock)
    dear = [left[id] if (cost := per_unit[id]) is None else left[id] * (1 + cost) for id in left]
    owed = section.line("refinances", f"{title}: Owed to those that it repays", add(dear) * day)
    draw = section.line("draw", f"{title}: Drawing", lo(loan.commitment * day, ratio(owed, 1 - terms.upfront_fee)))
    net = section.line("net_of_fee", f"{title}: Drawing less fee", draw - draw * terms.upfront_fee)
    return _Draw(draw, {id: net * ratio(amount, owed) for id, amount in left.items()})
