"""Where each key of a file stands, and every syntax error of it at once.

`tomllib` gives the values but neither positions nor more than its first error; these come from tree-sitter.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from finmodel.case.guard import MAX_DEPTH, Text, check_depth
from finmodel.kernel.errors import LimitError, Problem

Keys = tuple[str, ...]
_PARSER = Parser(Language(tree_sitter_toml.language()))
_DATE = re.compile(r"\b(\d{1,2})[/.](\d{1,2})[/.](\d{4})\b")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key was written.

    Args:
        file: The file as the user named it; "--set" for the command line.
        line: From 1; 0 when there is no line.
        text: The line as typed.
        value: The value as typed; empty for a table.
    """

    file: str
    line: int
    text: str
    value: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True)
class Document:
    """A parsed file: its values, where each key stands, and the file's name for what stands nowhere."""

    tree: dict[str, Any] = field(default_factory=dict)
    places: dict[Keys, Place] = field(default_factory=dict)
    file: str = ""

    @property
    def top(self) -> Place:
        """The file itself, for a key that stands nowhere."""
        first = next(iter(self.places.values()), Place(self.file, 0, ""))
        return Place(first.file, 0, "")

    def place(self, keys: Keys) -> Place:
        """The place of a key, or of the first key below it, or of the nearest table around it."""
        if keys and keys not in self.places:
            below = [place for path, place in self.places.items() if path[: len(keys)] == keys]
            if below:
                return below[0]
        for length in range(len(keys), 0, -1):
            if keys[:length] in self.places:
                return self.places[keys[:length]]
        return self.top


def parse(text: Text, problems: list[Problem]) -> Document:
    """Read a file of TOML; its syntax errors and double keys are added to `problems`.

    Raises:
        LimitError: Nested deeper than 32 levels.
    """
    check_depth(text)
    index = _Index(text)
    root = _PARSER.parse(text.text.encode()).root_node
    try:
        tree = tomllib.loads(text.text)
        index.read(root)
        return Document(tree, index.places, text.name)
    except ValueError as error:  # a number of 5,000 digits is a plain ValueError
        index.read(root)
        found = {problem.line: problem for problem in [*_syntax(text, root), *index.doubles]}
        if not found:
            found[0] = _problem(text, _line_of(error), error)
        problems.extend(found[line] for line in sorted(found))
    return Document({}, index.places, text.name)


class _Index:
    """Walks the nodes of a file and notes the place of each key."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.places: dict[Keys, Place] = {}
        self.doubles: list[Problem] = []
        self.counts: dict[Keys, int] = {}
        self.headers: set[Keys] = set()

    def read(self, root: Node) -> None:
        """Note every pair and table of the file."""
        for node in root.named_children:
            if node.type == "pair":
                self.pair(node, ())
            elif node.type in ("table", "table_array_element"):
                self.table(node)

    def table(self, node: Node) -> None:
        """Note a table and its pairs."""
        key, *pairs = node.named_children
        path = self.resolved(_names(key))
        if node.type == "table_array_element":
            self.counts[path] = self.counts.get(path, -1) + 1
            path = (*path, str(self.counts[path]))
            self.places.setdefault(path[:-1], self.placed(node))
        elif path in self.headers or (path in self.places and self.places[path].value):
            self.double(path, node)
        self.headers.add(path)
        self.places.setdefault(path, self.placed(node))
        for pair in pairs:
            if pair.type == "pair":
                self.pair(pair, path)

    def pair(self, node: Node, above: Keys) -> None:
        """Note a pair and whatever stands inside its value."""
        parts = [child for child in node.named_children if child.type not in ("comment", "ERROR")]
        if len(parts) != 2:
            return
        path = above + _names(parts[0])
        for length in range(len(above) + 1, len(path)):
            self.places.setdefault(path[:length], self.placed(node))
        if path in self.places:
            self.double(path, node)
        self.places.setdefault(path, self.placed(node, _text(parts[1])))
        self.inside(parts[1], path)

    def inside(self, value: Node, path: Keys) -> None:
        """Note the keys of inline tables and the elements of lists."""
        if value.type == "inline_table":
            for child in value.named_children:
                if child.type == "pair":
                    self.pair(child, path)
        elif value.type == "array":
            elements = [child for child in value.named_children if child.type != "comment"]
            for number, child in enumerate(elements):
                self.places[(*path, str(number))] = self.placed(child, _text(child))
                self.inside(child, (*path, str(number)))

    def resolved(self, names: Keys) -> Keys:
        """A header below a list of tables means the last of them: [a.b] under [[a]] is a.0.b."""
        path: Keys = ()
        for name in names[:-1]:
            path += (name,)
            if path in self.counts:
                path += (str(self.counts[path]),)
        return path + names[-1:]

    def placed(self, node: Node, value: str = "") -> Place:
        """The place where a node starts."""
        line = node.start_point[0] + 1
        if len(value) > 200:
            value = value[:200]
        return Place(self.text.name, line, self.text.line(line), value)

    def double(self, path: Keys, node: Node) -> None:
        """Note a key that is given a second time."""
        line, first = node.start_point[0] + 1, self.places[path].line
        key = _short(".".join(path))
        wrong = f'"{_short(path[-1])}" is given twice: on lines {first} and {line}.'
        self.doubles.append(self.text.problem(line, wrong, "Remove one of the two.", key))


def _names(node: Node) -> Keys:
    """The parts of a bare, quoted or dotted key."""
    if node.type == "dotted_key":
        names: Keys = ()
        for child in node.named_children:
            names += _names(child)
        if len(names) > MAX_DEPTH:
            raise LimitError(f"line {node.start_point[0] + 1}: nested deeper than {MAX_DEPTH} levels")
        return names
    typed = _text(node)
    if typed[:1] == '"' and "\\" in typed:
        try:
            return (next(iter(tomllib.loads(f"{typed} = 0"))),)
        except ValueError:
            return (typed,)
    return (typed[1:-1] if typed[:1] in ("'", '"') else typed,)


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def _syntax(text: Text, root: Node) -> Iterator[Problem]:
    """A problem for each line that is not TOML by itself, and for each pair whose value is not."""
    for node in _faulty(root):
        first, last = (
            node.start_point[0] + 1,
            max(node.start_point[0], node.end_point[0] - (node.end_point[1] == 0)) + 1,
        )
        found = False
        for line in range(first, min(last, first + 200) + 1):
            typed = text.lines[line - 1]
            error = _error(typed) if "=" in typed or typed.strip().startswith("[") or not found else None
            if error:
                found = True
                yield _problem(text, line, error)
        error = None if found else _error("\n".join(text.lines[first - 1 : last]))
        if error:
            yield _problem(text, first, error)


def _faulty(node: Node) -> Iterator[Node]:
    """The outermost nodes that the grammar refuses, and the pairs with a value that `tomllib` refuses."""
    for child in node.children:
        if child.is_error or child.is_missing:
            yield child
        elif child.type == "pair":
            if child.has_error or _error(_text(child)):
                yield child
        elif child.has_error or child.type in ("table", "table_array_element"):
            yield from _faulty(child)


def _error(typed: str) -> ValueError | None:
    try:
        tomllib.loads(typed)
    except ValueError as error:
        return error
    return None


def _line_of(error: ValueError) -> int:
    found = re.search(r"at line (\d+)", str(error))
    return int(found[1]) if found else 0


def _problem(text: Text, line: int, error: ValueError) -> Problem:
    typed = text.line(line)
    reason = re.sub(r"\s*\(at [^)]*\)$", "", str(error))
    wrong, remedy = f"this is not TOML: {reason[:1].lower()}{reason[1:]}.", ""
    for pattern, what, hint in _HINTS:
        found = re.match(pattern, typed)
        if found:
            wrong, remedy = (
                what.format(*found.groups()),
                hint(found) if callable(hint) else hint.format(*found.groups()),
            )
            break
    key = re.match(r"([A-Za-z0-9_.-]+)\s*[=:]", typed)
    return text.problem(line, wrong, remedy, key[1] if key else "")


def _iso(found: re.Match[str]) -> str:
    date = _DATE.search(found[2])
    if not date:
        return "Dates are year-month-day, without quotes."
    one, two, year = int(date[1]), int(date[2]), date[3]
    ways = [f"{year}-{month:02d}-{day:02d}" for day, month in ((one, two), (two, one)) if month <= 12 and day <= 31]
    return f"Write {found[1]} = {' or '.join(dict.fromkeys(ways)) or '2027-01-31'} (year-month-day)."


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"


_KEY = r"([A-Za-z0-9_.-]+)\s*=\s*"
_HINTS: list[tuple[str, str, Any]] = [
    (r".*[\u201c\u201d\u2018\u2019]()", "the quotes are typographic.{0}", 'Write straight quotes: "…".'),
    (_KEY + r"(\[)[^\]]*$", "the list is not closed.{1:.0}", "Close it with ]."),
    (_KEY + r"(\d{1,2}[/.]\d{1,2}[/.]\d{4})", "{1} is not a date.", _iso),
    (_KEY + r"(\d{4}-\d{2}-\d{2})", "{1} is not a date of the calendar.", "Write {0} = 2027-01-31 (year-month-day)."),
    (_KEY + r"(True|TRUE|yes|Yes|on)\b", "{1} is not a value.", "Write {0} = true."),
    (_KEY + r"(False|FALSE|no|No|NO|off)\b", "{1} is not a value.", "Write {0} = false."),
    (
        _KEY + r"([+-]?(?:\d{100,}))",
        "the number has too many digits.{1:.0}",
        "Write a quantity with a unit, in quotes.",
    ),
    (_KEY + r"([^\"'\[{{#\s][^\"'#]*?)\s*(?:#.*)?$", "{1} has no quotes.", 'Write {0} = "{1}".'),
    (
        r"([A-Za-z0-9_-]+)\s*:\s*([^#]*?)\s*(?:#.*)?$",
        "a key and its value are joined by =, not by a colon.",
        "Write {0} = {1}",
    ),
    (
        r"\[+([^\]#]*?)\]*\s*(?:#.*)?$",
        "the table's name is not closed or not a name.{0:.0}",
        "Write a header such as [facility.jbic].",
    ),
    (r"([A-Za-z0-9_.-]+)\s*(?:#.*)?$", "{0} has no value.", 'Write {0} = "…".'),
]
