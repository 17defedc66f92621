"""Pro-rata tracing: each period's cash is one pool, and every use of it takes support and other money alike.

What comes in brings its tag: support is tagged, everything else is not, and money drawn from a bank account has the tag
of what is in it. It is a second view of the same cash, and gives other answers than with/without: neither checks the
other. What is still tagged in the accounts at the end is shown as such.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from finmodel.deal.support.public_bodies import ACCOUNTS
from finmodel.public_money.incidence import Deal

CENT = 1e-9


@dataclass(frozen=True)
class Traced:
    """Tagged money by period and party [reporting currency], what came in, and what accounts still hold at the end."""

    amounts: NDArray[np.float64]
    came: NDArray[np.float64]
    left: float


def trace(deal: Deal) -> Traced:
    """Tag the support that comes in, and follow it through pool and accounts."""
    rows = np.stack([np.broadcast_to(deal.values[id], (deal.model.timeline.count,)) for id in deal.lines])
    funders = ~deal.keeps
    accounts = np.array([who.id.startswith(ACCOUNTS) for who in deal.parties])
    amounts, held = np.zeros(rows.T.shape), np.zeros((len(rows), 2))  # balance and tagged part of each account
    came = np.zeros(rows.shape[1])
    for t in range(rows.shape[1]):
        flows = rows[:, t]
        sources, uses = np.maximum(-flows, 0), np.maximum(flows, 0)
        share = np.where(accounts, _share(held), np.where(funders, 1.0, 0.0))
        tagged = sources * share
        came[t] = tagged[funders].sum()
        pool = sources.sum()
        part = tagged.sum() / pool if pool > CENT else 0.0
        amounts[t] = uses * part - np.where(accounts, tagged, 0.0)
        held[accounts, 0] += flows[accounts]
        held[accounts, 1] += amounts[t, accounts]
    return Traced(amounts, came, float(held[accounts, 1].sum()))


def _share(held: NDArray[np.float64]) -> NDArray[np.float64]:
    """The tagged part of each account."""
    full = held[:, 0] > CENT
    return np.where(full, held[:, 1] / np.where(full, held[:, 0], 1.0), 0.0)
