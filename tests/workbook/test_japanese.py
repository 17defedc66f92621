"""The workbook in Japanese: the same file but for its words, which come from one table."""

from __future__ import annotations

import io
import re
import shutil
import tomllib
from collections import defaultdict
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]

from finmodel.analysis.shocks import SHOCKS
from finmodel.case.templates import templates
from finmodel.cli.command import command
from finmodel.kernel.errors import UsageError
from finmodel.kernel.model import Line
from finmodel.kernel.units import RATIO
from finmodel.present.pages.finance import USES
from finmodel.present.pages.results import COVER, RETURNS
from finmodel.present.pages.sensitivity import COLUMNS
from finmodel.run.run import load, run
from finmodel.run.size import LIMITS
from finmodel.workbook.audit.auditing import audit
from finmodel.workbook.cells import letter
from finmodel.workbook.intake.importing import import_workbook
from finmodel.workbook.pages import make_pages
from finmodel.workbook.texts import Texts
from finmodel.workbook.translated import Translated, Words, names_of, texts_of, words_of
from finmodel.workbook.trials import Desk
from finmodel.workbook.write import workbook_bytes, write_workbook
from tests.workbook.files import CASES, ROOT, book_of, cells_of, made, number, opened, retyped

TINY = CASES / "tiny_loan"
TABLE = ROOT / "templates" / "labels" / "ja.toml"
HOLE = re.compile(r"\{[a-z]\w*\}")  # one with a name
KANA_OR_KANJI = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
HOW = (
    'add the English and the Japanese to the section [lines], [keys] or [words] of templates/labels/ja.toml: "x" = "…"'
)


@cache
def japanese() -> Any:
    """The small loan in Japanese, as openpyxl reads it."""
    data, certificate = workbook_bytes(run(load(TINY)), lang="ja")
    assert certificate.compared == made()[1].compared
    assert certificate.cells == made()[1].cells
    return load_workbook(io.BytesIO(data))


def table(**sections: dict[str, str]) -> Words:
    """A small table."""
    return Words(**{name: sections.get(name, {}) for name in ("lines", "keys", "words", "units")})


def line(label: str) -> Line:
    """A line of that label."""
    return Line("x.y", label, RATIO, "here.py:1")


def test_names_sheets_numbers_and_formulas_are_those_of_the_english_file():
    english = opened()
    assert japanese().sheetnames == english.sheetnames
    assert {name: x.attr_text for name, x in japanese().defined_names.items()} == {
        name: x.attr_text for name, x in english.defined_names.items()
    }
    for page in english.worksheets:
        other = japanese()[page.title]
        assert other.dimensions == page.dimensions
        for row in page.iter_rows():
            for cell in row:
                twin = other[cell.coordinate]
                assert twin.data_type == cell.data_type, (page.title, cell.coordinate)
                if cell.data_type == "f":
                    assert re.sub('"[^"]*"', "", twin.value) == re.sub('"[^"]*"', "", cell.value)
                elif cell.data_type == "n":
                    assert twin.value == cell.value


def test_the_summary_speaks_japanese_in_a_japanese_font():
    page = japanese()["Summary"]
    texts = {str(cell.value) for row in page.iter_rows() for cell in row if cell.value is not None}
    assert {"主要結果", "プロジェクトIRR（税引前）", "最低DSCR", "資金使途", "資金調達", "優先ローン"} - texts == {
        "優先ローン"
    }
    assert page["B9"].font.name == "Yu Gothic"
    assert opened()["Summary"]["B9"].font.name == "Arial"
    assert page.print_area == opened()["Summary"].print_area


def test_every_chart_has_a_japanese_title():
    def titles(book: Any) -> list[str]:
        return [chart.title.tx.rich.p[0].r[0].t for chart in book["Summary"]._charts]

    assert len(titles(japanese())) == len(titles(opened())) > 0
    assert all(KANA_OR_KANJI.search(title) for title in titles(japanese()))


@pytest.mark.slow
def test_the_audit_finds_nothing_in_a_japanese_file(tmp_path: Path):
    write_workbook(run(load(TINY)), tmp_path / "deal.xlsx", quick=True, lang="ja")
    assert not audit(tmp_path / "deal.xlsx").findings


@pytest.mark.slow
def test_a_japanese_file_is_imported_as_an_english_one_is(tmp_path: Path):
    case = Path(shutil.copytree(TINY, tmp_path / "case"))
    result = run(load(case))
    sheet, row, columns = cells_of(book_of(result), "facility.jbic.rate")
    typed = {sheet: {f"{letter(columns[0])}{row}": number(0.06)}}
    (tmp_path / "deal.xlsx").write_bytes(retyped(workbook_bytes(result, quick=True, lang="ja")[0], typed))
    made = import_workbook(tmp_path / "deal.xlsx", case, tmp_path / "new")
    assert [(edit.key, edit.value) for edit in made.edits] == [("facility.jbic.rate", '"6 % p.a."')]


def test_labels_are_put_together_from_the_longest_pieces_and_keep_the_names_of_the_case():
    words = table(
        lines={"Interest": "利息", "Interest, paid": "支払利息", "closing": "期末", "Wanted of {}": "{}の希望額"}
    )
    say = Translated(words, {"Loan, first": "Loan, first", "Plant": "プラント甲"})
    assert say.line(line("Loan, first: Interest, paid")) == "Loan, first：支払利息"
    assert say.line(line("Plant: Interest, closing")) == "プラント甲：利息、期末"
    assert say.line(line("Wanted of Loan, first, closing")) == "Loan, firstの希望額、期末"
    assert say.line(line("interest: 12")) == "利息：12"
    assert say.left() == []


def test_a_piece_without_words_stays_in_english_and_is_counted_once():
    say = Translated(table(lines={"Interest": "利息"}), {"Loan": "Loan"})
    assert say.line(line("Loan: Interest, new thing")) == "Loan：利息、new thing"
    assert say.line(line("Loan: New thing")) == "Loan：New thing"
    assert say("New thing") == "New thing"
    assert say.left() == ["New thing", "new thing"]


def test_a_label_of_any_length_takes_no_time():
    say = Translated(table(lines={"Interest": "利息"}), {})
    text = "a, b: for one, " * 20_000
    assert say.line(line(text)) == text
    assert [len(left) for left in say.left()] == [500]


def test_units_keep_their_codes():
    say = Translated(words_of("ja"), {})
    assert [say.unit(text) for text in ("USD m", "JPY m/year", "USD/kg", "ratio", "% p.a.", "x", "t/year", "kWh")] == [
        "百万USD", "百万JPY/年", "USD/kg", "比率", "年率%", "倍", "t/年", "kWh",
    ]  # fmt: skip


def test_a_case_may_give_labels_in_japanese(tmp_path: Path):
    case = tmp_path / "case"
    case.mkdir()
    text = (TINY / "case.toml").read_text(encoding="utf-8")
    text, count = re.subn(r'(label +)= "Term loan"', r'\1= "Term loan"\nlabel_ja = "タームローン"', text)
    assert count == 1
    (case / "case.toml").write_text(text, encoding="utf-8")
    (case / "sources.toml").write_text((TINY / "sources.toml").read_text(encoding="utf-8"))
    result = run(load(case))
    say = texts_of("ja", result.case)
    assert say.line(line("Term loan: Interest on the opening balance")) == "タームローン：期初残高に対する利息"
    assert result.metrics == run(load(TINY)).metrics


def test_two_names_that_read_the_same_in_japanese_are_told_apart():
    case = load(TINY)
    names = iter(case.tables.facility)
    loan = case.tables.facility[next(names)]
    twin = loan.model_copy(update={"label": "Bank loan", "label_ja": "融資"})
    first = loan.model_copy(update={"label_ja": "融資"})
    tables = case.tables.model_copy(update={"facility": {"a": first, "b": twin}})
    found = names_of(replace(case, tables=tables))
    assert (found["Term loan"], found["Bank loan"]) == ("融資", "融資 (Bank loan)")


def test_another_language_is_refused_by_name(tmp_path: Path):
    with pytest.raises(UsageError, match='there is no language "fr": write en or ja'):
        write_workbook(run(load(TINY)), tmp_path / "deal.xlsx", lang="fr")
    assert not list(tmp_path.iterdir())


def test_the_command_counts_what_has_no_japanese_yet(tmp_path: Path, capsys, monkeypatch):
    short = replace(words_of("ja"), words={k: v for k, v in words_of("ja").words.items() if k not in ("Key", "Note")})
    monkeypatch.setattr("finmodel.workbook.translated.words_of", lambda language: short)
    assert command(["workbook", str(TINY), "--lang", "ja", "--quick", "-o", str(tmp_path / "deal.xlsx")]) == 0
    told = capsys.readouterr().out
    assert '1 text has no Japanese yet, in English: "Note"' in told  # "Key" is a word of [keys] too


def test_the_table_is_sorted_fills_in_what_the_english_does_and_has_one_japanese_for_each_line():
    sections = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    assert set(sections) == {"lines", "keys", "words", "units"}
    for entries in sections.values():
        assert list(entries) == sorted(entries, key=lambda key: (key.lower(), key))
        for english, text in entries.items():
            assert sorted(HOLE.findall(english)) == sorted(HOLE.findall(text)), english
            assert english.count("{}") == len(re.findall(r"\{\d?\}", text)) or "{0}" in english, english
    found = defaultdict(set)
    for english, text in sections["lines"].items():
        found[text].add(english[:1].lower() + english[1:])
    assert {text: keys for text, keys in found.items() if len(keys) > 1} == {}


def test_what_no_case_of_the_repository_may_show_has_japanese_too():
    say = texts_of("ja", load(TINY))
    for text in (
        *(shock.label for shock in SHOCKS),
        *LIMITS.values(),
        *(label for label, _ in (*RETURNS, *COVER, *USES)),
    ):
        say(text)
    for title, _ in COLUMNS:
        say(title.replace("\n", " "))
    assert list(say.left()) == [], HOW


@pytest.mark.slow
@pytest.mark.parametrize("case", [*sorted(CASES.iterdir()), *templates().values()], ids=lambda folder: folder.name)
def test_nothing_is_missing_and_labels_that_differ_in_english_differ_in_japanese(case: Path):
    result = run(load(case))
    book = Desk.of(result, {}).book(quick=case.name != "australia_japan")
    say = texts_of("ja", result.case)
    make_pages(replace(book, say=say))
    assert list(say.left()) == [], HOW
    found: dict[str, set[str]] = defaultdict(set)
    for each in book.model.lines.values():
        found[say.line(each)].add(each.label)
    for key in book.keys:
        found[say.given(key.id, key.label)].add(key.label)
    assert {text: labels for text, labels in found.items() if len(labels) > 1} == {}


def test_english_needs_no_table():
    assert type(texts_of("en", load(TINY))) is Texts
