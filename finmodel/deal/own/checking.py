"""Whether a class is a clause as it should be: its name, version, keys and parties, each told at its line."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from finmodel.case.describe import keys
from finmodel.case.language import OwnKeys
from finmodel.case.table import Table
from finmodel.deal.own.clause import Clause
from finmodel.deal.own.declared import Origin, Party
from finmodel.deal.own.face import OPERATING
from finmodel.deal.own.mistakes import REMEDY, mistake, said
from finmodel.deal.schema import CaseTables
from finmodel.kernel.errors import CaseError

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
UNITLESS = ("number", "value")
"""Kinds of keys that a clause may not have: they say no unit."""
_KEY = 'Write rate: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Royalty rate")].'


@dataclass(frozen=True)
class Fault:
    """What is wrong with a clause: the line of its module, and what to write instead."""

    line: int
    wrong: str
    remedy: str = REMEDY


def checked(cls: type[Clause], origin: Origin, version: str) -> Clause:
    """The clause of a class.

    Args:
        version: Of its package, for a clause that says none.

    Raises:
        CaseError: The class is not a clause as it should be: all that is wrong, at the lines of the module.
    """
    tree = ast.parse("\n".join(origin.lines))
    classes = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    own = classes.get(getattr(cls, "__name__", ""))
    origin = replace(origin, line=own.lineno if own is not None else 0)
    faults = [*_twice(classes), *_faults(cls, origin.line, classes)]
    if faults:
        told = [mistake(origin, fault.line, f"clause {cls.__name__}", fault.wrong, fault.remedy) for fault in faults]
        raise CaseError([problem for error in told for problem in error.problems])
    clause = cls()
    clause.origin, clause.version = origin, cls.version or version
    return clause


def _faults(cls: type[Clause], line: int, classes: Mapping[str, ast.ClassDef]) -> Iterator[Fault]:
    """Faults of what the class says of itself."""
    if not (isinstance(cls, type) and issubclass(cls, Clause)):
        yield Fault(line, "it is not a class that extends finmodel.Clause")
        return
    name = cls.name
    if not isinstance(name, str) or not NAME.fullmatch(name):
        wrong = f'its name is "{name}": a name is small letters, digits and single underscores'
        yield Fault(line, wrong, 'Write name = "royalty".')
    elif name in CaseTables.model_fields or name in OwnKeys.model_fields:
        yield Fault(line, f'"{name}" is a key of finmodel itself', "Choose another name.")
    if not isinstance(cls.version, str):
        yield Fault(line, f"its version is {cls.version!r}", 'Write version = "1.0".')
    yield from _parties(cls, line)
    terms = getattr(cls, "terms", None)
    if not (isinstance(terms, type) and issubclass(terms, Table)):
        yield Fault(line, "it has no terms", "Write terms = a class that extends finmodel.Table.")
    else:
        yield from _keys(terms, classes)


def _parties(cls: type[Clause], line: int) -> Iterator[Fault]:
    """Parties have a name of their own, and a label."""
    for id, party in cls.parties.items():
        if not isinstance(party, Party) or not NAME.fullmatch(id):
            yield Fault(line, f'the party "{id}" is not a name with a Party', f'Write "{NAME.pattern}": Party("…").')
        elif id in OPERATING:
            yield Fault(line, f'"{id}" is a party of finmodel itself', "Choose another name, or leave it out.")


def _keys(terms: type[Table], classes: Mapping[str, ast.ClassDef]) -> Iterator[Fault]:
    """Every key has a unit or a kind, and a meaning."""
    at = classes[terms.__name__].lineno if terms.__name__ in classes else 0
    try:
        terms.model_rebuild()
        known = keys(terms)
    except Exception as error:  # whatever a type may raise
        yield Fault(at, f"its keys cannot be read: {said(error)}", _KEY)
        return
    for info in known:
        line = _line_of(classes, terms, info.key) or at
        if info.kind in UNITLESS:
            yield Fault(line, f"the key {info.key} is a bare {info.kind}: a figure has a unit", _KEY)
        elif not info.meaning:
            yield Fault(
                line,
                f"the key {info.key} has no meaning",
                'Write meaning="…" in its Quantity, or Says("…") beside its type.',
            )


def _twice(classes: Mapping[str, ast.ClassDef]) -> Iterator[Fault]:
    """A key that a class declares twice: Python would take the last one without a word."""
    for node in classes.values():
        seen: dict[str, int] = {}
        for name, line in _declared(node):
            if name in seen:
                yield Fault(line, f"{node.name} declares {name} twice, in line {seen[name]} too", "Remove one of them.")
            seen.setdefault(name, line)


def _declared(node: ast.ClassDef) -> Iterator[tuple[str, int]]:
    """Names that the body of a class annotates, with their lines."""
    for part in node.body:
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            yield part.target.id, part.lineno


def _line_of(classes: Mapping[str, ast.ClassDef], terms: type[Table], key: str) -> int:
    """The line of a key in the class of its table; 0 of one below it."""
    node = classes.get(terms.__name__)
    return dict(_declared(node)).get(key, 0) if node is not None else 0
