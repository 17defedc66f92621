"""Single-token faults that could be put into a file: each site once, found by the syntax tree.

The kinds are those that a slip of the hand makes in a model: a sign, a factor for a divisor, the lesser for the greater
of two, a bound that includes its value, "and" for "or", 0 for 1, opening for closing, a flag the wrong way round, a lag
left out, the two arms of a choice exchanged. Annotations and decorators are left alone: they compute nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

OPERATORS = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
}
COMPARISONS = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
}
NAMES = {"lo": "hi", "hi": "lo", "opening": "closing", "closing": "opening", "lowest": "highest", "highest": "lowest"}
DROPPED = ("prev", "next")
STILL = ("annotation", "returns", "decorator_list", "type_params")


@dataclass(frozen=True)
class Fault:
    """One fault: a file, a place in its text, what stands there and what is put in its place."""

    path: Path
    line: int
    start: int
    end: int
    old: str
    new: str

    @property
    def told(self) -> str:
        """The place and the change, on one line."""
        return f"{self.path.as_posix()}:{self.line}: {self.old!r} → {self.new!r}"

    def quoted(self, text: str) -> str:
        """The file's name, the line as it reads, and the change: the same wherever file and line move to."""
        return f"{self.path.name}: {text.splitlines()[self.line - 1].strip()}: {self.old!r} → {self.new!r}"

    def plant(self, text: str) -> str:
        """The text of the file with the fault in it."""
        assert text[self.start : self.end] == self.old
        return text[: self.start] + self.new + text[self.end :]


def sites(path: Path, text: str) -> list[Fault]:
    """Every fault that could be put into a file, in the order of its text."""
    offsets = [0]
    for row in text.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(row))
    finder = _Finder(path, text, offsets)
    found = [fault for node in _running(ast.parse(text)) for fault in finder.of(node)]
    return sorted(found, key=lambda fault: (fault.start, fault.new))


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it that runs: no annotation, and nothing that decorates a record."""
    yield node
    for name, value in ast.iter_fields(node):
        if name not in STILL:
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _running(child)


def statements(text: str) -> int:
    """How many statements a file has, docstrings apart."""
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]
    return sum(not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)) for node in nodes)


def chosen(root: Path, folders: list[str], count: int, seed: int) -> list[Fault]:
    """Faults over all files of some folders, in proportion to their statements; the same for a seed and a source."""
    rng = Random(seed)
    files = sorted(path for folder in folders for path in (root / folder).rglob("*.py"))
    texts = {path: path.read_text(encoding="utf-8") for path in files}
    known = {path: sites(path.relative_to(root), text) for path, text in texts.items()}
    files = [path for path in files if known[path]]
    weights = [statements(texts[path]) for path in files]
    found: dict[tuple[Path, int, str], Fault] = {}
    while len(found) < count:
        fault = rng.choice(known[rng.choices(files, weights)[0]])
        found[(fault.path, fault.start, fault.new)] = fault
    return list(found.values())


class _Finder:
    """Finds the token of each node in the text."""

    def __init__(self, path: Path, text: str, offsets: list[int]) -> None:
        self.path, self.text, self.offsets = path, text, offsets
        self.lines = text.splitlines(keepends=True)

    def of(self, node: ast.AST) -> Iterator[Fault]:
        """The faults of one node."""
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            yield from self._between(node.left, node.right, *OPERATORS[type(node.op)])
        elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARISONS:
            yield from self._between(node.left, node.comparators[0], *COMPARISONS[type(node.ops[0])])
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert | ast.USub):
            yield self._made(node, self._at(node), self._at(node.operand), "")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NAMES:
            yield self._made(node, self._at(node.func), self._end(node.func), NAMES[node.func.id])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "where":
            yield from self._exchanged(node)
        elif isinstance(node, ast.Attribute) and node.attr in (*NAMES, *DROPPED):
            start = self._end(node.value)
            yield self._made(node, start, self._end(node), f".{NAMES[node.attr]}" if node.attr in NAMES else "")
        elif isinstance(node, ast.Constant) and type(node.value) is int and node.value in (0, 1):
            yield self._made(node, self._at(node), self._end(node), str(1 - node.value))
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield self._made(node, self._at(node), self._end(node), str(not node.value))

    def _exchanged(self, node: ast.Call) -> Iterator[Fault]:
        if len(node.args) == 3:
            start, end = self._at(node.args[1]), self._end(node.args[2])
            one = self.text[start : self._end(node.args[1])]
            two = self.text[self._at(node.args[2]) : end]
            if one != two:
                yield self._made(node, start, end, f"{two}, {one}")

    def _between(self, left: ast.expr, right: ast.expr, old: str, new: str) -> Iterator[Fault]:
        start, end = self._end(left), self._at(right)
        at = self.text.find(old, start, end)
        if at >= 0:
            yield self._made(left, at, at + len(old), new)

    def _made(self, node: ast.AST, start: int, end: int, new: str) -> Fault:
        line = self.text.count("\n", 0, start) + 1
        return Fault(self.path, line, start, end, self.text[start:end], new)

    def _at(self, node: ast.expr) -> int:
        return self._offset(node.lineno, node.col_offset)

    def _end(self, node: ast.expr) -> int:
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self._offset(node.end_lineno, node.end_col_offset)

    def _offset(self, line: int, column: int) -> int:
        """Columns of the syntax tree count bytes; those of a text count letters."""
        return self.offsets[line - 1] + len(self.lines[line - 1].encode()[:column].decode())
