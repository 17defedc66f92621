"""The page of a simulation: results with their spread and errors, support by fiscal year, what may happen and when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rich.console import Group, RenderableType
from rich.text import Text

from finmodel.kernel.units import CURRENCIES
from finmodel.present.grid import Cell, grid
from finmodel.present.numbers import clean, fixed, metric_text, millions, percent
from finmodel.risk.simulated import TOTAL_LOSS, Chance, Spread, Summary

MEDIAN = "p50"
SHOWN = ("p5", "p25", "p50", "p75", "p95")
EVENTS = {
    "lock_up": "Lock-up of distributions",
    "default": "Default",
    "untested": "Cover 12 months back not tested yet",
    "arrears": "Senior debt not paid in full",
    "arrears_mezzanine": "Mezzanine not paid in full",
    "deferred": "Mezzanine interest deferred",
    "reserve_short": "Reserve below its target",
    "cured": "Default cured by owners",
    "budget_exceeded": "Budget does not cover the support due",
    "not_completed": "Cost beyond what owners promised: not completed",
}
SHOWN_APART = ("dscr", "support_paid", "support_given_back", "support_unmet")
MARKET = re.compile(r"price\.[^.]+")  # drawn, and shown in pictures
HARMLESS = tuple(name for name in EVENTS if name != "not_completed")  # they are what a simulation is for


def page(summary: Summary) -> Group:
    """The whole page."""
    blocks: list[RenderableType] = [*_head(summary), Text(), _results(summary), *_undefined(summary)]
    asked = [_row(summary, name) for name in summary.by_year if name not in SHOWN_APART and not MARKET.fullmatch(name)]
    for block in (support_by_year(summary), _cover(summary), *asked, _events(summary), _regimes(summary)):
        if block is not None:
            blocks += [Text(), block]
    return Group(*blocks, Text(), *_foot(summary))


def _head(summary: Summary) -> Iterator[Text]:
    run = summary.run
    yield Text(clean(summary.name) + (f", {clean(summary.scenario)}" if summary.scenario else ""), style="bold")
    yield Text(
        f"{run.paths:,} paths, seed {run.seed}, {run.sampling} sampling, {run.seconds:.1f} s with {run.workers}"
        f" process{'' if run.workers == 1 else 'es'}; run {run.identity[:12]}"
    )
    if run.sized_on:
        yield Text(f"Debt of every path sized on: {clean(run.sized_on)}")


def _results(summary: Summary) -> Group:
    """Medians lead: a mean of rates with total losses in it says little."""
    quantiles = (*(name.upper() for name in SHOWN if name != MEDIAN), f"Worst {percent(1 - summary.run.tail, 0)}")
    headers = ("", "Base case", "Median", *quantiles, "Mean", "s.e.")
    rows = []
    for name, found in summary.metrics.items():
        unit = summary.units[name]
        others = (found.quantiles.get(q) for q in SHOWN if q != MEDIAN)
        values = [summary.base.get(name), found.quantiles.get(MEDIAN), *others, found.worst, found.mean, found.se]
        label = clean(summary.labels.get(name, name)).removesuffix(": Value")
        rows.append([f"{label}, {unit} m" if unit in CURRENCIES else label, *(_cell(name, v, unit) for v in values)])
    return grid("Results over all paths", headers, rows)


def _cell(name: str, value: float | None, unit: str) -> str:
    if value is None:
        return "n/a"
    return millions(value) if unit in CURRENCIES else metric_text(name, value, unit)


def _undefined(summary: Summary) -> Iterator[Text]:
    """How many paths have no such number, or a total loss."""
    for name, found in summary.metrics.items():
        if found.undefined:
            parts = [f"{why} {percent(share, 1)}" for why, share in found.undefined.items()]
            loss = "; a total loss counts as -100 %" if TOTAL_LOSS in found.undefined else ""
            label = clean(summary.labels.get(name, name))
            yield Text(f"{label}: defined on {percent(found.defined, 1)} of paths ({', '.join(parts)}{loss})")


def support_by_year(summary: Summary) -> Group | None:
    """Support by fiscal year: what to expect, what to hold beyond it for the worst year in a hundred, and the odds."""
    years = summary.by_year.get("support_paid", {})
    exceeded = summary.chances_by_year.get("budget_exceeded", {})
    if not years:
        return None
    rows: list[list[Cell]] = []
    for year in sorted({*years, *exceeded}):
        found = years.get(year)
        cells = ["-"] * 7
        if found is not None and found.mean is not None:
            p50, p90, p99 = (found.quantiles[q] for q in ("p50", "p90", "p99"))
            values = [found.mean, found.se, p50, p90, p99, p99 - found.mean, found.worst]
            cells = ["n/a" if value is None else millions(value) for value in values]
        rows.append([summary.run.shown(year), *cells, _chance(exceeded.get(year))])
    headers = (
        "Fiscal year",
        "Mean",
        "s.e.",
        "P50",
        "P90",
        "P99",
        "Reserve",
        f"Worst {percent(1 - summary.run.tail, 0)}",
        "",
    )
    table = grid(
        f"Support paid, {summary.currency} m, and whether the budget falls short", (*headers[:-1], "Short"), rows
    )
    return Group(table, Text("Reserve: P99 less the mean, to be held beyond what is expected."))


def _cover(summary: Summary) -> Group | None:
    years = summary.by_year.get("dscr", {})
    rows = [
        [summary.run.shown(year), *(fixed(found.quantiles[q], 2) + "x" for q in SHOWN)]
        for year, found in years.items()
        if found.quantiles
    ]
    return grid("Lowest DSCR of the year", ("Fiscal year", *(q.upper() for q in SHOWN)), rows) if rows else None


def _row(summary: Summary, name: str) -> Group | None:
    """A row that was asked for, over time."""
    unit, years = summary.units.get(name, ""), summary.by_year[name]
    rows = []
    for year, found in years.items():
        values = (found.mean, found.se, *(found.quantiles.get(q) for q in SHOWN))
        rows.append([summary.run.shown(year), *(_cell(name, value, unit) for value in values)])
    label = (
        f"{clean(summary.labels.get(name, name))}, {unit} m" if unit in CURRENCIES else summary.labels.get(name, name)
    )
    return grid(clean(label), ("", "Mean", "s.e.", *(q.upper() for q in SHOWN)), rows) if rows else None


def _events(summary: Summary) -> Group | None:
    """What happens at all, and the year in which it is likeliest."""
    rows: list[list[Cell]] = []
    for name, chance in summary.chances.items():
        years: Mapping[str, Chance] = summary.chances_by_year.get(name, {})
        likeliest = max(years, key=lambda year: years[year].share, default="")
        most = f"{summary.run.shown(likeliest)}: {_chance(years[likeliest])}" if likeliest else "-"
        style = "bold red" if name not in HARMLESS and chance.share else ""
        told = EVENTS.get(name) or f"Check fails: {clean(summary.labels.get(name, name))}"
        rows.append([Text(told, style=style), _chance(chance), _error(chance), most])
    return grid("What may happen", ("", "At any time", "s.e.", "Likeliest year"), rows) if rows else None


def _regimes(summary: Summary) -> Group | None:
    if not summary.by_regime:
        return None
    names = [name for name in summary.metrics if name in ("equity_irr", "dscr_min", "support_paid")]
    headers = ["Paths that bear its name", "Share", *(f"{clean(summary.labels.get(n, n))}, P50" for n in names)]
    rows = []
    for regime, metrics in summary.by_regime.items():
        cells = [_median(name, metrics[name], summary.units[name]) for name in names]
        rows.append([clean(summary.labels.get(regime, regime)), percent(summary.regimes[regime], 1), *cells])
    return grid("By regime", headers, rows)


def _median(name: str, found: Spread, unit: str) -> str:
    value = found.quantiles.get("p50")
    return metric_text(name, value, unit)


def _chance(chance: Chance | None) -> str:
    return "-" if chance is None else percent(chance.share, 1)


def _error(chance: Chance) -> str:
    return "n/a" if chance.se is None else percent(chance.se, 2)


def _foot(summary: Summary) -> Iterator[Text]:
    yield Text(
        f"s.e.: standard error of the mean. Worst {percent(1 - summary.run.tail, 0)}: mean of that tail."
        f" Fiscal years end in {summary.run.calendar}. Quantiles of rates count a total loss as -100 %."
    )
