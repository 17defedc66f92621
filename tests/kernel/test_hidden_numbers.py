"""NaN and infinity of any line that is computed raise on every face, also where a minimum or a choice hides them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from finmodel.kernel.errors import NumberError
from finmodel.kernel.evaluate import evaluate, settle
from finmodel.kernel.expr import Expr, Given, hi, lo, ratio, where
from finmodel.kernel.faces.compiled import fast_text
from finmodel.kernel.faces.generated import NotFinite, compile_kernel
from finmodel.kernel.faces.watch import watched
from finmodel.kernel.folds import lowest
from finmodel.kernel.model import Model, Section
from finmodel.kernel.order import plan
from finmodel.kernel.timeline import Timeline
from finmodel.kernel.units import RATIO

ROW = Given("in.row", (1.0, 2.0, 3.0), RATIO)
ONE = Given("in.one", 1.0, RATIO)
HUGE = 1e200
"""Its square is beyond all floats."""
HIDING: dict[str, Callable[[Expr], Expr]] = {
    "a minimum": lambda line: lo(line, ONE),
    "a maximum": lambda line: hi(-line, ONE),
    "the choice of the other": lambda line: where(line < ONE, line, ONE),
    "a choice by another": lambda line: where(ONE - ONE, line, ONE),
    "a comparison": lambda line: line < ONE,
    "a divisor": lambda line: ratio(ONE, line, 0),
    "arithmetic on the way to a minimum": lambda line: lo(line * ONE + ONE - ONE, ONE),
}


def hidden(by: str) -> Section:
    """A line in which the square of the row stands, and one that hides it."""
    section = Model(Timeline(date(2027, 1, 1), "half", 3)).section("s")
    square = section.line("square", "", ROW * ROW)
    way = section.line("way", "", square * 1)
    section.line("shown", "", HIDING[by](way))
    return section


def inputs(row: tuple[float, float, float]) -> dict[str, object]:
    return {"in.row": row, "in.one": 1.0}


@pytest.mark.parametrize("by", HIDING)
def test_a_case_tells_the_line_and_the_period_of_a_number_that_its_reader_hides(by: str) -> None:
    model = hidden(by).model
    order = plan(model)

    assert evaluate(model, order, inputs((1, 2, 3)), ["s.shown"])["s.shown"]
    for outputs in (["s.shown"], None):
        with pytest.raises(NumberError, match=r"s\.square in 2028H1 is inf, not a number: in\.row \* in\.row"):
            evaluate(model, order, inputs((1, 2, HUGE)), outputs)


@pytest.mark.parametrize("by", HIDING)
def test_paths_tell_the_first_path_with_such_a_number(by: str) -> None:
    """Paths 2 and 3 of 4 have it, in the last and the first period."""
    model = hidden(by).model
    kernel = compile_kernel(model, plan(model), ["s.shown"], ["in.row"], paths=True)
    rows = np.array([[1.0, 2.0, 3.0]] * 4).T
    fine = kernel.run({"in.row": rows, "in.one": 1.0}, {}, 4)
    rows[2, 2] = rows[0, 3] = HUGE

    assert np.isfinite(fine["s.shown"]).all()
    with np.errstate(all="ignore"), pytest.raises(NotFinite) as error:
        kernel.run({"in.row": rows, "in.one": 1.0}, {}, 4)
    assert error.value.path == 2


@pytest.mark.parametrize("by", HIDING)
def test_the_compiled_face_tells_it_too(by: str) -> None:
    pytest.importorskip("numba")
    model = hidden(by).model
    kernel = fast_text(model, plan(model), ["s.shown"], ["in.row"]).kernel()
    rows = np.array([[1.0, 2.0, 3.0]] * 4).T.copy()
    kernel.run({"in.row": rows, "in.one": 1.0}, {}, 4)
    rows[1, 3] = HUGE

    with pytest.raises(NotFinite) as error:
        kernel.run({"in.row": rows, "in.one": 1.0}, {}, 4)
    assert error.value.path == 3


def test_what_only_the_next_period_reads_is_told_in_the_last_one() -> None:
    section = Model(Timeline(date(2027, 1, 1), "half", 3)).section("s")
    square = section.line("square", "", ROW * ROW)
    section.line("shown", "", square.prev + ROW)
    section.line("least", "", lowest(square))
    order = plan(section.model)

    for output in ("s.shown", "s.least"):
        with pytest.raises(NumberError, match=r"s\.square in 2028H1 is inf"):
            evaluate(section.model, order, inputs((1, 2, HUGE)), [output])


def test_a_solved_value_does_not_hide_a_number_either() -> None:
    """The debt is the least of 1 and a capacity that grows with its square: 1, whatever the capacity."""
    section = Model(Timeline(date(2027, 1, 1), "half", 3)).section("s")
    debt = Given("in.debt", 0.0, RATIO, solved=True)
    capacity = section.line("capacity", "", ROW * ROW + debt * debt)
    section.model.solve(debt, section.line("target", "", lo(lowest(capacity), ONE)))
    order = plan(section.model)

    assert settle(section.model, order, {**inputs((1, 2, 3)), "in.debt": 0.0}, 1e-9).given == {"in.debt": 1.0}
    with pytest.raises(NumberError, match=r"s\.capacity in 2028H1 is inf"):
        settle(section.model, order, {**inputs((1, 2, HUGE)), "in.debt": 0.0}, 1e-9)


def test_only_lines_that_could_be_hidden_are_looked_at() -> None:
    """The way is read by a minimum alone; the square in plain arithmetic by the way; the flag is 0 or 1 for sure."""
    section = hidden("a minimum")
    section.line("flag", "", section.model.lines["s.way"] < ONE)
    lines = list(section.model.lines.values())

    assert watched(lines, ()) == {"s.way", "s.shown"}
    assert watched(lines, {"s.shown"}) == {"s.way"}
