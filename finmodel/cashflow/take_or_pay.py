"""Take-or-pay: what a buyer pays for and does not take, and the right to take it later.

Sign:    tonnes and money are positive.
Timing:  the pledge accrues by period over the contract year; a deficiency is billed at the year's end at the time
         average of the contract price.
Make-up: tonnes paid for and not taken are a right, and deferred revenue, until used, expired (after so many years,
         first in first out), or the end of the contract. Take beyond the year's pledge uses rights first, and is free.
Source:  decisions on expiry (F6), make-up (F17) and take-or-pay (F18); rights carry the average price paid. A seller
         who delivers the contract quantity is not short, however much more the buyer nominates.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.base.expr import Expr, hi, lo, ratio
from finmodel.base.model import Account, Line, Section
from finmodel.base.units import TONNE
from finmodel.case.calendar import KG_PER_T
from finmodel.case.schema_sales import Offtake
from finmodel.cashflow.chain import Goods
from finmodel.cashflow.running import to_date, year_to_date
from finmodel.cashflow.timing import Clock


@dataclass(frozen=True)
class Contracting:
    """A contract while it is declared: flags of its life and years (`starts` and `ends` a year), and what it buys."""

    id: str
    offtake: Offtake
    section: Section
    active: Line
    ends: Line
    starts: Expr
    closes: Line
    goods: list[Goods]


@dataclass(frozen=True)
class Volumes:
    """Tonnes per period: contract quantity, nominated by the buyer, available to the seller, delivered."""

    quantity: Line
    nominated: Line
    available: Line
    delivered: Line


@dataclass(frozen=True)
class Take:
    """Pledged and made-up tonnes; the deficiency billed, and revenue deferred until delivered or expired."""

    pledged: Line
    used: Line
    billed: Line
    released: Line
    deferred: Account


@dataclass(frozen=True)
class _Rights:
    """Make-up rights in tonnes: the account, and what left it."""

    account: Account
    used: Line
    expired: Line


def build(terms: Contracting, volumes: Volumes, price: Expr, clock: Clock) -> Take:
    """Declare the pledge, the deficiency and the rights of a contract; `price` is per kg contained."""
    section, title, starts = terms.section, terms.offtake.label, terms.starts
    pledge = volumes.quantity * terms.offtake.take_or_pay
    pledged = section.line("take_or_pay", f"{title}: Take-or-pay quantity", pledge, TONNE)
    missed = hi(0, lo(volumes.nominated, volumes.quantity) - volumes.available)
    shortfall = section.line("seller_shortfall", f"{title}: Seller's shortfall", missed, TONNE)
    label = f"{title}: Take-or-pay less seller's shortfall, contract year to date"
    net = year_to_date(section, "net_pledged_to_date", label, pledged - shortfall, starts)
    label = f"{title}: Delivered, contract year to date"
    taken = year_to_date(section, "delivered_to_date", label, volumes.delivered, starts)
    missing = hi(0, hi(0, net) - taken) * terms.ends
    deficiency = section.line("deficiency", f"{title}: Deficiency, paid for and not taken", missing, TONNE)
    average = _average(terms, price, clock)
    billed = section.line("deficiency_payment", f"{title}: Deficiency payment", deficiency * KG_PER_T * average)
    beyond = _beyond(terms, pledged, net, taken)
    rights = _rights(terms, beyond, deficiency, clock)
    deferred, released = _deferred(section, rights, deficiency, billed)
    section.model.register.owes("deferred_revenue", deferred.closing)
    return Take(pledged, rights.used, billed, released, deferred)


def _average(terms: Contracting, price: Expr, clock: Clock) -> Line:
    """Time average of the contract price over the contract year to date, without regard to volumes."""
    section, title = terms.section, terms.offtake.label
    years = clock.years * terms.active
    paid = section.line("price", f"{title}: Price of contained product", price, price.unit)
    weighted = year_to_date(section, "price_to_date", f"{title}: Price × time, to date", paid * years, terms.starts)
    time = year_to_date(section, "time_to_date", f"{title}: Time, contract year to date", years, terms.starts)
    label = f"{title}: Average price, contract year to date"
    return section.line("average_price", label, ratio(weighted, time), price.unit)


def _beyond(terms: Contracting, pledged: Line, net: Line, taken: Line) -> Line:
    """Tonnes taken this year beyond the pledge of the whole year."""
    section, title = terms.section, terms.offtake.label
    to_come = section.ahead("pledge_to_come", f"{title}: Take-or-pay to the end of the contract year", TONNE)
    to_come.define(~terms.ends * (to_come.next + pledged.next))
    beyond = hi(0, taken - hi(0, net + to_come)) * terms.active
    return section.line("beyond_pledge", f"{title}: Taken beyond the year's take-or-pay", beyond, TONNE)


def _rights(terms: Contracting, beyond: Line, created: Line, clock: Clock) -> _Rights:
    """Rights are used by take beyond the pledge; the oldest expire first, and all at the end of the contract."""
    section, title = terms.section, terms.offtake.label
    rights = section.account("make_up", f"{title}: Make-up rights", TONNE)
    so_far = section.ahead("make_up_used_to_date", f"{title}: Make-up used, contract year to date", TONNE)
    before = so_far.prev * ~terms.starts
    used = section.line("make_up_used", f"{title}: Make-up used", lo(rights.opening, hi(0, beyond - before)), TONNE)
    so_far.define(before + used)
    created_ever = to_date(section, "make_up_created_so_far", f"{title}: Make-up rights so far", created)
    used_ever = to_date(section, "make_up_used_so_far", f"{title}: Make-up used so far", used)
    gone = section.ahead("make_up_expired_so_far", f"{title}: Make-up expired so far", TONNE)
    held = rights.opening + created - used
    life = round(terms.offtake.make_up_years.number * clock.timeline.per_year)
    too_old = hi(0, created_ever.lag(life) - used_ever - gone.prev)
    lost = hi(lo(too_old, held), held * terms.closes)
    expired = section.line("make_up_expired", f"{title}: Make-up expired", lost, TONNE)
    gone.define(gone.prev + expired)
    rights.close(add=[created], less=[used, expired])
    return _Rights(rights, used, expired)


def _deferred(section: Section, rights: _Rights, created: Line, billed: Line) -> tuple[Account, Line]:
    """Deferred revenue moves with the rights, at their average price."""
    title = section.title
    deferred = section.account("deferred", f"{title}: Deferred revenue")
    opening = rights.account.opening
    used = deferred.opening * ratio(rights.used, opening)
    used_money = section.line("make_up_money", f"{title}: Deferred revenue of rights used", used)
    rest = deferred.opening - used_money + billed
    lost = rest * ratio(rights.expired, opening - rights.used + created)
    lost_money = section.line("expired_money", f"{title}: Deferred revenue of rights expired", lost)
    deferred.close(add=[billed], less=[used_money, lost_money])
    released = section.line("deferred_released", f"{title}: Deferred revenue released", used_money + lost_money)
    return deferred, released
