"""The page of a calibration: what a history says of each price, how surely, and what to write into a case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

import numpy as np
from rich.console import Group, RenderableType
from rich.text import Text

from finmodel.case.correlation import nearest, possible
from finmodel.present.grid import grid
from finmodel.present.numbers import clean, fixed, percent
from finmodel.risk.draws.calibrate import Calibration, Estimate


def page(found: Mapping[str, Calibration], pairs: Mapping[tuple[str, str], Estimate]) -> Group:
    """Parameters with their intervals, correlations, and tables to copy.

    Args:
        found: Price → parameters.
        pairs: Pair of prices → correlation.
    """
    blocks: list[RenderableType] = []
    for one in found.values():
        blocks += [_table(one), *(Text(clean(f"  {remark}")) for remark in one.remarks), Text()]
    if pairs:
        rows = [[f"{a} and {b}", percent(e.value, 0), _between(e)] for (a, b), e in pairs.items()]
        blocks += [grid("Correlation of monthly changes", ("", "", "95 % interval"), rows, words=(0, 2)), Text()]
    blocks += [Text("To write into case.toml, with the sample as its source:", style="bold")]
    lines = [*(row for one in found.values() for row in _toml(one)), *_correlated(list(found), pairs)]
    return Group(*blocks, *(Text(row) for row in lines))


def _correlated(names: list[str], pairs: Mapping[tuple[str, str], Estimate]) -> Iterator[str]:
    """The correlations, in hundredths; where pairs of other months cannot hold together, the nearest that can."""
    at = {name: number for number, name in enumerate(names)}
    found = np.eye(len(names))
    for (a, b), estimate in pairs.items():
        found[at[a], at[b]] = found[at[b], at[a]] = round(estimate.value, 2)
    held = found if possible(found) else nearest(found)
    for first, rest in groupby(pairs, key=lambda pair: pair[0]):
        yield f"[risk.correlation.{clean(first)}]"
        for pair in rest:
            note = "" if held is found else ", the nearest that all pairs allow"
            yield f'{clean(pair[1])} = "{percent(held[at[first], at[pair[1]]], 0)}"   # {_between(pairs[pair])}{note}'


def _table(one: Calibration) -> Group:
    rows = [["Volatility", percent(one.volatility.value, 1), _between(one.volatility, 1)]]
    rows.append(["Autocorrelation of changes", fixed(one.autocorrelation, 2), ""])
    if one.reversion is not None and one.naive_reversion is not None:
        rows.append(["Reversion a year, corrected", percent(one.reversion.value, 0), _between(one.reversion)])
        rows.append(["Reversion a year, least squares", percent(one.naive_reversion, 0), "biased upwards"])
    if one.level is not None:
        rows.append(["Long-run mean price", f"{fixed(one.level, 1)} {one.unit}", ""])
    rows.append(["Jumps a year", fixed(one.jump_rate.value, 2), _between(one.jump_rate, 2, share=False)])
    if one.jump_mean is not None:
        spread = "" if one.jump_sd is None else f"sd {percent(one.jump_sd, 0)}"
        rows.append(["Mean log jump", percent(one.jump_mean, 0), spread])
        rows.append(["Volatility without jumps", percent(one.core, 1), ""])
    title = f"{clean(one.name)}: {one.changes} monthly changes, {one.first} to {one.last}"
    return grid(title, ("", "", "95 % interval"), rows, words=(0, 2))


def _between(found: Estimate, decimals: int = 0, *, share: bool = True) -> str:
    low, high = ((percent if share else fixed)(bound, decimals) for bound in (found.low, found.high))
    return f"{low} to {high}"


def _toml(one: Calibration) -> Iterator[str]:
    """A random walk, or a reverting price where the history is long enough to tell."""
    sample = f"# {one.changes} changes, {one.first} to {one.last}: {_between(one.volatility, 1)}"
    yield f"[risk.price.{clean(one.name)}]"
    yield f'kind       = "{"gbm" if one.reversion is None else "schwartz"}"'
    yield f'volatility = "{percent(one.volatility.value, 1)}"   {sample}'
    if one.reversion is not None:
        yield f'reversion  = "{percent(one.reversion.value, 0)} p.a."   # {_between(one.reversion)}'
