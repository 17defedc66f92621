"""The way back from a workbook: edited inputs become a case that gives the same numbers; anything else is refused."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import formualizer
import pytest

import finmodel as fm
from finmodel.cli.command import command
from finmodel.kernel.errors import CaseError, FinmodelError, RefusedError, UsageError
from finmodel.workbook.audit.auditing import audit
from finmodel.workbook.intake.gate import BadWorkbook
from finmodel.workbook.intake.importing import import_workbook
from finmodel.workbook.intake.reading import read_book
from tests.flagship.deal import CASES

DAY = date(2027, 1, 31)
TINY, FLAGSHIP = "tiny_loan", "australia_japan"


@cache
def written(case: str) -> bytes:
    """The workbook of a case."""
    from finmodel.workbook.write import workbook_bytes

    return workbook_bytes(fm.run(fm.load(CASES / case)), quick=True)[0]


class Desk:
    """A folder with a case, and its workbook to be edited."""

    def __init__(self, folder: Path, case: str) -> None:
        self.case = Path(shutil.copytree(CASES / case, folder / case))
        self.file, self.new = folder / "edited.xlsx", folder / "new"
        self.file.write_bytes(written(case))
        self.book = read_book(self.file)

    def cell(self, key: str) -> str:
        """Where an input stands, or the first period of its row."""
        name = "in_" + key.replace(".", "__")
        target = next(name_.target for name_ in self.book.names if name_.name == name)
        return target.replace("$", "").split(":")[0]

    def put(self, place: str, body: str) -> None:
        """Replace what a cell holds by XML."""
        sheet, at = place.split("!")
        part = f"xl/worksheets/sheet{list(self.book.sheets).index(sheet) + 1}.xml"
        pattern = rf'(<c r="{at}"( s="\d+")?)[^>]*?(?:/>|>.*?</c>)'
        self.replace(part, pattern, lambda match: f"{match[1]}{body}")

    def type(self, key: str, number: float, periods: int = 0) -> None:
        """Type a number into an input, or into some later period of its row."""
        sheet, at = self.cell(key).split("!")
        column = chr(ord(at[0]) + periods)
        self.put(f"{sheet}!{column}{at[1:]}", f"><v>{number!r}</v></c>")

    def replace(self, part: str, pattern: str, by: str | Callable[[re.Match[str]], str]) -> None:
        """Replace text of a part."""
        source = zipfile.ZipFile(io.BytesIO(self.file.read_bytes()))
        with zipfile.ZipFile(self.file, "w", zipfile.ZIP_DEFLATED) as out:
            for name in source.namelist():
                data = source.read(name)
                if name == part:
                    text, count = re.subn(pattern, by, data.decode(), count=1)
                    assert count == 1, (part, pattern)
                    data = text.encode()
                out.writestr(name, data)

    def run(self) -> fm.Imported:
        return import_workbook(self.file, self.case, self.new, DAY)

    def refused(self, error: type[FinmodelError] = BadWorkbook) -> str:
        """The message, once nothing is seen to be left behind."""
        before = self.file.read_bytes()
        with pytest.raises(error) as caught:
            self.run()
        assert not self.new.exists() and {path.name for path in self.new.parent.iterdir()} == {
            self.case.name,
            self.file.name,
        }
        assert self.file.read_bytes() == before
        return str(caught.value)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, TINY)


def close(a: dict[str, float | None], b: dict[str, float | None], names: list[str] | None = None) -> bool:
    """Whether results agree; rates of return as far as a spreadsheet finds them."""
    for name in names or list(a):
        x, y = a[name], b[name]
        if x is None or y is None:
            assert x == y, name
        else:
            assert abs(x - y) <= (1e-7 if "irr" in name else 1e-9) * max(1.0, abs(y)), name
    return True


def recalculated(file: Path) -> dict[str, float | None]:
    """What another engine makes of the edited file: the results that it names."""
    names = [name for name in read_book(file).names if name.name.startswith("out_")]
    book = formualizer.load_workbook(str(file))
    book.evaluate_all()
    found: dict[str, float | None] = {}
    for name in names:
        sheet, at = name.target.replace("$", "").split("!")
        letters, digits = re.fullmatch("([A-Z]+)([0-9]+)", at).groups()  # type: ignore[union-attr]
        assert len(letters) == 1
        value = book.get_value(sheet, int(digits), ord(letters) - 64)
        found[name.name.removeprefix("out_").replace("__", ".")] = value if isinstance(value, int | float) else None
    return found


def test_an_edited_workbook_gives_a_case_that_runs_to_the_same_numbers(desk):
    desk.type("price.oxide.deck", 42.5)
    desk.type("facility.jbic.rate", 0.0525)
    desk.type("cost.operating.per_kg", 9.75)
    made = desk.run()
    sets = {
        "price.oxide.deck": "42.5 USD/kg",
        "facility.jbic.rate": "5.25 % p.a.",
        "cost.operating.per_kg": "9.75 USD/kg",
    }

    assert made.after.metrics == fm.run(fm.load(desk.case, set=sets)).metrics
    assert made.held.metrics == fm.run(fm.load(desk.case, set=sets), hold_debt=True).metrics
    assert made.before.metrics == fm.run(desk.case).metrics
    assert fm.run(desk.new).metrics == made.after.metrics
    assert close(recalculated(desk.file), made.held.metrics)


@pytest.mark.slow
def test_rows_by_date_and_the_whole_flagship_come_back(tmp_path):
    """A price in two quarters, a floor, a premium and a tax rate; what the workbook shows is the debt held."""
    desk = Desk(tmp_path, FLAGSHIP)
    desk.type("price.ndpr.deck", 100.0)
    desk.type("price.ndpr.deck", 99.5, periods=2)
    for key, value in (("support.ndpr_floor.floor", 120.0), ("price.ndpr.premium", 1.1), ("entity.au.tax_rate", 0.29)):
        desk.type(key, value)
    made = desk.run()
    deck = made.after.case.tables.price["ndpr"].deck.value
    old = made.before.case.tables.price["ndpr"].deck.value

    assert close(recalculated(desk.file), made.held.metrics)
    assert deck == (100.0, old[1], 99.5, *old[3:])
    assert [edit.key for edit in made.edits] == [
        "price.ndpr.deck", "price.ndpr.premium", "entity.au.tax_rate", "support.ndpr_floor.floor"
    ]  # fmt: skip
    assert made.edits[0].after == "100 USD/kg in 2027Q2; 2 of 96 periods differ"


def test_the_new_case_says_what_was_changed_where_and_when(desk):
    desk.type("facility.jbic.rate", 0.0525)
    desk.run()

    assert (desk.new / "case.toml").read_text(encoding="utf-8") == (
        "# Change log: 2027-01-31, 1 input edited in edited.xlsx and imported.\n\n"
        'format = 1\nextends = "../tiny_loan"\nname = "Tiny loan, as edited in edited.xlsx"\n\n'
        f'[facility.jbic]\nrate = "5.25 % p.a."  # {desk.cell("facility.jbic.rate")}; before: 5 % p.a.\n'
    )
    source = fm.load(desk.new).tables.facility["jbic"].rate.source
    assert source == f"edited in edited.xlsx, {desk.cell('facility.jbic.rate')}, imported on 2027-01-31"


def test_the_workbook_is_only_read(desk):
    desk.type("facility.jbic.rate", 0.0525)
    before = desk.file.read_bytes()
    desk.run()

    assert desk.file.read_bytes() == before


@pytest.mark.slow
def test_a_new_case_may_be_edited_again(desk):
    """The second workbook is written from the new case, and its case extends that one."""
    desk.type("facility.jbic.rate", 0.0525)
    made = desk.run()
    desk.file.unlink()
    fm.write_workbook(made.after, desk.file, quick=True)
    desk.type("price.oxide.deck", 41.0)
    again = import_workbook(desk.file, desk.new, desk.new.parent / "newer", DAY)

    sets = {"price.oxide.deck": "41 USD/kg", "facility.jbic.rate": "5.25 % p.a."}
    assert again.after.metrics == fm.run(fm.load(desk.case, set=sets)).metrics


def other_target(desk: Desk) -> None:
    """A name that leads to the cell of another input."""
    here, there = (desk.cell(key).replace("!E", "!$E$") for key in ("facility.jbic.rate", "price.oxide.deck"))
    desk.replace("xl/workbook.xml", re.escape(here), there)


def name_gone(desk: Desk) -> None:
    desk.replace("xl/workbook.xml", 'name="in_facility__jbic__rate"', 'name="xx_facility__jbic__rate"')


def relabelled(desk: Desk) -> None:
    """A sheet under another name."""
    desk.replace("xl/workbook.xml", '<sheet ([^>]*)name="Debt"', lambda match: f'<sheet {match[1]}name="Loans"')


REFUSED: dict[str, tuple[Callable[[Desk], None], str]] = {
    "formula": (lambda d: d.put(d.cell("facility.jbic.rate"), "><f>1/20</f><v>0.05</v></c>"), "holds a formula"),
    "text": (lambda d: d.put(d.cell("facility.jbic.rate"), ' t="str"><v>5 %</v></c>'), "holds a text (5 %)"),
    "error": (lambda d: d.put(d.cell("facility.jbic.rate"), ' t="e"><v>#DIV/0!</v></c>'), "shows an error (#DIV/0!)"),
    "flag": (lambda d: d.put(d.cell("facility.jbic.rate"), ' t="b"><v>1</v></c>'), "true or false"),
    "empty": (lambda d: d.put(d.cell("facility.jbic.rate"), "/>"), "is empty"),
    "beyond_its_bounds": (lambda d: d.type("facility.jbic.rate", 1.5), "is out of range"),
    "half_an_instalment": (lambda d: d.type("facility.jbic.instalments", 7.5), "is a whole number: got 7.5"),
    "length_of_construction": (lambda d: d.type("timeline.construction", 18.0), "shapes the model"),
    "financial_close": (lambda d: d.type("timeline.financial_close", 46569.0), "shapes the model"),
    "typed_over": (lambda d: d.put("Debt!I10", "><v>1</v></c>"), "its logic was changed: Debt!I10"),
    "other_formula": (lambda d: d.put("Debt!I10", "><f>H10</f><v>1</v></c>"), "its logic was changed: Debt!I10"),
    "formula_added": (lambda d: d.put("Debt!B9", "><f>1</f><v>1</v></c>"), "its logic was changed: Debt!B9"),
    "name_of_another_cell": (other_target, "the name in_facility__jbic__rate leads to Inputs!"),
    "name_gone": (name_gone, "the name in_facility__jbic__rate leads to nothing"),
    "sheet_renamed": (relabelled, "the sheet Debt is gone"),
    "tolerance": (lambda d: d.put("Checks!E11", "><v>1</v></c>"), "Checks!E11 holds 1.0, not 1e-09"),
    "properties_gone": (lambda d: d.replace("docProps/custom.xml", "finmodel schema", "x"), "not written by finmodel"),
}  # fmt: skip


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if at % 4 else ()) for at, name in enumerate(REFUSED)]
)
def test_what_is_no_edit_of_an_input_is_refused_in_one_line(name, desk):
    spoil, wrong = REFUSED[name]
    desk.type("price.oxide.deck", 41.0)
    spoil(desk)
    message = desk.refused()

    assert wrong in message and "\n" not in message


def test_a_rule_between_inputs_is_told_by_the_cell_that_breaks_it(desk):
    """Grace of ten years is longer than operations of five."""
    desk.type("facility.jbic.instalments", 40.0)
    message = desk.refused(CaseError)

    assert message.startswith(f"{desk.file}: {desk.cell('facility.jbic.instalments')}: facility.jbic")


@pytest.mark.slow
def test_a_scenario_typed_into_the_workbook_is_not_lost_in_silence(tmp_path):
    desk = Desk(tmp_path, FLAGSHIP)
    row = next(
        r for r in desk.book.sheets["ScenarioRows"].rows.values() if any("detente" in str(c.value) for c in r.values())
    )
    cell = next(c for c in row.values() if c.column == 8)
    desk.put(f"ScenarioRows!{cell.at}", "><v>50</v></c>")
    desk.type("price.ndpr.premium", 1.1)

    assert f"ScenarioRows!{cell.at} holds 50.0" in desk.refused()


def test_a_workbook_of_another_state_of_the_case_is_refused(desk):
    desk.type("price.oxide.deck", 41.0)
    (desk.case / "sources.toml").write_text('price = "a broker"\n', encoding="utf-8")

    assert "not written from" in desk.refused(RefusedError)


def test_a_workbook_of_another_version_is_refused(desk):
    desk.replace("docProps/custom.xml", r"finmodel\.workbook/1", "finmodel.workbook/0")

    assert "write the workbook anew" in desk.refused(RefusedError)


def test_a_workbook_that_changes_nothing_makes_no_case(desk):
    assert "no input differs" in desk.refused(UsageError)


def test_nothing_is_overwritten(desk):
    desk.type("price.oxide.deck", 41.0)
    desk.new.mkdir()

    with pytest.raises(RefusedError, match="exists already"):
        desk.run()


def test_the_new_case_stands_beside_the_old_one(desk, tmp_path):
    desk.type("price.oxide.deck", 41.0)
    (tmp_path / "elsewhere").mkdir()

    with pytest.raises(UsageError, match="beside it"):
        import_workbook(desk.file, desk.case, tmp_path / "elsewhere" / "new", DAY)


def test_the_command_shows_the_difference_and_the_results(desk, capsys, monkeypatch):
    desk.type("facility.jbic.rate", 0.0525)
    monkeypatch.chdir(desk.new.parent)
    code = command(["import", "edited.xlsx", "--onto", TINY, "-o", "new"])
    out, err = capsys.readouterr()

    assert code == 6 and "dscr_min" in err  # the case expects 1.6674x of its own rate
    assert re.search(r"facility\.jbic\.rate +Inputs!E[0-9]+ +5 % p\.a\. +5\.25 % p\.a\.", out)
    assert re.search(r"DSCR, lowest +1\.67x +1\.65x +1\.65x", out)
    assert "new: a new case that extends tiny_loan. Next: finmodel check new" in out


@pytest.mark.slow
def test_a_workbook_that_another_program_saved_comes_back_the_same(desk, tmp_path):
    desk.type("facility.jbic.rate", 0.0525)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    arguments = ["--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "saved"), str(desk.file)]
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is missing")
    subprocess.run(["soffice", profile, *arguments], check=True, capture_output=True, timeout=300)
    made = import_workbook(tmp_path / "saved" / "edited.xlsx", desk.case, desk.new, DAY)

    assert [(edit.key, edit.after) for edit in made.edits] == [("facility.jbic.rate", "5.25 % p.a.")]


@pytest.mark.slow
@pytest.mark.parametrize("case", [TINY, FLAGSHIP])
def test_an_audit_finds_nothing_in_our_own_workbooks(case, tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(written(case))

    assert audit(path).findings == ()
