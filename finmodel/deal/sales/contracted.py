"""Contracted revenue: what someone is bound to pay whatever the market is, and what is firm by volume alone.

Sign:    positive, reporting currency per period; a share is of what is billed for tonnes paid for.
Volume:  tonnes that a buyer must take or pay for: of a yearly quantity the take-or-pay, of a share of what is made all
         of it. Of a buyer that buys only at low prices, or until it is full, none.
Price:   of firm tonnes, the part of the price up to a floor of the contract, or all of it where the contract says that
         it is contracted by price and has no floor. Support that lenders count is added in its own place.
Source:  contracted and merchant revenue (F9, F10); a take-or-pay at an index secures volume and no price.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from finmodel.deal.market.macro import Macro
from finmodel.deal.plant.goods import Goods, market_value
from finmodel.deal.sales.terms import Offtake
from finmodel.deal.time.calendar import KG_PER_T
from finmodel.kernel.expr import Const, Expr, add, lo, ratio
from finmodel.kernel.model import Line, Section

Kind = Literal["price_and_volume", "volume", "none"]


@dataclass(frozen=True, eq=False, repr=False)
class Bound:
    """What a buyer is bound to: the share of what is paid for that it must take, and its floor [money/kg contained].

    Without a floor the whole price is bound where `by_price`, and nothing of it otherwise.
    """

    share: Expr
    by_price: bool
    floor: Expr | None

    def part(self, price: Expr) -> Expr:
        """The part of a price per kg contained that is bound.

        Args:
            price: Price per kg contained.
        """
        if not self.by_price:
            return Const(0)
        return price if self.floor is None else lo(price, self.floor)


@dataclass(frozen=True, eq=False, repr=False)
class Revenue:
    """Revenue by how firm it is: all of it, `by_price` (price and volume), `by_volume` (volume at least).

    `by_volume` is `by_price` where no contract is firm by volume alone; both are None where none is firm.
    """

    whole: Line
    by_price: Line | None
    by_volume: Line | None


def kind(offtake: Offtake) -> Kind:
    """How a contract is contracted: as it says, else as its terms do."""
    if offtake.contracted is not None:
        return offtake.contracted
    if offtake.buys_below is not None or offtake.total_quantity is not None:
        return "none"
    if offtake.floor is not None:
        return "price_and_volume"
    return "none" if offtake.quantity is None else "volume"


def bound(offtake: Offtake, paid_for: Line, pledged: Line | None, macro: Macro) -> Bound | None:
    """What the buyer is bound to; None where it may stay away.

    Args:
        paid_for: Tonnes that the buyer pays for.
        pledged: Tonnes that it pledged; None where it pledged all.
    """
    found = kind(offtake)
    if found == "none":
        return None
    share: Expr = Const(1) if pledged is None else ratio(lo(paid_for, pledged), paid_for)
    floor = None if offtake.floor is None else macro.convert(offtake.floor)
    return Bound(share, found == "price_and_volume", floor)


class Secured:
    """Collects what contracts secure; `volume_alone` once any is firm by volume and not by all of its price."""

    def __init__(self) -> None:
        self.by_price: list[Expr] = []
        self.by_volume: list[Expr] = []
        self.volume_alone = False

    def sale(self, held: Bound | None, goods: Goods, billed: Line, paid: Expr, macro: Macro) -> None:
        """Note what is billed for a product, of which `paid` tonnes bear the price.

        Args:
            billed: What is billed [reporting currency per period].
        """
        if held is None:
            return
        self.by_volume.append(billed * held.share)
        self.volume_alone = self.volume_alone or not held.by_price or held.floor is not None
        if held.by_price:
            most: Expr = billed
            if held.floor is not None:
                most = lo(billed, paid * KG_PER_T * market_value(goods.terms, held.floor, goods.contained, macro))
            self.by_price.append(most * held.share)

    def pledge(self, held: Bound | None, billed: Expr, average: Expr) -> None:
        """Note a deficiency payment, at an average price per kg contained.

        Args:
            billed: The payment [reporting currency per period].
            average: Average price per kg contained.
        """
        if held is None:
            return
        self.by_volume.append(billed)
        if held.by_price:
            self.by_price.append(billed if held.floor is None else billed * lo(1, ratio(held.floor, average)))

    def lines(self, section: Section, whole: Line) -> Revenue:
        """Declare the sums.

        Args:
            whole: All revenue [reporting currency per period].

        Returns:
            Revenue by how it is secured.
        """
        if not self.by_volume:
            return Revenue(whole, None, None)
        by_price = section.line("contracted", "Revenue contracted by price and volume", add(self.by_price))
        by_volume = by_price
        if self.volume_alone:
            by_volume = section.line("firm", "Revenue contracted by volume at least", add(self.by_volume))
        return Revenue(whole, by_price, by_volume)
