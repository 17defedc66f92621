"""Extra lines of the analyst's own: formulas as text, parsed into the same expressions as every other line.

A formula has line ids, numbers, quantities in quotes ("2 USD/kg"), + - * / ** < <= > >= & | ~, lo, hi, where, ratio,
and .prev, .next, .lag(n) on a line. It may read any line. A line named other_cost, other_revenue or other_tax joins
the deal's cash in the period; any other is for reading.

Nothing is evaluated: the text is parsed into a syntax tree, and only the forms above have a meaning.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping

from finmodel.base.errors import FinmodelError, ModelError, UnitError
from finmodel.base.expr import Const, Expr, Given, hi, lo, ratio, where
from finmodel.base.model import Line, Model
from finmodel.base.units import Unit
from finmodel.case.quantity import BadValue, parse

HOOKS = ("other_revenue", "other_cost", "other_tax")
LONGEST = 2000
_OWN_PLACE = re.compile(r" \([\w/]+\.py:\d+\)$")
_FORMS = "Known are line ids, numbers, quantities in quotes, + - * / **, comparisons, lo, hi, where, ratio, .prev, .next, .lag(n)."
_CALLS: Mapping[str, Callable[..., Expr]] = {"lo": lo, "hi": hi, "where": where, "ratio": ratio}
_BINARY: Mapping[type[ast.AST], Callable[[Expr, Expr], Expr]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
    ast.BitAnd: lambda a, b: a & b,
    ast.BitOr: lambda a, b: a | b,
}
_COMPARE: Mapping[type[ast.AST], Callable[[Expr, Expr], Expr]] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a.eq(b),
}
_SHIFTS = ("prev", "next", "lag")


class BadFormula(FinmodelError):
    """A formula of [extra_lines] that cannot become a line: its key, what is wrong, what to write instead."""

    exit_code = 2

    def __init__(self, key: str, wrong: str, remedy: str = "") -> None:
        self.key, self.wrong, self.remedy = key, wrong.rstrip("."), remedy
        super().__init__(f"extra_lines.{key}: {self.wrong}. {remedy}".rstrip())


def declare(model: Model, formulas: Mapping[str, str], money: Unit) -> dict[str, Line]:
    """Declare the hooks that the case gives, so that cash can read them before their formulas are known."""
    section = model.section("extra", money, "Extra lines")
    return {name: section.ahead(name, f"Extra line: {name}") for name in HOOKS if name in formulas}


def define(model: Model, formulas: Mapping[str, str], places: Mapping[str, str]) -> None:
    """Parse every formula; all other lines are declared by now.

    Raises:
        BadFormula: Syntax, names or units that make no line.
    """
    for name, typed in formulas.items():
        try:
            line = _define(model, name, _Parser(model, name).parse(typed))
        except UnitError as error:
            raise BadFormula(name, _OWN_PLACE.sub("", str(error)), "Make the units fit.") from None
        except ModelError as error:
            raise BadFormula(name, str(error), "`finmodel lines CASE` lists every line.") from None
        except TypeError as error:
            raise BadFormula(name, str(error)) from None
        line.where = places.get(name, line.where)


def _define(model: Model, name: str, expr: Expr) -> Line:
    section = model.sections["extra"]
    if name not in HOOKS:
        return section.line(name, f"Extra line: {name}", expr, expr.unit)
    if expr.unit not in (None, section.unit):
        wrong = f"{name} is money per period in {section.unit}: got a formula in {expr.unit}"
        raise BadFormula(name, wrong, f"Multiply by a price or a rate until it is in {section.unit}.")
    return model.lines[f"extra.{name}"].define(expr)


class _Parser:
    """Turns one text into one expression."""

    def __init__(self, model: Model, key: str) -> None:
        self.model, self.key, self.typed = model, key, ""
        self.quantities = 0

    def parse(self, typed: str) -> Expr:
        """The expression of a text."""
        self.typed = typed
        if len(typed) > LONGEST:
            raise self._bad(f"the formula has {len(typed):,} characters; at most {LONGEST:,} are possible", "")
        try:
            return self._expr(ast.parse(typed, mode="eval").body)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise self._bad("this is not a formula") from None

    def _expr(self, node: ast.expr) -> Expr:
        if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
            return _BINARY[type(node.op)](self._expr(node.left), self._expr(node.right))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Invert):
            inner = self._expr(node.operand)
            return -inner if isinstance(node.op, ast.USub) else ~inner
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARE:
            return _COMPARE[type(node.ops[0])](self._expr(node.left), self._expr(node.comparators[0]))
        if isinstance(node, ast.Constant):
            return self._constant(node.value)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Name | ast.Attribute):
            return self._line(node)
        raise self._bad(f'"{_short(ast.unparse(node))}" has no meaning in a formula')

    def _constant(self, value: object) -> Expr:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return Const(value)
        if isinstance(value, str):
            self.quantities += 1
            try:
                number, unit = parse(value)
            except BadValue as error:
                raise self._bad(f"a quantity {error.wrong}", "Write it as in a case: '2 USD/kg'.") from None
            id = f"extra_lines.{self.key}.{self.quantities}"
            return Given(
                id, float(number), unit, f"{self.key}, quantity {self.quantities}", where="extra_lines", source="typed"
            )
        raise self._bad(f'"{value}" is no number')

    def _call(self, node: ast.Call) -> Expr:
        if node.keywords:
            raise self._bad("functions take plain arguments only")
        if isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            return _CALLS[node.func.id](*(self._expr(arg) for arg in node.args))
        if isinstance(node.func, ast.Attribute) and node.func.attr == "lag" and len(node.args) == 1:
            back = node.args[0]
            if (
                isinstance(back, ast.Constant)
                and isinstance(back.value, int)
                and 0 <= back.value <= self.model.timeline.count
            ):
                return self._named(_dotted(node.func.value)).lag(back.value)
        raise self._bad(f'"{_short(ast.unparse(node))}" is no function of a formula')

    def _line(self, node: ast.Name | ast.Attribute) -> Expr:
        if isinstance(node, ast.Attribute) and node.attr in _SHIFTS:
            line = self._named(_dotted(node.value))
            return line.prev if node.attr == "prev" else line.next
        return self._named(_dotted(node))

    def _named(self, id: str) -> Line:
        if not id or any(part.startswith("_") for part in id.split(".")):
            raise self._bad(f'"{_short(id)}" is no line' if id else "something here is no line")
        return self.model.find(id)

    def _bad(self, wrong: str, remedy: str = _FORMS) -> BadFormula:
        return BadFormula(self.key, wrong, remedy)


def _dotted(node: ast.expr) -> str:
    """The dotted name of a node; empty when it is anything else."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed([*parts, node.id])) if isinstance(node, ast.Name) else ""


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"


__all__ = ["HOOKS", "BadFormula", "declare", "define"]
