"""Stockpile: tonnes that a programme buys at its floor, holds, and sells once the price is high enough.

Sign:    positive; `net_margin` is what a sale brings beyond what the tonnes cost, and may be negative.
Timing:  bought in the period, sold at the price of a later one; what is left is sold in the last period of operations.
Source:  price-support: (floor) × bought − resale, within a stock cap and the budget. The seller is paid the market's
         part by whoever takes the tonnes over, and the part above it by the programme.
"""

from __future__ import annotations

from collections.abc import Sequence

from finmodel.deal.context import Context
from finmodel.deal.support.claim import Claims
from finmodel.deal.support.programme import Grant
from finmodel.deal.time.calendar import KG_PER_T
from finmodel.kernel.expr import add, lo, ratio
from finmodel.kernel.model import Line
from finmodel.kernel.units import TONNE


def build(context: Context, claims: Claims, grants: Sequence[Grant], granted: Line) -> None:
    """Close the stock of a contract that buys; nothing for one that does not.

    Args:
        grants: What each seller was granted, in the order of the claims.
        granted: What all of them were granted.
    """
    clock, macro = context.clock, context.money
    stock, terms, section = claims.stock, claims.terms, claims.section
    if stock is None or terms.release_above is None:
        return
    title = terms.label
    taken = [
        claim.supported * lo(1, ratio(own.granted, own.asked))
        for claim, own in zip(claims.sellers, grants, strict=True)
    ]
    bought = section.line("bought", f"{title}: Bought", add(taken), TONNE)
    high = (claims.price >= macro.convert(terms.release_above)) | clock.last_operation
    sold = section.line("released", f"{title}: Sold out of stock", stock.opening * high, TONNE)
    last = section.line(
        "kept_at_end", f"{title}: Bought in the last period and sold at once", bought * clock.last_operation, TONNE
    )
    stock.close(add=[bought], less=[sold, last])
    cost = section.account("stock_cost", f"{title}: Cost of stock")
    spent = section.line("stock_bought", f"{title}: Paid for stock", macro.convert(granted))
    gone = section.line(
        "stock_cost_sold", f"{title}: Cost of what is sold", cost.opening * high + spent * clock.last_operation
    )
    cost.close(add=[spent], less=[gone])
    resale = section.line("resale", f"{title}: Proceeds of stock sold", (sold + last) * KG_PER_T * claims.price)
    section.line("net_margin", f"{title}: Proceeds less cost of what is sold", resale - gone)
