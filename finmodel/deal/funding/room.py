"""What several facilities draw of one amount: each in proportion to the room that is left of its commitment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from finmodel.deal.loans.facility import Loan
from finmodel.kernel.expr import Expr, add, lo, ratio
from finmodel.kernel.model import Line, Section


def drawn_by_room(
    section: Section, loans: Sequence[Loan], wanted: Expr, room: Mapping[str, Expr], name: str, label: str
) -> dict[str, Line]:
    """Declare what facilities draw of an amount, in proportion to the room of each: no order of them counts.

    Args:
        section: Where the lines stand.
        loans: The facilities.
        wanted: What all would draw together [reporting currency per period].
        room: What each may still draw, by id.
        name: Of the sum of all rooms, a line where there are several.
        label: Of the same.
    """
    drawn: dict[str, Expr] = {loan.id: lo(wanted, room[loan.id]) for loan in loans}
    if len(loans) > 1:
        whole = section.line(name, label, add([room[loan.id] for loan in loans]))
        drawn = {loan.id: lo(wanted, whole) * ratio(room[loan.id], whole) for loan in loans}
    return {
        id: section.line(f"draw.{id}", f"Drawing, {loan.label}", drawn[id])
        for id, loan in zip(drawn, loans, strict=True)
    }
