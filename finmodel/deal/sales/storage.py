"""Storage: tonnes that a buyer pledged and did not take, which the seller keeps for it.

Sign:    tonnes are positive.
Timing:  what was kept joins what there is at the start of a period and is the first to serve the contract; what is
         kept on at its end is at most what the buyer is still owed, what is left, and the limit. The contract's last
         period keeps nothing: it is sold spot.
Source:  decisions on tonnes not taken (F17). Of several products each is kept in proportion to what is left of it. The
         tonnes owed are those of the year's take-or-pay, or of its quantity where make-up comes on top of that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from finmodel.deal.sales.contracting import Contracting
from finmodel.kernel.expr import Expr, add, hi, lo, ratio
from finmodel.kernel.model import Account
from finmodel.kernel.units import RATIO, TONNE


@dataclass(frozen=True, eq=False, repr=False)
class Kept:
    """Stock kept for a buyer: an account for each product; contained tonnes of all of it at the start of a period, and
    what joins it less what leaves in the period.
    """

    stocks: dict[str, Account]
    opening: Expr
    change: Expr


def begin(terms: Contracting) -> Kept | None:
    """Open the stock of each product of a contract that stores; None for others."""
    if terms.offtake.untaken_stock is None:
        return None
    section, title, stocks = terms.section, terms.offtake.label, {}
    for goods in terms.goods:
        one = len(terms.goods) == 1
        name, label = ("untaken", title) if one else (f"{goods.id}.untaken", f"{title}, {goods.terms.label}")
        stocks[goods.id] = section.account(name, f"{label}: Stock not taken", TONNE)
    opening = add([stocks[goods.id].opening * goods.contained for goods in terms.goods])
    closing = add([stocks[goods.id].closing * goods.contained for goods in terms.goods])
    return Kept(stocks, opening, closing - opening)


def keep(terms: Contracting, kept: Kept, untaken: Expr, left: Mapping[str, Expr]) -> None:
    """Define what is kept at the end of a period.

    Args:
        untaken: Contained tonnes owed to the buyer and not taken in the period; negative where it takes more.
        left: Tonnes of each product that the contract leaves.
    """
    limit = terms.offtake.untaken_stock
    assert limit is not None
    going_on = terms.alive & terms.alive.next
    if len(terms.goods) == 1:
        goods = terms.goods[0]
        stock = kept.stocks[goods.id]
        owed = hi(0, stock.opening + ratio(untaken, goods.contained))
        most = lo(left[goods.id], owed, ratio(limit, goods.contained))
        stock.closing.define(most * going_on)
        return
    there = add([left[goods.id] * goods.contained for goods in terms.goods])
    section, title = terms.section, terms.offtake.label
    most = lo(there, hi(0, kept.opening + untaken), limit) * going_on
    part = section.line("share_kept", f"{title}: Share of what is left that is kept", ratio(most, there), RATIO)
    for goods in terms.goods:
        kept.stocks[goods.id].closing.define(left[goods.id] * part)
