"""The schema as a list: every key with unit, bounds, default, meaning and example; and the search for one key."""

from __future__ import annotations

import difflib
import re
import types
from collections import ChainMap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import StringConstraints
from pydantic.fields import FieldInfo

from finmodel.case.language import OwnKeys
from finmodel.case.leaf import Count, Leaf, Quantity
from finmodel.case.says import SILENT, Says
from finmodel.case.table import Table

_PLAIN = {str: ("text", '"…"'), int: ("whole number", "1"), bool: ("true or false", "true"), float: ("number", "1.0")}
_FREE = {
    "text": "any text",
    "name": "a name of small letters, digits and underscores",
    "list": "a list of any length",
    "true or false": "true or false",
    "quantity": "any number",
    "whole number": "any whole number",
}
STRUCTURAL, SWITCH = "structural", "switch"


class KeyOf(NamedTuple):
    """A key of a table: what it takes, and its field."""

    slot: Slot
    field: FieldInfo


@dataclass(frozen=True)
class KeyInfo:
    """One key of the schema.

    Args:
        key: Dotted; a name of the user's choice stands as <name>.
        kind: "quantity", "date", "text", "name", "choice", "list" …
        unit: As people type it; empty without.
        range: Bounds in words, or the choices; "any …" without.
        forms: What may stand in place of one value: a table by date, a list; empty without.
        default: As it would be typed; None when the key must be given or may be left out.
        required: Whether the key must be given.
        live: Whether scenarios and an imported workbook may change it.
        word: "structural" or "switch"; empty of a value that anything may change.
        meaning: In words.
        example: A value that would be accepted, as typed.
        choices: Choice → its meaning.
    """

    key: str
    kind: str
    unit: str
    range: str
    forms: str
    default: str | None
    required: bool
    live: bool
    word: str
    meaning: str
    example: str
    choices: Mapping[str, str]


@dataclass(frozen=True)
class Slot:
    """What may stand at one place of a case: a table, named things, a leaf, or a plain value."""

    kind: str
    tables: tuple[type[Table], ...] = ()
    item: Slot | None = None
    leaf: Leaf | None = None
    choices: tuple[str, ...] = ()
    example: str = '"…"'
    says: Says = SILENT


@dataclass(frozen=True)
class Found:
    """A key that the schema knows.

    Args:
        slot: What it takes.
        field: The field of its table; None for the root and for named things.
        names: Which parts of the key are names of the user's choice.
    """

    slot: Slot
    field: FieldInfo | None
    names: tuple[int, ...]

    @property
    def meaning(self) -> str:
        """In words; empty when the schema has none."""
        if self.slot.leaf is not None and self.slot.leaf.meaning:
            return self.slot.leaf.meaning
        if self.slot.says.meaning:
            return self.slot.says.meaning
        document = self.slot.tables[0].__doc__ if self.slot.tables else ""
        return re.split(r"\.\s|\n", (document or "").strip())[0].rstrip(".")

    @property
    def switched_on(self) -> str:
        """What a case writes so that a scenario may move a key that it leaves out: the neutral value, or an example."""
        leaf = self.slot.leaf
        return f'"{leaf.neutral}"' if isinstance(leaf, Quantity) and leaf.neutral else self.slot.example

    @property
    def unmoved(self) -> str:
        """Why that is what to write; empty of an example."""
        return (
            ": it changes nothing by itself" if isinstance(self.slot.leaf, Quantity) and self.slot.leaf.neutral else ""
        )

    @property
    def live(self) -> bool:
        """Whether a scenario may change it."""
        return self.slot.leaf is not None and not self.slot.leaf.structural

    @property
    def optional(self) -> bool:
        """Whether the key may be left out, and has no default then."""
        return self.field is not None and self.field.default is None and not self.field.is_required()


@lru_cache(maxsize=256)
def fields(table: type[Table]) -> Mapping[str, KeyOf]:
    """The keys of a table and what each takes."""
    return {name: KeyOf(_slot(info.annotation, info.metadata), info) for name, info in table.model_fields.items()}


def find(root: type[Table], path: Iterable[str]) -> Found | None:
    """The schema's entry for a key; a date below a dated key, or a number below a list, is that key."""
    slot, field = Slot("table", (root,)), None
    names: list[int] = []
    for at, part in enumerate(path):
        if slot.leaf is not None or (slot.kind == "list" and slot.item is None):
            return Found(slot, field, tuple(names)) if _goes_on(slot) else None
        if slot.item is not None:
            names += [at] if slot.kind == "named" else []
            slot, field = slot.item, None
            continue
        known = [fields(table)[part] for table in slot.tables if part in fields(table)]
        if not known:
            return None
        slot, field = known[0]
    return Found(slot, field, tuple(names))


def keys(root: type[Table]) -> list[KeyInfo]:
    """Every key of a schema, in its order."""
    return [_info(key, found) for key, found in _walk(Slot("table", (root,)), None, "", {}).items()]


def known(root: type[Table], tree: Mapping[str, Any]) -> list[str]:
    """Every dotted key that a given case may have, with the names that it uses."""
    return [key for key in _walk(Slot("table", (root,)), None, "", tree) if "<name>" not in key]


def json_schema(root: type[Table]) -> dict[str, Any]:
    """The schema for editors that complete and check TOML: the tables of the deal, and what a file says of itself.

    Args:
        root: The table at the top of the schema.
    """
    schema, own = root.model_json_schema(), OwnKeys.model_json_schema()
    for name, part in own["properties"].items():
        there = schema["properties"].setdefault(name, part)
        if there is not part:  # a table of both has the keys of both
            _below(schema, there)["properties"] |= _below(own, part)["properties"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _below(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """The table that a part of a JSON Schema refers to."""
    found: dict[str, Any] = schema["$defs"][part["$ref"].rsplit("/", 1)[-1]]
    return found


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The most similar of some words, if any is similar.

    Args:
        word: What was typed.
        words: What may be meant.
    """
    if len(word) > 80:
        return None
    near = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)
    return near[0] if near else None


def _walk(slot: Slot, field: FieldInfo | None, key: str, tree: object) -> dict[str, Found]:
    """Every key below a slot, as the tree has named its tables."""
    below = tree if isinstance(tree, Mapping) else {}
    known: dict[str, Found] = {}
    if slot.kind == "named" and slot.item is not None:
        for name in below or ("<name>",):
            known |= _walk(slot.item, None, f"{key}.{name}", below.get(name))
    elif slot.tables and slot.kind == "table":
        entries = {name: entry for table in slot.tables for name, entry in fields(table).items()}
        for name, (inner, info) in entries.items():
            known |= _walk(inner, info, f"{key}.{name}" if key else name, below.get(name))
    else:
        known[key] = Found(slot, field, ())
    return known


def _info(key: str, found: Found) -> KeyInfo:
    slot, leaf = found.slot, found.slot.leaf
    required = found.field is not None and found.field.is_required()
    item = slot.item if slot.kind == "list" and slot.item is not None else slot
    bounds = "" if leaf is None else leaf.range
    return KeyInfo(
        key=key,
        kind=slot.kind,
        unit=leaf.spelled if isinstance(leaf, Quantity) else "",
        range=bounds or ", ".join(item.choices) or _FREE.get(slot.kind, "any"),
        forms=leaf.forms if isinstance(leaf, Quantity) else "",
        default=None if found.field is None or required else _typed(found.field.default),
        required=required,
        live=found.live,
        word=STRUCTURAL if not found.live else SWITCH if found.optional else "",
        meaning=found.meaning,
        example=slot.says.example or slot.example,
        choices={choice: item.says.choices.get(choice, "") for choice in item.choices},
    )


def _typed(default: object) -> str | None:
    """A default as it would be typed, without quotes; None of one that says nothing."""
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, list):
        return ", ".join(map(str, default)) or None
    return None if default in (None, "", {}) else str(default)


def _goes_on(slot: Slot) -> bool:
    return slot.kind == "list" or (isinstance(slot.leaf, Quantity) and bool(slot.leaf.dated or slot.leaf.listed))


def _slot(annotation: Any, metadata: Iterable[Any] = ()) -> Slot:
    """What an annotation takes; None beside something else only means that it may be left out."""
    notes = list(metadata)
    leaf = next((item for item in notes if isinstance(item, Leaf)), None)
    if isinstance(leaf, Quantity):
        return Slot("quantity", leaf=leaf, example=leaf.typed_example)
    if leaf is not None:
        return Slot("whole number" if isinstance(leaf, Count) else "date", leaf=leaf, example=leaf.shown_example)
    slot = _plain_slot(annotation)
    if any(isinstance(item, StringConstraints) for item in notes):
        slot = replace(slot, kind="name")
    return _told(slot, [item for item in notes if isinstance(item, Says)])


def _plain_slot(annotation: Any) -> Slot:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _slot(args[0], args[1:])
    if origin in (Union, types.UnionType):
        return _union([_slot(arg) for arg in args if arg is not type(None)])
    if origin is Literal:
        return Slot("choice", choices=tuple(map(str, args)), example=f'"{args[0]}"')
    if origin is dict:
        return Slot("named", item=_slot(args[1]))
    if origin in (list, tuple):
        item = _slot(args[0])
        return Slot("list", item=item, example=f"[{item.example}]")
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return Slot("table", (annotation,))
    kind, example = _PLAIN.get(annotation, ("value", '"…"'))
    return Slot(kind, example=example)


def _told(slot: Slot, notes: list[Says]) -> Slot:
    """A slot with what is said of it: the last meaning and example, and the meanings of all its choices."""
    for note in notes:
        choices = ChainMap(dict(note.choices), dict(slot.says.choices))
        slot = replace(slot, says=Says(note.meaning, note.example or slot.says.example, choices))
    return slot


def _union(slots: list[Slot]) -> Slot:
    tables = tuple(table for slot in slots for table in slot.tables)
    return Slot("table", tables) if tables else slots[0]
