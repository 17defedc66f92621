"""The page of an import: inputs that a workbook changed, and results before and after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group
from rich.text import Text

from finmodel.present.grid import grid
from finmodel.present.numbers import clean, metric_text
from finmodel.present.pages.compare import LABELS
from finmodel.run.results import ERROR, Results

LONGEST = 60
HEADERS = ("", "Before", "As edited, debt held", "New case, debt sized anew")


def page(edits: Sequence[tuple[str, str, str, str]], before: Results, held: Results, after: Results) -> Group:
    """What was edited, and what it does.

    Args:
        edits: Key, cell, value before, value after.
        before: The old case.
        held: The new one with the old one's debt: what the workbook shows.
        after: The new one with debt of its own.
    """
    rows = [tuple(_clipped(text) for text in edit) for edit in edits]
    changed = grid("Inputs that were edited", ("", "Cell", "Before", "After"), rows, words=(0, 1, 2, 3))
    return Group(changed, Text(), grid("Results", HEADERS, _results(before, held, after)), *_failures(after))


def _results(before: Results, held: Results, after: Results) -> Iterator[tuple[str, ...]]:
    lines = {name: metric.line.label for name, metric in after.model.metrics.items()}
    for name in dict.fromkeys([*(name for name in LABELS if name in lines), *lines]):
        values = [run.metrics.get(name) for run in (before, held, after)]
        if any(value is not None for value in values):
            yield LABELS.get(name, lines[name]), *(metric_text(name, value, after.units[name]) for value in values)


def _failures(result: Results) -> Iterator[Text]:
    for check in result.checks:
        if not check.passed:
            style, word = ("bold red", "FAILED") if check.kind == ERROR else ("yellow", "alert")
            yield Text(f"{word} {clean(check.id)}: {clean(check.label)}", style=style)


def _clipped(text: str) -> str:
    text = clean(text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
