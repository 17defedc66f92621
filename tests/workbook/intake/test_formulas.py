"""Formulas in relative form."""

from __future__ import annotations

import pytest

from finmodel.present.marks import fingerprint, input_name, output_name
from finmodel.workbook.intake.formulas import address, column_letters, column_number, relative
from tests.work import calls

FORMS = {
    "H6*$E$5": "R[-2]C[0]*R5C5",
    "$E8+H$5": "R[0]C5+R5C[0]",
    "SUM(H8:$BO8)": "SUM(R[0]C[0]:R[0]C67)",
    "sum( h8 , 1E-09 )": "SUM(R[0]C[0],1e-09)",
    "0.50+1.0": "0.5+1",
    "Time!H5+'Time'!H5": "Time!R[-3]C[0]+Time!R[-3]C[0]",
    "'Tax year'!H5": "'Tax year'!R[-3]C[0]",
    "'AB12'!H5": "'AB12'!R[-3]C[0]",
    "'It''s'!H5": "'It''s'!R[-3]C[0]",
    '"H6 said ""no"""&H6': '"H6 said ""no"""&R[-2]C[0]',
    "LOG10(H6)": "LOG10(R[-2]C[0])",
    "in_rate*H6_": "IN_RATE*H6_",
    "SUM(B:C,3:$4)": "SUM(R1C[-6]:R1048576C[-5],R[-5]C1:R4C16384)",
    "[1]Sheet1!A1": "[1]Sheet1!R[-7]C[-7]",
    "IF(H8>=0,TRUE,#N/A)": "IF(R[0]C[0]>=0,TRUE,#N/A)",
    "H8^-2": "R[0]C[0]^-2",
    "価格!H8": "価格!R[0]C[0]",
}


@pytest.mark.parametrize("formula", FORMS)
def test_a_formula_reads_from_its_cell(formula):
    """The cell is H8: row 8, column 8."""
    assert relative(formula, 8, 8) == FORMS[formula]


def test_cells_that_compute_alike_read_alike():
    assert relative("H6*$E$5-G9", 8, 8) == relative("Z16*$E$5-Y19", 18, 26)


def test_letters_and_numbers_of_columns_are_each_others_inverse():
    assert [column_number(column_letters(number)) for number in range(1, 16_385)] == list(range(1, 16_385))
    assert (address(1_048_576, 16_384), column_number("A"), column_number("xfd")) == ("XFD1048576", 1, 16_384)


@pytest.mark.parametrize("piece", ["'", "[", '"', "A", "1", "A1:", "$", "1.", "!", "'a'!", "\\", "#"])
def test_twice_the_formula_is_twice_the_work(piece):
    """Of the longest formula that a cell may hold, and of half of it."""
    whole = 8_192 // len(piece)
    work = [calls(lambda: relative(piece * count, 8, 8)) for count in (whole // 2, whole)]  # noqa: B023

    assert work[1] <= 2.2 * work[0] + 100


def test_names_for_machines_hold_no_dots_and_no_hyphens():
    assert input_name("price.ndpr.deck.2031-01-01") == "in_price__ndpr__deck__2031_01_01"
    assert output_name("equity_irr.jogmec") == "out_equity_irr__jogmec"


def test_a_fingerprint_changes_with_a_formula_its_place_and_a_name_but_not_with_the_order():
    cells, names = [(1, 2, "R[0]C[-1]"), (2, 2, "R[0]C[-1]")], [("in_a", "S!$A$1"), ("in_b", "S!$A$2")]
    same = fingerprint(reversed(cells), reversed(names))

    assert same == fingerprint(cells, names)
    assert same not in (
        fingerprint([(1, 2, "R[0]C[-1]"), (2, 2, "R[0]C[-2]")], names),
        fingerprint([(1, 2, "R[0]C[-1]"), (3, 2, "R[0]C[-1]")], names),
        fingerprint(cells, [("in_a", "S!$A$2"), ("in_b", "S!$A$1")]),
    )
