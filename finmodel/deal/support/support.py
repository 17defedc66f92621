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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.support import claim as support_claim
from finmodel.deal.support import payment, programme
from finmodel.deal.support.claim import Claims, Deals
from finmodel.deal.support.payment import Scales, SellerSupport, SupportContract
from finmodel.deal.support.programme import Budget
from finmodel.deal.support.terms import Programme, Support
from finmodel.kernel.expr import Expr, Given, add, ratio
from finmodel.kernel.folds import total
from finmodel.kernel.model import Line, Section
from finmodel.kernel.register import Register
from finmodel.kernel.units import RATIO

__all__ = ["Deals", "SupportContract", "SupportLines", "build"]


@dataclass(frozen=True, eq=False, repr=False)
class SupportLines:
    """All support [reporting currency per period], by contract and in total; balances at period end.

    Totals are of public money; `by_buyers` are the contracts that buyers pay. `by_node` is what a node's products are
    granted, less what is to be given back on them, whoever pays. `ebitda` is for costs to define; `budgets` are those
    of programmes.
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
    budgets: dict[str, Budget]

    @property
    def public(self) -> bool:
        """Whether any contract is paid from a public budget."""
        return any(contract.public for contract in self.contracts.values())

    @property
    def by_seller(self) -> list[SellerSupport]:
        """Each seller of each contract."""
        return [seller for contract in self.contracts.values() for seller in contract.sellers]

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
        """What buyers pay, by the name of a contract's line.

        Args:
            name: Last part of the line's id.
        """
        return add([getattr(contract, name) for contract in self.by_buyers])


def _earnings(context: Context, supports: Mapping[str, Support]) -> Line | None:
    """EBITDA before support and royalties, if a contract is measured on it; costs define it."""
    if all(terms.ebitda_floor is None and terms.ebitda_cap is None for terms in supports.values()):
        return None
    section = context.model.section("support_base", context.money.money, "What support is measured on")
    return section.ahead("net_ebitda", "EBITDA before support and royalties")


def build(
    context: Context,
    supports: Mapping[str, Support],
    programmes: Mapping[str, Programme],
    deals: Deals,
    imputed: Line | None,
) -> SupportLines:
    """Declare every support contract and the budgets that pay them.

    Args:
        supports: Name → terms of the contract.
        programmes: Name → terms of the programme.
        imputed: Support within the floors of sales contracts over the whole deal; None where there is none.

    Returns:
        The contracts and what they pay.
    """
    ebitda = _earnings(context, supports)
    claims = [
        support_claim.build(context, name, terms, programmes.get(terms.programme or ""), deals, ebitda)
        for name, terms in supports.items()
    ]
    budgets = {}
    for name, terms in programmes.items():
        own = [claim for each in claims if each.terms.programme == name for claim in each.sellers]
        budgets[name] = programme.build(context, name, terms, own)
    contracts = _paid(context, claims, budgets, programmes)
    section = context.model.section("support", context.money.money, "Price support")
    public = [contract for contract in contracts.values() if contract.public]
    for contract in contracts.values():
        _note(context.register, contract)

    def every(name: str, label: str) -> Line:
        return section.ahead(name, label).define(add([getattr(contract, name) for contract in public]))

    buyers = [contract for contract in contracts.values() if not contract.public]
    _imputed(section, buyers, imputed)
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
        budgets=budgets,
    )


def _paid(
    context: Context, claims: Sequence[Claims], budgets: Mapping[str, Budget], programmes: Mapping[str, Programme]
) -> dict[str, SupportContract]:
    """What each contract is granted, paid and gives back."""
    scales = Scales(_scale(context, "top_up"), _scale(context, "give_back"))
    grants = {id: grant for budget in budgets.values() for id, grant in budget.grants.items()}
    return {
        claim.id: payment.build(context, claim, grants, programmes.get(claim.terms.programme or ""), scales)
        for claim in claims
    }


def _scale(context: Context, name: str) -> Given:
    label = f"{name.replace('_', '-').capitalize()} as it is (1), or left out (0)"
    ones = (1.0,) * context.clock.timeline.count
    return Given(f"scale.{name}", ones, RATIO, label, where="calendar", source="calendar")


def _note(register: Register, contract: SupportContract) -> None:
    party = f"programme.{contract.terms.programme}" if contract.public else f"buyer_floor.{contract.terms.contract}"
    register.receives(contract.paid, party)
    register.pays(contract.given_back, party)
    register.owns("support_receivable", contract.receivable)
    register.owes("support_payable", contract.payable)


def _imputed(section: Section, buyers: list[SupportContract], by_floors: Line | None) -> None:
    """What buyers pay, beside the floors of sales contracts, under one name; never added to public support."""
    if not buyers:
        return
    paid = section.line("by_buyers", "Support paid by buyers", add([contract.granted for contract in buyers]))
    both = total(paid) if by_floors is None else total(paid) + by_floors
    section.model.metric("support_imputed", section.line("all_imputed", "Support paid by buyers, in all", both))


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
