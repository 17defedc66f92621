"""Every kind of facility at once: the template, with interest put off and a refinancing, on all faces of its lines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import finmodel as fm
from finmodel.kernel.faces.generated import compile_kernel
from finmodel.kernel.faces.interpreter import interpret
from finmodel.kernel.order import plan
from finmodel.run.results import Results
from finmodel.workbook.write import write_workbook
from tests.deal.fin import FLAGSHIP, ROOT, extended, run

LIFE = """
[facility.banks]
deferred = { 2027-01-01 = "0 %", 2031-01-01 = "40 %", 2032-01-01 = "0 %" }
[facility.banks.forgiven]
2034-06-30 = "25 %"
[facility.new]
label          = "New loan"
lender         = "Commercial banks"
country        = "Japan"
rank           = "senior"
refinances     = ["jbic"]
drawn_on       = 2033-06-30
amount         = "90 million USD"
rate           = "4 % p.a."
upfront_fee    = "1 %"
grace          = "0 months"
payment_months = ["June", "December"]
instalments    = 10
profile        = "annuity"
"""
OVERRUN = {"capex.plant.amount": "420 million USD"}


def everything(folder: Path) -> Results:
    """The template with events of its loans' lives, 5 % over budget on the debt as signed."""
    case = extended(folder, LIFE, ROOT / "templates" / "facilities")
    return run(case, OVERRUN, hold_debt=True)


def test_every_kind_of_facility_is_in_use_at_once(tmp_path: Path) -> None:
    result = everything(tmp_path)
    used = (
        "facility.bridge.drawn", "facility.standby.drawn", "facility.yen.net_exchange_realised", "facility.new.drawn",
        "facility.banks.net_swap_settlement", "facility.banks.forgiven", "facility.banks.deferred_due",
        "facility.jbic.refinanced", "facility.mezzanine.capitalised", "sizing.own_service", "sizing.by_llcr",
    )  # fmt: skip

    assert [id for id in used if not np.any(np.abs(np.asarray(result[id])) > 1e-9)] == []
    assert result.passed, [check for check in result.checks if not check.passed]


def test_the_interpreter_and_the_face_over_paths_agree_with_the_numbers(tmp_path: Path) -> None:
    result = everything(tmp_path)
    order = plan(result.model)
    reference = interpret(result.model, order, result.given)
    ids = [line.id for line in order.order]
    inputs = {id: np.array(value)[..., None] * np.ones(3) for id, value in result.given.items()}
    over = compile_kernel(result.model, order, ids, None, paths=True).run(inputs, {}, 3)

    assert [id for id in ids if not np.array_equal(reference[id], result.values[id], equal_nan=True)] == []
    for id in ids:
        got, want = np.broadcast_arrays(over[id], np.array(result.values[id])[..., None])
        assert np.allclose(got, want, rtol=1e-12, atol=1e-6, equal_nan=True), id


@pytest.mark.slow
def test_the_workbook_with_every_kind_of_facility_is_certified(tmp_path: Path) -> None:
    """It is recalculated by another program under changes of inputs; a difference would raise."""
    certificate = write_workbook(everything(tmp_path), tmp_path / "all.xlsx", quick=True)

    assert certificate.largest < 1e-9


def test_a_case_that_uses_none_of_the_terms_has_none_of_their_lines() -> None:
    """What is off costs nothing: the flagship declares no line of any of them, but for its hedge."""
    names = {"own", "historic", "currency_growth", "rate_at_close", "committed_at_close", "deferred", "put_off"}
    names |= {"refinanced", "takeout", "overrun", "equity_needed", "net_break_share", "growth", "own_service"}
    names |= {"by_llcr", "by_plcr", "repayment_number", "tested_date", "sculpted_rate"}

    own = ("facility.", "funding.", "sizing.", "plan.")
    lines = [id for id in fm.run(fm.load(FLAGSHIP)).model.lines if id.startswith(own)]

    assert [id for id in lines if names & set(id.split("."))] == []
