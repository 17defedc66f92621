"""Lint finds lines that lead nowhere."""

from __future__ import annotations

from datetime import date

from finmodel.kernel.expr import Given
from finmodel.kernel.folds import total
from finmodel.kernel.lint import dead_lines
from finmodel.kernel.model import Model
from finmodel.kernel.order import plan
from finmodel.kernel.timeline import Timeline
from finmodel.kernel.units import RATIO

USED = Given("a.used", 1.0, RATIO)


def model() -> Model:
    """A result, the row that it sums, and a row that leads nowhere."""
    model = Model(Timeline(date(2027, 1, 1), "year", 3, 12))
    section = model.section("s")
    row = section.ahead("row", "A row").define(USED)
    section.line("lost", "A row that leads nowhere", row * 2)
    model.metric("sum", section.line("sum", "The sum", total(row)))
    return model


def test_a_line_that_no_result_check_or_display_row_depends_on_is_dead():
    assert dead_lines(model(), plan(model())) == ["s.lost"]
