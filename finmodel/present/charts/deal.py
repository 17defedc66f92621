"""Pictures of a deal: cash and cover, debt, funding, revenue, owners, and what moves the results most."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from finmodel.deal.plant.terms import products_by_node
from finmodel.present.annual import CASH, Column, YearTable, by_year, flow, owner_lines, without_nothing
from finmodel.present.drawing import BLUE, FAMILY, GREY, INK, MILLION, ORANGE, Picture, dress, legend, sheet, ticks
from finmodel.present.numbers import DUST
from finmodel.run.results import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Series = Mapping[str, Sequence[float]]
CFADS, SERVICE, JUNIOR, COVER = (
    next(column for column in CASH if column.title == title)
    for title in ("CFADS", "Senior service", "Junior service", "Lowest DSCR")
)
PULLED = (("dscr_min", "Lowest DSCR", 1.0, "x"), ("equity_irr", "Equity IRR", 100.0, "%"))


def pictures(result: Results, shocks: Mapping[str, Results] | None = None) -> dict[str, Picture]:
    """Name of a picture → what draws it; those that the deal has nothing for are left out.

    Args:
        shocks: The downside grid: label → run, the case as it stands first.
    """
    found: dict[str, Picture] = {}
    if any(flow(result, CFADS.terms) or ()):
        found["deal_cover"] = lambda: cover(result)
    for name, series, title in (
        ("deal_debt", debt(result), "Debt outstanding"),
        ("deal_funding", funding(result), "Funding by source and period"),
    ):
        if series:
            found[name] = _by_period(result, series, title, name == "deal_debt")
    for name, columns, title in (
        ("deal_revenue", _revenue(result), "Sales billed by node"),
        ("deal_owners", _owners(result), "Received by class of owners"),
    ):
        table = without_nothing(by_year(result, columns, result.model.timeline.year_end))
        if table.columns:
            found[name] = _stacked(result, table, title)
    if shocks is not None and len(shocks) > 1 and any(result.metrics.get(name) is not None for name, *_ in PULLED):
        found["deal_sensitivity"] = lambda: tornado(shocks)
    return found


def cover(result: Results) -> Figure:
    """CFADS and debt service by fiscal year, and the lowest DSCR of the year."""
    columns = (CFADS, SERVICE, JUNIOR, COVER)
    table = without_nothing(by_year(result, columns, result.model.timeline.year_end))
    rows = {column.title: np.array(row) for column, row in zip(table.columns, table.values, strict=True)}
    figure, (axis,) = sheet()
    at = np.arange(len(table.years))
    axis.bar(at, rows["CFADS"] / MILLION, color=GREY, width=0.8, label="CFADS")
    bottom = np.zeros(len(at))
    for column, colour in ((SERVICE, BLUE), (JUNIOR, ORANGE)):
        if column.title in rows:
            amounts = rows[column.title] / MILLION
            axis.bar(at, amounts, bottom=bottom, color=colour, width=0.45, label=column.title)
            bottom = bottom + amounts
    dress(axis, "CFADS, debt service and DSCR by fiscal year", f"{_money(result)} m")
    ticks(axis, list(table.years), len(table.years))
    axes = [axis]
    if COVER.title in rows:
        right = axis.twinx()
        right.plot(at, rows[COVER.title], color=INK, lw=1.8, marker="o", ms=3.5, label="lowest DSCR (right)")
        right.spines[["top"]].set_visible(False)
        right.set_ylabel("x", color=INK)
        right.set_ylim(bottom=min(0.0, np.nanmin(rows[COVER.title])))
        axes.append(right)
    legend(*axes)
    return figure


def tornado(shocks: Mapping[str, Results]) -> Figure:
    """What each shock does to cover and to owners, the worst on top.

    Args:
        shocks: Name → run after the shock.
    """
    base, *_ = shocks.values()
    names = [(name, label, times, unit) for name, label, times, unit in PULLED if base.metrics.get(name) is not None]
    labels = list(shocks)[1:]
    figure, axes = sheet(len(names), len(names), 0.8 + 0.28 * len(labels))
    first = names[0][0]
    start = base.metrics[first] or 0.0
    labels.sort(key=lambda label: (_known(shocks[label].metrics[first], -math.inf) - start, label))
    for number, (axis, (name, title, times, unit)) in enumerate(zip(axes, names, strict=True)):
        centre = times * (base.metrics[name] or 0.0)
        ends = [shocks[label].metrics[name] for label in labels]
        moved = [0.0 if end is None else times * end - centre for end in ends]
        axis.barh(range(len(labels)), moved, left=centre, color=[ORANGE if move < 0 else BLUE for move in moved])
        for at in (at for at, end in enumerate(ends) if end is None):
            axis.text(centre, at, " none", va="center", fontsize=8, color=INK)
        axis.axvline(centre, color=INK, lw=1.0)
        dress(axis, f"{title}, {unit}: {centre:,.2f} as it stands", "")
        axis.set_yticks(range(len(labels)), labels if number == 0 else [""] * len(labels), fontsize=8)
        axis.invert_yaxis()
        axis.xaxis.set_major_formatter("{x:,.6g}")
    return figure


def debt(result: Results) -> Series:
    """Facility → what is outstanding at the end of each period."""
    terms = result.case.tables.facility
    return _live({t.label: flow(result, [f"facility.{name}.outstanding.closing"]) for name, t in terms.items()})


def funding(result: Results) -> Series:
    """Source → what it pays in each period of construction."""
    tables = result.case.tables
    found = {"Grants": flow(result, ["funding.grants_received"])}
    found |= {terms.label: flow(result, [f"funding.draw.{name}"]) for name, terms in tables.facility.items()}
    found |= {terms.label: flow(result, [f"equity.{name}.paid_in"]) for name, terms in tables.equity.items()}
    built = max(1, round(tables.timeline.construction.number / result.model.timeline.months))
    return _live({label: None if row is None else row[:built] for label, row in found.items()})


def _revenue(result: Results) -> list[Column]:
    tables = result.case.tables
    return [
        Column(tables.node[name].label, tuple(id for p in made for id in (f"offtake.*.{p}.billed", f"spot.{p}.billed")))
        for name, made in products_by_node(tables.node).items()
    ]


def _owners(result: Results) -> list[Column]:
    terms = result.case.tables.equity
    known = [name for name in terms if f"equity.{name}.paid_in" in result.values]
    return [Column(terms[name].label, (owner_lines(result.values, name)[1],)) for name in known]


def _stacked(result: Results, table: YearTable, title: str) -> Picture:
    def draw() -> Figure:
        figure, (axis,) = sheet(height=3.8)
        rows = {column.title: row for column, row in zip(table.columns, table.values, strict=True)}
        _bars(axis, rows)
        dress(axis, f"{title} and fiscal year", f"{_money(result)} m")
        ticks(axis, list(table.years), len(table.years))
        legend(axis)
        return figure

    return draw


def _by_period(result: Results, series: Series, title: str, area: bool) -> Picture:
    def draw() -> Figure:
        figure, (axis,) = sheet(height=3.8)
        count = max(map(len, series.values()))
        if area:
            last = max(t for row in series.values() for t, value in enumerate(row) if abs(value) > DUST)
            count = min(count, last + 2)
            rows = [np.array(row[:count]) / MILLION for row in series.values()]
            axis.stackplot(range(count), rows, labels=list(series), colors=FAMILY, lw=0)
        else:
            _bars(axis, series)
        dress(axis, title, f"{_money(result)} m")
        ticks(axis, list(result.model.timeline.labels[:count]), 20)
        legend(axis)
        return figure

    return draw


def _bars(axis: Axes, rows: Series) -> None:
    """Columns on each other: what is above nothing, and what is below."""
    count = max(map(len, rows.values()))
    above, below = np.zeros(count), np.zeros(count)
    for (label, row), colour in zip(rows.items(), FAMILY * len(rows), strict=False):
        amounts = np.array(row) / MILLION
        axis.bar(range(count), amounts, bottom=np.where(amounts >= 0, above, below), color=colour, label=label)
        above, below = above + np.maximum(amounts, 0), below + np.minimum(amounts, 0)


def _live(found: Mapping[str, Sequence[float] | None]) -> Series:
    return {label: row for label, row in found.items() if row is not None and any(abs(value) > DUST for value in row)}


def _known(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _money(result: Results) -> str:
    return result.case.tables.currency
