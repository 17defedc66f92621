"""The frame of the file, by openpyxl: sheets, named styles, print set-up, names, properties, charts; without cells."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook  # type: ignore[import-untyped]
from openpyxl.formatting.rule import CellIsRule, FormulaRule  # type: ignore[import-untyped]
from openpyxl.packaging.custom import StringProperty  # type: ignore[import-untyped]
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side  # type: ignore[import-untyped]
from openpyxl.workbook.defined_name import DefinedName  # type: ignore[import-untyped]
from openpyxl.worksheet.datavalidation import DataValidation  # type: ignore[import-untyped]
from openpyxl.worksheet.hyperlink import Hyperlink  # type: ignore[import-untyped]
from openpyxl.worksheet.pagebreak import Break  # type: ignore[import-untyped]
from openpyxl.worksheet.properties import PageSetupProperties  # type: ignore[import-untyped]
from openpyxl.worksheet.worksheet import Worksheet  # type: ignore[import-untyped]

from finmodel.workbook.cells import HEADER_ROWS, TOTAL, UNIT, Page, Style, letter
from finmodel.workbook.labels import Labels
from finmodel.workbook.native_charts import draw
from finmodel.workbook.theme import theme
from finmodel.workbook.xstring import escaped

A4_LANDSCAPE = 9


@dataclass(frozen=True)
class Frame:
    """A workbook without cells, and the number that the file gives each style."""

    data: bytes
    styles: Mapping[str, int]


def make_frame(pages: Sequence[Page], labels: Labels) -> Frame:
    """Everything of the file but its cells.

    Args:
        pages: The pages of the workbook.
    """
    book = Workbook()
    del book["Sheet"]
    styles = _styles(book, pages, theme().font[labels.font])
    for page in pages:
        _sheet(book.create_sheet(page.name), page, labels)
    for name, target in labels.names.items():
        book.defined_names.add(DefinedName(escaped(name), attr_text=target))
    book.properties.title, book.properties.creator = labels.title, "finmodel"
    for name, value in labels.properties.items():
        book.custom_doc_props.append(StringProperty(name=name, value=escaped(value)))
    book.calculation.fullCalcOnLoad = True
    book.calculation.iterate = False
    numbers = _numbers(book, pages[0].name, styles)
    stream = io.BytesIO()
    book.save(stream)
    return Frame(stream.getvalue(), numbers)


def _styles(book: Workbook, pages: Sequence[Page], font: str) -> list[str]:
    used = {title: style for page in pages for title, style in page.styles.items()}
    normal = book._named_styles["Normal"]
    normal.font = _font({}, font)
    for title, style in used.items():
        book.add_named_style(_named(title, style, font))
    return list(used)


def _named(title: str, style: Style, font: str) -> NamedStyle:
    terms = theme().style[style.name]
    named = NamedStyle(title)
    named.font = _font(terms, font)
    if "fill" in terms:
        named.fill = PatternFill("solid", fgColor=terms["fill"])
    if "top" in terms or "bottom" in terms:
        named.border = Border(top=_side(terms.get("top")), bottom=_side(terms.get("bottom")))
    align = terms.get("align")
    if align == "wrap":
        named.alignment = Alignment(wrap_text=True, vertical="top")
    elif align:
        named.alignment = Alignment(horizontal=align)
    named.number_format = theme().format[style.format]
    return named


def _font(terms: Mapping[str, Any], name: str) -> Font:
    return Font(
        name=name,
        size=terms.get("size", theme().font["size"]),
        bold=terms.get("bold", False),
        italic=terms.get("italic", False),
        color=terms.get("colour", "000000"),
    )


def _side(colour: str | None) -> Side:
    return Side(style="thin", color=colour) if colour else Side()


def _numbers(book: Workbook, sheet: str, styles: Sequence[str]) -> dict[str, int]:
    """The number of each style in the file; a cell lends itself to find out, and is taken away."""
    page, numbers = book[sheet], {}
    for title in styles:
        cell = page.cell(1, 1)
        cell.style = title
        numbers[title] = int(cell.style_id)
    del page._cells[1, 1]
    return numbers


def _sheet(sheet: Worksheet, page: Page, labels: Labels) -> None:
    for column, width in page.widths.items():
        sheet.column_dimensions[letter(column)].width = width
    sheet.sheet_view.showGridLines = False
    sheet.sheet_view.zoomScale = 85
    sheet.sheet_properties.tabColor = theme().tab[page.kind]
    if page.freeze:
        sheet.freeze_panes = page.freeze
    for link in page.links:
        sheet._hyperlinks.append(Hyperlink(ref=link.at, location=link.target, display=link.target))
    for cell, source in page.choices:
        choice = DataValidation(type="list", formula1=source, allow_blank=False, showErrorMessage=True)
        choice.add(cell)
        sheet.add_data_validation(choice)
    for cell in page.verdicts:
        _verdict(sheet, cell, labels.verdicts)
    for chart in page.charts:
        sheet.add_chart(draw(chart))
    _print(sheet, page)


def _verdict(sheet: Worksheet, cell: str, verdicts: Sequence[tuple[str, str]]) -> None:
    """Green, red or amber by what the cell shows; a count of failures is good at 0."""
    for text, kind in verdicts:
        sheet.conditional_formatting.add(cell, CellIsRule("equal", [f'"{text}"'], **_look(kind)))
    sheet.conditional_formatting.add(cell, FormulaRule([f"AND(ISNUMBER({cell}),{cell}=0)"], **_look("good")))
    sheet.conditional_formatting.add(cell, FormulaRule([f"AND(ISNUMBER({cell}),{cell}<>0)"], **_look("bad")))


def _look(kind: str) -> dict[str, Any]:
    terms = theme().verdict[kind]
    return {"font": Font(color=terms["colour"], bold=True), "fill": PatternFill(bgColor=terms["fill"])}


def _print(sheet: Worksheet, page: Page) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = A4_LANDSCAPE
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 1 if page.one_page else 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if not page.one_page:
        sheet.print_title_rows = f"1:{HEADER_ROWS}"
    if page.wide:
        sheet.print_title_cols = f"{letter(1)}:{letter(UNIT)}"
    sheet.print_area = page.print_area or f"A1:{letter(max(page.last_column, TOTAL))}{page.last_row}"
    for row in page.breaks:
        sheet.row_breaks.append(Break(id=row))
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = sheet.page_margins.bottom = 0.5
    sheet.oddFooter.left.text = "&F"
    sheet.oddFooter.center.text = "&A"
    sheet.oddFooter.right.text = "&P / &N"
