"""Rates of one flow alone: a batch of one."""

from __future__ import annotations

import numpy as np

from finmodel.kernel.returns.irr import Steps, irr_batch


def irr_one(flows: list[float], guess: float, steps: Steps | None = None) -> tuple[float, int]:
    """Rate and status of one flow."""
    rate, status = irr_batch(np.array(flows, dtype=float).reshape(-1, 1), guess, steps)
    return float(rate[0]), int(status[0])


def xirr_one(flows: list[float], dates: list[float], guess: float) -> float:
    """The rate a year by dates (ACT/365), rising; nan where there is none."""
    return irr_one(flows, guess, Steps.dated(np.array(dates)))[0]
