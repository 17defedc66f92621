"""What a case says of its keys, as its analyst typed it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from finmodel.case.describe import find
from finmodel.case.laying import LENDERS
from finmodel.case.overlay import dotted, take
from finmodel.case.positions import Keys
from finmodel.case.table import Table
from finmodel.deal.read import Case

ABSENT = "-"


class AsTyped:
    """What a case says of a key, as typed."""

    def __init__(self, case: Case) -> None:
        self.case, document = case, case.document()
        self.lenders = dotted(take(document, *LENDERS)).tree
        self.live = document.tree

    def text(self, keys: Keys) -> str:
        """The value of a key: as typed, else its default; "-" where it is not there."""
        if keys[:2] == LENDERS:
            said = _at(self.lenders, keys[2:])
            return _said(said) if said is not None else self.text(keys[2:])
        said = _at(self.live, keys)
        if said is not None:
            return _said(said)
        found = find(type(self.case.tables), keys)
        default = None if found is None or found.field is None else found.field.default
        there = _at(self.case.tables, keys) is not None
        return f"{default} (default)" if there and default is not None else ABSENT


def _at(value: Any, keys: Keys) -> Any:
    for name in keys:
        value = (
            getattr(value, name, None)
            if isinstance(value, Table)
            else value.get(name)
            if isinstance(value, Mapping)
            else None
        )
    return value


def _said(value: object) -> str:
    """A value of TOML in one line; a table by date as its rows."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_said(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(_said, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
