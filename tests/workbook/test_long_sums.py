"""A sum that is long in letters is cut: its beginning has a cell of its own, and terms are added in the same order."""

from __future__ import annotations

import functools
import operator
from pathlib import Path

import pytest
from openpyxl import load_workbook

import finmodel as fm
from finmodel.kernel.expr import Const, Expr, Given, Op, Shift
from finmodel.kernel.faces.excel import LONGEST_SUM, excel_text
from finmodel.kernel.model import Line, Model
from finmodel.kernel.units import RATIO
from tests.test_limits import TINY, deal


class Wide:
    """A workbook whose references have 300 letters; it keeps what is begun."""

    def __init__(self) -> None:
        self.kept: list[Op] = []

    def const(self, value: float) -> str:
        return str(value)

    def given(self, leaf: Given) -> str:
        return leaf.id

    def line(self, line: Line, back: int) -> str:
        return line.id.rjust(300, "_")

    def row(self, line: Line) -> str:
        return line.id

    def begun(self, total: Op) -> str:
        known = [at for at, kept in enumerate(self.kept) if (kept.name, kept.args) == (total.name, total.args)]
        if not known:
            self.kept.append(total)
        return f"<{known[0] if known else len(self.kept) - 1}>"

    def beyond(self, shift: Shift) -> str:
        return ""


def rows(whole: Expr) -> tuple[str, list[str]]:
    """The formula with its beginnings put back in place, and each formula as it stands in its cell."""
    cell = Wide()
    texts = [excel_text(whole, cell)]
    while len(texts) <= len(cell.kept):
        texts.append(excel_text(cell.kept[len(texts) - 1], cell))
    text = texts[0]
    while "<" in text:
        number = text[text.index("<") + 1 : text.index(">")]
        text = text.replace(f"<{number}>", texts[int(number) + 1][1:-1])
    return text, texts


@pytest.mark.parametrize("number", [2, 13, 14, 40, 64, 65, 200])
@pytest.mark.parametrize("signs", ["+", "-", "+-"])
def test_a_sum_of_long_terms_is_cut_by_its_letters_and_keeps_its_order(number: int, signs: str) -> None:
    """13 terms of 300 letters and their signs fit 4,000; the whole is the terms from left to right."""
    model = Model(fm.load(TINY).timeline)
    section = model.section("x", RATIO)
    lines = [section.line(f"t{i}", f"Term {i}", Const(1)) for i in range(number)]
    joined = {"+": operator.add, "-": operator.sub}
    whole: Expr = lines[0]
    for at, line in enumerate(lines[1:]):
        whole = joined[signs[at % len(signs)]](whole, line)

    text, texts = rows(whole)

    terms = [line.id.rjust(300, "_") for line in lines]
    following = (signs[at % len(signs)] + term for at, term in enumerate(terms[1:]))
    assert text == f"({functools.reduce(operator.add, following, terms[0])})"
    assert max(map(len, texts)) <= LONGEST_SUM + 2
    assert (len(texts) == 1) == (number <= 13)


@pytest.mark.slow
def test_a_deal_of_many_contracts_has_no_formula_near_the_limit_of_a_cell(tmp_path: Path) -> None:
    """Revenue of 60 by year would be a sum of 5,000 letters on Annual."""
    certificate = fm.write_workbook(fm.run(fm.load(deal(tmp_path, "offtake", 60))), tmp_path / "deal.xlsx", quick=True)

    book = load_workbook(tmp_path / "deal.xlsx")
    cells = (cell.value for sheet in book for row in sheet.iter_rows() for cell in row)
    formulas = [len(value) for value in cells if isinstance(value, str) and value.startswith("=")]
    assert certificate is not None
    assert "LongSums" in book.sheetnames
    assert max(formulas) < 2 * LONGEST_SUM
