"""The clock: phases, single periods, year ends of several calendars and lengths of time, worked by hand."""

from datetime import date
from typing import Any

import pytest

from finmodel.kernel.expr import Given
from finmodel.kernel.timeline import serial
from finmodel.kernel.units import DATE
from tests.deal.tax_helpers import Deal, deal, evaluate


def day(id: str, value: date) -> Given:
    """A date as an input."""
    return Given(id, serial(value), DATE)


def rows(small: Deal) -> dict[str, Any]:
    """Every line of a deal; one with a value a period as a list."""
    return {id: list(row) if isinstance(row, tuple) else row for id, row in evaluate(small.model).items()}


@pytest.mark.parametrize("frequency", ["month", "quarter", "half", "year"])
@pytest.mark.parametrize("phases", [(0, 3, 1), (2, 5, 2)])
def test_each_period_lies_in_exactly_one_phase(frequency: str, phases: tuple[int, int, int]) -> None:
    """Construction, operations and wind-up have the lengths asked for, in this order."""
    row = rows(deal(frequency, phases, close=date(2027, 1, 1), year_end=12))

    names = ("construction", "operations", "wind_up")
    order = [name for name, length in zip(names, phases, strict=True) for _ in range(length)]
    for name in names:
        assert row[f"time.{name}"] == [float(phase == name) for phase in order]


def test_single_periods_are_marked_at_the_edges_of_the_phases() -> None:
    """Two periods of construction, three of operations, one of wind-up."""
    row = rows(deal("year", (2, 3, 1)))

    assert row["time.first"] == [1, 0, 0, 0, 0, 0]
    assert row["time.last_construction"] == [0, 1, 0, 0, 0, 0]
    assert row["time.last_operation"] == [0, 0, 0, 0, 1, 0]
    assert row["time.last"] == [0, 0, 0, 0, 0, 1]
    assert row["time.completed"] == [0, 0, 1, 1, 1, 1]


def test_operations_that_end_with_the_timeline_still_have_a_last_period() -> None:
    """No wind-up: the last period of all is the last of operations."""
    row = rows(deal("year", (1, 2, 0)))

    assert row["time.last_operation"] == row["time.last"] == [0, 0, 1]


def test_no_construction_has_no_last_period_of_it() -> None:
    """A plant that runs from the first day."""
    row = rows(deal("year", (0, 2, 1)))

    assert row["time.last_construction"] == [0, 0, 0]
    assert row["time.first"] == [1, 0, 0]


def test_years_of_operation_count_from_completion_to_the_end_of_the_period() -> None:
    """Two quarters of construction: the first quarter ends a quarter of a year before completion."""
    row = rows(deal("quarter", (2, 3, 0)))

    assert row["time.operation_years"] == pytest.approx([-0.25, 0, 0.25, 0.5, 0.75])


def test_quarters_know_the_year_ends_of_every_calendar() -> None:
    """From April 2027, quarters end in June, September, December, March and June again."""
    small = deal("quarter", (1, 4, 0))
    ends = {month: small.clock.year_end(month).id for month in ("March", "June", "December")}
    starts = small.clock.year_start("December").id
    row = rows(small)

    assert row[ends["June"]] == [1, 0, 0, 0, 1]
    assert row[ends["December"]] == [0, 0, 1, 0, 0]
    assert row[ends["March"]] == [0, 0, 0, 1, 0]
    assert row[starts] == [1, 0, 0, 1, 0]


def test_first_period_of_all_starts_every_year() -> None:
    """The timeline begins in mid-year: year-to-date sums have to begin there too."""
    small = deal("quarter", (1, 6, 0))
    starts = small.clock.year_start("March").id

    assert rows(small)[starts] == [1, 0, 0, 0, 1, 0, 0]


def test_payment_months_mark_each_of_them() -> None:
    """March and September on quarters from April 2027: the second, the fourth and the sixth period."""
    small = deal("quarter", (1, 5, 0))
    pays = small.clock.month_flag(("March", "September")).id

    assert rows(small)[pays] == [0, 1, 0, 1, 0, 1]


def test_time_between_two_days_includes_both() -> None:
    """From 1 July 2027 to 31 March 2028 lie the second, third and fourth quarter."""
    small = deal("quarter", (1, 5, 0))
    first, last = day("x.start", date(2027, 7, 1)), day("x.end", date(2028, 3, 31))
    small.model.section("x").flag("active", "In force", small.clock.between(first, last))

    assert rows(small)["x.active"] == [0, 1, 1, 1, 0, 0]


def test_length_of_a_period_follows_the_day_count() -> None:
    """April to September 2027 has 183 days, October to March (2028 is a leap year) 183 too."""
    small = deal("half", (1, 1, 0))
    ids = {name: small.clock.years_by(name).id for name in ("ACT/360", "ACT/365F", "30/360", "months")}
    row = rows(small)

    assert row["time.days"] == [183, 183]
    assert row[ids["ACT/360"]] == pytest.approx([183 / 360] * 2)
    assert row[ids["ACT/365F"]] == pytest.approx([183 / 365] * 2)
    assert row[ids["30/360"]] == row[ids["months"]] == [0.5, 0.5]


def test_later_completion_moves_every_flag_and_keeps_the_length_of_operations() -> None:
    """Construction of 3 instead of 2 years, given as a number of months to the same lines."""
    small = deal("year", (2, 3, 2))
    before = rows(small)
    object.__setattr__(small.model.givens()["timeline.construction"], "value", 36.0)  # inputs are frozen
    after = rows(small)

    for name in ("operations", "last_operation", "last_construction"):
        assert after[f"time.{name}"] == [0, *before[f"time.{name}"][:-1]]
    assert sum(after["time.operations"]) == 3
