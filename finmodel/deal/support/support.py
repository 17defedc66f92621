"""Price support: contracts, the budgets that pay them, and what reaches the deal.

Sign:    every line is the positive amount that its label names; of top-up and give-back at most one is not zero, but
         for advances, which the end of their window trues up.
Timing:  earned on the settlement window, committed against the fiscal year in which it ends, paid a lag later; the last
         period of all settles what is still owed.
Sellers: each company that sells what counts has its own claim, receivable and tax; see `support_claim` for the names.
Payer:   a programme within its budget, or the buyer, who then pays more than the market. What a buyer pays is no public
         money; a programme that bears the buyer's loss on resale pays it back to the buyer, outside the deal.
Scale:   `scale.top_up` and `scale.give_back` are 1. What a deal is without support is the same lines with them at 0;
         claims, budgets and balances do not move with them.
Source:  decisions on budget year, rate and lag (F15), on where a floor lives (F19), on two-way contracts (F20), and on
         how support is switched off (S5).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from finmodel.deal.market.macro import Macro
from finmodel.deal.support import claim as support_claim
from finmodel.deal.support import payment, programme
from finmodel.deal.support.claim import Deals
from finmodel.deal.support.payment import Scales, SellerSupport, SupportContract
from finmodel.deal.support.programme import Grant
from finmodel.deal.support.terms import Programme, Support
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, Given, add, ratio
from finmodel.kernel.folds import total
from finmodel.kernel.model import Line, Model
from finmodel.kernel.units import RATIO

Frame = tuple[Clock, Macro]
__all__ = ["Deals", "SupportContract", "SupportLines", "build"]


@dataclass(frozen=True, eq=False, repr=False)
class SupportLines:
    """All support [reporting currency per period], by contract and in total; balances at period end.

    Totals are of public money; `by_buyers` are the contracts that buyers pay. `by_node` is what a node's products are
    granted, less what is to be given back on them, whoever pays. `ebitda` is for costs to define.
    """

    contracts: dict[str, SupportContract]
    granted: Line
    unmet: Line
    paid: Line
    give_back_due: Line
    given_back: Line
    by_buyers: list[SupportContract]
    by_node: dict[str, Expr]
    ebitda: Line | None

    @property
    def public(self) -> bool:
        """Whether any contract is paid from a public budget."""
        return any(contract.public for contract in self.contracts.values())

    @property
    def by_seller(self) -> list[tuple[Support, SellerSupport]]:
        """Each seller of each contract, with the contract's terms."""
        return [(contract.terms, seller) for contract in self.contracts.values() for seller in contract.sellers]

    @property
    def from_buyers(self) -> list[Line]:
        """What buyers pay, contract by contract."""
        return [contract.paid for contract in self.by_buyers]

    @property
    def to_buyers(self) -> list[Line]:
        """What buyers get back, contract by contract."""
        return [contract.given_back for contract in self.by_buyers]

    @property
    def net_granted(self) -> Expr:
        """Support granted less give-back due, whoever pays."""
        public = self.granted - self.give_back_due
        private = [contract.granted - contract.give_back_due for contract in self.by_buyers]
        return add([public, *private])

    def buyers(self, name: str) -> Expr:
        """What buyers pay, by the name of a contract's line."""
        return add([getattr(contract, name) for contract in self.by_buyers])


def _earnings(model: Model, supports: Mapping[str, Support], macro: Macro) -> Line | None:
    """EBITDA before support and royalties, if a contract is measured on it; costs define it."""
    if all(terms.ebitda_floor is None and terms.ebitda_cap is None for terms in supports.values()):
        return None
    section = model.section("support_base", macro.money, "What support is measured on")
    return section.ahead("net_ebitda", "EBITDA before support and royalties")


def build(
    model: Model, supports: Mapping[str, Support], programmes: Mapping[str, Programme], deals: Deals, frame: Frame
) -> SupportLines:
    """Declare every support contract and the budgets that pay them."""
    macro = frame[1]
    ebitda = _earnings(model, supports, macro)
    claims = [
        support_claim.build(model, name, terms, programmes.get(terms.programme or ""), (deals, ebitda, frame))
        for name, terms in supports.items()
    ]
    grants: dict[str, Grant] = {}
    for name, terms in programmes.items():
        own = [claim for each in claims if each.terms.programme == name for claim in each.sellers]
        grants.update(programme.build(model, name, terms, own, frame))
    scales = Scales(*(_scale(model, name) for name in ("top_up", "give_back"))) if claims else None
    contracts = {}
    for claim in claims:
        assert scales is not None
        payer = programmes.get(claim.terms.programme or "")
        contracts[claim.id] = payment.build(claim, grants, payer, scales, frame)
    section = model.section("support", macro.money, "Price support")
    public = [contract for contract in contracts.values() if contract.public]
    for contract in contracts.values():
        _note(model, contract)

    def every(name: str, label: str) -> Line:
        return section.ahead(name, label).define(add([getattr(contract, name) for contract in public]))

    buyers = [contract for contract in contracts.values() if not contract.public]
    _imputed(model, buyers)
    return SupportLines(
        contracts=contracts,
        granted=every("granted", "Support granted"),
        unmet=every("unmet", "Support not covered by budgets"),
        paid=every("paid", "Support paid"),
        give_back_due=every("give_back_due", "Support to be given back"),
        given_back=every("given_back", "Support given back"),
        by_buyers=buyers,
        by_node=_by_node(contracts.values()),
        ebitda=ebitda,
    )


def _scale(model: Model, name: str) -> Given:
    label = f"{name.replace('_', '-').capitalize()} as it is (1), or left out (0)"
    ones = (1.0,) * model.timeline.count
    return Given(f"scale.{name}", ones, RATIO, label, where="calendar", source="calendar")


def _note(model: Model, contract: SupportContract) -> None:
    party = f"programme.{contract.terms.programme}" if contract.public else f"buyer_floor.{contract.terms.contract}"
    model.register.receives(contract.paid, party)
    model.register.pays(contract.given_back, party)
    model.register.owns("support_receivable", contract.receivable)
    model.register.owes("support_payable", contract.payable)


def _imputed(model: Model, buyers: list[SupportContract]) -> None:
    """What buyers pay, beside the floors of sales contracts, under one name; never added to public support."""
    if not buyers:
        return
    section = model.sections["support"]
    paid = section.line("by_buyers", "Support paid by buyers", add([contract.granted for contract in buyers]))
    both = total(paid) + model.find("sales.all_support_imputed") if "support_imputed" in model.metrics else total(paid)
    model.metric("support_imputed", section.line("all_imputed", "Support paid by buyers, in all", both))


def _by_node(contracts: Iterable[SupportContract]) -> dict[str, Expr]:
    """Support granted less give-back due, each seller's shared by its nodes in proportion to the tonnes that count."""
    parts: dict[str, list[Expr]] = {}
    for contract in contracts:
        for seller in contract.sellers:
            for node, share in _of_seller(seller).items():
                parts.setdefault(node, []).extend(share)
    return {node: add(shares) for node, shares in parts.items()}


def _of_seller(seller: SellerSupport) -> dict[str, list[Expr]]:
    net = seller.granted - seller.give_back_due
    counted = add([supply.paid_for for supply in seller.supplies])
    parts: dict[str, list[Expr]] = {}
    for supply in seller.supplies:
        share = net if len(seller.supplies) == 1 else net * ratio(supply.paid_for, counted)
        parts.setdefault(supply.goods.node, []).append(share)
    return parts
