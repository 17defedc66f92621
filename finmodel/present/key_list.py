"""The list of keys for the command: every key by table, or all that is said of one table, key, or part of a case."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from textwrap import TextWrapper
from typing import NamedTuple

from finmodel.case import expect, histories, scenario_file, sources
from finmodel.case.describe import STRUCTURAL, SWITCH, KeyInfo, find, keys
from finmodel.case.language import OwnKeys
from finmodel.case.says import Part
from finmodel.case.table import Table
from finmodel.deal.schema import CaseTables
from finmodel.kernel.errors import UsageError
from finmodel.present.numbers import clean

NARROWEST, WIDEST = 50, 120
PARTS: Mapping[str, Part] = {
    "expect": expect.PART,
    "scenarios": scenario_file.PART,
    "sources": sources.PART,
    "prices": histories.PART,
    "expected": expect.GOLDEN,
}
WORDS = {
    STRUCTURAL: "read while the model is made: changed in the case file alone, by no scenario, driver or workbook.",
    SWITCH: "no default: left out, its clause is not there, and a scenario can change it only once the case has it.",
    "<name>": "a name of your choice, such as jbic.",
}
_MANY = 8
_INTRO = (
    "Keys of a case file. `finmodel keys` and a table, a key or a part of its name says all of it, with an example."
)


class _Listed(NamedTuple):
    """A table, its meaning, and its keys."""

    table: str
    meaning: str
    keys: list[KeyInfo]


def keys_text(asked: str = "", root: type[Table] = CaseTables, width: int = 80) -> str:
    """Every key with its meaning and unit; or of what is asked for, all that is said.

    Args:
        asked: A table, a key, the last part of a key, or a part of a case such as "scenarios"; it may be typed in part,
            and hold a name for <name>.
        root: The tables of a case, with those of own clauses.
        width: Of a row [characters].

    Raises:
        UsageError: Nothing is named so; names the nearest.
    """
    width, asked = max(NARROWEST, min(width, WIDEST)), asked.strip(". ")
    known = [*(replace(info, word="") for info in keys(OwnKeys)), *keys(root)]
    if not asked:
        return "\n".join([_filled(_INTRO, width), *_overview(root, known, width), *_foot(known, width)])
    part = PARTS.get(asked.split(".")[0])
    if part is not None:
        return "\n".join(_part(part, width))
    found = _found(asked, known)
    if not found:
        raise UsageError(_unknown(asked, known))
    return "\n".join([*_whole(root, found, width), *_foot(found, width)])


def _found(asked: str, known: Iterable[KeyInfo]) -> list[KeyInfo]:
    """The key of that name; else those that start so; else those of which a part has that name."""
    listed = list(known)
    exact = [info for info in listed if _starts(info.key, asked, whole=True)]
    starting = exact or [info for info in listed if _starts(info.key, asked)]
    return starting or [info for info in listed if asked in info.key.split(".")]


def _starts(key: str, asked: str, *, whole: bool = False) -> bool:
    """Whether a key starts so; or, as a whole, is that key or stands in that table."""
    wanted, parts = asked.split("."), key.split(".")
    pairs = list(zip(wanted, parts, strict=False))
    if len(wanted) > len(parts) or not all(part in (want, "<name>") for want, part in pairs[:-1]):
        return False
    want, part = pairs[-1]
    return part == "<name>" or (part == want if whole else part.startswith(want))


def _tables(root: type[Table], found: Iterable[KeyInfo]) -> Iterator[_Listed]:
    """Each table with its meaning and its keys."""
    tables: dict[str, list[KeyInfo]] = {}
    for info in found:
        tables.setdefault(info.key.rpartition(".")[0], []).append(info)
    for table, below in tables.items():
        meaning = _meaning(root, table)
        yield _Listed(table, meaning if len(below) > 1 else _first(meaning), below)


def _meaning(root: type[Table], table: str) -> str:
    """What a table is, in sentences; empty of named values and of the case itself."""
    entry = find(root, table.split(".")) if table else None
    document = entry.slot.tables[0].__doc__ if entry is not None and entry.slot.tables else ""
    return re.sub(r"\s+", " ", (document or "").strip())


def _overview(root: type[Table], known: Iterable[KeyInfo], width: int) -> Iterator[str]:
    for table, meaning, below in _tables(root, known):
        if meaning:
            yield "\n" + _filled(f"[{table}] {_first(meaning)}", width, rest="  ")
        for info in below:
            word = f" {info.word}" if info.word else ""
            yield from _row(info.key, f"{info.meaning} ({info.unit or info.kind}{word and ','}{word})", width)
    yield "\nBeside the tables:"
    for name, part in PARTS.items():
        yield from _row(name, f"{part.where}: {_first(part.meaning).rstrip('.')}", width)


def _first(meaning: str) -> str:
    """The first sentence."""
    return re.split(r"(?<=[.])\s", meaning)[0]


def _row(name: str, text: str, width: int) -> Iterator[str]:
    """A name and what it means, in two columns; a long name stands on a row of its own."""
    column = width * 2 // 5
    space = " " * column
    if len(name) < column - 1:
        yield _filled(text, width, first=f"{name:<{column}}", rest=space)
    else:
        yield name
        yield _filled(text, width, first=space, rest=space)


def _whole(root: type[Table], found: Iterable[KeyInfo], width: int) -> Iterator[str]:
    """All that is said of keys, below the tables that they stand in."""
    for number, (table, meaning, below) in enumerate(_tables(root, found)):
        if meaning:
            yield "\n" * bool(number) + _filled(f"[{table}] {meaning}", width)
        for info in below:
            yield "\n" * bool(meaning or number) + _filled(f"{info.key} = {info.example}", width, rest=" " * 4)
            yield from _block(info, width)


def _block(info: KeyInfo, width: int) -> Iterator[str]:
    """What is said of a key, below its example."""
    few = 0 < len(info.choices) <= _MANY
    these = "A list of" if info.kind == "list" else "One of"
    bounds = f"{these} {'these' if few else info.range}" if info.choices else _upper(info.range)
    facts = (f"{bounds}, {info.forms}" if info.forms else bounds, _need(info), _upper(info.word))
    yield _filled(_sentence(info.meaning), width, first=" " * 4, rest=" " * 4)
    yield _filled(" ".join(map(_sentence, filter(None, facts))), width, first=" " * 4, rest=" " * 4)
    for choice, meaning in info.choices.items() if few else ():
        yield _filled(f"{choice}: {meaning}", width, first=" " * 6, rest=" " * 8)


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _need(info: KeyInfo) -> str:
    if info.required:
        return "Required"
    return f"Default: {info.default}" if info.default is not None else "Optional"


def _part(part: Part, width: int) -> Iterator[str]:
    yield _filled(f"{part.where}: {part.meaning}", width)
    yield "\n" + part.example.rstrip("\n")


def _foot(shown: Iterable[KeyInfo], width: int) -> Iterator[str]:
    """The words that the rows above use, explained."""
    listed = list(shown)
    used = {info.word for info in listed} | {"<name>" for info in listed if "<name>" in info.key}
    rows = [_filled(f"{word}: {text}", width, rest="  ") for word, text in WORDS.items() if word in used]
    return iter(["", *rows] if rows else [])


def _unknown(asked: str, known: Iterable[KeyInfo]) -> str:
    words = [info.key for info in known]
    tables = [".".join(key.split(".")[:at]) for key in words for at in range(1, key.count(".") + 1)]
    last = [key.rpartition(".")[2] for key in words]
    near = difflib.get_close_matches(
        asked[:120], list(dict.fromkeys([*words, *tables, *PARTS, *last])), n=1, cutoff=0.4
    )
    hint = f'. Did you mean "{near[0]}"?' if near else "; `finmodel keys` lists them"
    return f'no key matches "{clean(asked)[:80]}"{hint}'


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _filled(text: str, width: int, first: str = "", rest: str = "") -> str:
    """A text in rows, broken between words alone."""
    rows = TextWrapper(width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
    return rows.fill(text)
