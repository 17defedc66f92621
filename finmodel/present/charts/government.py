"""Pictures of the government's account: support by year, against the envelope, where it flows, cost by price."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from finmodel.present.drawing import (
    BLUE,
    GREEN,
    GREY,
    INK,
    MILLION,
    ORANGE,
    Picture,
    draw_into,
    dress,
    legend,
    sheet,
    ticks,
)
from finmodel.present.numbers import DUST
from finmodel.public_money.account import Government
from finmodel.public_money.price_cost import PriceCost

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

THIN = 0.07  # of the whole: a band that leaves room for one line of text
GROUPS = {"tax": "Taxes", "loan": "Lenders", "equity": "Owners", "cover": "Cover", "operations": "Suppliers and others",
          "account": "Accounts (time value)", "grant": "Grants", "subsidy": "Grants"}  # fmt: skip


def pictures(account: Government) -> dict[str, Picture]:
    """Name of a picture → what draws it; those that the account has nothing for are left out."""
    found: dict[str, Picture] = {}
    if len(account.years):
        found["government_years"] = lambda: years(account)
    if _programmes(account):
        found["government_cumulative"] = lambda: cumulative(account)
    if max(abs(account.analysis.present.paid), abs(account.analysis.present.given_back)) > DUST:
        found["government_flow"] = lambda: flow(account)
    found["government_price"] = lambda: price(account)
    return found


def write_charts(account: Government, folder: Path) -> list[Path]:
    """Draw every picture into a folder.

    Args:
        folder: Where the files are written.

    Raises:
        FileError: The folder or a file cannot be written.
    """
    return draw_into(folder, pictures(account))


def years(account: Government) -> Figure:
    """Support granted and not covered by fiscal year and programme, against the ceiling, in the budget's currency."""
    table = account.years
    programmes = list(dict.fromkeys(table["programme"]))
    figure, axes = sheet(len(programmes))
    for axis, name in zip(axes, programmes, strict=True):
        rows = table[table["programme"] == name]
        at = np.arange(len(rows))
        granted, unmet = (rows[column].to_numpy() / MILLION for column in ("granted_own", "unmet_own"))
        axis.bar(at, granted, color=BLUE, label="granted")
        axis.bar(at, unmet, bottom=granted, color=ORANGE, label="not covered")
        back = rows["given_back_own"].to_numpy() / MILLION
        if back.any():
            axis.bar(at, -back, color=GREEN, label="given back")
        axis.step(at, rows["ceiling_own"].to_numpy() / MILLION, where="mid", color=INK, lw=1.4, label="ceiling")
        dress(axis, f"{_first(rows, 'label')}: support by fiscal year", f"{_first(rows, 'currency')} m")
        shown = [account.shown_year(_first(rows, "programme"), key) for key in rows["fiscal_year"]]
        ticks(axis, shown, most=len(rows))
        legend(axis)
    return figure


def cumulative(account: Government) -> Figure:
    """What each programme has granted so far, against its envelope and its budgets so far."""
    tables, labels = account.deal.tables, account.deal.model.timeline.labels
    names = _programmes(account)
    figure, axes = sheet(len(names))
    for axis, name in zip(axes, names, strict=True):
        terms, values = tables.programme[name], account.deal.values
        unit = str(terms.envelope.unit)
        granted = np.asarray(values[f"programme.{name}.granted_ever"]) / MILLION
        own = [np.asarray(values[f"support.{id}.due_own"]) for id in account.contracts(name)]
        asked = np.cumsum(np.sum(own, axis=0)) / MILLION
        axis.plot(asked, color=ORANGE, lw=1.6, label="entitled to")
        axis.plot(granted, color=BLUE, lw=2.2, label="granted")
        axis.axhline(terms.envelope.number / MILLION, color=INK, lw=1.2, ls="--", label="envelope")
        dress(axis, f"{terms.label}: cumulative support against the envelope", f"{unit} m")
        ticks(axis, list(labels))
        legend(axis)
    return figure


def flow(account: Government) -> Figure:
    """Where net support ends (with/without): from programmes through the waterfall to groups of parties."""
    figure, axes = sheet(1)
    ends: dict[str, float] = {}
    for at, who in enumerate(account.deal.parties):
        if not who.funder:
            label = GROUPS.get(who.instrument, "Others") + (f", {who.country}" if who.instrument == "tax" else "")
            ends[label] = ends.get(label, 0.0) + float(account.analysis.present.all[at])
    split = account.analysis.present
    sources = {"Top-up": split.paid, "Given back": -split.given_back}
    losers = {label: value for label, value in ends.items() if value < -0.005 * split.paid}
    winners = {label: value for label, value in ends.items() if value > 0.005 * split.paid}
    left = {name: value for name, value in sources.items() if value > 0} | {n: -v for n, v in losers.items()}
    right = dict(sorted(winners.items(), key=lambda item: -item[1]))
    right |= {"Given back": split.given_back} if split.given_back > 0 else {}
    _ribbons(axes[0], left, right)
    money = account.currency
    title = f"Where support ends (with/without), present value, {money} m"
    axes[0].set_title(f"{title}\nleft: support, and parties that have less with it", loc="left", color=INK, fontsize=11)
    return figure


def price(account: Government) -> Figure:
    """Cost of support against the price: every deck times a factor, debt held."""
    found = PriceCost(account.deal, account.terms.rate.number)
    covered = found.dscr is not None and found.dscr_without is not None
    figure, axes = sheet(1 + covered)
    factors, unit = found.factors, f"{account.currency} m, present value"
    axes[0].plot(factors, found.net / MILLION, color=BLUE, lw=2.2, label="net support")
    axes[0].plot(factors, found.unmet / MILLION, color=ORANGE, lw=1.6, label="not covered")
    dress(axes[0], "Cost of support against the price", unit)
    legend(axes[0])
    if found.dscr is not None and found.dscr_without is not None:
        axes[1].plot(factors, found.dscr, color=BLUE, lw=2.2, label="with support")
        axes[1].plot(factors, found.dscr_without, color=GREY, lw=2.2, label="without")
        axes[1].axhline(1.0, color=INK, lw=0.8, ls=":")
        dress(axes[1], "Lowest DSCR against the price", "x")
        legend(axes[1])
    for axis in axes:
        axis.axvline(1.0, color=INK, lw=0.8, ls=":")
        axis.set_xlabel("price decks, times")
    return figure


def _ribbons(axis: Axes, left: Mapping[str, float], right: Mapping[str, float]) -> None:
    """Bars on both sides of the deal, joined by ribbons in proportion to their height."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Curve

    total = max(sum(right.values()), sum(left.values()), 1e-9)
    gap = 0.03 * total
    for side, items in ((0.0, left), (1.0, right)):
        at = inner = 0.0
        for label, value in items.items():
            x0, x1 = (0.06, 0.44) if side == 0 else (0.56, 0.94)
            y = (at, at + value, inner, inner + value)
            ends = (y[0], y[1], y[2], y[3]) if side == 0 else (y[2], y[3], y[0], y[1])
            middle = (x0 + x1) / 2
            there = [(x0, ends[0]), (middle, ends[0]), (middle, ends[2]), (x1, ends[2])]
            back = [(x1, ends[3]), (middle, ends[3]), (middle, ends[1]), (x0, ends[1]), (x0, ends[0])]
            codes = [Curve.MOVETO, *[Curve.CURVE4] * 3, Curve.LINETO, *[Curve.CURVE4] * 3, Curve.CLOSEPOLY]
            colour = BLUE if side == 1 or label == "Top-up" else ORANGE
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


def _programmes(account: Government) -> list[str]:
    """Programmes that may grant something."""
    known = account.deal.tables.programme
    return [name for name in known if f"programme.{name}.granted_ever" in account.deal.values]


def _first(rows: Any, column: str) -> str:
    return str(rows[column].iloc[0]) if len(rows) else ""
