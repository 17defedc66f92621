"""Operations of the deal, from prices to working capital: everything before debt and owners."""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal import extra
from finmodel.deal.capital import capex, closure
from finmodel.deal.capital.capex import CapexLines
from finmodel.deal.capital.closure import ClosureLines
from finmodel.deal.completion import completion
from finmodel.deal.context import Context
from finmodel.deal.costs import costs, working
from finmodel.deal.costs.costs import Costs, Income
from finmodel.deal.costs.working import Working
from finmodel.deal.cover import events
from finmodel.deal.cover.events import Events
from finmodel.deal.extra import Extras
from finmodel.deal.market import prices
from finmodel.deal.market.prices import Market
from finmodel.deal.own import joining
from finmodel.deal.own.face import Seen
from finmodel.deal.own.joining import Own
from finmodel.deal.plant import chain, inventory, recycling
from finmodel.deal.plant.chain import Plants
from finmodel.deal.plant.goods import Chain
from finmodel.deal.plant.inventory import Inventory, Stock
from finmodel.deal.sales import offtake
from finmodel.deal.sales.sold import Sales
from finmodel.deal.schema import CaseTables
from finmodel.deal.shutdown import shutdown
from finmodel.deal.shutdown.shutdown import Shut
from finmodel.deal.support import subsidy, support
from finmodel.deal.support.subsidy import SubsidyLines
from finmodel.deal.support.support import Deals, SupportLines
from finmodel.deal.tax import incentive, investment_credit
from finmodel.deal.tax.incentive import IncentiveLines
from finmodel.deal.tax.investment_credit import Refund
from finmodel.kernel.expr import Expr, add
from finmodel.kernel.model import Line


@dataclass(frozen=True, eq=False, repr=False)
class Public:
    """Public money beside price support: production incentives, refunded credits and subsidies."""

    incentives: dict[str, IncentiveLines]
    refunds: dict[str, Refund]
    subsidies: dict[str, SubsidyLines]

    @property
    def received(self) -> list[Line]:
        """What joins the cash of operations in a period."""
        return [
            *(credit.received for credit in self.incentives.values()),
            *(one.received for one in self.subsidies.values()),
        ]


@dataclass(frozen=True, eq=False, repr=False)
class Operations:
    """Lines of operations; `cash` is what they bring before tax and financing [reporting currency per period].

    `passed` is 1 once completion is proved by the test that the case states.
    """

    chain: Chain
    sales: Sales
    costs: Costs
    inventory: Inventory
    stocks: dict[str, Stock]
    market: Market
    support: SupportLines
    capex: CapexLines
    public: Public
    working: Working
    own: Own
    extra: Extras
    passed: Expr
    cash: Line
    refunds: Expr
    events: Events
    cash_lost: Line | None
    closure: ClosureLines | None

    def hook(self, name: str) -> Expr:
        """An extra line that joins the deal's cash; 0 when the case has none.

        Args:
            name: Name of the hook.
        """
        return self.extra.hook(name)


def build(context: Context, case: CaseTables) -> Operations:
    """Declare operations in the order in which goods and money move.

    Raises:
        ModelError: Nodes feed each other, or a currency has no rate; the reader of cases refuses both.
    """
    money = context.money.money
    market = prices.build(context, case.price)
    happening = events.build(context, case)
    terms = case.shutdown
    shut = None if terms is None else shutdown.begin(context, terms, market.index[terms.price])
    owners = {name: entity.label for name, entity in case.entity.items()}
    running = None if shut is None else shut.running
    nodes = chain.build(context, Plants(case.node, case.product, happening.left, running, owners), market)
    sales = offtake.build(context, case.offtake, nodes, market)
    deals = Deals(sales.contracts, market, case.entity)
    supported = support.build(context, case.support, case.programme, deals, sales.all_imputed)
    income = Income(sales, supported)
    spending = _costs(context, case, nodes, income, shut)
    stocks = inventory.tonnes(nodes, sales.held)
    stock = inventory.build(context, nodes, spending, stocks)
    if recycling.used(case.node):
        recycling.build(context, nodes, stocks, sales.gone)
    plant = capex.build(context, case, nodes)
    public = _public(context, case, nodes, spending, plant)
    own = joining.build(Seen(case, nodes, income, market, context), spending)
    balances = working.build(context, own.sales.sales, own.costs.spends)
    extras = extra.declare(context, case.extra_lines)
    borrower = next((name for name, entity in case.entity.items() if entity.borrower), "")
    late = completion.build(context, case.completion, borrower, list(nodes.plants.values()))
    section = context.model.section("operations", money, "Operations")
    came = [balances.received, supported.paid, *supported.from_buyers, *public.received]
    went = [balances.paid, supported.given_back, *supported.to_buyers, plant.sustaining]
    cash = add([*came, extras.hook("other_revenue")]) - add([*went, extras.hook("other_cost")])
    if case.completion is not None:
        cash = cash + late.damages - late.cost
    closed = None if case.closure is None else closure.build(context, case.closure)
    net = section.line("net_cash", "Cash of operations before tax", cash if closed is None else cash + closed.cash)
    return Operations(
        chain=nodes,
        sales=own.sales,
        costs=own.costs,
        inventory=stock,
        stocks=stocks,
        market=market,
        support=supported,
        capex=plant,
        public=public,
        working=balances,
        own=own,
        extra=extras,
        passed=late.passed,
        cash=net,
        refunds=add([lines.received for lines in public.refunds.values()]),
        events=happening,
        cash_lost=events.cash_lost(context, case, happening, nodes, market),
        closure=closed,
    )


def _costs(context: Context, case: CaseTables, nodes: Chain, income: Income, shut: Shut | None) -> Costs:
    """Operating cost, and the margin by which output is shut down."""
    spending = costs.build(context, case.cost, nodes, income, None if shut is None else shut.fixed)
    if shut is not None:
        shutdown.end(context, shut, add([income.of(node) for node in nodes.main]), spending.billed)
    return spending


def _public(context: Context, case: CaseTables, nodes: Chain, spending: Costs, plant: CapexLines) -> Public:
    credits = _incentives(context, case, spending)
    refunds = _refunds(context, case, plant)
    green = {name: subsidy.build(context, name, terms, nodes.main[terms.node]) for name, terms in case.subsidy.items()}
    return Public(credits, refunds, green)


def _incentives(context: Context, case: CaseTables, spending: Costs) -> dict[str, IncentiveLines]:
    """The production incentive of each entity that has one, on its flagged costs."""
    credits = {}
    for name, entity in case.entity.items():
        if entity.incentive is None:
            continue
        flagged = [spend.billed for spend in spending.spends if spend.incentive and spend.entity == name]
        cost = spending.section.ahead(f"flagged.{name}", f"{entity.label}: Cost flagged for the incentive")
        cost.define(add(list(flagged)))
        credits[name] = incentive.build(context, name, entity.label, entity.incentive, cost)
    return credits


def _refunds(context: Context, case: CaseTables, plant: CapexLines) -> dict[str, Refund]:
    """The refundable investment credits."""
    return {
        name: investment_credit.refunded(context, name, entity.label, entity.investment_credit, plant.basis_added[name])
        for name, entity in case.entity.items()
        if entity.investment_credit is not None and entity.investment_credit.refundable
    }
