"""The workbook face: random models, every operator and every fold, recalculated by a spreadsheet engine."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from finmodel.kernel import folds
from finmodel.kernel.expr import Const, Expr, Fold, Given, add, hi, lo, month_of, ratio, shown, where
from finmodel.kernel.faces.excel import excel_text
from finmodel.kernel.faces.generated import compile_kernel
from finmodel.kernel.folds import FOLDS
from finmodel.kernel.model import Line, Model, walk
from finmodel.kernel.operators import OPERATORS
from finmodel.kernel.order import plan
from finmodel.kernel.timeline import Timeline
from finmodel.kernel.units import DATE, RATIO
from tests.kernel.random_graphs import Taste, random_graph
from tests.kernel.sheets import Place, Sheet, const_text, differences, recalculate

AWKWARD = (0.0, -0.0, 1e-13, -1e-13, 1e9, -1e9, 0.5, -3.0, 1.0)
FLAGS = (1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0)


def scalar(model: Model, inputs: dict[str, Given]) -> dict[str, Any]:
    """Every line, from scalar code."""
    kernel = compile_kernel(model, plan(model), list(model.lines), None, paths=False)
    return kernel.run({id: given.value for id, given in inputs.items()}, {})


def compare(sheets: list[Sheet], path: Path, tolerance: float = 1e-9, engine: str = "formualizer") -> None:
    """Fail with every line whose cells are not the engine's numbers."""
    cells = recalculate(sheets, path, engine)
    for sheet in sheets:
        own = {id: cells[sheet.name, id] for id in sheet.model.lines}
        assert not differences(sheet.model, scalar(sheet.model, sheet.inputs), own, tolerance), sheet.name


@pytest.mark.parametrize(("first", "taste"), [(0, Taste()), (500, Taste(power=True))])
def test_random_models_recalculate_to_the_engines_numbers(first: int, taste: Taste, tmp_path: Path) -> None:
    sheets = []
    for seed in range(first, first + 60):
        graph = random_graph(seed, taste)
        sheets.append(Sheet(f"g{seed}", graph.model, graph.inputs))

    compare(sheets, tmp_path / "random.xlsx")


class Desk:
    """A model of one section on nine half-years, with inputs made on the way."""

    def __init__(self) -> None:
        self.model = Model(Timeline(date(2027, 1, 1), "half", 9))
        self.section = self.model.section("s", RATIO)
        self.inputs: dict[str, Given] = {}

    def given(self, value: float | tuple[float, ...], unit: Any = RATIO) -> Given:
        """An input."""
        given = Given(f"in.{len(self.inputs)}", value, unit)
        return self.inputs.setdefault(given.id, given)

    def line(self, expr: Expr, unit: Any = None) -> Line:
        """A line with a name of its own."""
        return self.section.line(f"x{len(self.model.lines)}", "", expr, unit)

    def sheet(self) -> Sheet:
        """The sheet of all of it."""
        return Sheet("desk", self.model, self.inputs)


def test_every_operator_recalculates_to_the_engines_numbers(tmp_path: Path) -> None:
    desk = Desk()
    row, flag = desk.given(AWKWARD), desk.given(FLAGS)
    days = desk.given(tuple(45_000.0 + 29 * i for i in range(9)), DATE)
    for number in AWKWARD:
        x, one = desk.given(number), desk.given(7.0)
        for expr in (
            row + x, row - x, row * x, row / one, -row, row < x, row <= x, row.eq(x), flag & (x < 1), flag | (x < 1),
            ~flag, abs(row), lo(row, x, one), hi(row, x, one), where(flag, row, x), ratio(x, row, one),
            ratio(row, x, 0.25, 1e-3), hi(abs(row), 0.5) ** lo(hi(x, -2), 2), month_of(days), row - (x - row),
            -(x - row) - (-x), row - x + one - (row + x), where(row < x, x, 1 - row), add([row, x, one, x]),
        ):  # fmt: skip
            desk.line(expr, expr.unit)
        desk.section.display(f"shown{len(desk.model.lines)}", "", shown(row, flag))

    nodes = (node for line in desk.model.lines.values() for node in walk(line.expr))
    assert {getattr(node, "name", None) for node in nodes} >= set(OPERATORS)
    compare([desk.sheet()], tmp_path / "operators.xlsx")


def test_every_fold_recalculates_to_the_engines_numbers(tmp_path: Path) -> None:
    desk = Desk()
    row, flag, never = desk.line(desk.given(AWKWARD)), desk.line(desk.given(FLAGS)), desk.line(desk.given((0.0,) * 9))
    numbers = [desk.given(float(number)) for number in (0, 1, 5, 9, 10, -1)]
    flow = desk.line(desk.given((-100.0, *(20.0 + i for i in range(8)))))
    found: list[Expr] = [
        folds.total(row), folds.lowest(row), folds.highest(row), folds.lowest(row, flag), folds.highest(row, flag),
        folds.lowest(row, never), folds.highest(row, never), folds.first_when(flag), folds.first_when(never),
        *(folds.value_at(row, number) for number in numbers),
        *(folds.irr_status(line, 0.1, 1) for line in (flow, flag, never)),
    ]  # fmt: skip
    for expr in found:
        desk.line(expr)

    assert {expr.name for expr in found if isinstance(expr, Fold)} == set(FOLDS) - {"irr", "xirr", "xirr_status"}
    compare([desk.sheet()], tmp_path / "folds.xlsx")


@pytest.mark.parametrize("engine", ["formualizer", "ironcalc"])
@pytest.mark.parametrize("rate", [-0.2, 0.0, 0.03, 0.4])
def test_rates_of_return_recalculate_to_1e_7(rate: float, engine: str, tmp_path: Path) -> None:
    """An outflow, then eight inflows that are worth it at `rate`."""
    inflows = [100.0 + 10 * i for i in range(8)]
    outflow = -sum(flow / (1 + rate) ** i for i, flow in enumerate(inflows, 1))
    desk = Desk()
    flow = desk.line(desk.given((outflow, *inflows)))
    dates = desk.line(desk.given(tuple(46_387.0 + 365 * i for i in range(9)), DATE), DATE)
    yes, no = desk.given(1.0), desk.given(0.0)
    lines = [desk.line(fold) for fold in (folds.irr(flow, 0.02, yes), folds.xirr(flow, dates, 0.02, yes))]
    desk.line(folds.irr(flow, 0.02, no))
    desk.line(folds.irr_status(flow, 0.02, 1))
    desk.line(folds.xirr_status(flow, dates, 0.02))

    assert [scalar(desk.model, desk.inputs)[line.id] for line in lines] == pytest.approx([rate, rate], abs=1e-12)
    compare([desk.sheet()], tmp_path / "irr.xlsx", tolerance=1e-7, engine=engine)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (1.0, "1"), (365.0, "365"), (0.25, "0.25"), (1e-9, "1E-09"), (-1.0, "(-1)"), (1e22, "1E+22")],
)
def test_a_number_is_written_as_short_as_it_can_be(value: float, text: str) -> None:
    assert const_text(value) == text


def test_a_power_of_a_negative_number_is_bracketed() -> None:
    """=-2^2 is 4 in a workbook."""
    desk = Desk()
    x = desk.given(2.0)

    assert excel_text(-(x**2), Place(desk.sheet(), 0)) == "(-(((B1)^(2))))"
    assert excel_text((-x) ** 2, Place(desk.sheet(), 0)) == "(((-(B1)))^(2))"


def test_a_sum_is_written_without_brackets_and_what_it_takes_off_with() -> None:
    desk = Desk()
    a, b, c = desk.given(1.0), desk.given(2.0), desk.given(3.0)

    assert excel_text(a + b - c, Place(desk.sheet(), 0)) == "(B1+B2-B3)"
    assert excel_text(a - (b + c), Place(desk.sheet(), 0)) == "(B1-(B2+B3))"


def test_a_shift_is_the_cell_to_the_left_and_the_same_formula_in_every_column() -> None:
    desk = Desk()
    stock = desk.section.account("stock", "Stock", opening=desk.given(5.0))
    stock.close(add=[Const(1)])
    sheet = desk.sheet()

    assert stock.opening.expr is not None
    texts = [excel_text(stock.opening.expr, Place(sheet, t)) for t in range(3)]
    assert texts == ["E2", "F2", "G2"]
