"""Cover: a yearly premium on the covered balance of each facility that an insurer such as NEXI stands behind.

Sign:    the premium is positive.
Timing:  accrues on the facility's opening balance and is paid in the same period.
Source:  annual premium mode: covered share × balance × rate; in construction it is a use of funds, then a cost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from finmodel.base.expr import Const, add
from finmodel.base.model import Line, Model
from finmodel.case.schema_finance import Cover
from finmodel.cashflow.facility import Loan
from finmodel.cashflow.macro import Macro
from finmodel.cashflow.timing import Clock


def build(model: Model, covers: Mapping[str, Cover], loans: Sequence[Loan], clock: Clock, macro: Macro) -> Line:
    """Declare the premium of each cover; returns the total [reporting currency per period]."""
    by_id = {loan.id: loan for loan in loans}
    premiums = []
    for name, terms in covers.items():
        section = model.section(f"cover.{name}", macro.money, terms.label)
        insured = [by_id[id].outstanding.opening * terms.share for id in terms.facilities]
        covered = section.line("covered", f"{terms.label}: Covered balance, opening", add(insured))
        premiums.append(section.line("premium", f"{terms.label}: Premium", covered * terms.premium * clock.years))
    total = model.section("cover", macro.money, "Cover")
    return total.line("premium", "Cover premium, all", add(premiums) if premiums else Const(0))
