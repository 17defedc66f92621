"""Returns: rates, present values, multiples and payback, of the project, of equity and of each class.

Timing:  `…_irr` is (1 + rate per period)^(periods a year) − 1 on equal periods; `…_xirr` uses dates, ACT/365 from the
         first flow. Present values are to financial close, by actual days / 365 to the end of each period, or by
         equal periods to its end or its middle; those of support and of public bodies are too.
Source:  F28. The project flow is before financing: CFADS before tax, less construction cost, plus grants. Where no
         rate exists the result is n/a, with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.owners.equity import Owner
from finmodel.deal.owners.terms import ReturnTerms
from finmodel.deal.schema import TimelineTerms
from finmodel.deal.time.calendar import DAYS_PER_YEAR, HALF_A_PERIOD, ONE_YEAR, given
from finmodel.kernel.expr import Const, Expr, Given, hi, lo, ratio, shown, where
from finmodel.kernel.folds import irr, irr_status, total, xirr, xirr_status
from finmodel.kernel.model import Line, Section
from finmodel.kernel.units import PER_YEAR, RATIO, YEAR

REASONS = (
    "",
    "several rates exist: the one nearest the guess is shown",
    "the rate depends on small flows at the end: without them it moves by more than a point, or is not the only one",
    "nothing comes back: a total loss",
    "no rate of return was found",
    "nothing is invested",
    "the flow is nothing in every period",
    "the flow is not finite",
    "no rate of return was found; without small flows at the end there is one",
)


@dataclass(frozen=True, eq=False, repr=False)
class Flows:
    """Net flows [reporting currency per period]."""

    project: Line
    project_post_tax: Line
    equity: Line


@dataclass(frozen=True, eq=False, repr=False)
class Sums:
    """What is paid in and received over the deal's life [reporting currency]; `never` is 1 where nothing is paid in."""

    paid: Line
    received: Line
    never: Line


class Returns:
    """Declares results one by one under the section `returns`."""

    def __init__(self, context: Context, terms: ReturnTerms, timeline: TimelineTerms, timing: str = "dated") -> None:
        self.model, self.terms, self.clock = context.model, terms, context.clock
        self.section = self.model.section("returns", context.money.money, "Returns")
        self._factor: Line | None = None
        periods = given("calendar.periods_per_year", float(self.clock.timeline.per_year), "ratio", "Periods in a year")
        self.per_year = self.section.line("periods_per_year", "Periods in a year", periods, RATIO)
        self.guess = (1 + terms.guess * ONE_YEAR) ** ratio(1, self.per_year) - 1
        self.elapsed = self.section.line("elapsed", "Years from financial close", self._elapsed(timeline, timing), YEAR)

    def _elapsed(self, timeline: TimelineTerms, timing: str) -> Expr:
        """Years to the flow of each period."""
        if timing == "dated":
            end = self.clock.last_day + given("unit.day", 1.0, "day", "One day")
            return (end - timeline.financial_close) / DAYS_PER_YEAR
        number: Expr = self.clock.number
        if timing == "mid":
            number = number - HALF_A_PERIOD
        return ratio(number, self.per_year) * ONE_YEAR

    def rate(self, name: str, label: str, flow: Line) -> Line:
        """A yearly rate of return from equal periods, as a result; returns it [1/year], 0 where there is none.

        Args:
            name: Name of the result.
            label: What it is.
            flow: Net money of each period.
        """
        status = self.section.line(
            f"{name}.status", f"{label}: Status", irr_status(flow, self.guess, self.per_year), RATIO
        )
        found = self._found(name, label, status)
        period = self.section.line(f"{name}.period", f"{label}: Per period", irr(flow, self.guess, found), RATIO)
        yearly = self.section.line(
            f"{name}.value", f"{label}: Value", ((1 + period) ** self.per_year - 1) / ONE_YEAR, PER_YEAR
        )
        self.model.metric(name, self.section.display(name, label, shown(yearly, found), PER_YEAR), status, REASONS)
        return yearly

    def dated_rate(
        self, name: str, label: str, flow: Line, near: Expr | None = None, reasons: Sequence[str] = REASONS
    ) -> None:
        """A yearly rate of return by dates, as a result; it is sought from the rate `near`, else from the case's guess.

        A spreadsheet does not find a rate of -56 % from a guess of 10 %.

        Args:
            name: Name of the result.
            label: What it is.
            flow: Net money of each period.
            reasons: Why it is n/a, by number.
        """
        guess = self.terms.guess * ONE_YEAR if near is None else near
        status = self.section.line(
            f"{name}.status", f"{label}: Status", xirr_status(flow, self.clock.last_day, guess), RATIO
        )
        found = self._found(name, label, status)
        value = xirr(flow, self.clock.last_day, guess, found) / ONE_YEAR
        yearly = self.section.line(f"{name}.value", f"{label}: Value", value, PER_YEAR)
        self.model.metric(name, self.section.display(name, label, shown(yearly, found), PER_YEAR), status, reasons)

    def _found(self, name: str, label: str, status: Line) -> Line:
        """Whether there is a rate: alone, among several, or by grace of the last flows."""
        return self.section.flag(f"{name}.found", f"{label}: A rate exists", status - 1 <= 1)

    def present_value(self, name: str, label: str, flow: Line) -> None:
        """A present value at the case's rate, as a result.

        Args:
            name: Name of the result.
            label: What it is.
            flow: Net money of each period.
        """
        self.model.metric(name, self.section.line(name, label, total(self.discounted(name, label, flow))))

    def discounted(self, name: str, label: str, flow: Line) -> Line:
        """A flow times its discount factor.

        Args:
            name: Name of the result.
            label: What it is.
            flow: Net money of each period.
        """
        return self.section.line(f"{name}.flow", f"{label}: Discounted flow", flow * self.factor())

    def factor(self) -> Line:
        """The discount factor at the case's rate."""
        if self._factor is None:
            factor = (1 + self.terms.npv_rate * ONE_YEAR) ** (-self.elapsed / ONE_YEAR)
            self._factor = self.section.line("discount_factor", "Discount factor", factor, RATIO)
        return self._factor

    def equity_value(self, flow: Line) -> None:
        """The present value of the equity flow at the rate that owners ask for, as a result; n/a without one.

        Args:
            flow: Net money of the owners in each period.
        """
        name, label, rate = "equity_npv", "Equity net present value", self.terms.equity_rate
        missing = self.section.flag(f"{name}.missing", f"{label}: No rate is given", Const(int(rate is None)))
        worth = self.section.line(
            f"{name}.value", f"{label}: Value", Const(0) if rate is None else self._worth(flow, rate)
        )
        row = self.section.display(name, label, shown(worth, ~missing))
        self.model.metric(name, row, missing, ("", "returns.equity_rate is not given"))

    def _worth(self, flow: Line, rate: Given) -> Expr:
        factor = (1 + rate * ONE_YEAR) ** (-self.elapsed / ONE_YEAR)
        label = "Equity net present value: Discounted flow"
        return total(self.section.line("equity_npv.flow", label, flow * factor))

    def multiple(self, name: str, label: str, paid: Line, received: Line) -> Sums:
        """Money out over money in, as a result; returns the two sums.

        Args:
            name: Name of the result.
            label: What it is.
            paid: Money paid in.
            received: Money received.
        """
        put = self.section.line(f"{name}.paid", f"{label}: Paid in", total(paid))
        got = self.section.line(f"{name}.received", f"{label}: Received", total(received))
        value = self.section.line(f"{name}.value", f"{label}: Value", ratio(got, put), RATIO)
        never = self.section.flag(f"{name}.never", f"{label}: Nothing is paid in", put.eq(0))
        shown_row = self.section.display(name, label, shown(value, ~never), RATIO)
        self.model.metric(name, shown_row, never, ("", "nothing is paid in"))
        return Sums(put, got, never)

    def loss(self, name: str, label: str, sums: Sums) -> None:
        """The share of the money paid in that does not come back, undiscounted, as a result.

        Args:
            name: Name of the result.
            label: What it is.
        """
        lost = hi(0, ratio(sums.paid - sums.received, sums.paid))
        value = self.section.line(f"{name}.value", f"{label}: Value", lost, RATIO)
        shown_row = self.section.display(name, label, shown(value, ~sums.never), RATIO)
        self.model.metric(name, shown_row, sums.never, ("", "nothing is paid in"))

    def payback(self, name: str, label: str, flow: Line) -> None:
        """Years from financial close until the flow is recovered, linear within the period, as a result.

        Args:
            name: Name of the result.
            label: What it is.
            flow: Net money of each period.
        """
        line = self.section
        running = line.ahead(f"{name}.running", f"{label}: Running total")
        running.define(running.prev + flow)
        invested = line.ahead(f"{name}.invested", f"{label}: Money is in", RATIO)
        invested.define(hi(invested.prev, running < 0))
        done = line.ahead(f"{name}.done", f"{label}: Recovered", RATIO)
        done.define(hi(done.prev, invested & (running >= 0)))
        crossing = done & ~done.prev
        part = where(crossing, lo(1, ratio(-running.prev, flow)), ~done)
        waited = line.line(f"{name}.waited", f"{label}: Years not yet recovered", part * self.clock.years, YEAR)
        ever = line.line(f"{name}.ever", f"{label}: Periods recovered", total(done), RATIO)
        never = line.flag(f"{name}.never", f"{label}: Never recovered", ever.eq(0))
        years = line.line(f"{name}.years", f"{label}: Value", total(waited), YEAR)
        self.model.metric(
            name, line.display(name, label, shown(years, ~never), YEAR), never, ("", "the money is never recovered")
        )

    def classes(self, owners: Sequence[Owner]) -> None:
        """Rate, multiple, payback and loss of each class of equity, exits included.

        Args:
            owners: Classes of equity.
        """
        for owner in owners:
            title = owner.terms.label
            self.rate(f"equity_irr.{owner.id}", f"{title}: IRR", owner.net)
            sums = self.multiple(f"equity_multiple.{owner.id}", f"{title}: Multiple", owner.put_in, owner.got)
            self.payback(f"equity_payback.{owner.id}", f"{title}: Payback, years", owner.net)
            self.loss(f"equity_loss.{owner.id}", f"{title}: Loss", sums)


def flows(section: Section, before_tax: Expr, notional_tax: Expr, equity: Expr) -> Flows:
    """Declare the net flows that returns are computed on.

    Args:
        before_tax: CFADS before tax.
        notional_tax: Tax as if there were no debt.
        equity: Net money of the owners.

    Returns:
        The flows [reporting currency per period].
    """
    project = section.line("net_project_flow", "Project flow before tax and financing", before_tax)
    post_tax = section.line(
        "net_project_flow_post_tax", "Project flow after tax, before financing", project - notional_tax
    )
    return Flows(project, post_tax, section.line("net_equity_flow", "Equity flow", equity))
