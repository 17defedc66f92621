"""The page of two cases: inputs that differ, results of both, and the bridge from one to the other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from finmodel.present.grid import Cell, grid, strong
from finmodel.present.numbers import NOT_APPLICABLE, SHARES, clean, fixed, metric_text
from finmodel.present.pages.results import COVER, RETURNS
from finmodel.run.results import Results

LABELS = {name: label for label, name in (*RETURNS, *COVER)}
SHOWN = 200  # letters of an input; a table by date may be longer
HEADERS = ("First", "Second", "Difference")


def page(
    results: tuple[Results, Results],
    inputs: Sequence[tuple[str, str, str]],
    method: str,
    bridges: Mapping[str, Mapping[str, float]],
    notes: Mapping[str, str],
) -> Group:
    """Two cases side by side.

    Args:
        results: Their runs.
        inputs: Key, value in the first case, value in the second; as typed.
        method: How the bridge was made.
        bridges: Result → input or group → its part of the difference.
        notes: Why there is no bridge, of a result or of any.
    """
    blocks: list[RenderableType] = [_head(results), _inputs(inputs), _results(results)]
    if bridges:
        blocks.append(_bridge(results, bridges))
        blocks.append(Text(clean(method)))
    blocks += [Text(f"No bridge{_of(name)}: {clean(note)}", style="yellow") for name, note in notes.items()]
    return Group(*_apart(blocks))


def signed(name: str, value: float | None, unit: str) -> str:
    """A difference of a result, with its sign; of a rate or a share in percentage points.

    Args:
        name: Name of the result.
        value: The number; None where there is none.
        unit: Its unit.
    """
    if value is None or not math.isfinite(value):
        return NOT_APPLICABLE
    text = metric_text(name, abs(value), unit).replace(" %", " pp")
    return text if text == metric_text(name, 0.0, unit).replace(" %", " pp") else f"{'-' if value < 0 else '+'}{text}"


def _head(results: tuple[Results, Results]) -> Group:
    rows = []
    for word, result in zip(HEADERS, results, strict=False):
        changed = " under changes" if result.case.sets else ""
        sized = result.facts.get("debt_sized_on", "")
        digest = f"; debt sized on {clean(sized)}" if sized else ""
        rows.append(Text(f"{word + ':':<8}{clean(result.case.name)}{changed}{digest}"))
    return Group(*rows)


def _inputs(inputs: Sequence[tuple[str, str, str]]) -> RenderableType:
    if not inputs:
        return Text("No input differs.")
    rows = [(key, _clipped(first), _clipped(second)) for key, first, second in inputs]
    return grid("Inputs that differ", ("", *HEADERS[:2]), rows, words=(0, 1, 2))


def _results(results: tuple[Results, Results]) -> Group:
    rows = []
    for name, label in _named(results):
        a, b = (result.metrics.get(name) for result in results)
        units = [result.units[name] for result in results if name in result.units]
        if a is not None or b is not None:
            moved = b - a if a is not None and b is not None and units[0] == units[-1] else None
            cells = [metric_text(name, value, unit) for value, unit in ((a, units[0]), (b, units[-1]))]
            rows.append((label, *cells, signed(name, moved, units[0])))
    return grid("Results", ("", *HEADERS), rows)


def _named(results: tuple[Results, Results]) -> Iterator[tuple[str, str]]:
    """Every result of either case, those of the term sheet first."""
    lines = {name: metric.line.label for result in results for name, metric in result.model.metrics.items()}
    yield from ((name, label) for name, label in LABELS.items() if name in lines)
    yield from ((name, label) for name, label in lines.items() if name not in LABELS)


def _bridge(results: tuple[Results, Results], bridges: Mapping[str, Mapping[str, float]]) -> Group:
    """One row an input or group, between the two results."""
    first, second = (result.metrics for result in results)
    units = results[0].units
    groups = list(next(iter(bridges.values())))
    rows: list[list[Cell]] = [["First", *(_fine(name, first[name], units[name]) for name in bridges)]]
    rows += [
        [group, *(_fine(name, bridges[name][group], units[name], part=True) for name in bridges)] for group in groups
    ]
    rows.append([strong("Second"), *(strong(_fine(name, second[name], units[name])) for name in bridges)])
    return grid("Bridge", ("", *(LABELS.get(name, name) for name in bridges)), rows)


def _fine(name: str, value: float | None, unit: str, *, part: bool = False) -> str:
    """A result of a bridge, or a part of one, to three decimals, so that the rows are seen to add up."""
    if value is None:
        return NOT_APPLICABLE
    share = unit == "1/year" or name.partition(".")[0] in SHARES
    text = fixed(value * 100 if share else value, 3)
    sign = "+" if part and not text.startswith("-") else ""
    return f"{sign}{text}{(' pp' if part else ' % ') if share else 'x' if unit == 'ratio' else ''}"


def _of(name: str) -> str:
    return "" if name == "bridge" else f" of {name}"


def _clipped(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def _apart(blocks: Sequence[RenderableType]) -> Iterator[RenderableType]:
    for number, block in enumerate(blocks):
        if number:
            yield Text()
        yield block
