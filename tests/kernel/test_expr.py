"""Expressions: what may stand in a formula, what is refused, and how a formula reads."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from datetime import date

import pytest

from finmodel.kernel.errors import ModelError
from finmodel.kernel.expr import Const, Expr, Given, add, as_expr, hi, lo, month_of, op, ratio, text, where
from finmodel.kernel.folds import first_when, irr, lowest, total, value_at, xirr
from finmodel.kernel.model import Model, Section
from finmodel.kernel.timeline import Timeline
from finmodel.kernel.units import DATE, DAY, MONTH, RATIO, unit

USD = unit("USD")
A, B, C = (Given(name, (1.0, 2.0), RATIO) for name in "abc")
MONEY = Given("money", (1.0, 2.0), USD)
START = Given("start", 46_000.0, DATE)
DAYS = Given("days", 30.0, DAY)


@pytest.fixture
def section() -> Section:
    return Model(Timeline(date(2027, 1, 1), "half", 2)).section("s", USD)


def here() -> str:
    """Where this is called, as messages say it."""
    frame = inspect.currentframe()
    assert frame is not None and frame.f_back is not None
    return f"(kernel/test_expr.py:{frame.f_back.f_lineno})"


def test_a_line_cannot_be_asked_whether_it_is_true() -> None:
    instead = "write where(c, a, b), & | ~, lo(), hi() instead of if, and, or, not, min, max"

    for decide in (lambda: bool(A), lambda: A and B, lambda: min(A, B), lambda: not A, lambda: 1 < A < 2):
        with pytest.raises(TypeError) as caught:
            decide()
        assert str(caught.value) == f"a line has a value in each period: {instead}"


def test_a_line_cannot_be_unpacked() -> None:
    with pytest.raises(TypeError, match=re.escape("use .prev, .lag(k) or .lead(k)")):
        list(A)


@pytest.mark.parametrize("value", [True, "1", None])
def test_a_formula_is_made_of_lines_inputs_and_numbers(value: object) -> None:
    with pytest.raises(TypeError, match=f"a formula is made of lines, inputs and numbers: got {value!r}"):
        as_expr(value)  # type: ignore[arg-type]


def test_only_ratio_divides_by_a_line(section: Section) -> None:
    line = section.line("a", "", MONEY)

    instead = re.escape("a line may be zero: write ratio(a, b, default) instead of a / b")
    with pytest.raises(TypeError, match=instead):
        _ = MONEY / line
    with pytest.raises(TypeError, match=instead):
        _ = 1 / line
    assert (1 / MONEY).unit == unit("1/USD")
    assert ratio(MONEY, line).unit == RATIO


@pytest.mark.parametrize(
    ("expr", "words"),
    [
        (A + B - C, "(a + b) - c"), (A - (B - C), "a - (b - c)"), ((A + B) * C, "(a + b) * c"),
        (add([A, B, C]), "a + b + c"),
        ((A * B) ** 2, "(a * b) ** 2"), (-(A * B), "-(a * b)"), (~(A & B), "~(a & b)"), ((A < B) & C, "(a < b) & c"),
        (lo(A, B + C, 0), "lo(a, b + c, 0)"), (hi(A, -B), "hi(a, -b)"), (where(A < B, A, B), "where(a < b, a, b)"),
        (ratio(A, B, 1), "ratio(a, b, 1)"), (op("div", A, B * C), "a / (b * c)"), (A * 1234567, "a * 1234567"),
        (A * 0.123456789, "a * 0.123456789"), (A > B, "b < a"), (abs(A - B), "abs(a - b)"), (A.eq(1), "a == 1"),
    ],
)  # fmt: skip
def test_a_formula_reads_as_a_person_would_write_it(expr: Expr, words: str) -> None:
    assert text(expr) == words


def test_shifts_and_folds_read_as_they_are_written(section: Section) -> None:
    a = section.line("a", "", MONEY)
    shifts = [a.prev, a.next, a.lag(3), a.lead(2), a.lag(0)]

    assert [text(shift) for shift in shifts] == ["s.a.prev", "s.a.lead(1)", "s.a.lag(3)", "s.a.lead(2)", "s.a.lag(0)"]
    assert text(irr(a, 0.02, Const(1))) == "irr(s.a, 0.02, 1)"


def test_units_that_do_not_fit_name_the_formula_and_the_place() -> None:
    wrong = "USD and ratio do not fit together in lo(money * 2, a + b, 0)"
    assert refused(lambda: lo(MONEY * 2, A + B, 0)) == f"{wrong} {here()}"


def refused(make: Callable[[], object]) -> str:
    """The message of a model that is refused."""
    with pytest.raises(ModelError) as caught:
        make()
    return str(caught.value)


def test_a_line_is_in_its_unit(section: Section) -> None:
    assert refused(lambda: section.line("a", "", A * 2)) == f"s.a is in USD, its formula in ratio: a * 2 {here()}"


def test_a_value_beyond_the_timeline_is_one_number_in_the_unit_of_the_line(section: Section) -> None:
    a = section.line("a", "", MONEY)

    assert refused(lambda: a.lag(1, A)).startswith("the value of s.a beyond the timeline must be one number")
    assert refused(lambda: a.lag(1, 5)) == f"s.a is in USD, its value beyond the timeline in ratio {here()}"


def test_folds_take_flags_dates_and_single_numbers(section: Section) -> None:
    a, flag = section.line("a", "", MONEY), section.flag("flag", "", A)

    assert refused(lambda: lowest(a, a)) == f"lowest needs a flag: s.a is in USD {here()}"
    assert refused(lambda: first_when(a)) == f"first_when needs a flag: s.a is in USD {here()}"
    assert refused(lambda: value_at(a, A)) == f"value_at needs a single pure number: got a {here()}"
    assert refused(lambda: xirr(a, flag, 0, Const(1))) == f"xirr needs dates: s.flag is in ratio {here()}"
    assert (total(a).unit, lowest(a, flag).unit, first_when(flag).unit) == (USD, USD, RATIO)


def test_dates_differ_by_days_and_move_by_days() -> None:
    assert (START - START).unit == DAY
    assert (START + DAYS).unit == (START - DAYS).unit == DATE
    assert month_of(START).unit == MONTH
    assert lo(START, START + DAYS).unit == DATE
    assert refused(lambda: START + START).startswith("two dates do not add up to anything in start + start")
    assert refused(lambda: START + 1).startswith("date and ratio do not fit together in start + 1")
    assert refused(lambda: month_of(DAYS)).startswith("month_of needs a date: got day in month_of(days)")


def test_zero_fits_every_unit_and_other_numbers_are_pure() -> None:
    assert (MONEY + 0).unit == hi(0, MONEY).unit == USD
    assert refused(lambda: MONEY + 1).startswith("USD and ratio do not fit together in money + 1")


def test_a_scalar_input_has_a_number_and_a_row_has_not() -> None:
    assert START.number == 46_000
    assert refused(lambda: A.number) == "a has one value a period"


def test_an_id_is_lower_case_words(section: Section) -> None:
    assert refused(lambda: section.line("Debt", "", MONEY)).startswith('"s.Debt" is no id: write lower-case words')
