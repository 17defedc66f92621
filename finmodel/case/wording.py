"""Lists and nouns as they stand in a message."""

from __future__ import annotations

from collections.abc import Sequence

from finmodel.case.quantity import clip


def words(names: Sequence[str], joint: str = "and") -> str:
    """A list in words: "a", "a and b", "a, b and c"."""
    *first, last = names
    return f"{', '.join(first)} {joint} {last}" if first else last


def an(noun: str) -> str:
    """A noun with its article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def quoted(names: Sequence[str], joint: str = "or") -> str:
    """A list of names as they are typed, shortened when it is long; "…" for none."""
    shown = [f'"{clip(name)}"' for name in names[:12]]
    return words(shown, joint) if shown else '"…"'
