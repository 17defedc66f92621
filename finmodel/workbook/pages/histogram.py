"""Classes of simulated results: a small table of each, and its chart beside it."""

from __future__ import annotations

from finmodel.kernel.units import CURRENCIES
from finmodel.risk.simulated import Histogram
from finmodel.workbook.book import Book, Simulated
from finmodel.workbook.cells import CONSTANT, FIRST, LABEL, NOTE, TOTAL, UNIT, Page
from finmodel.workbook.native_charts import Chart, Curve
from finmodel.workbook.pages import blocks
from finmodel.workbook.pages.static import figure
from finmodel.workbook.theme import theme

AXES = {"percent": "0.0%", "times": '0.00"x"', "money": "#,##0,,"}
LEAST_ROWS, WIDE = 14, 11
BLUE = 1


def number_format(name: str, unit: str) -> str:
    """The number format of a result, as metrics are shown: rates in per cent, ratios as multiples."""
    if unit in CURRENCIES:
        return "money"
    if unit == "1/year" or name.startswith("gearing"):
        return "percent"
    return "times" if unit == "ratio" else "price"


def histograms(book: Book, page: Page, found: Simulated, row: int) -> int:
    """A table and a chart of each; returns the next free row.

    Args:
        row: First row of the sheet to write.
    """
    for name, histogram in found.histograms.items():
        if histogram.counts:
            row = _table(book, page, found, (name, histogram), row)
    return row


def _table(book: Book, page: Page, found: Simulated, what: tuple[str, Histogram], row: int) -> int:
    name, histogram = what
    say, summary = book.say, found.summary
    unit, paths = summary.units[name], summary.run.paths
    format, label = number_format(name, unit), book.say(summary.labels.get(name, name))
    money = say.unit(f"{unit} m")
    title = say("{label}: classes, simulated", label=f"{label}, {money}" if unit in CURRENCIES else label)
    columns = range(LABEL, TOTAL + 1)
    texts = {NOTE: say("From"), UNIT: say("To"), CONSTANT: say("Paths"), TOTAL: say("Share")}
    height = max(len(histogram.counts) + 1, LEAST_ROWS)
    blocks.keep(page, row, height)
    blocks.head(page, row, {LABEL: title, **texts}, columns)
    last = len(histogram.counts) - 1
    for at, count in enumerate(histogram.counts):
        words = say("and all below") if at == 0 else say("and all above") if at == last else ""
        blocks.entry(page, row + 1 + at, words if last else say("all paths"), columns)
        figure(page, row + 1 + at, NOTE, histogram.edges[at], format)
        figure(page, row + 1 + at, UNIT, histogram.edges[at + 1], format)
        figure(page, row + 1 + at, CONSTANT, float(count), "whole")
        figure(page, row + 1 + at, TOTAL, count / paths, "percent")
    end = row + 1 + last
    cells = f"{page.name}!$C${row + 1}:$C${end}", f"{page.name}!$F${row + 1}:$F${end}"
    corner = (FIRST - 1, row - 1, FIRST - 1 + WIDE, row - 1 + height)
    curve = Curve(say("Share of paths"), cells[1], BLUE)
    axis, share = AXES.get(format, theme().format["general"]), say("Share of paths")
    page.charts.append(Chart(title, share, "columns", cells[0], (curve,), corner, format="0%", category_format=axis))
    return row + height + 2
