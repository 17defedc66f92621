"""Extra lines of the analyst's own: formulas as text, parsed into the same expressions as every other line.

A formula has line ids, numbers, quantities in quotes ("2 USD/kg"), + - * / ** < <= > >= == & | ~, lo, hi, where, ratio,
and .prev, .next, .lag(n) on a line. It may read any line, and extra lines whatever their order. A line named
other_cost, other_revenue or other_tax joins the deal's cash in the period; any other is for reading.

Nothing is evaluated: the text is parsed into a syntax tree, and only the forms above have a meaning.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from finmodel.case.quantity import LARGEST, BadValue, parse
from finmodel.deal.context import Context
from finmodel.kernel.errors import FinmodelError, ModelError, UnitError
from finmodel.kernel.expr import Const, Expr, Given, hi, lo, ratio, where
from finmodel.kernel.model import Line, Model, Section

HOOKS = ("other_revenue", "other_cost", "other_tax")
LONGEST, DEEPEST = 2000, 60
"""Characters of a formula, and levels of its syntax tree: a spreadsheet cell nests 64."""
_OWN_PLACE = re.compile(r" \([\w/]+\.py:\d+\)$")
_FORMS = (
    "Known are line ids, numbers, quantities in quotes, + - * / **, comparisons, lo, hi, where, ratio, .prev, .next,"
    " .lag(n)."
)
_LIST = "`finmodel lines CASE` lists every line."
_SPLIT = "Split it into several lines."


class _Call(NamedTuple):
    """A function of formulas: the terms that it needs, and those that may follow ("…" for any number)."""

    function: Callable[..., Expr]
    terms: tuple[str, ...]
    more: tuple[str, ...] = ()


_CALLS: Mapping[str, _Call] = {
    "lo": _Call(lo, ("a", "b"), ("…",)),
    "hi": _Call(hi, ("a", "b"), ("…",)),
    "where": _Call(where, ("flag", "a", "b")),
    "ratio": _Call(ratio, ("a", "b"), ("default",)),
}
_BINARY: Mapping[type[ast.AST], Callable[[Expr, Expr], Expr]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
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

    def __init__(self, key: str, wrong: str, remedy: str) -> None:
        self.key, self.wrong, self.remedy = key, wrong.rstrip("."), remedy
        stop = "" if self.wrong.endswith("?") else "."
        super().__init__(f"extra_lines.{key}: {self.wrong}{stop} {remedy}")


@dataclass(frozen=True, eq=False, repr=False)
class Extras:
    """Where extra lines stand, and the hooks among them, by name: cash of the deal [reporting currency per period]."""

    section: Section
    hooks: Mapping[str, Line]

    def hook(self, name: str) -> Expr:
        """An extra line that joins the deal's cash; 0 when the case has none."""
        return self.hooks.get(name, Const(0))


def declare(context: Context, formulas: Mapping[str, str]) -> Extras:
    """Declare the hooks that the case gives, so that cash can read them before their formulas are known."""
    section = context.model.section("extra", context.money.money, "Extra lines")
    hooks = {name: section.ahead(name, f"Extra line: {name}") for name in HOOKS if name in formulas}
    return Extras(section, hooks)


def define(extras: Extras, formulas: Mapping[str, str], places: Mapping[str, str]) -> None:
    """Parse every formula; all other lines are declared by now.

    The one place of the deal that reads lines by their ids, as they stand in the analyst's text.

    Args:
        extras: What `declare` declared.
        formulas: The text of each line, by name.
        places: Where each of them stands in the case, for messages.

    Raises:
        BadFormula: Syntax, names or units that make no line.
    """
    model = extras.section.model
    trees = {name: _tree(name, typed.strip()) for name, typed in formulas.items()}
    for name in _order(trees):
        place = places.get(name, "")
        try:
            line = _define(extras, name, _Parser(model, name, place).expr(trees[name]))
        except UnitError as error:
            raise BadFormula(name, _OWN_PLACE.sub("", str(error)), "Make the units fit.") from None
        line.where = place or line.where


def _tree(key: str, typed: str) -> ast.expr:
    """The syntax tree of a text that is not too long and not too deep."""
    if len(typed) > LONGEST:
        wrong = f"the formula has {len(typed):,} characters; at most {LONGEST:,} are possible"
        raise BadFormula(key, wrong, _SPLIT)
    try:
        tree = ast.parse(typed, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BadFormula(key, "this is not a formula", _FORMS) from None
    depth = 0
    level: list[ast.AST] = [tree]
    while level:
        depth, level = depth + 1, [child for node in level for child in ast.iter_child_nodes(node)]
    if depth > DEEPEST:
        raise BadFormula(key, f"the formula is {depth} levels deep; at most {DEEPEST} are possible", _SPLIT)
    return tree


def _order(trees: Mapping[str, ast.expr]) -> list[str]:
    """Names of the lines, each after those that it reads and whose units it needs; those of hooks are known."""
    needs = {
        name: [read for read in _extras(tree) if read in trees and read not in HOOKS] for name, tree in trees.items()
    }
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        loop = sorted(set(error.args[1]), key=list(trees).index)
        ids = " and ".join(f"extra.{name}" for name in loop)
        wrong = f"{ids} reads itself" if len(loop) == 1 else f"{ids} read each other"
        hooks = " and ".join((", ".join(HOOKS[:-1]), HOOKS[-1]))
        remedy = f"Only {hooks} may read their own past."
        raise BadFormula(loop[0], f"{wrong}, so that no unit is known", remedy) from None


def _extras(tree: ast.expr) -> list[str]:
    """The names of the extra lines that a formula reads, now or in another period."""
    inner = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    return [node.attr for node in inner if isinstance(node.value, ast.Name) and node.value.id == "extra"]


def _define(extras: Extras, name: str, expr: Expr) -> Line:
    section = extras.section
    if name not in HOOKS:
        return section.line(name, f"Extra line: {name}", expr, expr.unit)
    if expr.unit not in (None, section.unit):
        wrong = f"{name} is money per period in {section.unit}: got a formula in {expr.unit}"
        raise BadFormula(name, wrong, f"Multiply by a price or a rate until it is in {section.unit}.")
    return extras.hooks[name].define(expr)


class _Parser:
    """Turns a syntax tree into an expression; `place` is where the case has the formula."""

    def __init__(self, model: Model, key: str, place: str) -> None:
        self.model, self.key, self.place = model, key, place or "extra_lines"
        self.quantities = 0

    def expr(self, node: ast.expr) -> Expr:
        """The expression of a tree."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            return self._divide(node)
        if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
            return _BINARY[type(node.op)](self.expr(node.left), self.expr(node.right))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Invert):
            inner = self.expr(node.operand)
            return -inner if isinstance(node.op, ast.USub) else ~inner
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARE:
            return _COMPARE[type(node.ops[0])](self.expr(node.left), self.expr(node.comparators[0]))
        if isinstance(node, ast.Constant):
            return self._quantity(node.value) if isinstance(node.value, str) else self._number(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Name | ast.Attribute):
            return self._line(node)
        raise self._bad(f"{_short(node)} has no meaning in a formula")

    def _divide(self, node: ast.BinOp) -> Expr:
        above, below = self.expr(node.left), self.expr(node.right)
        if not isinstance(below, Const | Given):
            raise self._bad(f"{_short(node.right)} may be zero", "Write ratio(a, b, default) instead of a / b.")
        if below.value == 0:
            raise self._bad(f"{_short(node.right)} is no divisor", "Divide by a number that is not 0.")
        return above / below

    def _number(self, node: ast.Constant) -> Expr:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._bad(f"{_short(node)} is no number")
        if abs(value) > LARGEST:
            raise self._bad("a number is beyond 1e15", "Check its digits.")
        return Const(value)

    def _quantity(self, typed: str) -> Given:
        self.quantities += 1
        try:
            number, unit = parse(typed)
        except BadValue as error:
            raise self._bad(f"a quantity {error.wrong}", "Write it as in a case: '2 USD/kg'.") from None
        if abs(number) > LARGEST:
            raise self._bad(f'a quantity is beyond 1e15: got "{typed}"', "Check the number and its multiplier.")
        id, label = f"extra_lines.{self.key}.{self.quantities}", f"{self.key}, quantity {self.quantities}"
        return Given(id, float(number), unit, label, where=self.place, source="typed")

    def _call(self, node: ast.Call) -> Expr:
        if node.keywords:
            raise self._bad("functions take plain arguments only")
        if isinstance(node.func, ast.Attribute) and node.func.attr == "lag":
            return self._lag(node.func.value, node.args)
        if not isinstance(node.func, ast.Name) or node.func.id not in _CALLS:
            raise self._bad(f"{_short(node)} is no function of a formula")
        function, terms, more = _CALLS[node.func.id]
        few, many = len(node.args) < len(terms), len(node.args) > len(terms + more) and "…" not in more
        if few or many:
            wrong = f"{_short(node)} has too {'few' if few else 'many'} terms"
            raise self._bad(wrong, f"Write {node.func.id}({', '.join(terms + more)}).")
        return function(*(self.expr(arg) for arg in node.args))

    def _lag(self, line: ast.expr, args: list[ast.expr]) -> Expr:
        row, count = self._row(line), self.model.timeline.count
        back = args[0].value if len(args) == 1 and isinstance(args[0], ast.Constant) else None
        if not isinstance(back, int) or isinstance(back, bool) or back > count:
            got = ", ".join(ast.unparse(arg) for arg in args) or "nothing"
            wrong = f"lag goes back a whole number of periods, from 0 to {count}: got {got}"
            raise self._bad(wrong, "Write .lag(2) for two periods ago, .next for the period after.")
        return row.lag(back)

    def _line(self, node: ast.Name | ast.Attribute) -> Expr:
        if isinstance(node, ast.Attribute) and node.attr in _SHIFTS:
            if node.attr == "lag":
                raise self._bad(f"{_short(node)} does not say how far back", "Write .lag(2) for two periods ago.")
            row = self._row(node.value)
            return row.prev if node.attr == "prev" else row.next
        return self._named(node)

    def _row(self, node: ast.expr) -> Line:
        """A line with one value a period."""
        line = self._named(node)
        if not line.series:
            raise self._bad(f"{line.id} is a single number: it has no earlier or later period", "Read it as it stands.")
        return line

    def _named(self, node: ast.expr) -> Line:
        id = _dotted(node)
        if not id or any(part.startswith("_") for part in id.split(".")):
            raise self._bad(f"{_short(node)} is no line")
        try:
            line = self.model.find(id)
        except ModelError as error:
            raise self._bad(str(error), _LIST) from None
        if line.kind == "display":
            value = f"{id}.value"
            remedy = f"Read {value}." if value in self.model.lines else _LIST
            raise self._bad(f"{id} is for display only: it may be n/a", remedy)
        return line

    def _bad(self, wrong: str, remedy: str = _FORMS) -> BadFormula:
        return BadFormula(self.key, wrong, remedy)


def _dotted(node: ast.expr) -> str:
    """The dotted name of a node; empty when it is anything else."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed([*parts, node.id])) if isinstance(node, ast.Name) else ""


def _short(node: ast.expr) -> str:
    """A part of a formula as it stands in a message."""
    text = ast.unparse(node)
    return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}…"'


__all__ = ["HOOKS", "BadFormula", "Extras", "declare", "define"]
