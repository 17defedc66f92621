"""The audit finds each seeded fault, at its cell and by its rule, and nothing where there is none."""

from __future__ import annotations

import contextlib
import io
import json
import random
import zipfile
from collections.abc import Callable

import pytest

from finmodel.cli.command import command
from finmodel.kernel.errors import UsageError
from finmodel.workbook.audit.auditing import audit
from finmodel.workbook.audit.findings import RULES, Finding
from finmodel.workbook.audit.shapes import shape_of, written
from finmodel.workbook.audit.waivers import covers
from finmodel.workbook.intake.formulas import relative
from finmodel.workbook.intake.gate import BadWorkbook
from tests.work import calls
from tests.workbook.audit.models import LAST, PERIODS, Cell, Model, Page, header, line, model
from tests.workbook.intake.files import packed
from tests.workbook.intake.test_gate import mutated


def replace_row(model: Model, place: str, formula: str) -> None:
    """One formula over all periods of an existing row, "Debt!6"."""
    name, row = place.split("!")
    page = model.pages[name]
    line(page, int(row), str(page.cells[f"B{row}"].value), formula)


def formula(place: str, text: str) -> Callable[[Model], None]:
    return lambda model: model.__setitem__(place, Cell(1.0, text))


def row(place: str, text: str) -> Callable[[Model], None]:
    return lambda model: replace_row(model, place, text)


def page(name: str, **changes: object) -> Callable[[Model], None]:
    def change(model: Model) -> None:
        for key, value in changes.items():
            setattr(model.pages[name], key, value)

    return change


def cell(place: str, **changes: object) -> Callable[[Model], None]:
    def change(model: Model) -> None:
        for key, value in changes.items():
            setattr(model[place], key, value)

    return change


def drop(place: str) -> Callable[[Model], None]:
    name, at = place.split("!")
    return lambda model: model.pages[name].cells.pop(at) and None


def apart(model: Model) -> None:
    """A third block of sheets of one colour."""
    for number, tab in enumerate(("FF445566", "FF112233", "FF445566", "FF112233")):
        extra = Page(f"More{number}", tab)
        header(extra)
        model.pages[extra.name] = extra


def moved(model: Model) -> None:
    """The periods of a sheet start one column to the right."""
    cash = model.pages["Cash"]
    for number in (*range(5, 9), 3):
        cash.cells[f"N{number}"] = Cell(1.0, cash.cells[f"M{number}"].formula.replace("M", "N").replace("L", "M"))
        del cash.cells[f"H{number}"]
    cash.frozen = "I4"


def circle(model: Model) -> None:
    """Interest on cash that interest reduces, over two sheets and through a range."""
    replace_row(model, "Debt!9", "SUM(Cash!{0}5:{0}8)*Inputs!$E$6")


def rewired(model: Model) -> None:
    """Cash links to a row that is only a link to debt."""
    line(model.pages["Cash"], 9, "Interest again", "Cash!{0}6")


def names(**rows: str) -> Callable[[Model], None]:
    return lambda model: model.names.update(rows)


def parts(**rows: str) -> Callable[[Model], None]:
    return lambda model: model.parts.update({name.replace("__", "/") + ".bin": text for name, text in rows.items()})


def attributes(**rows: object) -> Callable[[Model], None]:
    def change(model: Model) -> None:
        for key, value in rows.items():
            setattr(model, key, value)

    return change


SEEDED: dict[str, tuple[Callable[[Model], None], str, str, str]] = {
    "typed_over": (lambda m: m.__setitem__("Debt!J7", Cell(7.0)), "row-consistency", "Debt!J7", "typed over: holds 7"),
    "other_formula": (formula("Debt!K9", "K5*Inputs!$E$7"), "row-consistency", "Debt!K9", "the row says =K5*In"),
    "anchor_lost": (formula("Debt!K9", "K5*Inputs!F6"), "row-consistency", "Debt!K9", "another formula"),
    "gap": (drop("Debt!L8"), "row-consistency", "Debt!L8", "a gap"),
    "first_period_differs": (formula("Debt!H7", "0"), "row-consistency", "Debt!H7", "another formula"),
    "last_period": (lambda m: m.__setitem__(f"Debt!{LAST}7", Cell(1.0)), "row-consistency", f"Debt!{LAST}7", "typed"),
    "constant": (row("Cash!5", "Inputs!$E$7*1.05"), "constant-in-formula", "Cash!H5", "1.05 stands in"),
    "constant_percent": (row("Cash!5", "Inputs!$E$7*5%"), "constant-in-formula", "Cash!H5", "5 stands in"),
    "constant_array": (row("Cash!5", "SUM({0,1}*Inputs!$E$7)"), "constant-in-formula", "Cash!H5", "array of constants"),
    "circle": (circle, "circular", "Debt!H9", "Debt!H9 → Cash!H6 → Debt!H9"),
    "cell_that_reads_itself": (formula("Checks!E6", "E6+1"), "circular", "Checks!E6", "Checks!E6 → Checks!E6"),
    "circle_through_a_flag": (row("Debt!7", "SUM($H9:$M9)*0"), "circular", "Debt!I5", "→"),
    "iteration": (attributes(calc='<calcPr iterate="1"/>'), "iteration", "workbook", "iterated"),
    "volatile": (row("Cash!5", "OFFSET(Inputs!$E$7,0,0)"), "function", "Cash!H5", "OFFSET() is volatile"),
    "today": (formula("Checks!E6", "TODAY()"), "function", "Checks!E6", "TODAY() is volatile"),
    "indirect": (formula("Checks!E6", 'INDIRECT("Inputs!E7")'), "function", "Checks!E6", "INDIRECT() is volatile"),
    "npv": (formula("Checks!E6", "NPV(Inputs!$E$6,Cash!H7:M7)"), "function", "Checks!E6", "NPV()"),
    "new_function": (formula("Checks!E6", "_xlfn.XLOOKUP(1,Cash!H7:M7,Cash!H8:M8)"), "function", "Checks!E6", "XLO"),
    "array": (lambda m: m.__setitem__("Checks!E6", Cell(1.0, "SUM(Cash!H7:M7)", extra=' t="array" ref="E6"')),
              "function", "Checks!E6", "an array formula"),
    "name_in_a_formula": (row("Debt!9", "{0}5*in_rate"), "name-in-formula", "Debt!H9", "IN_RATE in"),
    "table_in_a_formula": (formula("Checks!E6", "SUM(Flows[Cash])"), "name-in-formula", "Checks!E6", "FLOWS"),
    "link_to_a_link": (rewired, "link-to-link", "Cash!H9", "repeats a cell that is a link itself"),
    "lost_sheet": (formula("Checks!E6", "Gone!A1"), "reference", "Checks!E6", "Gone is not there"),
    "lost_cell": (formula("Checks!E6", "#REF!+1"), "reference", "Checks!E6", "#REF! stands in"),
    "several_sheets": (formula("Checks!E6", "SUM(Debt:Cash!H5)"), "reference", "Checks!E6", "several sheets"),
    "name_of_nothing": (names(old="#REF!"), "reference", "workbook", "the name old"),
    "external_formula": (formula("Checks!E6", "[1]Other!A1"), "external-link", "Checks!E6", "[1]Other"),
    "external_part": (parts(xl__externalLinks__externalLink1="x"), "external-link", "workbook", "externalLink1"),
    "external_name": (names(theirs="[1]Other!$A$1"), "external-link", "workbook", "theirs"),
    "macro": (parts(xl__vbaProject="x"), "macro", "workbook", "vbaProject"),
    "embedding": (parts(xl__embeddings__oleObject1="x"), "object", "workbook", "oleObject1"),
    "control": (page("Debt", after="<controls><control/></controls>"), "object", "Debt", "a control"),
    "hidden_sheet": (page("Debt", state="hidden"), "hidden", "Debt", "the sheet is hidden"),
    "very_hidden_sheet": (page("Debt", state="veryHidden"), "hidden", "Debt", "very hidden"),
    "hidden_row": (page("Debt", rows={7: ' hidden="1"'}), "hidden", "Debt", "hidden: 7"),
    "row_without_height": (page("Debt", rows={7: ' ht="0"'}), "hidden", "Debt", "hidden: 7"),
    "hidden_columns": (page("Debt", columns='<cols><col min="9" max="10" hidden="1"/></cols>'), "hidden", "Debt", "I"),
    "merged": (page("Debt", after='<mergeCells><mergeCell ref="A5:B6"/></mergeCells>'), "merged", "Debt!A5", "A5:B6"),
    "missing_cache": (cell("Debt!J8", value=None), "missing-cache", "Debt!J8", "without a value"),
    "error_value": (cell("Debt!J8", value="#DIV/0!"), "error-value", "Debt!J8", "#DIV/0!"),
    "text_number": (cell("Inputs!E6", value="0.05"), "text-number", "Inputs!E6", '"0.05" looks like a number'),
    "text_percent": (cell("Inputs!E6", value="5 %"), "text-number", "Inputs!E6", "looks like a number"),
    "no_label": (drop("Debt!B7"), "label", "Debt!H7", "without a label"),
    "label_twice": (cell("Debt!B7", value="Drawn"), "label", "Debt!B7", "stands in row 6 too"),
    "no_unit": (drop("Debt!D7"), "unit", "Debt!D7", '"Repaid" has no unit'),
    "no_heading_of_units": (drop("Debt!D3"), "unit", "Debt", "headed"),
    "formula_as_input": (cell("Debt!J8", style="Input"), "input-style", "Debt!J8", "a formula in the style"),
    "input_as_formula": (cell("Inputs!E6", style="Calculation"), "input-style", "Inputs!E6", "a typed number"),
    "no_style": (cell("Debt!J8", style="Normal"), "named-style", "Debt!J8", "no named style"),
    "two_themes": (lambda m: m.parts.update({"xl/theme/theme2.xml": "<a/>"}), "theme", "workbook", "2 themes"),
    "no_tab_colour": (page("Debt", tab=""), "sheet-groups", "Debt", "no colour"),
    "colours_apart": (apart, "sheet-groups", "More3", "more than 2 places"),
    "other_columns": (moved, "columns", "Cash", "stands in column I, on most sheets H"),
    "not_frozen": (page("Debt", frozen=""), "header", "Debt", "scrolls is none"),
    "no_master_check": (lambda m: m.names.pop("Check_Master") and None, "master-check", "workbook", "no cell"),
    "master_check_not_shown": (drop("Debt!E2"), "master-check", "Debt", "no cell shows"),
    "no_title": (attributes(core=""), "properties", "workbook", "no title"),
    "no_version": (attributes(custom={"hash": "1"}), "properties", "workbook", "no version"),
    "cover_without_limitations": (drop("Cover!B4"), "cover", "Cover", "no limitations"),
    "portrait": (page("Debt", setup='<pageSetup fitToHeight="0"/>'), "print", "Debt", "landscape"),
    "wide": (page("Debt", setup='<pageSetup orientation="landscape" fitToWidth="3"/>'), "print", "Debt", "one page"),
    "no_footer": (page("Debt", footer=""), "print", "Debt", "a footer"),
    "no_title_rows": (attributes(untitled={"Debt"}), "print", "Debt", "title rows"),
}  # fmt: skip


def test_nothing_is_found_in_a_model_that_keeps_the_rules(tmp_path):
    found = model().audited(tmp_path)

    assert found.findings == ()
    assert found.formulas > 60


@pytest.mark.parametrize("name", SEEDED)
def test_a_seeded_fault_is_found(name, tmp_path):
    spoil, rule, place, reason = SEEDED[name]
    spoiled = model()
    spoil(spoiled)
    found = [finding for finding in spoiled.audited(tmp_path).findings if finding.rule == rule]

    assert [place, True] in [[finding.place, reason in finding.reason] for finding in found], found


def test_every_rule_is_seeded():
    assert {rule for _, rule, _, _ in SEEDED.values()} == set(RULES) - {"waiver"}


def test_a_fault_of_a_formula_alone_breaks_no_other_rule(tmp_path):
    """What is told is what is wrong: a typed-over cell is one finding, not several."""
    spoiled = model()
    spoiled["Debt!J7"] = Cell(7.0)

    assert [finding.rule for finding in spoiled.audited(tmp_path).findings] == ["row-consistency", "input-style"]


def test_a_typed_over_cell_is_found_in_a_table_that_has_no_periods(tmp_path):
    spoiled = model()
    cover = spoiled.pages["Guide"]
    for number, letter in enumerate("BCDEF", 1):
        cover.cells[f"{letter}20"] = Cell(1.0, f"Cash!$H${number}")
        cover.cells[f"{letter}21"] = Cell(1.0, f"{letter}20+1")
    cover.cells["D21"] = Cell(2.0, style="Input")

    assert [f.place for f in spoiled.audited(tmp_path).findings if f.rule == "row-consistency"] == ["Guide!D21"]


def test_looking_back_one_period_is_no_circle(tmp_path):
    """Opening is the closing before it: each column needs the one to its left, and none needs itself."""
    found = model().audited(tmp_path)

    assert not [finding for finding in found.findings if finding.rule == "circular"]


def test_a_shared_formula_counts_in_each_of_its_cells(tmp_path):
    """A program may write the formula of a row once and let the other cells refer to it."""
    spoiled = model()
    first, *others = (f"Debt!{chr(64 + column)}7" for column in PERIODS)
    spoiled[first].extra = ' t="shared" ref="H7:M7" si="0"'
    for place in others:
        spoiled[place] = Cell(1.0, " ", extra=' t="shared" si="0"')

    assert spoiled.audited(tmp_path).findings == ()


def guide(model: Model, *rows: tuple[str, str, str]) -> Model:
    page = model.pages["Guide"]
    for number, texts in enumerate((("Waived rule", "Where", "Reason"), *rows), 10):
        for letter, text in zip("BCD", texts, strict=True):
            if text:
                page.cells[f"{letter}{number}"] = Cell(text, style="Label")
    return model


def test_a_waiver_on_the_guide_is_honoured_and_told(tmp_path):
    spoiled = guide(
        model(), ("row-consistency", "Debt!H7:K7", "the first year is contracted"), ("input-style", "Debt", "so")
    )
    spoiled["Debt!J7"] = Cell(7.0)
    found = spoiled.audited(tmp_path)

    assert found.findings == ()
    told = [(waiver.rule, count, waiver.source) for waiver, count in found.waived]
    assert told == [("row-consistency", 1, "Guide!B11"), ("input-style", 1, "Guide!B12")]


def test_a_waiver_of_another_place_or_rule_covers_nothing(tmp_path):
    spoiled = guide(model(), ("row-consistency", "Debt!H8:K9", "elsewhere"), ("circular", "*", "another rule"))
    spoiled["Debt!J7"] = Cell(7.0)
    found = spoiled.audited(tmp_path)

    assert [finding.place for finding in found.findings] == ["Debt!J7", "Debt!J7"]
    assert [count for _, count in found.waived] == [0, 0]


@pytest.mark.parametrize(
    "waiver", [("row-consistency", "Debt", ""), ("anything", "*", "because"), ("hidden", "", "so")]
)
def test_a_waiver_without_a_rule_a_place_or_a_reason_is_a_finding(waiver, tmp_path):
    found = guide(model(), waiver).audited(tmp_path)

    assert [finding.place for finding in found.findings if finding.rule == "waiver"] == ["Guide!B11"]
    assert found.waived == ()


@pytest.mark.parametrize(
    ("where", "covered"),
    [
        *(("*", True), ("Debt", True), ("Debt!J7", True), ("Debt!$A$1:$Z$9", True), ("'Debt'!J7", True)),
        *(("Cash", False), ("Debt!J8", False), ("Debt!K7:M7", False), ("J7", False), ("", False), ("Debt!", False)),
    ],
)
def test_a_waiver_covers_its_place_alone(where, covered):
    assert covers(where, Finding("hidden", "Debt", "J7", "")) is covered


@pytest.mark.parametrize("text", ["hidden", "hidden@Debt", "hidden=so", "hidden@=so", "hidden@Debt=", "hiden@Debt=so"])
def test_a_waiver_on_the_command_line_has_a_rule_a_place_and_a_reason(text, tmp_path):
    with pytest.raises(UsageError):
        model().audited(tmp_path, text)


def test_the_command_ends_with_6_when_something_is_found(tmp_path, capsys):
    spoiled = model()
    spoiled.pages["Debt"].state = "hidden"
    path = tmp_path / "model.xlsx"
    path.write_bytes(spoiled.file())
    code = command(["audit", str(path), "--json", str(tmp_path / "found.json")])
    out, err = capsys.readouterr()
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))

    assert (code, err) == (6, f"{path}: 1 finding of 1 rule\n")
    assert "hidden: Nothing is hidden" in out and "the sheet is hidden" in out
    assert [finding["rule"] for finding in found["findings"]] == ["hidden"]
    assert command(["audit", str(path), "--waive", "hidden@Debt=a draft"]) == 0
    assert "a draft" in capsys.readouterr().out


def test_the_command_refuses_what_is_no_workbook_in_one_line(tmp_path, capsys):
    path = tmp_path / "model.xlsx"
    path.write_text("a,b\n1,2\n", encoding="utf-8")

    assert command(["audit", str(path)]) == 2
    assert capsys.readouterr().err == f"{path}: not read: it is a text under another name; save it as .xlsx\n"


def test_an_audit_of_a_model_with_any_part_changed_ends_in_findings_or_a_refusal(tmp_path):
    noise = random.Random(33)
    archive = zipfile.ZipFile(io.BytesIO(model().file()))
    parts = {name: archive.read(name) for name in archive.namelist()}
    path, read = tmp_path / "model.xlsx", 0
    for _ in range(300):
        part = noise.choice(list(parts))
        path.write_bytes(packed({**parts, part: mutated(parts[part], noise)}))
        with contextlib.suppress(BadWorkbook):
            audit(path)
            read += 1

    assert 0 < read < 300


@pytest.mark.parametrize("piece", ["a:", "'", "[", "R[1]", "A1:", '"', "a!", "1e", "#", "{"])
def test_twice_the_formula_is_twice_the_work(piece):
    """Of the longest formula that a cell may hold, and of half of it."""
    whole = 8_192 // len(piece)
    work = [calls(lambda: shape_of(relative(piece * count, 8, 8))) for count in (whole // 2, whole)]  # noqa: B023

    assert work[1] <= 2.2 * work[0] + 100


@pytest.mark.parametrize("text", ["H6*$E$5-G9", "SUM($H8:H8)", "Time!H5+'Tax year'!$A1", 'IF(H6>=0,"a ""b""",H7)'])
def test_a_formula_in_relative_form_is_written_back_as_it_was(text):
    assert written(relative(text, 8, 8), 8, 8) == f"={text}"


def test_a_formula_is_taken_apart():
    shape = shape_of(relative('IF(Time!H5>=12,SUM($H8:H8)*0.5,in_rate&"12")', 8, 8))

    assert (shape.functions, shape.numbers, shape.names) == ({"IF", "SUM"}, ("12", "0.5"), ("IN_RATE",))
    assert [(ref.sheet, ref.area(8, 8)) for ref in shape.refs] == [("Time", (5, 8, 5, 8)), (None, (8, 8, 8, 8))]
    assert [ref.area(8, 10) for ref in shape.refs] == [(5, 10, 5, 10), (8, 8, 8, 10)]
