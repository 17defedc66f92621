"""Labels that look like an escape of the Open XML format, such as "_x0041_" for A, come through a workbook as typed."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook  # type: ignore[import-untyped]
from openpyxl.utils.escape import unescape  # type: ignore[import-untyped]

import finmodel as fm
from finmodel.workbook.intake.importing import import_workbook
from finmodel.workbook.intake.reading import read_book
from finmodel.workbook.write import workbook_bytes
from finmodel.workbook.xstring import escaped, unescaped
from tests.workbook.files import CASES

TYPED = "L_x0041_n _x005F_"
SCENARIO = '[lower]\nlabel = "Low_x0044_x0045_er"\n[lower.set]\n"price.{price}.deck" = "39 USD/kg"\n'


@pytest.fixture(scope="module")
def deal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny loan with such texts in its name, its labels, a scenario, and the name of a price."""
    case = Path(shutil.copytree(CASES / "tiny_loan", tmp_path_factory.mktemp("escapes") / "deal"))
    text = (case / "case.toml").read_text(encoding="utf-8")
    text = re.sub(r'^(name|label)(\s*)= "', rf'\1\2= "{TYPED} ', text, flags=re.MULTILINE)
    (case / "case.toml").write_text(text.replace("oxide", "ox_x0045_ide"), encoding="utf-8")
    (case / "scenarios.toml").write_text(SCENARIO.format(price="ox_x0045_ide"), encoding="utf-8")
    return case


@pytest.fixture(scope="module")
def file(deal: Path) -> Path:
    path = deal.parent / "deal.xlsx"
    path.write_bytes(workbook_bytes(fm.run(fm.load(deal)), quick=True)[0])
    return path


def texts_by_openpyxl(path: Path, values: bool = False) -> set[str]:
    """All texts of cells; openpyxl leaves it to its caller to undo escapes."""
    book: Any = load_workbook(path, data_only=values)
    return {unescape(cell.value) for sheet in book for row in sheet for cell in row if isinstance(cell.value, str)}


def texts_by_us(path: Path) -> set[str]:
    return {cell.value for sheet in read_book(path).sheets.values() for cell in sheet.cells() if cell.kind == "text"}


@given(st.lists(st.sampled_from(["_", "x", "_x", "x0041_", "_x0041_", "_x005F_", "_xd800_", "A", "é", "005f"])))
def test_any_text_is_undone_to_itself(pieces: list[str]) -> None:
    text = "".join(pieces)

    assert unescaped(escaped(text)) == text
    assert unescape(escaped(text)) == text


def test_an_escape_of_a_file_is_its_character_and_half_a_character_stays_as_written() -> None:
    assert unescaped("a_x000a_b_x00E9__x005f_x0041_") == "a\nbé_x0041_"
    assert unescaped("_xD83D_ _x41_ _X0041_") == "_xD83D_ _x41_ _X0041_"


def test_labels_come_through_a_workbook_as_typed(file: Path) -> None:
    """In Excel they read "LAn BC …": every text of the deal is escaped, and read back as it was."""
    for texts in (texts_by_us(file), texts_by_openpyxl(file), texts_by_openpyxl(file, values=True)):
        for text in (f"{TYPED} Tiny loan", f"{TYPED} Term loan", "Low_x0044_x0045_er", "price.ox_x0045_ide.deck"):
            assert any(text in found for found in texts), text
        assert not [found for found in texts if "LAn" in found or "x005F_x0041_" in found]


def test_no_text_of_a_cell_a_chart_or_a_name_is_left_as_typed(file: Path) -> None:
    """An escape of the file's own is that of a low line, and nothing else; formulas hold no text of the case."""
    parts = zipfile.ZipFile(io.BytesIO(file.read_bytes()))
    for name in parts.namelist():
        if name.startswith("xl/"):
            found = set(re.findall(r"_x[0-9A-Fa-f]{4}_", parts.read(name).decode("utf-8", "replace")))
            assert found <= {"_x005F_"}, name
            assert not re.search(r"<f>[^<]*_x005F_", parts.read(name).decode("utf-8", "replace")), name


def test_a_number_is_imported_under_a_name_that_looks_like_an_escape(deal: Path, file: Path, tmp_path: Path) -> None:
    """40 to 41 USD/kg for the price "ox_x0045_ide": the name is known again."""
    target = next(name.target for name in read_book(file).names if name.name == "in_price__ox_x0045_ide__deck")
    sheet, at = target.replace("$", "").split(":")[0].split("!")
    book: Any = load_workbook(file)
    first = book[sheet][at]
    edited = _typed(file, list(book.sheetnames).index(sheet) + 1, first.coordinate, tmp_path / "edited.xlsx")
    made = import_workbook(edited, deal, deal.parent / "new")

    assert [edit.key for edit in made.edits] == ["price.ox_x0045_ide.deck"]
    assert fm.load(deal.parent / "new").name.startswith(f"{TYPED} Tiny loan")


def _typed(file: Path, number: int, at: str, edited: Path) -> Path:
    """The file with 41 in a cell."""
    part = f"xl/worksheets/sheet{number}.xml"
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(edited, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            data = source.read(name)
            if name == part:
                text, count = re.subn(rf'(<c r="{at}"[^>]*>)<v>[^<]*</v>', r"\1<v>41</v>", data.decode(), count=1)
                assert count == 1
                data = text.encode()
            out.writestr(name, data)
    return edited


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("soffice") is None and "FINMODEL_CI" not in os.environ,
    reason="LibreOffice is not installed: soffice was not found",
)
def test_libreoffice_shows_and_saves_the_labels_as_typed(file: Path, tmp_path: Path) -> None:
    """LibreOffice itself saves only the first of two escapes that share a low line; so none of these has two."""
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    words = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path), str(file)]
    subprocess.run(words, check=True, capture_output=True)
    saved = tmp_path / file.name

    for text in (f"{TYPED} Tiny loan", f"{TYPED} Term loan", "price.ox_x0045_ide.deck"):
        assert any(text in found for found in texts_by_us(saved)), text
    assert "in_price__ox_x0045_ide__deck" in {name.name for name in read_book(saved).names}
