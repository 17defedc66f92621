"""Tables and lists that refuse changes, so that what a case was read from stays as it was.

They are dictionaries and lists to everyone who reads; a copy, `dict(table)` or `list(row)`, may be changed.
"""

from __future__ import annotations

from typing import Any, Never, TypeVar

K = TypeVar("K")
V = TypeVar("V")


def _refuse(self: object, *_: object, **__: object) -> Never:
    raise TypeError("this is part of a case and cannot be changed: derive another by with_set or with_scenario")


class FrozenDict(dict[K, V]):
    """A table that refuses changes."""

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)

    def __deepcopy__(self, memo: object) -> FrozenDict[K, V]:
        return self


class FrozenList(list[V]):
    """A list that refuses changes."""

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (list(self),)

    def __deepcopy__(self, memo: object) -> FrozenList[V]:
        return self


def frozen(value: Any) -> Any:
    """The same with every table and list in it frozen; what is neither stays."""
    if isinstance(value, dict):
        return FrozenDict({key: frozen(inner) for key, inner in value.items()})
    return FrozenList(map(frozen, value)) if isinstance(value, list) else value
