"""The numba face: the same lines as one compiled loop over paths, about six times as fast as NumPy; an extra.

The text is the one of the scalar face, with functions in place of Python's own if, min and max, so that it compiles to
straight code. Lines that need a rate of return stay with NumPy, whose solver works on all paths at once. Compiled code
is kept in the user's cache folder, under the hash of its text.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from finmodel.kernel.errors import UsageError
from finmodel.kernel.expr import Expr, Fold, Op
from finmodel.kernel.faces.fold_values import SOLVED
from finmodel.kernel.faces.function import Unchecked
from finmodel.kernel.faces.generated import TOTAL, Generator, Values, _input, check_finite, face
from finmodel.kernel.faces.watch import watched
from finmodel.kernel.model import Line, Model, walk
from finmodel.kernel.operators import OPERATORS
from finmodel.kernel.order import Plan

_HEAD = """from numba import njit
from finmodel.kernel.faces.compiled_words import *

@njit("void(f8[::1],f8[:,::1],f8[:,:,::1],f8[:,::1],f8[:,:,::1],f8[:,::1],f8[:,::1],i8)", cache=True, nogil=True,
      error_model="numpy")
def kernel(S, R, V, W, O, Q, B, paths):"""


class TailText(NamedTuple):
    """What stays with NumPy: its outputs, the inputs and the lines that it reads, and its text."""

    outputs: tuple[str, ...]
    given: tuple[str, ...]
    fixed: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class FastText:
    """Compiled code as text: what it reads, in order, and the text of the part that stays with NumPy.

    Args:
        singles: Ids of inputs and lines that are one number.
        rows: Ids of those that are rows.
        drawn_rows: Inputs with a row for each path.
        drawn_singles: Inputs with a number for each path.
        out_rows: Lines that come out as rows.
        out_singles: Lines that come out as numbers.
        scratch: Rows that a path needs while it is computed.
        periods: Number of periods.
        source: The loop over paths.
        tail: What stays with NumPy.
        outputs: In the order in which they were asked for.
    """

    singles: tuple[str, ...]
    rows: tuple[str, ...]
    drawn_rows: tuple[str, ...]
    drawn_singles: tuple[str, ...]
    out_rows: tuple[str, ...]
    out_singles: tuple[str, ...]
    scratch: int
    periods: int
    source: str
    tail: TailText
    outputs: tuple[str, ...]

    @property
    def compiled(self) -> bool:
        """Whether the cache holds the code, so that nobody has to compile it."""
        path = _file(self.source)
        return any(path.parent.glob(f"__pycache__/{path.stem}.*.nbi"))

    def kernel(self) -> FastKernel:
        """The code, compiled in this process or taken from the cache."""
        return FastKernel(self, _loaded(self.source))

    @property
    def given(self) -> tuple[str, ...]:
        """Inputs that it reads."""
        inputs = [id for id in (*self.singles, *self.rows) if not id.startswith("line ")]
        return tuple(dict.fromkeys([*inputs, *self.drawn_rows, *self.drawn_singles, *self.tail.given]))

    @property
    def fixed(self) -> tuple[str, ...]:
        """Lines that do not vary, which it reads."""
        lines = [id.removeprefix("line ") for id in (*self.singles, *self.rows) if id.startswith("line ")]
        own = {*self.out_rows, *self.out_singles}
        return tuple(dict.fromkeys([*lines, *(id for id in self.tail.fixed if id not in own)]))


class FastKernel:
    """A compiled function with the manners of a kernel."""

    def __init__(self, text: FastText, function: Any) -> None:
        self.text, self.function = text, function
        self.tail = face(*text.tail)

    def run(self, given: Mapping[str, Any], fixed: Mapping[str, Any], paths: int) -> Values:
        """Compute the outputs from inputs by id and from fixed lines by id.

        Args:
            given: Input id → number, row (periods,) or array (periods, paths).
            fixed: Line id → values that do not move.
            paths: Number of paths.

        Raises:
            NotFinite: A line that no output shows is no finite number.
        """
        values, total = self.unchecked(given, fixed, paths)
        check_finite(total)
        return values

    def unchecked(self, given: Mapping[str, Any], fixed: Mapping[str, Any], paths: int) -> Unchecked:
        """The outputs, and the sum of each path that is finite as long as every line is.

        Args:
            given: As for `run`.
            fixed: As for `run`.
            paths: As for `run`.
        """
        text = self.text
        known = {**given, **{f"line {id}": value for id, value in fixed.items()}}
        out = np.empty((len(text.out_rows), text.periods, paths))
        single = np.empty((len(text.out_singles) + 1, paths))
        self.function(
            np.array([known[id] for id in text.singles], dtype=float),
            _stacked([known[id] for id in text.rows], (text.periods,)),
            _stacked([given[id] for id in text.drawn_rows], (text.periods, paths)),
            _stacked([given[id] for id in text.drawn_singles], (paths,)),
            out,
            single,
            np.empty((text.scratch, text.periods)),
            paths,
        )
        values: Values = dict(zip(text.out_rows, out, strict=True)) | dict(zip(text.out_singles, single, strict=False))
        last, total = self.tail.unchecked(given, {**fixed, **values}, paths)
        values |= last
        shown = {id: values[id] if id in values else fixed[id] for id in text.outputs}
        return Unchecked(shown, single[-1] + total)


def _stacked(rows: Sequence[Any], shape: tuple[int, ...]) -> NDArray[np.float64]:
    return np.ascontiguousarray(np.array(rows, dtype=float).reshape(len(rows), *shape))


def fast_text(model: Model, plan: Plan, outputs: Sequence[str], vary: Iterable[str]) -> FastText:
    """Write the compiled face of the lines that `outputs` need when the inputs `vary` change.

    Raises:
        UsageError: numba is not installed.
    """
    if importlib.util.find_spec("numba") is None:
        raise UsageError('the fast face needs numba: pip install "finmodel[fast]"')
    moved = list(vary)
    whole = Generator(model, plan, outputs, moved, True)
    tail_lines = _downstream(whole.lines)
    heads = [line for line in whole.lines if line.id not in tail_lines]
    tail_reads = {target.id for line in whole.lines if line.id in tail_lines for target, _ in plan.edges[line.id]} & {
        line.id for line in heads
    }
    wanted = [id for id in dict.fromkeys([*outputs, *sorted(tail_reads)]) if id in {line.id for line in heads}]
    tail = _Tail(model, plan, [id for id in outputs if id not in set(wanted)], moved, tail_lines)
    made = tail.kernel()
    parts = TailText(made.outputs, made.given, made.fixed, made.source)
    return _Loop(model, plan, wanted, moved).text(tuple(outputs), parts)


def _downstream(lines: Sequence[Line]) -> set[str]:
    """Lines that need a rate of return, themselves or through others."""
    found: set[str] = set()
    for line in lines:  # in order of computing: what a line reads stands before it, but for its own past
        nodes = list(walk(line.expr))
        reads = {target.id for node in nodes for target in _targets(node)}
        if reads & found or any(isinstance(node, Fold) and node.name in SOLVED for node in nodes):
            found.add(line.id)
    return found


def _targets(node: Expr) -> Sequence[Line]:
    if isinstance(node, Fold):
        return node.lines
    line = node if isinstance(node, Line) else getattr(node, "line", None)
    return [line] if isinstance(line, Line) else []


class _Tail(Generator):
    """The lines that stay with NumPy; those of the compiled loop come in with a path axis."""

    def __init__(self, model: Model, plan: Plan, outputs: Sequence[str], vary: Sequence[str], own: set[str]) -> None:
        super().__init__(model, plan, outputs, vary, True)
        self.lines = [line for line in self.lines if line.id in own]
        self.own = {line.id for line in self.lines}
        self.stored = self._stored(model)
        self.watched = watched(self.lines, ())

    def _moves(self, node: Expr) -> bool:
        return True


class _Loop(Generator):
    """Writes the loop over paths."""

    def __init__(self, model: Model, plan: Plan, outputs: Sequence[str], vary: Sequence[str]) -> None:
        super().__init__(model, plan, outputs, vary, False)
        self.model, self.watched = model, watched(self.lines, ())

    def text(self, outputs: tuple[str, ...], tail: TailText) -> FastText:
        """The whole text, and what it reads in which order."""
        levels = [row for level, own in self._levels().items() for row in self._level(level, own)]
        stored = sorted(self.stored)
        series = {id: given.series for id, given in self.model.givens().items() if id in self.given}
        moved = self.moved or set()
        singles = [id for id in self.given if id not in moved and not series[id]]
        rows = [id for id in self.given if id not in moved and series[id]]
        drawn = [[id for id in self.given if id in moved and series[id] is kind] for kind in (True, False)]
        lines = [[id for id in self.fixed if self.model.lines[id].series is kind] for kind in (False, True)]
        names = {id: _input(id, index) for id, index in self.given.items()}
        head = [f"    {names[id]} = S[{i}]" for i, id in enumerate(singles)]
        head += [f"    {self._single(id)} = S[{len(singles) + i}]" for i, id in enumerate(lines[0])]
        head += [f"    {names[id]} = R[{i}]" for i, id in enumerate(rows)]
        head += [f"    {self._single(id)} = R[{len(rows) + i}]" for i, id in enumerate(lines[1])]
        head += [f"    {self._row(id)} = B[{i}]" for i, id in enumerate(stored)]
        head += [f"    {names[id]} = B[{len(stored) + i}]" for i, id in enumerate(drawn[0])]
        body = [f"    {TOTAL} = 0.0", *(f"    {names[id]} = W[{i}, p]" for i, id in enumerate(drawn[1]))]
        body += [f"    for t in range({self.periods}):"] if drawn[0] else []
        body += [f"        {names[id]}[t] = V[{i}, t, p]" for i, id in enumerate(drawn[0])]
        out_rows = [id for id in self.outputs if self.model.lines[id].series]
        out_singles = [id for id in self.outputs if not self.model.lines[id].series]
        body += levels + ([f"    for t in range({self.periods}):"] if out_rows else [])
        body += [f"        O[{i}, t, p] = {self._row(id)}[t]" for i, id in enumerate(out_rows)]
        body += [f"    Q[{i}, p] = {self._single(id)}" for i, id in enumerate(out_singles)]
        body += [f"    Q[{len(out_singles)}, p] = {TOTAL}"]
        source = "\n".join([_HEAD, *head, "    for p in range(paths):", *(f"    {row}" for row in body), ""])
        return FastText(
            singles=(*singles, *(f"line {id}" for id in lines[0])),
            rows=(*rows, *(f"line {id}" for id in lines[1])),
            drawn_rows=tuple(drawn[0]),
            drawn_singles=tuple(drawn[1]),
            out_rows=tuple(out_rows),
            out_singles=tuple(out_singles),
            scratch=len(stored) + len(drawn[0]),
            periods=self.periods,
            source=source,
            tail=tail,
            outputs=outputs,
        )

    def _op_text(self, node: Op, line: Line) -> str:
        return OPERATORS[node.name].numpy(self._parts_of(node, line))

    def _fold_text(self, node: Fold, line: Line) -> str:
        arguments = [self._row(row.id) for row in node.lines] + [self._text(arg, line) for arg in node.args]
        call = f"fold_{node.name}_{len(node.lines)}({', '.join(arguments)})"
        return self.folded.setdefault(call, f"FOLD_{len(self.folded)}") if line.series else call


@lru_cache(maxsize=8)
def _loaded(source: str) -> Any:
    """The compiled function of a text, from a file of that text in the user's cache folder."""
    path = _file(source)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != source:
        _written(path, source)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # numba looks its function's module up while it loads it
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[path.stem]
    return module.kernel


def _file(source: str) -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("finmodel") / "fast" / f"finmodel_{sha256(source.encode()).hexdigest()[:24]}.py"


def _written(path: Path, source: str) -> None:
    """A whole file or none; two processes may write the same text at once."""
    temporary = path.with_name(f"{path.stem}.{id(source)}.tmp")
    temporary.write_text(source, encoding="utf-8")
    temporary.replace(path)
