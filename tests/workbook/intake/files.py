"""Workbooks made by hand, part by part, so that a test can spoil any byte of them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
Bytes = Mapping[str, str | bytes]


def sheet(rows: str, before: str = "", after: str = "") -> str:
    """A sheet's part."""
    return f'{HEAD}<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def relations(*rows: tuple[str, str, str]) -> str:
    """A part of relationships: id, kind, target."""
    each = "".join(
        f'<Relationship Id="{id}" Type="{OFFICE}/relationships/{kind}" Target="{target}"/>' for id, kind, target in rows
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{each}</Relationships>'


def workbook(sheets: Sequence[str] = ("Model",), after: str = "") -> str:
    """The main part."""
    each = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(sheets, 1))
    return f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}/relationships"><sheets>{each}</sheets>{after}</workbook>'


def types(main: str = TYPE) -> str:
    """The list of content types."""
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{main}"/></Types>'
    )


def parts(rows: str = '<row r="1"><c r="A1"><v>1</v></c></row>') -> dict[str, str | bytes]:
    """A small, good workbook of one sheet, part by part."""
    return {
        "[Content_Types].xml": types(),
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": workbook(),
        "xl/_rels/workbook.xml.rels": relations(("rId1", "worksheet", "worksheets/sheet1.xml")),
        "xl/worksheets/sheet1.xml": sheet(rows),
    }


def packed(content: Bytes | Sequence[tuple[str, str | bytes]]) -> bytes:
    """A zip of parts; a part may be there twice."""
    rows = content.items() if isinstance(content, Mapping) else content
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in rows:
            archive.writestr(name, data)
    return buffer.getvalue()


def saved(folder: Path, content: Bytes | bytes, name: str = "book.xlsx") -> Path:
    """A file of these parts, or of these bytes."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else packed(content))
    return path
