"""Price support: a top-up below a floor, paid from public budgets, and a share given back above a strike.

Sign:    every line is the positive amount that its label names; of top-up and give-back at most one is not zero.
Timing:  earned on the settlement window (the period), committed against the fiscal year in which it ends, paid a lag
         later; the last period of all settles what is still owed.
Budget:  kept in the programme's currency at the rate of the window; contracts are served by priority, then pro rata;
         what a budget or envelope does not cover lapses. Money given back does not refill it.
Tonnes:  those of the contract's products that are sold on the support's index. Where none is, support settles on
         another index than sales do, and counts them all.
Source:  decisions on budget year, rate and lag (F15), on where a floor lives (F19) and on two-way contracts (F20).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from finmodel.base.expr import Expr, add, hi, lo, ratio, where
from finmodel.base.model import Account, Line, Model, Section
from finmodel.base.units import TONNE
from finmodel.case.calendar import KG_PER_T, ONE_YEAR
from finmodel.case.schema_support import Programme, Support
from finmodel.cashflow.billing import Supply
from finmodel.cashflow.macro import Macro
from finmodel.cashflow.offtake import Contract
from finmodel.cashflow.prices import Market
from finmodel.cashflow.running import settled
from finmodel.cashflow.timing import Clock


@dataclass(frozen=True)
class SupportContract:
    """One support contract [reporting currency per period]."""

    id: str
    terms: Support
    entity: str
    supported: Line
    due: Line
    granted: Line
    unmet: Line
    paid: Line
    give_back_due: Line
    given_back: Line
    receivable: Account
    payable: Account


@dataclass(frozen=True)
class SupportLines:
    """All support [reporting currency per period], by contract and in total; balances at period end.

    `by_node` is what a node's products are granted, less what is to be given back on them.
    """

    contracts: dict[str, SupportContract]
    granted: Line
    unmet: Line
    paid: Line
    give_back_due: Line
    given_back: Line
    receivable: Expr
    payable: Expr
    by_node: dict[str, Expr]


@dataclass(frozen=True)
class _Claim:
    """A contract's claim before the budget: what is due and what is given back."""

    id: str
    terms: Support
    section: Section
    entity: str
    supplies: list[Supply]
    supported: Line
    due: Line
    give_back: Line


@dataclass(frozen=True)
class _Grant:
    """A contract's top-up in the programme's currency: due, and granted within the budget."""

    due: Line
    granted: Line


@dataclass(frozen=True)
class Deals:
    """What support contracts refer to: offtake contracts and market prices."""

    contracts: Mapping[str, Contract]
    market: Market


def build(
    model: Model,
    supports: Mapping[str, Support],
    programmes: Mapping[str, Programme],
    deals: Deals,
    frame: tuple[Clock, Macro],
) -> SupportLines:
    """Declare every support contract and the budgets that pay them."""
    macro = frame[1]
    claims = [
        _claim(model, name, terms, programmes[terms.programme], (deals, frame)) for name, terms in supports.items()
    ]
    granted: dict[str, _Grant] = {}
    for name, programme in programmes.items():
        own = sorted(
            (claim for claim in claims if claim.terms.programme == name), key=lambda c: c.terms.priority.number
        )
        granted.update(_budget(model, name, programme, own, frame))
    contracts = {
        claim.id: _settle(claim, granted[claim.id], programmes[claim.terms.programme], frame) for claim in claims
    }
    section = model.section("support", macro.money, "Price support")
    each = list(contracts.values())

    for contract in each:
        party = f"programme.{contract.terms.programme}"
        model.register.receives(contract.paid, party)
        model.register.pays(contract.given_back, party)
        model.register.owns("support_receivable", contract.receivable.closing)
        model.register.owes("support_payable", contract.payable.closing)

    def every(name: str, label: str) -> Line:
        return section.ahead(name, label).define(add([getattr(contract, name) for contract in each]))

    return SupportLines(
        contracts=contracts,
        granted=every("granted", "Support granted"),
        unmet=every("unmet", "Support not covered by budgets"),
        paid=every("paid", "Support paid"),
        give_back_due=every("give_back_due", "Support to be given back"),
        given_back=every("given_back", "Support given back"),
        receivable=add([contract.receivable.closing for contract in each]),
        payable=add([contract.payable.closing for contract in each]),
        by_node=_by_node(claims, contracts),
    )


def _by_node(claims: list[_Claim], contracts: Mapping[str, SupportContract]) -> dict[str, Expr]:
    """Support granted less give-back due, shared by nodes in proportion to the tonnes that count."""
    parts: dict[str, list[Expr]] = {}
    for claim in claims:
        net = contracts[claim.id].granted - contracts[claim.id].give_back_due
        counted = add([supply.paid_for for supply in claim.supplies])
        for supply in claim.supplies:
            share = net if len(claim.supplies) == 1 else net * ratio(supply.paid_for, counted)
            parts.setdefault(supply.goods.node, []).append(share)
    return {node: add(shares) for node, shares in parts.items()}


def _claim(
    model: Model, name: str, terms: Support, programme: Programme, deal: tuple[Deals, tuple[Clock, Macro]]
) -> _Claim:
    deals, (clock, macro) = deal
    section = model.section(f"support.{name}", macro.money, terms.label)
    title, starts = terms.label, clock.year_start(programme.year_end)
    contract = deals.contracts[terms.contract]
    supplies = _supplies(terms, contract)
    tonnes = add([supply.paid_for for supply in supplies])
    window = section.flag("active", f"{title}: In force", clock.between(terms.start, terms.end))
    so_far = section.ahead("supported_to_date", f"{title}: Supported, fiscal year to date", TONNE)
    before = so_far.prev * ~starts
    room = hi(0, terms.quantity * ONE_YEAR - before)
    supported = section.line("supported", f"{title}: Supported, contained", lo(tonnes * window, room), TONNE)
    so_far.define(before + supported)
    price = deals.market.index[terms.price]
    gap = section.line(
        "gap", f"{title}: Floor less reference price", hi(0, macro.convert(terms.floor) - price), price.unit
    )
    due = section.line("due", f"{title}: Top-up due", supported * KG_PER_T * gap)
    give_back = _give_back(section, terms, (supported, price), clock, macro)
    return _Claim(name, terms, section, contract.entity, supplies, supported, due, give_back)


def _supplies(terms: Support, contract: Contract) -> list[Supply]:
    """The products of a contract whose tonnes count."""
    same = [supply for supply in contract.supplies if supply.goods.terms.price == terms.price]
    return same or contract.supplies


def _give_back(section: Section, terms: Support, at: tuple[Line, Line], clock: Clock, macro: Macro) -> Line:
    """A share of the excess over the strike, capped per calendar year."""
    supported, price = at
    label = f"{terms.label}: Give-back due"
    if terms.strike is None:
        return section.ahead("give_back_due", label).define(0)
    excess = hi(0, price - macro.convert(terms.strike))
    full = section.line(
        "excess_share",
        f"{terms.label}: Share of the excess over the strike",
        supported * KG_PER_T * excess * terms.share,
    )
    if terms.share_cap is None:
        return section.line("give_back_due", label, full * 1)
    so_far = section.ahead("give_back_to_date", f"{terms.label}: Give-back, calendar year to date")
    before = so_far.prev * ~clock.year_start("December")
    due = section.line("give_back_due", label, lo(full, hi(0, macro.convert(terms.share_cap) * ONE_YEAR - before)))
    so_far.define(before + due)
    return due


def _budget(
    model: Model, name: str, terms: Programme, claims: list[_Claim], frame: tuple[Clock, Macro]
) -> dict[str, _Grant]:
    """What a programme grants to each contract, in its own currency."""
    clock, macro = frame
    section = model.section(f"programme.{name}", terms.envelope.unit, terms.label)
    starts = clock.year_start(terms.year_end)
    used = section.ahead("granted_to_date", f"{terms.label}: Granted, fiscal year to date")
    ever = section.ahead("granted_ever", f"{terms.label}: Granted so far")
    before = used.prev * ~starts
    ceiling = section.line(
        "ceiling", f"{terms.label}: Ceiling of the fiscal year", _ceiling(section, terms, used, starts, clock)
    )
    free = section.line(
        "free", f"{terms.label}: Left before this period", hi(0, lo(ceiling - before, terms.envelope - ever.prev))
    )
    grants: dict[str, _Grant] = {}
    left: Expr = free
    for priority in dict.fromkeys(round(claim.terms.priority.number) for claim in claims):
        rank = [claim for claim in claims if claim.terms.priority.number == priority]
        wanted = {
            c.id: c.section.line(
                "due_own",
                f"{c.terms.label}: Due, in the programme's currency",
                macro.to(c.due, terms.envelope),
                section.unit,
            )
            for c in rank
        }
        due = section.line(f"due.{priority}", f"{terms.label}: Due, priority {priority}", add(list(wanted.values())))
        paid = section.line(f"granted.{priority}", f"{terms.label}: Granted, priority {priority}", lo(due, left))
        left = left - paid
        for claim in rank:
            label = f"{claim.terms.label}: Granted, in the programme's currency"
            part = paid * ratio(wanted[claim.id], due)
            line = claim.section.line("granted_own", label, part, section.unit)
            grants[claim.id] = _Grant(wanted[claim.id], line)
    granted = section.ahead("granted", f"{terms.label}: Granted").define(
        add([grant.granted for grant in grants.values()])
    )
    used.define(before + granted)
    ever.define(ever.prev + granted)
    return grants


def _ceiling(section: Section, terms: Programme, used: Line, starts: Expr, clock: Clock) -> Expr:
    """The year's budget, with what was left of the last one if the programme carries it over."""
    budget = section.ahead("budget", f"{terms.label}: Budget of the fiscal year").define(terms.budget * ONE_YEAR)
    if not terms.carry_over:
        return budget
    carried = section.ahead("carried_over", f"{terms.label}: Carried over from the last fiscal year")
    unspent = lo(budget.prev, hi(0, budget.prev + carried.prev - used.prev))
    carried.define(where(starts & ~clock.first, unspent, carried.prev))
    return budget + carried


def _settle(claim: _Claim, own: _Grant, programme: Programme, frame: tuple[Clock, Macro]) -> SupportContract:
    """Grant, then pay a lag later; in the programme's currency the lag leaves a gain or loss on exchange."""
    clock, macro = frame
    section, title = claim.section, claim.terms.label
    lag = claim.terms.lag
    granted = section.line("granted", f"{title}: Granted", macro.convert(own.granted))
    unmet = section.line("unmet", f"{title}: Not covered by the budget", macro.convert(hi(0, own.due - own.granted)))
    receivable = section.account("receivable", f"{title}: Receivable")
    paid = section.line("paid", f"{title}: Paid", settled(granted, receivable, lag, clock))
    receivable.close(add=[granted], less=[paid])
    payable = section.account("payable", f"{title}: Give-back payable")
    given_back = section.line("given_back", f"{title}: Given back", settled(claim.give_back, payable, lag, clock))
    payable.close(add=[claim.give_back], less=[given_back])
    committed = section.account("committed", f"{title}: Committed by the programme, not yet paid", own.granted.unit)
    discharged = settled(own.granted, committed, lag, clock)
    cleared = section.line("settled", f"{title}: Commitment settled", discharged, own.granted.unit)
    committed.close(add=[own.granted], less=[cleared])
    spent = macro.to(paid, programme.envelope)
    paid_own = section.line("paid_own", f"{title}: Paid, in the programme's currency", spent, own.granted.unit)
    label = f"{title}: Exchange loss of the programme between grant and payment"
    section.line("net_fx", label, paid_own - cleared, paid_own.unit)
    return SupportContract(
        id=claim.id,
        terms=claim.terms,
        entity=claim.entity,
        supported=claim.supported,
        due=claim.due,
        granted=granted,
        unmet=unmet,
        paid=paid,
        give_back_due=claim.give_back,
        given_back=given_back,
        receivable=receivable,
        payable=payable,
    )
