"""How pictures look: one sheet, one set of colours, one dress for every axis; as PNG files, or as SVG in a report.

Matplotlib is loaded when a picture is drawn, and no earlier.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from finmodel.kernel.files import inside, make_folder, write_bytes
from finmodel.present.numbers import clean

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MILLION = 1e6
WIDTH, HEIGHT = 10.0, 4.6
INK, BLUE, ORANGE, GREEN, GREY = "#22303c", "#2f6f9f", "#d98f4e", "#5b9b6b", "#b7c0c7"
PALE = "#e6eaed"
FAMILY = (BLUE, ORANGE, GREEN, "#8d6fa8", "#c8b04e", "#5fa8b8", "#a05a5a", GREY)
JAPANESE = ("Noto Sans CJK JP", "Yu Gothic", "Hiragino Sans", "MS Gothic", "IPAexGothic")
Picture = Callable[[], "Figure"]


class Sheet(NamedTuple):
    """A figure, and its axes row by row."""

    figure: Figure
    axes: list[Axes]


def sheet(count: int = 1, across: int = 1, height: float = HEIGHT) -> Sheet:
    """A figure with so many axes, filled row by row.

    Args:
        count: Number of axes.
        across: Axes in a row.
        height: Height of a row [inches].
    """
    from matplotlib.figure import Figure

    rows = -(-count // across)
    figure = Figure(figsize=(WIDTH, height * rows), layout="constrained")
    axes = figure.subplots(rows, across, squeeze=False).ravel().tolist()
    for spare in axes[count:]:
        spare.axis("off")
    return Sheet(figure, axes[:count])


def dress(axis: Axes, title: str, unit: str) -> None:
    """Title, unit, and a pale grid.

    Args:
        axis: Where it is drawn.
        title: What stands above it.
        unit: Its unit.
    """
    axis.set_title(clean(title), loc="left", color=INK, fontsize=11)
    axis.set_ylabel(clean(unit), color=INK)
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(axis="y", color=PALE, lw=0.8)
    axis.set_axisbelow(True)
    axis.yaxis.set_major_formatter("{x:,.0f}" if unit.endswith(" m") else "{x:,.6g}")


def legend(*axes: Axes) -> None:
    """Between title and picture, where no bar or line is; what several axes show stands in one row."""
    found = [axis.get_legend_handles_labels() for axis in axes]
    signs = dict(zip((word for _, words in found for word in words), (s for h, _ in found for s in h), strict=True))
    place: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (-0.01, 0.99), "ncols": 5, "borderaxespad": 0.2}
    axes[0].legend(list(signs.values()), list(signs), frameon=False, fontsize=9, **place)
    axes[0].set_title(
        axes[0].get_title(loc="left"), loc="left", color=INK, fontsize=11, pad=8 + 16 * -(-len(signs) // 5)
    )


def shared_legend(figure: Figure, axis: Axes) -> None:
    """One legend for axes that all show the same.

    Args:
        axis: Where it is drawn.
    """
    signs, words = axis.get_legend_handles_labels()
    figure.legend(signs, words, loc="outside upper left", frameon=False, fontsize=9, ncols=6)


def ticks(axis: Axes, labels: list[str], most: int = 16) -> None:
    """The names of columns 0, 1, 2 …; so many that they can be read.

    Args:
        axis: Where it is drawn.
        labels: Names of the columns.
        most: How many are named at most.
    """
    step = max(1, -(-len(labels) // max(most, 1)))
    axis.set_xticks(range(0, len(labels), step), [clean(label) for label in labels[::step]], rotation=45, ha="right")


def png(draw: Picture) -> bytes:
    """A picture as a file."""
    return _saved(draw, "png", dpi=130)


def svg(draw: Picture) -> bytes:
    """A picture for a page; the same picture is the same bytes."""
    return _saved(draw, "svg", metadata={"Date": None, "Creator": None})


def draw_into(folder: Path, pictures: Mapping[str, Picture]) -> list[Path]:
    """Draw pictures as PNG files, by name.

    Args:
        folder: Where the files are written.
        pictures: File name → what draws it.

    Raises:
        FileError: The folder or a file cannot be written.
    """
    make_folder(folder)
    return [write_bytes(inside(folder, f"{name}.png"), png(draw)) for name, draw in pictures.items()]


def _saved(draw: Picture, format: str, **how: Any) -> bytes:
    """Labels of a case are plain text: a dollar sign starts no formula, and a letter without a shape is no news."""
    from matplotlib import rc_context
    from matplotlib.font_manager import get_font_names

    fonts = ["DejaVu Sans", *(font for font in JAPANESE if font in get_font_names())]
    stream = io.BytesIO()
    style = rc_context({"font.family": fonts, "text.parse_math": False, "svg.hashsalt": "finmodel"})
    with style, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        draw().savefig(stream, format=format, **how)
    return stream.getvalue()
