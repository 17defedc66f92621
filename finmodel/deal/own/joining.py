"""Own clauses among ours: declared after costs, stock and capital cost, before working capital and net cash.

What they bill joins costs and sales as items, so that working capital, tax, books, statements, parties and checks have
it as they have ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from finmodel.deal.costs.costs import Costs
from finmodel.deal.costs.items import Sale, Spend
from finmodel.deal.own.clause import Clause
from finmodel.deal.own.face import Added, DealFace, OwnCheck, Seen
from finmodel.deal.own.mistakes import blamed, refused
from finmodel.deal.sales.sold import Sales
from finmodel.kernel.expr import add
from finmodel.kernel.model import Line


@dataclass(frozen=True, eq=False, repr=False)
class Own:
    """Sales and costs with those of own clauses, and the checks and results that these add."""

    sales: Sales
    costs: Costs
    checks: Sequence[OwnCheck]
    metrics: Mapping[str, Line]


def build(seen: Seen, costs: Costs) -> Own:
    """Declare every own clause that the case has a table of, in the order in which modules were named.

    Raises:
        CaseError: A module raises, or its lines make no model.
    """
    added = Added()
    for declared in seen.case.clauses:
        clause = cast(Clause, declared)
        for id, terms in clause.tables_of(seen.case).items():
            with blamed(clause):
                _declare(clause, id, terms, seen, added)
    sales = seen.income.sales
    return Own(
        sales=_more_sales(sales, added.sales, seen) if added.sales else sales,
        costs=_more_costs(costs, added.spends, seen) if added.spends else costs,
        checks=added.checks,
        metrics=added.metrics,
    )


def _declare(clause: Clause, id: str, terms: object, seen: Seen, added: Added) -> None:
    """Declare a clause for one of its tables; `id` is empty for a clause that stands once."""
    model, title = seen.context.model, clause.name.replace("_", " ").capitalize()
    name = f"own.{clause.name}.{id}" if id else f"own.{clause.name}"
    section = model.section(name, seen.context.money.money, f"{title}, {id}" if id else title)
    clause.declare(DealFace(clause, id, section, seen, added), terms)
    for line in model.lines.values():
        if line.expr is None and line.id.startswith(f"{name}."):
            at = int(line.where.rpartition(":")[-1])
            raise refused(clause, at, f"{line.id} was declared ahead and has no formula.")


def _more_costs(costs: Costs, spends: Sequence[Spend], seen: Seen) -> Costs:
    section = seen.context.model.section("own_costs", seen.context.money.money, "Own clauses: Costs")
    every = costs.billed + add([spend.billed for spend in spends])
    billed = section.line("billed", "Operating cost, own clauses included", every)
    return replace(costs, spends=[*costs.spends, *spends], billed=billed)


def _more_sales(sales: Sales, more: Sequence[Sale], seen: Seen) -> Sales:
    section = seen.context.model.section("own_sales", seen.context.money.money, "Own clauses: Revenue")
    every = sales.billed + add([sale.billed for sale in more])
    billed = section.line("billed", "Revenue billed, own clauses included", every)
    return replace(sales, sales=[*sales.sales, *more], billed=billed)
