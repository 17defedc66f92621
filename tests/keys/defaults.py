"""Typing what a case leaves to its defaults: which keys these are, and the same case with them typed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
from pydantic.fields import FieldInfo

from finmodel.case.leaf import Quantity
from finmodel.case.table import Table
from finmodel.deal.read import Case
from finmodel.kernel.errors import CaseError
from finmodel.kernel.expr import text
from finmodel.kernel.model import Model
from finmodel.run.results import Results

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(path.parent for top in ("cases", "templates") for path in (ROOT / top).rglob("case.toml"))
WORDS = ("label", "label_ja")
STATED = ("sizing.gearing_cap", "sizing.dscr_contracted")
"""Beside a fixed amount of debt these are no factors: a limit that the case states itself is held against it."""
MOST_TRIES = 60


def untyped(value: object, above: tuple[str, ...] = ()) -> Iterator[tuple[str, FieldInfo]]:
    """Each key that a case leaves to its default or leaves out, and what the schema says of it."""
    if isinstance(value, Table):
        for name, info in type(value).model_fields.items():
            inner = getattr(value, name)
            if isinstance(inner, Table | Mapping):
                yield from untyped(inner, (*above, name))
            elif name not in value.model_fields_set and name not in WORDS:
                yield ".".join((*above, name)), info
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from untyped(inner, (*above, name))


def defaults(case: Case) -> dict[str, str]:
    """Keys that a case leaves to a default → the default, as one types it."""
    found = {}
    for key, info in untyped(case.tables):
        stated = key in STATED and case.tables.sizing.amount is not None
        if info.default is not None and not info.is_required() and not key.startswith("risk.") and not stated:
            value = info.default
            found[key] = value if isinstance(value, str) else json.dumps(value)
    return found


def switches(case: Case) -> dict[str, str]:
    """Clauses that a case leaves out and that have a neutral value → that value."""
    found = {}
    for key, info in untyped(case.tables):
        leaf = next((item for item in _metadata(info) if isinstance(item, Quantity)), None)
        if leaf is not None and leaf.neutral:
            found[key] = leaf.neutral
    return found


def _metadata(info: FieldInfo) -> Iterator[object]:
    yield from info.metadata
    for arg in getattr(info.annotation, "__args__", ()):
        yield from getattr(arg, "__metadata__", ())


def typed(case: Case, values: Mapping[str, str]) -> tuple[Case, set[str]]:
    """The case with values typed, and the keys that a rule refuses by name because nothing would read them."""
    left, refused = dict(values), set[str]()
    for _ in range(MOST_TRIES):
        try:
            return case.with_set({**left, **case.sets}), refused
        except CaseError as error:
            named = {problem.key for problem in error.problems} & set(left)
            if not named:
                raise
            refused |= named
            left = {key: value for key, value in left.items() if key not in named}
    raise AssertionError("refused again and again")


def formulas(model: Model) -> dict[str, str]:
    """Line → what it says and how it is held; two models with the same have the same faces."""
    return {
        id: f"{line.kind} {line.series} {line.unit}: {'' if line.expr is None else text(line.expr)}"
        for id, line in model.lines.items()
    }


def moved(before: Results, after: Results, of: Iterable[str]) -> list[str]:
    """Lines whose bits differ; -0 is 0, n/a is n/a."""
    found = []
    for id in of:
        one, two = (np.asarray(result.values[id], dtype=float) + 0.0 for result in (before, after))
        if one.shape != two.shape or not np.array_equal(one, two, equal_nan=True):
            found.append(id)
    return found
