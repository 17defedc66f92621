"""Models: lines with an id, a label and a unit, in sections; accounts are the one stock idea."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from finmodel.kernel.errors import ModelError, UnitError, place
from finmodel.kernel.expr import Const, Expr, Given, Number, Shift, add, as_expr, text
from finmodel.kernel.register import Register
from finmodel.kernel.timeline import Timeline
from finmodel.kernel.units import RATIO, Unit

ID = re.compile(r"[a-z][a-z0-9]*([_.-][a-z0-9]+)*")


class Line(Expr):
    """A named formula. `kind` is "line", "check" (zero when true) or "display" (nothing reads it)."""

    __slots__ = ("expr", "id", "kind", "label", "where")
    unit: Unit

    def __init__(self, id: str, label: str, unit: Unit, where: str) -> None:
        self.id, self.label, self.unit, self.where = id, label, unit, where
        self.expr: Expr | None = None
        self.kind = "line"
        self.series = True
        self.args = ()

    @property
    def prev(self) -> Shift:
        """The value of the period before; 0 before the first."""
        return Shift(self, 1, Const(0))

    @property
    def next(self) -> Shift:
        """The value of the period after; 0 after the last."""
        return Shift(self, -1, Const(0))

    def lag(self, back: int, init: Expr | Number = 0) -> Shift:
        """The value `back` periods ago; `init` before the first."""
        return Shift(self, back, as_expr(init))

    def lead(self, ahead: int, init: Expr | Number = 0) -> Shift:
        """The value `ahead` periods later; `init` after the last."""
        return Shift(self, -ahead, as_expr(init))

    def define(self, expr: Expr | Number) -> Line:
        """Give a line declared ahead its formula.

        Raises:
            ModelError: It has one already.
            UnitError: The formula is not in the line's unit.
        """
        if self.expr is not None:
            raise ModelError(f"{self.id} is defined twice: {self.where} and {place()}")
        formula = as_expr(expr)
        if formula.unit is not None and formula.unit != self.unit:
            found = f"its formula in {formula.unit}: {text(formula)}"
            raise UnitError(f"{self.id} is in {self.unit}, {found} ({place()})")
        self.expr = formula
        return self


@dataclass(frozen=True)
class Account:
    """A stock: opening + additions - reductions = closing."""

    opening: Line
    closing: Line

    def close(self, add: Sequence[Expr] = (), less: Sequence[Expr] = ()) -> Line:
        """Say what goes in and out; returns the closing line.

        Args:
            add: What joins the account, each positive.
            less: What leaves it, each positive.
        """
        balance: Expr = self.opening
        for term in add:
            balance = balance + term
        for term in less:
            balance = balance - term
        return self.closing.define(balance)


class Section:
    """Lines of one clause under one prefix; `unit` is what they are in unless they say otherwise."""

    def __init__(self, model: Model, name: str, unit: Unit, title: str) -> None:
        self.model, self.name, self.unit, self.title = model, name, unit, title

    def line(self, name: str, label: str, expr: Expr | Number, unit: Unit | None = None) -> Line:
        """Declare a line and its formula; a formula of constants and scalar inputs alone makes a single number."""
        line = self.ahead(name, label, unit)
        formula = as_expr(expr)
        line.series = formula.series
        return line.define(formula)

    def ahead(self, name: str, label: str, unit: Unit | None = None) -> Line:
        """Declare a line that others read before its formula is known; `define` it later."""
        return self.model.declare(f"{self.name}.{name}", label, self.unit if unit is None else unit)

    def flag(self, name: str, label: str, expr: Expr | Number) -> Line:
        """Declare a line of zeros and ones."""
        return self.line(name, label, expr, RATIO)

    def display(self, name: str, label: str, expr: Expr, unit: Unit | None = None) -> Line:
        """Declare a line for eyes only: it may be n/a, and nothing may read it."""
        line = self.line(name, label, expr, unit)
        line.kind = "display"
        return line

    def account(self, name: str, label: str, unit: Unit | None = None, opening: Expr | Number = 0) -> Account:
        """Declare a stock; `opening` is what it holds before the first period.

        Args:
            name: Its name within the section.
            label: What it holds.

        Returns:
            The account, not yet closed.
        """
        closing = self.ahead(f"{name}.closing", f"{label}, closing", unit)
        opened = self.line(f"{name}.opening", f"{label}, opening", closing.lag(1, opening), unit)
        return Account(opened, closing)


@dataclass(frozen=True)
class Solved:
    """A value that the engine finds: `value` is read by lines, `target` is what it must equal."""

    value: Given
    target: Line
    residual: Line


@dataclass(frozen=True)
class Metric:
    """A result by name: a single number, and why it may be n/a (`reasons` by the value of `status`)."""

    line: Line
    status: Line | None = None
    reasons: tuple[str, ...] = ()


class Model:
    """All lines of a deal on one timeline."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.lines: dict[str, Line] = {}
        self.sections: dict[str, Section] = {}
        self.solved: list[Solved] = []
        self.metrics: dict[str, Metric] = {}
        self.checks: dict[str, str] = {}
        self.register = Register()
        self.shaped_by: dict[str, Given] = {}
        self._givens: dict[str, Given] = {}
        self._walked: set[str] = set()

    def section(self, name: str, unit: Unit = RATIO, title: str = "") -> Section:
        """Open a section; its name is the prefix of its lines.

        Args:
            name: Prefix of the ids of its lines.
            title: Its name in print.

        Returns:
            The section.
        """
        if name in self.sections:
            raise ModelError(f"section {name} exists already")
        return self.sections.setdefault(name, Section(self, name, unit, title or name))

    def declare(self, id: str, label: str, unit: Unit) -> Line:
        """Register a line without a formula.

        Args:
            id: Dotted name, unlike all others.
            label: What the positive amount is.

        Returns:
            The line, without a formula.
        """
        written = place()
        if not ID.fullmatch(id):
            raise ModelError(f'"{id}" is no id: write lower-case words joined by "_" and "." ({written})')
        if id in self.lines:
            raise ModelError(f"{id} is declared twice: {self.lines[id].where} and {written}")
        line = Line(id, label, unit, written)
        self.lines[id] = line
        return line

    def metric(self, name: str, line: Line, status: Line | None = None, reasons: Sequence[str] = ()) -> Line:
        """Name a single-number line as one of the results; `reasons[status]` says why it is n/a.

        Args:
            name: Name of the result.
            line: A line with one number.
            status: A line with the number of the reason.
            reasons: Why it is n/a, by that number.

        Returns:
            The line.
        """
        if line.series:
            raise ModelError(f"{line.id} has a value in each period and cannot be the metric {name}")
        self.metrics[name] = Metric(line, status, tuple(reasons))
        return line

    def check(self, line: Line, kind: str) -> Line:
        """Register a line that is zero when true; `kind` is "error" or "alert".

        Args:
            line: The line that is to be zero.

        Returns:
            The line.
        """
        line.kind = "check"
        self.checks[line.id] = kind
        return line

    def decides(self, given: Given) -> float:
        """The number of an input that decides which lines there are, or what their formulas say; the input is noted.

        The one way to read a number while lines are declared: a formula does not follow such an input, so that no
        scenario, driver or cell may move it (`shaped_by`).

        Args:
            given: An input with one number.
        """
        self.shaped_by[given.id] = given
        return given.number

    def solve(self, value: Given, target: Line) -> Solved:
        """Let the engine choose `value` so that it equals `target`; the residual is a line."""
        name = target.id.removesuffix("_target")
        residual = self.declare(f"{name}_residual", f"{target.label}: target less solved", target.unit)
        residual.series = target.series or value.series
        residual.define(target - value)
        self.solved.append(Solved(value, target, residual))
        return self.solved[-1]

    def find(self, id: str) -> Line:
        """The line of this id.

        Args:
            id: Dotted name of a line.

        Raises:
            ModelError: There is none; the message names the nearest.
        """
        if id not in self.lines:
            near = get_close_matches(id, self.lines, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ModelError(f"there is no line {id}{hint}")
        return self.lines[id]

    def givens(self) -> dict[str, Given]:
        """Every input that a line reads, by id."""
        for line in self.lines.values():
            if line.expr is None or line.id in self._walked:
                continue
            self._walked.add(line.id)  # a formula never changes: it is walked once
            for leaf in leaves(line.expr):
                if self._givens.setdefault(leaf.id, leaf) is not leaf:
                    raise ModelError(f"two inputs are called {leaf.id}")
        return dict(self._givens)


def walk(expr: Expr | None) -> Iterable[Expr]:
    """All nodes of a formula, without entering the lines it reads.

    Args:
        expr: A formula; None has no nodes.
    """
    stack = [expr] if expr is not None else []
    while stack:
        node = stack.pop()
        yield node
        stack.extend(node.args)


def leaves(expr: Expr | None) -> Iterable[Given]:
    """The inputs that a formula reads itself.

    Args:
        expr: A formula; None reads nothing.
    """
    return (node for node in walk(expr) if isinstance(node, Given))


__all__ = ["Account", "Line", "Model", "Section", "Solved", "add", "leaves", "walk"]
