"""The workbook is live: what is typed into it moves every line as the same change of the case does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from finmodel.run.run import load, run
from finmodel.workbook.book import Book
from finmodel.workbook.cells import CONSTANT
from finmodel.workbook.certificate import reads
from finmodel.workbook.pages.checks import SIZED
from finmodel.workbook.pages.header import FAILED_ERRORS, LIVE_NAME
from finmodel.workbook.write import workbook_bytes
from tests.workbook.files import CASES, ROOT, Typed, book_of, made, monthly

TINY = CASES / "tiny_loan"
FORMS = ROOT / "templates" / "forms"
CHANGES = {
    "price.oxide.deck": ("36 USD/kg", 36.0),
    "node.plant.nameplate": ("950 t/year", 950.0),
    "node.plant.availability": ("90 %", 0.9),
    "entity.spv.tax_rate": ("25 %", 0.25),
    "entity.spv.depreciation.life": ("4 years", 4.0),
    "cost.operating.per_kg": ("12 USD/kg", 12.0),
    "capex.plant.amount": ("105 million USD", 105e6),
    "facility.jbic.rate": ("6 % p.a.", 0.06),
    "facility.jbic.upfront_fee": ("1 %", 0.01),
    "waterfall.lockup": ("1.5x", 1.5),
    "returns.npv_rate": ("9 % p.a.", 0.09),
}


def wrong(book: Book, expected: dict[str, Any], cells: dict[str, Any], steps: int = 1) -> list[str]:
    """Lines that are off by more than 1e-9 of the size of what they read, directly or in a few steps."""
    sizes = {
        id: np.nanmax(np.abs(np.atleast_1d(np.asarray(v, float)))) if _known(v) else 0 for id, v in expected.items()
    }
    found = []
    for id, line in book.model.lines.items():
        got = np.array([np.nan if v == "n/a" else float(v) for v in np.atleast_1d(np.array(cells[id], dtype=object))])
        scale = max(1.0, *(sizes[other] for other in _within(book, line.id, steps)))
        if not np.allclose(got, expected[id], rtol=0, atol=1e-9 * scale, equal_nan=True):
            found.append(id)
    return found


def _within(book: Book, id: str, steps: int) -> set[str]:
    """What a line reads, and what that reads, so many steps down."""
    found = {id}
    for _ in range(steps):
        found |= {other for name in found for other in reads(book.model.lines[name])}
    return found


def _known(value: Any) -> bool:
    return bool((~np.isnan(np.atleast_1d(np.asarray(value, float)))).any())


@pytest.fixture
def typed() -> Iterator[Typed]:
    """The small loan's workbook, open."""
    yield Typed(made(TINY)[0], book_of(run(load(TINY))))


def test_eleven_inputs_changed_in_the_file_give_the_numbers_of_the_case_with_the_same_changes(typed: Typed):
    for key, (_, value) in CHANGES.items():
        typed.type(key, value)
    changed = run(load(TINY, None, {key: text for key, (text, _) in CHANGES.items()}), hold_debt=True)

    assert wrong(typed.book, changed.values, typed.lines()) == []
    assert changed.metrics["dscr_min"] != run(load(TINY)).metrics["dscr_min"]


@pytest.mark.slow
def test_a_case_by_month_is_live_as_well(tmp_path: Path):
    case = monthly(tmp_path)
    result = run(load(case))
    typed = Typed(workbook_bytes(result, quick=True)[0], book_of(result))
    typed.type("price.oxide.deck", 36.0)
    typed.type("facility.jbic.rate", 0.06)
    changed = run(load(case, None, {"price.oxide.deck": "36 USD/kg", "facility.jbic.rate": "6 % p.a."}), hold_debt=True)

    assert wrong(typed.book, changed.values, typed.lines()) == []


def test_the_switch_shows_each_scenario_and_the_case_that_debt_was_sized_on():
    result = run(load(FORMS))
    typed = Typed(made(FORMS, quick=True)[0], book_of(result))
    names = [case.name for case in typed.book.cases]
    for name in result.case.scenarios:
        shown = name if name != "base" else "base_case"
        typed.file.set("Scenarios", LIVE_NAME, CONSTANT, shown)
        typed.file.compute()
        expected = run(load(FORMS, name))
        assert wrong(typed.book, expected.values, typed.lines()) == [], name

    assert names[0] == "base"
    assert names[-1] == "lenders"


def test_solved_values_meet_their_targets_on_the_sizing_case_and_turn_amber_when_an_input_moves():
    typed = Typed(made(FORMS, quick=True)[0], book_of(run(load(FORMS))))
    before = typed.cell(f"Checks!E{SIZED}")
    typed.file.set("Scenarios", LIVE_NAME, CONSTANT, "lenders")
    typed.file.compute()
    on_sizing_case = typed.cell(f"Checks!E{SIZED}")
    typed.type("price.ndpr.premium", 1.5)

    assert (before, on_sizing_case) == ("as sized", "as sized")
    assert typed.cell(f"Checks!E{SIZED}") == "as sized: re-run"


def test_a_number_in_an_empty_cell_of_a_case_overrides_the_base(typed: Typed):
    forms = Typed(made(FORMS, quick=True)[0], book_of(run(load(FORMS))))
    spot = next(spot for id, spot in forms.book.layout.reads.items() if spot.sheet == "Scenarios")
    column = 8 + [case.name for case in forms.book.cases].index("lenders")
    forms.file.set("Scenarios", spot.row, column, 123.0)
    forms.file.set("Scenarios", LIVE_NAME, CONSTANT, "lenders")
    forms.file.compute()

    assert forms.cell(f"Scenarios!F{spot.row}") == 123.0


def test_the_master_check_fails_when_a_check_of_class_error_does(typed: Typed):
    """Half of the equity has no owner, so shares do not sum to 1."""
    typed.type("equity.sponsor.share", 0.5)

    assert typed.cell(f"Checks!E{FAILED_ERRORS}") >= 1
    assert typed.cell("Debt!E3") == "FAIL"


def test_sensitivities_say_stale_once_an_input_has_moved(typed: Typed):
    before = typed.cell("Sensitivities!E8")
    typed.type("price.oxide.deck", 39.0)

    assert (before, typed.cell("Sensitivities!E8")) == ("current", "STALE")
    assert typed.cell("Inputs!E8") == 1


def test_a_row_that_moves_is_counted_even_if_its_sum_stays():
    typed = Typed(made(FORMS, quick=True)[0], book_of(run(load(FORMS))))
    key = next(key for key in typed.book.keys if key.series and key.live and key.kind == "case")
    assert isinstance(key.value, tuple)
    typed.type(key.id, [key.value[0] + 1, key.value[1] - 1, *key.value[2:]])

    assert typed.cell("Inputs!E8") == 1


def test_years_are_those_of_the_annual_tables(typed: Typed):
    """CFADS of each calendar year is the sum of its two halves."""
    values = run(load(TINY)).values["cfads.net_cfads"]
    assert isinstance(values, list)
    wanted = [values[t] + values[t + 1] for t in range(0, 12, 2)]
    page = {typed.cell(f"Annual!B{row}"): row for row in range(1, 40)}
    row = page["CFADS, by year"]

    assert [typed.cell(f"Annual!{column}{row}") for column in "HIJKLM"] == pytest.approx(wanted)
    assert [typed.cell(f"Annual!{column}6") for column in "HIJKLM"] == list(range(2027, 2033))


@pytest.mark.slow
def test_paths_become_columns_of_the_switch():
    """A simulated path is a row of prices; its column computes to the model's numbers for that row."""
    row = [40.0 - t for t in range(12)]
    _, certificate = workbook_bytes(run(load(TINY)), paths={"path_7": {"price.oxide.deck": row}})

    assert "case path_7" in certificate.compared
    assert certificate.largest <= 1e-9
