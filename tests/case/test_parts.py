"""What is said of the files beside a case file, and of what a case file says of itself, is what their readers take."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from finmodel.case import expect, histories, scenario_file, sources
from finmodel.case.describe import json_schema, keys
from finmodel.case.guard import read_text
from finmodel.case.language import OwnKeys
from finmodel.case.positions import Document, parse
from finmodel.case.quantity import parse as parse_quantity
from finmodel.deal.schema import CaseTables
from finmodel.kernel.errors import Problem


@pytest.fixture
def document(tmp_path: Path):
    def document(text: str) -> Document:
        (tmp_path / "x.toml").write_text(text, encoding="utf-8")
        problems: list[Problem] = []
        read = parse(read_text(tmp_path / "x.toml"), problems)
        assert problems == []
        return read

    return document


def test_the_example_of_scenarios_is_read(document):
    problems: list[Problem] = []
    found = scenario_file.read_scenarios(document(scenario_file.PART.example), problems)

    assert problems == []
    assert found["severe"].changes == {"price.ndpr.premium": "1.20x", "capex.plant.amount": "450 million USD"}
    assert {key for name in found for key in tomllib.loads(scenario_file.PART.example)[name]} == {*scenario_file._KEYS}


def test_the_example_of_sources_is_read(document):
    problems: list[Problem] = []
    rows, _ = sources.read_sources(document(sources.PART.example), problems)

    assert problems == []
    assert rows["facility", "jbic", "rate"] == "term sheet of 12 March 2027"


def test_the_examples_of_expectations_are_read(document):
    problems: list[Problem] = []
    claims = expect.read_expect(Document(document(expect.PART.example).tree["expect"]), problems)
    golden = expect.read_expected(document(expect.GOLDEN.example), problems)

    assert problems == []
    assert [(one.metric, one.kind) for one in claims] == [
        ("dscr_min", "at least"),
        ("gearing", "at most"),
        ("debt.jbic", "within"),
    ]
    assert [one.value for one in golden] == [1.35, 0.124]


def test_the_example_of_prices_is_read(tmp_path):
    (tmp_path / "prices.csv").write_text(histories.PART.example, encoding="utf-8")
    found = histories.read_prices(tmp_path / "prices.csv")

    assert {name: list(one.months.values()) for name, one in found.items()} == {
        "ndpr": [54.5, 52.1],
        "dyo": [247.0, 251.0],
    }
    assert found["dyo"].basis == "FOB, VAT excluded"


def test_what_a_file_says_of_itself_is_read(read, write):
    """Each example in a case of its own; the multiple of the lenders' case is a quantity."""
    examples = {info.key: tomllib.loads(f"x = {info.example}")["x"] for info in keys(OwnKeys)}

    assert list(examples) == ["format", "extends", "remove", "expect.<name>", "sizing.case.<name>"]
    write(folder="other_case")
    own = f'format = {examples["format"]}\nextends = "{examples["extends"]}"\nremove = ["facility.anz"]\n'
    text = own + f'[facility.jbic]\nshare = "100 %"\n[expect]\ndscr_min = "{examples["expect.<name>"]}"\n'
    assert [one.metric for one in read(text=text).expect] == ["dscr_min"]
    assert parse_quantity(examples["sizing.case.<name>"])[0] > 0
    assert isinstance(examples["remove"], list)


def test_the_json_schema_knows_what_a_file_says_of_itself():
    schema = json_schema(CaseTables)

    assert {"format", "extends", "remove", "expect", "name"} <= {*schema["properties"]}
    assert {"case", "gearing_cap"} <= {*schema["$defs"]["SizingTerms"]["properties"]}
