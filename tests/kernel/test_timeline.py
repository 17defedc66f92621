"""The timeline: periods, labels and day counts."""

from __future__ import annotations

from datetime import date

import pytest

from finmodel.kernel.errors import ModelError
from finmodel.kernel.timeline import NamedBy, Timeline, fiscal_key, from_serial, serial, shown_year, year_fraction


@pytest.mark.parametrize(
    ("start", "frequency", "year_end", "labels"),
    [
        (date(2027, 11, 1), "month", 12, ("2027-11", "2027-12", "2028-01")),
        (date(2027, 7, 1), "quarter", 12, ("2027Q3", "2027Q4", "2028Q1")),
        (date(2027, 7, 1), "quarter", 3, ("2027Q3", "2027Q4", "2028Q1")),
        (date(2027, 7, 1), "half", 12, ("2027H2", "2028H1", "2028H2")),
        (date(2027, 7, 1), "half", 6, ("2027H2", "2028H1", "2028H2")),
        (date(2027, 4, 1), "half", 3, ("2027-09", "2028-03", "2028-09")),
        (date(2027, 1, 1), "year", 12, ("2027", "2028", "2029")),
        (date(2027, 4, 1), "year", 3, ("FY2027", "FY2028", "FY2029")),
    ],
)
def test_a_period_is_labelled_by_where_it_ends(
    start: date, frequency: str, year_end: int, labels: tuple[str, ...]
) -> None:
    assert Timeline(start, frequency, 3, year_end).labels == labels


def test_periods_are_half_open_and_meet() -> None:
    first, second = Timeline(date(2028, 1, 1), "month", 2).periods

    assert (first.start, first.last_day, first.end) == (date(2028, 1, 1), date(2028, 1, 31), date(2028, 2, 1))
    assert (second.start, second.last_day) == (date(2028, 2, 1), date(2028, 2, 29))


@pytest.mark.parametrize(
    ("day", "frequency", "year_end", "nearest"),
    [
        (date(2027, 2, 15), "month", 12, "2027-02-01 or 2027-03-01"),
        (date(2027, 2, 1), "quarter", 12, "2027-01-01 or 2027-04-01"),
        (date(2027, 4, 1), "half", 12, "2027-01-01 or 2027-07-01"),
        (date(2027, 1, 1), "half", 3, "2026-10-01 or 2027-04-01"),
        (date(2027, 1, 1), "year", 3, "2026-04-01 or 2027-04-01"),
        (date(2027, 12, 31), "year", 12, "2027-01-01 or 2028-01-01"),
    ],
)
def test_a_start_that_is_no_period_start_is_told_the_nearest_two(
    day: date, frequency: str, year_end: int, nearest: str
) -> None:
    with pytest.raises(ModelError, match=f"{day} is not the start of a {frequency}: write {nearest}"):
        Timeline(day, frequency, 3, year_end)


@pytest.mark.parametrize("count", [0, 5001])
def test_a_timeline_has_1_to_5000_periods(count: int) -> None:
    with pytest.raises(ModelError, match=f"a timeline has 1 to 5000 periods: got {count}"):
        Timeline(date(2027, 1, 1), "month", count)


def test_the_number_of_a_boundary_counts_whole_periods() -> None:
    line = Timeline(date(2027, 7, 1), "quarter", 8)

    assert [line.index(date(2027, 7, 1)), line.index(date(2028, 7, 1)), line.per_year] == [0, 4, 4]


@pytest.mark.parametrize(
    ("day", "year_end", "named", "shown"),
    [
        (date(2028, 3, 31), 3, ("FY2027", "FY2028", "FY2028"), "2027-28"),
        (date(2028, 4, 1), 3, ("FY2028", "FY2029", "FY2029"), "2028-29"),
        (date(2028, 6, 30), 6, ("FY2027", "FY2028", "FY2028"), "2027-28"),
        (date(2028, 7, 1), 6, ("FY2028", "FY2029", "FY2029"), "2028-29"),
        (date(2099, 10, 1), 9, ("FY2099", "FY2100", "FY2100"), "2099-00"),
    ],
)
def test_a_fiscal_year_is_named_by_its_start_its_end_or_both(
    day: date, year_end: int, named: tuple[str, str, str], shown: str
) -> None:
    """In JSON a year that bears both calendar years is that of its end; in print it shows both."""
    keys = tuple(fiscal_key(day, year_end, rule) for rule in ("start", "end", "both"))

    assert keys == named
    assert [shown_year(key, rule) for key, rule in zip(keys, ("start", "end", "both"), strict=True)] == [
        *named[:2],
        shown,
    ]


@pytest.mark.parametrize("rule", ["start", "end", "both"])
def test_a_calendar_year_has_one_name(rule: NamedBy) -> None:
    timeline = Timeline(date(2028, 1, 1), "quarter", 4, 12, (rule,) * 12)

    assert {timeline.fiscal_year(period.last_day, 12) for period in timeline.periods} == {"FY2028"}
    assert Timeline(date(2028, 1, 1), "year", 1, 12, (rule,) * 12).labels == ("2028",)


def test_a_period_of_a_year_is_named_as_fiscal_years_are() -> None:
    """Years to June from July 2027: what pages show, and what JSON has."""
    start, both = date(2027, 7, 1), Timeline(date(2027, 7, 1), "year", 2, 6, ("both",) * 12)

    assert (both.labels, both.keys) == (("2027-28", "2028-29"), ("FY2028", "FY2029"))
    assert Timeline(start, "year", 2, 6, ("end",) * 12).labels == ("FY2028", "FY2029")
    assert Timeline(start, "year", 2, 6).keys == ("FY2027", "FY2028")


def test_a_date_is_the_serial_number_of_a_spreadsheet() -> None:
    """Excel shows 45351 as 2024-02-29."""
    assert serial(date(2024, 2, 29)) == 45351
    assert from_serial(45351) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("start", "end", "day_count", "years"),
    [
        (date(2027, 1, 1), date(2027, 7, 1), "ACT/365F", 181 / 365),
        (date(2028, 1, 1), date(2028, 7, 1), "ACT/365F", 182 / 365),  # with 29 February
        (date(2028, 1, 1), date(2028, 7, 1), "ACT/360", 182 / 360),
        (date(2028, 1, 1), date(2029, 1, 1), "ACT/ACT", 1.0),
        (date(2027, 10, 1), date(2028, 4, 1), "ACT/ACT", 92 / 365 + 91 / 366),  # Oct-Dec, then Jan-Mar of a leap year
        (date(2027, 7, 1), date(2030, 1, 1), "ACT/ACT", 184 / 365 + 1 + 1),
        (date(2028, 2, 1), date(2028, 3, 1), "30/360", 30 / 360),
        (date(2027, 1, 15), date(2027, 3, 31), "30/360", 76 / 360),  # the 31st stays when the start is not the 30th
        (date(2027, 1, 31), date(2027, 3, 31), "30/360", 60 / 360),
        (date(2028, 2, 29), date(2028, 8, 31), "30/360", 182 / 360),
        (date(2028, 1, 1), date(2028, 4, 1), "months", 3 / 12),
        (date(2028, 2, 29), date(2028, 2, 29), "ACT/ACT", 0.0),
    ],
)
def test_a_year_fraction_is_the_one_worked_by_hand(start: date, end: date, day_count: str, years: float) -> None:
    assert year_fraction(start, end, day_count) == pytest.approx(years, abs=1e-15)


def test_an_unknown_day_count_is_refused() -> None:
    with pytest.raises(ModelError, match='"30/365" is no day count'):
        year_fraction(date(2027, 1, 1), date(2027, 7, 1), "30/365")
