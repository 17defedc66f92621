"""The page of parameter bands: each result at both ends of a parameter, on the same paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import Group
from rich.text import Text

from finmodel.analysis.bands import End
from finmodel.kernel.units import CURRENCIES
from finmodel.present.grid import Cell, grid, strong
from finmodel.present.numbers import clean, metric_text, millions, percent
from finmodel.risk.simulated import Summary

SHOWN = ("dscr_min", "equity_irr", "npv_post_tax", "support_paid")


def page(base: Summary, ends: Mapping[str, tuple[End, End]]) -> Group:
    """A row for the case as it stands, and two for each parameter.

    Args:
        ends: Parameter → results at both ends of its range.
    """
    names = [name for name in SHOWN if name in base.metrics]
    headers = ["", *(_header(base, name) for name in names), "Default"]
    rows: list[list[Cell]] = [[strong("As the case stands"), *_cells(base, names)]]
    for key, both in ends.items():
        rows.append([strong(key.removeprefix("risk.")), *[""] * (len(names) + 1)])
        rows += [[f"  {clean(typed)}", *_cells(summary, names)] for typed, summary in both]
    run = base.run
    head = Text(f"{run.paths:,} paths, seed {run.seed}: the same draws in every row. Means; DSCR and IRR are medians.")
    return Group(Text(clean(base.name), style="bold"), head, Text(), grid("Parameters at both ends", headers, rows))


def _header(base: Summary, name: str) -> str:
    label = {"dscr_min": "Lowest DSCR", "equity_irr": "Equity IRR", "npv_post_tax": "NPV"}.get(name, "Support paid")
    return f"{label}\n{base.units[name]} m" if base.units[name] in CURRENCIES else label


def _cells(summary: Summary, names: list[str]) -> Iterator[str]:
    for name in names:
        found, unit = summary.metrics[name], summary.units[name]
        if unit in CURRENCIES:
            yield "n/a" if found.mean is None else millions(found.mean)
        else:
            yield metric_text(name, found.quantiles.get("p50"), unit)
    default = summary.chances.get("default")
    yield "-" if default is None else percent(default.share, 1)
