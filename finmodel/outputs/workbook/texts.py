"""Every word of the workbook goes through here, so that another language is another table and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from finmodel.base.model import Line


class Named(Protocol):
    """A table of a case with a label."""

    @property
    def label(self) -> str:
        """In words."""


@dataclass(frozen=True)
class Texts:
    """Words of one language; a word without an entry stays in English.

    Args:
        words: English text → its translation; what stands in braces is filled in afterwards.
        labels: Line, key, or label of a named thing → its label.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, text: str, **parts: object) -> str:
        """A text of the workbook."""
        found = self.words.get(text, text)
        return found.format(**parts) if parts else found

    def line(self, line: Line) -> str:
        """The label of a line."""
        return self.labels.get(line.id, line.label)

    def named(self, thing: Named) -> str:
        """The label of a thing that the case names: a facility, a node, a class of owners."""
        return self.labels.get(thing.label, thing.label)

    def given(self, key: str, label: str) -> str:
        """The label of an input."""
        return self.labels.get(key, label)


ENGLISH = Texts()
