"""START HERE on this floor: the clauses of a deal, called in the order in which they depend on each other.

time and macro → operations → facilities opened → cover, reserve, funding → tax → CFADS → sizing → waterfall →
facilities closed → owners → statements → ratios → returns → checks. What a later clause decides and an earlier one
needs (how much debt) is a solved input.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from finmodel.deal import cfads, extra, operations
from finmodel.deal.capital import claw_back
from finmodel.deal.cfads import CashFlow
from finmodel.deal.completion import completion
from finmodel.deal.context import Context
from finmodel.deal.cover import claims, cover
from finmodel.deal.cover.cover import CoverLines
from finmodel.deal.cover.lenders import Paid
from finmodel.deal.funding import funding
from finmodel.deal.funding.funding import Funding, Needs
from finmodel.deal.loans import closing, facility, refinancing
from finmodel.deal.loans.cost_of_debt import Borrowed
from finmodel.deal.loans.facility import Loan, Terms
from finmodel.deal.loans.refinancing import Refinanced
from finmodel.deal.loans.terms import Facility
from finmodel.deal.market import macro
from finmodel.deal.operations import Operations
from finmodel.deal.owners import equity
from finmodel.deal.owners.equity import Signed
from finmodel.deal.parts import Deal
from finmodel.deal.reserves import debt_service, set_aside
from finmodel.deal.reserves.debt_service import ServiceReserve
from finmodel.deal.reserves.set_aside import SetAside
from finmodel.deal.schema import CaseTables
from finmodel.deal.short_term import lines
from finmodel.deal.short_term.lines import ShortDebt
from finmodel.deal.sizing import plan, sizing
from finmodel.deal.sizing.plan import Plan
from finmodel.deal.sizing.sizing import Cash, Room, Sizing, Unknowns
from finmodel.deal.statements import companies
from finmodel.deal.statements.accounts import report
from finmodel.deal.support import contracted_support
from finmodel.deal.support.claim import Deals
from finmodel.deal.tax import taxes, withholding
from finmodel.deal.tax.taxes import Financing
from finmodel.deal.tax.withholding import Treasury
from finmodel.deal.time import timing
from finmodel.deal.time.timing import Clock
from finmodel.deal.waterfall import covenants, outlook, ratios, waterfall
from finmodel.deal.waterfall.covenants import Signing
from finmodel.deal.waterfall.desk import Desk, Inflows, Tests
from finmodel.deal.waterfall.ratios import Cover
from finmodel.deal.waterfall.terms import WaterfallTerms
from finmodel.deal.waterfall.waterfall import Waterfall
from finmodel.kernel.expr import Const, Expr, Given, add
from finmodel.kernel.model import Line, Model
from finmodel.kernel.timeline import Timeline
from finmodel.kernel.units import PER_YEAR


@dataclass(frozen=True, eq=False, repr=False)
class _Debt:
    """Facilities while the deal is being declared."""

    loans: list[Loan]
    senior: list[Loan]
    cover: CoverLines
    grants_received: Line
    plan: Plan | None
    reserve: ServiceReserve
    saved: list[SetAside]
    earned: Line
    funding: Funding
    refinanced: Refinanced
    fees: Line
    short: ShortDebt


@dataclass(frozen=True, eq=False, repr=False)
class _Tested:
    """The plan with the dates on which cover is tested, and the covers; None without sized debt."""

    plan: Plan | None
    covers: Cover | None


@dataclass(frozen=True, eq=False, repr=False)
class _Paid:
    """What the waterfall paid, and the facilities as they are closed with it."""

    flows: Waterfall
    borrowed: list[Borrowed]


def build(case: CaseTables, timeline: Timeline, places: Mapping[str, str] | None = None) -> Model:
    """Declare every line of a deal.

    Args:
        places: Where each of the extra lines stands in the case, for messages.

    Raises:
        ModelError: Lines that do not make a model; the reader of cases refuses most of what could cause it.
    """
    model = Model(timeline)
    clock = timing.build(model, case.timeline, case.completion)
    context = Context(model, clock, macro.build(model, case.inflation, case.fx, clock, case.currency))
    curves = {name: _curve(context, name, rate) for name, rate in case.curve.items()}
    solved = sizing.unknowns(context)
    works = operations.build(context, case)
    debt = _borrow(context, case, works, solved, curves)
    within = companies.begin(context, case)
    owed = {name: account.interest for name, account in within.items()}
    paid_tax, notional_tax = taxes.build(context, case.entity, works, _financing(debt, owed, clock))
    cash = cfads.build(context, works, paid_tax, debt.fees, debt.saved)
    sized = _size(context, case, works, debt, solved, cash.cfads)
    tested = _covers(context, case.waterfall, debt, sized, solved)
    paid = _pay(context, case, works, debt, cash, _tests(context, case, works, debt, tested.covers))
    clawed = claw_back.build(context, works.capex.grants, case.entity, paid.flows.distributions)
    flows = replace(paid.flows, distributions=clawed.distributions)
    paid_in = waterfall.paid_in(debt.funding.equity, flows)
    signed = Signed(solved.equity, withholding.treasury(case))
    profit = report(
        context,
        case,
        Deal(
            works=works,
            loans=debt.loans,
            borrowed=paid.borrowed,
            cover=debt.cover,
            grants_received=debt.grants_received,
            fees=debt.fees,
            reserve_interest=debt.earned,
            saved=debt.saved,
            funding=debt.funding,
            tax=paid_tax,
            notional_tax=notional_tax,
            cfads=cash.cfads,
            paid=flows,
            paid_in=paid_in,
            capital_repaid=waterfall.capital_repaid(flows),
            owners=equity.build(context, case.equity, paid_in, flows.distributions, signed),
            solved=solved,
            plan=tested.plan,
            sized=sized,
            covers=tested.covers,
            within=within,
            short=debt.short,
        ),
    )
    claw_back.close(clawed, profit)
    extra.define(works.extra, case.extra_lines, places or {})
    sizing.search(context, solved, sized, debt.funding.shared_total, debt.funding.equity_target)
    return model


def _curve(context: Context, name: str, rate: Given) -> Line:
    """Declare a base rate; returns it [1/year]."""
    return context.model.section(f"curve.{name}", PER_YEAR, f"Base rate {name}").line(
        "rate", f"Base rate, {name}", rate
    )


def _borrow(
    context: Context, case: CaseTables, works: Operations, solved: Unknowns, curves: Mapping[str, Line]
) -> _Debt:
    """Open the facilities, insure them, plan the reserve and fund construction."""
    clock = context.clock
    borrower = next((name for name, entity in case.entity.items() if entity.borrower), "")
    tax = withholding.treasury(case)
    loans = [
        facility.open_loan(context, name, terms, _terms(context, terms, solved, curves, tax, borrower))
        for name, terms in case.facility.items()
    ]
    senior = [loan for loan in loans if loan.terms.rank == "senior"]
    insured = cover.build(context, case.cover, loans)
    sized = [loan for loan in senior if loan.terms.sized]
    ahead = plan.build(context, sized) if sized else None
    if ahead is not None:
        ahead = replace(ahead, moved=outlook.build(context, case, works))
    later = [loan for loan in senior if loan.terms.refinances]
    reserve = debt_service.service(context, case.reserve.dsra, ahead, later)
    saved = set_aside.build(context, case, works)
    grants = works.capex.section.ahead("grants_received", "Grants received").define(works.capex.grants_received)
    needs = Needs(works.capex.spent, works.cash + works.refunds, insured.premium, reserve.funding, grants)
    at_close = [loan for loan in loans if not loan.terms.refinances]
    funded = funding.build(context, case.funding, needs, at_close, solved)
    refinanced = refinancing.build(loans, borrower, clock)
    fees = insured.section.ahead("operating_fees", "Cover premium and agency fees in operation")
    yearly = (insured.premium + add([loan.agency for loan in loans])) * clock.completed
    fees.define(yearly if reserve.letter is None else yearly + reserve.letter.fee)
    if reserve.letter is not None:
        context.register.taxes(-reserve.letter.interest, borrower)
    earned = set_aside.interest(reserve, saved)
    short = lines.build(context, case, works, curves)
    return _Debt(loans, senior, insured, grants, ahead, reserve, saved, earned, funded, refinanced, fees, short)


def _terms(
    context: Context, terms: Facility, solved: Unknowns, curves: Mapping[str, Line], tax: Treasury, borrower: str
) -> Terms:
    """What a facility reads of the deal: how much it is, its schedule where sizing makes one, who borrows, what tax."""
    commitment: Expr = Const(0) if terms.amount is None else context.money.convert(terms.amount)
    if terms.sized:
        commitment = solved.debt if terms.share is None else solved.debt * terms.share
    schedule: Given | None = solved.schedule if terms.profile == "sculpted" and terms.rank == "senior" else None
    base_rate = None if terms.rate is not None or terms.curve is None else curves[terms.curve]
    return Terms(commitment, schedule, base_rate, borrower, tax.keeps(terms.withholding))


def _financing(debt: _Debt, within: Mapping[str, Line], clock: Clock) -> Financing:
    """Interest is deducted as it accrues in operation; what accrues before is part of the basis."""
    accrued = [loan.interest * clock.completed for loan in debt.loans]
    late = [loan.default_interest for loan in debt.loans if loan.default_interest is not None]
    interest, fees = add([*accrued, *late, *debt.short.interest]), add([debt.fees, *debt.short.fees])
    return Financing(interest, fees, debt.funding.finance_cost, debt.earned, within)


def _size(
    context: Context, case: CaseTables, works: Operations, debt: _Debt, solved: Unknowns, earned: Line
) -> Sizing | None:
    if debt.plan is None:
        return None
    support = works.support
    counts = case.sizing.support == "contract"
    counted = [one for one in support.contracts.values() if counts or not one.public]  # a buyer's floor always (F9)
    deals = Deals(works.sales.contracts, works.market, case.entity)
    revenue = contracted_support.with_support(context, works.sales.secured, counted, deals)
    cash = Cash(earned, support.paid - support.given_back, revenue)
    others = add([loan.committed for loan in debt.loans if _lasting(loan)])
    geared = debt.funding.net_uses if case.sizing.grants_net else debt.funding.total_uses
    room = Room(debt.funding.total_uses, geared, debt.funding.shared_total, others)
    return sizing.build(context, case.sizing, debt.plan, solved, cash, room)


def _lasting(loan: Loan) -> bool:
    """Whether a facility takes room of the base budget that senior debt cannot have."""
    return loan.terms.rank not in ("senior", "bridge") and not loan.terms.standby and not loan.terms.refinances


def _covers(context: Context, terms: WaterfallTerms, debt: _Debt, sized: Sizing | None, solved: Unknowns) -> _Tested:
    """The plan with the dates that are tested, and the covers on them."""
    if debt.plan is None:
        return _Tested(None, None)
    tested = replace(debt.plan, dates=plan.tested(debt.plan, debt.senior))
    covers = None if sized is None else ratios.cover(context, debt.senior, sized, tested, solved, terms)
    return _Tested(tested, covers)


def _tests(context: Context, case: CaseTables, works: Operations, debt: _Debt, covers: Cover | None) -> Tests:
    """What a distribution must pass, and what stops mezzanine and all junior payments."""
    clock = context.clock
    # at the end of the deal a test that was never passed protects nobody any more: what is left goes to the owners
    passed = works.passed if isinstance(works.passed, Const) else works.passed | clock.last
    if covers is None or debt.plan is None:
        return covenants.without_senior(clock, passed)
    late = completion.beyond(case.completion, clock)
    begun = debt.plan.dates.number >= 1
    return covenants.tests(context, covers, Signing(case.waterfall, debt.loans, begun, passed, late))


def _pay(context: Context, case: CaseTables, works: Operations, debt: _Debt, cash: CashFlow, tests: Tests) -> _Paid:
    """Run the waterfall and close the facilities with what it paid."""
    clock = context.clock
    grants = (debt.grants_received + works.refunds) * clock.completed
    other = grants + debt.funding.surplus + debt.funding.initial_cash
    other = other if tests.cure is None else other + tests.cure
    without = cash.cfads + other + debt.earned
    if debt.short.net_cash is not None:
        other = other + debt.short.net_cash
    inflows = Inflows(cash.cfads, other, debt.reserve, debt.earned, works.market, works.closure)
    desk = Desk(context, case.waterfall, inflows, tests)
    paid = waterfall.run(desk, debt.loans, debt.refinanced)
    interest, principal = paid.interest, {**debt.funding.taken_out, **paid.principal}
    draws = {**debt.funding.draws, **debt.refinanced.draws}
    parts = debt.refinanced.repaid, paid.prepaid
    gone = {loan.id: [part[loan.id] for part in parts if loan.id in part] for loan in debt.loans}
    borrowed = []
    for loan in debt.loans:
        paid_interest = interest.get(loan.id, Const(0))
        repaid = closing.close_loan(loan, draws[loan.id], paid_interest, principal[loan.id], gone[loan.id], clock)
        breaks = [costs[loan.id] for costs in (paid.breaks, debt.refinanced.breaks) if loan.id in costs]
        borrowed.append(Borrowed(loan, repaid, breaks))
    lines.close(debt.short, paid, without)
    seen = Paid(interest, principal, gone, works.events, works.cash_lost, cash.blocked)
    claims.build(context, debt.cover.insured, debt.loans, seen)
    return _Paid(paid, borrowed)
