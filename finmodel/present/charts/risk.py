"""Pictures of a simulation: how it settles, fans over time, how results spread, and what may happen and when."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from finmodel.kernel.units import CURRENCIES
from finmodel.present.drawing import (
    BLUE,
    FAMILY,
    GREY,
    INK,
    MILLION,
    ORANGE,
    PALE,
    Picture,
    dress,
    legend,
    shared_legend,
    sheet,
    ticks,
)
from finmodel.present.numbers import DUST, SHARES
from finmodel.present.pages.risk import EVENTS
from finmodel.risk.simulated import Convergence, Fan, Histogram, Spread, Summary, side

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SMALL = 3.4
Z = 1.96
SERVICE = ("lock_up", "default", "arrears", "arrears_mezzanine")


class _Scale(NamedTuple):
    """The multiple in which a result is drawn, and what that is called."""

    times: float
    unit: str


@dataclass(frozen=True)
class Drawn:
    """What a simulation gives its pictures.

    Args:
        summary: Its statistics.
        settling: Results as paths are added.
        fans: Rows over time.
        spread: Result → how often it fell into each class.
        floors: Name of a fan → year → level to draw beside it, such as a price floor.
    """

    summary: Summary
    settling: Sequence[Convergence]
    fans: Sequence[Fan]
    spread: Mapping[str, Histogram]
    floors: Mapping[str, Mapping[str, float]]


def pictures(drawn: Drawn) -> dict[str, Picture]:
    """Name of a picture → what draws it; those that the run has nothing for are left out."""
    prices = [fan for fan in drawn.fans if fan.name.startswith("price.")]
    others = {fan.name: fan for fan in drawn.fans}
    found: dict[str, Picture] = {}
    if drawn.spread:
        found["risk_results"] = lambda: results(drawn)
    if prices:
        found["risk_prices"] = lambda: fan_sheet(prices, drawn, "mean of the fiscal year")
    if "dscr" in others:
        found["risk_cover"] = lambda: fan_sheet([others["dscr"]], drawn, "lowest of the fiscal year")
    if "support_paid" in others and any(_moves(others["support_paid"])):
        found["risk_support"] = lambda: fan_sheet([others["support_paid"]], drawn, "paid in the fiscal year")
    if any(drawn.summary.by_date.values()) or any(drawn.summary.chances_by_year.values()):
        found["risk_events"] = lambda: events(drawn.summary)
    if drawn.summary.by_regime:
        found["risk_regimes"] = lambda: regimes(drawn.summary)
    if any(len(one.paths) > 1 for one in drawn.settling):
        found["risk_convergence"] = lambda: settling(drawn.settling)
    return found


def fan_sheet(fans: Sequence[Fan], drawn: Drawn, what: str) -> Figure:
    """Rows over time: the middle half dark, nine tenths pale, the median, and the case as it stands.

    Args:
        fans: Rows over time.
        what: What is shown.
    """
    across = 1 if len(fans) == 1 else 2
    figure, axes = sheet(len(fans), across, 4.2)
    for axis, fan in zip(axes, map(_live, fans), strict=True):
        times, unit = _scale(fan.name, fan.unit)
        at = np.arange(len(fan.spans))
        p5, p25, p50, p75, p95 = (times * _quantile(fan.spreads, q) for q in ("p5", "p25", "p50", "p75", "p95"))
        axis.fill_between(at, p5, p95, color=BLUE, alpha=0.18, lw=0, label="P5 to P95")
        axis.fill_between(at, p25, p75, color=BLUE, alpha=0.35, lw=0, label="P25 to P75")
        axis.plot(at, p50, color=BLUE, lw=2.0, label="median")
        axis.plot(at, times * np.array(fan.base), color=INK, lw=1.4, ls="--", label="case as it stands")
        if fan.name in drawn.floors:
            level = [times * drawn.floors[fan.name].get(span, math.nan) for span in fan.spans]
            axis.plot(at, level, color=ORANGE, lw=1.6, label="floor")
        dress(axis, f"{_short(fan.label)}: {what}", unit)
        ticks(axis, list(map(drawn.summary.run.shown, fan.spans)), 16 if across == 1 else 10)
    shared_legend(figure, max(axes, key=lambda axis: len(axis.get_legend_handles_labels()[0])))
    return figure


def results(drawn: Drawn) -> Figure:
    """How often each result fell into each class, its mean, and the case as it stands."""
    figure, axes = sheet(len(drawn.spread), 2, SMALL)
    for axis, (name, counted) in zip(axes, drawn.spread.items(), strict=True):
        found, unit = drawn.summary.metrics[name], drawn.summary.units[name]
        times, shown = _scale(name, unit)
        edges = times * np.array(counted.edges)
        share = 100 * np.array(counted.counts) / max(drawn.summary.run.paths, 1)
        axis.bar(edges[:-1], share, np.diff(edges), align="edge", color=BLUE, alpha=0.75, edgecolor="white", lw=0.5)
        for value, colour, style, word in (
            (found.mean, ORANGE, "-", "mean"),
            (drawn.summary.base.get(name), INK, "--", "case as it stands"),
        ):
            if value is not None and edges.size and edges[0] <= times * value <= edges[-1]:
                axis.axvline(times * value, color=colour, lw=1.6, ls=style, label=word)
        dress(axis, f"{_short(drawn.summary.labels.get(name, name))}, {shown}", "% of paths")
        axis.xaxis.set_major_formatter("{x:,.6g}")
    shared_legend(figure, max(axes, key=lambda axis: len(axis.get_legend_handles_labels()[0])))
    return figure


def events(summary: Summary) -> Figure:
    """The probability of each breach at each date, and of a budget that falls short in each fiscal year."""
    dated = {name: dates for name, dates in summary.by_date.items() if name in SERVICE and dates}
    short = summary.chances_by_year.get("budget_exceeded", {})
    figure, axes = sheet(bool(dated) + bool(short) or 1, 1, 3.6)
    if dated:
        days = sorted({day for dates in dated.values() for day in dates})
        for (name, dates), colour in zip(dated.items(), FAMILY, strict=False):
            shares = [100 * dates[day].share if day in dates else 0.0 for day in days]
            axes[0].plot(shares, color=colour, lw=1.8, marker="o", ms=3, label=EVENTS[name].lower())
        dress(axes[0], "Probability by date", "% of paths")
        ticks(axes[0], list(map(summary.run.shown, days)))
        legend(axes[0])
    if short:
        years = list(short)
        shares = [100 * short[year].share for year in years]
        errors = [100 * Z * (short[year].se or 0.0) for year in years]
        axes[-1].bar(range(len(years)), shares, color=ORANGE, yerr=errors, ecolor=INK, capsize=3)
        dress(axes[-1], "Probability that the budget falls short, by fiscal year, with 95 % interval", "% of paths")
        ticks(axes[-1], list(map(summary.run.shown, years)))
    return figure


def regimes(summary: Summary) -> Figure:
    """A result by regime, and of all paths together: P5 to P95, the middle half, and the median."""
    names = [name for name in ("equity_irr", "dscr_min", "support_paid") if name in summary.metrics]
    names = names or list(summary.metrics)[:1]
    figure, axes = sheet(len(names), len(names), 0.9 + 0.45 * (len(summary.by_regime) + 1))
    for number, (axis, name) in enumerate(zip(axes, names, strict=True)):
        times, unit = _scale(name, summary.units[name])
        rows = {"All paths": summary.metrics[name]}
        rows |= {summary.labels.get(regime, regime): part[name] for regime, part in summary.by_regime.items()}
        known = {label: spread.quantiles for label, spread in rows.items() if spread.quantiles}
        for at, quantiles in enumerate(known.values()):
            p5, p25, p50, p75, p95 = (times * quantiles[q] for q in ("p5", "p25", "p50", "p75", "p95"))
            axis.plot([p5, p95], [at, at], color=GREY, lw=3, solid_capstyle="butt")
            axis.plot([p25, p75], [at, at], color=BLUE, lw=7, solid_capstyle="butt")
            axis.plot([p50], [at], marker="|", ms=13, mew=2, color=INK)
        dress(axis, f"{_short(summary.labels.get(name, name))}, {unit}", "")
        axis.set_yticks(range(len(known)), list(known) if number == 0 else [""] * len(known))
        axis.invert_yaxis()
        axis.xaxis.set_major_formatter("{x:,.6g}")
        axis.grid(axis="x", color=PALE, lw=0.8)
    return figure


def settling(found: Sequence[Convergence]) -> Figure:
    """Mean and a tail quantile over the first paths, ever more of them, with their 95 % intervals.

    Args:
        found: Results over ever more paths.
    """
    rows = [one for one in found if len(one.paths) > 1]
    figure, axes = sheet(2 * len(rows), 2, SMALL)
    for one, (left, right) in zip(rows, zip(axes[::2], axes[1::2], strict=True), strict=True):
        times, unit = _scale(one.name, one.unit)
        tail = "p95" if side(one.name) > 0 else "p5"
        mean = [(s.mean, *_around(s.mean, s.se)) for s in one.spreads]
        quantile = [(s.quantiles.get(tail), *s.intervals.get(tail, (None, None))) for s in one.spreads]
        for axis, rows_, word in ((left, mean, "mean"), (right, quantile, tail.upper())):
            middle, low, high = times * np.array(rows_, dtype=float).T
            axis.fill_between(one.paths, low, high, color=BLUE, alpha=0.2, lw=0, label="95 % interval")
            axis.plot(one.paths, middle, color=BLUE, lw=1.8, label=word)
            axis.axhline(middle[-1], color=INK, lw=0.8, ls=":")
            axis.set_xscale("log")
            dress(axis, f"{_short(one.label)}, {word}", unit)
            axis.yaxis.set_major_formatter("{x:,.4g}")
            axis.xaxis.set_major_formatter("{x:,.0f}")
            axis.set_xlabel("paths")
    signs, words = axes[0].get_legend_handles_labels()
    figure.legend(signs, [words[0], "of the first so many paths"], loc="outside upper left", frameon=False, fontsize=9)
    return figure


def _live(fan: Fan) -> Fan:
    """A fan without the years at both ends in which nothing happens on nine tenths of the paths."""
    moves = _moves(fan)
    if not any(moves):
        return fan
    cut = slice(moves.index(True), len(moves) - moves[::-1].index(True))
    return replace(fan, spans=fan.spans[cut], spreads=fan.spreads[cut], base=fan.base[cut])


def _moves(fan: Fan) -> list[bool]:
    """Whether anything happens, by year."""
    ends = [(spread.quantiles["p5"], spread.quantiles["p95"]) for spread in fan.spreads]
    return [max(map(abs, (*pair, base))) > DUST for pair, base in zip(ends, fan.base, strict=True)]


def _around(mean: float | None, error: float | None) -> tuple[float | None, float | None]:
    return (None, None) if mean is None or error is None else (mean - Z * error, mean + Z * error)


def _quantile(spreads: Sequence[Spread], name: str) -> np.ndarray:
    return np.array([spread.quantiles.get(name, math.nan) for spread in spreads])


def _scale(name: str, unit: str) -> _Scale:
    """The multiple in which a result is drawn, and what that is called."""
    if unit in CURRENCIES:
        return _Scale(1 / MILLION, f"{unit} m")
    if unit == "1/year" or name.partition(".")[0] in SHARES:
        return _Scale(100.0, "%")
    return _Scale(1.0, "x" if unit == "ratio" else unit)


def _short(label: str) -> str:
    return label.removesuffix(": Value")
