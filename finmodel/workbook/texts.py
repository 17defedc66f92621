"""Every word of the workbook goes through here, so that another language is another table and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from finmodel.kernel.model import Line


class Named(Protocol):
    """A table of a case with a label."""

    @property
    def label(self) -> str:
        """In words."""


class Texts:
    """The words of the workbook, in English."""

    language = "en"
    font = "name"
    """Which font of the theme shows them."""

    def __call__(self, text: str, **parts: object) -> str:
        """A text of the workbook; what stands in its braces is filled in afterwards."""
        return text.format(**parts) if parts else text

    def line(self, line: Line) -> str:
        """The label of a line."""
        return line.label

    def named(self, thing: Named) -> str:
        """The label of a thing that the case names: a facility, a node, a class of owners."""
        return thing.label

    def given(self, key: str, label: str) -> str:
        """The label of an input.

        Args:
            key: Dotted key of the input.
            label: What the row is called.
        """
        return label

    def unit(self, text: str) -> str:
        """A unit: "USD m", "t/year"."""
        return text

    def left(self) -> Sequence[str]:
        """Texts, or pieces of labels, that were asked for and that the language has no words for yet."""
        return ()


ENGLISH = Texts()
