"""Cover: the premium for each facility that an insurer such as NEXI stands behind.

Sign:    the premium is positive; before completion it is a use of funds, afterwards an operating cost.
Timing:  by the year, it accrues on the covered opening balance and is paid in the same period; upfront and in
         instalments, it is agreed once for the life of the loan.
Source:  annual premium mode: covered share × balance × rate; the other two in `premium`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.cover import oecd, premium
from finmodel.deal.cover.terms import Cover
from finmodel.deal.loans.facility import Loan
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import add
from finmodel.kernel.model import Line, Section


@dataclass(frozen=True, eq=False, repr=False)
class Insured:
    """One cover and its premium [reporting currency per period].

    `by_loan` is what is agreed once for each facility; empty where the premium is paid by the year.
    """

    terms: Cover
    section: Section
    premium: Line
    by_loan: Mapping[str, Line]


@dataclass(frozen=True, eq=False, repr=False)
class CoverLines:
    """The covers of the deal by name, and the premium of all [reporting currency per period]."""

    section: Section
    insured: dict[str, Insured]
    premium: Line


def build(context: Context, covers: Mapping[str, Cover], loans: Sequence[Loan]) -> CoverLines:
    """Declare the premium of each cover.

    Args:
        context: The deal's model, time and money.
        covers: The covers of the case by name.
        loans: All facilities; each cover names some.
    """
    clock, money = context.clock, context.money.money
    by_id = {loan.id: loan for loan in loans}
    found = {}
    for name, terms in covers.items():
        section = context.model.section(f"cover.{name}", money, terms.label)
        insured = [by_id[id] for id in terms.facilities]
        balances = add([loan.outstanding.opening * terms.share for loan in insured])
        covered = section.line("covered", f"{terms.label}: Covered balance, opening", balances)
        once = _once(section, terms, insured, clock) if terms.premium is None else {}
        due = add(list(once.values())) if terms.premium is None else covered * terms.premium * clock.years
        premium = section.line("premium", f"{terms.label}: Premium", due)
        context.register.pays(premium, f"cover.{name}")
        found[name] = Insured(terms, section, premium, once)
    every = context.model.section("cover", money, "Cover")
    total = every.line("premium", "Cover premium, all", add([one.premium for one in found.values()]))
    return CoverLines(every, found, total)


def _once(section: Section, terms: Cover, insured: Sequence[Loan], clock: Clock) -> dict[str, Line]:
    """The premium agreed once, facility by facility: each has its own term."""
    formula = terms.oecd is not None and terms.oecd.benchmark is None
    if terms.oecd is not None:
        section.model.decides(terms.oecd.country_category)
    data = oecd.coefficients(f"{section.name}.oecd", terms.oecd) if terms.oecd is not None and formula else None
    return {loan.id: premium.once(section, terms, loan, clock, data) for loan in insured}
