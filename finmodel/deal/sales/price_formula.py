"""The price of a contract: index less discount, floor and ceiling; the buyer's upside share; support within a floor.

Sign:    the upside share is what the seller gives up; its change in a period may be negative, which a price that falls
         within the year undoes. Support is positive.
Timing:  the share settles on the calendar year's volume-weighted achieved price. It accrues by period: a period bears
         the change of what would be due if the calendar year ended with it, so the year's last period trues it up.
Tonnes:  contained first product delivered and paid for: a deficiency, and what is made up of it, bear neither a share
         nor support.
Source:  windows (F16): share × (average price − strike) × tonnes is share × the sum of (price − strike) × tonnes. The
         price is the achieved one, before the share. Support within a floor is a part of revenue, and no public
         money (F19). All is kept in the strike's currency at the rate of the period, so the cap needs no rate.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.market.macro import Macro
from finmodel.deal.sales.contracting import Contracting
from finmodel.deal.sales.terms import Offtake
from finmodel.deal.time.calendar import KG_PER_T, ONE_YEAR
from finmodel.deal.time.running import year_to_date
from finmodel.kernel.expr import Expr, hi, lo
from finmodel.kernel.model import Line


@dataclass(frozen=True, eq=False, repr=False)
class Achieved:
    """What a contract sells in a period: tonnes paid for, contained, at a price [reporting currency per kg]."""

    tonnes: Line
    price: Expr


def market_price(offtake: Offtake, index: Expr) -> Expr:
    """What the contract pays by the market alone: an index less the discount.

    Args:
        index: The market's price [per kg].
    """
    return index * (1 - offtake.discount)


def contract_price(offtake: Offtake, index: Expr, macro: Macro) -> Expr:
    """What the buyer pays per kg of contained product, without fees and before the upside share.

    Args:
        index: The product's market price [reporting currency per kg].
    """
    price = market_price(offtake, index)
    if offtake.floor is not None:
        price = hi(price, macro.convert(offtake.floor))
    return price if offtake.ceiling is None else lo(price, macro.convert(offtake.ceiling))


def support_per_kg(offtake: Offtake, index: Expr, macro: Macro) -> Expr:
    """By how much the floor lifts the price above the market's [reporting currency per kg].

    Args:
        index: The market's price [per kg].
    """
    return hi(0, contract_price(offtake, index, macro) - market_price(offtake, index))


def upside_share(context: Context, terms: Contracting, sold: Achieved) -> Line | None:
    """Declare the buyer's share of the excess of the price over the strike, capped per calendar year.

    Returns:
        The change in the period of what is due for the calendar year [reporting currency]; None when nothing is shared.
    """
    clock, macro = context.clock, context.money
    offtake, section, title = terms.offtake, terms.section, terms.offtake.label
    strike = offtake.share_strike
    if strike is None or offtake.upside_share is None:
        return None
    price = section.line("achieved_price", f"{title}: Achieved price, before the share", sold.price, sold.price.unit)
    above = sold.tonnes * KG_PER_T * (macro.to(price, strike) - strike)
    excess = section.line("net_excess", f"{title}: Achieved price less strike, on tonnes", above, above.unit)
    starts = clock.year_start("December")
    label = f"{title}: Achieved price less strike, on tonnes of the calendar year to date"
    so_far = year_to_date(section, "net_excess_to_date", label, excess, starts)
    share = hi(0, so_far) * offtake.upside_share
    capped = share if offtake.upside_cap is None else lo(share, offtake.upside_cap * ONE_YEAR)
    due = section.line("upside_to_date", f"{title}: Upside share due, calendar year to date", capped, above.unit)
    change = macro.convert(due - due.prev * ~starts)
    return section.line("net_upside_share", f"{title}: Change of the upside share due", change)
