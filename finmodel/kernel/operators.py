"""THE OPERATOR TABLE: every operator once, with all its faces.

meaning   what it computes, in plain Python floats: the interpreter runs this, tests trust it
python    its text in generated scalar code
numpy     its text in generated code over a path axis
excel     its text in a workbook cell
unit      the unit of the result, or a UnitError
Flags are the numbers 0 and 1. Anything that compares can say how close is close enough in the formula itself.
"""

from __future__ import annotations

import functools
import math
import operator as py
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from finmodel.kernel.errors import UnitError
from finmodel.kernel.units import DATE, DAY, MONTH, RATIO, Unit

Texts = Sequence[str]
Units = Sequence[Unit | None]
Face = Callable[[Texts], str]
UnitRule = Callable[[Units], Unit | None]


@dataclass(frozen=True)
class Operator:
    """One operator and its faces; `symbol` is how an explanation writes it ("{0} + {1}")."""

    name: str
    symbol: str
    meaning: Callable[..., float]
    python: Face
    numpy: Face
    excel: Face
    unit: UnitRule


def _template(text: str) -> Face:
    return lambda parts: text.format(*parts)


def _chain(text: str, joint: str = ", ") -> Face:
    return lambda parts: text.format(joint.join(parts))


def _nested(name: str) -> Face:
    def face(parts: Texts) -> str:
        text = parts[0]
        for part in parts[1:]:
            text = f"{name}({text}, {part})"
        return text

    return face


# ---- unit rules. None stands for a bare 0, which fits every unit.


def _same(units: Units) -> Unit | None:
    known = [unit for unit in units if unit is not None]
    for unit in known[1:]:
        if unit != known[0]:
            raise UnitError(f"{known[0]} and {unit} do not fit together")
    return known[0] if known else None


def _sum_unit(units: Units) -> Unit | None:
    if DATE in units and DAY in units:
        return DATE
    if list(units) == [DATE, DATE]:
        raise UnitError("two dates do not add up to anything")
    return _same(units)


def _sum_units(units: Units) -> Unit | None:
    """Of any number of terms, added from left to right."""
    return functools.reduce(lambda before, unit: _sum_unit((before, unit)), units)


def _difference_unit(units: Units) -> Unit | None:
    if list(units) == [DATE, DATE]:
        return DAY
    if list(units) == [DATE, DAY]:
        return DATE
    return _same(units)


def _difference_units(units: Units) -> Unit | None:
    """Of any number of terms, taken away from left to right."""
    return functools.reduce(lambda before, unit: _difference_unit((before, unit)), units)


def _product_unit(units: Units) -> Unit | None:
    left, right = units
    return None if left is None or right is None else left * right


def _quotient_unit(units: Units) -> Unit | None:
    above, below = units[0], units[1]
    if below is None:
        raise UnitError("0 is no divisor")
    return None if above is None else above / below


def _ratio_unit(units: Units) -> Unit | None:
    result = _quotient_unit(units)
    return _same([result, units[2]])


def _flag_unit(units: Units) -> Unit | None:
    _same(units)
    return RATIO


def _pure(units: Units) -> Unit | None:
    for unit in units:
        if unit is not None and unit != RATIO:
            raise UnitError(f"a flag or pure number is needed here: got {unit}")
    return RATIO


def _where_unit(units: Units) -> Unit | None:
    _pure(units[:1])
    return _same(units[1:])


def _month_unit(units: Units) -> Unit | None:
    if units[0] != DATE:
        raise UnitError(f"month_of needs a date: got {units[0]}")
    return MONTH


# ---- meanings that are more than a Python operator


def month_of(serial_date: float) -> float:
    """Months since year 0 of a spreadsheet date.

    Args:
        serial_date: Days since 1899-12-30.
    """
    day = date(1899, 12, 30) + timedelta(days=round(serial_date))
    return float(day.year * 12 + day.month - 1)


def _sum(*terms: float) -> float:
    """Any number of terms, added from left to right."""
    return functools.reduce(py.add, terms)


def _difference(*terms: float) -> float:
    """The first of any number of terms less the others, from left to right."""
    return functools.reduce(py.sub, terms)


def ratio(above: float, below: float, default: float, tol: float) -> float:
    """`above / below`, or `default` where `below` is zero within `tol`.

    Args:
        above: What is divided.
    """
    return above / below if abs(below) > tol else default


def _operator(
    name: str,
    symbol: str,
    meaning: Callable[..., float],
    unit: UnitRule,
    faces: tuple[str | Face, str | Face, str | Face],
) -> Operator:
    python, numpy, excel = (_template(face) if isinstance(face, str) else face for face in faces)
    return Operator(name, symbol, meaning, python, numpy, excel, unit)


def _comparison(name: str, sign: str, meaning: Callable[[float, float], bool]) -> Operator:
    faces = (f"(1.0 if {{0}} {sign} {{1}} else 0.0)", f"(({{0}} {sign} {{1}}) * 1.0)")
    excel = f"IF({{0}}{'=' if sign == '==' else sign}{{1}},1,0)"
    return _operator(name, f"{{0}} {sign} {{1}}", lambda a, b: float(meaning(a, b)), _flag_unit, (*faces, excel))


def _arithmetic(name: str, sign: str, meaning: Callable[[float, float], float], unit: UnitRule) -> Operator:
    code = f"({{0}} {sign} {{1}})"
    return _operator(name, f"{{0}} {sign} {{1}}", meaning, unit, (code, code, f"({{0}}{sign}{{1}})"))


OPERATORS: dict[str, Operator] = {
    operator.name: operator
    for operator in (
        _operator(
            "add", "{0} + {1}", _sum, _sum_units,
            (_chain("({0})", " + "), _chain("({0})", " + "), _chain("({0})", "+")),
        ),
        _operator(
            "sub", "{0} - {1}", _difference, _difference_units,
            (_chain("({0})", " - "), _chain("({0})", " - "), _chain("({0})", "-")),
        ),
        _arithmetic("mul", "*", py.mul, _product_unit),
        _arithmetic("div", "/", py.truediv, _quotient_unit),
        _operator("pow", "{0} ** {1}", math.pow, _pure, ("pow_({0}, {1})", "power({0}, {1})", "(({0})^({1}))")),
        _operator("neg", "-{0}", py.neg, _same, ("(-{0})", "(-{0})", "(-({0}))")),
        _comparison("lt", "<", py.lt),
        _comparison("le", "<=", py.le),
        _comparison("eq", "==", py.eq),
        _operator("and", "{0} & {1}", py.mul, _pure, ("({0} * {1})", "({0} * {1})", "({0}*{1})")),
        _operator("or", "{0} | {1}", max, _pure, (_nested("max"), _nested("maximum"), _chain("MAX({0})", ","))),
        _operator("not", "~{0}", lambda a: 1.0 - a, _pure, ("(1.0 - {0})", "(1.0 - {0})", "(1-{0})")),
        _operator("abs", "abs({0})", abs, _same, ("abs({0})", "abs({0})", "ABS({0})")),
        _operator("lo", "lo({0})", min, _same, (_chain("min({0})"), _nested("minimum"), _chain("MIN({0})", ","))),
        _operator("hi", "hi({0})", max, _same, (_chain("max({0})"), _nested("maximum"), _chain("MAX({0})", ","))),
        _operator(
            "where", "where({0}, {1}, {2})", lambda c, a, b: a if c else b, _where_unit,
            ("({1} if {0} else {2})", "where({0}, {1}, {2})", "IF({0}<>0,{1},{2})"),
        ),
        _operator(
            "ratio", "ratio({0}, {1}, {2})", ratio, _ratio_unit,
            ("ratio({0}, {1}, {2}, {3})", "ratio({0}, {1}, {2}, {3})", "IF(ABS({1})>{3},{0}/{1},{2})"),
        ),
        _operator(
            "month_of", "month_of({0})", month_of, _month_unit,
            ("month_of({0})", "month_of({0})", "(YEAR({0})*12+MONTH({0})-1)"),
        ),
        _operator(
            "shown", "{0} if {1} else n/a", lambda a, tested: a if tested else math.nan, lambda units: units[0],
            ("({0} if {1} else nan)", "where({1}, {0}, nan)", 'IF({1}<>0,{0},"n/a")'),
        ),
    )
}  # fmt: skip
