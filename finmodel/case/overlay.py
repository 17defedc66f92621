"""Overlays: what a case that extends another, a scenario, the sizing case or `--set` changes.

Tables merge by key; a scalar and a table replace each other; lists are replaced whole. Each leaf keeps
the place that won.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from finmodel.case.describe import Found, find, known, nearest
from finmodel.case.frozen import FrozenDict, frozen
from finmodel.case.guard import MAX_DEPTH
from finmodel.case.messages import MANY, placed, unknown_key, value_problems
from finmodel.case.positions import Document, Keys, Place
from finmodel.case.quantity import BadValue, BadValues
from finmodel.case.table import Table
from finmodel.kernel.errors import LimitError, Problem, UsageError, refuse_undecodable
from finmodel.kernel.units import Unit

SET = "--set"


def merge(base: Document, over: Document) -> Document:
    """A document with another laid over it; both stay as they were."""
    places = dict(base.places)
    tree = _merged(base.tree, over.tree, (), places)
    places.update(over.places)
    return Document(tree, places, base.file or over.file)


def closed(document: Document) -> Document:
    """The same document, refusing changes."""
    return Document(frozen(document.tree), FrozenDict(document.places), document.file)


def remove(document: Document, keys: list[str], place: Place, problems: list[Problem]) -> Document:
    """A document without some keys; one that is not there is a problem.

    Args:
        keys: Dotted keys.
        problems: Where each problem found is added.
    """
    result = merge(document, Document())
    for key in keys:
        path = tuple(key.split("."))
        above = _at(result.tree, path[:-1])
        if isinstance(above, dict) and path[-1] in above:
            del above[path[-1]]
            _forget(result.places, path)
            continue
        near = nearest(key, [".".join(known_path) for known_path in result.places])
        wrong = f'"{key}" cannot be removed: it is not in the case that this one extends.'
        problems.append(placed(place, ("remove",), wrong, f'Did you mean "{near}"?' if near else ""))
    return result


def take(document: Document, *path: str) -> Document:
    """Cut a table out of a document: it comes back as a document of its own."""
    above = _at(document.tree, path[:-1])
    if not isinstance(above, dict) or path[-1] not in above:
        return Document()
    tree = above.pop(path[-1])
    header = document.places.get(path[:-1])
    outer = _at(document.tree, path[:-2])
    if not above and len(path) > 1 and isinstance(outer, dict) and not (header and header.text.startswith("[")):
        del outer[path[-2]]
    places = {
        keys[len(path) :]: place
        for keys, place in document.places.items()
        if keys[: len(path)] == path and len(keys) > len(path)
    }
    _forget(document.places, path)
    return Document(tree if isinstance(tree, dict) else {}, places)


def dotted(document: Document) -> Document:
    """A document whose keys may hold dots ("price.ndpr.premium") as one of nested tables."""
    tree: dict[str, Any] = {}
    for path, value in _leaves(document.tree, ()).items():
        _put(tree, _split(path), value)
    return Document(tree, {_split(path): place for path, place in document.places.items()})


def from_sets(sets: Mapping[str, str]) -> Document:
    """The overlay of `--set key=value`; a value that is not TOML is a text.

    Args:
        sets: Dotted key → value as typed.

    Raises:
        UsageError: Not keys and texts, or halves of characters in them.
    """
    if not isinstance(sets, Mapping) or not all(isinstance(word, str) for pair in sets.items() for word in pair):
        raise UsageError('changes are keys and values as typed, such as {"sizing.gearing_cap": "60 %"}')
    document = Document()
    for key, text in sets.items():
        refuse_undecodable(f"{key}={text}")
        path, value = tuple(key.strip().split(".")), _value(text)
        if len(path) > MAX_DEPTH:
            raise LimitError(f"{SET}: a key deeper than {MAX_DEPTH} levels")
        place = Place(SET, 0, f"{key}={text}", text.strip())
        _put(document.tree, path, value)
        for length in range(1, len(path)):
            document.places.setdefault(path[:length], Place(SET, 0, place.text))
        document.places[path] = place
    return document


def check(over: Document, base: Document, root: type[Table], *, live: str = "") -> list[Problem]:
    """Problems of an overlay that only changes what is there.

    Args:
        over: Its keys must exist in `base`.
        root: The table at the top of the schema.
        live: What the overlay is called when it may change live keys only ("a scenario"); empty for any key.
    """
    problems: list[Problem] = []
    words: list[str] = []
    for path, value in _changes(over.tree, (), root).items():
        found = find(root, path)
        if len(problems) == MANY:
            break
        if found is None or any(_at(base.tree, path[: at + 1]) is None for at in found.names):
            words = words or known(root, base.tree)
            problems.append(unknown_key(path, over, words, "this case"))
        elif live and not found.live:
            wrong = f"this key shapes the model, so {live} cannot change it."
            remedy = 'Write a case that extends this one: extends = "../this_case".'
            problems.append(placed(over.place(path), path, wrong, remedy))
        elif live and _is_new(path, base, found):
            wrong = f"the case leaves this key out, so {live} cannot change it."
            remedy = f"Write {path[-1]} = {found.switched_on} in case.toml{found.unmoved}."
            problems.append(placed(over.place(path), path, wrong, remedy))
        elif live:
            problems += _misfits(value, path, over, base, found)
    return problems


def _misfits(value: object, path: Keys, over: Document, base: Document, found: Found) -> list[Problem]:
    """A value that does not fit its key, or is in another currency than in the case."""
    try:
        got = _unit(value, found)
    except (BadValue, BadValues) as error:
        return value_problems(error, path, over, found)
    try:
        unit = _unit(_at(base.tree, path), found)
    except (BadValue, BadValues):
        return []
    if unit is None or got is None or unit == got:
        return []
    return [placed(over.place(path), path, f"the case has this key in {unit}: got {got}.", f"Write it in {unit}.")]


def _unit(value: object, found: Found) -> Unit | None:
    leaf = found.slot.leaf
    return None if leaf is None or value is None else leaf.check(value).unit


def _is_new(path: Keys, base: Document, found: Found) -> bool:
    return found.optional and _at(base.tree, path) is None


def _changes(tree: Mapping[str, Any], above: Keys, root: type[Table]) -> dict[Keys, object]:
    """Each key that an overlay changes; a table by date is one change."""
    changed: dict[Keys, object] = {}
    for name, value in tree.items():
        path = (*above, name)
        found = find(root, path)
        if isinstance(value, dict) and value and (found is None or found.slot.leaf is None):
            changed |= _changes(value, path, root)
        else:
            changed[path] = value
    return changed


def _merged(base: Mapping[str, Any], over: Mapping[str, Any], above: Keys, places: dict[Keys, Place]) -> dict[str, Any]:
    result = {key: _merged(value, {}, (), {}) if isinstance(value, dict) else value for key, value in base.items()}
    for key, value in over.items():
        old, path = result.get(key), (*above, key)
        if isinstance(value, dict):
            result[key] = _merged(old if isinstance(old, dict) else {}, value, path, places)
        else:
            result[key] = value
        if isinstance(old, dict | list) and not (isinstance(old, dict) and isinstance(value, dict)):
            _forget(places, path)
    return result


def _forget(places: dict[Keys, Place], path: Keys) -> None:
    for keys in [keys for keys in places if keys[: len(path)] == path]:
        del places[keys]


def _leaves(tree: Mapping[str, Any], above: Keys) -> dict[Keys, object]:
    found: dict[Keys, object] = {}
    for name, value in tree.items():
        if isinstance(value, dict) and value:
            found |= _leaves(value, (*above, name))
        else:
            found[*above, name] = value
    return found


def _put(tree: dict[str, Any], path: Keys, value: object) -> None:
    for name in path[:-1]:
        below = tree.get(name)
        if not isinstance(below, dict):
            below = tree[name] = {}
        tree = below
    tree[path[-1]] = value


def _at(tree: object, path: Keys) -> object:
    for name in path:
        tree = tree.get(name) if isinstance(tree, dict) else None
    return tree


def _split(path: Keys) -> Keys:
    return tuple(part for name in path for part in name.split("."))


def _value(text: str) -> object:
    """A value as TOML reads it; anything else is a text as it stands."""
    if "\n" in text or len(text) > 1000 or sum(text.count(sign) for sign in "[{") > MAX_DEPTH:
        return text.strip()
    try:
        read = tomllib.loads(f"value = {text}")
    except ValueError:
        return text.strip()
    return read["value"] if len(read) == 1 else text.strip()


def of_lenders(problem: Problem, lenders: Document) -> Problem:
    """A problem that the sizing case alone has, told as one of it; a remedy for another key is written there too."""
    told = replace(problem, wrong=f"in the sizing case, {problem.wrong}")
    own = any((place.file, place.line) == (problem.file, problem.line) for place in lenders.places.values())
    return (
        told if own else replace(told, remedy=f'{problem.remedy} In [sizing.case] the key is "{problem.key}".'.strip())
    )
