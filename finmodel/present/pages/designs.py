"""Designs of support side by side: what each must be to reach the same outcome, and what it then costs its payers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from rich.console import Group
from rich.text import Text

from finmodel.present.grid import grid
from finmodel.present.numbers import NOT_APPLICABLE, clean, fixed, millions, percent, times
from finmodel.present.pages.results import header
from finmodel.run.results import Results


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
    def total(self) -> float | None:
        """Expected cost to the public and to buyers."""

    @property
    def as_paid(self) -> float | None:
        """The outcome with support counted when it is paid."""

    @property
    def per_kg(self) -> float | None:
        """Expected cost to payers per kg supported, both discounted."""

    @property
    def per_step(self) -> float | None:
        """Expected cost to payers per step of the outcome."""

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
    """The ranking, and below it what could not be sized and why.

    Args:
        rows: One design a row.
        metric: Name of the result.
        target: The outcome to be reached.
        world: Where it is measured.
    """
    money, cover = f"{base.case.tables.currency} m", metric == "dscr_min"
    table = []
    for number, row in enumerate((row for row in rows if row.total is not None), 1):
        paid = [] if not cover else [NOT_APPLICABLE if row.as_paid is None else times(row.as_paid)]
        costs = [millions(row.expected or 0.0), millions(max(row.costs.values(), default=0.0)), _millions(row.p95)]
        payers = [millions(row.buyers), millions(row.total or 0.0)]
        per_kg = NOT_APPLICABLE if row.per_kg is None else fixed(row.per_kg, 2)
        table.append((str(number), row.label, _value(row), *paid, *costs, *payers, per_kg, _millions(row.per_step)))
    what = "minimum DSCR" if cover else "equity IRR"
    goal = times(target) if cover else percent(target)
    title = f"Designs sized to {_article(what)} of {goal} in the {world}, debt held; present values"
    amounts = ("Public\n", "Worst\n", "P95\n", "Buyers\n", "Total\n", "Per 0.1x\n" if cover else "Per point\n")
    *costly, step = (f"{name}{money}" for name in amounts)
    paid_basis = ["DSCR\nas paid"] if cover else []
    headers = ("", "Scheme", "Sized to", *paid_basis, *costly, "Per kg", step)
    missed = [f"Not sized: {row.label}: {row.reason.rstrip('.')}." for row in rows if row.total is None]
    notes = [Text(clean(text), style="dim") for text in missed]
    told = [
        "Ranked by the total that the public and buyers pay, expected over scenarios; per kg and per step are of it.",
        "Public is expected, worst of scenarios, and P95 over 4,096 paths. Tonnes are discounted as money is.",
    ]
    if cover:
        told.append("The DSCR that a design is sized to counts support when it is earned; as paid stands beside it.")
    shown = [Text(text, style="dim") for text in told]
    return Group(header(base), Text(), grid(title, headers, table, words=(0, 1, 2)), *notes, *shown)


def _article(what: str) -> str:
    return f"an {what}" if what[0] in "aeiou" else f"a {what}"


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
