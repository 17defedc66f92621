"""All that a case says, typed or left to a default, as plain numbers and texts in the order of the schema."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import sha256

from finmodel.case.table import Table
from finmodel.kernel.expr import Given

LABELS = ("name", "label", "label_ja")


def digest_of(tables: Table, modules: Collection[str], leave_out: Collection[str] = ()) -> str:
    """SHA-256 of all values, and of the modules that make lines of them.

    Args:
        modules: Name and version of each.
        leave_out: Keys that do not count, such as labels.
    """
    return sha256(repr((plain(tables, leave_out), *modules)).encode()).hexdigest()


def plain(value: object, leave_out: Collection[str] = ()) -> object:
    """What a table says, without places, sources and labels of its figures; a quantity has its unit."""
    if isinstance(value, Given):
        return value.value, str(value.unit)
    if isinstance(value, Table):
        return [(name, plain(inner, leave_out)) for name, inner in value if name not in leave_out]
    if isinstance(value, Mapping):
        return [(name, plain(inner, leave_out)) for name, inner in value.items()]
    return [plain(inner, leave_out) for inner in value] if isinstance(value, list) else value
