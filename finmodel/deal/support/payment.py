"""Payment of price support: what a budget granted becomes money of the deal a lag later, and an outlay of the budget.

Sign:    every line is the positive amount that its label names; `net_fx` is a loss of the programme, or a gain.
Timing:  paid and given back a lag after the window; the last period of all settles what is still owed. A budget by
         payment has waited for the lag already.
Sellers: each has its own grant, receivable and payable; the programme sees the sum.
Scale:   what reaches the deal is scaled; the budget, its commitments and the balance of repayable support are not.
Source:  decision on budget year, rate and lag (F15); who bears the buyer's loss on resale is a key of the contract.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from finmodel.deal.context import Context
from finmodel.deal.market.macro import Macro
from finmodel.deal.sales.billing import Supply
from finmodel.deal.support import stockpile
from finmodel.deal.support.claim import Claim, Claims
from finmodel.deal.support.footing import Terms
from finmodel.deal.support.programme import Grant
from finmodel.deal.support.terms import Programme, Support
from finmodel.deal.time.calendar import ONE_MONTH
from finmodel.deal.time.running import settled
from finmodel.kernel.expr import Const, Expr, Given, add, lo, ratio, where
from finmodel.kernel.model import Account, Line


@dataclass(frozen=True, eq=False, repr=False)
class SellerSupport:
    """What one company gets of a contract, and gives back [reporting currency per period]."""

    terms: Support
    entity: str
    supplies: list[Supply]
    granted: Line
    unmet: Line
    paid: Line
    give_back_due: Line
    given_back: Line
    receivable: Account
    payable: Account


@dataclass(frozen=True, eq=False, repr=False)
class SupportContract:
    """One support contract, all sellers together [reporting currency; flows per period, balances at period end].

    `per_kg` is what the price of the period brings on a kg, before windows, caps and any budget; None where no price
    is measured. `own` is what all sellers ask of the budget and get, in the programme's currency; None without one.
    """

    id: str
    terms: Support
    footing: Terms
    sellers: list[SellerSupport]
    supported: Line
    due: Line
    granted: Line
    unmet: Line
    paid: Line
    give_back_due: Line
    given_back: Line
    receivable: Line
    payable: Line
    per_kg: Expr | None
    own: Grant | None

    @property
    def public(self) -> bool:
        """Whether a public budget pays it, rather than the buyer."""
        return self.terms.payer == "programme"


@dataclass(frozen=True, eq=False, repr=False)
class Scales:
    """Support as it is (1) or without it (0), one number a period."""

    top_up: Given
    give_back: Given


@dataclass(frozen=True, eq=False, repr=False)
class _Payer:
    """Who pays: the budget of a programme, or none, and the lag that is left after it."""

    programme: Programme | None
    lag: Given
    scales: Scales
    context: Context


def build(
    context: Context, claims: Claims, grants: Mapping[str, Grant], programme: Programme | None, scales: Scales
) -> SupportContract:
    """Grant, then pay a lag later, seller by seller; what is given back goes the same way.

    Args:
        grants: What budgets grant, by the id of the claim; none of what buyers pay.
        programme: Whose budget pays the contract; None for a buyer.
        scales: By what support is switched off.
    """
    payer = _Payer(programme, _lag(claims.terms, programme), scales, context)
    sellers = [_seller(claims, claim, grants.get(claim.id), payer) for claim in claims.sellers]
    found = _together(claims, sellers, scales)
    granted = [grants[claim.id] for claim in claims.sellers if claim.id in grants]
    if granted:
        own = _asked_and_granted(claims, granted)
        found = replace(found, own=own)
        _discharge(claims, own, _outlay(claims, own, found.paid, payer), payer)
        if claims.terms.payer == "programme":
            label = f"{claims.terms.label}: Given back, in the programme's currency"
            back = context.money.to(found.given_back, own.granted)
            claims.section.ahead("given_back_own", label, own.granted.unit).define(back)
        stockpile.build(context, claims, granted, own.granted)
    return found


def _seller(claims: Claims, claim: Claim, own: Grant | None, payer: _Payer) -> SellerSupport:
    section, title, lag = claim.section, claim.title, payer.lag
    clock, macro = payer.context.clock, payer.context.money
    entitled: Expr = claim.due * 1
    missed: Expr = Const(0)
    if own is not None and claim.terms.payer == "programme":
        buys = claims.stock is not None
        entitled, missed = _entitled(claim, own, macro, buys), _missed(claim, own, macro, buys)
    granted = section.line("granted", f"{title}: Granted", entitled * payer.scales.top_up)
    unmet = section.ahead("unmet", f"{title}: Not covered by the budget").define(missed)
    receivable = section.account("receivable", f"{title}: Receivable")
    paid = section.line("paid", f"{title}: Paid", settled(granted, receivable, lag, clock))
    receivable.close(add=[granted], less=[paid])
    back = section.ahead("give_back_due", f"{title}: Give-back due").define(claim.give_back * payer.scales.give_back)
    payable = section.account("payable", f"{title}: Give-back payable")
    given_back = section.line("given_back", f"{title}: Given back", settled(back, payable, claim.terms.lag, clock))
    payable.close(add=[back], less=[given_back])
    if claim.received is not None:
        claim.received.close(add=[entitled], less=[claim.give_back])
    return SellerSupport(
        terms=claim.terms,
        entity=claim.entity,
        supplies=claim.supplies,
        granted=granted,
        unmet=unmet,
        paid=paid,
        give_back_due=back,
        given_back=given_back,
        receivable=receivable,
        payable=payable,
    )


def _together(claims: Claims, sellers: Sequence[SellerSupport], scales: Scales) -> SupportContract:
    """What sellers have together; with one it is what that one has."""
    each = claims.per_kg
    return SupportContract(
        id=claims.id,
        terms=claims.terms,
        footing=claims.footing,
        sellers=list(sellers),
        supported=claims.supported,
        due=_sum(claims, "due", [claim.due for claim in claims.sellers]),
        granted=_sum(claims, "granted", [seller.granted for seller in sellers]),
        unmet=_sum(claims, "unmet", [seller.unmet for seller in sellers]),
        paid=_sum(claims, "paid", [seller.paid for seller in sellers]),
        give_back_due=_sum(claims, "give_back_due", [seller.give_back_due for seller in sellers]),
        given_back=_sum(claims, "given_back", [seller.given_back for seller in sellers]),
        receivable=_sum(claims, "receivable.closing", [seller.receivable.closing for seller in sellers]),
        payable=_sum(claims, "payable.closing", [seller.payable.closing for seller in sellers]),
        per_kg=None if each is None else each.top_up * scales.top_up - each.back * scales.give_back,
        own=None,
    )


def _asked_and_granted(claims: Claims, grants: Sequence[Grant]) -> Grant:
    """What the sellers ask of the budget together, and what it grants to them."""
    waiting = [grant.backlog for grant in grants if grant.backlog is not None]
    if waiting:
        _sum(claims, "backlog", waiting)
    asked = _sum(claims, "due_own", [grant.asked for grant in grants])
    return Grant(asked, _sum(claims, "granted_own", [grant.granted for grant in grants]), Const(0))


def _sum(claims: Claims, name: str, lines: Sequence[Line]) -> Line:
    """The same line of all sellers, added up under the contract's own name."""
    if len(lines) == 1:
        return lines[0]
    label = claims.terms.label + lines[0].label.removeprefix(claims.sellers[0].title)
    return claims.section.ahead(name, label, lines[0].unit).define(add(list(lines)))


def _lag(terms: Support, payer: Programme | None) -> Given:
    """The lag that is left: none where the budget has already waited for it."""
    if payer is None or payer.budget_basis == "entitlement" or terms.payer == "offtaker":
        return terms.lag
    return Given(f"{terms.lag.id}_left", 0.0, ONE_MONTH.unit, "Lag that is left", where="calendar", source="calendar")


def _entitled(claim: Claim, own: Grant, macro: Macro, buys: bool) -> Expr:
    """What the seller is granted, in the reporting currency; of a purchase, the part above the market price."""
    if not buys:
        return macro.convert(own.granted)
    return claim.due * lo(1, ratio(own.granted, own.asked))


def _missed(claim: Claim, own: Grant, macro: Macro, buys: bool) -> Expr:
    """What the seller is not granted; of a purchase that the budget does not cover, the part above the market price."""
    if not buys:
        missed = macro.convert(own.unmet)
        return where(missed > macro.cent, missed, 0)  # sharing among sellers leaves dust, which is nothing
    return claim.due * (1 - lo(1, ratio(own.granted, own.asked, 1)))


def _outlay(claims: Claims, own: Grant, to_sellers: Line, payer: _Payer) -> Line:
    """What the programme pays: to sellers, or for tonnes bought, or to the buyer for the resale loss."""
    if claims.stock is None and claims.terms.payer == "programme":
        return to_sellers
    section, title = claims.section, claims.terms.label
    word = "for tonnes bought" if claims.stock is not None else "to the buyer for the loss on resale"
    granted = section.line("outlay_granted", f"{title}: Granted {word}", payer.context.money.convert(own.granted))
    owed = section.account("outlay_owed", f"{title}: Owed {word}")
    paid = section.line("outlay", f"{title}: Paid {word}", settled(granted, owed, payer.lag, payer.context.clock))
    owed.close(add=[granted], less=[paid])
    return paid


def _discharge(claims: Claims, own: Grant, outlay: Line, payer: _Payer) -> None:
    """The programme's side: a commitment settled when it is paid, and the exchange loss in between."""
    section, title, like = claims.section, claims.terms.label, own.granted
    committed = section.account("committed", f"{title}: Committed by the programme, not yet paid", like.unit)
    discharged = settled(own.granted, committed, payer.lag, payer.context.clock)
    cleared = section.line("settled", f"{title}: Commitment settled", discharged, like.unit)
    committed.close(add=[own.granted], less=[cleared])
    spent = payer.context.money.to(outlay, like)
    paid_own = section.line("paid_own", f"{title}: Paid, in the programme's currency", spent, like.unit)
    label = f"{title}: Exchange loss of the programme between grant and payment"
    section.line("net_fx", label, paid_own - cleared, paid_own.unit)
