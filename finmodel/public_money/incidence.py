"""Incidence: where each unit of price support ends, by what parties receive with it and without it.

With/without: D = PV(cash of a party with support) - PV(without), the same lines with support scaled on the path axis.
Prices, volumes, debt and schedule are held; parties partition the cash, so that their sum is the net support.
Layers: top-up first, then give-back. By payment date (Aumann-Shapley): each top-up and each give-back is scaled along
the diagonal from nothing to what it is; central steps over every panel, so that a row is its payment exactly, and what
the panels leave of a column is spread over the rows and reported.
Source: decisions on dates (F12), parties and discounting (F14), tolerance (F34).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from finmodel.deal.schema import CaseTables
from finmodel.deal.support.public_bodies import Body, body
from finmodel.kernel.alternatives import Alternatives, Rows
from finmodel.kernel.errors import UsageError
from finmodel.kernel.faces.generated import Values
from finmodel.kernel.model import Model

TOP_UP, GIVE_BACK = "scale.top_up", "scale.give_back"
PANELS = 64
BLOCK = 4096
TOLERANCE, LEAST = 1e-9, 1e-6  # of support, and of market revenue (F34)
SHORTFALLS = ("waterfall.senior_shortfall", "waterfall.junior_shortfall")


class Payment(NamedTuple):
    """A payment: the number of its period, from 0, and "top-up" or "give-back"."""

    period: int
    leg: str


class _Step(NamedTuple):
    """Half a step of one payment on either side (sign) of a point of the diagonal."""

    row: int
    middle: float
    sign: float


@dataclass(frozen=True)
class Deal:
    """A run whose support is asked about: its lines, their numbers, its inputs, and its case."""

    model: Model
    values: Values
    given: Mapping[str, Any]
    tables: CaseTables

    @cached_property
    def parties(self) -> tuple[Body, ...]:
        """Everyone who receives cash of the deal or brings it."""
        ids = [id.removeprefix("party.") for id in self.model.lines if id.startswith("party.")]
        if not ids:
            raise UsageError("the case has no price support, so there is no account of where it ends")
        return tuple(body(self.tables, id) for id in ids)

    @property
    def lines(self) -> list[str]:
        """The line of each party."""
        return [f"party.{who.id}" for who in self.parties]

    @property
    def keeps(self) -> NDArray[np.bool_]:
        """Which parties may end up with support: all but those who pay it."""
        return np.array([not who.funder for who in self.parties])

    def paid(self, name: str) -> list[str]:
        """A line of every support contract.

        Args:
            name: Last part of the line's id.
        """
        return [f"support.{id}.{name}" for id in self.tables.support]

    def insurer(self, id: str) -> str:
        """The line of an insurer's own account: with claims and recoveries where the case has them; else premium.

        Args:
            id: The insurer as a party.
        """
        own = f"{id}.net_position"
        return own if own in self.model.lines else f"party.{id}"

    def factors(self, rate: float) -> Rows:
        """Discount factor of each period to financial close, as every present value of the deal has it.

        Args:
            rate: Effective yearly rate [1/year].
        """
        return np.asarray((1 + rate) ** -np.asarray(self.values["returns.elapsed"], dtype=float))


@dataclass(frozen=True)
class Split:
    """What each party has of support, at one discount rate: by layer, with what was paid and given back.

    `top_up` and `give_back` have one number a party, funders left at nothing.
    """

    rate: float
    paid: float
    given_back: float
    top_up: NDArray[np.float64]
    give_back: NDArray[np.float64]
    revenue: float

    @property
    def net(self) -> float:
        """Support paid less given back."""
        return self.paid - self.given_back

    @property
    def all(self) -> NDArray[np.float64]:
        """Both layers together."""
        return self.top_up + self.give_back

    @property
    def residual(self) -> float:
        """What parties have beyond the net support: rounding alone."""
        return float(self.all.sum() - self.net)

    @property
    def tolerance(self) -> float:
        """The largest residual that counts as rounding (F34)."""
        return TOLERANCE * max(self.paid + self.given_back, LEAST * abs(self.revenue))

    @property
    def shares(self) -> NDArray[np.float64] | None:
        """Part of each party in the net support; None where the net is nothing or negative: then amounts alone tell."""
        return self.all / self.net if self.net > self.tolerance else None


@dataclass(frozen=True)
class Dated:
    """Who has each payment: rows are dates of top-up and of give-back, columns parties; present values.

    `residual` is what the panels left of each column before it was spread over the rows.
    """

    dates: tuple[Payment, ...]
    payments: NDArray[np.float64]
    amounts: NDArray[np.float64]
    residual: NDArray[np.float64]


class Incidence:
    """The incidence of a run's support; each view is computed when it is asked for."""

    def __init__(self, deal: Deal, rate: float) -> None:
        self.deal, self.rate = deal, rate

    @cached_property
    def flows(self) -> dict[str, Rows]:
        """Lines of parties and of support without support, with top-up alone, and as it is: (periods, 3)."""
        scale = np.ones((self.deal.model.timeline.count, 3))
        up, back = scale * np.array([0.0, 1.0, 1.0]), scale * np.array([0.0, 0.0, 1.0])
        return self._alternatives.run({TOP_UP: up, GIVE_BACK: back}, 3)

    @cached_property
    def _alternatives(self) -> Alternatives:
        deal = self.deal
        metrics = [metric.line.id for metric in deal.model.metrics.values()]
        wanted = [*deal.lines, *deal.paid("paid"), *deal.paid("given_back"), "sales.billed", *metrics]
        insurers = [deal.insurer(who.id) for who in deal.parties if who.instrument == "cover"]
        wanted += [id for id in (*SHORTFALLS, *insurers) if id in deal.model.lines]
        return Alternatives(deal.model, deal.values, deal.given, (TOP_UP, GIVE_BACK), list(dict.fromkeys(wanted)))

    @cached_property
    def present(self) -> Split:
        """With and without, at the rate of the account."""
        return self.split(self.rate)

    @cached_property
    def nominal(self) -> Split:
        """With and without, not discounted."""
        return self.split(0.0)

    def split(self, rate: float) -> Split:
        """With and without, at any rate.

        Args:
            rate: Effective yearly rate [1/year].
        """
        return split(self.deal, self.flows, rate)[0]

    def metric(self, name: str) -> tuple[float, float] | None:
        """A named result without and with support; None where it is not applicable in one of them.

        Args:
            name: Name of the result.
        """
        row = self.flows[self.deal.model.metrics[name].line.id]
        pair = (float(row[0]), float(row[2]))
        return None if np.isnan(pair).any() else pair

    def shortfall(self, id: str) -> tuple[float, float] | None:
        """The largest amount of debt service unpaid at a date, without and with support; None without such debt.

        Args:
            id: Line of what is unpaid.
        """
        if id not in self.flows:
            return None
        worst = self.flows[id].max(axis=0)
        return float(worst[0]), float(worst[2])

    @cached_property
    def by_date(self) -> Dated:
        """Aumann-Shapley: each payment to parties."""
        return _by_date(self.deal, self.present, PANELS)


def split(deal: Deal, flows: Mapping[str, Rows], rate: float) -> list[Split]:
    """The splits of runs that stand three by three: without, with top-up alone, with both.

    Args:
        flows: Line id → money, shape (periods, runs).
        rate: Effective yearly rate [1/year].

    Returns:
        One split for each world.
    """
    factors = deal.factors(rate)
    values = np.stack([factors @ flows[id] for id in deal.lines]) * deal.keeps[:, None]
    paid = factors @ np.sum([flows[id] for id in deal.paid("paid")], axis=0)
    back = factors @ np.sum([flows[id] for id in deal.paid("given_back")], axis=0)
    revenue = factors @ flows["sales.billed"]
    found = []
    for at in range(0, values.shape[1], 3):
        top_up, give_back = values[:, at + 1] - values[:, at], values[:, at + 2] - values[:, at + 1]
        found.append(Split(rate, float(paid[at + 2]), float(back[at + 2]), top_up, give_back, float(revenue[at + 2])))
    return found


def _by_date(deal: Deal, whole: Split, panels: int) -> Dated:
    """Central steps of one payment at a time, around the middle of each panel of the diagonal."""
    paid = _payments(deal, whole.rate)
    dates, payments = list(paid), np.array(list(paid.values()))
    factors = deal.factors(whole.rate)
    kernel = Alternatives(deal.model, deal.values, deal.given, (TOP_UP, GIVE_BACK), deal.lines)
    amounts = np.zeros((len(dates), len(deal.parties)))
    middles = (np.arange(panels) + 0.5) / panels
    steps = [_Step(row, middle, sign) for row in range(len(dates)) for middle in middles for sign in (0.5, -0.5)]
    for start in range(0, len(steps), BLOCK):
        block = steps[start : start + BLOCK]
        out = kernel.run(_scales(deal, dates, block, panels), len(block))
        values = np.stack([factors @ out[id] for id in deal.lines]) * deal.keeps[:, None]
        for column, (row, _, sign) in enumerate(block):
            amounts[row] += values[:, column] * (1.0 if sign > 0 else -1.0)
    residual = whole.all - amounts.sum(axis=0)
    weight = np.abs(payments) / max(float(np.abs(payments).sum()), 1e-300)
    return Dated(tuple(dates), payments, amounts + weight[:, None] * residual, residual)


def _payments(deal: Deal, rate: float) -> dict[Payment, float]:
    """Dates on which top-up is granted or give-back falls due, and the present value of what is paid for it."""
    factors, payments = deal.factors(rate), {}
    for sign, granted, name in ((1.0, "granted", "top-up"), (-1.0, "give_back_due", "give-back")):
        row = np.sum([np.asarray(deal.values[id]) for id in deal.paid(granted)], axis=0)
        for t in np.flatnonzero(row):
            payments[Payment(int(t), name)] = sign * _settled(deal, granted, int(t), factors)
    return payments


def _settled(deal: Deal, granted: str, t: int, factors: Rows) -> float:
    """The present value of what is granted in a period, on the day on which each contract pays it."""
    total = 0.0
    for id, terms in deal.tables.support.items():
        lag = -(-terms.lag.number // deal.model.timeline.months)
        programme = deal.tables.programme.get(terms.programme or "")
        waited = granted == "granted" and programme is not None and programme.budget_basis == "payment"
        due = min(t + (0 if waited and terms.payer == "programme" else int(lag)), len(factors) - 1)
        total += float(factors[due]) * float(np.asarray(deal.values[f"support.{id}.{granted}"])[t])
    return total


def _scales(deal: Deal, dates: Sequence[Payment], block: Sequence[_Step], panels: int) -> dict[str, Rows]:
    """Every payment at the middle of a panel, one of them half a panel off."""
    count = deal.model.timeline.count
    level = np.array([middle for _, middle, _ in block])
    scales = {TOP_UP: np.tile(level, (count, 1)), GIVE_BACK: np.tile(level, (count, 1))}
    for column, (row, _, sign) in enumerate(block):
        t, name = dates[row]
        scales[TOP_UP if name == "top-up" else GIVE_BACK][t, column] += sign / panels
    return scales
