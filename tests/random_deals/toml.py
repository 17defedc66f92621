"""Writes a tree of a case as TOML: texts, numbers, flags, dates, lists and tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any


def dumps(tree: Mapping[str, Any]) -> str:
    """The tree as a case file; tables come after the plain keys of the table that they stand in."""
    return "\n".join(_table(tree, ())) + "\n"


def _table(tree: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    rows = [f"{_key(key)} = {_value(value)}" for key, value in tree.items() if not isinstance(value, Mapping)]
    inner = {key: value for key, value in tree.items() if isinstance(value, Mapping)}
    if path and (rows or not inner):
        rows = ["", f"[{'.'.join(map(_key, path))}]", *rows]
    for key, value in inner.items():
        rows += _table(value, (*path, key))
    return rows


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() else json.dumps(key)


def _value(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value, ensure_ascii=False)
