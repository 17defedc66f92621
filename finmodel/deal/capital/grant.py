"""Grants for capital cost: earned with the spending that they pay for, up to a ceiling, and received a lag later.

Sign:    every line is the positive amount that its label names.
Timing:  a grant is earned with its spending, within its window, at the rate of that day.
Books:   accounting = "basis" lowers the cost that books and tax write off. With "income" the cost stays whole: the
         grant waits as a liability until completion, when it is final, and is income of the first period after.
Source:  at most half of eligible cost, up to a ceiling; compressed entry is Japan's usual choice (F22).
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.capital.terms import Grant
from finmodel.deal.context import Context
from finmodel.deal.time.running import settled
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import hi, lo
from finmodel.kernel.model import Account, Line, Section


@dataclass(frozen=True, eq=False, repr=False)
class Final:
    """A grant that is income once it is final [reporting currency]: what is not final yet, and the income."""

    deferred: Account
    income: Line


@dataclass(frozen=True, eq=False, repr=False)
class GrantLines:
    """One grant [reporting currency per period]; `granted` is earned to date in the currency of its ceiling.

    `final` is its income, None where it lowers the cost that is written off.
    """

    section: Section
    terms: Grant
    entity: str
    earned: Line
    received: Line
    receivable: Account
    granted: Line
    final: Final | None

    @property
    def lowers_basis(self) -> bool:
        """Whether books and tax write off the cost without what the grant pays."""
        return self.terms.accounting == "basis"


def build(context: Context, name: str, terms: Grant, entity: str, cost: Line) -> GrantLines:
    """Declare a grant for one capital cost.

    Args:
        name: Name of the grant.
        entity: The company that bears the cost.
        cost: What is spent in each period [reporting currency].

    Returns:
        The lines of the grant.
    """
    clock, macro, register = context.clock, context.money, context.register
    section = context.model.section(f"grant.{name}", macro.money, terms.label)
    granted = section.ahead("earned_to_date", f"{terms.label}: Earned to date, in its currency", terms.ceiling.unit)
    wanted = macro.to(cost, terms.ceiling) * terms.eligible * terms.share
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
    register.receives(received, section.name)
    register.owns("grant_receivable", receivable.closing)
    final = None if terms.accounting == "basis" else _recognised(section, earned, entity, clock)
    return GrantLines(section, terms, entity, earned, received, receivable, granted, final)


def _recognised(section: Section, earned: Line, entity: str, clock: Clock) -> Final:
    """Income of the first period after completion: until then the grant may have to be paid back."""
    title, register = section.title, section.model.register
    deferred = section.account("deferred", f"{title}: Not yet final")
    income = section.line("income", f"{title}: Income when final", deferred.opening * clock.completed)
    deferred.close(add=[earned], less=[income])
    register.owes("grant_deferred", deferred.closing)
    register.earns("grant_income", income)
    register.taxes(income, entity)
    return Final(deferred, income)
