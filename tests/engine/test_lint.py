"""Lint finds lines that lead nowhere."""

from __future__ import annotations

from datetime import date

from finmodel.base.expr import Given
from finmodel.base.folds import total
from finmodel.base.model import Model
from finmodel.base.timeline import Timeline
from finmodel.base.units import RATIO
from finmodel.engine.lint import dead_lines
from finmodel.engine.plan import plan

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
