"""The page of two inputs varied at once: a table a result, rows by the first input and columns by the second."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from finmodel.present.grid import grid
from finmodel.present.numbers import clean, metric_text
from finmodel.run.results import ERROR, Results

SHOWN = (("Minimum DSCR", "dscr_min"), ("Equity IRR", "equity_irr"))


def page(
    base: Results,
    keys: tuple[str, str],
    values: tuple[Sequence[str], Sequence[str]],
    runs: Mapping[tuple[str, str], Results],
) -> Group:
    """The two-way table of each result.

    Args:
        base: The case as it stands.
        keys: The input of the rows, and that of the columns.
        values: The values of each, as typed.
        runs: (row value, column value) → its run.
    """
    blocks: list[RenderableType] = [Text(clean(base.case.name), style="bold")]
    if sized := base.facts.get("debt_sized_on"):
        blocks.append(Text(f"Debt of every combination sized on: {clean(sized)}"))
    for title, name in SHOWN:
        if name in base.units:
            cells = [[row, *(_cell(runs[row, column], name) for column in values[1])] for row in values[0]]
            blocks += [Text(), grid(f"{title}, debt held", ["", *values[1]], cells)]
            blocks.append(Text(f"The case as it stands: {_cell(base, name)}"))
    blocks += [Text(), Text(f"Rows: {clean(keys[0])}. Columns: {clean(keys[1])}.")]
    return Group(*blocks, *_failed(runs))


def _cell(result: Results, name: str) -> str:
    return metric_text(name, result.metrics[name], result.units[name])


def _failed(runs: Mapping[tuple[str, str], Results]) -> Iterator[Text]:
    """Each check that fails in some combination, and in how many."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for pair, result in runs.items():
        for check in result.checks:
            if not check.passed:
                found.setdefault((check.kind, check.id, check.label), []).append(" and ".join(pair))
    for (kind, id, label), pairs in found.items():
        where = f"fails in {len(pairs)} of {len(runs)} combinations, such as {clean(pairs[0])}"
        yield Text(f"{kind} {id}: {clean(label)}: {where}", style="bold red" if kind == ERROR else "yellow")
