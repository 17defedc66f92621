"""Resale: what a buyer is credited for tonnes that it did not take and the seller sold on.

Sign:    credit, cost and excess are positive; the loss on resale is negative where resale brings more than the
         contract price.
Timing:  tonnes not taken are those that the seller had ready up to the contract quantity, period by period; they are
         sold on as they fall due, and credited when the contract year ends.
Price:   what was sold on lost the contract price of its own period less the resale price. Tonnes that the buyer need
         not take bear no payment, and count as those that lost most. So a payment with full credit is no more than what
         the seller lost, and taking less never brings it more while resale is below the contract price.
Source:  take-or-pay with mitigation: payment = deficiency × price - credit × the lower of net resale and contract price
         × the part of the deficiency that was sold on. By default no credit: a deficiency is a debt, without a duty to
         mitigate. What stays in stock for the buyer is not sold on; it is credited when it is sold after its rights
         have expired.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.market.macro import Macro
from finmodel.deal.sales.contracting import Contracting
from finmodel.deal.sales.make_up import MakeUp
from finmodel.deal.time.calendar import KG_PER_T, ONE_YEAR
from finmodel.deal.time.running import year_to_date
from finmodel.kernel.expr import Expr, hi, lo, ratio, where
from finmodel.kernel.model import Line
from finmodel.kernel.units import TONNE


@dataclass(frozen=True, eq=False, repr=False)
class Market:
    """Prices per kg contained: the contract's, and what resale brings net of its cost."""

    contract: Expr
    resale: Line


@dataclass(frozen=True, eq=False, repr=False)
class NotTaken:
    """Tonnes ready and not taken in the contract year to date, what reselling them loses [reporting currency], and the
    largest loss per kg in any of its periods, not negative.
    """

    tonnes: Line
    loss: Line
    worst: Line


@dataclass(frozen=True, eq=False, repr=False)
class Deficit:
    """A contract year's deficiency in tonnes, the part of it sold on, and its average price per kg."""

    tonnes: Line
    resold: Expr
    price: Line


@dataclass(frozen=True, eq=False, repr=False)
class Payment:
    """The deficiency payment before and after credit and cap; what it pays on tonnes sold on without credit.

    `cost` is what reselling costs the seller, `excess` what it passes on to the buyer; None without the clause.
    """

    gross: Expr
    billed: Line
    twice: Expr
    cost: Line | None
    excess: Line | None


def price(terms: Contracting, reference: Expr, macro: Macro) -> Line:
    """Declare what a kg not taken brings elsewhere, net of what reselling it costs; it may be negative.

    Args:
        reference: What the market pays [per kg].

    Returns:
        The net price [per kg].
    """
    cost, title = terms.offtake.resale_cost, terms.offtake.label
    net = reference if cost is None else reference - macro.convert(cost)
    return terms.section.line("net_resale_price", f"{title}: Resale price of contained product, net", net, net.unit)


def not_taken(terms: Contracting, ready: Expr, delivered: Line, market: Market) -> NotTaken:
    """Declare what the buyer did not take of what there was for it, and what selling it elsewhere loses.

    Args:
        ready: Contained tonnes of the period that the seller could have delivered up to the contract quantity.
        delivered: Tonnes delivered [t per period].

    Returns:
        The tonnes, and what selling them elsewhere loses.
    """
    section, title, starts = terms.section, terms.offtake.label, terms.starts
    missed = section.line("not_taken", f"{title}: Ready and not taken", hi(0, ready - delivered), TONNE)
    label = f"{title}: Ready and not taken, contract year to date"
    tonnes = year_to_date(section, "not_taken_to_date", label, missed, starts)
    gap = market.contract - market.resale
    label = f"{title}: Contract less resale price of what was not taken, contract year to date"
    loss = year_to_date(section, "net_resale_loss_to_date", label, missed * KG_PER_T * gap, starts)
    label = f"{title}: Largest loss per kg on resale, contract year to date"
    worst = section.ahead("worst_loss_to_date", label, market.resale.unit)
    worst.define(hi(where(starts, 0, worst.prev), gap * (missed > 0)))
    return NotTaken(tonnes, loss, worst)


def payment(terms: Contracting, deficit: Deficit, missed: NotTaken, macro: Macro) -> Payment:
    """Declare the deficiency payment, net of the credit for what was sold on."""
    section, title, offtake = terms.section, terms.offtake.label, terms.offtake
    gross = deficit.tonnes * KG_PER_T * deficit.price
    sold_on = deficit.resold * KG_PER_T * deficit.price
    free = (
        (missed.tonnes - deficit.tonnes) * KG_PER_T * missed.worst
    )  # what the buyer need not take, where it cost most
    lost = hi(0, missed.loss - free) * ratio(deficit.resold, deficit.tonnes)
    credit = offtake.resale_credit * hi(0, sold_on - lost)
    credited = section.line("resale_credit", f"{title}: Credit for resale", credit)
    net = gross - credited
    if offtake.deficiency_cap is not None:
        net = lo(net, macro.convert(offtake.deficiency_cap) * ONE_YEAR)
    billed = section.line("deficiency_payment", f"{title}: Deficiency payment", net)
    cost = excess = None
    if offtake.resale_cost is not None:
        spent = deficit.resold * KG_PER_T * macro.convert(offtake.resale_cost)
        cost = section.line("resale_cost", f"{title}: Cost of resale", spent)
    if offtake.resale_excess == "buyer":
        over = offtake.resale_credit * hi(0, -missed.loss) * ratio(deficit.resold, missed.tonnes)
        excess = section.line("resale_excess", f"{title}: Resale above the contract price, paid to the buyer", over)
    return Payment(gross, billed, sold_on * (1 - offtake.resale_credit), cost, excess)


def refund(terms: Contracting, rights: MakeUp, kept: Expr, brings: Line) -> Line:
    """Declare the credit for stock whose rights expire: from then on it is the seller's, and is sold on.

    Args:
        kept: Contained tonnes in stock for the buyer at the start of the period.
        brings: What a kg brings elsewhere.

    Returns:
        The credit [reporting currency per period].
    """
    paid = ratio(rights.expired_money, rights.expired * KG_PER_T)
    freed = lo(rights.expired, kept) * KG_PER_T
    credit = terms.offtake.resale_credit * freed * hi(0, lo(brings, paid))
    label = f"{terms.offtake.label}: Credit for stock whose rights expired"
    return terms.section.line("resale_refund", label, credit)
