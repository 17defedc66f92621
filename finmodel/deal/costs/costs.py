"""Operating costs: fixed, per kg of a node's main product, or a share of its revenue such as a royalty.

Revenue is what the node's products bill, deficiencies included, with the price support granted on them less what is to
be given back (F14). A share of it grows with prices, and with no inflation index.

Sign:    costs are positive.
Timing:  accrue in the period of operation; paid after their days. Fixed costs run with operations, not with output.
Source:  each cost names its currency, its price base (an inflation index) and the node or entity that bears it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.costs.items import Spend
from finmodel.deal.plant.goods import Chain
from finmodel.deal.plant.terms import Cost
from finmodel.deal.sales.sold import Sales
from finmodel.deal.support.support import SupportLines
from finmodel.deal.time.calendar import KG_PER_T
from finmodel.kernel.errors import ModelError
from finmodel.kernel.expr import Expr, add
from finmodel.kernel.model import Line, Section


@dataclass(frozen=True, eq=False, repr=False)
class Costs:
    """All costs, feed included [reporting currency per period]; `by_node` leaves out what no node bears."""

    section: Section
    spends: list[Spend]
    by_node: dict[str, Expr]
    billed: Line


@dataclass(frozen=True, eq=False, repr=False)
class Income:
    """What a share of revenue is taken on: sales and price support."""

    sales: Sales
    support: SupportLines

    def of(self, node: str) -> Expr:
        """Revenue of a node's products [reporting currency per period].

        Args:
            node: Name of the node.
        """
        billed = self.sales.by_node[node]
        return billed + self.support.by_node[node] if node in self.support.by_node else billed


def build(context: Context, costs: Mapping[str, Cost], chain: Chain, income: Income, fixed: Expr | None) -> Costs:
    """Declare each cost.

    Args:
        costs: The operating costs of the case, feed apart.
        fixed: The share of fixed cost that runs; None for all of it, always.

    Raises:
        ModelError: A cost has neither a node nor an entity that bears it.
    """
    money = context.money.money
    spends = [spend for feed in chain.feed.values() for spend in feed] + income.sales.spends
    by_node: dict[str, list[Expr]] = {node: [] for node in chain.main}
    for node, feed in chain.feed.items():
        by_node[node] += [spend.billed for spend in feed]
    for name, terms in costs.items():
        section = context.model.section(f"cost.{name}", money, terms.label)
        billed = section.line("billed", terms.label, _amount(context, terms, chain, income, fixed))
        entity = chain.main[terms.node].entity if terms.node is not None else terms.entity
        if entity is None:
            raise ModelError(f"cost.{name} needs a node or an entity")
        days, party = terms.payment_days, "suppliers" if terms.of_revenue is None else "royalties"
        spends.append(Spend(f"cost.{name}", terms.label, entity, billed, days, terms.incentive, party))
        if terms.node is not None:
            by_node[terms.node].append(billed)
    if income.support.ebitda is not None:
        own = [spend.billed for spend in spends if spend.party != "royalties"]
        income.support.ebitda.define(income.sales.billed - add(own))
    total = context.model.section("costs", money, "Operating costs")
    billed = total.line("billed", "Operating cost, all", add([spend.billed for spend in spends]))
    return Costs(total, spends, {node: add(parts) for node, parts in by_node.items()}, billed)


def _amount(context: Context, terms: Cost, chain: Chain, income: Income, fixed: Expr | None) -> Expr:
    clock, macro = context.clock, context.money
    if terms.per_year is not None:
        whole = macro.convert(terms.per_year) * clock.years * clock.operations * macro.index(terms.inflation)
        return whole if fixed is None else whole * fixed
    assert terms.node is not None
    if terms.per_kg is not None:
        return macro.convert(terms.per_kg) * chain.main[terms.node].produced * KG_PER_T * macro.index(terms.inflation)
    assert terms.of_revenue is not None
    return income.of(terms.node) * terms.of_revenue
