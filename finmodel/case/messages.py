"""What pydantic finds wrong, said in the words of the person who typed the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from finmodel.case.describe import Found, fields, find, nearest
from finmodel.case.expand import Fault
from finmodel.case.language import OwnKeys
from finmodel.case.positions import Document, Keys, Place
from finmodel.case.quantity import BadValue, BadValues, BareNumber, clip
from finmodel.case.table import Table
from finmodel.kernel.errors import CaseError, Problem

MOST, MANY = 50, 200
_EXPECTED = {
    "string_type": "a text in quotes",
    "int_type": "a whole number without quotes",
    "int_from_float": "a whole number without quotes",
    "bool_type": "true or false, without quotes",
    "float_type": "a number",
    "list_type": 'a list, such as ["a", "b"]',
    "tuple_type": 'a list, such as ["a", "b"]',
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}


def problems_of(error: ValidationError, document: Document, root: type[Table]) -> list[Problem]:
    """Every mistake that pydantic found, with its place.

    Args:
        error: What pydantic found.
        root: The table at the top of the schema.
    """
    items = error.errors(include_url=False)
    found = [problem for item in items[:MANY] for problem in _problems(item, document, root)]
    if len(items) > MANY:
        found.append(Problem(document.top.file, 0, "", "", f"… and {len(items) - MANY:,} more problems."))
    return found


def ordered(problems: Iterable[Problem]) -> list[Problem]:
    """Each problem once, by file and line; at most 50, and the number of the rest.

    Args:
        problems: Problems in any order.
    """
    once = sorted(dict.fromkeys(problems), key=lambda problem: (problem.file, problem.line))
    if len(once) <= MOST:
        return once
    rest = Problem(once[MOST].file, 0, "", "", f"… and {len(once) - MOST:,} more problems.")
    return [*once[:MOST], rest]


def refuse(faults: Sequence[Fault], document: Document) -> None:
    """Raise the faults between keys, if there are any, at their places.

    Args:
        faults: Key, what is wrong, and what to write.

    Raises:
        CaseError: There are.
    """
    if faults:
        rows = [(tuple(key.split(".")), wrong, remedy) for key, wrong, remedy in faults]
        raise CaseError(ordered(placed(document.place(keys), keys, wrong, remedy) for keys, wrong, remedy in rows))


def value_problems(error: BadValue | BadValues, keys: Keys, document: Document, found: Found | None) -> list[Problem]:
    """The problems of one key whose value does not fit.

    Args:
        error: What was found.
        keys: A dotted key, in its parts.
    """
    rows = error.rows if isinstance(error, BadValues) else [error]
    return [_value_problem(row, keys, document, found) for row in rows]


def unknown_key(keys: Keys, document: Document, words: Iterable[str], what: str = "this table") -> Problem:
    """A key that does not exist, with the nearest that does.

    Args:
        keys: A dotted key, in its parts.
        words: What may be meant.
        what: What such a key is called.
    """
    listed = list(words)
    name = clip(keys[-1] if what == "this table" else ".".join(keys), 80)
    if not any(word.split(".")[0] == keys[0] for word in listed) and (offered := _offered(keys, what)):
        return placed(document.place(keys), keys, f'"{name}" is not a key of {what}. {offered}')
    near = nearest(name, listed)
    hint = f'Did you mean "{near}"?' if near else ""
    if not near and what == "this table" and listed:
        hint = f"Known are: {clip(', '.join(listed), 300)}."
    elif not near:
        hint = "`finmodel keys` lists them."
    return placed(document.place(keys), keys, f'"{name}" is not a key of {what}. {hint}'.rstrip())


def _offered(keys: Keys, what: str) -> str:
    """Which installed package would know a table of the case that no loaded module knows; empty where none would."""
    if len(keys) > 1 and what == "this table":  # a key within a table
        return ""
    from finmodel.case.installed import hint  # looks through what is installed: for a message alone

    return hint(keys[0])


def placed(place: Place, keys: Keys, wrong: str, remedy: str = "") -> Problem:
    """A problem of a key at its place.

    Args:
        keys: A dotted key, in its parts.
        wrong: What is wrong.
        remedy: What to write.
    """
    return Problem(place.file, place.line, clip(".".join(keys), 120), place.text, wrong, remedy)


def subject(keys: Keys, found: Found | None) -> str:
    """How a message names a key: a quantity by its meaning, another by the key itself.

    Args:
        keys: A dotted key, in its parts.
    """
    meaning = found.meaning if found and not found.slot.says.meaning else ""
    if not meaning:
        names = [key for key in keys if not key.isdigit()]
        return f'"{clip(names[-1] if names else "the case")}"'
    meaning = re.split(r"[,;] ", meaning)[0]
    return meaning[0].lower() + meaning[1:] if meaning[1:2].islower() else meaning


def _problems(item: Mapping[str, Any], document: Document, root: type[Table]) -> list[Problem]:
    kind, keys = item["type"], _path(item["loc"], document.tree)
    if kind == "missing":
        return [_missing(keys, document, root)]
    if kind == "extra_forbidden":
        above = find(root, keys[:-1])
        words = [name for table in above.slot.tables for name in fields(table)] if above else []
        return [unknown_key(keys, document, [*words, *(fields(OwnKeys) if len(keys) == 1 else ())])]
    if item["loc"][-1:] == ("[key]",):
        wrong = f'"{clip(keys[-1])}" is not a name: names are small letters, digits and single underscores.'
        return [placed(document.place(keys), keys, wrong, "Write a name such as jbic or co_lender_2.")]
    found = find(root, keys)
    error = item.get("ctx", {}).get("error")
    if isinstance(error, BadValue | BadValues):
        return value_problems(error, keys, document, found)
    return [_wrong_type(item, keys, document, found)]


def _wrong_type(item: Mapping[str, Any], keys: Keys, document: Document, found: Found | None) -> Problem:
    got = shown(item["input"], document.places.get(keys))
    slot = found.slot if found else None
    if slot is not None and slot.choices:
        near = nearest(str(item["input"]), slot.choices)
        choices = ", ".join(f'"{choice}"' for choice in slot.choices)
        remedy = f'Did you mean "{near}"?' if near else ""
        return placed(document.place(keys), keys, f"{subject(keys, found)} is one of {choices}: got {got}.", remedy)
    expected = _EXPECTED.get(item["type"])
    if expected:
        plain = slot is not None and slot.kind not in ("table", "named")
        remedy = f"Write {keys[-1]} = {slot.example}." if slot is not None and plain and keys else ""
        return placed(document.place(keys), keys, f"{subject(keys, found)} is {expected}: got {got}.", remedy)
    return placed(document.place(keys), keys, f"{subject(keys, found)}: {item['msg']}: got {got}.")


def _missing(keys: Keys, document: Document, root: type[Table]) -> Problem:
    found = find(root, keys)
    place = document.place(keys[:-1]) if len(keys) > 1 else document.top
    if found is not None and found.slot.kind in ("table", "named"):
        header = ".".join(keys) + (".name" if found.slot.kind == "named" else "")
        wrong = f'the table "{keys[-1]}" is missing{": " + _lower(found.meaning) if found.meaning else ""}'
        return placed(place, keys, wrong.rstrip(".") + ".", f"Write a table [{header}].")
    meaning = f": {_lower(found.meaning)}" if found and found.meaning else ""
    remedy = f"Write {keys[-1]} = {found.slot.example}." if found else ""
    return placed(place, keys, f'"{keys[-1]}" is missing{meaning}.', remedy)


def _value_problem(error: BadValue, keys: Keys, document: Document, found: Found | None) -> Problem:
    full = (*keys, error.at) if error.at else keys
    place = document.place(full)
    if isinstance(error, BareNumber):
        error = error.typed(clip(document.places[full].value) if full in document.places else "10")
    name = "" if error.at.isdigit() else f"{full[-1]} = "
    write = f"Write {name}{error.write}." if error.write else ""
    return placed(place, full, f"{subject(keys, found)} {error.wrong}", f"{write} {error.advice}".strip())


def shown(value: object, place: Place | None) -> str:
    """A value as it was typed, short enough for a message.

    Args:
        value: A value as TOML gives it.
    """
    if place is not None and place.value:
        return clip(place.value)
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    return clip(
        f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    )


def _path(loc: tuple[int | str, ...], tree: object) -> Keys:
    """The dotted key of a place that pydantic names: without the marks that unions and keys of tables add."""
    path: list[str] = []
    for at, part in enumerate(loc):
        below = _below(tree, part)
        if below is None and (at < len(loc) - 1 or part == "[key]"):
            continue
        tree = below
        path.append(str(part))
    return tuple(path)


def _below(tree: object, part: int | str) -> object:
    if isinstance(tree, list) and isinstance(part, int):
        return tree[part] if part < len(tree) else None
    return tree.get(part) if isinstance(tree, dict) else None


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
