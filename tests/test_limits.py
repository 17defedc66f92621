"""How large a deal may be: 2,000 costs, 500 capital items, 240 classes and 500 contracts; above, exit 5.

A sum of many terms is added from left to right on every face, so that its bits do not depend on how it is written.
"""

from __future__ import annotations

import functools
import operator
import random
from pathlib import Path

import pytest

import finmodel as fm
from finmodel.cli.command import command
from finmodel.deal.limits import MOST
from finmodel.kernel.evaluate import evaluate
from finmodel.kernel.expr import SIDE_BY_SIDE, Const, Op, add, text
from finmodel.kernel.faces.interpreter import interpret
from finmodel.kernel.model import Model
from finmodel.kernel.order import plan
from finmodel.kernel.units import RATIO

ROOT = Path(__file__).parents[1]
TINY = ROOT / "cases" / "tiny_loan"
MANY = {
    "cost": '[cost.c{i}]\nlabel = "Cost {i}"\nper_year = "1,000 USD/year"\nentity = "spv"\n',
    "capex": '[capex.c{i}]\nlabel = "Item {i}"\namount = "1,000 USD"\nentity = "spv"\nprofile = ["50 %", "50 %"]\n',
    "equity": '[equity.c{i}]\nlabel = "Class {i}"\nholder = "Holder {i}"\nshare = "0.2 %"\n',
    "offtake": (
        '[offtake.c{i}]\nlabel = "Contract {i}"\nproducts = ["oxide"]\nquantity = "1 t/year"\n'
        'start = 2028-01-01\nterm = "48 months"\ntake_or_pay = "80 %"\n'
    ),
}


def deal(folder: Path, table: str, number: int) -> Path:
    """The tiny loan with so many tables of a kind beside its own."""
    own = (TINY / "case.toml").read_text(encoding="utf-8").split("[expect]")[0]
    if table == "equity":
        own = own.replace('share  = "100 %"', f'share  = "{100 - number * 0.2:.1f} %"')
    rows = "\n".join(MANY[table].format(i=i) for i in range(number))
    (folder / "case.toml").write_text(f"{own}\n{rows}", encoding="utf-8")
    return folder


@pytest.mark.parametrize("number", [3, SIDE_BY_SIDE, SIDE_BY_SIDE + 1, 1_000, 3_000])
@pytest.mark.parametrize("joined", [operator.add, operator.sub])
def test_a_sum_of_many_terms_has_the_bits_of_adding_from_left_to_right(number: int, joined: object) -> None:
    """Numbers of very different sizes, so that another order has other bits."""
    drawn = random.Random(number)
    terms = [drawn.uniform(-1, 1) * 10.0 ** drawn.randint(-9, 9) for _ in range(number)]
    model = Model(fm.load(TINY).timeline)
    section = model.section("x", RATIO)
    lines = [section.line(f"t{i}", f"Term {i}", Const(value)) for i, value in enumerate(terms)]
    whole = section.line("whole", "Sum", functools.reduce(joined, lines))
    order = plan(model)

    expected = functools.reduce(joined, terms)
    assert evaluate(model, order, {})["x.whole"] == expected
    assert interpret(model, order, {})["x.whole"] == expected
    if joined is operator.add:
        assert text(whole.expr) == " + ".join(line.id for line in lines)
    if number > 1_000 and joined is operator.add:
        assert functools.reduce(joined, reversed(terms)) != expected


def test_a_sum_of_thousands_is_a_few_dozen_levels_deep() -> None:
    def depth(node: object) -> int:
        return 1 + max(map(depth, node.args), default=0) if isinstance(node, Op) else 0

    assert depth(add([Const(1.0)] * 3_000)) < 60


@pytest.mark.parametrize(
    ("table", "number", "words"),
    [
        ("cost", 3_000, "costs"),
        ("capex", 501, "capital items"),
        ("equity", 241, "classes"),
        ("offtake", 501, "contracts"),
    ],
)
def test_a_deal_beyond_a_limit_is_told_with_the_limit(table, number, words, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    deal(tmp_path, table, number)
    own = 0 if table == "offtake" else 1

    assert command(["run", "."]) == 5
    most = f"{MOST[table][0]:,}"
    assert capsys.readouterr().err == f"case.toml: [{table}] has {number + own:,} {words}; at most {most} are read\n"


def test_what_a_case_extends_counts_too(tmp_path: Path) -> None:
    """Its own costs, and those of the case below."""
    (tmp_path / "base").mkdir()
    deal(tmp_path / "base", "cost", 1_500)
    rows = "\n".join(MANY["cost"].format(i=f"x{i}") for i in range(500))
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "case.toml").write_text(f'extends = "../base"\n{rows}', encoding="utf-8")

    with pytest.raises(fm.FinmodelError, match=r"\[cost\] has 2,001 costs; at most 2,000 are read"):
        fm.load(tmp_path / "more")


def test_three_hundred_costs_run_and_every_one_counts(tmp_path: Path) -> None:
    """300 x 1,000 USD a year are 150,000 in each half-year of operation."""
    result = fm.run(fm.load(deal(tmp_path, "cost", 300)))
    own = fm.run(fm.load(TINY))["costs.billed"]

    assert result["costs.billed"][2] - own[2] == pytest.approx(150_000)


@pytest.mark.full
@pytest.mark.parametrize(("table", "number"), [("cost", 1_999), ("capex", 499), ("equity", 239), ("offtake", 500)])
def test_the_largest_deals_run_and_are_written_as_workbooks(table: str, number: int, tmp_path: Path) -> None:
    """The file is recalculated by another program and every line compared, or it is not written."""
    result = fm.run(fm.load(deal(tmp_path, table, number)))
    certificate = fm.write_workbook(result, tmp_path / "deal.xlsx", quick=True)

    assert [check.id for check in result.checks if not check.passed] == []
    assert certificate is not None


@pytest.mark.slow
def test_long_sums_have_cells_of_their_own_in_a_workbook(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    fm.write_workbook(fm.run(fm.load(deal(tmp_path, "cost", 299))), tmp_path / "deal.xlsx", quick=True)
    book = load_workbook(tmp_path / "deal.xlsx")

    longest = max(
        len(cell.value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith("=")
    )
    assert "LongSums" in book.sheetnames and longest < 2_000
