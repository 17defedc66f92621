"""The page of the downside grid: one row a shock, its covenant events, what is not in the grid, checks that fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from finmodel.kernel.units import CURRENCIES
from finmodel.present.grid import grid
from finmodel.present.numbers import clean, decimals_for, metric_text, millions
from finmodel.run.covenant_events import events_of, funded
from finmodel.run.results import ERROR, Results

COLUMNS = (
    ("DSCR,\nlowest", "dscr_min"),
    ("DSCR,\naverage", "dscr_avg"),
    ("LLCR,\nlowest", "llcr_min"),
    ("Equity\nIRR", "equity_irr"),
    ("Support\npaid", "support_paid"),
)
EVENTS = (
    ("Lock-up", "lock_up"),
    ("Default", "default"),
    ("Not yet\ntested", "untested"),
    ("Senior\narrears", "arrears"),
    ("Mezzanine\narrears", "arrears_mezzanine"),
    ("Mezzanine\ndeferred", "deferred"),
    ("Reserve\nshort", "reserve_short"),
)


def page(rows: Mapping[str, Results], remarks: Sequence[str]) -> Group:
    """The downside grid.

    Args:
        rows: Label → run; the case as it stands comes first.
        remarks: What to say below the table, one sentence each.
    """
    base = next(iter(rows.values()))
    columns = [(header, name) for header, name in COLUMNS if name in base.units]
    headers = ["", *(_header(base, header, name) for header, name in columns)]
    cells = [[label, *_cells(result, columns)] for label, result in rows.items()]
    blocks: list[RenderableType] = [*_head(base), Text(), grid("Sensitivities, debt held", headers, cells), Text()]
    blocks += [_events(rows), Text()]
    return Group(*blocks, *(Text(clean(remark)) for remark in remarks), *_failed(rows))


def _events(rows: Mapping[str, Results]) -> Group:
    """On how many dates each covenant event holds, and whether what owners promised pays for all uses."""
    found = {label: events_of(result) for label, result in rows.items()}
    known = [(header, name) for header, name in EVENTS if any(name in events for events in found.values())]
    cells = []
    for label, events in found.items():
        counts = [str(len(events[name].dates)) if name in events else "" for _, name in known]
        cells.append([label, *counts, "yes" if funded(rows[label]) else "no"])
    return grid("Covenant events, number of dates", ["", *(header for header, _ in known), "Funded"], cells)


def _head(base: Results) -> Iterator[Text]:
    yield Text(clean(base.case.name), style="bold")
    sized = base.facts.get("debt_sized_on")
    if sized:
        yield Text(f"Debt of every row sized on: {clean(sized)}")


def _header(base: Results, header: str, name: str) -> str:
    unit = base.units[name]
    return f"{header},\n{unit} m" if unit in CURRENCIES else header


def _cells(result: Results, columns: Sequence[tuple[str, str]]) -> Iterator[str]:
    for _, name in columns:
        value, unit = result.metrics[name], result.units[name]
        if value is not None and unit in CURRENCIES:
            yield millions(value, decimals_for([value]))
        else:
            yield metric_text(name, value, unit)


def _failed(rows: Mapping[str, Results]) -> Iterator[Text]:
    """Under each row, the checks that fail in it."""
    for label, result in rows.items():
        failed = [check for check in result.checks if not check.passed]
        if failed:
            yield Text(clean(label))
        for check in failed:
            at = f", worst in {check.at}" if check.at else ""
            style = "bold red" if check.kind == ERROR else "yellow"
            yield Text(f"  {check.kind} {check.id}: {clean(check.label)}{at}", style=style)
