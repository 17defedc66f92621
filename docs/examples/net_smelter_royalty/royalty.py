"""A net-smelter royalty with a sliding scale: an own clause with one table, [royalty].

Royalty: the rate of the period on revenue of a node, price support included, less transport and refining.
Rate:    `low` up to the price `from_price`, `high` from `to_price`, on a straight line in between.
Timing:  falls due with the revenue, paid after its days.
Sign:    positive; a return below nothing bears no royalty.

    finmodel run docs/examples/net_smelter_royalty --module docs/examples/net_smelter_royalty/royalty.py
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from finmodel import Clause, DealFace, Given, NameOf, Party, Quantity, Says, Table, default, hi, lo, ratio, total

Price = Annotated[Given, Quantity("money/kg", gt=0, meaning="Price at an end of the sliding scale")]


class RoyaltyTerms(Table):
    """A royalty on the net smelter return of a node."""

    node: Annotated[str, NameOf("node"), Says("Node whose revenue bears the royalty", example='"plant"')]
    price: Annotated[str, NameOf("price"), Says("Price index that moves the rate", example='"oxide"')]
    low: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Rate at a low price", example="2 %")]
    high: Annotated[Given, Quantity("ratio", ge=0, le=1, meaning="Rate at a high price", example="5 %")]
    from_price: Price
    to_price: Price
    transport: Annotated[
        Given, Quantity("money/kg", ge=0, meaning="Transport and refining that the return leaves out")
    ] = default("0 money/kg")
    payment_days: Annotated[
        Given, Quantity("day", ge=0, le=720, structural=True, meaning="Days until the royalty is paid")
    ] = default("0 days")


class Royalty(Clause):
    """A net-smelter royalty that the state of the mine receives."""

    name, version, terms = "royalty", "1.0", RoyaltyTerms
    parties: ClassVar = {"state": Party("State of the mine", country="Australia")}

    def rules(self, terms: RoyaltyTerms, case: object) -> Iterator[tuple[str, str, str]]:
        """The scale rises with the price."""
        if terms.to_price.number <= terms.from_price.number:
            yield "to_price", "the scale ends where it begins, or before.", "Write a higher to_price."

    def declare(self, deal: DealFace, terms: RoyaltyTerms) -> None:
        """Declare the net smelter return, the rate, and the royalty."""
        freight = deal.convert(terms.transport) * deal.kg(deal.produced(terms.node))
        net = deal.line("return", "Net smelter return", hi(0, deal.revenue(terms.node) - freight))
        above = deal.price(terms.price) - deal.convert(terms.from_price)
        width = deal.convert(terms.to_price) - deal.convert(terms.from_price)
        on_scale = lo(1, hi(0, ratio(above, width)))
        rate = deal.line("rate", "Royalty rate", terms.low + (terms.high - terms.low) * on_scale, "ratio")
        due = deal.cost("due", "Royalty due", net * rate, party="state", days=terms.payment_days)
        deal.result("total", "Royalty, total", total(due))
        deal.check("within_revenue", "The royalty is within the revenue", hi(0, due - deal.revenue(terms.node)))
