"""A small model in which an audit finds nothing, as parts of a file that a test may spoil cell by cell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from finmodel.workbook.audit.auditing import Audit, audit
from finmodel.workbook.intake.formulas import column_letters, column_number
from tests.workbook.intake.files import HEAD, MAIN, OFFICE, PACKAGE, packed, relations, types

STYLES = ("Normal", "Input", "Calculation", "Label")
FIRST, COUNT = 8, 6  # periods stand in H to M
PERIODS = range(FIRST, FIRST + COUNT)
LAST = column_letters(FIRST + COUNT - 1)


@dataclass
class Cell:
    """A cell: a formula with its cached value, or a constant."""

    value: float | str | None = None
    formula: str = ""
    style: str = "Calculation"
    extra: str = ""

    def xml(self, at: str) -> str:
        number = STYLES.index(self.style)
        formula = f"<f{self.extra}>{escape(self.formula)}</f>" if self.formula else ""
        if self.value is None:
            return f'<c r="{at}" s="{number}">{formula}</c>'
        if isinstance(self.value, str):
            kind = "e" if self.value.startswith("#") else "str"
            return f'<c r="{at}" s="{number}" t="{kind}">{formula}<v>{escape(self.value)}</v></c>'
        return f'<c r="{at}" s="{number}">{formula}<v>{self.value!r}</v></c>'


@dataclass
class Page:
    """A sheet."""

    name: str
    tab: str = "FF112233"
    cells: dict[str, Cell] = field(default_factory=dict)
    state: str = "visible"
    frozen: str = "H4"
    columns: str = ""
    rows: dict[int, str] = field(default_factory=dict)
    after: str = ""
    setup: str = '<pageSetup orientation="landscape" fitToHeight="0"/>'
    footer: str = "<headerFooter><oddFooter>&amp;P</oddFooter></headerFooter>"

    def xml(self) -> str:
        by_row: dict[int, list[str]] = {}
        for at in sorted(
            self.cells, key=lambda at: (int(re.sub("[A-Z]", "", at)), column_number(re.sub("[0-9]", "", at)))
        ):
            by_row.setdefault(int(re.sub("[A-Z]", "", at)), []).append(self.cells[at].xml(at))
        rows = "".join(
            f'<row r="{row}"{self.rows.get(row, "")}>{"".join(cells)}</row>' for row, cells in by_row.items()
        )
        letters, digits = re.fullmatch("([A-Z]+)([0-9]+)", self.frozen or "A1").groups()  # type: ignore[union-attr]
        split = f'xSplit="{column_number(letters) - 1}" ySplit="{int(digits) - 1}"'
        pane = f'<pane {split} topLeftCell="{self.frozen}" state="frozen"/>' if self.frozen else ""
        tab = f'<tabColor rgb="{self.tab}"/>' if self.tab else ""
        return (
            f'{HEAD}<worksheet xmlns="{MAIN}"><sheetPr>{tab}<pageSetUpPr fitToPage="1"/></sheetPr>'
            f"<sheetViews><sheetView>{pane}</sheetView></sheetViews>{self.columns}<sheetData>{rows}</sheetData>"
            f"{self.after}{self.setup}{self.footer}</worksheet>"
        )


@dataclass
class Model:
    """A workbook."""

    pages: dict[str, Page] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    calc: str = ""
    core: str = "<dc:title>A model</dc:title>"
    custom: Mapping[str, str] = field(default_factory=lambda: {"version": "1", "case hash": "abc"})
    parts: dict[str, str | bytes] = field(default_factory=dict)
    untitled: set[str] = field(default_factory=set)

    def file(self) -> bytes:
        pages = list(self.pages.values())
        listed = "".join(
            f'<sheet name="{page.name}" sheetId="{n}" state="{page.state}" r:id="rId{n}"/>'
            for n, page in enumerate(pages, 1)
        )
        names = "".join(
            f"<definedName name={quoteattr(name)}>{escape(to)}</definedName>" for name, to in self.names.items()
        )
        names += "".join(
            f'<definedName name="_xlnm.Print_Titles" localSheetId="{n}">{page.name}!$1:$3</definedName>'
            for n, page in enumerate(pages)
            if page.name not in self.untitled
        )
        links = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n, _ in enumerate(pages, 1)]
        custom = "".join(
            f'<property name="{name}"><vt:lpwstr>{text}</vt:lpwstr></property>' for name, text in self.custom.items()
        )
        styles = "".join(f'<cellStyle name="{name}" xfId="{n}"/>' for n, name in enumerate(STYLES))
        formats = "".join(f'<xf xfId="{n}"/>' for n, _ in enumerate(STYLES))
        main = f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}/relationships"><sheets>{listed}</sheets>'
        look = f"<cellXfs>{formats}</cellXfs><cellStyles>{styles}</cellStyles>"
        said = f'xmlns="{OFFICE}/custom-properties" xmlns:vt="{OFFICE}/docPropsVTypes"'
        return packed({
            "[Content_Types].xml": types(),
            "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": f"{main}<definedNames>{names}</definedNames>{self.calc}</workbook>",
            "xl/_rels/workbook.xml.rels": relations(*links, ("rId99", "styles", "styles.xml")),
            "xl/styles.xml": f'{HEAD}<styleSheet xmlns="{MAIN}">{look}</styleSheet>',
            "xl/theme/theme1.xml": "<a/>",
            "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/">{self.core}</cp:coreProperties>',
            "docProps/custom.xml": f"<Properties {said}>{custom}</Properties>",
            **{f"xl/worksheets/sheet{n}.xml": page.xml() for n, page in enumerate(pages, 1)},
            **self.parts,
        })  # fmt: skip

    def audited(self, folder: Path, *waive: str) -> Audit:
        path = folder / "model.xlsx"
        path.write_bytes(self.file())
        return audit(path, waive)

    def __getitem__(self, place: str) -> Cell:
        name, at = place.split("!")
        return self.pages[name].cells[at]

    def __setitem__(self, place: str, cell: Cell) -> None:
        name, at = place.split("!")
        self.pages[name].cells[at] = cell


def line(page: Page, row: int, label: str, formula: str, unit: str = "USD") -> None:
    """A row over all periods; {0} stands for the period's column, {-1} for the one before."""
    page.cells[f"B{row}"] = Cell(label, style="Label")
    page.cells[f"D{row}"] = Cell(unit, style="Label")
    for column in PERIODS:
        text = formula.replace("{0}", column_letters(column)).replace("{-1}", column_letters(column - 1))
        page.cells[f"{column_letters(column)}{row}"] = Cell(1.0, text)


def header(page: Page) -> None:
    """Rows 1 to 3: title, master check, numbers of the periods."""
    page.cells["B1"] = Cell(page.name, style="Label")
    page.cells["B2"] = Cell("Master check", style="Label")
    page.cells["E2"] = Cell("OK", 'IF(Checks!$E$5=0,"OK","FAIL")')
    page.cells["D3"] = Cell("Unit", style="Label")
    for column in PERIODS:
        page.cells[f"{column_letters(column)}3"] = Cell(1.0, f"{column_letters(column - 1)}3+1")


def model() -> Model:
    """Two sheets of workings, inputs, a check, a cover and a guide."""
    cover, guide = Page("Cover", frozen=""), Page("Guide", frozen="")
    inputs, debt, cash, checks = (Page(name, "FF445566") for name in ("Inputs", "Debt", "Cash", "Checks"))
    words = ("Contents", "Limitations: none", "Change log", "Version 1")
    cover.cells = {f"B{row}": Cell(word, style="Label") for row, word in enumerate(words, 3)}
    pages = {page.name: page for page in (cover, guide, inputs, debt, cash, checks)}
    for page in pages.values():
        header(page)
    for row, word in enumerate(("Loan", "Rate", "Price"), 5):
        inputs.cells[f"B{row}"] = Cell(word, style="Label")
        inputs.cells[f"E{row}"] = Cell(float(row) / 8, style="Input")
    line(debt, 5, "Opening", "{-1}8")
    line(debt, 6, "Drawn", "IF({0}$3=1,Inputs!$E$5,0)")
    line(debt, 7, "Repaid", "{0}5/MAX(1,12)")
    line(debt, 8, "Closing", "{0}5+{0}6-{0}7")
    line(debt, 9, "Interest", "{0}5*Inputs!$E$6")
    line(cash, 5, "Sales", "Inputs!$E$7*1000")
    line(cash, 6, "Interest paid", "Debt!{0}9")
    line(cash, 7, "Cash after interest", "{0}5-{0}6")
    line(cash, 8, "Cumulative cash", "SUM($H7:{0}7)")
    checks.cells["B5"] = Cell("Debt is repaid", style="Label")
    checks.cells["E5"] = Cell(0.0, f"IF(MIN(Debt!H8:{LAST}8)<0,1,0)")
    return Model(pages, {"Check_Master": "Checks!$E$5", "in_rate": "Inputs!$E$6"})
