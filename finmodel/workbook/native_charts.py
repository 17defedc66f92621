"""Charts: what a page asks for, and the native chart that the file holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from finmodel.present.numbers import clean
from finmodel.workbook.theme import theme
from finmodel.workbook.xstring import escaped

TURNED = -2_700_000  # 45 degrees, in the 60,000th parts that drawings count in
Kind = Literal["columns", "stacked", "area"]


@dataclass(frozen=True)
class Curve:
    """One series: its name in the legend, the cells of its values, and a colour of the theme by number."""

    name: str
    values: str
    colour: int


@dataclass(frozen=True)
class Chart:
    """A chart over cells of the workbook.

    Args:
        title: In words.
        axis: The unit of the left axis.
        kind: Columns beside or over each other, stacked columns, or stacked areas.
        categories: The cells that name the columns.
        curves: Its series.
        line: A series drawn as a line on the right axis; None without.
        line_format: Number format of the right axis.
        corner: First column and row, last column and row, from 0.
        format: Number format of the left axis.
        category_format: Number format of the names of the columns.
    """

    title: str
    axis: str
    kind: Kind
    categories: str
    curves: tuple[Curve, ...]
    corner: tuple[int, int, int, int]
    line: Curve | None = None
    line_format: str = "0"
    format: str = "#,##0,,"
    category_format: str = "General"


def draw(spec: Chart) -> Any:
    """The chart as openpyxl writes it, at its place."""
    from openpyxl.chart import AreaChart, BarChart  # type: ignore[import-untyped]
    from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor  # type: ignore[import-untyped]

    chart = AreaChart() if spec.kind == "area" else BarChart()
    chart.grouping = "clustered" if spec.kind == "columns" else "stacked"
    if spec.kind != "area":
        chart.type, chart.gapWidth, chart.overlap = "col", 30, 100
    for curve in spec.curves:
        chart.series.append(_series(curve, spec))
    _title(chart, spec.title)
    _axes(chart, spec)
    if spec.line is not None:
        chart += _line(spec, chart.x_axis)
    chart.legend.position, chart.legend.txPr = "b", _small()
    left, top, right, bottom = spec.corner
    chart.anchor = TwoCellAnchor(_from=AnchorMarker(col=left, row=top), to=AnchorMarker(col=right, row=bottom))
    return chart


def _series(curve: Curve, spec: Chart, line: bool = False) -> Any:
    from openpyxl.chart import Reference
    from openpyxl.chart.series_factory import SeriesFactory  # type: ignore[import-untyped]

    series = SeriesFactory(Reference(range_string=curve.values), title=escaped(clean(curve.name)))
    series.cat = _categories(spec.categories, spec.category_format)
    colour = theme().chart["colours"][curve.colour % len(theme().chart["colours"])]
    if line:
        series.graphicalProperties.line.solidFill, series.graphicalProperties.line.width = colour, 22_000
        series.smooth = False
        series.marker.symbol = "none"
    else:
        series.graphicalProperties.solidFill = colour
        series.graphicalProperties.line.noFill = True
    return series


def _categories(cells: str, format: str) -> Any:
    from openpyxl.chart.data_source import AxDataSource, NumData, NumRef  # type: ignore[import-untyped]

    return AxDataSource(numRef=NumRef(f=cells, numCache=NumData(formatCode=format, pt=[])))


def _line(spec: Chart, x_axis: Any) -> Any:
    from openpyxl.chart import LineChart

    assert spec.line is not None
    chart = LineChart()
    chart.series.append(_series(spec.line, spec, line=True))
    chart.x_axis = x_axis
    chart.y_axis.axId = 200
    chart.y_axis.crosses = "max"
    chart.y_axis.number_format, chart.y_axis.majorGridlines = spec.line_format, None
    chart.y_axis.delete = False
    chart.y_axis.title = None
    chart.y_axis.txPr = _small()
    return chart


def _axes(chart: Any, spec: Chart) -> None:
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.number_format, chart.y_axis.number_format = spec.category_format, spec.format
    chart.x_axis.tickLblPos = "low"
    chart.x_axis.txPr, chart.y_axis.txPr = _small(TURNED), _small()
    chart.x_axis.title = None
    _axis_title(chart.y_axis, spec.axis)
    chart.y_axis.majorGridlines.spPr = _pale()


def _title(chart: Any, text: str) -> None:
    chart.title = text
    chart.title.tx.rich.p[0].r[0].rPr = _letters(1000, True)
    chart.title.overlay = False


def _axis_title(axis: Any, text: str) -> None:
    axis.title = text
    axis.title.tx.rich.p[0].r[0].rPr = _letters(700, False)
    axis.title.overlay = False


def _letters(size: int, bold: bool) -> Any:
    from openpyxl.drawing.text import CharacterProperties  # type: ignore[import-untyped]

    return CharacterProperties(sz=size, b=bold, solidFill=theme().chart["colours"][0] if bold else "595959")


def _small(turned: int = 0) -> Any:
    from openpyxl.chart.text import RichText  # type: ignore[import-untyped]
    from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RichTextProperties

    letters = ParagraphProperties(defRPr=CharacterProperties(sz=700, b=False))
    return RichText(bodyPr=RichTextProperties(rot=turned), p=[Paragraph(pPr=letters, endParaRPr=None)])


def _pale() -> Any:
    from openpyxl.chart.shapes import GraphicalProperties  # type: ignore[import-untyped]

    properties = GraphicalProperties()
    properties.line.solidFill = "D9D9D9"
    return properties
