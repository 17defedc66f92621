"""Sizing: how much senior debt the deal carries, by the binding one of its limits, and its schedule.

Sign:    positive; a schedule is the share of the amount drawn that falls due.
Timing:  cash counts by payment window: the periods after one payment date up to the next. Sculpted principal is the
         window's service capacity less the interest accrued over it; debt is the value of all capacity.
Source:  sculpting: contracted and merchant cash each by its own cover, floored at 0; limits: gearing, cover, lenders.
         Values below with a target are solved: the engine finds them, and each residual is a line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.base.expr import Const, Expr, Given, hi, lo, ratio, where
from finmodel.base.folds import lowest, total
from finmodel.base.model import Line, Model, Section
from finmodel.base.units import RATIO, unit
from finmodel.case.schema_debt import SizingTerms
from finmodel.cashflow.facility import Loan, weighted_rate
from finmodel.cashflow.macro import Macro
from finmodel.cashflow.timing import Clock


@dataclass(frozen=True)
class Unknowns:
    """The solved inputs: senior debt, shared uses, the schedule, the plan's CFADS, and the equity commitment."""

    debt: Given
    shared_uses: Given
    schedule: Given
    plan_cfads: Given
    equity: Given


@dataclass(frozen=True)
class Cash:
    """What sizing reads of operations, each per period in the reporting currency."""

    cfads: Line
    net_support: Expr
    contracted: Line
    revenue: Line


@dataclass(frozen=True)
class Room:
    """What the uses of funds leave for senior debt: all uses, those that facilities share, other commitments."""

    total_uses: Line
    shared_uses: Line
    others: Expr


@dataclass(frozen=True)
class Sizing:
    """Senior interest over a payment window, per unit, and all CFADS of the window, support included."""

    window_rate: Line
    window_cfads: Line


def unknowns(model: Model, currency: str) -> Unknowns:
    """Inputs for the engine to find; they start at nothing."""
    money = unit(currency)
    none = (0.0,) * model.timeline.count

    def solved(name: str, value: float | tuple[float, ...], label: str, of: str) -> Given:
        return Given(
            f"solved.{name}", value, unit(of), label, where="solved", source="solved on the sizing case", solved=True
        )

    return Unknowns(
        debt=solved("senior_debt", 0.0, "Senior debt", str(money)),
        shared_uses=solved("shared_uses", 0.0, "Uses that facilities share", str(money)),
        schedule=solved("schedule", none, "Senior repayment schedule", "ratio"),
        plan_cfads=solved("plan_cfads", none, "CFADS of the lenders' case by payment date", str(money)),
        equity=solved("equity", 0.0, "Equity commitment", str(money)),
    )


def build(
    model: Model, terms: SizingTerms, loans: Sequence[Loan], cash: Cash, room: Room, frame: tuple[Clock, Macro]
) -> Sizing:
    """Declare service capacity, the limits on debt, and the schedule that follows."""
    clock, macro = frame
    section = model.section("sizing", macro.money, "Sizing")
    pays, repaying = loans[0].pays, loans[0].repaying
    rate = weighted_rate(
        section, "window_rate", "Senior interest over the window, per unit", list(loans), _shares(loans)
    )
    counted = cash.cfads if terms.support == "contract" else cash.cfads - cash.net_support
    window = _window(section, "window_counted", "CFADS of the payment window that lenders count", counted, pays)
    contracted = _window(
        section, "window_contracted", "Contracted revenue of the payment window", cash.contracted, pays
    )
    revenue = _window(section, "window_revenue", "Revenue of the payment window", cash.revenue, pays)
    share = section.line("contracted_share", "Contracted share of revenue", lo(1, ratio(contracted, revenue)), RATIO)
    capacity = section.line(
        "capacity",
        "Debt service capacity",
        (hi(0, window * share) / terms.dscr_contracted + hi(0, window * (1 - share)) / terms.dscr_merchant) * repaying,
    )
    by_cover = _by_cover(section, loans[0], capacity, rate)
    by_gearing = section.line("by_gearing", "Debt at the gearing cap", room.total_uses * terms.gearing_cap)
    left = hi(0, room.shared_uses - room.others)
    by_uses = section.line("by_uses", "Debt that uses leave room for", left)
    limits: list[Expr] = [by_gearing, by_cover, by_uses]
    if terms.limit is not None:
        limits.append(section.line("by_limit", "Debt at the lenders' limit", macro.convert(terms.limit)))
    fixed = None if terms.amount is None else macro.convert(terms.amount)
    section.line("senior_debt_target", "Senior debt, sized", lo(*limits) if fixed is None else fixed)
    section.line("plan_cfads_target", "CFADS of the lenders' case by payment date", window * pays * clock.completed)
    whole = _window(section, "window_cfads", "CFADS of the payment window", cash.cfads, pays)
    return Sizing(rate, whole)


def _shares(loans: Sequence[Loan]) -> list[Expr]:
    return [Const(1) if loan.terms.share is None else loan.terms.share for loan in loans]


def _window(section: Section, name: str, label: str, flow: Expr, pays: Line) -> Line:
    """What came in since the last payment date."""
    line = section.ahead(name, label)
    return line.define(line.prev * ~pays.prev + flow)


def _by_cover(section: Section, loan: Loan, capacity: Line, rate: Line) -> Line:
    """Debt that the capacity can serve, and for a sculpted profile the schedule that uses all of it."""
    repaying = loan.repaying
    label = "Debt at the debt service cover"
    if loan.terms.profile != "sculpted":
        unit_service = section.line(
            "unit_service", "Service per unit of debt", loan.schedule + rate * loan.planned.lag(1, 1) * repaying, RATIO
        )
        carried = section.line("carried", "Debt that each date can carry", ratio(capacity, unit_service))
        return section.line("by_cover", label, lowest(carried, repaying))
    return _sculpted(section, label, (repaying, rate), capacity)


def _sculpted(section: Section, label: str, dates: tuple[Line, Line], capacity: Line) -> Line:
    """The value of all capacity, and the shares that use it; a balance never rises, so no principal is negative.

    Where interest on the later capacity would be more than a date's own capacity, the debt is only what that date
    carries: its capacity over its rate.
    """
    repaying, rate = dates
    value = section.ahead("capacity_value", "Debt that the capacity still to come can carry")
    carried = lo(ratio(value + capacity, 1 + rate), ratio(capacity, rate, value + capacity))
    step = section.line("capacity_step", "Debt that can be carried into the date", repaying * carried)
    value.define(step.next + ~repaying.next * value.next)
    first = section.line(
        "capacity_at_close", "Debt that all capacity can carry", value * section.model.find("time.first")
    )
    by_cover = section.line("by_cover", label, total(first))
    balance = section.ahead("unit_balance", "Share of the debt still to repay", RATIO)
    before = balance.lag(1, 1)
    left = where(repaying, lo(before, ratio(value, by_cover)), before)
    balance.define(left)
    section.line("schedule_target", "Sculpted principal, share of the debt", before - balance, RATIO)
    return by_cover
