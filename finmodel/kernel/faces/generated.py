"""Generated code: the lines of a plan as one Python function, for one case (floats) or over a path axis (NumPy).

One loop over time per level. Only the lines that vary and are needed are computed; the rest come in as numbers.
The text is registered with linecache, so a traceback shows the model's own words, for as long as the function lives.
"""

from __future__ import annotations

import linecache
import math
import re
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any

import numpy as np

from finmodel.kernel.expr import SIDE_BY_SIDE, Const, Expr, Fold, Given, Op, Shift
from finmodel.kernel.faces import fold_values
from finmodel.kernel.faces.function import Kernel, NotFinite, Value, Values, check_finite
from finmodel.kernel.faces.watch import watched
from finmodel.kernel.model import Line, Model, walk
from finmodel.kernel.operators import OPERATORS, month_of, ratio
from finmodel.kernel.order import NOW, Plan, late, varying

SUMS = ("add", "sub")
COMPARISONS = {"lt": "<", "le": "<=", "eq": "=="}
TOTAL, TERMS = "TOTAL_OF_LINES", 50
_serial = count()
_ROW = re.compile(r"\bROW_\w+")


def _ratio_paths(above: Any, below: Any, default: Any, tol: float) -> Any:
    far = np.abs(below) > tol
    if far.all():
        return above / below
    return np.where(far, above / np.where(far, below, 1.0), default)


SCALAR_NAMES: Mapping[str, Any] = {"ratio": ratio, "month_of": month_of, "pow_": math.pow, "nan": math.nan}
PATH_NAMES: Mapping[str, Any] = {
    "ratio": _ratio_paths,
    "power": np.power,
    "minimum": np.minimum,
    "maximum": np.maximum,
    "where": np.where,
    "empty": np.empty,
    "zeros": np.zeros,
    "nan": math.nan,
    "month_of": np.vectorize(month_of, otypes=[float]),
}


def mangle(id: str) -> str:
    """An id as a Python name; no two ids share one, and none is a word of Python or of the generated code."""
    return id.replace("-", "___").replace(".", "__") + ("" if "." in id else "_")


def compile_kernel(
    model: Model, plan: Plan, outputs: Sequence[str], vary: Iterable[str] | None, *, paths: bool
) -> Kernel:
    """Generate and compile the code that computes `outputs` when the inputs `vary` change; None means all inputs.

    Raises:
        ModelError: An output is not a line.
    """
    for id in outputs:
        model.find(id)
    return Generator(model, plan, outputs, vary, paths).kernel()


def face(outputs: Sequence[str], given: Sequence[str], fixed: Sequence[str], source: str) -> Kernel:
    """A kernel over a path axis from its text, as another process sent it."""
    return Kernel(tuple(outputs), tuple(given), tuple(fixed), _compiled(source, True), source)


def _input(id: str, index: int) -> str:
    return f"IN{index}_{re.sub(r'[^a-zA-Z0-9]', '_', id)}"


@lru_cache(maxsize=32)
def _compiled(source: str, paths: bool) -> Callable[..., tuple[Value, ...]]:
    """The function of a kernel's text; a deal that is run again with other numbers has the same text."""
    file = f"<finmodel {'paths' if paths else 'scalar'} {next(_serial)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    names: dict[str, Any] = dict(PATH_NAMES if paths else SCALAR_NAMES)
    names.update({f"fold_{name}": fold for name, fold in (fold_values.PATHS if paths else fold_values.SCALAR).items()})
    exec(compile(source, file, "exec"), names)  # the text is made here, from the operator table alone
    kernel: Callable[..., tuple[Value, ...]] = names.pop("kernel")  # not in its own names: it goes with its last user
    weakref.finalize(kernel, linecache.cache.pop, file, None).atexit = False
    return kernel


class Generator:
    """Writes the text of one kernel; the numba face builds on it."""

    def __init__(
        self, model: Model, plan: Plan, outputs: Sequence[str], vary: Iterable[str] | None, paths: bool
    ) -> None:
        self.plan, self.outputs, self.paths = plan, tuple(outputs), paths
        self.periods = model.timeline.count
        self.moved = None if vary is None else set(vary)
        needed, changing = plan.precedents(self.outputs), varying(plan, self.moved)
        self.lines = [line for line in plan.order if line.id in needed and line.id in changing]
        self.own = {line.id for line in self.lines}
        self.level = late(plan, self.lines)
        self.given: dict[str, int] = {}
        self.fixed: dict[str, int] = {}
        self.carried: dict[str, tuple[Shift, str]] = {}
        self.folded: dict[str, str] = {}
        self.begun, self.sums = list[str](), 0
        self.stored = self._stored(model)
        self.watched = watched(self.lines, set(self.outputs) if vary is None and not paths else ())

    def kernel(self) -> Kernel:
        """The text of all levels, between the reading of inputs and the return of outputs."""
        levels = [self._level(level, lines) for level, lines in self._levels().items()]
        results = [self._row(id) if id in self.stored else self._single(id) for id in self.outputs]
        head = [f"    {_input(id, i)} = given[{i}]" for id, i in self.given.items()]
        head += [f"    {mangle(id)} = fixed[{i}]" for id, i in self.fixed.items()]
        body = [row for level in self._with_rows(levels, set(results)) for row in level]
        tail = "    return (" + "".join(f"{result}, " for result in results) + f"{TOTAL}, )"
        start = f"    {TOTAL} = zeros(paths)" if self.paths else f"    {TOTAL} = 0.0"
        source = "\n".join(["def kernel(given, fixed, paths):", *head, start, *body, tail, ""])
        return Kernel(self.outputs, tuple(self.given), tuple(self.fixed), _compiled(source, self.paths), source)

    def _with_rows(self, levels: list[list[str]], kept: set[str]) -> list[list[str]]:
        """Levels with their rows: each is made before the first level that names it and let go after the last one."""
        empty = f"empty(({self.periods}, paths))" if self.paths else f"[0.0] * {self.periods}"
        rows = {self._row(id) for id in self.stored}
        named = [rows & set(_ROW.findall("\n".join(level))) for level in levels]
        seen: set[str] = set()
        for number, names in enumerate(named):
            later = set().union(*named[number + 1 :]) | kept
            levels[number][1:1] = [f"    {name} = {empty}" for name in sorted(names - seen)]
            levels[number] += [f"    del {name}" for name in sorted(names - later)]
            seen |= names
        return levels

    def _stored(self, model: Model) -> set[str]:
        """Series lines that must be kept whole: outputs, rows read by folds, deep lags, other levels."""
        stored = {id for id in self.outputs if id in self.own and model.lines[id].series}
        for line in self.lines:
            for node in walk(line.expr):
                if isinstance(node, Fold):
                    stored.update(row.id for row in node.lines if row.id in self.own)
                target = node.line if isinstance(node, Shift) else node
                if isinstance(target, Line) and target.series and target.id in self.own:
                    deep = isinstance(node, Shift) and abs(node.back) > 1
                    if deep or self._level_of(target) != self._level_of(line):
                        stored.add(target.id)
        return stored

    def _level_of(self, line: Line) -> int:
        return self.level[line.id]

    def _levels(self) -> dict[int, list[Line]]:
        groups: dict[int, list[Line]] = {}
        for line in self.lines:
            groups.setdefault(self._level_of(line), []).append(line)
        return dict(sorted(groups.items()))

    def _level(self, level: int, lines: list[Line]) -> list[str]:
        """Single numbers first, then what the loop starts from, then one loop over time."""
        self.carried, self.folded = {}, {}
        rows = [f"    # level {level}: {'backward' if level % 2 else 'forward'}"]
        for line in lines:
            if not line.series:
                rows += self._statement(line, "    ")
        rows += self._sums([line for line in lines if not line.series], "    ")
        loop: list[str] = []
        for line in (line for line in lines if line.series):
            loop += self._statement(line, "        ")
            if line.id in self.stored:
                loop.append(f"        {self._row(line.id)}[t] = {mangle(line.id)}")
        if not loop:
            return rows
        loop += self._sums([line for line in lines if line.series], "        ")
        rows += [f"    {name} = {call}" for call, name in self.folded.items()]
        for name, (shift, init) in self.carried.items():
            rows.append(f"    {name} = {init}")
            loop.append(f"        {name} = {mangle(shift.line.id)}")
        span = f"{self.periods} - 1, -1, -1" if level % 2 else f"{self.periods}"
        return [*rows, f"    for t in range({span}):", *loop]

    def _sums(self, lines: Sequence[Line], indent: str) -> list[str]:
        """Statements that add lines to the sum that is finite as long as each of them is."""
        names = [mangle(line.id) for line in lines if line.id in self.watched]
        size = 1 if self.paths else TERMS  # over paths each is added in place; of a case, some at once
        return [f"{indent}{TOTAL} += {' + '.join(names[at : at + size])}" for at in range(0, len(names), size)]

    def _text(self, node: Expr | None, line: Line) -> str:
        if isinstance(node, Const):
            return repr(node.value)
        if isinstance(node, Given):
            return _input(node.id, self.given.setdefault(node.id, len(self.given))) + ("[t]" if node.series else "")
        if isinstance(node, Line):
            return self._line_text(node, line)
        if isinstance(node, Shift):
            return self._shift_text(node, line) if node.back else self._line_text(node.line, line)
        if isinstance(node, Fold):
            return self._fold_text(node, line)
        assert isinstance(node, Op)
        return self._op_text(node, line)

    def _line_text(self, node: Line, line: Line) -> str:
        if not node.series:
            return self._single(node.id)
        if node.id not in self.own or self._level_of(node) != self._level_of(line):
            return f"{self._row(node.id)}[t]"
        return mangle(node.id)

    def _single(self, id: str) -> str:
        """The name of a single number, or of a fixed row."""
        if id not in self.own:
            self.fixed.setdefault(id, len(self.fixed))
        return mangle(id)

    def _row(self, id: str) -> str:
        """The name of a whole row."""
        return f"ROW_{mangle(id)}" if id in self.own else self._single(id)

    def _fold_text(self, node: Fold, line: Line) -> str:
        """A fold is one number: a loop computes it before its first period."""
        arguments = [self._row(row.id) for row in node.lines] + [self._text(arg, line) for arg in node.args]
        call = f"fold_{node.name}({', '.join(arguments)})"
        return self.folded.setdefault(call, f"FOLD_{len(self.folded)}") if line.series else call

    def _shift_text(self, node: Shift, line: Line) -> str:
        target, back = node.line, node.back
        init = self._text(node.init, line)
        if target.id in self.own and abs(back) == 1 and self._level_of(target) == self._level_of(line):
            for name, (known, start) in self.carried.items():
                if known.line is target and known.back == back and start == init:
                    return name
            name = f"{mangle(target.id)}__{'PREV' if back > 0 else 'NEXT'}{len(self.carried)}"
            self.carried[name] = (node, init)
            return name
        row = self._row(target.id)
        if back > 0:
            return f"({row}[t - {back}] if t >= {back} else {init})"
        return f"({row}[t + {-back}] if t < {self.periods + back} else {init})"

    def _statement(self, line: Line, indent: str) -> list[str]:
        """What computes a line: the beginnings of long sums that it reads, then the line."""
        own = f"{mangle(line.id)} = {self._text(line.expr, line)}"
        begun, self.begun = self.begun, []
        return [f"{indent}{row}" for row in (*begun, own)]

    def _parts_of(self, node: Op, line: Line) -> list[str]:
        """Texts of the arguments; a sum runs from left to right, the beginning of a long one in a row of its own."""
        first, parts = node.args[0], [self._text(arg, line) for arg in node.args]
        if node.name in SUMS and isinstance(first, Op) and first.name in SUMS:
            parts[0] = parts[0][1:-1]
            if len(first.args) >= SIDE_BY_SIDE:
                self.begun.append(f"SUM_{self.sums} = {parts[0]}")
                parts[0], self.sums = f"SUM_{self.sums}", self.sums + 1
        return parts

    def _op_text(self, node: Op, line: Line) -> str:
        operator = OPERATORS[node.name]
        parts = self._parts_of(node, line)
        if node.name in ("where", "shown"):
            flag = 0 if node.name == "where" else 1
            parts[flag] = self._condition(node.args[flag], line)
            if self.paths and not self._moves(node.args[flag]):
                return OPERATORS[node.name].python(parts)
        return (operator.numpy if self.paths else operator.python)(parts)

    def _condition(self, node: Expr, line: Line) -> str:
        """A comparison inside `where` needs no detour through 0 and 1."""
        if isinstance(node, Op) and node.name in COMPARISONS:
            left, right = (self._text(arg, line) for arg in node.args)
            return f"({left} {COMPARISONS[node.name]} {right})"
        return self._text(node, line)

    def _moves(self, node: Expr) -> bool:
        """Whether a formula may have a path axis."""
        for part in walk(node):
            if isinstance(part, Given) and (self.moved is None or part.id in self.moved):
                return True
            if isinstance(part, Line) and part.id in self.own:
                return True
            if isinstance(part, Shift) and part.line.id in self.own:
                return True
            if isinstance(part, Fold) and any(row.id in self.own for row in part.lines):
                return True
        return False


__all__ = ["NOW", "Kernel", "NotFinite", "Value", "Values", "check_finite", "compile_kernel", "varying"]
