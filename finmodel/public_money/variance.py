"""What support costs against what was expected: price, volume, exchange and timing, one after the other in every order.

The case as it stands is the forecast, a scenario (or changed inputs) is what came. Each group of inputs is moved alone
and with the others; its effect is the mean over all orders (Shapley), so that effects add up to the whole difference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from finmodel.deal.support.public_bodies import government_terms
from finmodel.kernel.evaluate import evaluate
from finmodel.public_money.incidence import Deal
from finmodel.public_money.instruments import marginal
from finmodel.public_money.public_cost import Amount
from finmodel.run.build import build
from finmodel.run.results import Results

GROUPS = {
    "price": r"(price|inflation)\..*",
    "volume": r"(offtake|node|product)\..*",
    "exchange rates": r"fx\..*",
    "timing": r"(timeline\..*|.*\.(start|end|lag|grace))",
    "other": r".*",
}


def support_variance(forecast: Results, actual: Results) -> list[Amount]:
    """Net support as forecast, the effect of each group of inputs that differs, and net support as it came.

    Args:
        actual: A run on the same debt, such as a scenario of the case.
    """
    live = build(actual.case.widened(id for id, value in forecast.given.items() if isinstance(value, tuple)))
    tables = live.case.tables
    solved = {item.value.id: actual.given[item.value.id] for item in live.model.solved}
    came = {**live.inputs(live.case), **solved}
    expected = {id: _like(forecast.given.get(id, value), value) for id, value in came.items()}
    deal = Deal(live.model, actual.values, came, tables)
    factors = deal.factors(government_terms(tables).rate.number)
    lines = [*deal.paid("paid"), *deal.paid("given_back")]

    def net(given: Mapping[str, Any]) -> float:
        values = evaluate(live.model, live.plan, given, lines)
        paid, back = (sum(np.asarray(values[id]) for id in deal.paid(name)) for name in ("paid", "given_back"))
        return float(factors @ (paid - back))

    groups = _groups(expected, came)
    nets = np.array([[net(_mixed(expected, came, groups, mask)) for mask in range(2 ** len(groups))]])
    money, note = tables.currency, "mean over all orders of change"
    effects = [Amount(f"Effect of {name}", float(marginal(nets, at, len(groups))[0]), money, note)
               for at, name in enumerate(groups)]  # fmt: skip
    first = Amount("Net support, the case as it stands", float(nets[0, 0]), money, "present value")
    return [first, *effects, Amount("Net support, as it came", float(nets[0, -1]), money, "present value")]


def _groups(expected: Mapping[str, Any], came: Mapping[str, Any]) -> dict[str, list[str]]:
    """The inputs that differ, each in the first group that it fits."""
    found: dict[str, list[str]] = {}
    for id, value in came.items():
        if np.array_equal(np.asarray(expected[id]), np.asarray(value)):
            continue
        group = next(name for name, pattern in GROUPS.items() if re.fullmatch(pattern, id))
        found.setdefault(group, []).append(id)
    return found


def _mixed(
    expected: Mapping[str, Any], came: Mapping[str, Any], groups: Mapping[str, list[str]], mask: int
) -> dict[str, Any]:
    """The forecast with some groups as they came."""
    moved = {id: came[id] for bit, ids in enumerate(groups.values()) if mask >> bit & 1 for id in ids}
    return {**expected, **moved}


def _like(value: Any, shape: Any) -> Any:
    """A single number as a row, where the other is one."""
    return (value,) * len(shape) if isinstance(shape, tuple) and not isinstance(value, tuple | list) else value
