"""The list of keys and the JSON Schema are made from the schema itself."""

from __future__ import annotations

import json

from finmodel.case.describe import find, json_schema, keys


def test_every_key_is_listed_with_unit_bounds_default_and_meaning(schema):
    listed = {info.key: info for info in keys(schema.root)}
    rate, cap = listed["facility.<name>.rate"], listed["sizing.gearing_cap"]

    assert (rate.kind, rate.unit, rate.range) == ("quantity", "% p.a.", "from 0 % p.a. to 100 % p.a.")
    assert (rate.required, rate.live, rate.meaning) == (True, True, "Fixed interest rate")
    assert (cap.default, cap.required) == ("70 %", False)
    assert not listed["timeline.frequency"].live
    assert not listed["timeline.operations"].live
    assert listed["facility.<name>.limit"].default is None
    assert "fx.<name>" in listed


def test_an_example_is_within_its_own_bounds(schema, read):
    for info in keys(schema.root):
        if info.kind == "quantity":
            leaf = find(schema.root, info.key.split(".")).slot.leaf
            leaf.check(json.loads(info.example))


def test_a_date_below_a_dated_key_belongs_to_it(schema):
    assert find(schema.root, ("facility", "x", "rate", "2027-01-01")).slot.kind == "quantity"
    assert find(schema.root, ("facility", "x", "share", "2027-01-01")) is None


def test_the_json_schema_knows_tables_bounds_and_choices(schema):
    text = json.dumps(json_schema(schema.root))

    assert '"Fixed interest rate [% p.a.]"' in text
    assert '"quarter"' in text
    assert '"additionalProperties": false' in text
