"""Take-or-pay: what a buyer pays for and does not take, and what the seller pays for and does not deliver.

Sign:    tonnes and money are positive.
Timing:  the pledge accrues by period over the contract year; a deficiency is billed at the year's end at the time
         average of the contract price, and so are damages for what the seller owed and did not deliver.
Carry:   what a buyer takes and pays beyond the contract quantity of a year is a credit. It replaces take-or-pay of a
         later year that would be missed, up to a share of it; the oldest credits are used and expire first, and all
         lapse with the contract.
Source:  decisions on expiry (S1) and take-or-pay (F18). A buyer pays for no more than what the seller had ready for it
         up to the contract quantity; `resale` says what it is credited for what was sold on. The seller's shortfall is
         what the contract quantity exceeds the tonnes ready by, whatever the buyer nominates: a buyer does not pay for
         tonnes that the seller never had. What force majeure takes of the quantity is no shortfall; both lower the
         pledge. A commitment to deliver is on what is nominated. What a licence delays moves pledge and commitment to
         the period in which it is delivered.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.market.macro import Macro
from finmodel.deal.sales import make_up, resale
from finmodel.deal.sales.contracting import Contracting
from finmodel.deal.sales.make_up import Used
from finmodel.deal.sales.resale import NotTaken
from finmodel.deal.sales.storage import Kept
from finmodel.deal.time.calendar import KG_PER_T, ONE_YEAR
from finmodel.deal.time.running import year_to_date
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, hi, lo, ratio
from finmodel.kernel.model import Account, Line, Section
from finmodel.kernel.units import TONNE


@dataclass(frozen=True, eq=False, repr=False)
class Volumes:
    """Tonnes per period: contract quantity, nominated by the buyer, available to the seller, delivered.

    `ready` is what the seller could have delivered of the period's own up to the contract quantity. `delayed` is what a
    licence holds back less what it held back before; None when the contract needs none. `kept` is what the seller
    keeps for the buyer; None when it keeps nothing.
    """

    quantity: Line
    nominated: Line
    available: Line
    delivered: Line
    ready: Expr
    delayed: Line | None = None
    kept: Kept | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Take:
    """Pledged and made-up tonnes; the deficiency billed, and revenue deferred until delivered or expired.

    `spent` is the deferred revenue of rights used in the period.
    `untaken` are pledged tonnes that stay with the seller, less tonnes taken beyond the pledge; negative then.
    `extra` is what is made up beyond what the buyer nominates, None when the contract has none; others define it.
    `called` is what may be; `top_up` and `damages` are None when the contract has none. `average` is the price of the
    deficiency. `spends` is what the seller pays beside damages, by name; `twice` is what is paid on tonnes sold on,
    without credit.
    """

    pledged: Line
    untaken: Expr
    used: Line
    billed: Line
    released: Line
    deferred: Account
    spent: Line
    extra: Line | None
    called: Expr
    top_up: Line | None
    damages: Line | None
    average: Line
    spends: dict[str, Line]
    twice: Expr


@dataclass(frozen=True, eq=False, repr=False)
class Prices:
    """Prices per kg contained: the contract's, and what a tonne not taken brings elsewhere before its cost."""

    contract: Expr
    resale: Expr


@dataclass(frozen=True, eq=False, repr=False)
class _Beyond:
    """Tonnes taken this year beyond what the whole year owes, and whether it is `reached`."""

    tonnes: Line
    reached: Expr


@dataclass(frozen=True, eq=False, repr=False)
class _Year:
    """A contract year to date: the pledge net of what `lowers` it in a period, tonnes taken and missed, the price."""

    lowers: Expr
    net: Line
    taken: Line
    missing: Expr
    firm: Expr
    average: Line


def build(context: Context, terms: Contracting, volumes: Volumes, prices: Prices) -> Take:
    """Declare the pledge, the deficiency and the rights of a contract."""
    clock, macro = context.clock, context.money
    section, title = terms.section, terms.offtake.label
    pledge = volumes.quantity * terms.offtake.take_or_pay
    pledged = section.line("take_or_pay", f"{title}: Take-or-pay quantity", pledge, TONNE)
    price = section.line("price", f"{title}: Price of contained product", prices.contract, prices.contract.unit)
    brings = resale.price(terms, prices.resale, macro)
    missed = resale.not_taken(terms, volumes.ready, volumes.delivered, resale.Market(price, brings))
    year = _year(terms, volumes, pledged, price, missed, clock)
    owed, to_date = (volumes.quantity, _net_quantity(terms, volumes, year)) if _on_top(terms) else (pledged, year.net)
    beyond = _beyond(terms, year, owed, to_date)
    used = make_up.use(terms, beyond.tonnes, volumes.delivered)
    missing = year.missing
    if terms.offtake.carry_forward is not None:
        missing = missing - _carried(terms, volumes, year, used, clock)
    deficiency = section.line("deficiency", f"{title}: Deficiency, paid for and not taken", missing, TONNE)
    deficit = resale.Deficit(deficiency, _resold(terms, deficiency, volumes.kept), year.average)
    paid = resale.payment(terms, deficit, missed, macro)
    rights = make_up.build(terms, used, make_up.Made(deficiency, paid.gross, paid.billed), prices.contract, clock)
    context.register.owes("deferred_revenue", rights.deferred.closing)
    spends = {"resale_cost": paid.cost, "resale_excess": paid.excess}
    if volumes.kept is not None:
        spends["resale_refund"] = resale.refund(terms, rights, volumes.kept.opening, brings)
    return Take(
        pledged=pledged,
        untaken=owed - volumes.delivered,
        used=used.regular,
        billed=paid.billed,
        released=rights.released,
        deferred=rights.deferred,
        spent=rights.spent,
        extra=used.extra,
        called=(used.account.opening - used.regular) * beyond.reached,
        top_up=rights.top_up,
        damages=_damages(terms, year, macro),
        average=year.average,
        spends={name: line for name, line in spends.items() if line is not None},
        twice=paid.twice,
    )


def _on_top(terms: Contracting) -> bool:
    return terms.offtake.make_up_beyond == "quantity"


def _resold(terms: Contracting, deficiency: Line, kept: Kept | None) -> Expr:
    """The part of a year's deficiency that the seller sold on: all but what it put into stock for the buyer."""
    if kept is None:
        return deficiency
    label = f"{terms.offtake.label}: Put into stock less taken out, contract year to date"
    stored = year_to_date(terms.section, "net_stored_to_date", label, kept.change, terms.starts)
    return hi(0, deficiency - hi(0, stored))


def _year(terms: Contracting, volumes: Volumes, pledged: Line, price: Line, missed: NotTaken, clock: Clock) -> _Year:
    """What the buyer pledged and took since the contract year began."""
    section, title, starts = terms.section, terms.offtake.label, terms.starts
    wanted = lo(volumes.nominated, volumes.quantity)
    lost = volumes.quantity * (1 - terms.spared)
    prevented = section.line("force_majeure_lost", f"{title}: Lost to force majeure", lost, TONNE)
    asked = wanted - wanted * (1 - terms.spared)
    short = hi(0, volumes.quantity - prevented - volumes.available)
    shortfall = section.line("seller_shortfall", f"{title}: Seller's shortfall", short, TONNE)
    lowers = shortfall + prevented
    if volumes.delayed is not None:
        asked, lowers = asked - volumes.delayed, lowers + volumes.delayed
    label = f"{title}: Take-or-pay less seller's shortfall, contract year to date"
    net = year_to_date(section, "net_pledged_to_date", label, pledged - lowers, starts)
    label = f"{title}: Delivered, contract year to date"
    taken = year_to_date(section, "delivered_to_date", label, volumes.delivered, starts)
    missing = lo(hi(0, hi(0, net) - taken), missed.tonnes) * terms.ends
    return _Year(lowers, net, taken, missing, asked, _average(terms, price, clock))


def _average(terms: Contracting, price: Line, clock: Clock) -> Line:
    """Time average of the contract price over the contract year to date, without regard to volumes."""
    section, title = terms.section, terms.offtake.label
    years = clock.years * terms.active
    weighted = year_to_date(section, "price_to_date", f"{title}: Price × time, to date", price * years, terms.starts)
    time = year_to_date(section, "time_to_date", f"{title}: Time, contract year to date", years, terms.starts)
    label = f"{title}: Average price, contract year to date"
    return section.line("average_price", label, ratio(weighted, time), price.unit)


def _net_quantity(terms: Contracting, volumes: Volumes, year: _Year) -> Line:
    """The contract quantity less what lowers it."""
    label = f"{terms.offtake.label}: Contract quantity less seller's shortfall, contract year to date"
    return year_to_date(terms.section, "net_quantity_to_date", label, volumes.quantity - year.lowers, terms.starts)


def _beyond(terms: Contracting, year: _Year, amount: Line, to_date: Line) -> _Beyond:
    """What is taken beyond the pledge or the quantity of the whole year: an amount of each period, and net to date."""
    section, title = terms.section, terms.offtake.label
    to_come = section.ahead("pledge_to_come", f"{title}: Take-or-pay to the end of the contract year", TONNE)
    to_come.define(~terms.ends * (to_come.next + amount.next))
    whole = hi(0, to_date + to_come)
    beyond = hi(0, year.taken - whole) * terms.active
    line = section.line("beyond_pledge", f"{title}: Taken beyond the year's take-or-pay", beyond, TONNE)
    return _Beyond(line, (year.taken >= whole) & terms.active)


def _carried(terms: Contracting, volumes: Volumes, year: _Year, used: Used, clock: Clock) -> Line:
    """Credits for tonnes taken and paid beyond the year's quantity; returns what they replace at the year's end."""
    section, title, offtake = terms.section, terms.offtake.label, terms.offtake
    assert offtake.carry_forward is not None
    label = f"{title}: Contract quantity, contract year to date"
    quantity = year_to_date(section, "quantity_to_date", label, volumes.quantity, terms.starts)
    credits = section.account("carry_forward", f"{title}: Carry-forward credits", TONNE)
    paid = year.taken - used.to_date
    over = hi(0, paid - quantity) * terms.ends
    created = section.line("carry_forward_created", f"{title}: Carry-forward created", over, TONNE)
    room = hi(0, year.net) * offtake.carry_forward
    applied = lo(credits.opening, room, year.missing)
    replaced = section.line("carry_forward_used", f"{title}: Carry-forward used", applied, TONNE)
    life = round(section.model.decides(offtake.carry_forward_years) * clock.timeline.per_year)
    account = make_up.Vintages(section, "carry_forward", f"{title}: Carry-forward", credits)
    make_up.close(account, created, replaced, life, terms.ended)
    return replaced


def _damages(terms: Contracting, year: _Year, macro: Macro) -> Line | None:
    """What the seller pays for the part of its commitment that it did not deliver in the contract year."""
    section, title, offtake = terms.section, terms.offtake.label, terms.offtake
    if offtake.deliver_or_pay is None or offtake.shortfall_damages is None:
        return None
    label = f"{title}: Seller's commitment, contract year to date"
    owed = year_to_date(section, "owed_to_date", label, year.firm * offtake.deliver_or_pay, terms.starts)
    failed = hi(0, owed - year.taken) * terms.ends
    short = section.line("not_delivered", f"{title}: Owed by the seller and not delivered", failed, TONNE)
    full = short * KG_PER_T * year.average * offtake.shortfall_damages
    capped = full if offtake.damages_cap is None else lo(full, _cap(section, offtake.damages_cap, macro))
    return section.line("damages", f"{title}: Damages for what was not delivered", capped)


def _cap(section: Section, cap: Expr, macro: Macro) -> Expr:
    return macro.convert(cap) * ONE_YEAR
