"""What support costs the public sector, and per unit of what it brings.

Public net cost: PV(support paid - given back) less PV of what support changes in own-country tax, public equity, public
loans (at their funding rate: the margin, net of loss) and cover. Tax of other countries is leakage, and no gain.
Per kg: present value over tonnes discounted with the same factors, so that money and tonnes of a date weigh alike.
Per 0.1x of cover and per point of IRR: PV of net support over the change, not applicable where it is next to nothing.
Crowding-in: private debt and equity paid in, over the present value of public money committed (support, grants, public
equity and loans).
Source: decision on public cost (F38).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from finmodel.deal.support.public_bodies import government_terms
from finmodel.public_money.incidence import Deal, Incidence

KG_PER_T = 1000.0
SMALL = 1e-6
STEP = {"dscr_min": 0.1, "equity_irr": 0.01}


@dataclass(frozen=True)
class Amount:
    """A figure of the account: its number, unit and definition; None where it is not applicable, and why."""

    name: str
    value: float | None
    unit: str
    meaning: str


def net_cost(incidence: Incidence) -> list[Amount]:
    """Net support, what of it comes back to the public sector, and what leaks abroad [present values]."""
    deal, split, money = incidence.deal, incidence.present, incidence.deal.tables.currency
    terms = government_terms(deal.tables)
    changes = dict(zip((who.id for who in deal.parties), split.all, strict=True))

    def change(label: str, kind: str, own: bool | None = None, meaning: str = "") -> Amount:
        ids = [
            who.id
            for who in deal.parties
            if who.instrument == kind and who.public and own in (None, who.country == terms.country)
        ]
        value = sum(_changed(incidence, id) if kind in ("loan", "cover") else changes[id] for id in ids)
        return Amount(label, float(value), money, meaning or "PV with support less PV without")

    known = terms.funding_rate is not None
    funding = "at the funding rate" if known else "no funding rate is given: at the rate of the account"
    back = [
        change(f"Tax to {terms.country}", "tax", own=True),
        change("Public equity", "equity"),
        change("Public loans: margin net of loss", "loan", meaning=f"change in their net present value, {funding}"),
        change("Cover: premium less claims", "cover", meaning="change in premium and recoveries less claims"),
    ]
    foreign = change("Leakage: tax to other countries", "tax", own=False, meaning="no gain of the own public sector")
    recovered = sum(amount.value or 0.0 for amount in back)
    return [
        Amount("Support paid", split.paid, money, f"present value at {split.rate:.2%}".replace("%", " %")),
        Amount("Support given back", split.given_back, money, "present value"),
        Amount("Net support", split.net, money, "paid less given back"),
        *back,
        Amount("Public net cost", split.net - recovered, money, "net support less what comes back"),
        foreign,
    ]


def _changed(incidence: Incidence, id: str) -> float:
    """The change in what a public lender (at the rate at which it borrows), or an insurer, has; present value."""
    funding = government_terms(incidence.deal.tables).funding_rate if id.startswith("facility.") else None
    flows = incidence.flows[incidence.deal.insurer(id) if id.startswith("cover.") else f"party.{id}"]
    factors = incidence.deal.factors(incidence.rate if funding is None else funding.number)
    return float(factors @ (flows[:, 2] - flows[:, 0]))


def unit_costs(incidence: Incidence, domestic: Iterable[str]) -> list[Amount]:
    """Net support per unit of what it is for.

    Args:
        domestic: Parties of the programme's country.
    """
    deal, net, money = incidence.deal, incidence.present.net, incidence.deal.tables.currency
    factors = deal.factors(incidence.rate)
    supported = sum(float(factors @ deal.values[id]) for id in deal.paid("supported"))
    delivered = sum(float(factors @ deal.values[f"offtake.{id}.delivered"]) for id in domestic)
    found = [
        _per("Per kg supported", net, supported * KG_PER_T, f"{money}/kg", "PV over discounted tonnes supported"),
        _per("Per kg delivered at home", net, delivered * KG_PER_T, f"{money}/kg", "over discounted tonnes at home"),
    ]
    for name, words in (("dscr_min", "Per 0.1x of lowest DSCR"), ("equity_irr", "Per point of equity IRR")):
        pair = incidence.metric(name) if name in deal.model.metrics else None
        gain = 0.0 if pair is None else (pair[1] - pair[0]) / STEP[name]
        meaning = "not applicable in one of the runs" if pair is None else "PV of net support over the change"
        found.append(_per(words, net, gain if abs(gain) * STEP[name] > SMALL else 0.0, money, meaning))
    private, public = committed(deal, incidence.present.net)
    found.append(_per("Private money per unit of public money", private, public, "ratio", "crowding-in"))
    return found


def committed(deal: Deal, net_support: float) -> tuple[float, float]:
    """Private debt and equity paid in, and public money committed [reporting currency].

    Args:
        net_support: Present value of net support [reporting currency].
    """
    amounts: Mapping[bool, list[float]] = {True: [net_support], False: []}
    for who in deal.parties:
        if who.id.startswith(("facility.", "equity.")):
            name = who.id.partition(".")[2]
            line = f"facility.{name}.drawn" if who.instrument == "loan" else f"equity.{name}.paid_in"
            amounts[who.public].append(float(np.sum(deal.values[line])))
        if who.instrument in ("grant", "subsidy"):
            amounts[True].append(-float(np.sum(deal.values[f"party.{who.id}"])))
    return sum(amounts[False]), sum(amounts[True])


def _per(name: str, value: float, unit_: float, unit: str, meaning: str) -> Amount:
    return Amount(name, value / unit_ if abs(unit_) > 0 else None, unit, meaning)


__all__ = ["Amount", "committed", "net_cost", "unit_costs"]
