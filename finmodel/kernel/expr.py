"""Expressions: what a formula is made of before it has a face.

Write formulas with + - * /, comparisons, & | ~, and the functions at the end of this file. Python's own `if`,
`and`, `min` would decide now what must be decided in each period: they raise a TypeError that says what to use.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Never

from finmodel.kernel.errors import ModelError, UnitError, place
from finmodel.kernel.operators import OPERATORS
from finmodel.kernel.units import RATIO, Unit

if TYPE_CHECKING:
    from finmodel.kernel.model import Line

Number = int | float
RATIO_TOLERANCE = 1e-12
SIDE_BY_SIDE = 64
"""So many terms of a sum stand in one operator, in order: a sum of thousands is no deeper than a few dozen levels."""


class Expr:
    """A formula. `unit` is None for a bare 0; `series` says whether it has one value a period."""

    __slots__ = ("args", "series", "unit")
    unit: Unit | None
    series: bool
    args: tuple[Expr, ...]

    def __add__(self, other: Expr | Number) -> Expr:
        return _longer("add", self, other)

    def __radd__(self, other: Number) -> Expr:
        return op("add", other, self)

    def __sub__(self, other: Expr | Number) -> Expr:
        return _longer("sub", self, other)

    def __rsub__(self, other: Number) -> Expr:
        return op("sub", other, self)

    def __mul__(self, other: Expr | Number) -> Expr:
        return op("mul", self, other)

    def __rmul__(self, other: Number) -> Expr:
        return op("mul", other, self)

    def __truediv__(self, other: Expr | Number) -> Expr:
        divisor = as_expr(other)
        if not isinstance(divisor, Const | Given):
            raise TypeError("a line may be zero: write ratio(a, b, default) instead of a / b")
        return op("div", self, divisor)

    def __rtruediv__(self, other: Number) -> Expr:
        return as_expr(other) / self

    def __pow__(self, other: Expr | Number) -> Expr:
        return op("pow", self, other)

    def __neg__(self) -> Expr:
        return op("neg", self)

    def __lt__(self, other: Expr | Number) -> Expr:
        return op("lt", self, other)

    def __le__(self, other: Expr | Number) -> Expr:
        return op("le", self, other)

    def __gt__(self, other: Expr | Number) -> Expr:
        return op("lt", other, self)

    def __ge__(self, other: Expr | Number) -> Expr:
        return op("le", other, self)

    def eq(self, other: Expr | Number) -> Expr:
        """1 where both are the same number (== is left to Python, so that expressions can be keys)."""
        return op("eq", self, other)

    def __and__(self, other: Expr | Number) -> Expr:
        return op("and", self, other)

    def __or__(self, other: Expr | Number) -> Expr:
        return op("or", self, other)

    def __invert__(self) -> Expr:
        return op("not", self)

    def __abs__(self) -> Expr:
        return op("abs", self)

    def __bool__(self) -> Never:
        instead = "write where(c, a, b), & | ~, lo(), hi() instead of if, and, or, not, min, max"
        raise TypeError(f"a line has a value in each period: {instead}")

    def __iter__(self) -> Iterator[Expr]:
        raise TypeError("a line cannot be unpacked; use .prev, .lag(k) or .lead(k)")


class Const(Expr):
    """A number that stands in a formula; 0 fits every unit, any other number is a pure ratio."""

    __slots__ = ("value",)

    def __init__(self, value: float) -> None:
        self.value = float(value)
        self.unit = None if value == 0 else RATIO
        self.series = False
        self.args = ()


@dataclass(eq=False, slots=True, frozen=True)
class Given(Expr):
    """An input: a leaf with a value, a unit and the place where it was written. It never changes once it is bound.

    Args:
        id: Dotted key, such as "facility.jbic.rate".
        value: A number, or one number a period.
        unit: What it is measured in.
        label: What it is, in words.
        where: "file:line" of the winning definition.
        source: Where the figure comes from; "assumed" or "default" are legal.
        solved: Whether the engine finds this value.
    """

    id: str
    value: float | tuple[float, ...]
    unit: Unit
    label: str = ""
    where: str = ""
    source: str = ""
    solved: bool = False
    series: bool = field(init=False)
    args: tuple[Expr, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "series", isinstance(self.value, tuple))

    @property
    def number(self) -> float:
        """The value of a scalar input, for choices made while lines are declared."""
        if isinstance(self.value, tuple):
            raise ModelError(f"{self.id} has one value a period")
        return self.value


class Op(Expr):
    """An operator applied to expressions."""

    __slots__ = ("name",)

    def __init__(self, name: str, args: tuple[Expr, ...]) -> None:
        self.name = name
        self.args = args
        self.unit = OPERATORS[name].unit([arg.unit for arg in args])
        self.series = any(arg.series for arg in args)


class Shift(Expr):
    """The value of a line `back` periods ago (negative: ahead); `init` beyond the end of the timeline."""

    __slots__ = ("back", "init", "line")

    def __init__(self, line: Line, back: int, init: Expr) -> None:
        if init.series:
            raise ModelError(f"the value of {line.id} beyond the timeline must be one number ({place()})")
        if not line.series:
            raise ModelError(f"{line.id} is a single number: it has no earlier or later period ({place()})")
        if init.unit not in (None, line.unit):
            raise UnitError(f"{line.id} is in {line.unit}, its value beyond the timeline in {init.unit} ({place()})")
        self.line, self.back, self.init = line, back, init
        self.unit = line.unit
        self.series = True
        self.args = (init,)


class Fold(Expr):
    """One number from whole lines, by a name of the fold table (total, lowest, irr …)."""

    __slots__ = ("lines", "name")

    def __init__(self, name: str, lines: Sequence[Line], unit: Unit | None, args: tuple[Expr, ...] = ()) -> None:
        for line in lines:
            if not line.series:
                raise ModelError(f"{name} needs one value a period; {line.id} is a single number ({place()})")
        for arg in args:
            if arg.series or arg.unit not in (None, RATIO):
                raise ModelError(f"{name} needs a single pure number: got {text(arg)} ({place()})")
        self.name, self.lines, self.unit, self.args = name, tuple(lines), unit, args
        self.series = False


def as_expr(value: Expr | Number) -> Expr:
    """An expression as it is, a number as a constant."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"a formula is made of lines, inputs and numbers: got {value!r}")
    return Const(value)


def op(name: str, *args: Expr | Number) -> Expr:
    """Apply an operator of the table; units are checked here."""
    parts = tuple(as_expr(arg) for arg in args)
    try:
        return Op(name, parts)
    except UnitError as error:
        raise UnitError(f"{error} in {_formula(name, parts)} ({place()})") from None


def _longer(name: str, first: Expr, other: Expr | Number) -> Expr:
    """A sum or a difference of one more term, beside the others as long as there is room."""
    if isinstance(first, Op) and first.name == name and len(first.args) < SIDE_BY_SIDE:
        return op(name, *first.args, other)
    return op(name, first, other)


def lo(*args: Expr | Number) -> Expr:
    """The smallest of its arguments in each period."""
    return op("lo", *args)


def hi(*args: Expr | Number) -> Expr:
    """The largest of its arguments in each period."""
    return op("hi", *args)


def where(flag: Expr, then: Expr | Number, other: Expr | Number) -> Expr:
    """`then` where the flag is not 0, else `other`; both sides are computed."""
    return op("where", flag, then, other)


def ratio(above: Expr | Number, below: Expr, default: Expr | Number = 0, tol: float = RATIO_TOLERANCE) -> Expr:
    """`above / below`, or `default` where |below| <= tol: the only way to divide by a line."""
    return op("ratio", above, below, default, tol)


def month_of(day: Expr) -> Expr:
    """Months since year 0 of a date."""
    return op("month_of", day)


def shown(value: Expr, tested: Expr) -> Expr:
    """The display row of a ratio: n/a where it was not tested; nothing may compute on it."""
    return op("shown", value, tested)


def add(terms: Sequence[Expr]) -> Expr:
    """The sum of any number of terms, from left to right; 0 of none."""
    result: Expr = Const(0)
    for i, term in enumerate(terms):
        result = term if i == 0 else result + term
    return result


def text(expr: Expr) -> str:
    """The formula as a person would write it."""
    if isinstance(expr, Const):
        short = f"{expr.value:.15g}"
        return short if float(short) == expr.value else repr(expr.value)
    if isinstance(expr, Given):
        return expr.id
    if isinstance(expr, Shift):
        step = "prev" if expr.back == 1 else f"lag({expr.back})" if expr.back >= 0 else f"lead({-expr.back})"
        return f"{expr.line.id}.{step}"
    if isinstance(expr, Fold):
        return f"{expr.name}({', '.join([*(line.id for line in expr.lines), *map(text, expr.args)])})"
    if isinstance(expr, Op):
        return _formula(expr.name, expr.args)
    return str(getattr(expr, "id", expr))


_CALLS = {"lo", "hi", "where", "ratio", "abs", "month_of"}
_LOOSE = {"add", "sub", "lt", "le", "eq", "or", "shown"}
_TIGHT = {"pow", "not", "neg", "div"}


def _formula(name: str, args: Sequence[Expr]) -> str:
    parts = [f"({text(arg)})" if _needs_brackets(name, arg) else text(arg) for arg in args]
    if name in ("lo", "hi"):
        return f"{name}({', '.join(parts)})"
    if name in ("add", "sub"):
        return (" + " if name == "add" else " - ").join(parts)
    return OPERATORS[name].symbol.format(*parts)


def _needs_brackets(outer: str, inner: Expr) -> bool:
    if outer in _CALLS or not isinstance(inner, Op) or inner.name in _CALLS:
        return False
    if outer == "add" and inner.name == "add":
        return False
    return outer in _TIGHT or inner.name in _LOOSE
