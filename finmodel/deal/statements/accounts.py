"""What a deal reports: statements, ratios, returns, named results and checks, from the lines that the clauses offer."""

from __future__ import annotations

from finmodel.deal.context import Context
from finmodel.deal.loans import cost_of_debt
from finmodel.deal.owners import owner_loans
from finmodel.deal.owners.returns import Returns, flows
from finmodel.deal.parts import Deal
from finmodel.deal.schema import CaseTables
from finmodel.deal.statements import checks, companies, parties, statements
from finmodel.deal.statements.statements import Books, Capital, Operating
from finmodel.deal.time.calendar import ONE_YEAR
from finmodel.deal.waterfall import ratios
from finmodel.kernel.expr import add, ratio
from finmodel.kernel.folds import total
from finmodel.kernel.model import Line, Section
from finmodel.kernel.units import RATIO


def report(context: Context, case: CaseTables, deal: Deal) -> Line:
    """Declare statements, ratios, returns, results and checks; returns the net profit of a period."""
    books = _statements(context, deal)
    differences = companies.close(deal.within, case, deal.works, deal.tax, books)
    if deal.sized is not None and deal.covers is not None and deal.plan is not None:
        life = ratios.lives(context, deal.covers, deal.senior, deal.plan.dates, deal.sized)
        ratios.summary(deal.covers, life)
    _returns(context, case, deal)
    _results(context, case, deal)
    checks.build(context, case, deal, books, differences)
    parties.build(context, case, deal.works.support)
    return books.profit


def _statements(context: Context, deal: Deal) -> Books:
    """Income statement and balance sheet."""
    works = deal.works
    depreciation = statements.depreciation(context, works.capex.depreciation, deal.funding.finance_cost)
    sales, support = works.sales, works.support
    operating = Operating(
        revenue=sales.billed - sales.deferred_added + sales.deferred_released + works.hook("other_revenue"),
        support=support.net_granted,
        incentive=add([credit.earned for credit in works.public.incentives.values()]),
        cost=works.costs.billed + works.hook("other_cost"),
        stock_increase=works.inventory.increase,
        financing_cost=deal.fees,
        depreciation=depreciation,
        tax=add([entity.accrued + entity.fx for entity in deal.tax]) + works.hook("other_tax"),
        interest_earned=deal.reserve_interest,
    )
    profit = statements.income(context, operating, deal.loans)
    paid = deal.paid
    capital = Capital(deal.paid_in, paid.distributions, deal.capital_repaid, paid.distributable)
    return statements.balance(context, profit, capital)


def _returns(context: Context, case: CaseTables, deal: Deal) -> None:
    """Rates of return, present values and payback (F28)."""
    found = Returns(context, case.returns, case.timeline, case.npv.timing)
    works = deal.works
    project = works.cash + works.refunds - works.capex.spent + deal.grants_received
    tax = add([entity.transfer for entity in deal.notional_tax]) + works.hook("other_tax")
    withheld = [owner.withheld for owner in deal.owners if owner.withheld is not None]
    to_owners = deal.paid.distributions - add(list(withheld)) if withheld else deal.paid.distributions
    owners = owner_loans.join(deal.owners, deal.loans)
    lent = [owner.net_loans for owner in owners if owner.net_loans is not None]
    net = flows(found.section, project, tax, add([to_owners, *lent]) - deal.paid_in)
    found.rate("project_irr_pre_tax", "Project IRR before tax", net.project)
    found.rate("project_irr_post_tax", "Project IRR after tax", net.project_post_tax)
    by_periods = found.rate("equity_irr", "Equity IRR", net.equity) * ONE_YEAR
    found.dated_rate("equity_xirr", "Equity IRR by dates", net.equity, near=by_periods)
    found.present_value("npv_post_tax", "Project net present value after tax", net.project_post_tax)
    found.equity_value(net.equity)
    found.payback("payback_years", "Payback of the project after tax, years", net.project_post_tax)
    found.classes(owners)
    cost_of_debt.build(found, deal.borrowed, deal.cover.insured, context.clock)
    if works.support.public:
        support = found.section.line(
            "net_support_flow", "Support paid less given back", works.support.paid - works.support.given_back
        )
        found.present_value("support_net_pv", "Net support, present value", support)


def _results(context: Context, case: CaseTables, deal: Deal) -> None:
    """Totals by name: gearing, debt, support."""
    model = context.model
    section = model.section("results", context.money.money, "Results")
    drawn = {loan.id: section.line(f"debt.{loan.id}", f"{loan.label}: Drawn", total(loan.drawn)) for loan in deal.loans}
    for name, line in drawn.items():
        model.metric(f"debt.{name}", line)
    if deal.senior:
        _gearing(section, deal, case.sizing.grants_net, drawn)
    for name, line in deal.works.own.metrics.items():
        model.metric(name, line)
    support = deal.works.support
    if support.public:
        for name, label, line in (
            ("support_paid", "Support paid", support.paid),
            ("support_given_back", "Support given back", support.given_back),
            ("support_unmet", "Support not covered by budgets", support.unmet),
        ):
            model.metric(name, section.line(name, label, total(line)))
        net = section.line(
            "net_support", "Support paid less given back", total(support.paid) - total(support.given_back)
        )
        model.metric("support_net", net)


def _gearing(section: Section, deal: Deal, net: bool, drawn: dict[str, Line]) -> None:
    """Senior debt over uses, by the case's own rule on grants, and the variants that others quote (F27)."""
    funding = deal.funding
    later = [loan.id for loan in deal.loans if loan.terms.refinances]
    senior = add([drawn[loan.id] for loan in deal.senior if loan.id not in later])
    debt = add([line for id, line in drawn.items() if id not in [*funding.taken_out, *later]])
    paid_in = section.line("paid_in", "Equity paid in", total(funding.equity))
    rows = (
        ("gearing", "Senior debt over total uses", senior, funding.net_uses if net else funding.total_uses),
        ("gearing_net", "Senior debt over uses less grants", senior, funding.net_uses),
        ("gearing_all", "All debt over total uses", debt, funding.total_uses),
        ("gearing_capital", "Senior debt over senior debt and equity", senior, senior + paid_in),
    )
    for name, label, above, below in rows:
        section.model.metric(name, section.line(name, label, ratio(above, below), RATIO))
