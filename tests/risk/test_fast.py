"""The numba face: the same lines give the same numbers, on the flagship and on random graphs of lines."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

import finmodel as fm
from finmodel.kernel.expr import Given
from finmodel.kernel.faces.compiled import fast_text
from finmodel.kernel.faces.fold_values import SCALAR
from finmodel.kernel.model import Model
from finmodel.kernel.operators import month_of
from finmodel.kernel.order import plan
from finmodel.kernel.timeline import Timeline, serial
from finmodel.kernel.units import RATIO
from tests.flagship.deal import CASES
from tests.risk.deals import tiny

pytest.importorskip("numba")


def test_the_dates_of_the_compiled_calendar_are_those_of_pythons():
    from finmodel.kernel.faces import compiled_words

    first = date(1990, 1, 1)
    for days in range(0, 77_000, 13):
        number = float(serial(first + timedelta(days=days)))
        assert compiled_words.month_of.py_func(number) == month_of(number)


def test_each_compiled_fold_gives_what_the_fold_of_a_single_case_gives():
    """Rows with and without flags, numbers within and outside the timeline."""
    from finmodel.kernel.faces import compiled_words

    draw = np.random.default_rng(5)
    rows = [list(draw.normal(size=7)) for _ in range(20)]
    flags = [list(draw.integers(0, 2, 7).astype(float)) for _ in range(19)] + [[0.0] * 7]
    for row, flag in zip(rows, flags, strict=True):
        for name, parts in [
            ("total", [row]),
            ("lowest", [row]),
            ("highest", [row]),
            ("lowest", [row, flag]),
            ("highest", [row, flag]),
            ("first_when", [flag]),
            *(("value_at", [row, number]) for number in (0.0, 1.0, 4.0, 7.0, 7.5, 8.0)),
        ]:
            lists = [part for part in parts if isinstance(part, list)]
            compiled = getattr(compiled_words, f"fold_{name}_{len(lists)}").py_func
            assert compiled(*parts) == SCALAR[name](*parts), (name, parts)


@pytest.mark.parametrize("vary", [["in.price"], ["in.tonnes"], ["in.price", "in.tonnes"]], ids="+".join)
def test_rows_and_single_numbers_may_vary_alone_or_together(vary, tmp_path, monkeypatch):
    """Prices of 2, 3 and 4 on 10 t, less 1 of cost: 19, 29, 39. On the second path prices are 5, 6, 7 and tonnes 20."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    section = Model(Timeline(date(2027, 1, 1), "half", 3)).section("s")
    price = Given("in.price", (2.0, 3.0, 4.0), RATIO)
    section.line("cash", "", price * Given("in.tonnes", 10.0, RATIO) - Given("in.cost", 1.0, RATIO))
    kernel = fast_text(section.model, plan(section.model), ["s.cash"], vary).kernel()
    drawn = {"in.price": np.array([[2.0, 5.0], [3.0, 6.0], [4.0, 7.0]]), "in.tonnes": np.array([10.0, 20.0])}
    still = {"in.price": (2.0, 3.0, 4.0), "in.tonnes": 10.0, "in.cost": 1.0}
    found = kernel.run({id: drawn[id] if id in vary else value for id, value in still.items()}, {}, 2)["s.cash"]
    prices = [5, 6, 7] if "in.price" in vary else [2, 3, 4]
    tonnes = 20 if "in.tonnes" in vary else 10

    assert found[:, 0].tolist() == [19, 29, 39]
    assert found[:, 1].tolist() == [price * tonnes - 1 for price in prices]


@pytest.mark.slow
@pytest.mark.parametrize("outputs", [None, ["all"]])
def test_the_flagship_agrees_on_every_path(outputs):
    case = CASES / "australia_japan"
    plain = fm.simulate(case, 3_000, 2, outputs=outputs)
    fast = fm.simulate(case, 3_000, 2, outputs=outputs, options=fm.Options(fast=True))

    for name in plain.store.names():
        one, other = plain.column(name).astype(float), fast.column(name).astype(float)
        scale = max(1.0, float(np.nanmax(np.abs(one), initial=0)))
        assert np.array_equal(np.isnan(one), np.isnan(other)), name
        assert float(np.nanmax(np.abs(one - other), initial=0)) <= 1e-12 * scale, name


@pytest.mark.slow
def test_the_tiny_loan_agrees_whatever_the_chunk_and_the_workers(tmp_path):
    deal = tiny(tmp_path)
    fast = fm.simulate(deal, 20_000, 7, workers=1, options=fm.Options(fast=True))
    again = fm.simulate(deal, 20_000, 7, workers=2, options=fm.Options(fast=True, chunk=8))
    plain = fm.simulate(deal, 20_000, 7, workers=1)

    for name in fast.store.names():
        assert np.array_equal(fast.column(name), again.column(name), equal_nan=True)
        assert fast.column(name) == pytest.approx(plain.column(name), rel=1e-12, abs=1e-9, nan_ok=True)


def test_without_numba_the_message_says_what_to_install(monkeypatch):
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == "numba" else real(name, *more))

    with pytest.raises(fm.FinmodelError, match=r"finmodel\[fast\]"):
        fm.simulate(CASES / "australia_japan", 10, options=fm.Options(fast=True))
