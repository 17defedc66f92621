"""Words of another language, from the one table templates/labels/<language>.toml.

A label is made of pieces, joined by ": " and ", "; the table has the pieces, so that it stays short. What the case
names stays as the case has it, or as its `label_ja`. What the table does not know stays in English, and is counted.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from finmodel.case.shelf import home
from finmodel.case.table import Table
from finmodel.deal.read import Case
from finmodel.kernel.errors import UsageError
from finmodel.kernel.model import Line
from finmodel.workbook.book import BASE
from finmodel.workbook.texts import ENGLISH, Named, Texts

SEPARATORS = {": ": "：", ", ": "、"}
JOINT = re.compile(r"(: |, )")
NO_WORDS = re.compile(  # numbers, currencies, hashes, keys with a change of theirs
    r"[^A-Za-z]*|[A-Z]{3}|[-+\d.,]+ ?(bp|%)?|n/a|[0-9a-f]{12,}|[a-z0-9_]+(\.[a-z0-9_]+)+( [-+]\d+%)?"
)
LANGUAGES = ("en", "ja")
LONGEST = 500  # letters of a label that is looked at piece by piece


@dataclass(frozen=True)
class Words:
    """The table of one language.

    Args:
        lines: Pieces of labels of lines and inputs, a part in braces being any other text.
        keys: Words that settings of a case are made of.
        words: Other texts of the workbook; a part in braces is filled in.
        units: Words of units.
    """

    lines: Mapping[str, str]
    keys: Mapping[str, str]
    words: Mapping[str, str]
    units: Mapping[str, str]


@cache
def words_of(language: str) -> Words:
    """The table of a language.

    Args:
        language: Language, such as "ja".

    Raises:
        FileError: It is missing.
    """
    return Words(**tomllib.loads((home() / "labels" / f"{language}.toml").read_text(encoding="utf-8")))


def texts_of(language: str, case: Case) -> Texts:
    """The words of a workbook of a case.

    Args:
        language: Language, such as "ja".

    Raises:
        UsageError: There is no such language.
    """
    if language not in LANGUAGES:
        raise UsageError(f'there is no language "{language[:40]}": write {" or ".join(LANGUAGES)}')
    return ENGLISH if language == LANGUAGES[0] else Translated(words_of(language), names_of(case))


def names_of(case: Case) -> dict[str, str]:
    """What the case names → how that reads: its `label_ja`, else as it stands; keys of its tables stay as they are."""
    switch = [BASE, *case.scenarios]
    found = {name: name for name in (case.name, *switch, *(name.replace("_", " ") for name in switch))}
    for label, other in [*_named(case.tables), *((each.label, each.label_ja) for each in case.scenarios.values())]:
        taken = other in found.values() and found.get(label) != other
        found[label] = label if not other else f"{other} ({label})" if taken else other
    return found


def _named(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Table):
        if isinstance(label := getattr(value, "label", None), str):
            yield label, getattr(value, "label_ja", "")
        for _, inner in value:
            yield from _named(inner)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key).replace("_", " "), ""
            yield from _named(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _named(inner)


class Translated(Texts):
    """The words of the workbook, in another language."""

    language = "ja"
    font = "japanese"

    def __init__(self, table: Words, names: Mapping[str, str]) -> None:
        self._table, self._names = table, names
        self._left: dict[str, None] = {}
        lines, keys, words = map(_small, (table.lines, table.keys, table.words))
        self._labels = {**keys, **words, **lines}
        self._settings = {**words, **lines, **keys}
        patterns = [(key, text) for key, text in {**table.words, **table.lines}.items() if "{}" in key]
        patterns.sort(key=lambda pair: -len(pair[0]))
        self._patterns = [(_pattern(key), text) for key, text in patterns]

    def __call__(self, text: str, **parts: object) -> str:
        """A text of the workbook; what stands in its braces is filled in afterwards."""
        found = self._table.words.get(text)
        if found is None:
            found = self._put_together(text, self._labels)
        return found.format(**parts) if parts else found

    def line(self, line: Line) -> str:
        """The label of a line."""
        return self._put_together(line.label, self._labels)

    def named(self, thing: Named) -> str:
        """The label of a thing that the case names."""
        return self._names.get(thing.label, thing.label)

    def given(self, key: str, label: str) -> str:
        """The label of an input: the name of what it belongs to, then what it is.

        Args:
            key: Dotted key of the input.
            label: What the row is called.
        """
        owner, colon, rest = label.partition(": ")
        if not colon:
            return self._put_together(label, self._settings)
        return self._put_together(owner, self._settings) + SEPARATORS[colon] + self._put_together(rest, self._labels)

    def unit(self, text: str) -> str:
        """A unit: "USD m", "t/year"."""
        millions = re.sub(r"^([A-Z]{3}) m\b", self._table.units["m"] + r"\1", text)
        return re.sub(r"[a-z%. ]+", lambda word: self._table.units.get(word[0], word[0]), millions)

    def left(self) -> list[str]:
        """Texts, or pieces of labels, that were asked for and that the table does not know."""
        return sorted(self._left)

    def _put_together(self, text: str, known: Mapping[str, str]) -> str:
        """The longest pieces that are known, from the left; then those with a part filled in; else as it stands."""
        tokens, parts, at = JOINT.split(text), [], 0
        if len(text) > LONGEST and text not in self._names:
            return self._missed(text)
        while at < len(tokens):
            spans = [(end, "".join(tokens[at:end])) for end in range(len(tokens), at, -2)]
            piece = self._known(spans, known) or self._filled_in(spans, known)
            end, found = piece or (at + 1, self._missed(tokens[at]))
            parts.append(found)
            parts += [SEPARATORS[joint] for joint in tokens[end : end + 1]]
            at = end + 1
        return "".join(parts)

    def _known(self, spans: Sequence[tuple[int, str]], known: Mapping[str, str]) -> tuple[int, str] | None:
        """The longest span that the case names, that the table has, or that has no words."""
        for end, text in spans:
            found = self._names.get(text) or known.get(_start(text))
            if found is not None or NO_WORDS.fullmatch(text):
                return end, found or text
        return None

    def _filled_in(self, spans: Sequence[tuple[int, str]], known: Mapping[str, str]) -> tuple[int, str] | None:
        """The shortest span that an entry and known parts stand for, else the longest that an entry stands for."""
        found = [
            (end, form, match.groups())
            for end, text in reversed(spans)
            for pattern, form in self._patterns
            if (match := pattern.fullmatch(text))
        ]
        if not found:
            return None
        whole = (each for each in found if all(self._known([(0, part)], known) for part in each[2]))
        end, form, parts = next(whole, found[-1])
        return end, form.format(*(self._put_together(part, known) for part in parts))

    def _missed(self, text: str) -> str:
        """A piece as it stands: the key of one of the case's tables, or one that has no words yet."""
        if not {_start(text), text[:1].upper() + text[1:]} & self._names.keys():
            self._left[text[:LONGEST]] = None
        return text


def _pattern(key: str) -> re.Pattern[str]:
    """An entry with parts to be filled in; its first letter is small or capital."""
    pattern = "(.+)".join(map(re.escape, key.split("{}")))
    return re.compile(pattern if key.startswith("{}") else f"[{key[0].lower()}{key[0].upper()}]{pattern[1:]}")


def _start(text: str) -> str:
    """With a small first letter: the same words open a label and stand within one."""
    return text[:1].lower() + text[1:]


def _small(table: Mapping[str, str]) -> dict[str, str]:
    return {_start(key): text for key, text in table.items()}
