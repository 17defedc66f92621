"""Contributions: who pays in how much of the equity that is called.

Sign:    paid in is positive.
Timing:  a class that contributes first pays all calls until its commitment is used, then come those pro rata, then
         those that are last; what is called beyond all commitments is paid by shares.
Source:  a commitment is the share of the equity that the deal was signed with.
"""

from __future__ import annotations

from collections.abc import Mapping

from finmodel.deal.context import Context
from finmodel.deal.owners.terms import EquityClass
from finmodel.kernel.expr import Expr, Given, add, hi, lo, ratio
from finmodel.kernel.model import Line

_TURNS = ("first", "pro_rata", "last")


def build(context: Context, classes: Mapping[str, EquityClass], paid: Line, committed: Given | None) -> dict[str, Expr]:
    """What each class pays in: by shares, unless one of them has a turn of its own.

    Args:
        context: The deal's model, time and money.
        classes: The classes of equity by name.
        paid: What is called in all [reporting currency per period].
        committed: What the owners signed for; None shares every call.

    Returns:
        What each class pays in [reporting currency per period], in the order of `classes`.
    """
    if committed is None or all(terms.contributes == "pro_rata" for terms in classes.values()):
        return {name: paid * terms.share for name, terms in classes.items()}
    section = context.model.section("contributions", context.money.money, "Contributions")
    called = section.ahead("called_to_date", "Equity called to date")
    called.define(called.prev + paid)
    within = section.line("called_of_commitment", "Equity called to date, of what was committed", lo(called, committed))
    before: Expr = 0 * committed
    parts: dict[str, Expr] = {}
    for turn in _TURNS:
        group = {name: terms for name, terms in classes.items() if terms.contributes == turn}
        share = add([terms.share for terms in group.values()])
        if not group:
            continue
        promised = committed * share
        label = f"Paid to date by those that contribute {turn.replace('_', ' ')}"
        reached = section.line(f"{turn}_to_date", label, hi(0, lo(within - before, promised)))
        for name, terms in group.items():
            own = reached * ratio(terms.share, share) + (called - within) * terms.share
            to_date = section.line(f"by.{name}", f"{terms.label}: Paid in to date", own)
            parts[name] = to_date - to_date.prev
        before = before + promised
    return {name: parts[name] for name in classes}
