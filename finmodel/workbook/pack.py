"""Cells into the frame: the XML of each sheet, with the value of every formula beside it.

A program that does not compute (a preview, pandas, a protected view) shows those values; Excel computes them anew.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from finmodel.kernel.errors import NumberError
from finmodel.workbook.cells import Cell, Page, letter
from finmodel.workbook.xstring import escaped

if TYPE_CHECKING:
    from finmodel.workbook.frame import Frame

Cached = Mapping[str, Mapping[tuple[int, int], float | str | bool]]
_DATA = re.compile(rb"<sheetData\s*/>|<sheetData>.*?</sheetData>", re.DOTALL)
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"\s*/>')


def pack(frame: Frame, pages: Sequence[Page], cached: Cached) -> bytes:
    """The file: the frame with the cells of its pages, and what each formula is worth.

    Raises:
        NumberError: A formula is worth no finite number; names its cell.
    """
    source = zipfile.ZipFile(io.BytesIO(frame.data))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as out:
        parts = {f"xl/worksheets/sheet{number}.xml": page for number, page in enumerate(pages, 1)}
        for name in source.namelist():
            data = source.read(name)
            if name in parts:
                page = parts[name]
                data = _fill(data, page, frame.styles, cached.get(page.name, {}))
            out.writestr(name, data)
    return target.getvalue()


def _fill(xml: bytes, page: Page, styles: Mapping[str, int], cached: Mapping[tuple[int, int], object]) -> bytes:
    data = "".join(_rows(page, styles, cached)).encode()
    size = f'<dimension ref="A1:{letter(page.last_column)}{page.last_row}"/>'.encode()
    xml = _DIMENSION.sub(lambda _: size, xml, count=1)
    return _DATA.sub(lambda _: b"<sheetData>" + data + b"</sheetData>", xml, count=1)


def _rows(page: Page, styles: Mapping[str, int], cached: Mapping[tuple[int, int], object]) -> Iterator[str]:
    current = 0
    for (row, column), cell in sorted(page.cells.items()):
        if row != current:
            yield "</row>" if current else ""
            height = f' ht="{page.heights[row]}" customHeight="1"' if row in page.heights else ""
            yield f'<row r="{row}"{height}>'
            current = row
        yield _cell(page, f"{letter(column)}{row}", cell, styles[cell.style], cached.get((row, column)))
    yield "</row>" if current else ""


def _cell(page: Page, at: str, cell: Cell, style: int, value: object) -> str:
    if cell.formula:
        return _formula(page, at, escape(str(cell.content)), style, value)
    if isinstance(cell.content, float):
        return f'<c r="{at}" s="{style}"><v>{cell.content!r}</v></c>'
    if cell.content == "":
        return f'<c r="{at}" s="{style}"/>'
    text = escape(escaped(cell.content))
    return f'<c r="{at}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _formula(page: Page, at: str, formula: str, style: int, value: object) -> str:
    if value is None:
        return f'<c r="{at}" s="{style}"><f>{formula}</f></c>'
    if isinstance(value, bool):
        return f'<c r="{at}" s="{style}" t="b"><f>{formula}</f><v>{int(value)}</v></c>'
    if isinstance(value, float | int):
        if value != value or value in (float("inf"), float("-inf")):
            raise NumberError(f"{page.name}!{at} is no finite number: {formula}")
        return f'<c r="{at}" s="{style}"><f>{formula}</f><v>{float(value)!r}</v></c>'
    return f'<c r="{at}" s="{style}" t="str"><f>{formula}</f><v>{escape(escaped(str(value)))}</v></c>'
