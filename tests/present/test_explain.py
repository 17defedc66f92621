"""Explanations: the formula, what each part is worth, and where an input was typed."""

from __future__ import annotations

import pytest

from finmodel.kernel.errors import UsageError
from finmodel.kernel.expr import Given
from finmodel.kernel.model import Model
from finmodel.kernel.timeline import Timeline, serial
from finmodel.kernel.units import DATE, RATIO
from finmodel.present.explain import explain
from tests.present.toys import USD, evaluated, loan


def rows(text: str) -> list[list[str]]:
    """The rows below the heading, split at two spaces or more."""
    return [[part.strip() for part in row.split("  ") if part.strip()] for row in text.splitlines()[1:]]


@pytest.mark.smoke
def test_interest_is_explained_by_balance_rate_and_length() -> None:
    """2027H2: 60m × 5 % × half a year."""
    text = explain(loan(), "facility.jbic.interest", "2027H2")

    assert text.splitlines()[0] == "Term loan: Interest, 2027H2"
    assert rows(text) == [
        ["facility.jbic.interest", "1,500,000.0000", "USD",
         "= facility.jbic.outstanding.opening * facility.jbic.rate * calendar.years"],
        ["facility.jbic.outstanding.opening", "60,000,000.0000", "USD", "Term loan: Outstanding, opening"],
        ["facility.jbic.rate", "0.0500", "1/year", "case.toml:8", "(source: term sheet of 2026-03)"],
        ["calendar.years", "0.5000", "year", "Length of the period (calendar)"],
    ]  # fmt: skip


def test_columns_are_aligned() -> None:
    lines = explain(loan(), "facility.jbic.interest", "2027H2").splitlines()[1:]

    units = ("USD", "USD", "1/year", "year")

    assert len({line.index(f"  {unit}") for line, unit in zip(lines, units, strict=True)}) == 1


def test_an_earlier_period_is_named() -> None:
    text = explain(loan(), "facility.jbic.outstanding.opening", "2028H1")

    assert rows(text)[1][:2] == ["facility.jbic.outstanding.closing 2027H2", "30,000,000.0000"]


def test_before_the_first_period_stands_the_opening_value() -> None:
    text = explain(loan(), "facility.jbic.outstanding.opening", "2027H1")

    assert rows(text)[1][:2] == ["facility.jbic.outstanding.closing before 2027H1", "0.0000"]


def test_a_row_read_as_a_whole_is_listed_with_its_total() -> None:
    text = explain(loan(), "facility.jbic.interest_total")

    assert rows(text)[0][-1] == "= total(facility.jbic.interest)"
    assert rows(text)[1] == [
        "facility.jbic.interest (all)", "2,250,000.0000", "USD", "Term loan: Interest, total of 3 periods",
    ]  # fmt: skip


def test_a_result_can_be_asked_by_its_name_and_shows_n_a() -> None:
    assert rows(explain(loan(), "cover"))[0][:2] == ["facility.jbic.cover", "n/a"]


def test_an_input_says_that_it_has_no_source() -> None:
    assert rows(explain(loan(), "input.drawn", "2027H1")) == [
        ["input.drawn", "60,000,000.0000", "USD", "case.toml:9", "(no source)"]
    ]


def test_dates_are_shown_as_dates_and_have_no_total() -> None:
    model = Model(Timeline(loan().model.timeline.start, "half", 2))
    start = Given("deal.close", serial(loan().model.timeline.start), DATE, "Close", "case.toml:3", "deed")
    section = model.section("deal", RATIO)
    section.line("day", "Day of close", start, DATE)

    assert rows(explain(evaluated(model), "deal.day"))[1][:2] == ["deal.close", "2027-01-01"]


def test_the_value_before_the_timeline_may_be_a_formula() -> None:
    model = Model(Timeline(loan().model.timeline.start, "half", 2))
    first = Given("deal.first", 3.0, USD, "First", "case.toml:3", "deed")
    section = model.section("deal", USD)
    line = section.ahead("stock", "Stock")
    line.define(line.lag(1, first * 2))
    text = explain(evaluated(model), "deal.stock", "2027H1")

    assert rows(text)[1] == ["deal.stock before 2027H1", "6.0000", "USD", "Stock = deal.first * 2"]


def test_an_unknown_line_is_met_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r'no line "facility.jbic.intrest". Did you mean "facility.jbic.interest"\?'):
        explain(loan(), "facility.jbic.intrest", "2027H1")


def test_an_unknown_period_is_met_with_the_first_and_the_last() -> None:
    with pytest.raises(UsageError, match='"2027Q1" is not a period: they run from 2027H1 to 2028H1'):
        explain(loan(), "facility.jbic.interest", "2027Q1")


def test_a_row_wants_a_period() -> None:
    with pytest.raises(UsageError, match="name one, from 2027H1 to 2028H1"):
        explain(loan(), "facility.jbic.interest")


def test_labels_cannot_steer_the_terminal() -> None:
    text = explain(loan(label="\x1b[31mred\u202e"), "facility.jbic.interest", "2027H1")

    assert "\x1b" not in text and "\u202e" not in text
