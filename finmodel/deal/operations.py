"""Operations of the deal, from prices to working capital: everything before debt and owners."""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal import extra
from finmodel.deal.capital import capex, closure
from finmodel.deal.capital.capex import CapexLines
from finmodel.deal.capital.closure import ClosureLines
from finmodel.deal.completion import completion
from finmodel.deal.costs import costs, working
from finmodel.deal.costs.costs import Costs, Income
from finmodel.deal.costs.working import Working
from finmodel.deal.cover import events
from finmodel.deal.cover.events import Events
from finmodel.deal.market import prices
from finmodel.deal.market.macro import Macro
from finmodel.deal.market.prices import Market
from finmodel.deal.plant import chain, inventory, recycling
from finmodel.deal.plant.chain import Chain, Plants
from finmodel.deal.plant.inventory import Inventory, Stock
from finmodel.deal.sales import offtake
from finmodel.deal.sales.offtake import Sales
from finmodel.deal.schema import CaseTables
from finmodel.deal.shutdown import shutdown
from finmodel.deal.support import subsidy, support
from finmodel.deal.support.support import Deals, SupportLines
from finmodel.deal.tax import incentive, investment_credit
from finmodel.deal.tax.incentive import IncentiveLines
from finmodel.deal.tax.investment_credit import Refund
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Const, Expr, add
from finmodel.kernel.model import Line, Model


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
    incentives: dict[str, IncentiveLines]
    working: Working
    extra: dict[str, Line]
    passed: Expr
    cash: Line
    refunds: Expr
    events: Events
    cash_lost: Line | None
    closure: ClosureLines | None

    def hook(self, name: str) -> Expr:
        """An extra line that joins the deal's cash; 0 when the case has none."""
        return self.extra.get(name, Const(0))


def build(model: Model, case: CaseTables, frame: tuple[Clock, Macro]) -> Operations:
    """Declare operations in the order in which goods and money move."""
    clock, macro = frame
    market = prices.build(model, case.price, macro)
    happening = events.build(model, case, clock)
    terms = case.shutdown
    shut = None if terms is None else shutdown.begin(model, terms, market.index[terms.price], frame)
    running, fixed = (None, None) if shut is None else (shut.running, shut.fixed)
    owners = {name: entity.label for name, entity in case.entity.items()}
    nodes = chain.build(model, Plants(case.node, case.product, happening.left, running, owners), market, frame)
    sales = offtake.build(model, case.offtake, nodes, market, frame)
    deals = Deals(sales.contracts, market, case.entity)
    supported = support.build(model, case.support, case.programme, deals, frame)
    income = Income(sales, supported)
    spending = costs.build(model, case.cost, nodes, income, fixed, frame)
    if shut is not None:
        shutdown.end(shut, add([income.of(node) for node in nodes.main]), spending.billed, frame)
    stocks = inventory.tonnes(nodes, sales.held)
    stock = inventory.build(model, nodes, spending, stocks, macro)
    if recycling.used(case.node):
        recycling.build(model, case.node, nodes, stocks, sales.gone)
    plant = capex.build(model, case, nodes, frame)
    credits = _incentives(model, case, spending, clock)
    refunds = _refunds(model, case, plant, clock)
    made = {name: nodes.main[terms.node] for name, terms in case.subsidy.items()}
    green = [subsidy.build(model, name, terms, made[name], frame) for name, terms in case.subsidy.items()]
    money = working.build(model, sales.sales, spending.spends, clock, macro)
    extras = extra.declare(model, case.extra_lines, macro.money)
    borrower = next((name for name, entity in case.entity.items() if entity.borrower), "")
    late = completion.build(model, case.completion, borrower, (nodes, case.node), frame)
    section = model.section("operations", macro.money, "Operations")
    public = [credit.received for credit in credits.values()]
    public += [lines.received for lines in green]
    came = [money.received, supported.paid, *supported.from_buyers, *public]
    went = [money.paid, supported.given_back, *supported.to_buyers, plant.sustaining]
    cash = add([*came, extras.get("other_revenue", Const(0))]) - add([*went, extras.get("other_cost", Const(0))])
    if case.completion is not None:
        cash = cash + late.damages - late.cost
    closed = None if case.closure is None else closure.build(model, case.closure, frame)
    net = section.line("net_cash", "Cash of operations before tax", cash if closed is None else cash + closed.cash)
    return Operations(
        chain=nodes,
        sales=sales,
        costs=spending,
        inventory=stock,
        stocks=stocks,
        market=market,
        support=supported,
        capex=plant,
        incentives=credits,
        working=money,
        extra=extras,
        passed=late.passed,
        cash=net,
        refunds=add([lines.received for lines in refunds]),
        events=happening,
        cash_lost=events.cash_lost(model, case, happening, nodes, market, frame),
        closure=closed,
    )


def _incentives(model: Model, case: CaseTables, spending: Costs, clock: Clock) -> dict[str, IncentiveLines]:
    """The production incentive of each entity that has one, on its flagged costs."""
    credits = {}
    for name, entity in case.entity.items():
        if entity.incentive is None:
            continue
        flagged = [spend.billed for spend in spending.spends if spend.incentive and spend.entity == name]
        cost = model.sections["costs"].ahead(f"flagged.{name}", f"{entity.label}: Cost flagged for the incentive")
        credits[name] = incentive.build(
            model, name, entity.label, entity.incentive, cost.define(add(list(flagged))), clock
        )
    return credits


def _refunds(model: Model, case: CaseTables, plant: CapexLines, clock: Clock) -> list[Refund]:
    """The refundable investment credits."""
    return [
        investment_credit.refunded(model, name, entity.label, entity.investment_credit, plant.basis_added[name], clock)
        for name, entity in case.entity.items()
        if entity.investment_credit is not None and entity.investment_credit.refundable
    ]
