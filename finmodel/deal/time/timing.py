"""Timing: the flags of a deal's life, as rows computed from its dates.

Phases: construction up to completion (COD), operations from there, then a wind-up tail in which only settlements run.
Timing:  every flow falls on the last day of its period.
Source:  FAST Standard 2.03. Dates are live: a delay moves a date, and every flag follows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from finmodel.deal.completion.terms import Completion
from finmodel.deal.schema import TimelineTerms
from finmodel.deal.time import calendar
from finmodel.kernel.expr import Expr, Given, add, month_of
from finmodel.kernel.model import Line, Model, Section
from finmodel.kernel.timeline import Timeline
from finmodel.kernel.units import DATE, DAY, MONTH, RATIO, YEAR


@dataclass(frozen=True, eq=False, repr=False)
class Clock:
    """Rows of time that every module may read.

    Flags are 0/1 rows. `construction`, `operations` and `wind_up` partition the timeline; `completed` is operations or
    later. `due` are the periods after planned completion, late or not. `first` is the first period;
    `last_construction`, `last_operation` and `last` mark single periods; `number` counts periods from 1. Months are
    month numbers; a period is [end_month - length, end_month), and operations are over at `end_of_operations`.
    """

    section: Section
    timeline: Timeline
    last_day: Line
    end_month: Line
    last_month: Line
    days: Line
    years: Line
    construction: Line
    operations: Line
    wind_up: Line
    completed: Line
    first: Line
    last_construction: Line
    last_operation: Line
    last: Line
    completion: Line
    planned: Line
    end_of_operations: Line
    due: Line
    number: Line
    delays: dict[int, Line]
    operation_years: Line
    cache: dict[str, Line] = field(default_factory=dict)

    def year_end(self, month: str) -> Line:
        """1 where a period ends in this month: the last period of a tax, budget or contract year.

        Args:
            month: Name of a month.
        """
        return self.month_flag((month,))

    def month_flag(self, months: Sequence[str]) -> Line:
        """1 where a period ends in one of these months.

        Args:
            months: Names of months.
        """
        leaf = calendar.month_flags(self.timeline, months)
        return self._once(leaf, f"Period ends in {' or '.join(months)}")

    def year_start(self, month: str) -> Line:
        """1 in the first period of the year that ends in this month, and in the first period of all.

        Args:
            month: Name of the month in which the year ends.
        """
        end = self.year_end(month)
        name = end.id.removeprefix(f"{self.section.name}.").replace("ends_", "starts_after_")
        if name not in self.cache:
            self.cache[name] = self.section.flag(name, f"First period of the year to {month}", end.prev | self.first)
        return self.cache[name]

    def years_by(self, day_count: str) -> Line:
        """Length of each period in years by a day count.

        Args:
            day_count: Day count, such as "ACT/365F".
        """
        if day_count == "months":
            return self.years
        return self._once(calendar.years(self.timeline, day_count), f"Length of period, {day_count}")

    def delayed(self, line: Line) -> Expr:
        """A row of operations, moved by as many whole periods as completion is late.

        Args:
            line: A row of operations.
        """
        if not self.delays:
            return line
        return add([line.lag(back) * flag for back, flag in self.delays.items()])

    def between(self, start: Expr, end: Expr) -> Expr:
        """1 in periods that lie from the day `start` to the day `end`, both included."""
        return (month_of(start) < self.end_month) & (self.last_month <= month_of(end))

    def _once(self, leaf: Given, label: str) -> Line:
        name = leaf.id.split(".", 1)[1]
        if name not in self.cache:
            self.cache[name] = self.section.line(name, label, leaf, leaf.unit)
        return self.cache[name]


def build(model: Model, terms: TimelineTerms, late: Completion | None = None) -> Clock:
    """Declare the rows of time.

    Args:
        terms: Dates and lengths of the deal's phases.
        late: What may delay completion; None where completion is as planned.

    Returns:
        One value a period each, but for `completion`, `planned` and `end_of_operations`: single month numbers.
    """
    time = model.section("time", RATIO, "Time")
    for given in (terms.financial_close, terms.construction, terms.operations, terms.wind_up):
        model.decides(given)  # the number of periods is of them
    timeline = model.timeline
    end_month = time.line("end_month", "Month after the period", calendar.end_months(timeline), MONTH)
    last_month = time.line("last_month", "Last month of the period", calendar.last_months(timeline), MONTH)
    days = time.line("days", "Days in the period", calendar.days(timeline), DAY)
    years = time.line("years", "Length of the period in whole months", calendar.years(timeline, "months"), YEAR)
    completion, planned, closing = _milestones(time, terms, late)
    construction = time.flag("construction", "Construction", end_month <= completion)
    completed = time.flag("completed", "Completed", ~construction)
    operations = time.flag("operations", "Operations", completed & (end_month <= closing))
    due = completed if late is None else time.flag("due", "Planned completion is behind", ~(end_month <= planned))
    wind_up = time.flag("wind_up", "Wind-up", completed & ~operations)
    one = time.line("number", "Period number", calendar.numbers(timeline), RATIO)
    return Clock(
        section=time,
        timeline=timeline,
        last_day=time.line("last_day", "Last day of the period", calendar.last_days(timeline), DATE),
        end_month=end_month,
        last_month=last_month,
        days=days,
        years=years,
        construction=construction,
        operations=operations,
        wind_up=wind_up,
        completed=completed,
        first=time.flag("first", "First period", one.eq(1)),
        last_construction=time.flag(
            "last_construction", "Last period of construction", construction & ~construction.lead(1)
        ),
        last_operation=time.flag("last_operation", "Last period of operations", operations & ~operations.lead(1)),
        last=time.flag(
            "last", "Last period", one.eq(calendar.given("calendar.count", float(timeline.count), "ratio", "Periods"))
        ),
        completion=completion,
        planned=planned,
        end_of_operations=closing,
        due=due,
        number=one,
        delays={} if late is None else _delays(time, late, timeline),
        operation_years=time.line(
            "operation_years",
            "Years from completion to the end of the period",
            _years_since(end_month, completion),
            YEAR,
        ),
    )


def _milestones(time: Section, terms: TimelineTerms, late: Completion | None) -> tuple[Line, Line, Line]:
    """Month numbers of completion, of planned completion, and of the end of operations, which no delay moves."""
    on_time = month_of(terms.financial_close) + terms.construction
    actual: Expr = on_time if late is None else on_time + late.delay
    completion = time.line("completion", "Completion (COD), month", actual, MONTH)
    label = "Planned completion, month"
    planned = completion if late is None else time.line("planned_completion", label, on_time, MONTH)
    closing = time.line("close_of_operations", "End of operations, month", planned + terms.operations, MONTH)
    return completion, planned, closing


def _delays(time: Section, late: Completion, timeline: Timeline) -> dict[int, Line]:
    """Number of whole periods → 1 if completion is late by so many."""
    longest = math.ceil(time.model.decides(late.longest) / timeline.months)
    return {
        back: time.flag(f"late_by.{back}", f"Late by {back} periods", late.delay.eq(calendar.span(timeline, back)))
        for back in range(longest + 1)
    }


def _years_since(end_month: Line, start: Line) -> Expr:
    return (end_month - start) / calendar.MONTHS_PER_YEAR
