"""Fiscal years: which periods belong to which, and what is added."""

from __future__ import annotations

import math
from datetime import date

import pytest

from finmodel.kernel.expr import Given, shown
from finmodel.kernel.model import Model
from finmodel.kernel.timeline import Timeline
from finmodel.kernel.units import RATIO, TONNE
from finmodel.present.annual import Column, by_year, fiscal_years, flow, without_nothing
from finmodel.run.results import Results
from tests.present.toys import USD, evaluated


def sales() -> Results:
    """Two offtakes over five quarters from April 2028, and a cover that is tested in two of them."""
    model = Model(Timeline(date(2028, 4, 1), "quarter", 5, 3))
    for name, tonnes in (("a", 1.0), ("b", 10.0)):
        row = Given(f"input.{name}", (tonnes,) * 5, TONNE)
        section = model.section(f"offtake.{name}", TONNE)
        section.line("delivered", f"{name}: Delivered", row)
        section.line("x.delivered", f"{name}: Delivered, of x", row)
    back = model.section("support", USD)
    back.line("paid", "Paid", Given("input.paid", (5.0, 5.0, 0.0, 0.0, 0.0), USD))
    back.line("given_back", "Given back", Given("input.back", (0.0, 1.0, 1.0, 0.0, 1e-7), USD))
    tested = Given("input.tested", (1.0, 1.0, 0.0, 0.0, 0.0), RATIO)
    cover = Given("input.dscr", (1.5, 1.3, 9.0, 9.0, 9.0), RATIO)
    model.section("ratios", RATIO).display("dscr", "DSCR", shown(cover, tested))
    return evaluated(model)


def test_fiscal_2028_of_march_years_runs_from_april_2028() -> None:
    timeline = Timeline(date(2028, 1, 1), "quarter", 6, 3)

    assert fiscal_years(timeline, 3) == {"FY2027": [0], "FY2028": [1, 2, 3, 4], "FY2029": [5]}
    assert list(fiscal_years(timeline, 12)) == ["FY2028", "FY2029"]


def test_a_star_stands_for_one_part_of_an_id() -> None:
    assert flow(sales(), ["offtake.*.delivered"]) == [11.0] * 5


def test_a_minus_takes_off_and_absent_lines_count_for_nothing() -> None:
    net = flow(sales(), ["support.paid", "-support.given_back", "nothing.here"])

    assert net == pytest.approx([5, 4, -1, 0, 0], abs=1e-6)
    assert flow(sales(), ["nothing.here"]) is None


def test_flows_are_added_and_of_a_cover_the_lowest_is_taken() -> None:
    columns = [Column("Tonnes", ("offtake.*.delivered",), "tonnes"), Column("DSCR", ("ratios.dscr",), "times")]
    table = by_year(sales(), columns, 3)

    assert table.years == ("FY2028", "FY2029")
    assert table.values[0] == (44.0, 11.0)
    assert table.values[1][0] == 1.3 and math.isnan(table.values[1][1])
    assert table.unit == ("t", "ratio")


def test_columns_and_years_in_which_nothing_happens_are_left_out() -> None:
    ids = {"Paid": "support.paid", "Zero": "ratios.none", "Back": "support.given_back"}
    columns = [Column(title, (id,)) for title, id in ids.items()]
    table = without_nothing(by_year(sales(), columns, 3))

    assert table.years == ("FY2028",)
    assert [column.title for column in table.columns] == ["Paid", "Back"]
