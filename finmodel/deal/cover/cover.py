"""Cover: the premium for each facility that an insurer such as NEXI stands behind.

Sign:    the premium is positive; before completion it is a use of funds, afterwards an operating cost.
Timing:  by the year, it accrues on the covered opening balance and is paid in the same period; upfront and in
         instalments, it is agreed once for the life of the loan.
Source:  annual premium mode: covered share × balance × rate; the other two in `premium`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from finmodel.deal.cover import oecd, premium
from finmodel.deal.cover.terms import Cover
from finmodel.deal.loans.facility import Loan
from finmodel.deal.market.macro import Macro
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, add
from finmodel.kernel.model import Line, Model, Section


def build(model: Model, covers: Mapping[str, Cover], loans: Sequence[Loan], clock: Clock, macro: Macro) -> Line:
    """Declare the premium of each cover; returns the total [reporting currency per period]."""
    by_id = {loan.id: loan for loan in loans}
    premiums = []
    for name, terms in covers.items():
        section = model.section(f"cover.{name}", macro.money, terms.label)
        insured = [by_id[id] for id in terms.facilities]
        balances = add([loan.outstanding.opening * terms.share for loan in insured])
        covered = section.line("covered", f"{terms.label}: Covered balance, opening", balances)
        due = _once(section, terms, insured, clock) if terms.premium is None else covered * terms.premium * clock.years
        premiums.append(section.line("premium", f"{terms.label}: Premium", due))
        model.register.pays(premiums[-1], f"cover.{name}")
    total = model.section("cover", macro.money, "Cover")
    return total.line("premium", "Cover premium, all", add(premiums))


def _once(section: Section, terms: Cover, insured: Sequence[Loan], clock: Clock) -> Expr:
    """The premium agreed once, facility by facility: each has its own term."""
    formula = terms.oecd is not None and terms.oecd.benchmark is None
    if terms.oecd is not None:
        section.model.decides(terms.oecd.country_category)
    data = oecd.coefficients(f"{section.name}.oecd", terms.oecd) if terms.oecd is not None and formula else None
    return add([premium.once(section, terms, loan, clock, data) for loan in insured])
