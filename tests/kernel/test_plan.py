"""The plan: levels and directions of time, and what each impossible set of lines is told."""

from __future__ import annotations

import inspect
import re
from datetime import date

import pytest

from finmodel.kernel.errors import CircularityError, ModelError
from finmodel.kernel.expr import Const, Given, lo, shown
from finmodel.kernel.faces.generated import compile_kernel
from finmodel.kernel.faces.interpreter import interpret
from finmodel.kernel.folds import total
from finmodel.kernel.model import Model, Section
from finmodel.kernel.order import plan
from finmodel.kernel.timeline import Timeline
from finmodel.kernel.units import RATIO, unit

X = Given("in.x", 2.0, RATIO)
ROW = Given("in.row", (1.0, 2.0, 3.0), RATIO)


@pytest.fixture
def section() -> Section:
    return Model(Timeline(date(2027, 1, 1), "half", 3)).section("s")


def line_number() -> int:
    """The line on which this is called."""
    frame = inspect.currentframe()
    assert frame is not None and frame.f_back is not None
    return frame.f_back.f_lineno


def here(back: int = 0) -> str:
    """Where this is called, or so many lines above, as messages say it."""
    frame = inspect.currentframe()
    assert frame is not None and frame.f_back is not None
    return f"kernel/test_plan.py:{frame.f_back.f_lineno - back}"


def values(section: Section) -> dict[str, object]:
    """All lines by scalar code, which must be what the interpreter says."""
    order, given = plan(section.model), {"in.x": X.value, "in.row": ROW.value}
    found = compile_kernel(section.model, order, list(section.model.lines), None, paths=False).run(given, {})
    assert found == interpret(section.model, order, given)
    return found


def test_lines_of_one_period_and_of_earlier_ones_run_forward(section: Section) -> None:
    a = section.line("a", "", ROW * 2)
    section.line("b", "", a.prev + a)

    assert set(plan(section.model).level.values()) == {0}
    assert values(section)["s.b"] == [2, 6, 10]


def test_a_line_that_reads_its_own_next_value_runs_backward(section: Section) -> None:
    """What is left to come: 1 + 2 + 3, 2 + 3, 3."""
    left = section.ahead("left", "")
    left.define(left.next + ROW)

    assert plan(section.model).level == {"s.left": 1}
    assert values(section)["s.left"] == [6, 5, 3]


def test_a_whole_row_is_read_on_the_level_after_it(section: Section) -> None:
    sum_ = section.line("sum", "", total(section.line("a", "", ROW * 1)))
    b = section.ahead("b", "")
    b.define(b.prev + sum_)

    assert plan(section.model).level == {"s.a": 0, "s.sum": 1, "s.b": 2}
    assert values(section)["s.b"] == [6, 12, 18]


def test_a_forward_line_may_read_ahead_in_a_row_that_is_complete(section: Section) -> None:
    left = section.ahead("left", "")
    left.define(left.next + ROW)
    section.line("later", "", left.lead(2, X))

    assert values(section)["s.later"] == [3, 2, 2]


def test_lag_0_is_the_same_period(section: Section) -> None:
    a = section.line("a", "", ROW * 1)
    section.line("b", "", a.lag(0) + 1)

    assert values(section)["s.b"] == [2, 3, 4]


def test_a_start_value_of_one_line_may_differ_from_reader_to_reader(section: Section) -> None:
    a = section.line("a", "", ROW * 1)
    section.line("b", "", a.prev + a.lag(1, 10) + a.lag(1, X))

    assert values(section)["s.b"] == [12, 3, 6]


def test_ids_that_look_like_python_or_like_generated_names_do_not_collide(section: Section) -> None:
    model = section.model
    for i, id in enumerate(["if", "t", "given", "a-b", "a_b", "a.b", "a.prev", "s-t.x", "s_t.x", "in.x"]):
        model.declare(id, "", RATIO).define(ROW * 0 + i)
    model.declare("a", "", RATIO).define(model.find("a.prev").prev + model.find("a.prev").lag(2))
    model.declare("c", "", RATIO).define(model.find("a").prev)

    found = values(section)
    assert [found["if"], found["in.x"], found["c"]] == [[0] * 3, [9] * 3, [0, 0, 6]]


def test_a_loop_names_its_shortest_way_with_formulas_places_and_the_two_ways_out(section: Section) -> None:
    first = line_number() + 1
    closing, repaid = section.ahead("closing", ""), section.ahead("repaid", "")
    interest = section.line("interest", "", closing * 0.05)
    closing.define(1 - repaid)
    repaid.define(lo(X, 1 - interest))
    section.line("aside", "", closing + interest)

    with pytest.raises(CircularityError) as caught:
        plan(section.model)
    assert str(caught.value) == (
        "these lines need each other in the same period: s.closing → s.repaid → s.interest → s.closing\n"
        f"  s.closing = 1 - s.repaid   (kernel/test_plan.py:{first})\n"
        f"  s.repaid = lo(in.x, 1 - s.interest)   (kernel/test_plan.py:{first})\n"
        f"  s.interest = s.closing * 0.05   (kernel/test_plan.py:{first + 1})\n"
        "Break it with .prev, or make one of them a solved input."
    )


def test_a_line_that_reads_itself_is_the_shortest_loop(section: Section) -> None:
    a = section.ahead("a", "")
    b = section.line("b", "", a + 1)
    a.define(a + b)

    with pytest.raises(CircularityError, match="same period: s.a → s.a\n"):
        plan(section.model)


def refusal(section: Section) -> str:
    """What the plan says."""
    with pytest.raises(ModelError) as caught:
        plan(section.model)
    return str(caught.value)


def test_a_line_cannot_look_back_and_ahead_through_itself(section: Section) -> None:
    first = line_number() + 1
    a = section.ahead("a", "")
    b = section.line("b", "", a.next)
    a.define(b.prev)

    assert refusal(section) == (
        "lines need both earlier and later periods of each other: "
        f"s.a looks back at s.b (kernel/test_plan.py:{first}), "
        f"s.b looks ahead at s.a (kernel/test_plan.py:{first + 1})"
    )


def test_a_line_cannot_need_its_own_whole_row(section: Section) -> None:
    a = section.ahead("a", "")
    share = section.line("share", "", total(a))
    a.define(share * 0.5)

    assert refusal(section) == f"s.share needs the whole row of s.a, which needs s.share itself ({here(3)})"


def test_a_line_declared_ahead_needs_a_formula(section: Section) -> None:
    section.ahead("a", "")

    assert refusal(section) == f"s.a was declared ahead and never given a formula ({here(2)})"


def test_nothing_reads_a_display_line(section: Section) -> None:
    shown_ = section.display("shown", "", shown(ROW, X))
    section.line("b", "", shown_ + 1)

    assert refusal(section) == f"s.b reads s.shown, which is for display only ({here(2)})"


@pytest.mark.parametrize("through", ["shift", "fold"])
def test_nothing_reads_a_display_line_by_a_shift_or_a_fold(section: Section, through: str) -> None:
    row = section.display("shown", "", shown(ROW, X))
    section.line("b", "", row.prev if through == "shift" else total(row))

    assert "which is for display only" in refusal(section)


def test_only_a_display_line_may_be_not_applicable(section: Section) -> None:
    section.line("a", "", shown(ROW, X))

    assert refusal(section) == f"s.a may be n/a: declare it with display ({here(2)})"


def test_a_line_is_defined_once(section: Section) -> None:
    a = section.line("a", "", ROW)

    with pytest.raises(ModelError, match=re.escape(f"s.a is defined twice: {here(2)} and {here(-1)}")):
        a.define(ROW)


def test_an_id_is_declared_once(section: Section) -> None:
    section.line("a", "", ROW)

    with pytest.raises(ModelError, match=re.escape(f"s.a is declared twice: {here(2)} and {here(-1)}")):
        section.ahead("a", "")


def test_an_unknown_line_comes_with_the_nearest_name(section: Section) -> None:
    section.line("closing", "", Const(1))

    with pytest.raises(ModelError, match=re.escape("there is no line s.closng; did you mean s.closing?")):
        compile_kernel(section.model, plan(section.model), ["s.closng"], None, paths=False)


def test_a_single_number_has_no_earlier_period(section: Section) -> None:
    single = section.line("single", "", X * 2)

    with pytest.raises(ModelError, match="s.single is a single number: it has no earlier or later period"):
        _ = single.prev
    with pytest.raises(ModelError, match="total needs one value a period; s.single is a single number"):
        total(single)


def test_accounts_carry_what_they_hold(section: Section) -> None:
    """5 + 1, 6 + 2, 8 + 3, less 1 each."""
    stock = section.account("stock", "Stock", unit("ratio"), opening=5)
    stock.close(add=[ROW], less=[Const(1)])

    assert values(section)["s.stock.closing"] == [5, 6, 8]
