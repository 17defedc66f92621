"""Who stands behind each party of a deal: a public body or not, of which country, by which instrument.

The register knows parties by id ("facility.jbic", "tax.au", "programme.meti"); the case says who they are. Unless the
table [government] names them, JBIC's loans, the classes that JOGMEC holds, and all covers are public.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.loans.public_lenders import is_jbic
from finmodel.deal.schema import CaseTables
from finmodel.deal.support.government_terms import GovernmentTerms

OPERATING = {"customers": "Customers", "suppliers": "Suppliers", "royalties": "Royalties", "construction": "Builders"}
ACCOUNTS = "bank."
_PUBLIC_INSURER = "NEXI"


@dataclass(frozen=True)
class Body:
    """A party: its name in words, its instrument, whose it is, and whether it is public money of that country.

    A funder pays support; incidence asks where its money ends.
    """

    id: str
    label: str
    instrument: str
    holder: str
    public: bool = False
    country: str = ""
    funder: bool = False


def government_terms(case: CaseTables) -> GovernmentTerms:
    """The case's terms of the government's account, or the defaults."""
    return case.government or GovernmentTerms.model_validate({}, context={"currency": case.currency})


def body(case: CaseTables, id: str) -> Body:
    """Who a party of the register is.

    Args:
        id: The party.
    """
    kind, _, name = id.partition(".")
    own = government_terms(case).country
    if kind == "programme":
        programme = case.programme[name]
        return Body(id, programme.label, "price support", programme.payer, True, own, True)
    if kind == "buyer_floor":
        return Body(
            id, f"{case.offtake[name].label}, floor paid", "price support", case.offtake[name].label, funder=True
        )
    if kind in ("grant", "subsidy"):
        terms = getattr(case, kind)[name]
        return Body(id, terms.label, kind, getattr(terms, "payer", terms.label), True, own)
    if kind == "tax":
        entity = case.entity[name]
        return Body(id, f"Treasury, {entity.label}", "tax", f"Treasury of {entity.country}", True, entity.country)
    if kind == "facility":
        facility = case.facility[name]
        return Body(id, facility.label, "loan", facility.lender, is_public_loan(case, name), facility.country)
    if kind == "equity":
        holder = case.equity[name].holder
        return Body(id, case.equity[name].label, "equity", holder, is_public_class(case, name), own)
    if kind == "cover":
        named = government_terms(case).public_insurers
        return Body(id, case.cover[name].label, "cover", name.upper(), named is None or name in named, own)
    if kind in ("repo", "credit_line"):
        short = getattr(case, kind)[name]
        return Body(id, short.label, "operations", short.lender)  # revolves: no part of what is committed
    if kind == "guarantor":
        repo = case.repo[name]
        return Body(id, f"{repo.label}, guarantee", "cover", repo.guarantor, _PUBLIC_INSURER in repo.guarantor, own)
    if kind == "own":
        party = next(clause.parties[name] for clause in case.clauses if name in clause.parties)
        instrument = "tax" if party.country else "operations"
        return Body(id, party.label, instrument, party.label, bool(party.country), party.country)
    if id.startswith(ACCOUNTS):
        return Body(id, _account(case, id), "account", "the deal itself")
    label = OPERATING.get(kind, kind.replace("_", " ").capitalize())
    return Body(id, label if not name else f"{label}, {name.replace('_', ' ')}", "operations", label)


def is_public_loan(case: CaseTables, name: str) -> bool:
    """Whether a facility is a loan of a public lender.

    Args:
        name: Name of the facility.
    """
    named = government_terms(case).public_lenders
    return is_jbic(name, case.facility[name]) if named is None else name in named


def is_public_class(case: CaseTables, name: str) -> bool:
    """Whether a class of equity is held by a public body.

    Args:
        name: Name of the class.
    """
    named = government_terms(case).public_owners
    return "JOGMEC" in case.equity[name].holder if named is None else name in named


def _account(case: CaseTables, id: str) -> str:
    """The words for a bank account of the deal."""
    name = id.removeprefix(ACCOUNTS)
    if name.startswith("tax."):
        return f"Tax reserve, {case.entity[name.split('.')[1]].label}"
    return name.replace("_", " ").replace(".", ", ").capitalize()
