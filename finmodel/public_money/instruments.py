"""Shapley over instruments: what each public instrument does to each party, when none of them comes first.

An instrument is taken away by its inputs: support by its scales, a grant by its share, tax relief by its rate, a soft
loan by the rate at which others lend, cover by its premium. All 2^n combinations run at once, one path each; the value
of an instrument is the mean of what it adds over all orders. Rows add up to nothing over all parties, because cash is
conserved; columns add up to the whole with all instruments less the whole with none.
Debt and schedule are held: without a grant, owners pay more.
Source: decision on parties and dates (F14).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from finmodel.deal.support.public_bodies import government_terms, is_public_loan
from finmodel.kernel.alternatives import Alternatives
from finmodel.public_money.incidence import GIVE_BACK, TOP_UP, Deal

NONE = 0.0


class Instruments(NamedTuple):
    """Instruments that a case has, and why others are left out."""

    found: list[Instrument]
    left_out: dict[str, str]


@dataclass(frozen=True)
class Instrument:
    """A public instrument: the inputs that make it up, and what they are without it."""

    name: str
    without: Mapping[str, float]


@dataclass(frozen=True)
class Shapley:
    """What each instrument does to each party: `amounts[instrument][party]`, present values; and what is not here."""

    instruments: tuple[Instrument, ...]
    amounts: NDArray[np.float64]
    whole: NDArray[np.float64]
    left_out: Mapping[str, str]


def instruments_of(deal: Deal) -> Instruments:
    """The instruments that the case has, and why others are left out."""
    patterns = {
        "floor": TOP_UP.replace(".", r"\."),
        "give-back": GIVE_BACK.replace(".", r"\."),
        "grant": r"(grant\.[^.]+\.share|subsidy\.[^.]+\.per_kg)",
        "tax relief": r"entity\.[^.]+\.(incentive|investment_credit|credit)\.share",
        "cover": r"cover\.[^.]+\.(premium|upfront)",
    }
    found, left_out = [], {}
    for name, pattern in patterns.items():
        ids = [id for id in deal.given if re.fullmatch(pattern, id) and np.any(np.asarray(deal.given[id]))]
        if ids:
            found.append(Instrument(name, dict.fromkeys(ids, NONE)))
        else:
            left_out[name] = "the case has none"
    loans = _soft_loans(deal)
    if isinstance(loans, str):
        left_out["soft loan"] = loans
    else:
        found.append(Instrument("soft loan", loans))
    return Instruments(found, left_out)


def _soft_loans(deal: Deal) -> dict[str, float] | str:
    """The rates of public loans at what others lend at; or why they cannot be taken away."""
    tables = deal.tables
    public = [name for name in tables.facility if is_public_loan(tables, name)]
    if not public:
        return "the case has no public loan"
    market = government_terms(tables).market_rate
    others = [
        _rate(deal, name) for name, loan in tables.facility.items() if name not in public and loan.rank == "senior"
    ]
    if market is None and not others:
        return "no rate at which others lend: write government.market_rate"
    rate = market.number if market is not None else max(others)
    ids = [f"facility.{name}.rate" for name in public if f"facility.{name}.rate" in deal.given]
    return dict.fromkeys(ids, rate) if ids else "the public loan has no fixed rate"


def _rate(deal: Deal, name: str) -> float:
    """What a facility costs a year, on average over its life, weighted by what is outstanding."""
    shape = (deal.model.timeline.count,)
    rate, owed = (
        np.broadcast_to(np.asarray(deal.values[f"facility.{name}.{line}"], dtype=float), shape)
        for line in ("rate", "outstanding.opening")
    )
    return float(np.average(rate, weights=owed)) if owed.sum() > 0 else float(rate.max())


def shapley(deal: Deal, rate: float) -> Shapley:
    """Run every combination of instruments and share out what they do.

    Args:
        rate: Effective yearly rate [1/year].

    Returns:
        What each instrument does to each party.
    """
    found, left_out = instruments_of(deal)
    count = 2 ** len(found)
    changed = {id: np.asarray(value, dtype=float) for one in found for id, value in _rows(deal, one, found).items()}
    kernel = Alternatives(deal.model, deal.values, deal.given, list(changed), deal.lines)
    out = kernel.run(changed, count)
    factors = deal.factors(rate)
    values = np.stack([factors @ out[id] for id in deal.lines])
    amounts = np.stack([marginal(values, at, len(found)) for at in range(len(found))])
    return Shapley(tuple(found), amounts, values[:, -1] - values[:, 0], left_out)


def _rows(deal: Deal, one: Instrument, found: Sequence[Instrument]) -> dict[str, NDArray[np.float64]]:
    """An instrument's inputs in every combination: bit k of a path's number says whether instrument k is there."""
    bit = list(found).index(one)
    there = (np.arange(2 ** len(found)) >> bit) & 1
    rows = {}
    for id, without in one.without.items():
        value = np.asarray(deal.given[id], dtype=float)
        rows[id] = np.where(there, value[..., None], without)
    return rows


def marginal(values: NDArray[np.float64], bit: int, count: int) -> NDArray[np.float64]:
    """The mean over all orders of what one instrument adds.

    Args:
        values: Shape (rows, combinations); bit k of a combination's number says whether instrument k is there.
        bit: Number of the instrument.
        count: Number of instruments.
    """
    total = np.zeros(len(values))
    for mask in range(2**count):
        if mask >> bit & 1:
            continue
        size = mask.bit_count()
        weight = math.factorial(size) * math.factorial(count - size - 1) / math.factorial(count)
        total += weight * (values[:, mask | 1 << bit] - values[:, mask])
    return total
