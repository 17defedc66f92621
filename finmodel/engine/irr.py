"""Internal rates of return of many flows at once, with a status for each.

Solved in the discount factor d = 1/(1+r), where the present value is a polynomial: only + * / are used, so that a
row has the same rate, bit for bit, alone or among a million. A row with one change of sign, or whose running total
changes sign once and ends on the other side (Norstrom 1972), goes to a safeguarded Newton step; any other is first
searched for all sign changes of its present value on a grid. A row that cannot have a rate says why in its status;
only a total loss has one all the same, -100 %.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
OK, TOTAL_LOSS, SEVERAL, NO_ROOT, NO_INVESTMENT, ALL_ZERO, NON_FINITE = range(7)
STATUS = (
    "one rate",
    "total loss: nothing comes in",
    "several rates: the one nearest the guess",
    "no rate found",
    "no investment: nothing goes out",
    "all zero",
    "not finite",
)
HIGHEST, LOWEST = 10.0, -0.95  # per period
_BLOCK = 4096
_STEPS = 200
_CLOSE = 1e-13  # relative; the step after one so small would change nothing but rounding
_RATES = np.concatenate([np.linspace(LOWEST, -0.2, 16), np.linspace(-0.18, 0.5, 69), np.geomspace(0.55, HIGHEST, 20)])
_GRID = 1 / (1 + _RATES)[::-1]  # discount factors, rising


def irr_batch(flows: Floats, guess: float | Floats = 0.02) -> tuple[Floats, NDArray[np.int8]]:
    """Rates per period and statuses of flows with shape (periods, rows); one guess, or one a row.

    The rate is nan unless the status is OK or SEVERAL, or TOTAL_LOSS with -1.
    """
    rows = flows.shape[1]
    rate = np.full(rows, np.nan)
    status = np.empty(rows, dtype=np.int8)
    guesses = np.broadcast_to(np.asarray(guess, dtype=float), rows)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # far ends of the bracket may overflow
        for start in range(0, rows, _BLOCK):
            part = slice(start, min(start + _BLOCK, rows))
            rate[part], status[part] = _block(np.ascontiguousarray(flows[:, part]), guesses[part])
    return rate, status


def irr_one(flows: list[float], guess: float) -> tuple[float, int]:
    """Rate and status of one flow: a batch of one."""
    rate, status = irr_batch(np.array(flows, dtype=float).reshape(-1, 1), guess)
    return float(rate[0]), int(status[0])


def present_value(flows: Floats, factor: Floats) -> Floats:
    """Σ flow × factor^period of each row."""
    value: Floats = flows[-1].copy()
    for flow in flows[-2::-1]:
        value = value * factor + flow
    return value


def status_batch(flows: Floats) -> NDArray[np.int8]:
    """Statuses of flows with shape (periods, rows): whether a rate exists, without looking for it."""
    status = np.empty(flows.shape[1], dtype=np.int8)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for start in range(0, flows.shape[1], _BLOCK):
            part = slice(start, min(start + _BLOCK, flows.shape[1]))
            rows = np.ascontiguousarray(flows[:, part])
            status[part] = _brackets(rows, np.zeros(rows.shape[1]))[0]
    return status


def _block(flows: Floats, guess: Floats) -> tuple[Floats, NDArray[np.int8]]:
    factor = np.full(flows.shape[1], np.nan)
    status, lower, upper = _brackets(flows, guess)
    solvable = np.flatnonzero((status == OK) | (status == SEVERAL))
    if solvable.size:
        factor[solvable] = _newton(flows[:, solvable], lower[solvable], upper[solvable], guess[solvable])
    factor[status == TOTAL_LOSS] = np.inf
    return 1 / factor - 1, status


def _brackets(flows: Floats, guess: Floats) -> tuple[NDArray[np.int8], Floats, Floats]:
    """The status of each row, and the two factors between which its rate lies; the guess chooses among several."""
    rows = flows.shape[1]
    status = _first_look(flows)
    turning = status == OK
    changes = _sign_changes(flows)
    lower, upper = np.full(rows, _GRID[0]), np.full(rows, _GRID[-1])
    easy = turning & (changes == 1)
    more = np.flatnonzero(changes > 1)
    if more.size:
        norstrom = more[_norstrom(flows[:, more])]
        upper[norstrom] = 1.0  # the unique positive rate
        easy[norstrom] = turning[norstrom]
    easy &= np.sign(present_value(flows, lower)) * np.sign(present_value(flows, upper)) < 0
    hard = np.flatnonzero(turning & ~easy)
    if hard.size:
        lower[hard], upper[hard], status[hard] = _search(flows[:, hard], guess[hard])
    return status, lower, upper


def _first_look(flows: Floats) -> NDArray[np.int8]:
    """OK where money goes out and comes in; else what is missing."""
    out, back = flows.min(axis=0) < 0, flows.max(axis=0) > 0
    status = np.where(out, 0, NO_INVESTMENT) + np.where(back, 0, TOTAL_LOSS)  # both: ALL_ZERO
    return np.where(np.isfinite(flows).all(axis=0), status, NON_FINITE).astype(np.int8)


def _sign_changes(flows: Floats) -> NDArray[np.int64]:
    """Changes of sign in time, zeros passed over."""
    count = np.zeros(flows.shape[1], dtype=np.int64)
    last = np.zeros(flows.shape[1])
    for flow in flows:
        sign = np.sign(flow)
        count += (sign * last) < 0
        last = np.where(sign != 0, sign, last)
    return count


def _norstrom(flows: Floats) -> NDArray[np.bool_]:
    """One change of sign in the running total, which ends on the other side: one positive rate."""
    running = np.cumsum(flows, axis=0)
    first = np.zeros(flows.shape[1])
    for flow in flows:
        first = np.where((first == 0) & (flow != 0), np.sign(flow), first)
    return np.asarray((_sign_changes(running) == 1) & (np.sign(running[-1]) * first < 0))


def _search(flows: Floats, guess: Floats) -> tuple[Floats, Floats, NDArray[np.int8]]:
    """Bracket the root nearest the guess among all found on the grid."""
    signs = np.sign(np.stack([present_value(flows, np.full(flows.shape[1], d)) for d in _GRID]))
    crossed = (signs[:-1] * signs[1:] < 0) | (signs[:-1] == 0)
    middle = 1 / (0.5 * (_GRID[:-1] + _GRID[1:])) - 1
    distance = np.where(crossed, np.abs(middle[:, None] - guess), np.inf)
    best = distance.argmin(axis=0)
    found = crossed.sum(axis=0)
    status = np.where(found == 0, NO_ROOT, np.where(found > 1, SEVERAL, OK)).astype(np.int8)
    return _GRID[best], _GRID[best + 1], status


def _newton(flows: Floats, lower: Floats, upper: Floats, guess: Floats) -> Floats:
    """Newton steps inside a shrinking bracket, on the logarithm of (present value of what comes in / goes out).

    As a function of the logarithm of the discount factor that one is nearly a straight line, so few steps are needed.
    Rational approximations stand for logarithm and power: they are exact where it counts, at the root.
    """
    low, high, factor = lower.copy(), upper.copy(), np.clip(1 / (1 + guess), lower, upper)
    rising = present_value(flows, high) > 0
    active = np.arange(flows.shape[1])
    gains, losses = np.maximum(flows, 0), np.maximum(-flows, 0)
    for _ in range(_STEPS):
        at = factor[active]
        value, step = _value_and_step(gains, losses, at)
        above = (value > 0) == rising[active]
        high[active] = np.where(above, at, high[active])
        low[active] = np.where(above, low[active], at)
        trial = at * ((2 + step) / (2 - step))
        inside = (trial > low[active]) & (trial < high[active])
        trial = np.where(inside, trial, 0.5 * (low[active] + high[active]))
        far = (np.abs(step) > _CLOSE) & (value != 0)  # else rounding would send it astray
        factor[active] = np.where(far, trial, at)
        if not far.any():
            break
        if not far.all():
            active, gains, losses = active[far], gains[:, far], losses[:, far]
    return factor


def _value_and_step(gains: Floats, losses: Floats, factor: Floats) -> tuple[Floats, Floats]:
    """Present value, and Newton's step of the logarithm of the factor, at most 1; nan where a value overflows."""
    gain, loss, gain_slope, loss_slope = np.zeros((4, factor.size))
    for gained, lost in zip(gains[::-1], losses[::-1], strict=True):
        for slope, sum_, flow in ((gain_slope, gain, gained), (loss_slope, loss, lost)):
            slope *= factor
            slope += sum_
            sum_ *= factor
            sum_ += flow
    value = gain - loss
    pace = factor * (gain_slope / gain - loss_slope / loss)
    step = np.clip(-2 * value / (gain + loss) / pace, -1, 1)
    far = np.flatnonzero(~np.isfinite(value))
    if far.size:
        value[far] = present_value(gains[:, far] - losses[:, far], factor[far])
    return value, step


def xirr_one(flows: list[float], dates: list[float], guess: float) -> float:
    """The rate a year by dates (ACT/365 from the first flow that is not 0); nan where none lies in the bracket."""
    amounts = np.array(flows, dtype=float)
    used = np.flatnonzero(amounts)
    if not used.size:
        return float("nan")
    years = (np.array(dates, dtype=float)[used] - dates[int(used[0])]) / 365
    amounts = amounts[used]

    def value(rate: float) -> float:
        return float((amounts * (1 + rate) ** -years).sum())

    low, high = LOWEST, HIGHEST
    step = 1e-3
    while step < HIGHEST and value(max(LOWEST, guess - step)) * value(guess + step) > 0:
        step *= 2
    if step < HIGHEST:
        low, high = max(LOWEST, guess - step), guess + step
    if value(low) * value(high) > 0:
        return float("nan")
    for _ in range(_STEPS):
        middle = 0.5 * (low + high)
        if value(low) * value(middle) <= 0:
            high = middle
        else:
            low = middle
        if high - low < 1e-15:
            break
    return 0.5 * (low + high)
