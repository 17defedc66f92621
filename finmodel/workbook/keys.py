"""The assumptions book: every input of a case with its label, unit, bounds, source, and how sure we are of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from finmodel.case.describe import find
from finmodel.case.expand import leaves
from finmodel.case.leaf import Quantity
from finmodel.case.table import Table
from finmodel.deal.schema import CaseTables
from finmodel.kernel.expr import Given
from finmodel.kernel.model import Model
from finmodel.kernel.units import RATIO, Unit
from finmodel.run.key_uses import STRUCTURAL, KeyUse, key_uses

SOURCED, ASSUMED, DEFAULT = "sourced", "assumed", "default"
_UNSOURCED = ("", "scenario", "set for this run")


@dataclass(frozen=True)
class Key:
    """One input.

    Args:
        id: Dotted key.
        label: Unique, with the name of what it belongs to.
        value: A number, one number a period, or a text.
        unit: Of the numbers.
        bounds: Lowest and highest value; None without.
        live: Whether a formula reads it and a scenario may change it.
        kind: "case" for what a case file holds, "solved" for what the engine found, else "calendar".
        source: Where the figure comes from.
        where: "file:line".
        typed: The unit as people type it: "%", "x", "USD/kg".
        reason: Why it is not for editing here; empty of a live input.
    """

    id: str
    label: str
    value: float | tuple[float, ...] | str
    unit: Unit
    bounds: tuple[float | None, float | None]
    live: bool
    kind: str
    source: str
    where: str
    typed: str = ""
    reason: str = ""

    @property
    def series(self) -> bool:
        """Whether it has one value a period."""
        return isinstance(self.value, tuple)

    @property
    def confidence(self) -> str:
        """Whether the figure is sourced, assumed, or a default."""
        if self.source == DEFAULT:
            return DEFAULT
        assumed = self.source.strip().lower().startswith(ASSUMED) or self.source in _UNSOURCED
        return ASSUMED if assumed else SOURCED

    @property
    def group(self) -> str:
        """The table of the case that it stands in."""
        return self.id.split(".")[0]


def keys(tables: CaseTables, model: Model) -> tuple[Key, ...]:
    """Inputs in the order of the schema, then those that no case file holds."""
    read = model.givens()
    cased = {given.id: given for _, given, _ in leaves(tables, {})}
    uses = key_uses(tables, model)
    found = [*_plain(tables, ()), *(_case_key(given, tables, uses[id]) for id, given in cased.items())]
    order = {name: at for at, name in enumerate(type(tables).model_fields)}
    found.sort(key=lambda key: order.get(key.group, len(order)))
    found += [_other_key(given) for id, given in read.items() if id not in cased]
    return tuple(_unique(found))


def _case_key(given: Given, tables: CaseTables, use: KeyUse) -> Key:
    parts = given.id.split(".")
    entry = find(type(tables), parts)
    leaf = None if entry is None else entry.slot.leaf
    bounds: tuple[float | None, float | None] = (None, None)
    if isinstance(leaf, Quantity):
        bounds = (leaf.gt if leaf.ge is None else leaf.ge, leaf.lt if leaf.le is None else leaf.le)
    typed = leaf.spelled if isinstance(leaf, Quantity) else ""
    label = f"{_owner(tables, parts)}: {given.label}"
    told = given.source, given.where, typed, use.reason
    return Key(given.id, label, given.value, given.unit, bounds, use.kind == "used", "case", *told)


def _other_key(given: Given) -> Key:
    kind = "solved" if given.solved else "calendar"
    label = {"solved": "Solved", "calendar": "Convention"}[kind] + f": {given.label or given.id}"
    return Key(given.id, label, given.value, given.unit, (None, None), False, kind, given.source, given.where)


def _owner(tables: Table, parts: list[str]) -> str:
    """The label of the named thing that a key belongs to, and what lies between."""
    value: object = tables
    words: list[str] = []
    for part in parts[:-1]:
        value = value.get(part) if isinstance(value, Mapping) else getattr(value, part, None)
        label = getattr(value, "label", None)
        words = [label] if isinstance(label, str) and label else [*words, part.replace("_", " ")]
    text = ", ".join(words).strip() or "Case"
    return text[0].upper() + text[1:]


def _plain(value: Table, above: tuple[str, ...]) -> Iterator[Key]:
    """Settings that are words or whole numbers: they shape the lines, so the workbook only shows them."""
    for name, inner in value:
        yield from _setting(inner, (*above, name))


def _setting(inner: object, path: tuple[str, ...]) -> Iterator[Key]:
    if isinstance(inner, Table):
        yield from _plain(inner, path)
    elif isinstance(inner, Mapping):
        for name, below in inner.items():
            yield from _setting(below, (*path, str(name)))
    elif isinstance(inner, list | tuple) and inner and not any(isinstance(x, Given | Table) for x in inner):
        yield _text_key(path, ", ".join(map(str, inner)))
    elif isinstance(inner, str | bool | int) and path[-1] not in ("label", "label_ja"):
        yield _text_key(path, str(inner).lower() if isinstance(inner, bool) else str(inner))


def _text_key(path: tuple[str, ...], text: str) -> Key:
    label = ", ".join(part.replace("_", " ") for part in path).capitalize()
    return Key(".".join(path), label, text, RATIO, (None, None), False, "case", "", "", reason=STRUCTURAL.reason)


def _unique(found: list[Key]) -> Iterator[Key]:
    """Keys whose labels no other has: the last part of the key, or all of it, tells twins apart."""
    seen = Counter(key.label for key in found)
    named = [key if seen[key.label] == 1 else replace(key, label=_told_apart(key)) for key in found]
    seen = Counter(key.label for key in named)
    return (key if seen[key.label] == 1 else replace(key, label=f"{key.label} ({key.id})") for key in named)


def _told_apart(key: Key) -> str:
    owner, colon, label = key.label.partition(": ")
    return f"{owner}, {key.id.split('.')[-1].replace('_', ' ')}{colon}{label}"
