"""Workbooks of small cases, made once for the tests of a process; and edits of a file as a person would make them."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

from openpyxl import load_workbook  # type: ignore[import-untyped]

from finmodel.run.results import Results
from finmodel.run.run import load, run
from finmodel.workbook.book import Book, Certificate
from finmodel.workbook.cells import CONSTANT, FIRST, letter
from finmodel.workbook.recalculate import Recalculated
from finmodel.workbook.trials import Desk
from finmodel.workbook.write import workbook_bytes

ROOT = Path(__file__).parents[2]
CASES = ROOT / "cases"
NEVER = "<item oor:path='/org.openoffice.Office.Calc/Formula/Load'><prop oor:name='OOXMLRecalcMode' oor:op='fuse'>"
PROFILE = (
    "<?xml version='1.0' encoding='UTF-8'?><oor:items xmlns:oor='http://openoffice.org/2001/registry'>"
    f"{NEVER}<value>0</value></prop></item></oor:items>"
)
POISON = 271828.0


@cache
def made(case: Path = CASES / "tiny_loan", quick: bool = False) -> tuple[bytes, Certificate]:
    """The workbook of a case and its certificate."""
    return workbook_bytes(run(load(case)), quick=quick)


@cache
def opened(case: Path = CASES / "tiny_loan", values: bool = False) -> Any:
    """The workbook as openpyxl reads it: formulas, or the values beside them."""
    return load_workbook(io.BytesIO(made(case)[0]), data_only=values)


def book_of(result: Results) -> Book:
    """Where everything stands in the workbook of a run."""
    return Desk.of(result, {}).book(quick=True)


def monthly(folder: Path) -> Path:
    """The small loan by month: 72 periods, and payment dates every six."""
    case = folder / "monthly"
    case.mkdir()
    text = (CASES / "tiny_loan" / "case.toml").read_text(encoding="utf-8")
    (case / "case.toml").write_text(text.replace('"half"', '"month"'), encoding="utf-8")
    (case / "sources.toml").write_text((CASES / "tiny_loan" / "sources.toml").read_text(encoding="utf-8"))
    return case


def cells_of(book: Book, key: str) -> tuple[str, int, list[int]]:
    """Sheet, row and columns of the cells in which an input is typed."""
    spot = book.layout.inputs[key]
    columns = [spot.column] if spot.column else list(range(FIRST, FIRST + book.count))
    return spot.sheet, spot.row, columns


class Typed:
    """A file in which a person types; formualizer computes it."""

    def __init__(self, data: bytes, book: Book) -> None:
        self.file, self.book = Recalculated.open(data), book

    def type(self, key: str, value: float | list[float]) -> None:
        """Type a value, or a row of them, into the cells of an input."""
        sheet, row, columns = cells_of(self.book, key)
        values = value if isinstance(value, list) else [value] * len(columns)
        for column, number in zip(columns, values, strict=True):
            self.file.set(sheet, row, column, number)
        self.file.compute()

    def cell(self, place: str) -> Any:
        """What a cell shows, such as "Checks!E9"."""
        sheet, _, at = place.partition("!")
        row, column = int(re.sub("[A-Z]", "", at)), re.sub("[0-9]", "", at)
        return self.file.book.get_value(sheet, row, next(n for n in range(1, 200) if letter(n) == column))

    def lines(self) -> dict[str, Any]:
        """The cells of every line."""
        return read_lines(self.book, lambda sheet, row, column: self.file.book.get_value(sheet, row, column))


def read_lines(book: Book, value: Any) -> dict[str, Any]:
    """The cells of every line; `value(sheet, row, column)` reads one."""
    found: dict[str, Any] = {}
    for id, line in book.model.lines.items():
        spot = book.layout.lines[id]
        columns = range(FIRST, FIRST + book.count) if line.series else [CONSTANT]
        cells = [value(spot.sheet, spot.row, column) for column in columns]
        found[id] = cells if line.series else cells[0]
    return found


def retyped(data: bytes, edits: dict[str, dict[str, str]]) -> bytes:
    """The file with other contents in some cells (sheet → cell → XML of its value), and every cache poisoned."""
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    names = re.findall(r'<sheet [^>]*name="([^"]+)"', source.read("xl/workbook.xml").decode())
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for part in source.namelist():
            text = source.read(part)
            match = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", part)
            if match:
                text = _retyped(text.decode(), edits.get(names[int(match[1]) - 1], {})).encode()
            out.writestr(part, text)
    return target.getvalue()


def _retyped(xml: str, edits: dict[str, str]) -> str:
    xml = re.sub(r"(</f><v>)[^<]*(</v>)", rf"\g<1>{POISON}\g<2>", re.sub(r' t="str"(><f>)', r"\1", xml))
    for cell, value in edits.items():
        found = re.search(rf'<c r="{cell}" (s="\d+")[^>]*?(/>|>.*?</c>)', xml)
        assert found is not None, f"there is no cell {cell}"
        xml = xml.replace(found[0], value.format(cell=cell, style=found[1]), 1)
    return xml


def number(value: float) -> str:
    """A number as the XML of a cell."""
    return f'<c r="{{cell}}" {{style}}><v>{value!r}</v></c>'


def word(value: str) -> str:
    """A text as the XML of a cell."""
    return f'<c r="{{cell}}" {{style}} t="inlineStr"><is><t>{value}</t></is></c>'


def libreoffice(data: bytes, folder: Path) -> Any:
    """The file as LibreOffice computes it, whatever stood beside its formulas."""
    (folder / "profile" / "user").mkdir(parents=True, exist_ok=True)
    (folder / "profile" / "user" / "registrymodifications.xcu").write_text(PROFILE)
    (folder / "deal.xlsx").write_bytes(data)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder / "out")]
    subprocess.run([*command, str(folder / "deal.xlsx")], check=True, capture_output=True, timeout=300)
    return load_workbook(folder / "out" / "deal.xlsx", data_only=True)
