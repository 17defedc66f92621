"""The way back: what is written as a case file is read as the same numbers."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from finmodel.case.describe import find
from finmodel.case.expand import Clock, clock_of, leaves
from finmodel.case.leaf import Points, Quantity
from finmodel.case.templates import templates
from finmodel.case.written import NotWritten, toml_text, written
from finmodel.deal.read import read_case
from finmodel.deal.schema import CaseTables
from finmodel.kernel.expr import Given
from finmodel.kernel.units import unit

ROOT = Path(__file__).parents[2]
CASES = [*sorted((ROOT / "cases").iterdir()), *templates().values()]


def read_back(text: str | dict[str, str], leaf: object, given: Given, clock: Clock) -> tuple[float, ...] | float:
    """The numbers that a reader makes of what was written."""
    from finmodel.case.expand import _expand

    value = {day: tomllib.loads(f"v = {row}")["v"] for day, row in text.items()} if isinstance(text, dict) else text
    value = tomllib.loads(f"v = {value}")["v"] if isinstance(value, str) else value
    read = leaf.check(value)  # type: ignore[attr-defined]
    assert read.unit == given.unit
    if isinstance(read, Points):
        assert list(_expand(read, clock)) == []
    return read.value


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_every_input_of_every_case_is_read_back_to_the_last_digit(folder):
    case = read_case(folder)
    clock = clock_of(case.tables.timeline)
    count = 0
    for keys, given, _ in leaves(case.tables, {}):
        found = find(CaseTables, keys)
        assert found is not None and found.slot.leaf is not None
        values = list(given.value) if isinstance(given.value, tuple) else [given.number]
        back = read_back(written(given, found.slot.leaf, values, clock), found.slot.leaf, given, clock)
        wide = back if isinstance(back, tuple) else (back,) * len(values)
        assert wide == tuple(values), ".".join(keys)
        count += 1
    assert count > 20


@pytest.mark.parametrize("dated", [True, "linear", "on"])
def test_any_row_of_numbers_becomes_a_table_by_date_that_gives_it(dated):
    """Steps change on the first day of a period; a line is met in its middle, half a day or not; "on" is its last."""
    case = read_case(ROOT / "cases" / "tiny_loan")
    clock = clock_of(case.tables.timeline)
    leaf = Quantity("USD/kg", dated=dated)
    values = [float(n * n % 7) + 0.1 for n in range(clock.timeline.count)]
    given = Given("price.x.deck", tuple(values), unit("USD/kg"))
    text = written(given, leaf, values, clock)

    assert isinstance(text, dict)
    assert read_back(text, leaf, given, clock) == tuple(values)


@pytest.mark.parametrize("value", [0.0, 0.05])
def test_a_row_of_equal_values_on_single_dates_stays_a_table(value):
    """One number is refused where a key is a table by date; a row of nothing is 0 on one date."""
    clock = clock_of(read_case(ROOT / "cases" / "tiny_loan").tables.timeline)
    leaf = Quantity("ratio", dated="on", le=1)
    values = [value] * clock.timeline.count
    given = Given("facility.x.table", tuple(values), unit("ratio"))
    text = written(given, leaf, values, clock)

    assert isinstance(text, dict)
    assert len(text) == (len(values) if value else 1)
    assert read_back(text, leaf, given, clock) == tuple(values)


def test_a_list_by_year_of_operation_holds_one_value_a_year():
    clock = clock_of(read_case(ROOT / "cases" / "tiny_loan").tables.timeline)
    leaf = Quantity("ratio", listed="operating_year", le=1)
    given = Points("node.plant.ramp", (), unit("ratio"), points=((0, 1.0),), rule="operating_year")

    assert written(given, leaf, [0.0, 0.0, 0.5, 0.5, *[0.8] * 8], clock) == '["50 %", "80 %"]'
    with pytest.raises(NotWritten, match="within a year"):
        written(given, leaf, [0.0, 0.0, 0.5, 0.6, *[0.8] * 8], clock)


def test_a_list_over_construction_ends_with_it():
    clock = clock_of(read_case(ROOT / "cases" / "tiny_loan").tables.timeline)
    leaf = Quantity("ratio", listed="period", le=1)
    given = Points("capex.plant.profile", (), unit("ratio"), points=((0, 0.5), (1, 0.5)), rule="period")

    assert written(given, leaf, [0.4, 0.6, *[0.0] * 10], clock) == '["40 %", "60 %"]'
    with pytest.raises(NotWritten, match="after completion"):
        written(given, leaf, [0.4, 0.5, 0.1, *[0.0] * 9], clock)


@pytest.mark.parametrize("text", ['a"b\\c', "tab\there", "line\nbreak", "bell\x07 del\x7f", '"""', "採掘", "\u202eabc"])
def test_any_text_is_a_text_of_toml(text):
    read = tomllib.loads(f"v = {toml_text(text)}")["v"]

    assert read == "".join(letter for letter in text if letter.isprintable())
