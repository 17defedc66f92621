"""Lists of keys and lines, and the report of a check."""

from __future__ import annotations

import json

import pytest

from finmodel.kernel.errors import UsageError
from finmodel.present.listings import aligned, check_text, lines_text, schema_text
from finmodel.run.build import build
from finmodel.run.run import load
from tests.present.toys import CASES, loan, tiny_case


def test_the_json_schema_is_json() -> None:
    assert "facility" in json.loads(schema_text())["properties"]


def test_lines_are_listed_by_pattern_with_unit_and_label() -> None:
    assert lines_text(loan().model, "*.interest") == "facility.jbic.interest  USD  Term loan: Interest"
    assert lines_text(loan().model, "facility.jbic.interest_t").startswith("facility.jbic.interest_total")
    assert len(lines_text(loan().model).splitlines()) == len(loan().model.lines)


def test_an_unknown_line_is_met_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r'Did you mean "facility.jbic.interest"'):
        lines_text(loan().model, "facility.jbic.intrest*")


def test_a_check_lists_assumed_figures_with_their_place_and_counts_all() -> None:
    text = check_text(tiny_case(), loan().model)

    assert "facility.jbic.rate" in text and "case.toml:" in text
    assert text.splitlines()[-1].startswith("Tiny loan: ok: ")
    assert "default" not in text


def test_a_check_lists_scenarios_with_their_probabilities() -> None:
    case = load(CASES / "australia_japan")
    text = check_text(case, build(case).model)

    assert ["escalation", "40.0", "%"] in [row.split()[:3] for row in text.splitlines()]


def test_figures_without_a_source_are_listed_apart() -> None:
    from dataclasses import replace

    text = check_text(replace(tiny_case(), unsourced=("facility.jbic.rate",)), loan().model)

    assert "Figures without a source" in text and "1 without a source" in text


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert aligned([("a", "b", "c"), ("aaa", "", "c")]) == "a    b  c\naaa     c"
