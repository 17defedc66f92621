"""Parties: what each receives of the deal's cash, and the government's account among them.

Sign:    `party.…` is what the deal pays a party less what the party brings in, and may be negative; a bank account of
         the deal is a party that receives what is put into it. They add up to nothing in each period. `net_…` lines of
         the government's account are what public bodies receive less what they pay.
Timing:  when cash moves.
Source:  decisions on parties of the incidence (F14) and on public cost (F38); the register that clauses write to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from finmodel.deal.context import Context
from finmodel.deal.schema import CaseTables
from finmodel.deal.support.programme import Budget
from finmodel.deal.support.public_bodies import ACCOUNTS, Body, body, government_terms
from finmodel.deal.support.support import SupportLines
from finmodel.deal.support.terms import Programme
from finmodel.deal.time.calendar import RATIO_ROUNDING
from finmodel.kernel.expr import Const, Expr, add, hi
from finmodel.kernel.folds import first_when
from finmodel.kernel.model import Line
from finmodel.kernel.units import RATIO

INSTRUMENTS = ("price support", "grant", "subsidy", "equity", "loan", "cover")


def build(context: Context, case: CaseTables, support: SupportLines) -> None:
    """Declare one line for each party, and the government's account; nothing for a deal without support."""
    if not case.support:
        return
    lines = _parties(context)
    public = {body(case, id): line for id, line in lines.items()}
    _account(context, case, {who: line for who, line in public.items() if who.public})
    for name, terms in case.programme.items():
        claims = [contract for contract in support.contracts.values() if contract.terms.programme == name]
        asked = [contract.own.asked for contract in claims if contract.own is not None]
        _programme(terms, support.budgets[name], asked)


def _parties(context: Context) -> dict[str, Line]:
    register = context.register
    section = context.model.section("party", context.money.money, "Parties")
    paid, received = register.read("paid"), register.read("received")
    flows: Mapping[str, Expr] = {
        **{
            id: paid.get(id, Const(0)) - received[id] if id in received else paid[id]
            for id in dict.fromkeys([*paid, *received])
        },
        **{f"{ACCOUNTS}{name}": bank.closing - bank.opening for name, bank in register.banks.items()},
    }
    return {
        id: section.ahead(id, f"Net paid to {id.replace('_', ' ').replace('.', ', ')}").define(flow)
        for id, flow in flows.items()
    }


def _account(context: Context, case: CaseTables, public: Mapping[Body, Line]) -> None:
    """What public bodies receive less what they pay, by instrument; own and foreign tax apart."""
    section = context.model.section("government", context.money.money, "Government's account")
    own = government_terms(case).country
    rows = {kind: [line for who, line in public.items() if who.instrument == kind] for kind in INSTRUMENTS}
    rows["own tax"] = [line for who, line in public.items() if who.instrument == "tax" and who.country == own]
    rows["foreign tax"] = [line for who, line in public.items() if who.instrument == "tax" and who.country != own]
    flows = {}
    for kind, lines in rows.items():
        if lines:
            label = f"Government's account: {kind}, received less paid"
            flows[kind] = section.ahead(f"net_{kind.replace(' ', '_')}", label).define(add(lines))
    home = [line for kind, line in flows.items() if kind != "foreign tax"]
    section.ahead("net_public", "Government's account: All, received less paid").define(add(home))


def _programme(terms: Programme, budget: Budget, asked: Sequence[Line]) -> None:
    """What is left of a programme's envelope, and since when a claim was not met in full."""
    section, label = budget.section, terms.label
    section.line("envelope_left", f"{label}: Left of the envelope", hi(0, terms.envelope - budget.ever))
    if not asked:
        return
    short = (add([*asked]) - budget.granted) > terms.envelope * RATIO_ROUNDING
    flag = section.flag("exhausted", f"{label}: A claim is not met in full", short)
    section.line("exhausted_first", f"{label}: Number of the first such period", first_when(flag), RATIO)
