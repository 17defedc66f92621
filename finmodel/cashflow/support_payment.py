"""Payment of price support: what a budget granted becomes money of the deal a lag later, and an outlay of the budget.

Sign:    every line is the positive amount that its label names; `net_fx` is a loss of the programme, or a gain.
Timing:  paid and given back a lag after the window; the last period of all settles what is still owed. A budget by
         payment has waited for the lag already.
Scale:   what reaches the deal is scaled; the budget, its commitments and the balance of repayable support are not.
Source:  decision on budget year, rate and lag (F15); who bears the buyer's loss on resale is a key of the contract.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.base.expr import Const, Expr, Given, lo, ratio
from finmodel.base.model import Account, Line
from finmodel.case.calendar import ONE_MONTH
from finmodel.case.schema_support import Programme, Support
from finmodel.cashflow import stockpile
from finmodel.cashflow.macro import Macro
from finmodel.cashflow.programme import Grant
from finmodel.cashflow.running import settled
from finmodel.cashflow.support_claim import Claim
from finmodel.cashflow.timing import Clock

Frame = tuple[Clock, Macro]


@dataclass(frozen=True)
class SupportContract:
    """One support contract [reporting currency per period]."""

    id: str
    terms: Support
    entity: str
    supported: Line
    due: Line
    granted: Line
    unmet: Line
    paid: Line
    give_back_due: Line
    given_back: Line
    receivable: Account
    payable: Account

    @property
    def public(self) -> bool:
        """Whether a public budget pays it, rather than the buyer."""
        return self.terms.payer == "programme"


@dataclass(frozen=True)
class Scales:
    """Support as it is (1) or without it (0), one number a period."""

    top_up: Given
    give_back: Given


def build(claim: Claim, own: Grant | None, payer: Programme | None, scales: Scales, frame: Frame) -> SupportContract:
    """Grant, then pay a lag later; what is given back goes the same way."""
    clock, macro = frame
    section, title = claim.section, claim.terms.label
    by_buyer = claim.terms.payer == "offtaker"
    entitled: Expr = claim.due * 1
    missed: Expr = Const(0)
    if own is not None and not by_buyer:
        entitled, missed = _entitled(claim, own, macro), _missed(claim, own, macro)
    granted = section.line("granted", f"{title}: Granted", entitled * scales.top_up)
    unmet = section.ahead("unmet", f"{title}: Not covered by the budget").define(missed)
    lag = _lag(claim.terms, payer)
    receivable = section.account("receivable", f"{title}: Receivable")
    paid = section.line("paid", f"{title}: Paid", settled(granted, receivable, lag, clock))
    receivable.close(add=[granted], less=[paid])
    back = section.ahead("give_back_due", f"{title}: Give-back due").define(claim.give_back * scales.give_back)
    payable = section.account("payable", f"{title}: Give-back payable")
    given_back = section.line("given_back", f"{title}: Given back", settled(back, payable, claim.terms.lag, clock))
    payable.close(add=[back], less=[given_back])
    if claim.received is not None:
        claim.received.close(add=[entitled], less=[claim.give_back])
    if own is not None:
        _discharge(claim, own, _outlay(claim, own, (granted, paid), lag, frame), lag, frame)
        if not by_buyer:
            label = f"{title}: Given back, in the programme's currency"
            section.ahead("given_back_own", label, own.granted.unit).define(macro.to(given_back, own.granted))
        stockpile.build(claim, own, frame)
    return SupportContract(
        id=claim.id,
        terms=claim.terms,
        entity=claim.entity,
        supported=claim.supported,
        due=claim.due,
        granted=granted,
        unmet=unmet,
        paid=paid,
        give_back_due=back,
        given_back=given_back,
        receivable=receivable,
        payable=payable,
    )


def _lag(terms: Support, payer: Programme | None) -> Given:
    """The lag that is left: none where the budget has already waited for it."""
    if payer is None or payer.budget_basis == "entitlement" or terms.payer == "offtaker":
        return terms.lag
    return Given(f"{terms.lag.id}_left", 0.0, ONE_MONTH.unit, "Lag that is left", where="calendar", source="calendar")


def _entitled(claim: Claim, own: Grant, macro: Macro) -> Expr:
    """What the seller is granted, in the reporting currency; of a purchase, the part above the market price."""
    if claim.stock is None:
        return macro.convert(own.granted)
    return claim.due * lo(1, ratio(own.granted, own.asked))


def _missed(claim: Claim, own: Grant, macro: Macro) -> Expr:
    """What the seller is not granted; of a purchase that the budget does not cover, the part above the market price."""
    if claim.stock is None:
        return macro.convert(own.unmet)
    return claim.due * (1 - lo(1, ratio(own.granted, own.asked, 1)))


def _outlay(claim: Claim, own: Grant, deal: tuple[Line, Line], lag: Given, frame: Frame) -> tuple[Line, Line]:
    """What the programme grants and pays: to the seller, or for tonnes bought, or to the buyer for the resale loss."""
    clock, macro = frame
    if claim.stock is None and claim.terms.payer == "programme":
        return deal
    section, title = claim.section, claim.terms.label
    word = "for tonnes bought" if claim.stock is not None else "to the buyer for the loss on resale"
    granted = section.line("outlay_granted", f"{title}: Granted {word}", macro.convert(own.granted))
    owed = section.account("outlay_owed", f"{title}: Owed {word}")
    paid = section.line("outlay", f"{title}: Paid {word}", settled(granted, owed, lag, clock))
    owed.close(add=[granted], less=[paid])
    return granted, paid


def _discharge(claim: Claim, own: Grant, outlay: tuple[Line, Line], lag: Given, frame: Frame) -> None:
    """The programme's side: a commitment settled when it is paid, and the exchange loss in between."""
    clock, macro = frame
    section, title, like = claim.section, claim.terms.label, own.granted
    committed = section.account("committed", f"{title}: Committed by the programme, not yet paid", like.unit)
    discharged = settled(own.granted, committed, lag, clock)
    cleared = section.line("settled", f"{title}: Commitment settled", discharged, like.unit)
    committed.close(add=[own.granted], less=[cleared])
    spent = macro.to(outlay[1], like)
    paid_own = section.line("paid_own", f"{title}: Paid, in the programme's currency", spent, like.unit)
    label = f"{title}: Exchange loss of the programme between grant and payment"
    section.line("net_fx", label, paid_own - cleared, paid_own.unit)
