"""Completion: what a delay costs, what the contractor pays for it, and the test after which owners may be paid.

Sign:    cost and damages are positive; the first is paid in construction, the second received.
Timing:  by the month, in the periods between planned and actual completion. Both join the cash of operations before
         completion, so that funding meets the difference. The test looks back over whole periods of operation.
Source:  decision F39. Damages compensate for income lost, so they are income and taxed, as the cost is deducted. A
         delay does not move the end of operations or any date of debt: grace runs from planned completion, and
         principal that falls due before actual completion is a use of funds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.deal.completion.terms import Completion
from finmodel.deal.context import Context
from finmodel.deal.market.macro import Macro
from finmodel.deal.plant.goods import PlantLines
from finmodel.deal.time.calendar import MONTHS_PER_YEAR
from finmodel.deal.time.running import to_date
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Const, Expr, Given, hi, lo
from finmodel.kernel.model import Line, Section
from finmodel.kernel.register import Register
from finmodel.kernel.units import RATIO, TONNE


@dataclass(frozen=True, eq=False, repr=False)
class Late:
    """What a delay costs and brings [reporting currency per period], and whether the completion test is passed."""

    cost: Expr
    damages: Expr
    passed: Expr


def build(context: Context, terms: Completion | None, borrower: str, plants: Sequence[PlantLines]) -> Late:
    """Declare the clauses of completion; nothing without the table.

    Args:
        borrower: The entity whose income they are.
        plants: The plants that the completion test measures.
    """
    clock, macro, register = context.clock, context.money, context.register
    if terms is None:
        return Late(Const(0), Const(0), Const(1))
    section = context.model.section("completion", macro.money, "Completion")
    late = section.flag("late", "Late: after planned completion, before actual", clock.construction & clock.due)
    months = section.line("months_late", "Months late", late * clock.years * MONTHS_PER_YEAR, terms.delay.unit)
    cost: Expr = Const(0)
    if terms.cost is not None:
        cost = section.line("delay_cost", "Owner's cost of delay", macro.convert(terms.cost) * months)
        register.pays(cost, "construction")
        _note(register, "delay_cost", -cost, borrower)
    damages: Expr = Const(0)
    if terms.damages is not None:
        damages = _damages(section, terms.damages, terms.damages_cap, months, macro)
        register.receives(damages, "construction")
        _note(register, "delay_damages", damages, borrower)
    return Late(cost, damages, _passed(section, terms, plants, clock))


def beyond(terms: Completion | None, clock: Clock) -> Expr | None:
    """1 in periods of construction that end after the long-stop date; None without one."""
    if terms is None or terms.long_stop is None:
        return None
    return clock.construction & (clock.planned + terms.long_stop < clock.end_month)


def _note(register: Register, item: str, amount: Expr, borrower: str) -> None:
    register.earns(item, amount)
    register.taxes(amount, borrower)


def _damages(section: Section, rate: Given, cap: Given | None, months: Line, macro: Macro) -> Line:
    """Liquidated damages by the month of delay, up to the contractor's limit."""
    label, full = "Liquidated damages for delay", macro.convert(rate) * months
    if cap is None:
        return section.line("damages", label, full)
    so_far = section.ahead("damages_to_date", f"{label}, to date")
    line = section.line("damages", label, lo(full, hi(0, macro.convert(cap) - so_far.prev)))
    so_far.define(so_far.prev + line)
    return line


def _passed(section: Section, terms: Completion, plants: Sequence[PlantLines], clock: Clock) -> Expr:
    """1 from the first date on which every node has made enough over the length of the test."""
    if terms.test_output is None:
        return Const(1)
    length = math.ceil(section.model.decides(terms.test_months) / clock.timeline.months)
    ran = to_date(section, "years_run", "Years of operation to date", clock.years * clock.operations)
    enough: Expr = (terms.test_months <= (ran - ran.lag(length)) * MONTHS_PER_YEAR) & clock.operations
    for plant in plants:
        name, title = plant.id, plant.terms.label
        made = to_date(section, f"{name}.made_to_date", f"{title}: Made to date", plant.produced)
        rated = plant.terms.nameplate * clock.years * clock.operations
        could = to_date(section, f"{name}.rated_to_date", f"{title}: Nameplate output to date", rated)
        label = f"{title}: Made over the length of the test"
        over = section.line(f"{name}.made", label, made - made.lag(length), TONNE)
        wanted = (could - could.lag(length)) * terms.test_output
        enough = enough & (wanted <= over)
    passed = section.ahead("passed", "Completion test passed", RATIO)
    return passed.define(hi(passed.prev, enough))
