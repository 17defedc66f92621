"""Every key says what it does: meaning, unit, bounds and an example that its own reader accepts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import pytest
from pydantic import create_model

from finmodel.case.describe import fields, keys
from finmodel.case.leaf import Quantity
from finmodel.case.plain import Count, DateQuantity
from finmodel.case.says import Says
from finmodel.case.table import Id, Table
from finmodel.deal.schema import CaseTables
from finmodel.kernel.expr import Given
from finmodel.run.run import load, run

ROOT = Path(__file__).parents[2]
KEYS = {info.key: info for info in keys(CaseTables)}


def unsaid(root: type[Table]) -> list[str]:
    """What the keys of a schema leave unsaid."""
    return [f"{info.key}: {what}" for info in keys(root) for what in _unsaid(info)]


def _unsaid(info: Any) -> Iterator[str]:
    if not info.meaning:
        yield "no meaning"
    elif info.meaning.endswith("."):
        yield "a meaning has no full stop"
    own = [part[:5] for part in re.findall("[a-z]{3,}", info.key.rsplit("<name>", 1)[-1])]
    said = [word for word in re.findall("[a-z]{3,}", info.meaning.lower()) if word[:5] not in own]
    if info.meaning and len(said) < 2:
        yield "the meaning repeats the name"
    if info.kind == "quantity" and not info.unit:
        yield "no unit"
    if not info.range:
        yield "no bounds"
    if "…" in info.example:
        yield "no example"
    yield from (f"{choice} has no meaning" for choice, meaning in info.choices.items() if not meaning)


def tables_of(root: type[Table]) -> list[type[Table]]:
    """Every table of a schema, once."""
    found: dict[type[Table], None] = {root: None}
    for slot, _ in fields(root).values():
        while slot.item is not None:
            slot = slot.item
        found |= {inner: None for table in slot.tables for inner in tables_of(table)}
    return list(found)


def test_no_key_leaves_unsaid_what_it_does():
    assert unsaid(CaseTables) == []


@pytest.mark.parametrize("table", tables_of(CaseTables), ids=lambda table: table.__name__)
def test_every_table_says_what_it_is(table):
    assert len((table.__doc__ or "").split()) > 2


@pytest.mark.parametrize("key", KEYS)
def test_an_example_is_read_by_the_keys_own_reader(key):
    value = tomllib.loads(f"x = {KEYS[key].example}")["x"]
    one = create_model("One", __base__=Table, x=(reader(CaseTables, key.split(".")), ...))

    one.model_validate({"x": value})


def reader(table: type[Table], path: list[str]) -> Any:
    """The annotation with which pydantic reads a key."""
    field = table.model_fields[path[0]]
    annotation: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    rest = path[1:]
    while rest and rest[0] == "<name>":
        annotation, rest = get_args(annotation)[1], rest[1:]
    if not rest:
        return annotation
    inner = next(arg for arg in (annotation, *get_args(annotation)) if isinstance(arg, type) and issubclass(arg, Table))
    return reader(inner, rest)


def test_the_example_of_a_line_of_your_own_is_a_formula_of_lines_that_exist(tmp_path):
    """One per cent of the revenue of the small loan."""
    loan = (ROOT / "cases" / "tiny_loan" / "case.toml").read_text(encoding="utf-8")
    row = f"\n[extra_lines]\nfee = {KEYS['extra_lines.<name>'].example}\n"
    (tmp_path / "case.toml").write_text(loan + row, encoding="utf-8")
    result = run(load(tmp_path))

    assert list(result["extra.fee"]) == list(result["income.revenue"] * 0.01)


def test_an_example_of_a_choice_is_one_of_its_values():
    for info in KEYS.values():
        typed = tomllib.loads(f"x = {info.example}")["x"]
        assert not info.choices or {*(typed if isinstance(typed, list) else [typed])} <= {*info.choices}, info.key


class Unsaid(Table):
    """A table whose keys leave out what they must say."""

    label: str
    kind: Annotated[Literal["a", "b"], Says("How the thing is counted", choices={"a": "by hand"})]
    tax_rate: Annotated[Given, Quantity("ratio", ge=0, meaning="Tax rate")]
    start: Annotated[Given, DateQuantity()]
    number: Annotated[Given, Count(meaning="How many there are in all.")]
    named: dict[Id, int] = {}


def test_each_thing_left_unsaid_is_found():
    assert unsaid(Unsaid) == [
        "label: no meaning",
        "label: no example",
        "kind: b has no meaning",
        "tax_rate: the meaning repeats the name",
        "start: no meaning",
        "number: a meaning has no full stop",
        "named.<name>: no meaning",
    ]


def test_a_key_is_structural_a_switch_or_a_value():
    """A switch has no default: leaving it out leaves its clause out, and no scenario can add it."""
    words = {key: KEYS[key].word for key in ("timeline.construction", "facility.<name>.balloon", "sizing.llcr")}

    assert words == {"timeline.construction": "structural", "facility.<name>.balloon": "", "sizing.llcr": "switch"}
    assert KEYS["facility.<name>.rank"].word == "structural"
    assert {info.word for info in KEYS.values()} == {"structural", "switch", ""}


def test_the_last_meaning_and_example_of_a_key_count_and_all_its_choices():
    """The month of a tax year is a month like any other, and says what it is of."""
    info = KEYS["entity.<name>.tax_year_end"]

    assert (info.meaning, info.example) == ("Month that ends its tax year", '"June"')
    assert info.choices["June"] == "month 6 of the year"


def test_values_that_stand_on_their_dates_have_a_table_as_example():
    assert KEYS["facility.<name>.table"].example == '{ 2030-12-31 = "50 %" }'
