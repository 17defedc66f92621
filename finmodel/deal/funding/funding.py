"""Funding: uses in construction and the sources that pay for them, equal in every period.

Sign:    uses and sources are positive.
Timing:  facilities are drawn pro rata to the uses they share, up to their commitments, at period end; grants and
         income before completion come first; equity pays the rest. Fees and interest on opening balances are never
         circular.
Source:  decisions on excess uses (F8), gearing and income before completion (F27); "uses" as in a lenders'
         sources-and-uses table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.funding import bridge, overrun
from finmodel.deal.funding.bridge import Bridged
from finmodel.deal.loans.facility import Loan
from finmodel.deal.loans.terms import FundingTerms
from finmodel.deal.sizing.sizing import Unknowns
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Const, Expr, Given, add, hi, lo, ratio
from finmodel.kernel.folds import total
from finmodel.kernel.model import Line, Section


@dataclass(frozen=True, eq=False, repr=False)
class Needs:
    """What is to be paid in construction, beside financing costs; money in the reporting currency."""

    capex: Line
    operations: Expr
    premium: Line
    dsra: Expr
    grants: Expr


@dataclass(frozen=True, eq=False, repr=False)
class Funding:
    """Uses and sources; `surplus` is money from grants and operations beyond the period's uses.

    `shared_total` and `equity_target` are totals that the engine must find; `equity_total` is what owners pay in.
    `taken_out` is what draws of senior debt repay of bridge loans: beside the uses, which bridges paid for before.
    """

    section: Section
    uses: Line
    grants: Line
    income: Line
    surplus: Line
    draws: dict[str, Line]
    taken_out: dict[str, Line]
    equity: Line
    equity_target: Line
    equity_total: Line
    shared: Line
    shared_total: Line
    total_uses: Line
    net_uses: Line
    initial_cash: Line
    finance_cost: Line


def build(context: Context, terms: FundingTerms, needs: Needs, loans: Sequence[Loan], solved: Unknowns) -> Funding:
    """Declare uses and sources; the total of the uses that facilities share, and of equity, are solved.

    Args:
        context: The deal's model, time and money.
        terms: How the case funds construction.
        needs: What is to be paid, beside financing costs.
        loans: The facilities that are there at close.
        solved: What the engine finds.
    """
    clock, money = context.clock, context.money
    section = context.model.section("funding", money.money, "Funding")
    paid_idc = [loan.idc for loan in loans if not loan.terms.capitalise]
    idc = section.line("idc", "Interest during construction, paid", add(paid_idc))
    fees = section.line(
        "fees", "Financing fees in construction", add([loan.fees + loan.agency * clock.construction for loan in loans])
    )
    premium = section.line("premium", "Cover premium in construction", needs.premium * clock.construction)
    reserve = section.line("reserve", "Initial debt service reserve", needs.dsra)
    start_cash = Const(0) if terms.initial_cash is None else money.convert(terms.initial_cash) * clock.last_construction
    initial_cash = section.line("initial_cash", "Initial working capital", start_cash)
    early = needs.operations * clock.construction
    cost = section.line("operating_cost", "Operating cost before completion", hi(0, -early))
    income = section.line("income", "Operating income before completion", hi(0, early))
    early_debt = [loan.early for loan in loans if loan.early is not None]
    every = [needs.capex, cost, idc, fees, premium, reserve, initial_cash, *early_debt]
    uses = section.line("uses", "Uses of funds", add(every))
    grants = section.line("grants_received", "Grants received in construction", needs.grants * clock.construction)
    net = section.line("net_need", "Uses less grants and income", hi(0, uses - grants - income))
    surplus = section.line("surplus", "Grants and income beyond the uses of the period", hi(0, grants + income - uses))
    alone: list[Expr] = [idc] if terms.idc_funded_by == "equity" else []
    if clock.delays:
        alone += [section.line("late", "Uses of lateness", _late([cost, fees, premium], idc, early_debt, alone, clock))]
    shared = section.line(
        "shared", "Uses that facilities share", hi(0, net - add(alone)) if alone else net * clock.construction
    )
    drawn = _drawings(section, [loan for loan in loans if not loan.terms.standby], shared, solved.shared_uses)
    needed = net - add(list(drawn.draws.values())) + add(list(drawn.taken_out.values()))
    owners = _equity(section, terms, loans, needed, solved.equity)
    finance_cost = section.line(
        "finance_cost", "Financing cost of construction, capitalised", _finance_cost(loans, fees, premium, clock)
    )
    return Funding(
        section=section,
        uses=uses,
        grants=grants,
        income=income,
        surplus=surplus,
        draws={**drawn.draws, **owners.standby},
        taken_out=drawn.taken_out,
        equity=owners.equity,
        equity_target=owners.target,
        equity_total=owners.whole,
        shared=shared,
        shared_total=section.line("shared_total_target", "Total of the uses that facilities share", total(shared)),
        total_uses=section.line("total_uses", "Total uses", total(uses)),
        net_uses=section.line("net_uses", "Total uses less grants", total(uses) - total(grants)),
        initial_cash=initial_cash,
        finance_cost=finance_cost,
    )


@dataclass(frozen=True, eq=False, repr=False)
class _Equity:
    """What owners pay in and its total, the total that the engine must find, and what standby facilities draw."""

    equity: Line
    whole: Line
    target: Line
    standby: dict[str, Line]


def _equity(section: Section, terms: FundingTerms, loans: Sequence[Loan], needed: Expr, committed: Given) -> _Equity:
    """What owners pay in, and what standby facilities draw in their place beyond the commitment."""
    standby = [loan for loan in loans if loan.terms.standby]
    if not standby:
        equity = section.line("equity", "Equity paid in", needed)
        paid = section.line("equity_target", "Equity paid in, total", total(equity))
        return _Equity(equity, paid, paid, {})
    whole = section.line("equity_needed", "Needed beside facilities and grants", needed)
    target = section.line("equity_target", "Needed beside facilities and grants, total", total(whole))
    draws = overrun.build(section, standby, whole, committed, terms.overrun_debt)
    equity = section.line("equity", "Equity paid in", whole - add(list(draws.values())))
    paid = section.line("equity_total", "Equity paid in, total", total(equity))
    return _Equity(equity, paid, target, draws)


def _drawings(section: Section, loans: Sequence[Loan], shared: Line, shared_total: Given) -> Bridged:
    """Each facility's part of the uses; bridge loans stand in for senior debt until it takes them out."""
    bridges = [loan for loan in loans if loan.terms.rank == "bridge"]
    senior = [loan for loan in loans if loan.terms.rank == "senior" and bridges]
    commitments = add([loan.commitment for loan in loans if loan not in bridges])
    whole = section.line("drawing_base", "Uses or commitments, whichever is more", hi(shared_total, commitments))
    draws = {loan.id: _draw(section, loan, shared, whole) for loan in loans if loan not in [*bridges, *senior]}
    if not bridges:
        return Bridged(draws, {})
    bridged = bridge.build(section, senior, bridges, shared, whole)
    return Bridged({**draws, **bridged.draws}, bridged.taken_out)


def _late(costs: list[Line], idc: Line, principal: list[Line], alone: list[Expr], clock: Clock) -> Expr:
    """What lateness costs is the owners' alone: running costs after planned completion, and debt falling due."""
    running = costs if alone else [*costs, idc]
    return add([add([*running]) * clock.due * clock.construction, *principal])


def _draw(section: Section, loan: Loan, shared: Line, whole: Line) -> Line:
    """The facility's share of the period's uses, up to what is left of its commitment."""
    wanted = shared * ratio(loan.commitment, whole)
    return section.line(f"draw.{loan.id}", f"Drawing, {loan.label}", lo(wanted, hi(0, loan.commitment - loan.before)))


def _finance_cost(loans: Sequence[Loan], fees: Line, premium: Line, clock: Clock) -> Expr:
    """Interest accrued before completion, whoever pays it, with fees and premium."""
    return add([loan.interest * clock.construction for loan in loans]) + fees + premium
