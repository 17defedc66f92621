"""Contracted revenue with the support that lenders count: public contracts where the case says so, and buyers' own.

Sign:    positive, reporting currency per period.
Price:   support granted, and what the buyer pays up to the floor on firm tonnes that the budget covers. A payment that
         is due whatever is sold (for capacity, or on tonnes that are made or designated) needs no firm tonnes.
Source:  contracted revenue (F9, F10). Where a budget grants a part of what is due, that part of the tonnes is covered;
         over a window longer than a period the part is that of the period in which the window settles.
"""

from __future__ import annotations

from collections.abc import Sequence

from finmodel.deal.context import Context
from finmodel.deal.sales import price_formula
from finmodel.deal.sales.contracted import Revenue
from finmodel.deal.support import footing
from finmodel.deal.support.claim import Deals
from finmodel.deal.support.payment import SupportContract
from finmodel.deal.time.calendar import KG_PER_T
from finmodel.kernel.expr import Const, Expr, add, hi, lo, ratio
from finmodel.kernel.model import Line


def with_support(context: Context, sold: Revenue, counted: Sequence[SupportContract], deals: Deals) -> Revenue:
    """Declare revenue with the support that lenders count; `sold` as it is where they count none.

    Args:
        sold: Revenue of sales alone, by how firm it is.
        counted: The support contracts that lenders count.
    """
    if not counted:
        return sold
    section = context.model.section("secured", context.money.money, "Contracted revenue")
    by_price, by_volume = [], []
    for support in counted:
        firm = _firm(support, deals)
        granted = support.granted if firm is None else support.granted * firm
        by_volume.append(granted)
        by_price += [granted, *_lifted(context, support, deals)]
    whole = section.line(
        "all_revenue", "Revenue, support counted", add([sold.whole, *(support.granted for support in counted)])
    )
    price = section.line(
        "revenue", "Revenue contracted by price and volume, support counted", add([_sum(sold.by_price), *by_price])
    )
    label = "Revenue contracted by volume at least, support counted"
    volume = section.line("firm", label, hi(price, add([_sum(sold.by_volume), *by_volume])))
    return Revenue(whole, price, volume)


def _sum(line: Line | None) -> Expr:
    return Const(0) if line is None else line


def _firm(support: SupportContract, deals: Deals) -> Expr | None:
    """The share of a payment that does not hang on what the buyer chooses to take; None for all of it."""
    if support.terms.basis != "sold" or support.terms.capacity_payment is not None:
        return None
    held = deals.contracts[support.terms.contract].bound
    return Const(0) if held is None else held.share


def _lifted(context: Context, support: SupportContract, deals: Deals) -> list[Expr]:
    """What the buyer pays up to the floor on tonnes that the budget covers, beyond what it is bound to pay itself."""
    terms, contract, macro = support.terms, deals.contracts[support.terms.contract], context.money
    held = contract.bound
    if terms.floor is None or held is None or (held.by_price and held.floor is None):
        return []
    offtake, level = contract.terms, footing.escalated(support.footing, terms.floor)
    if terms.settlement == "index":
        level = price_formula.contract_price(offtake, level, macro)
    price = price_formula.contract_price(offtake, deals.market.index[terms.price], macro)
    tonnes = support.supported if terms.basis == "sold" else lo(support.supported, contract.supported)
    covered = tonnes * KG_PER_T * lo(1, ratio(support.granted, support.due, 1))
    return [covered * held.share * hi(0, lo(price, level) - held.part(price))]
