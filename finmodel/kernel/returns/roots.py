"""Where a present value crosses nothing: all crossings of many flows at once, with + * / and square roots only.

With G what comes in and L what goes out, both discounted by z per unit of time, the logarithms of G and L are convex in
the logarithm of z, so that their slopes (the mean dates, weighted by present value) only rise. On a stretch of z this
bounds the slope of ln(G/L) on both sides: a stretch without a crossing, or with exactly one, is known to be so, and any
other is cut in two. No crossing is missed but two that lie closer together than rounding tells apart; a present value
that touches nothing without crossing it counts as one. The same bits come out alone or among a million rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
STEPS = 200
_CLOSE = 1e-13  # relative; the step after one so small would change nothing but rounding
_NARROW = 1e-9  # relative width of a stretch in which rounding is larger than what could still be told
_ROUNDS = 80
_LN_2 = 0.6931471805599453


@dataclass(frozen=True)
class Amounts:
    """Flows split by sign, in the order in which they are discounted.

    Args:
        parts: (periods, 2, rows): what comes in, what goes out; both ≥ 0.
        gaps: Units of time from one flow to the next, one fewer than periods.
        first: Of each row, the number of its first flow that is not 0; discounting ends there.
    """

    parts: Floats
    gaps: tuple[int, ...]
    first: Ints

    @classmethod
    def of(cls, flows: Floats, gaps: tuple[int, ...]) -> Amounts:
        """From flows (periods, rows), none of them all 0.

        Args:
            flows: Money, shape (periods, rows).
            gaps: Steps between flows.
        """
        parts = np.stack([np.maximum(flows, 0), np.maximum(-flows, 0)], axis=1)
        return cls(parts, gaps, (flows != 0).argmax(axis=0))

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Amounts:
        """Some of the rows, in any number.

        Args:
            rows: Numbers of rows, or a flag a row.
        """
        return Amounts(self.parts[:, :, rows], self.gaps, self.first[rows])

    def weigh(self, z: Floats) -> Floats:
        """(2, 2, *z.shape): present values of what comes in and goes out, and their slopes by the logarithm of z.

        The last axis of z is the rows; both are to the date of the row's first flow.

        Args:
            z: Discount factor of one unit of time.
        """
        if z.size == 1 and z.ndim == 1:
            return self._alone(z)
        known = {gap: power(z, gap) for gap in set(self.gaps)}
        state = np.zeros((2, 2, *z.shape))
        worth, slope = state
        early, late = int(self.first.min()), int(self.first.max())
        wide = z.ndim > 1
        for t in range(len(self.parts) - 1, early - 1, -1):
            if t < len(self.parts) - 1:
                gap = self.gaps[t]
                live = None if t >= late else t >= self.first
                state *= known[gap] if live is None else np.where(live, known[gap], 1.0)
                slope += (worth if gap == 1 else gap * worth) if live is None else np.where(live, gap, 0) * worth
            part = self.parts[t]
            worth += part[:, None] if wide else part
        return state

    def _alone(self, z: Floats) -> Floats:
        """The same of one row: plain numbers have the same bits as arrays, and take a tenth of the time."""
        known = {gap: float(power(z, gap)[0]) for gap in set(self.gaps)}
        gain = loss = gain_slope = loss_slope = 0.0
        last, early = len(self.parts) - 1, int(self.first[0])
        rows = self._rows
        for t in range(last, early - 1, -1):
            if t < last:
                gap = self.gaps[t]
                factor = known[gap]
                gain, loss = gain * factor, loss * factor
                gain_slope, loss_slope = gain_slope * factor + gap * gain, loss_slope * factor + gap * loss
            got, lost = rows[t]
            gain, loss = gain + got, loss + lost
        return np.array([[[gain], [loss]], [[gain_slope], [loss_slope]]])

    @cached_property
    def _rows(self) -> list[list[float]]:
        listed: list[list[float]] = self.parts[:, :, 0].tolist()
        return listed


@dataclass(frozen=True)
class Brackets:
    """Stretches of z that hold one crossing each, and whether the present value rises through it."""

    row: Ints
    low: Floats
    high: Floats
    rising: NDArray[np.bool_]


@dataclass(frozen=True)
class Stretches:
    """Stretches of z, each with a row of the amounts and what is known at both ends (2, 2, stretches)."""

    row: NDArray[np.int64]
    low: Floats
    high: Floats
    at_low: Floats
    at_high: Floats

    def take(self, which: NDArray[np.bool_]) -> Stretches:
        """Some of them."""
        ends = self.at_low[:, :, which], self.at_high[:, :, which]
        return Stretches(self.row[which], self.low[which], self.high[which], *ends)

    def halves(self, amounts: Amounts) -> Stretches:
        """Each cut in two at its geometric mean."""
        middle = np.sqrt(self.low * self.high)
        at = amounts.take(self.row).weigh(middle)
        return Stretches(
            np.concatenate([self.row, self.row]),
            np.concatenate([self.low, middle]),
            np.concatenate([middle, self.high]),
            np.concatenate([self.at_low, at], axis=2),
            np.concatenate([at, self.at_high], axis=2),
        )


def power(z: Floats, exponent: int) -> Floats:
    """z to a whole number > 0, by squares: the same bits on every machine.

    Args:
        z: What is raised.
        exponent: A whole number above 0.
    """
    result: Floats | None = None
    while True:
        if exponent & 1:
            result = z if result is None else result * z
        exponent >>= 1
        if not exponent:
            assert result is not None
            return result
        z = z * z


def isolate(amounts: Amounts, table: Floats, at_one: Floats) -> Brackets:
    """The stretches in which the present value crosses or touches nothing exactly once, by row and z.

    Args:
        amounts: Whatever their signs.
        table: First ends of stretches, rising and ending at 1.
        at_one: Present values (2, rows) at z = 1, added up in order of time for both directions of discounting.
    """
    states = amounts.weigh(np.repeat(table[:, None], amounts.first.size, axis=1))
    states[0, :, -1] = at_one
    count, rows = states.shape[2:]
    open_ = Stretches(
        np.tile(np.arange(rows), count - 1),
        np.repeat(table[:-1], rows),
        np.repeat(table[1:], rows),
        states[:, :, :-1].reshape(2, 2, -1),
        states[:, :, 1:].reshape(2, 2, -1),
    )
    kept: list[Stretches] = []
    for _ in range(_ROUNDS):
        crossing, settled = _judge(open_)
        narrow = open_.high <= open_.low * (1 + _NARROW)
        kept.append(open_.take(np.where(narrow, crossing | ~settled, crossing & settled)))
        open_ = open_.take(~settled & ~narrow)
        if not open_.row.size:
            break
        open_ = open_.halves(amounts)
    row, low, high = (np.concatenate([getattr(part, name) for part in kept]) for name in ("row", "low", "high"))
    rising = np.concatenate([part.at_low[0, 0] < part.at_low[0, 1] for part in kept])
    order = np.lexsort((low, row))
    return Brackets(row[order], low[order], high[order], rising[order])


def _judge(at: Stretches) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether the present value changes its sign along each stretch, and whether that is all it does there."""
    (gain_a, loss_a), (gain_b, loss_b) = at.at_low[0], at.at_high[0]
    up_a, up_b = gain_a >= loss_a, gain_b >= loss_b
    crossing = up_a != up_b
    means_a, means_b = (np.where(end[0] > 0, end[1] / end[0], 0.0) for end in (at.at_low, at.at_high))
    least, most = means_a[0] - means_b[1], means_b[0] - means_a[1]  # of the slope of ln(gain / loss)
    one_way = (least >= 0) | (most <= 0)
    apart = np.where(up_a, gain_a > loss_b, loss_a > gain_b)
    fall = np.maximum(0, np.where(up_a, -least, most))  # how fast it can near nothing from the lower end
    rise = np.maximum(0, np.where(up_a, most, -least))  # and from the upper one
    near, far = (2 * np.abs(gain - loss) / (gain + loss) for gain, loss in ((gain_a, loss_a), (gain_b, loss_b)))
    length = (at.high - at.low) / np.sqrt(at.low * at.high)  # no less than ln(high / low)
    clear = near * rise + far * fall > fall * rise * length
    return crossing, np.where(crossing, one_way, one_way | apart | clear)


def newton(amounts: Amounts, brackets: Brackets, start: Floats) -> Floats:
    """The z in each bracket at which the present value is nothing.

    Newton steps inside a shrinking bracket, on ln(G/L): as a function of ln z it is nearly a straight line, so few
    steps are needed. Rational approximations stand for logarithm and power: they are exact where it counts, at the
    root.
    """
    low, high = brackets.low.copy(), brackets.high.copy()
    z = np.clip(start, low, high)
    active = np.arange(z.size)
    if not z.size:
        return z
    amounts = amounts.take(brackets.row)
    for _ in range(STEPS):
        at = z[active]
        (gain, loss), (gain_slope, loss_slope) = amounts.weigh(at)
        value, pace = gain - loss, gain_slope / gain - loss_slope / loss
        apart = 2 * value / (gain + loss)  # ln(gain / loss), by its nearest fraction; by powers of 2 from far away
        apart = np.where(np.abs(apart) > 1, np.frexp(gain / loss)[1] * _LN_2, apart)
        step = np.clip(-apart / pace, -1, 1)
        above = (value > 0) == brackets.rising[active]
        high[active] = np.where(above, at, high[active])
        low[active] = np.where(above, low[active], at)
        bottom, top = low[active], high[active]
        trial = at * ((2 + step) / (2 - step))
        inside = (trial > bottom) & (trial < top)
        near = (np.abs(step) <= _CLOSE) | (value == 0) | (top - bottom <= 1e-16 * top)
        far = ~near  # also where the step is not a number
        z[active] = np.where(inside, trial, np.where(far, 0.5 * (bottom + top), at))
        if not far.any():
            break
        if not far.all():
            active, amounts = active[far], amounts.take(far)
    return z
