"""The timeline: calendar-aligned periods, half open, labelled by where they end.

Source: FAST Standard 2.03 (one time axis); Excel serial dates (1900 system), so that a date row exports as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Literal

from finmodel.kernel.errors import ModelError

MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
MAX_PERIODS = 5000
NamedBy = Literal["start", "end", "both"]
_EPOCH = date(1899, 12, 30)


def serial(day: date) -> float:
    """Days since 1899-12-30: the number that a spreadsheet shows as this date.

    Args:
        day: A date.
    """
    return float((day - _EPOCH).days)


def from_serial(number: float) -> date:
    """The date of a spreadsheet serial number.

    Args:
        number: Days since 1899-12-30.
    """
    return _EPOCH + timedelta(days=round(number))


def month_number(day: date) -> int:
    """Months since year 0, so that dates on month boundaries compare as whole numbers.

    Args:
        day: A date.
    """
    return day.year * 12 + day.month - 1


def month_start(number: int) -> date:
    """The first day of a month given by `month_number`.

    Args:
        number: Months since year 0.
    """
    return date(number // 12, number % 12 + 1, 1)


@dataclass(frozen=True)
class Period:
    """One period: `start` is its first day, `end` the first day after it."""

    start: date
    end: date
    label: str

    @cached_property
    def last_day(self) -> date:
        """The day on which the period's flows fall."""
        return self.end - timedelta(days=1)


@dataclass(frozen=True)
class Timeline:
    """Equal calendar periods from financial close to the end of the wind-up tail.

    A label is for readers, a key for programs; they differ for years that bear both their calendar years.

    Args:
        start: First day of the first period; must be a period start of `frequency`.
        frequency: "month", "quarter", "half" or "year".
        count: Number of periods.
        year_end: Month (1-12) in which a half or a year ends.
        named: How fiscal years are named, for each month (January first) in which they may end.

    Raises:
        ModelError: `start` is not a period start, or more than 5,000 periods.
    """

    start: date
    frequency: str
    count: int
    year_end: int = 12
    named: tuple[NamedBy, ...] = ("start",) * 12

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MAX_PERIODS:
            raise ModelError(f"a timeline has 1 to {MAX_PERIODS} periods: got {self.count}")
        if not self.is_boundary(self.start):
            before, after = self.nearest(self.start)
            raise ModelError(f"{self.start} is not the start of a {self.frequency}: write {before} or {after}")

    @property
    def months(self) -> int:
        """Months in a period."""
        return MONTHS[self.frequency]

    @property
    def per_year(self) -> int:
        """Periods in a year."""
        return 12 // self.months

    def is_boundary(self, day: date) -> bool:
        """Whether a period starts on `day`."""
        return day.day == 1 and (month_number(day) - self.year_end) % self.months == 0

    def nearest(self, day: date) -> tuple[date, date]:
        """The period starts at or before, and after, `day`."""
        number = month_number(day)
        below = number - (number - self.year_end) % self.months
        return month_start(below), month_start(below + self.months)

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """All periods in order."""
        first = month_number(self.start)
        bounds = [month_start(first + i * self.months) for i in range(self.count + 1)]
        return tuple(Period(a, b, self._label(b)) for a, b in pairwise(bounds))

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Labels in order, such as 2027Q3, 2027H1, 2027-05 or 2027."""
        return tuple(period.label for period in self.periods)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Names of the periods in JSON: labels, but of a year that bears two calendar years that of its end."""
        if self.frequency != "year" or self.year_end == 12:
            return self.labels
        return tuple(self.fiscal_key(period.last_day, self.year_end) for period in self.periods)

    def named_by(self, month: int) -> NamedBy:
        """How fiscal years that end in a month (1-12) are named; a calendar year has one name.

        Args:
            month: Month in which the fiscal year ends, 1 to 12.
        """
        return "start" if month == 12 else self.named[month - 1]

    def fiscal_key(self, day: date, month: int) -> str:
        """Name in JSON of the fiscal year, ending in a month (1-12), that contains `day`.

        Args:
            month: Month in which the fiscal year ends, 1 to 12.
        """
        return fiscal_key(day, month, self.named_by(month))

    def fiscal_year(self, day: date, month: int) -> str:
        """Name in print of the fiscal year, ending in a month (1-12), that contains `day`.

        Args:
            month: Month in which the fiscal year ends, 1 to 12.
        """
        return shown_year(self.fiscal_key(day, month), self.named_by(month))

    def index(self, day: date) -> int:
        """Number of whole periods from the start to `day`; `day` must be a boundary."""
        return (month_number(day) - month_number(self.start)) // self.months

    def _label(self, end: date) -> str:
        last = end - timedelta(days=1)
        if self.frequency == "year":
            return f"{last.year}" if self.year_end == 12 else self.fiscal_year(last, self.year_end)
        if self.frequency == "quarter" and self.year_end % 3 == 0:
            return f"{last.year}Q{(last.month + 2) // 3}"
        if self.frequency == "half" and self.year_end in (6, 12):
            return f"{last.year}H{(last.month + 5) // 6}"
        return f"{last.year}-{last.month:02d}"


def fiscal_key(day: date, year_end: int, named_by: NamedBy) -> str:
    """The name in JSON of the fiscal year that contains `day`: FY2028 starts in 2028, or ends in it.

    Args:
        year_end: Month (1-12) in which it ends; one that ends in December is the calendar year.
        named_by: Which of its calendar years names it; of both it is the one of its end.
    """
    first = day.year if day.month > year_end or year_end == 12 else day.year - 1
    return f"FY{first + (year_end != 12 and named_by != 'start')}"


def shown_year(key: str, named_by: NamedBy) -> str:
    """The name in print of a fiscal year by its name in JSON: FY2027 is 2026-27 where both calendar years name it.

    Args:
        key: Name in JSON, such as FY2027.
        named_by: Which calendar year names it.
    """
    end = int(key.removeprefix("FY"))
    return f"{end - 1}-{end % 100:02d}" if named_by == "both" else key


def year_fraction(start: date, end: date, day_count: str) -> float:
    """Length of [start, end) in years.

    Args:
        start: First day.
        end: The day after the last.
        day_count: "30/360", "ACT/360", "ACT/365F", "ACT/ACT" (ISDA) or "months" (whole months / 12).

    Raises:
        ModelError: No such day count.

    Source: ISDA 2006 definitions 4.16 (b), (d), (e), (f).
    """
    days = (end - start).days
    if day_count == "ACT/365F":
        return days / 365
    if day_count == "ACT/360":
        return days / 360
    if day_count == "ACT/ACT":
        return sum(_days_in_year(start, end, year) / _year_length(year) for year in range(start.year, end.year + 1))
    if day_count == "30/360":
        start_day = min(start.day, 30)
        end_day = min(end.day, 30) if start_day == 30 else end.day
        return (360 * (end.year - start.year) + 30 * (end.month - start.month) + end_day - start_day) / 360
    if day_count != "months":
        raise ModelError(f'"{day_count}" is no day count: write 30/360, ACT/360, ACT/365F, ACT/ACT or months')
    return (month_number(end) - month_number(start)) / 12


def _days_in_year(start: date, end: date, year: int) -> int:
    return max(0, (min(end, date(year + 1, 1, 1)) - max(start, date(year, 1, 1))).days)


def _year_length(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days
