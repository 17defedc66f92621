"""The machine contract: strict JSON with every line, and null with a reason where there is no number."""

from __future__ import annotations

import json
import math

import pytest

from finmodel.kernel.errors import NumberError
from finmodel.present.json_run import SCHEMA, contract, to_json
from tests.present.toys import loan, tiny_case


def refuse(constant: str) -> None:
    """NaN and Infinity are no JSON."""
    raise AssertionError(constant)


def test_a_run_is_strict_json_with_the_keys_of_the_contract() -> None:
    read = json.loads(to_json(loan()), parse_constant=refuse)

    head, results = (
        ["schema", "finmodel", "case", "currency", "periods"],
        ["metrics", "units", "notes", "facts", "events"],
    )
    assert list(read) == [*head, *results, "checks", "lines"]
    assert read["schema"] == SCHEMA
    assert read["case"] == {"name": "Tiny loan", "sha256": tiny_case().sha256, "scenario": None}
    assert read["periods"][0] == {"label": "2027H1", "start": "2027-01-01", "end": "2027-07-01"}


def test_a_line_has_label_unit_and_a_value_a_period_and_a_single_number_one() -> None:
    lines = contract(loan())["lines"]

    assert lines["facility.jbic.repayment"] == {
        "label": "Term loan: Principal repaid",
        "unit": "USD",
        "values": [0.0, 30e6, 15e6],
    }
    assert lines["facility.jbic.interest_total"]["values"] == [pytest.approx(60e6 * 0.025 + 30e6 * 0.025)]


def test_what_is_not_applicable_is_null_with_its_reason() -> None:
    read = contract(loan())

    assert read["metrics"]["cover"] is None
    assert read["notes"] == {"cover": "nothing falls due"}
    assert read["lines"]["facility.jbic.cover_by_period"]["values"] == [None, 30e6, 15e6]


def test_checks_carry_class_and_size() -> None:
    first = contract(loan(off_by=0.5))["checks"][0]

    assert (first["id"], first["label"]) == ("checks.repaid", "Loan is repaid")
    assert (first["class"], first["passed"], first["worst"]) == ("error", False, 0.5)


def test_two_runs_can_be_compared_line_by_line() -> None:
    rows = to_json(loan()).splitlines()

    assert sum('"facility.jbic.repayment": {' in row for row in rows) == 1
    assert all(len(json.loads("{" + row.strip().rstrip(",") + "}")) == 1 for row in rows if row.startswith('  "'))


def test_labels_in_any_language_are_written_as_they_are() -> None:
    assert "タームローン: Interest" in to_json(loan(label="タームローン"))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_number_gone_bad_stops_the_export(bad: float) -> None:
    result = loan()
    result.values["facility.jbic.interest"][1] = bad
    with pytest.raises(NumberError, match=r"facility\.jbic\.interest is"):
        contract(result)


def test_minus_zero_is_zero() -> None:
    result = loan()
    result.values["facility.jbic.interest"][0] = -0.0

    assert "-0.0" not in to_json(result)
