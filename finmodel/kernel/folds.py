"""Folds: one number from a whole line. The engine computes them by name; here stand their unit and Excel faces.

A fold reads every period, so a line that steers cash in a loop must not read one (the plan refuses it).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from finmodel.kernel.errors import UnitError, place
from finmodel.kernel.expr import Expr, Fold, Number, as_expr
from finmodel.kernel.model import Line
from finmodel.kernel.units import RATIO, Unit

Texts = Sequence[str]


@dataclass(frozen=True)
class FoldFace:
    """The unit rule and the Excel text of a fold: `excel(ranges, arguments)`."""

    unit: Callable[[Unit], Unit]
    excel: Callable[[Texts, Texts], str]


def _own(unit: Unit) -> Unit:
    return unit


def _pure(_: Unit) -> Unit:
    return RATIO


def _lowest(ranges: Texts, _: Texts) -> str:
    if len(ranges) == 1:
        return f"MIN({ranges[0]})"
    row, flag = ranges
    return f"IF(SUM({flag})=0,0,MAX({row})-SUMPRODUCT(MAX({flag}*(MAX({row})-{row}))))"


def _highest(ranges: Texts, _: Texts) -> str:
    if len(ranges) == 1:
        return f"MAX({ranges[0]})"
    row, flag = ranges
    return f"IF(SUM({flag})=0,0,MIN({row})+SUMPRODUCT(MAX({flag}*({row}-MIN({row})))))"


def _value_at(ranges: Texts, args: Texts) -> str:
    row, number = ranges[0], args[0]
    return f"IF(AND({number}>=1,{number}<COUNT({row})+1),INDEX({row},1,INT({number})),0)"


def _irr_status(ranges: Texts, args: Texts) -> str:
    """3 nothing comes in, 4 no rate, 5 nothing goes out, 6 neither; what else is told of a rate is beyond a cell."""
    row = ranges[0]
    rate = _xirr(ranges, args) if len(ranges) > 1 else _irr(ranges, args)
    two_ways = f"IF(MIN({row})<0,IF(ISERROR({rate}),{_ones(4)},0),{_ones(5)})"
    return f"IF(MAX({row})>0,{two_ways},IF(MIN({row})<0,{_ones(3)},{_ones(6)}))"


def _ones(count: int) -> str:
    """A number that no key gives, as a formula without one."""
    return "+".join("1" * count)


def _irr(ranges: Texts, args: Texts) -> str:
    return f"IRR({ranges[0]},{args[0]})"


def _xirr(ranges: Texts, args: Texts) -> str:
    return f"XIRR({ranges[0]},{ranges[1]},{args[0]})"


FOLDS: dict[str, FoldFace] = {
    "total": FoldFace(_own, lambda ranges, _: f"SUM({ranges[0]})"),
    "lowest": FoldFace(_own, _lowest),
    "highest": FoldFace(_own, _highest),
    "first_when": FoldFace(_pure, lambda ranges, _: f"IFERROR(MATCH(1,{ranges[0]},0),0)"),
    "value_at": FoldFace(_own, _value_at),
    "irr_status": FoldFace(_pure, _irr_status),
    "xirr_status": FoldFace(_pure, _irr_status),
    "irr": FoldFace(_pure, lambda ranges, args: f"IF({args[1]}<>0,{_irr(ranges, args)},0)"),
    "xirr": FoldFace(_pure, lambda ranges, args: f"IF({args[1]}<>0,{_xirr(ranges, args)},0)"),
}


def _fold(name: str, lines: Sequence[Line], *args: Expr | Number) -> Fold:
    for flag in lines[1:] if name in ("lowest", "highest") else lines if name == "first_when" else ():
        if flag.unit != RATIO:
            raise UnitError(f"{name} needs a flag: {flag.id} is in {flag.unit} ({place()})")
    return Fold(name, lines, FOLDS[name].unit(lines[0].unit), tuple(as_expr(arg) for arg in args))


def total(line: Line) -> Fold:
    """The sum over all periods, added in order of time.

    Args:
        line: A line with a value in each period.
    """
    return _fold("total", [line])


def lowest(line: Line, where: Line | None = None) -> Fold:
    """The smallest value, over the flagged periods if a flag is given; 0 when none is flagged.

    Args:
        line: A line with a value in each period.
        where: Flag of the periods that count.
    """
    return _fold("lowest", [line] if where is None else [line, where])


def highest(line: Line, where: Line | None = None) -> Fold:
    """The largest value, over the flagged periods if a flag is given; 0 when none is flagged.

    Args:
        line: A line with a value in each period.
        where: Flag of the periods that count.
    """
    return _fold("highest", [line] if where is None else [line, where])


def first_when(flag: Line) -> Fold:
    """The number (from 1) of the first period in which the flag is 1; 0 if it never is.

    Args:
        flag: A line of zeros and ones.
    """
    return _fold("first_when", [flag])


def value_at(line: Line, number: Expr) -> Fold:
    """The value in the period of this number (from 1); 0 for a number outside the timeline, such as 0.

    Args:
        line: A line with a value in each period.
        number: Number of the period [count].
    """
    return _fold("value_at", [line], number)


def irr_status(flow: Line, guess: Expr | Number, per_year: Expr | Number) -> Fold:
    """What is to be known of the rate per period, by number: 0 one rate, 1 several (the one nearest the guess), 2 one
    that the last flows decide, 3 total loss, 4 none, 5 no investment, 6 all zero, 7 not finite, 8 none as the last
    flows decide.

    Args:
        flow: Net money of each period.
        guess: Rate to start from [per period].
        per_year: Periods a year, for what counts as a total loss.
    """
    return _fold("irr_status", [flow], guess, per_year)


def irr(flow: Line, guess: Expr | Number, tested: Expr) -> Fold:
    """Internal rate of return per period where `tested`, else 0.

    Args:
        flow: Net money of each period.
        guess: Rate to start from [per period].
    """
    return _fold("irr", [flow], guess, tested)


def xirr_status(flow: Line, dates: Line, guess: Expr | Number) -> Fold:
    """What is to be known of the rate by dates; numbers as in `irr_status`.

    Args:
        flow: Net money of each period.
        dates: Day number of each flow.
        guess: Rate to start from [1/year].
    """
    return _fold("xirr_status", [flow, _days(dates)], guess)


def xirr(flow: Line, dates: Line, guess: Expr | Number, tested: Expr) -> Fold:
    """Internal rate of return a year by dates, ACT/365 from the first flow, where `tested`, else 0.

    Args:
        flow: Net money of each period.
        dates: Day number of each flow.
        guess: Rate to start from [1/year].
    """
    return _fold("xirr", [flow, _days(dates)], guess, tested)


def _days(dates: Line) -> Line:
    if str(dates.unit) != "date":
        raise UnitError(f"xirr needs dates: {dates.id} is in {dates.unit} ({place()})")
    return dates
