"""Hostile files: each is refused in one line, within a bound of work and of memory; the tests make them."""

from __future__ import annotations

import io
import os
import random
import struct
import subprocess
import sys
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from finmodel.kernel.errors import FileError
from finmodel.workbook.intake import reading
from finmodel.workbook.intake.gate import MOST_UNPACKED, BadWorkbook, Parts
from finmodel.workbook.intake.reading import read_book
from finmodel.workbook.intake.xml import MOST_ELEMENTS, Reader
from tests.workbook.intake.files import (
    HEAD,
    MAIN,
    OFFICE,
    PACKAGE,
    packed,
    parts,
    relations,
    saved,
    sheet,
    types,
    workbook,
)

SHEET = "xl/worksheets/sheet1.xml"
MEGABYTES = 300


def replaced(**rows: str | bytes) -> bytes:
    """The good workbook with parts replaced or added: names by these words."""
    names = {
        "sheet": SHEET,
        "main": "xl/workbook.xml",
        "types": "[Content_Types].xml",
        "links": "xl/_rels/workbook.xml.rels",
        "top": "_rels/.rels",
    }
    return packed({**parts(), **{names.get(word, word): data for word, data in rows.items()}})


def one_cell(cell: str) -> bytes:
    return packed(parts(f'<row r="1">{cell}</row>'))


def with_entities(body: str, text: str = "&b;") -> bytes:
    return replaced(
        sheet=f'<?xml version="1.0"?><!DOCTYPE x [{body}]><worksheet xmlns="{MAIN}"><a>{text}</a></worksheet>'
    )


def million_laughs() -> bytes:
    rows = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return with_entities(f'<!ENTITY l0 "ha">{rows}', "&l9;")


def zip_bomb() -> bytes:
    return replaced(sheet=sheet("", after=" " * 40_000_000))


def bomb_of_blank_cells() -> bytes:
    """Cells with noise in them, so that they do not pack too well for the gate."""
    noise = random.Random(7)
    row = "".join(f'<c s="{noise.randrange(10**6)}"/>' for _ in range(7_000))
    return replaced(sheet=sheet(f"<row>{row}</row>" * 220))


def bomb_of_cells() -> bytes:
    noise = random.Random(7)
    cells = "".join(f"<c><v>{noise.random():.4f}</v></c>" for _ in range(7_000))
    return replaced(sheet=sheet(f"<row>{cells}</row>" * 200))


def bomb_of_texts() -> bytes:
    rows = "".join(f"<si><t>{number:x}</t></si>" for number in range(1_500_000))
    links = relations(("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "sharedStrings", "sharedStrings.xml"))
    return packed(
        {**parts(), "xl/_rels/workbook.xml.rels": links, "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{rows}</sst>'}
    )


def many_parts() -> bytes:
    return packed({**parts(), **{f"xl/media/{number}.png": b"" for number in range(3_000)}})


def overlapping() -> bytes:
    """Two entries of the zip's list that share the bytes of one part."""
    data = bytearray(packed(parts()))
    first = data.rfind(b"PK\x01\x02", 0, data.rfind(b"PK\x01\x02"))
    last = data.rfind(b"PK\x01\x02")
    data[last + 42 : last + 46] = data[first + 42 : first + 46]
    return bytes(data)


def twice() -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return packed([*parts().items(), (SHEET, sheet("<row/>"))])


def in_the_list(offset: int, value: bytes) -> bytes:
    """The last entry of the zip's list with some bytes changed, and of its own header too where both have them."""
    data = bytearray(packed(parts()))
    at = data.rfind(b"PK\x01\x02")
    data[at + offset : at + offset + len(value)] = value
    return bytes(data)


def understated() -> bytes:
    """A part that says it is shorter than it is."""
    return in_the_list(24, struct.pack("<L", 10))


def old_xls() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000)


def deep() -> bytes:
    return replaced(sheet=f'<worksheet xmlns="{MAIN}">{"<a>" * 100_000}{"</a>" * 100_000}</worksheet>')


def long_attribute() -> bytes:
    """A token of 40 MB: a parser that is fed in pieces looks at it again with every piece."""
    noise = random.Random(7)
    text = "".join(f"{noise.getrandbits(64):x}" for _ in range(2_400_000))
    return replaced(sheet=f'<worksheet xmlns="{MAIN}" a="{text}"><sheetData/></worksheet')


def external_reference() -> bytes:
    kind = f"{OFFICE}/relationships/image"
    row = f'<Relationship Id="r9" Type="{kind}" Target="https://example.org/x" TargetMode="External"/>'
    links = f'<Relationships xmlns="{PACKAGE}/relationships">{row}</Relationships>'
    return replaced(**{"xl/worksheets/_rels/sheet1.xml.rels": links})


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "it is empty"),
    "old_xls": (old_xls, "old .xls, or has a password"),
    "pdf": (lambda: b"%PDF-1.7\n", "it is a PDF"),
    "html": (lambda: b"<html><table><tr><td>1</td></tr></table></html>", "a text under another name"),
    "csv": (lambda: b"a,b,c\n1,2,3\n" * 100, "a text under another name"),
    "noise": (lambda: random.Random(1).randbytes(5_000), "it is no .xlsx"),
    "cut_off": (lambda: packed(parts())[:-400], "cut off"),
    "cut_in_the_middle": (lambda: packed(parts())[:300], "cut off"),
    "only_a_head": (lambda: b"PK\x03\x04", "cut off"),
    "something_in_front": (lambda: b"PK\x03\x04MZ" + packed(parts()), "before or behind"),
    "something_behind": (lambda: packed(parts()) + b"<script>", "before or behind"),
    "zip_of_something_else": (lambda: packed({"a.txt": "a"}), "[Content_Types].xml is missing"),
    "document": (lambda: replaced(types=types("application/msword")), "no workbook"),
    "no_main_part": (lambda: replaced(top=relations()), "without a workbook"),
    "part_missing": (lambda: packed({k: v for k, v in parts().items() if k != SHEET}), "is missing"),
    "zip_bomb": (zip_bomb, "more than 100 times its size"),
    "big_part": (lambda: replaced(sheet=bytes(60_000_000)), "at most 50,331,648"),
    "bomb_of_cells": (bomb_of_cells, "more than 400,000 cells"),
    "bomb_of_blank_cells": (bomb_of_blank_cells, "too many elements"),
    "bomb_of_texts": (bomb_of_texts, "too many elements"),
    "many_parts": (many_parts, "at most 2,000 parts"),
    "overlapping_parts": (overlapping, "shares its bytes"),
    "part_twice": (twice, "is there twice"),
    "part_in_capitals": (lambda: replaced(**{SHEET.upper(): sheet("")}), "is there twice"),
    "part_outside": (lambda: replaced(**{"xl/../../evil.xml": "x"}), "points out of the file"),
    "absolute_part": (lambda: replaced(**{"/etc/passwd": "x"}), "points out of the file"),
    "encrypted": (lambda: in_the_list(8, b"\x01\x00"), "is encrypted"),
    "packed_otherwise": (lambda: in_the_list(10, b"\x0e\x00"), "packed in a way"),
    "understated": (understated, "damaged"),
    "wrong_checksum": (lambda: in_the_list(16, b"\x00\x00\x00\x00"), "damaged"),
    "macro": (lambda: replaced(**{"xl/vbaProject.bin": b"x"}), "holds a macro"),
    "macro_sheet": (lambda: replaced(**{"xl/macrosheets/sheet1.xml": "x"}), "holds a macro"),
    "macro_type": (lambda: replaced(types=types("application/vnd.ms-excel.sheet.macroEnabled.main+xml")), "a macro"),
    "external_link": (lambda: replaced(**{"xl/externalLinks/externalLink1.xml": "x"}), "holds an external link"),
    "external_reference": (external_reference, "holds an external link"),
    "connection": (lambda: replaced(**{"xl/connections.xml": "x"}), "holds an external link"),
    "embedding": (lambda: replaced(**{"xl/embeddings/oleObject1.bin": b"x"}), "holds an embedded object"),
    "million_laughs": (million_laughs, "document type"),
    "external_entity": (lambda: with_entities('<!ENTITY b SYSTEM "file:///etc/passwd">'), "document type"),
    "document_type": (lambda: with_entities("", "1"), "document type"),
    "entity_in_the_main_part": (lambda: replaced(main='<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "document type"),
    "no_xml": (lambda: replaced(sheet="<worksheet><"), "is no XML"),
    "binary_sheet": (lambda: replaced(sheet=bytes(range(256))), "is no XML"),
    "unknown_encoding": (lambda: replaced(sheet='<?xml version="1.0" encoding="utf-7"?><a/>'), "worksheets/sheet1"),
    "too_deep": (deep, "nested too deep"),
    "long_attribute": (long_attribute, "is no XML"),
    "one_cell_at_the_far_corner": (lambda: one_cell('<c r="XFD1048576"><v>1</v></c>'), "XFD1048576 is beyond"),
    "row_beyond": (lambda: packed(parts('<row r="1048577"><c><v>1</v></c></row>')), "beyond row"),
    "cell_twice": (lambda: one_cell('<c r="A1"><v>1</v></c><c r="A1"><v>2</v></c>'), "is there twice"),
    "cell_without_a_place": (lambda: one_cell('<c r="1A"><v>1</v></c>'), "is no cell"),
    "not_a_number": (lambda: one_cell('<c r="A1"><v>nan</v></c>'), "is no number"),
    "number_beyond_all_bounds": (lambda: one_cell('<c r="A1"><v>1e999</v></c>'), "is no number"),
    "number_with_underscores": (lambda: one_cell('<c r="A1"><v>1_000</v></c>'), "is no number"),
    "text_that_is_not_there": (lambda: one_cell('<c r="A1" t="s"><v>7</v></c>'), "not there"),
    "unknown_kind": (lambda: one_cell('<c r="A1" t="z"><v>7</v></c>'), "unknown kind"),
    "long_formula": (lambda: one_cell(f'<c r="A1"><f>{"1+" * 9_000}1</f></c>'), "8,192 letters"),
    "long_text": (lambda: one_cell(f'<c r="A1" t="str"><v>{"a" * 40_000}</v></c>'), "32,767 letters"),
    "shared_formula_of_nobody": (lambda: one_cell('<c r="A1"><f t="shared" si="3"/></c>'), "shares a formula"),
    "sheet_twice": (lambda: replaced(main=workbook(("Model", "Model"))), "is there twice"),
    "many_sheets": (lambda: replaced(main=workbook([f"S{number}" for number in range(300)])), "more than 255 sheets"),
}  # fmt: skip


LARGE = ("long_attribute", "bomb_of_blank_cells", "bomb_of_texts")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in LARGE else ()) for name in HOSTILE]
)
def test_a_hostile_file_is_refused_in_one_line(name, tmp_path, monkeypatch):
    """What is unpacked and what is looked at stays within the stated bounds, however much the file promises."""
    make, wrong = HOSTILE[name]
    path = saved(tmp_path, make())
    unpacked, readers = [0], []

    class Counted(Reader):
        def __init__(self, parts: Parts) -> None:
            super().__init__(parts)
            readers.append(self)

    def read(parts: Parts, part: str) -> bytes:
        data = plain(parts, part)
        unpacked[0] += len(data)
        return data

    plain = Parts.read
    monkeypatch.setattr(Parts, "read", read)
    monkeypatch.setattr(reading, "Reader", Counted)
    with pytest.raises(BadWorkbook) as caught:
        read_book(path)

    message = str(caught.value)
    assert unpacked[0] <= MOST_UNPACKED
    assert sum(reader.elements for reader in readers) <= MOST_ELEMENTS + 1
    assert caught.value.exit_code == 2
    assert message.startswith(f"{path}: not read: ") and "\n" not in message and len(message) <= 400
    assert wrong in message


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["bomb_of_cells", "bomb_of_blank_cells", "bomb_of_texts", "zip_bomb", "long_attribute"]
)
def test_a_bomb_is_refused_within_300_mb(name, tmp_path):
    path = saved(tmp_path, HOSTILE[name][0]())
    code = (
        "import sys; from finmodel.workbook.intake.gate import BadWorkbook;"
        "from finmodel.workbook.intake.reading import read_book\n"
        "try: read_book(sys.argv[1])\n"
        "except BadWorkbook: print([row for row in open('/proc/self/status') if row.startswith('VmHWM')][0].split()[1])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)

    assert int(done.stdout) < MEGABYTES * 1024


def test_the_good_workbook_is_read(tmp_path):
    book = read_book(saved(tmp_path, parts()))

    assert [(cell.at, cell.value) for cell in book.sheets["Model"].cells()] == [("A1", 1.0)]


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), lambda path: None, lambda path: os.mkfifo(path)])
def test_what_is_no_file_is_told_as_such(make, tmp_path):
    path = tmp_path / "book.xlsx"
    make(path)

    with pytest.raises(FileError, match="cannot read"):
        read_book(path)


def test_a_workbook_with_macros_and_links_is_listed_but_never_opened_when_it_is_only_looked_at(tmp_path):
    extra = {"xl/vbaProject.bin": b"\0", "xl/externalLinks/externalLink1.xml": "no xml", "xl/embeddings/a.bin": b"\0"}
    book = read_book(saved(tmp_path, {**parts(), **extra}), strict=False)

    assert [kind for kind, _ in book.foreign] == ["macro", "external link", "embedded object"]


def mutated(data: bytes, noise: random.Random) -> bytes:
    """A file with bytes changed, cut out, put in, or moved."""
    body = bytearray(data)
    for _ in range(noise.choice((1, 1, 2, 5, 30))):
        at = noise.randrange(len(body))
        what = noise.randrange(4)
        if what == 0:
            body[at] = noise.randrange(256)
        elif what == 1:
            del body[at : at + noise.randrange(1, 40)]
        elif what == 2:
            body[at:at] = noise.randbytes(noise.randrange(1, 20))
        else:
            body[at : at + 2] = noise.choice((b"<!", b"PK", b"&#", b'">', b"\xff\xff", b"\0\0"))
        if not body:
            break
    return bytes(body)


def ends_well(path: Path) -> bool:
    """Whether it is read or refused as it should be; anything else is raised."""
    try:
        read_book(path, strict=False)
    except BadWorkbook:
        return False
    return True


def test_a_file_with_any_bytes_changed_is_read_or_refused(tmp_path):
    noise, good = random.Random(31), packed(parts())
    outcomes = [ends_well(saved(tmp_path, mutated(good, noise))) for _ in range(700)]

    assert 0 < sum(outcomes) < len(outcomes)


def test_a_workbook_with_any_part_changed_is_read_or_refused(tmp_path):
    """The zip is whole here, so that the mutations reach the readers of XML and of cells."""
    rows = (
        '<row r="1" hidden="1"><c r="A1" s="1" t="s"><v>0</v></c><c r="B1"><f t="shared" ref="B1:C1" si="0">A1*2</f>'
        '<v>2</v></c><c r="C1"><f t="shared" si="0"/></c><c r="D1" t="inlineStr"><is><t>x</t></is></c></row>'
    )
    noise = random.Random(32)
    columns, merged = (
        '<cols><col min="1" max="2" hidden="1"/></cols>',
        '<mergeCells><mergeCell ref="A1:B2"/></mergeCells>',
    )
    names = '<definedNames><definedName name="a" localSheetId="0">Model!$A$1</definedName></definedNames>'
    links = [("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "sharedStrings", "s.xml")]
    styles = '<cellXfs><xf xfId="0"/></cellXfs><cellStyles><cellStyle name="N" xfId="0"/></cellStyles>'
    good = {
        **parts(),
        SHEET: sheet(rows, columns, merged),
        "xl/workbook.xml": workbook(after=names),
        "xl/_rels/workbook.xml.rels": relations(*links, ("rId3", "styles", "y.xml")),
        "xl/s.xml": f'{HEAD}<sst xmlns="{MAIN}"><si><t>one</t></si></sst>',
        "xl/y.xml": f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
    }
    outcomes = []
    for _ in range(1_000):
        part = noise.choice(list(good))
        outcomes.append(ends_well(saved(tmp_path, {**good, part: mutated(str(good[part]).encode(), noise)})))

    assert 0 < sum(outcomes) < len(outcomes)


def test_a_part_that_unpacks_to_more_than_it_says_is_not_unpacked_further(tmp_path):
    """A part of 200 KB that says 100 bytes, its checksum being right for these."""
    data = bytearray(packed({**parts(), "xl/worksheets/sheet1.xml": b"<a>" + bytes(200_000)}))
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<L", 100)
    data[at + 16 : at + 20] = struct.pack("<L", zlib.crc32(b"<a>" + bytes(97)))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        assert archive.getinfo(SHEET).file_size == 100

    with pytest.raises(BadWorkbook, match="is no XML|not as long"):
        read_book(saved(tmp_path, bytes(data)))
