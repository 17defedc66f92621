"""Pictures of the government's account: support by year, cumulative against the budget, where it flows, cost by price.

Matplotlib is loaded when a picture is drawn, and no earlier. Files are PNG, written whole or not at all.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from finmodel.engine.government import Government
from finmodel.engine.price_cost import PriceCost
from finmodel.outputs.files import inside, make_folder, write_bytes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MILLION = 1e6
THIN = 0.07  # of the whole: a band that leaves room for one line of text
INK, SUPPORT, MISSED, BACK, OTHER = "#22303c", "#2f6f9f", "#d98f4e", "#5b9b6b", "#b7c0c7"
GROUPS = {"tax": "Taxes", "loan": "Lenders", "equity": "Owners", "cover": "Cover", "operations": "Suppliers and others",
          "account": "Accounts (time value)", "grant": "Grants", "subsidy": "Grants"}  # fmt: skip


def write_charts(account: Government, folder: Path) -> list[Path]:
    """Draw every picture into a folder.

    Raises:
        FileError: The folder or a file cannot be written.
    """
    make_folder(folder)
    pictures = {
        "government_years.png": years,
        "government_cumulative.png": cumulative,
        "government_flow.png": flow,
        "government_price.png": price,
    }
    return [write_bytes(inside(folder, name), _png(draw(account))) for name, draw in pictures.items()]


def years(account: Government) -> Figure:
    """Support granted and not covered by fiscal year and programme, against the ceiling, in the budget's currency."""
    table = account.years
    programmes = list(dict.fromkeys(table["programme"])) or [""]
    figure, axes = _figure(len(programmes))
    for axis, name in zip(axes, programmes, strict=True):
        rows = table[table["programme"] == name]
        at = np.arange(len(rows))
        granted, unmet = (rows[column].to_numpy() / MILLION for column in ("granted_own", "unmet_own"))
        axis.bar(at, granted, color=SUPPORT, label="granted")
        axis.bar(at, unmet, bottom=granted, color=MISSED, label="not covered")
        back = rows["given_back_own"].to_numpy() / MILLION
        if back.any():
            axis.bar(at, -back, color=BACK, label="given back")
        axis.step(at, rows["ceiling_own"].to_numpy() / MILLION, where="mid", color=INK, lw=1.4, label="ceiling")
        _dress(axis, f"{_first(rows, 'label')}: support by fiscal year", f"{_first(rows, 'currency')} m")
        axis.set_xticks(at, list(rows["fiscal_year"]), rotation=45, ha="right")
        _legend(axis)
    return figure


def cumulative(account: Government) -> Figure:
    """What each programme has granted so far, against its envelope and its budgets so far."""
    tables, labels = account.deal.tables, account.deal.model.timeline.labels
    names = [name for name in tables.programme if f"programme.{name}.granted_ever" in account.deal.values] or [""]
    figure, axes = _figure(len(names))
    for axis, name in zip(axes, names, strict=True):
        if not name:
            continue
        terms, values = tables.programme[name], account.deal.values
        unit = str(terms.envelope.unit)
        granted = np.asarray(values[f"programme.{name}.granted_ever"]) / MILLION
        own = [np.asarray(values[f"support.{id}.due_own"]) for id in account.contracts(name)]
        asked = np.cumsum(np.sum(own, axis=0)) / MILLION
        axis.plot(asked, color=MISSED, lw=1.6, label="entitled to")
        axis.plot(granted, color=SUPPORT, lw=2.2, label="granted")
        axis.axhline(terms.envelope.number / MILLION, color=INK, lw=1.2, ls="--", label="envelope")
        _dress(axis, f"{terms.label}: cumulative support against the envelope", f"{unit} m")
        axis.set_xticks(range(0, len(labels), 8), labels[::8], rotation=45, ha="right")
        _legend(axis)
    return figure


def flow(account: Government) -> Figure:
    """Where net support ends (with/without): from programmes through the waterfall to groups of parties."""
    figure, axes = _figure(1)
    ends: dict[str, float] = {}
    for at, who in enumerate(account.deal.parties):
        if not who.funder:
            label = GROUPS.get(who.instrument, "Others") + (f", {who.country}" if who.instrument == "tax" else "")
            ends[label] = ends.get(label, 0.0) + float(account.analysis.present.all[at])
    split = account.analysis.present
    sources = {"Top-up": split.paid, "Given back": -split.given_back}
    losers = {label: value for label, value in ends.items() if value < -0.005 * split.paid}
    winners = {label: value for label, value in ends.items() if value > 0.005 * split.paid}
    left = [(name, value) for name, value in sources.items() if value > 0] + [(n, -v) for n, v in losers.items()]
    right = sorted(winners.items(), key=lambda item: -item[1])
    right += [("Given back", split.given_back)] if split.given_back > 0 else []
    _ribbons(axes[0], left, right)
    money = account.currency
    title = f"Where support ends (with/without), present value, {money} m"
    axes[0].set_title(f"{title}\nleft: support, and parties that have less with it", loc="left", color=INK, fontsize=11)
    return figure


def price(account: Government) -> Figure:
    """Cost of support against the price: every deck times a factor, debt held."""
    found = PriceCost(account.deal, account.terms.rate.number)
    figure, axes = _figure(2)
    factors, unit = found.factors, f"{account.currency} m, present value"
    axes[0].plot(factors, found.net / MILLION, color=SUPPORT, lw=2.2, label="net support")
    axes[0].plot(factors, found.unmet / MILLION, color=MISSED, lw=1.6, label="not covered")
    _dress(axes[0], "Cost of support against the price", unit)
    _legend(axes[0])
    if found.dscr is not None and found.dscr_without is not None:
        axes[1].plot(factors, found.dscr, color=SUPPORT, lw=2.2, label="with support")
        axes[1].plot(factors, found.dscr_without, color=OTHER, lw=2.2, label="without")
        axes[1].axhline(1.0, color=INK, lw=0.8, ls=":")
        _legend(axes[1])
    _dress(axes[1], "Lowest DSCR against the price", "x")
    for axis in axes:
        axis.axvline(1.0, color=INK, lw=0.8, ls=":")
        axis.set_xlabel("price decks, times")
    return figure


def _ribbons(axis: Axes, left: Sequence[tuple[str, float]], right: Sequence[tuple[str, float]]) -> None:
    """Bars on both sides of the deal, joined by ribbons in proportion to their height."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Curve

    total = max(sum(value for _, value in right), sum(value for _, value in left), 1e-9)
    gap = 0.03 * total
    for side, items in ((0.0, left), (1.0, right)):
        at = inner = 0.0
        for label, value in items:
            x0, x1 = (0.06, 0.44) if side == 0 else (0.56, 0.94)
            y = (at, at + value, inner, inner + value)
            ends = (y[0], y[1], y[2], y[3]) if side == 0 else (y[2], y[3], y[0], y[1])
            middle = (x0 + x1) / 2
            there = [(x0, ends[0]), (middle, ends[0]), (middle, ends[2]), (x1, ends[2])]
            back = [(x1, ends[3]), (middle, ends[3]), (middle, ends[1]), (x0, ends[1]), (x0, ends[0])]
            codes = [Curve.MOVETO, *[Curve.CURVE4] * 3, Curve.LINETO, *[Curve.CURVE4] * 3, Curve.CLOSEPOLY]
            colour = SUPPORT if side == 1 or label == "Top-up" else MISSED
            axis.add_patch(PathPatch(Curve([*there, *back], codes), facecolor=colour, alpha=0.45, lw=0))
            thin = value < THIN * total
            text = f"{label}{' ' if thin else chr(10)}{value / MILLION:,.1f}"
            axis.text(0.05 if side == 0 else 0.95, at + value / 2, text, ha="right" if side == 0 else "left",
                      va="center", color=INK, fontsize=9)  # fmt: skip
            at, inner = at + max(value + gap, THIN * total if thin else 0.0), inner + value
    axis.add_patch(_box(total))
    axis.text(0.5, total / 2, "Waterfall\nof the deal", ha="center", va="center", color="white", fontsize=9)
    axis.set_xlim(-0.25, 1.25)
    axis.set_ylim(1.25 * total, -0.05 * total)
    axis.axis("off")


def _box(total: float) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((0.44, 0.0), 0.12, total, facecolor=INK, lw=0)


def _figure(count: int) -> tuple[Figure, list[Axes]]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, 4.6 * count), layout="constrained")
    axes = figure.subplots(count, 1, squeeze=False)
    return figure, [row[0] for row in axes]


def _dress(axis: Axes, title: str, unit: str) -> None:
    axis.set_title(title, loc="left", color=INK, fontsize=11)
    axis.set_ylabel(unit, color=INK)
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(axis="y", color="#e6eaed", lw=0.8)
    axis.set_axisbelow(True)
    axis.yaxis.set_major_formatter("{x:,.6g}" if unit == "x" else "{x:,.0f}")


def _legend(axis: Axes) -> None:
    """Above the picture on the right, where no bar or line is."""
    axis.legend(frameon=False, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=4, fontsize=9)


def _first(rows: Any, column: str) -> str:
    return str(rows[column].iloc[0]) if len(rows) else ""


def _png(figure: Figure) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=130)
    return stream.getvalue()
