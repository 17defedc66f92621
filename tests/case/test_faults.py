"""Faults that the reader survives: every key missing or of a wrong kind, bounds, code in texts, edges of the calendar.

Single mistakes and their messages stand in tests/errors; the byte guards and syntax in test_guard and test_positions.
"""

from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from finmodel.case.describe import find
from finmodel.deal.read import Case, read_case
from finmodel.deal.schema import CaseTables
from finmodel.kernel.errors import CaseError, FinmodelError
from tests.work import calls

BASE = Path(__file__).parent.parent / "errors" / "base"
TREE = tomllib.loads((BASE / "case.toml").read_text(encoding="utf-8"))
MINIMAL = """
[timeline]
frequency = "year"
construction = "0 months"
operations = "12 months"
wind_up = "0 months"
[entity.au]
label = "Borrower"
country = "Australia"
currency = "USD"
tax_year_end = "December"
tax_rate = "0 %"
borrower = true
depreciation = { method = "straight", life = "1 year" }
[product.ore]
label = "Ore"
price = "ndpr"
[node.mine]
label = "Mine"
entity = "au"
product = "ore"
nameplate = "1 t/year"
availability = "100 %"
buys = { ore = { payable = "0 %" } }
[capex]
"""
OPERATIONS = ("entity", "product", "node", "offtake", "programme", "support", "cost", "capex", "grant")

Read = Callable[..., Case]


def typed_keys(tree: Mapping[str, object], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The key of each leaf of the base case, as the schema sees leaves."""
    for name, value in tree.items():
        path = (*above, name)
        found = find(CaseTables, path)
        if isinstance(value, dict) and found is not None and found.slot.leaf is None:
            yield from typed_keys(value, path)
        else:
            yield path


def is_required(path: tuple[str, ...]) -> bool:
    """Whether a case without this key is refused."""
    found = find(CaseTables, path)
    return found is not None and found.field is not None and found.field.is_required()


LEAVES = list(typed_keys(TREE))
REQUIRED = [".".join(path) for path in LEAVES if is_required(path)]
WRONG = ["[{ x = 1 }]", "7.5", "nan"]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Read the base case of tests/errors with changes."""
    shutil.copytree(BASE, tmp_path / "base")
    (tmp_path / "case").mkdir()
    monkeypatch.chdir(tmp_path / "case")

    def read(text: str = "", remove: Sequence[str] = ()) -> Case:
        removed = ", ".join(f'"{key}"' for key in remove)
        Path("case.toml").write_text(f'extends = "../base"\nremove = [{removed}]\n{text}', encoding="utf-8")
        return read_case(Path("."))

    return read


def message(read: Read, *args: object) -> str:
    """What is said of a case that must be refused as bad input."""
    with pytest.raises(FinmodelError) as caught:
        read(*args)
    assert caught.value.exit_code == 2
    return str(caught.value)


def header(path: tuple[str, ...], value: str) -> str:
    """A file that gives one key a value."""
    return ".".join(f'"{part}"' for part in path) + f" = {value}\n"


def test_every_required_key_that_is_missing_is_named_and_nothing_else_is(read):
    """Fault 6: each required key of the base case is removed in turn."""
    assert len(REQUIRED) > 60
    for key in REQUIRED:
        text = message(read, "", [key])

        assert text.split("\n")[0].endswith(f": {key}"), text
        assert f'"{key.rsplit(".", 1)[-1]}" is missing' in text
        assert text.split("\n")[-1].startswith(f"Write {key.rsplit('.', 1)[-1]} = ")
        assert text.count("\n\n") == 0, text


def test_every_key_refuses_values_of_a_wrong_kind_and_is_named(read):
    """Fault 7: lists of tables, bare numbers and nan, in turn, in place of each value of the base case."""
    for number, path in enumerate(LEAVES):
        value = WRONG[number % len(WRONG)]
        text = message(read, header(path, value))

        assert f"case.toml:3: {'.'.join(path)}" in text, text
        assert "got" in text


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("capex.plant.amount", ["-1 USD"]),
        ("timeline.operations", ["0 years", "-1 years"]),
        ("timeline.construction", ["-6 months"]),
        ("facility.jbic.rate", ["-2 % p.a.", "101 % p.a."]),
        ("facility.jbic.share", ["-1 %", "120 %"]),
        ("facility.jbic.upfront_fee", ["21 %"]),
        ("entity.au.tax_rate", ["100 %", "-1 %"]),
        ("node.metal.availability", ["101 %"]),
        ("node.metal.nameplate", ["0 t/year"]),
        ("offtake.oem.take_or_pay", ["101 %"]),
        ("offtake.oem.payment_days", ["721 days", "-1 days"]),
        ("grant.meti.share", ["51 %"]),
        ("sizing.dscr_contracted", ["0.99x", "11x"]),
        ("support.floor.lag", ["-6 months"]),
        ("product.metal.spot_discount", ["100 %"]),
        ("inflation.us.rate", ["-50 % p.a.", "101 % p.a."]),
    ],
)
def test_a_value_beyond_its_bounds_is_refused_with_the_bounds(key, values, read):
    """Fault 11."""
    for value in values:
        text = message(read, f'"{key}"'.replace(".", '"."') + f' = "{value}"\n')

        assert f'is out of range: got "{value}".\nThe value is ' in text


@pytest.mark.parametrize(
    "code", ["__import__('os').mkdir('x')", "${HOME}", "%s%n", "{0.__class__}", "$(mkdir x)", "`mkdir x`", "../../x"]
)
def test_code_in_a_text_is_a_text(code, read):
    """Fault 3: a label keeps the letters; nothing runs, nothing is filled in."""
    case = read(f'name = "{code}"\n[node.metal]\nlabel = "{code}"\n')

    assert (case.name, case.tables.node["metal"].label) == (code, code)
    assert os.listdir(".") == ["case.toml"]


@pytest.mark.parametrize("code", ["__import__('os')", "${HOME}", "1 + 1 USD", "9**9**9 USD", "%d USD", "=1 USD"])
def test_code_in_a_quantity_is_refused(code, read):
    """Fault 3."""
    assert "case.toml:4: capex.plant.amount" in message(read, f'[capex.plant]\namount = "{code}"\n')


@pytest.mark.parametrize("text", ["5", '"text"', "[1, 2]", "---\na: 1\n---\nb: 2", "{}", "<xml/>", "=", "# a remark"])
def test_a_file_that_is_no_case_is_bad_input(text, tmp_path, monkeypatch):
    """Fault 15: a scalar, two documents of another language, a file with nothing in it."""
    monkeypatch.chdir(tmp_path)
    Path("case.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CaseError, match=r"case\.toml"):
        read_case(Path("."))


@pytest.mark.parametrize("day", ["10000-01-01", "2027-13-01", "2027-00-10", "2026-02-29", "0000-01-01", "2262-04-12"])
def test_a_day_outside_the_calendar_is_refused(day, read):
    """Faults 21 and 23."""
    assert "case.toml:4" in message(read, f"[timeline]\nfinancial_close = {day}\n")


@pytest.mark.parametrize("day", ["1990-01-01", "2200-01-01"])
def test_the_first_and_the_last_year_of_the_calendar_are_read(day, read):
    """Fault 23."""
    case = read(f"[timeline]\nfinancial_close = {day}\n", ["offtake", "support"])

    assert case.timeline.start.isoformat() == day


def test_a_timeline_of_one_period_is_read(read):
    """Fault 22: no construction, one year of operations, no wind-up, no debt."""
    case = read(MINIMAL, [*OPERATIONS, "facility", "cover", "reserve"])

    assert case.timeline.labels == ("2027",)


def test_five_thousand_periods_are_twice_the_work_of_two_thousand_five_hundred(read):
    """Fault 25: 5,000 months; what is done for a period does not grow with their number."""
    work = []
    for months in (2_500, 5_000):
        text = f'[timeline]\nfrequency = "month"\noperations = "{months - 36:,} months"\n'
        work.append(calls(lambda: read(text)))  # noqa: B023  (called at once)
        assert read(text).timeline.count == months

    assert work[1] < 2.2 * work[0]


def test_support_that_ends_before_it_starts_and_debt_beyond_operations_are_told_together(read):
    """Fault 22."""
    text = message(read, "[support.floor]\nend = 2020-12-31\n[facility.mezz]\ninstalments = 300\n")

    assert "the end, 2020-12-31, is not after the start, 2029-01-01." in text
    assert "the last of 300 repayments falls on 2329-12-31" in text
