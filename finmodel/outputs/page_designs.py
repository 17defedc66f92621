"""Designs of support side by side: what each must be to reach the same outcome, and what it then costs the public."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from rich.console import Group
from rich.text import Text

from finmodel.engine.results import Results
from finmodel.outputs.grid import grid
from finmodel.outputs.numbers import NOT_APPLICABLE, clean, fixed, millions, percent, times
from finmodel.outputs.page_results import header


class Row(Protocol):
    """What a row of the comparison offers."""

    @property
    def label(self) -> str:
        """The scheme in words."""

    @property
    def key(self) -> str:
        """The key that was scaled."""

    @property
    def value(self) -> float | None:
        """What it must be."""

    @property
    def unit(self) -> str:
        """In which unit."""

    @property
    def expected(self) -> float | None:
        """Expected public cost."""

    @property
    def costs(self) -> Mapping[str, float]:
        """Public cost by world."""

    @property
    def p95(self) -> float | None:
        """Public cost that one path in twenty exceeds."""

    @property
    def buyers(self) -> float:
        """What buyers pay, expected."""

    @property
    def per_kg(self) -> float | None:
        """Expected public cost per kg supported."""

    @property
    def per_step(self) -> float | None:
        """Expected public cost per step of the outcome."""

    @property
    def reason(self) -> str:
        """Why it is not reached."""


class FloorRow(Protocol):
    """What a row of the search for a floor offers."""

    @property
    def budget(self) -> float:
        """The budget as a multiple of the case's."""

    @property
    def floor(self) -> float | None:
        """The lowest floor, if there is one."""

    @property
    def probability(self) -> float:
        """The probability that it reaches."""

    @property
    def expected(self) -> float:
        """Expected public cost."""


def page(base: Results, rows: Sequence[Row], metric: str, target: float, world: str) -> Group:
    """The ranking, and below it what could not be sized and why."""
    money, cover = f"{base.case.tables.currency} m", metric == "dscr_min"
    table = []
    for number, row in enumerate((row for row in rows if row.expected is not None), 1):
        costs = [millions(row.expected or 0.0), millions(max(row.costs.values(), default=0.0)), _millions(row.p95)]
        per_kg = NOT_APPLICABLE if row.per_kg is None else fixed(row.per_kg, 2)
        table.append(
            (str(number), row.label, _value(row), *costs, per_kg, _millions(row.per_step), millions(row.buyers))
        )
    what = "lowest DSCR" if cover else "equity IRR"
    goal = times(target) if cover else percent(target)
    title = f"Designs sized to a {what} of {goal} in the {world}, debt held; present values"
    step = "Per 0.1x" if cover else "Per point"
    costly = [f"{name}\n{money}" for name in ("Expected", "Worst", "P95")]
    headers = ("", "Scheme", "Sized to", *costly, "Per kg", f"{step}\n{money}", f"Buyers\n{money}")
    missed = [f"Not sized: {row.label}: {row.reason.rstrip('.')}." for row in rows if row.expected is None]
    notes = [Text(clean(text), style="dim") for text in missed]
    told = "Public money; expected and worst over scenarios, P95 over 4,096 paths. What buyers pay is apart."
    return Group(header(base), Text(), grid(title, headers, table, words=(0, 1, 2)), *notes, Text(told, style="dim"))


def floor_page(
    base: Results, rows: Sequence[FloorRow], unit: str, asked: tuple[float, float], best: FloorRow | None
) -> Group:
    """The lowest floor by budget, and the cheapest of them."""
    money = f"{base.case.tables.currency} m"
    table = []
    for row in rows:
        floor = NOT_APPLICABLE if row.floor is None else f"{fixed(row.floor, 2)} {unit}"
        cost = NOT_APPLICABLE if row.floor is None else millions(row.expected)
        table.append((percent(row.budget, 0), floor, percent(row.probability, 0), cost))
    title = f"Lowest floor for a DSCR of {times(asked[0])} with a probability of {percent(asked[1], 0)}, debt held"
    headers = ("Budget", "Floor", "Probability\nreached", f"Expected cost\n{money}, PV")
    last = "No floor up to four times the case's reaches it under any of these budgets."
    if best is not None:
        last = f"Cheapest: {fixed(best.floor or 0.0, 2)} {unit} on {percent(best.budget, 0)} of the budget."
    return Group(header(base), Text(), grid(title, headers, table), Text(clean(last)))


def _millions(value: float | None) -> str:
    return NOT_APPLICABLE if value is None else millions(value)


def _value(row: Row) -> str:
    if row.value is None:
        return NOT_APPLICABLE
    if row.unit.endswith("/year"):
        return f"{millions(row.value)} {row.unit.partition('/')[0]} m/year"
    return f"{fixed(row.value, 2)} {row.unit}"
