"""Covenant events of one run: how often each held, when first and last, and how much was missing at most.

They are read off the rows of the section `covenant` alone, as the simulation does; nobody counts them another way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from finmodel.kernel.faces.generated import Values
from finmodel.kernel.model import Model
from finmodel.run.results import Results

ROWS = {
    "lock_up": "covenant.lock_up",
    "default": "covenant.default",
    "untested": "covenant.untested",
    "cured": "covenant.cured",
    "arrears": "covenant.arrears_senior",
    "arrears_mezzanine": "covenant.arrears_junior",
    "deferred": "covenant.deferred",
    "reserve_short": "covenant.reserve_short",
}
"""Event → its row: above 0 where it holds."""
AMOUNTS = ("arrears", "deferred", "reserve", "cured")
BY_FACILITY = "covenant.arrears."
NOT_FUNDED = "checks.funding_shortfall"
DUST = 1e-9


class _Peak(NamedTuple):
    """The largest amount of a row, and its period; None where there is none."""

    amount: float
    at: str | None


@dataclass(frozen=True)
class Event:
    """One event of a run.

    Args:
        row: The line that it is read from.
        dates: Periods in which it holds, by label; empty when it never does.
        peak: Largest amount [currency]; None of an event that is a flag.
        peak_at: The first period of the largest amount; None where there is no amount.
    """

    row: str
    dates: tuple[str, ...]
    peak: float | None
    peak_at: str | None = None

    @property
    def first(self) -> str | None:
        """The first date; None when there is none."""
        return self.dates[0] if self.dates else None

    @property
    def last(self) -> str | None:
        """The last date; None when there is none."""
        return self.dates[-1] if self.dates else None


def rows_of(model: Model) -> dict[str, str]:
    """Event → row, of those that a deal has; arrears of one facility are called "arrears.<facility>"."""
    known = {name: row for name, row in ROWS.items() if row in model.lines}
    return known | {f"arrears.{id.removeprefix(BY_FACILITY)}": id for id in model.lines if id.startswith(BY_FACILITY)}


def events_in(model: Model, values: Values) -> dict[str, Event]:
    """Event → its dates and peak, from every line's values.

    Args:
        values: Line id → values.
    """
    found = {}
    for name, id in rows_of(model).items():
        row = [float(value) for value in values[id]]
        dates = tuple(model.timeline.labels[t] for t, value in enumerate(row) if value > 0)
        amount = name.startswith(AMOUNTS)
        found[name] = Event(id, dates, *_peak(model, row)) if amount else Event(id, dates, None)
    return found


def _peak(model: Model, row: Sequence[float]) -> _Peak:
    most = max(row)
    return _Peak(most, model.timeline.labels[row.index(most)] if most > 0 else None)


def events_of(result: Results) -> dict[str, Event]:
    """Event → its dates and peak, of one run."""
    return events_in(result.model, result.values)


def funded(result: Results) -> bool:
    """Whether what owners promised pays for all uses; if not, ratios assume money that nobody promised."""
    return abs(float(result.values.get(NOT_FUNDED, 0.0))) <= DUST


def to_plain(events: Mapping[str, Event]) -> dict[str, dict[str, object]]:
    """Events as plain values for JSON.

    Args:
        events: Event → its dates and peak.
    """
    told: dict[str, dict[str, object]] = {}
    for name, event in events.items():
        told[name] = {"dates": len(event.dates), "first": event.first, "last": event.last}
        if event.peak is not None:
            told[name] |= {"peak": event.peak, "peak_at": event.peak_at}
    return told
