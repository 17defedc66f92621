"""The numba face: the same lines give the same numbers, on the flagship and on random graphs of lines."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

import finmodel as fm
from finmodel.base.operators import month_of
from finmodel.base.timeline import serial
from finmodel.engine.folds import SCALAR
from tests.flagship.deal import CASES
from tests.risk.deals import tiny

pytest.importorskip("numba")


def test_the_dates_of_the_compiled_calendar_are_those_of_pythons():
    from finmodel.engine import fast_words

    first = date(1990, 1, 1)
    for days in range(0, 77_000, 13):
        number = float(serial(first + timedelta(days=days)))
        assert fast_words.month_of.py_func(number) == month_of(number)


def test_each_compiled_fold_gives_what_the_fold_of_a_single_case_gives():
    """Rows with and without flags, numbers within and outside the timeline."""
    from finmodel.engine import fast_words

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
            compiled = getattr(fast_words, f"fold_{name}_{len(lists)}").py_func
            assert compiled(*parts) == SCALAR[name](*parts), (name, parts)


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
