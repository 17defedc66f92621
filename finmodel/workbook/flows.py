"""Which lines are flows, so that a total over time says something; a stock, a price, a flag or a date has none."""

from __future__ import annotations

from functools import lru_cache

from finmodel.kernel.expr import Expr, Op, Shift
from finmodel.kernel.model import Line
from finmodel.kernel.units import CURRENCIES

_DEPTH = 12
_STOCK_WORDS = (
    "closing",
    "opening",
    "outstanding",
    "remaining",
    "ahead",
    "balance",
    "budget",
    "limit",
    "target",
    "overdue",
)


def is_flow(line: Line) -> bool:
    """Whether a line is an amount of money or tonnes that comes about within the period."""
    return str(line.unit) in (*CURRENCIES, "t", "kg") and not _is_stock(line, _DEPTH)


@lru_cache(maxsize=65536)
def _is_stock(line: Line, depth: int) -> bool:
    """A stock carries its own value on, or adds up lines that do."""
    last = line.id.replace("_", ".").split(".")
    if any(word in last for word in _STOCK_WORDS) or line.id.endswith("_to_date") or line.id.endswith("_so_far"):
        return True
    if line.expr is None or depth == 0:
        return False
    signs = {sign for sign, term in _terms(line.expr, 1) if _carries(line, term, depth)}
    return signs == {1}


def _carries(line: Line, term: Expr, depth: int) -> bool:
    if isinstance(term, Shift):
        return term.line is line or _is_stock(term.line, depth - 1)
    return isinstance(term, Line) and term.series and _is_stock(term, depth - 1)


def _terms(expr: Expr, sign: int) -> list[tuple[int, Expr]]:
    """The terms of a sum with their signs."""
    if isinstance(expr, Op) and expr.name in ("add", "sub"):
        right = sign if expr.name == "add" else -sign
        return [*_terms(expr.args[0], sign), *(term for arg in expr.args[1:] for term in _terms(arg, right))]
    return [(sign, expr)]
