"""Internal rates of return of many flows at once, with a status for each; by equal periods, or by dates.

Solved in the discount factor z per unit of time, in which the present value is a polynomial (a day is the unit of dated
flows): only + * / and square roots are used, so that a row has the same rate, bit for bit, alone or among a million.
Rates above 0 are sought forward in time, rates below 0 backward, in 1 + rate, so that nothing overflows and a rate near
-100 % is as exact as any other.

A row with one change of sign has exactly one rate (Descartes), and always gets it. Of any other, all rates above -100 %
and up to 1,000 % are found, and the one nearest the guess is taken; a row without one says so. Only a total loss has a
rate all the same, -100 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from finmodel.kernel.returns.roots import Amounts, Brackets, isolate, newton, power

Floats = NDArray[np.float64]
States = NDArray[np.int8]
OK, SEVERAL, FRAGILE, TOTAL_LOSS, NO_ROOT, NO_INVESTMENT, ALL_ZERO, NON_FINITE, NO_ROOT_FRAGILE = range(9)
"""One rate; several, and the one nearest the guess; one that the last flows decide; nothing comes in; no rate found;
nothing goes out; no flow at all; a flow is not finite; no rate found, as the last flows decide."""
FOUND = (OK, SEVERAL, FRAGILE)
ROUNDING = 1e-12  # a flow of so small a share of the largest is what adding left behind, and no money
DUST, POINT = 0.001, 0.01  # last flows that are so small a share of all should not move a rate by so much a year
RUIN, DUST_IN_RUIN = -0.9, 0.01
HIGHEST = 10.0  # where several rates are sought
_BLOCK = 4096
_ABOVE = np.array([0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.5, HIGHEST])  # rates
_BELOW = np.array([1e-300, 1e-100, 1e-30, 1e-10, 1e-4, 0.02, 0.1, 0.25, 0.45, 0.65, 0.8, 0.9, 0.96, 1.0])  # 1 + rate
_SAME = 1e-8  # roots nearer than that are one


class Rates(NamedTuple):
    """A rate of each row, nan where there is none, and its status."""

    rate: Floats
    status: States


@dataclass(frozen=True)
class Steps:
    """How far apart the flows are.

    Args:
        gaps: Units of time from one flow to the next, one fewer than there are flows.
        units: Units of time for which a rate is quoted: 1 for a rate per period, 365 for one a year by dates.
    """

    gaps: tuple[int, ...]
    units: int

    @classmethod
    def equal(cls, count: int) -> Steps:
        """Equal periods, and a rate per period.

        Args:
            count: Number of periods.
        """
        return cls((1,) * (count - 1), 1)

    @classmethod
    def dated(cls, days: Floats) -> Steps:
        """Day numbers, rising, and a rate a year of 365 days (ACT/365).

        Args:
            days: Day number of each flow, rising.
        """
        return cls(tuple(int(gap) for gap in np.diff(days)), 365)

    def tables(self) -> tuple[Floats, Floats]:
        """Ends of stretches of z: forward, for rates of 0 and more, and backward, for rates below.

        Rates up to 1,000 % a year are sought, or, where flows are less than a year apart, per mean gap.
        """
        mean = min(float(self.units), max(1.0, sum(self.gaps) / max(1, len(self.gaps))))
        forward, backward = (1 / (1 + _ABOVE))[::-1], _BELOW
        return forward ** (1 / mean), backward ** (1 / mean)


@dataclass(frozen=True)
class Side:
    """Rows whose rates are sought above 0, forward in time, or below 0, backward."""

    amounts: Amounts
    steps: Steps
    back: bool

    @classmethod
    def of(cls, flows: Floats, steps: Steps, back: bool) -> Side:
        """From flows (periods, rows).

        Args:
            flows: Money, shape (periods, rows).
            back: Whether time runs backward.
        """
        if back:
            return cls(Amounts.of(flows[::-1], steps.gaps[::-1]), steps, back)
        return cls(Amounts.of(flows, steps.gaps), steps, back)

    def rates(self, brackets: Brackets, guess: Floats) -> Floats:
        """The rate in each bracket.

        Args:
            guess: Rate to be near, one a row [per step].
        """
        half = guess / (2 + guess) / self.steps.units
        z = (1 - half) / (1 + half)
        grown = power(newton(self.amounts, brackets, 1 / z if self.back else z), self.steps.units)
        return grown - 1 if self.back else 1 / grown - 1


def irr_batch(flows: Floats, guess: float | Floats = 0.02, steps: Steps | None = None) -> Rates:
    """Rates and statuses of flows with shape (periods, rows); one guess, or one a row.

    The rate is nan unless the status is OK or SEVERAL, or TOTAL_LOSS with -1. It is per period, or a year if the steps
    are dated.

    Args:
        flows: Money, shape (periods, rows).
        guess: Rate to be near [per step].
    """
    steps = steps or Steps.equal(len(flows))
    rows = flows.shape[1]
    rate = np.full(rows, np.nan)
    status = np.empty(rows, dtype=np.int8)
    guesses = np.broadcast_to(np.asarray(guess, dtype=float), rows)
    with np.errstate(all="ignore"):  # what underflows at the far end of a bracket is 0
        for start in range(0, rows, _BLOCK):
            part = slice(start, min(start + _BLOCK, rows))
            rate[part], status[part] = _block(np.ascontiguousarray(flows[:, part]), guesses[part], steps)
    return Rates(rate, status)


def judged_batch(flows: Floats, guess: float | Floats, steps: Steps | None = None, per_year: int = 1) -> Rates:
    """Like `irr_batch` of the money in the flows, with FRAGILE and NO_ROOT_FRAGILE where the last flows decide.

    These are the most last flows that together are under 0.1 % of all (absolute) amounts; they decide where without
    them the rate a year moves by more than a point, or the status is another. Under 1 % is enough below -90 % a year in
    a flow with several changes of sign: there a small release at the end may balance the losses before it, whatever
    was invested. A rate is per 1/per_year of a year.

    Args:
        flows: Money, shape (periods, rows).
        guess: Rate to be near [per step].
        per_year: Steps a year.
    """
    flows = without_rounding(flows)
    rate, status = irr_batch(flows, guess, steps)
    with np.errstate(all="ignore"):
        yearly = power(1 + rate, per_year) - 1
        kept = _without_dust(flows, yearly)
        rows = np.flatnonzero((kept != flows).any(axis=0) & (status != NON_FINITE))
        if rows.size:
            guesses = np.broadcast_to(np.asarray(guess, dtype=float), flows.shape[1])
            other, why = irr_batch(kept[:, rows], guesses[rows], steps)
            moved = np.abs(yearly[rows] - (power(1 + other, per_year) - 1)) > POINT
            rows = rows[(why != status[rows]) | moved]
            status[rows] = np.where(np.isin(status[rows], FOUND), FRAGILE, status[rows])
            status[rows] = np.where(status[rows] == NO_ROOT, NO_ROOT_FRAGILE, status[rows])
    return Rates(rate, status)


def without_rounding(flows: Floats) -> Floats:
    """The flows with 0 for what is rounding beside the largest of the row.

    A loan that is repaid to the last cent leaves 1e-11 of either sign, by the order in which its parts were added: as a
    flow it would be a change of sign, and with it a second rate.

    Args:
        flows: Money, shape (periods, rows).
    """
    sizes = np.abs(flows)
    kept: Floats = np.where(sizes < ROUNDING * sizes.max(axis=0), 0.0, flows)
    return kept


def _without_dust(flows: Floats, yearly: Floats) -> Floats:
    """The flows without the last ones that together are nothing beside all."""
    sizes = np.abs(flows)
    ruin = yearly < RUIN
    if ruin.any():
        ruin = ruin & (_changes(flows) > 1)
    tail, limit = np.zeros(flows.shape[1]), np.where(ruin, DUST_IN_RUIN, DUST) * _total(sizes)
    kept = flows.copy()
    for t in range(len(flows) - 1, -1, -1):
        tail = tail + sizes[t]
        small = tail < limit
        if not small.any():
            break
        kept[t] = np.where(small, 0.0, kept[t])
    return kept


def present_value(flows: Floats, factor: Floats) -> Floats:
    """Σ flow × factor^period of each row.

    Args:
        flows: Money, shape (periods, rows).
        factor: Discount factor of one step, one a row.
    """
    value: Floats = flows[-1].copy()
    for flow in flows[-2::-1]:
        value = value * factor + flow
    return value


def _block(flows: Floats, guess: Floats, steps: Steps) -> Rates:
    status = _first_look(flows)
    rate = np.where(status == TOTAL_LOSS, -1.0, np.nan)
    total, changes = _total(flows), _changes(flows)
    for back in (False, True):
        rows = np.flatnonzero((status == OK) & (changes == 1) & ((total * _opening(flows) > 0) == back))
        if rows.size:
            some = flows[:, rows]
            rising = (_closing(some) if back else _opening(some)) < 0
            one = Brackets(np.arange(rows.size), np.zeros(rows.size), np.ones(rows.size), rising)
            rate[rows] = Side.of(some, steps, back).rates(one, guess[rows])
    rows = np.flatnonzero((status == OK) & (changes > 1))
    if rows.size:
        rate[rows], status[rows] = _search(flows[:, rows], guess[rows], steps)
    return Rates(rate, status)


def _search(flows: Floats, guess: Floats, steps: Steps) -> Rates:
    """The rate nearest the guess among all of each row, and whether there are none, one or several."""
    ahead = Side.of(flows, steps, back=False)
    at_one = ahead.amounts.weigh(np.ones(flows.shape[1]))[0]
    row, rate = np.zeros(0, dtype=np.int64), np.zeros(0)
    for side, table in zip((ahead, Side.of(flows, steps, back=True)), steps.tables(), strict=True):
        brackets = isolate(side.amounts, table, at_one)
        row = np.concatenate([row, brackets.row])
        rate = np.concatenate([rate, side.rates(brackets, guess[brackets.row])])
    order = np.lexsort((rate, row))
    row, rate = row[order], rate[order]
    new = np.ones(row.size, dtype=bool)
    new[1:] = (row[1:] != row[:-1]) | (rate[1:] - rate[:-1] > _SAME * (1 + rate[1:]))
    row, rate = row[new], rate[new]
    count = np.bincount(row, minlength=flows.shape[1])
    order = np.lexsort((rate, np.abs(rate - guess[row]), row))
    found, first = np.unique(row[order], return_index=True)
    best = np.full(flows.shape[1], np.nan)
    best[found] = rate[order][first]
    return Rates(best, np.where(count == 0, NO_ROOT, np.where(count > 1, SEVERAL, OK)).astype(np.int8))


def _first_look(flows: Floats) -> States:
    """OK where money goes out and comes in; else what is missing."""
    out, back = flows.min(axis=0) < 0, flows.max(axis=0) > 0
    status = np.where(back, np.where(out, OK, NO_INVESTMENT), np.where(out, TOTAL_LOSS, ALL_ZERO))
    return np.where(np.isfinite(flows).all(axis=0), status, NON_FINITE).astype(np.int8)


def _total(flows: Floats) -> Floats:
    """Sums in order of time."""
    total: Floats = np.add.accumulate(flows, axis=0)[-1]
    return total


def _changes(flows: Floats) -> NDArray[np.int64]:
    """Changes of sign, zeros passed over."""
    if flows.shape[1] == 1:  # plain numbers take a tenth of the time
        gains = [flow > 0 for flow in flows[:, 0].tolist() if flow]
        return np.array([sum(one != other for one, other in pairwise(gains))])
    last = np.zeros(flows.shape[1])
    count = np.zeros(flows.shape[1], dtype=np.int64)
    for flow in flows:
        sign = np.sign(flow)
        count += (sign * last) < 0
        last = np.where(sign != 0, sign, last)
    return count


def _opening(flows: Floats) -> Floats:
    """The first flow of each row that is not 0."""
    first: Floats = flows[(flows != 0).argmax(axis=0), np.arange(flows.shape[1])]
    return first


def _closing(flows: Floats) -> Floats:
    """The last one."""
    return _opening(flows[::-1])
