"""Cost of support against the price: every price deck times a factor, with support and without, debt held."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from finmodel.kernel.alternatives import Alternatives
from finmodel.public_money.incidence import GIVE_BACK, TOP_UP, Deal

FACTORS = np.linspace(0.4, 1.8, 57)


class PriceCost:
    """Net support and what is not covered [PV], and lowest DSCR with and without support, by price factor."""

    def __init__(self, deal: Deal, rate: float) -> None:
        self.factors: NDArray[np.float64] = FACTORS
        decks = [id for id in deal.given if re.fullmatch(r"price\.[^.]+\.deck", id)]
        metric = deal.model.metrics.get("dscr_min")
        lines = [*deal.paid("paid"), *deal.paid("given_back"), *deal.paid("unmet")]
        outputs = lines if metric is None else [*lines, metric.line.id]
        kernel = Alternatives(deal.model, deal.values, deal.given, (*decks, TOP_UP, GIVE_BACK), outputs)
        count, points = deal.model.timeline.count, len(FACTORS)
        both = np.concatenate([FACTORS, FACTORS])
        changed = {id: np.asarray(deal.given[id], dtype=float)[..., None] * both for id in decks}
        scale = np.ones((count, 2 * points)) * np.repeat([1.0, 0.0], points)
        out = kernel.run({**changed, TOP_UP: scale, GIVE_BACK: scale}, 2 * points)
        discount = deal.factors(rate)
        paid, back = (sum(out[id][:, :points] for id in deal.paid(name)) for name in ("paid", "given_back"))
        self.net = np.asarray(discount @ (paid - back))
        self.unmet = np.asarray(discount @ np.sum([out[id][:, :points] for id in deal.paid("unmet")], axis=0))
        self.dscr = None if metric is None else out[metric.line.id][:points]
        self.dscr_without = None if metric is None else out[metric.line.id][points:]
