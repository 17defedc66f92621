"""Every face of a formula says the same: scalar code, NumPy code and the interpreter, on random models."""

from __future__ import annotations

import itertools
import math
from random import Random
from typing import Any

import numpy as np
import pytest

from finmodel.kernel.expr import Const, op
from finmodel.kernel.faces.generated import PATH_NAMES, SCALAR_NAMES, compile_kernel, varying
from finmodel.kernel.faces.interpreter import interpret
from finmodel.kernel.model import Model
from finmodel.kernel.operators import OPERATORS
from finmodel.kernel.order import plan
from tests.kernel.random_graphs import Graph, Taste, Values, random_graph, varied

PATHS = 3
AWKWARD = (0.0, -0.0, 1e-13, -1e-13, 1e9, -1e9, 0.5, -3.0, 1.0)
ARITY = {"neg": 1, "not": 1, "abs": 1, "month_of": 1, "where": 3, "ratio": 4, "lo": 3, "hi": 3}


def differ(got: Any, wanted: Any, scale: float) -> bool:
    """Whether two values differ by more than `scale` × 1e-12; scale 0 asks for the same bits (-0 is 0)."""
    if scale == 0:
        return not np.array_equal(got, wanted, equal_nan=True)
    return not np.allclose(got, wanted, rtol=0, atol=1e-12 * scale, equal_nan=True)


def check(seed: int, taste: Taste) -> None:
    """Build a graph, run every face of it and compare all lines."""
    graph, chance = random_graph(seed, taste), Random(-seed)
    ids = list(graph.model.lines)
    order = plan(graph.model)
    moving = {id for id in graph.inputs if chance.random() < chance.choice([0.0, 0.3, 1.0])}
    asked = ids if chance.random() < 0.5 else chance.sample(ids, min(3, len(ids)))
    cases = [varied(graph, moving, chance) for _ in range(PATHS)]
    everything = compile_kernel(graph.model, order, ids, None, paths=False)
    partial = compile_kernel(graph.model, order, asked, moving, paths=False)
    batch = compile_kernel(graph.model, order, asked, moving, paths=True)

    singles = [everything.run(case, {}) for case in cases]
    static = {id: value for id, value in singles[0].items() if id not in varying(order, moving)}
    paths = batch.run(stacked(graph, moving, cases), static, PATHS)
    for p, (case, single) in enumerate(zip(cases, singles, strict=True)):
        scale = max((np.nanmax(np.abs([0, *np.atleast_1d(v)])) for v in single.values()), default=1) * taste.power
        reference = interpret(graph.model, order, case)
        again = partial.run(case, static)
        for id in ids:
            assert not differ(single[id], reference[id], 0), f"seed {seed}: {id}: scalar and interpreter"
        for id in asked:
            assert not differ(again[id], single[id], 0), f"seed {seed}: {id}: with and without what is fixed"
            path = one_path(graph.model, id, paths[id], p)
            assert not differ(path, single[id], scale), f"seed {seed}: {id}: path {p} and scalar"


def stacked(graph: Graph, moving: set[str], cases: list[Values]) -> dict[str, Any]:
    """The inputs of all cases: those that vary as (paths,) or (periods, paths)."""
    return {
        id: np.array([case[id] for case in cases], dtype=float).T.copy() if id in moving else given.value
        for id, given in graph.inputs.items()
    }


def one_path(model: Model, id: str, value: Any, path: int) -> Any:
    """One path of a NumPy result; what is static has no path axis."""
    plain = 1 if model.lines[id].series else 0
    array = np.asarray(value)
    return array[..., path if array.shape[-1] > 1 else 0] if array.ndim > plain else array


@pytest.mark.parametrize("block", [pytest.param(n, marks=pytest.mark.slow if n > 2 else ()) for n in range(10)])
def test_scalar_numpy_and_interpreter_agree_bit_for_bit_on_random_models(block: int) -> None:
    for seed in range(block * 70, block * 70 + 70):
        check(seed, Taste())


@pytest.mark.parametrize("block", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_they_agree_bit_for_bit_where_whole_rows_become_rates_of_return(block: int) -> None:
    for seed in range(block * 50, block * 50 + 50):
        check(10_000 + seed, Taste(rates=True))


@pytest.mark.parametrize("block", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_they_agree_to_1e_12_of_the_largest_value_where_powers_occur(block: int) -> None:
    for seed in range(block * 100, block * 100 + 100):
        check(20_000 + seed, Taste(power=True))


def faces(name: str, args: tuple[float, ...]) -> tuple[float, float, float]:
    """Meaning, scalar text and NumPy text of an operator; nan stands for a number that does not exist."""
    texts = [f"x{i}" for i in range(len(args))]
    values = dict(zip(texts, args, strict=True))
    scalar = "nan"
    try:
        meaning = float(OPERATORS[name].meaning(*args))
        scalar = eval(OPERATORS[name].python(texts), dict(SCALAR_NAMES) | values)
    except (ArithmeticError, ValueError):
        meaning = math.nan
    rows = {text: np.full(5, value) for text, value in values.items()}
    with np.errstate(all="ignore"):
        path = eval(OPERATORS[name].numpy(texts), dict(PATH_NAMES) | rows)
    return meaning, float(scalar), float(np.asarray(path)[3])


@pytest.mark.parametrize("name", sorted(set(OPERATORS) - {"month_of"}))
def test_faces_of_an_operator_agree_on_awkward_numbers(name: str) -> None:
    """Zero of both signs, nearly zero, large and negative; a number that does not exist is not finite on any face."""
    for args in itertools.product(AWKWARD, repeat=ARITY.get(name, 2)):
        meaning, scalar, path = faces(name, args)

        if math.isfinite(meaning):
            assert scalar == meaning, (name, args)
            assert path == (pytest.approx(meaning, rel=1e-15) if name == "pow" else meaning), (name, args)
        else:
            assert not math.isfinite(scalar), (name, args)
            assert not math.isfinite(path), (name, args)


def test_faces_of_month_of_agree_on_dates() -> None:
    for day in (1.0, 59.0, 45_351.0, 45_352.0, 46_387.0, 46_388.0, 60_000.0):
        meaning, scalar, path = faces("month_of", (day,))

        assert meaning == scalar == path


def test_every_operator_can_be_an_expression() -> None:
    for name, arity in ((name, ARITY.get(name, 2)) for name in sorted(set(OPERATORS) - {"month_of"})):
        assert op(name, *[Const(1)] * arity).series is False
