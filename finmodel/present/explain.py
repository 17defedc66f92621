"""Why a number is what it is: its formula, and what each line and input in it is worth, down to the file and line.

JBIC: Interest on the opening balance, 2028H2
facility.jbic.interest       1,312,500.0000  USD     = facility.jbic.loan.opening * facility.jbic.rate * time.years
facility.jbic.loan.opening  52,500,000.0000  USD     JBIC: Loan outstanding, opening
facility.jbic.rate                   0.0500  1/year  case.toml:10   (source: term sheet of 2026-03)
time.years                           0.5000  year    Length of the period
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from finmodel.kernel.errors import UsageError
from finmodel.kernel.expr import Const, Expr, Fold, Given, Op, Shift, text
from finmodel.kernel.faces.fold_values import SCALAR
from finmodel.kernel.model import Line
from finmodel.kernel.operators import OPERATORS
from finmodel.kernel.units import DATE, RATIO
from finmodel.present.numbers import clean, exact
from finmodel.run.results import Results


@dataclass(frozen=True, eq=False)
class _Whole:
    """The whole row of a line, as a fold reads it."""

    line: Line


@dataclass(frozen=True)
class Row:
    """One row of an explanation: what, how much, in which unit, and where it comes from."""

    name: str
    value: str
    unit: str
    text: str


def explain(result: Results, line_id: str, period: str | None = None) -> str:
    """Explain one number of a run.

    Args:
        line_id: A line, a named result such as "dscr_min", or an input.
        period: Label such as "2028H2"; a single number needs none.

    Raises:
        UsageError: No such line (names the nearest) or period (names the first and the last).
    """
    labels = result.model.timeline.labels
    found = _find(result, line_id)
    if period is not None and period not in labels:
        raise UsageError(f'"{clean(period)[:40]}" is not a period: they run from {labels[0]} to {labels[-1]}')
    if period is None and found.series:
        raise UsageError(f"{line_id} has a value in each period: name one, from {labels[0]} to {labels[-1]}")
    at = 0 if period is None else labels.index(period)
    heading = clean(found.label) + (f", {labels[at]}" if found.series else "")
    return f"{heading}\n{_aligned(list(_rows(result, found, at)))}"


def _find(result: Results, id: str) -> Line | Given:
    model = result.model
    if id in model.metrics:
        return model.metrics[id].line
    if id in model.lines and id in result.values:
        return model.lines[id]
    givens = model.givens()
    if id in givens:
        return givens[id]
    if id in model.lines:
        raise UsageError(f"{id} was not asked for in this run")
    near = difflib.get_close_matches(id[:120], [*model.lines, *model.metrics, *givens], n=1, cutoff=0.5)
    hint = f'. Did you mean "{near[0]}"?' if near else "; `finmodel lines` lists them"
    raise UsageError(f'there is no line "{clean(id)[:80]}"{hint}')


def _rows(result: Results, found: Line | Given, at: int) -> Iterator[Row]:
    if isinstance(found, Given):
        yield _input(result, found, at)
        return
    formula = found.expr if found.expr is not None else Const(0)
    yield _line(result, found, at, f"= {text(formula)}")
    seen = set()
    for node in _reads(formula):
        row = _row(result, node, at)
        if row.name not in seen:
            seen.add(row.name)
            yield row


def _reads(node: Expr) -> Iterator[Line | Given | Shift | _Whole]:
    """Lines and inputs of a formula, in the order in which it names them."""
    if isinstance(node, Line | Given | Shift):
        yield node
    else:
        if isinstance(node, Fold):
            yield from map(_Whole, node.lines)
        for arg in node.args:
            yield from _reads(arg)


def _row(result: Results, node: Line | Given | Shift | _Whole, at: int) -> Row:
    if isinstance(node, Given):
        return _input(result, node, at)
    if isinstance(node, Line):
        # a line that only shows an input ends at the file, like the input itself
        return _line(result, node, at, _origin(node.expr) if isinstance(node.expr, Given) else clean(node.label))
    if isinstance(node, Shift):
        return _shifted(result, node, at)
    return _whole(result, node.line)


def _line(result: Results, line: Line, at: int, words: str) -> Row:
    value = result.values[line.id][at] if line.series else result.values[line.id]
    return _of(line.id, value, line, words)


def _shifted(result: Results, node: Shift, at: int) -> Row:
    """The value of another period; beyond the timeline, what stands in for it."""
    line, there, labels = node.line, at - node.back, result.model.timeline.labels
    if 0 <= there < len(labels):
        return _line_at(result, line, there, labels[there])
    edge = f"before {labels[0]}" if there < 0 else f"after {labels[-1]}"
    source = "" if isinstance(node.init, Const) else f" = {text(node.init)}"
    return _of(f"{line.id} {edge}", _single(result, node.init), line, f"{clean(line.label)}{source}")


def _line_at(result: Results, line: Line, there: int, label: str) -> Row:
    return _of(f"{line.id} {label}", result.values[line.id][there], line, clean(line.label))


def _whole(result: Results, line: Line) -> Row:
    """A row that is read as a whole: its total, which dates do not have."""
    total = math.nan if line.unit == DATE else math.fsum(result.values[line.id])
    words = f"{clean(line.label)}, total of {result.model.timeline.count} periods"
    return _of(f"{line.id} (all)", total, line, words)


def _single(result: Results, node: Expr) -> float:
    """The value of a formula of constants, inputs and single numbers."""
    if isinstance(node, Const):
        return node.value
    if isinstance(node, Given):
        return float(result.given[node.id])
    if isinstance(node, Line):
        return float(result.values[node.id])
    args = [_single(result, arg) for arg in node.args]
    if isinstance(node, Fold):
        return SCALAR[node.name](*(result.values[row.id] for row in node.lines), *args)
    assert isinstance(node, Op)
    return OPERATORS[node.name].meaning(*args)


def _input(result: Results, given: Given, at: int) -> Row:
    value: Any = result.given[given.id]
    return _of(given.id, value[at] if given.series else value, given, _origin(given))


def _origin(given: Given) -> str:
    """Where an input was written, and its source."""
    if given.where in ("", given.source):
        return f"{clean(given.label)} ({given.where or 'input'})"
    return f"{given.where}   ({'source: ' + clean(given.source) if given.source else 'no source'})"


def _of(name: str, value: float, of: Line | Given, words: str) -> Row:
    return Row(name, exact(float(value), str(of.unit)), "" if of.unit == RATIO else str(of.unit), words)


def _aligned(rows: list[Row]) -> str:
    name, value, unit = (max(len(getattr(row, part)) for row in rows) for part in ("name", "value", "unit"))
    gap = "  " if unit else ""
    return "\n".join(
        f"{row.name:<{name}}  {row.value:>{value}}{gap}{row.unit:<{unit}}  {row.text}".rstrip() for row in rows
    )
