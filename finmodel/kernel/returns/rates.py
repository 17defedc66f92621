"""Rates of return and present values of flows of your own, by the routine that the models use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from finmodel.kernel.errors import UsageError
from finmodel.kernel.returns.irr import Floats, Steps, irr_batch

Days = Sequence[date] | NDArray[Any]
Timing = Literal["end", "mid"]
SHIFT = {"end": 0.0, "mid": 0.5}  # of a period


class _Rows(NamedTuple):
    """Flows of shape (periods, rows), and whether there is only one row."""

    flows: Floats
    single: bool


def irr(flows: ArrayLike, guess: float = 0.1) -> Any:
    """Internal rate of return of flows in equal periods.

    Args:
        flows: One flow (periods,), or many (periods, rows), in any currency; what is paid out is negative.
        guess: Rate per period above -1; among several rates the one nearest to it is returned.

    Returns:
        The rate per period as a decimal, 0.1 for 10 %: a float for one flow, an array (rows,) for many. A flow with one
        change of sign always has its one rate, and any other the nearest of all its rates above -1 and up to 10. It is
        -1 if nothing comes back, and nan if there is no rate, nothing is invested, or a flow is not finite.

    Raises:
        UsageError: The flows have no or more than two dimensions, or no period; the guess is not above -1.

    Source:
        Descartes' rule of signs for the number of rates; numpy-financial's `irr` and Excel's IRR have the same periods.

    >>> round(irr([-100, 60, 60]), 6)
    0.130662
    """
    rows, single = _matrix(flows)
    return _shaped(irr_batch(rows, _guess(guess))[0], single)


def xirr(flows: ArrayLike, dates: Days, guess: float = 0.1) -> Any:
    """Internal rate of return of dated flows, a year of 365 days (ACT/365).

    Args:
        flows: One flow (dates,), or many (dates, rows) on the same dates; what is paid out is negative.
        dates: `datetime.date` or numpy days, in any order; flows of one date are added up.
        guess: Rate a year above -1; among several rates the one nearest to it is returned.

    Returns:
        The rate a year as a decimal, as `irr` has it; flows less than a year apart are searched up to 1,000 % for their
        mean distance.

    Raises:
        UsageError: As for `irr`; or there is not one date a flow, or one that is not a day.

    Source:
        Excel's XIRR: Σ flow / (1 + rate)^(days since the first / 365) = 0.

    >>> from datetime import date
    >>> round(xirr([-100, 110], [date(2027, 1, 1), date(2028, 1, 1)]), 12)
    0.1
    """
    rows, single = _matrix(flows)
    days = _days(dates, len(rows))
    known, place = np.unique(days, return_inverse=True)
    added = np.zeros((known.size, rows.shape[1]))
    for at, row in zip(place.ravel(), rows, strict=True):
        added[at] += row
    return _shaped(irr_batch(added, _guess(guess), Steps.dated(known))[0], single)


def npv(rate: float, flows: ArrayLike, timing: Timing = "end", dates: Days | None = None) -> Any:
    """Net present value.

    Args:
        rate: Above -1: per period, or a year if dates are given.
        flows: One flow (periods,), or many (periods, rows), in any currency.
        timing: When the flow of a period falls, without dates: "end", so that the first is discounted by one period,
            or "mid", so that it is discounted by half of one.
        dates: One a flow, from which days count: flows are then discounted to the first of them, ACT/365.

    Returns:
        Σ flow × discount factor, in the currency of the flows: a float for one flow, an array (rows,) for many.

    Raises:
        UsageError: As for `xirr`; another timing; or dates with "mid".

    Source:
        Excel's NPV ("end") and XNPV (dates); numpy-financial's `npv` counts from the first flow: it is 1 + rate times
        this one at "end".

    >>> round(npv(0.1, [110, 121]), 9)
    200.0
    """
    rows, single = _matrix(flows)
    if timing not in SHIFT:
        raise UsageError(f'timing is "{timing}"; write "end" or "mid"')
    if dates is None:
        years = np.arange(1, len(rows) + 1) - SHIFT[timing]
    elif timing != "end":
        raise UsageError('timing "mid" does not go with dates; leave out one of them')
    else:
        days = _days(dates, len(rows))
        years = (days - days.min()) / 365
    return _shaped((rows * ((1 + _guess(rate, "rate")) ** -years)[:, None]).sum(axis=0), single)


def _matrix(flows: ArrayLike) -> _Rows:
    """Flows as (periods, rows), and whether there is only one."""
    rows = np.asarray(flows, dtype=float)
    if rows.ndim not in (1, 2) or not len(rows):
        raise UsageError(f"flows have the shape {rows.shape}; give (periods,) or (periods, rows), one period at least")
    return _Rows(np.ascontiguousarray(rows.reshape(len(rows), -1)), rows.ndim == 1)


def _shaped(values: Floats, single: bool) -> Any:
    return float(values[0]) if single else values


def _guess(rate: float, name: str = "guess") -> float:
    if not -1 < rate < float("inf"):
        raise UsageError(f"{name} is {rate}; give a decimal above -1, such as 0.1 for 10 %")
    return float(rate)


def _days(dates: Days, count: int) -> Floats:
    """Day numbers."""
    try:
        days = np.asarray(dates, dtype="datetime64[D]")
    except (TypeError, ValueError) as error:
        raise UsageError("dates must be days: datetime.date or numpy.datetime64") from error
    if days.shape != (count,) or np.isnat(days).any():
        raise UsageError(f"there are {count} flows and {days.size} dates; give one day for each")
    return days.astype(np.int64).astype(float)
