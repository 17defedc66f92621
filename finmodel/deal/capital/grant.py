"""Grants for capital cost: earned with the spending that they pay for, up to a ceiling, and received a lag later.

Sign:    every line is the positive amount that its label names.
Timing:  a grant is earned with its spending, within its window, at the rate of that day.
Books:   accounting = "basis" lowers the cost that books and tax write off. With "income" the cost stays whole: the
         grant waits as a liability until completion, when it is final, and is income of the first period after.
Source:  at most half of eligible cost, up to a ceiling; compressed entry is Japan's usual choice (F22).
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.capital.terms import Capex, Grant
from finmodel.deal.market.macro import Macro
from finmodel.deal.time.running import settled
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, hi, lo
from finmodel.kernel.model import Account, Line, Model


@dataclass(frozen=True, eq=False, repr=False)
class GrantLines:
    """One grant [reporting currency per period]; `granted` is earned to date in the currency of its ceiling."""

    terms: Grant
    entity: str
    earned: Line
    received: Line
    receivable: Account
    granted: Line

    @property
    def lowers_basis(self) -> bool:
        """Whether books and tax write off the cost without what the grant pays."""
        return self.terms.accounting == "basis"


def build(model: Model, name: str, terms: Grant, cost: tuple[Capex, Line], frame: tuple[Clock, Macro]) -> GrantLines:
    """Declare a grant for one capital cost: its terms, and what is spent in each period."""
    clock, macro = frame
    section = model.section(f"grant.{name}", macro.money, terms.label)
    granted = section.ahead("earned_to_date", f"{terms.label}: Earned to date, in its currency", terms.ceiling.unit)
    wanted = macro.to(cost[1], terms.ceiling) * terms.eligible * terms.share
    if terms.start is not None and terms.end is not None:
        wanted = wanted * clock.between(terms.start, terms.end)
    own = section.line(
        "earned_own",
        f"{terms.label}: Earned, in its currency",
        lo(wanted, hi(0, terms.ceiling - granted.prev)),
        terms.ceiling.unit,
    )
    granted.define(granted.prev + own)
    earned = section.line("earned", f"{terms.label}: Earned", macro.convert(own))
    receivable = section.account("receivable", f"{terms.label}: Receivable")
    later = settled(earned, receivable, terms.lag, clock)
    received = section.line("received", f"{terms.label}: Received", later)
    receivable.close(add=[earned], less=[received])
    model.register.receives(received, f"grant.{name}")
    model.register.owns("grant_receivable", receivable.closing)
    lines = GrantLines(terms, cost[0].entity, earned, received, receivable, granted)
    if not lines.lowers_basis:
        _recognise(model, name, lines, clock)
    return lines


def _recognise(model: Model, name: str, lines: GrantLines, clock: Clock) -> None:
    """Income of the first period after completion: until then the grant may have to be paid back."""
    section, title = model.sections[f"grant.{name}"], lines.terms.label
    deferred = section.account("deferred", f"{title}: Not yet final")
    final: Expr = deferred.opening * clock.completed
    income = section.line("income", f"{title}: Income when final", final)
    deferred.close(add=[lines.earned], less=[income])
    model.register.owes("grant_deferred", deferred.closing)
    model.register.earns("grant_income", income)
    model.register.taxes(income, lines.entity)
