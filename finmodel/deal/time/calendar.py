"""The calendar as inputs: one value a period for everything that only the calendar decides.

Which dates are year ends, how many days a period has: these rows are facts of the timeline, not formulas of the deal.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from finmodel.kernel.expr import Given
from finmodel.kernel.timeline import MONTH_NAMES, Period, Timeline, month_number, serial, year_fraction
from finmodel.kernel.units import DATE, DAY, MONTH, RATIO, YEAR, unit

SOURCE = "calendar"


def given(id: str, value: float | tuple[float, ...], of: str, label: str) -> Given:
    """An input that the calendar or a unit defines.

    Args:
        id: Dotted name.
        value: A number, or one a period.
        of: Its unit.
        label: What it is.
    """
    return Given(id, value, unit(of), label, where="calendar", source=SOURCE)


HALF_A_PERIOD = given("unit.half_period", 0.5, "ratio", "Half a period, in periods")
ONE_YEAR = given("unit.year", 1.0, "year", "One year")
NATURAL = given("unit.natural", math.e, "ratio", "Base of natural logarithms")
COVER_STEP = given("unit.cover_step", 0.01, "ratio", "A hundredth of cover")
ONE_MONTH = given("unit.month", 1.0, "month", "One month")
ONE_TONNE = given("unit.tonne", 1.0, "t", "One tonne")
KG_PER_T = given("unit.kg_per_t", 1000.0, "kg/t", "Kilograms in a tonne")
DAYS_PER_YEAR = given("unit.days_per_year", 365.0, "day/year", "Days in a year, by convention")
RATIO_ROUNDING = given("tolerance.ratio", 1e-9, "ratio", "Rounding of a ratio that is compared with its target")
QUARTERS_PER_YEAR = given("unit.quarters_per_year", 4.0, "1/year", "Quarters in a year")
MONTHS_PER_YEAR = given("unit.months_per_year", 12.0, "month/year", "Months in a year")


def cent(currency: str) -> Given:
    """An amount of money that counts as nothing in a test.

    Args:
        currency: A currency.
    """
    return given("tolerance.cent", 0.01, currency, "An amount that counts as nothing")


def row(timeline: Timeline, id: str, label: str, of: str, values: Sequence[float]) -> Given:
    """A calendar row: one value for each period of the timeline.

    Args:
        id: Dotted name.
        label: What it is.
        of: Its unit.
        values: One number a period.
    """
    assert len(values) == timeline.count
    return given(id, tuple(values), of, label)


def numbers(timeline: Timeline) -> Given:
    """1, 2, 3 …"""
    return row(timeline, "calendar.number", "Period number", str(RATIO), [float(i + 1) for i in range(timeline.count)])


def last_days(timeline: Timeline) -> Given:
    """Last day of each period: flows fall on it."""
    return row(timeline, "calendar.last_day", "Last day", str(DATE), [serial(p.last_day) for p in timeline.periods])


def end_months(timeline: Timeline) -> Given:
    """Month number of the first month after each period."""
    months = [float(month_number(period.end)) for period in timeline.periods]
    return row(timeline, "calendar.end_month", "Month after the period", str(MONTH), months)


def last_months(timeline: Timeline) -> Given:
    """Month number of the month in which each period ends."""
    months = [float(month_number(period.last_day)) for period in timeline.periods]
    return row(timeline, "calendar.last_month", "Last month", str(MONTH), months)


def days(timeline: Timeline) -> Given:
    """Days in each period."""
    lengths = [float((period.end - period.start).days) for period in timeline.periods]
    return row(timeline, "calendar.days", "Days in the period", str(DAY), lengths)


def span(timeline: Timeline, periods: int) -> Given:
    """The months of so many periods.

    Args:
        periods: Number of periods.
    """
    label = f"Months of {periods} periods"
    return given(f"calendar.span_{periods}", float(periods * timeline.months), "month", label)


def years(timeline: Timeline, day_count: str) -> Given:
    """Length of each period in years by a day count.

    Args:
        day_count: Day count, such as "ACT/365F".
    """
    name = day_count.lower().replace("/", "_")
    values = [year_fraction(p.start, p.end, day_count) for p in timeline.periods]
    return row(timeline, f"calendar.years_{name}", f"Length in years, {day_count}", str(YEAR), values)


def month_flags(timeline: Timeline, months: Sequence[str]) -> Given:
    """1 where a period ends in one of the named months.

    Args:
        months: Names of months.
    """
    numbers = sorted(MONTH_NAMES.index(month) + 1 for month in months)
    names = "_".join(MONTH_NAMES[number - 1].lower() for number in numbers)
    values = [float(_holds(period, numbers)) for period in timeline.periods]
    return row(timeline, f"calendar.ends_{names}", f"Period ends in {' or '.join(months)}", str(RATIO), values)


def missing_month(timeline: Timeline, month: str) -> bool:
    """Whether no period of the timeline can end in this month.

    Args:
        month: Name of a month.
    """
    return (MONTH_NAMES.index(month) + 1 - timeline.year_end) % timeline.months != 0


def _holds(period: Period, numbers: Sequence[int]) -> bool:
    return period.last_day.month in numbers


__all__ = ["COVER_STEP", "DAYS_PER_YEAR", "KG_PER_T", "MONTHS_PER_YEAR", "ONE_MONTH", "ONE_TONNE", "ONE_YEAR"]
