"""Small runs for tests of outputs: hand-made lines beside the inputs of a real, tiny case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from finmodel.deal.read import Case, read_case
from finmodel.kernel.expr import Given, shown
from finmodel.kernel.faces.interpreter import interpret
from finmodel.kernel.folds import total
from finmodel.kernel.model import Model
from finmodel.kernel.order import plan
from finmodel.kernel.timeline import Timeline
from finmodel.kernel.units import PER_YEAR, RATIO, unit
from finmodel.run.results import Results, judge

CASES = Path(__file__).parents[2] / "cases"
USD = unit("USD")


@cache
def tiny_case() -> Case:
    """The tiny loan as it stands."""
    return read_case(CASES / "tiny_loan")


def evaluated(model: Model, facts: Mapping[str, str] | None = None, **case: Any) -> Results:
    """A model in numbers, by the interpreter; fields of its case may be replaced."""
    given = {id: leaf.value for id, leaf in model.givens().items()}
    values = interpret(model, plan(model), given)
    return Results(replace(tiny_case(), **case), model, values, given, judge(model, values, 1e-9), facts or {})


def loan(label: str = "Term loan", off_by: float = 0.0, **case: Any) -> Results:
    """A loan of 60 over three half-years, with a metric, one that is n/a, and a check that is `off_by`."""
    model = Model(Timeline(date(2027, 1, 1), "half", 3))
    rate = Given("facility.jbic.rate", 0.05, PER_YEAR, "Fixed rate", "case.toml:8", "term sheet of 2026-03")
    drawn = Given("input.drawn", (60e6, 0.0, 0.0), USD, "Drawn", "case.toml:9", "")
    years = Given("calendar.years", (0.5, 0.5, 0.5), unit("year"), "Length of the period", "calendar", "calendar")
    section = model.section("facility.jbic", USD, label)
    account = section.account("outstanding", f"{label}: Outstanding")
    repaid = section.line("repayment", f"{label}: Principal repaid", account.opening * 0.5)
    added = section.line("drawn", f"{label}: Drawn", drawn)
    account.close(add=[added], less=[repaid])
    interest = section.line("interest", f"{label}: Interest", account.opening * rate * years)
    paid = section.line("interest_total", f"{label}: Interest, all", total(interest))
    model.metric("interest_total", paid)
    never = section.flag("never", f"{label}: Never", Given("input.never", 1.0, RATIO))
    cover = section.display("cover", f"{label}: Cover", shown(never, ~never), RATIO)
    model.metric("cover", cover, never, ("", "nothing falls due"))
    section.display("cover_by_period", f"{label}: Cover by period", shown(repaid, interest > 0), USD)
    off = Given("input.off", off_by, RATIO)
    model.check(model.section("checks").line("repaid", "Loan is repaid", never * off), "error")
    model.check(model.section("alerts").line("low", "Cover is low", never * off), "alert")
    return evaluated(model, **case)
