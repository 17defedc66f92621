"""How far results move when a parameter of [risk] is not known: the same paths at both ends of its range.

Every run has the seed of the case as it stands, so what differs is the parameter and not the draw. One parameter moves
at a time; a band is no confidence interval of all of them together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from finmodel.deal.read import Case
from finmodel.kernel.errors import UsageError, want
from finmodel.risk.simulate import Options, simulate
from finmodel.risk.simulated import Summary
from finmodel.run.build import build
from finmodel.run.key_uses import key_uses, refuse_idle
from finmodel.run.run import opened

PREFIX = "risk."


class End(NamedTuple):
    """One end of a parameter as typed, and the simulation there."""

    typed: str
    summary: Summary


@dataclass(frozen=True)
class BandTable:
    """A simulation as the case stands, and at both ends of each parameter.

    Args:
        base: As the case stands.
        ends: Parameter → (value as typed, summary) at its low and its high end.
    """

    base: Summary
    ends: Mapping[str, tuple[End, End]]


def bands(
    case: Case | Path | str,
    ranges: Mapping[str, tuple[str, str]],
    paths: int = 10_000,
    seed: int = 1,
    set: Mapping[str, str] | None = None,
    options: Options | None = None,
) -> BandTable:
    """Simulate a case with each parameter at both ends of its range.

    Args:
        case: A case, or its folder or file.
        ranges: Dotted key below [risk] → its low and its high end as typed, such as
            {"risk.price.ndpr.volatility": ("30 %", "45 %")}.
        paths: Number of paths at each end.
        seed: Seed of the draws, the same at both ends.
        set: Changes under all runs.

    Returns:
        The range of each parameter and the results at its ends.

    Raises:
        UsageError: A key is not one of [risk], is a setting, or nothing reads it.
        CaseError, SolveError, NumberError, LimitError: As for `simulate`.
    """
    want(ranges, dict, 'ranges are {"risk.price.ndpr.volatility": ("30 %", "45 %")}')
    for key in ranges:
        if not key.startswith(PREFIX):
            raise UsageError(
                f'a band is of a parameter of [risk], such as risk.price.ndpr.volatility: got "{key[:80]}"'
            )

    stands = opened(case, set)
    uses = key_uses(stands.tables, build(stands).model)
    for key in ranges:
        refuse_idle(stands.tables, key, uses, "it has no band")

    def at(more: Mapping[str, str]) -> Summary:
        return simulate(stands.with_set(more), paths, seed, None, None, options).summary

    base = at({})
    ends = {
        key: (End(low, at({key: low})), End(high, at({key: high})))
        for key, (low, high) in ranges.items()
    }  # fmt: skip
    return BandTable(base, ends)
