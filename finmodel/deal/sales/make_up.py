"""Make-up: the right to take later what was paid for, the money behind it, and what is paid on top.

Sign:    tonnes and money are positive.
Timing:  take beyond the year's pledge uses rights first, and is free; after the contract, in its tail, all take does.
         Rights expire after so many years, first in first out, and all of them at the end of contract and tail.
Money:   tonnes leave first in, first out; the money paid for them leaves at its average. Where the contract says so,
         the buyer pays on top what the price at delivery exceeds that average by.
Source:  decisions on expiry (S1), make-up (F17) and take-or-pay (F18). What is called beyond the nomination takes
         what all contracts leave: its tonnes are declared after theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from finmodel.deal.sales.contracting import Contracting
from finmodel.deal.time.calendar import KG_PER_T
from finmodel.deal.time.running import to_date
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, hi, lo, ratio
from finmodel.kernel.model import Account, Line, Section
from finmodel.kernel.units import TONNE


@dataclass(frozen=True, eq=False, repr=False)
class Vintages:
    """Tonnes that expire first in, first out, under a name of a section."""

    section: Section
    name: str
    title: str
    account: Account


@dataclass(frozen=True, eq=False, repr=False)
class Used:
    """Rights used: within the nomination (also contract year to date), beyond it, and in all."""

    account: Account
    regular: Line
    to_date: Line
    extra: Line | None
    whole: Line


@dataclass(frozen=True, eq=False, repr=False)
class Made:
    """A period's deficiency: tonnes, their price in full, and what of it was billed [reporting currency]."""

    tonnes: Line
    gross: Expr
    billed: Line


@dataclass(frozen=True, eq=False, repr=False)
class MakeUp:
    """Money of make-up rights: deferred, that of rights used, released, and paid on top; rights expired in tonnes and
    in money.
    """

    deferred: Account
    spent: Line
    released: Line
    expired: Line
    expired_money: Line
    top_up: Line | None = None


def use(terms: Contracting, beyond: Line, delivered: Line) -> Used:
    """Declare the rights that take beyond the pledge uses, and all take of the tail.

    Args:
        beyond: Tonnes taken beyond what the whole contract year owes, year to date.
        delivered: Tonnes delivered in the period.
    """
    section, title = terms.section, terms.offtake.label
    rights = terms.rights or section.account("make_up", f"{title}: Make-up rights", TONNE)
    so_far = section.ahead("make_up_used_to_date", f"{title}: Make-up used, contract year to date", TONNE)
    before = so_far.prev * ~terms.starts
    wanted = hi(0, beyond - before)
    if terms.tail is not None:
        wanted = wanted + delivered * terms.tail
    if not terms.offtake.make_up_extra:
        used = section.line("make_up_used", f"{title}: Make-up used", lo(rights.opening, wanted), TONNE)
        so_far.define(before + used)
        return Used(rights, used, so_far, None, used)
    label = f"{title}: Make-up within the nomination"
    regular = section.line("make_up_nominated", label, lo(rights.opening, wanted), TONNE)
    so_far.define(before + regular)
    extra = section.ahead("make_up_extra", f"{title}: Make-up beyond the nomination", TONNE)
    whole = section.line("make_up_used", f"{title}: Make-up used", regular + extra, TONNE)
    return Used(rights, regular, so_far, extra, whole)


def build(terms: Contracting, used: Used, made: Made, price: Expr, clock: Clock) -> MakeUp:
    """Close the rights and the money behind them.

    Args:
        price: The contract price [reporting currency per kg contained].
    """
    section, title = terms.section, terms.offtake.label
    created = _created(section, title, made)
    life = round(section.model.decides(terms.offtake.make_up_years) * clock.timeline.per_year)
    vintages = Vintages(section, "make_up", f"{title}: Make-up", used.account)
    expired = close(vintages, created, used.whole, life, terms.ended)
    money = _deferred(section, used, expired, created, made.billed)
    deferred = money.deferred
    top_up = None
    if terms.offtake.make_up_top_up:
        paid = ratio(deferred.opening, used.account.opening * KG_PER_T)
        label = f"{title}: Price paid for make-up rights, average"
        average = section.line("make_up_price", label, paid, price.unit)
        more = used.whole * KG_PER_T * hi(0, price - average)
        top_up = section.line("make_up_top_up", f"{title}: Paid on top of make-up", more)
    return replace(money, top_up=top_up)


def _created(section: Section, title: str, made: Made) -> Line:
    """Rights are counted in money: a deficiency that is paid in part makes a part of its tonnes."""
    part = made.tonnes * ratio(made.billed, made.gross)
    return section.line("make_up_created", f"{title}: Make-up rights from what was paid", part, TONNE)


def close(held: Vintages, created: Line, used: Line, life: int, ended: Line) -> Line:
    """Close an account whose oldest tonnes are used and expire first, and that ends empty; returns what expired.

    Args:
        created: Tonnes of rights made.
        used: Tonnes of rights used.
        life: Periods until a right expires.
        ended: 1 when contract and tail have ended.
    """
    section, name, title = held.section, held.name, held.title
    created_ever = to_date(section, f"{name}_created_so_far", f"{title} rights so far", created)
    used_ever = to_date(section, f"{name}_used_so_far", f"{title} used so far", used)
    gone = section.ahead(f"{name}_expired_so_far", f"{title} expired so far", TONNE)
    left = held.account.opening + created - used
    too_old = hi(0, created_ever.lag(life) - used_ever - gone.prev)
    lost = hi(lo(too_old, left), left * ended)
    expired = section.line(f"{name}_expired", f"{title} expired", lost, TONNE)
    gone.define(gone.prev + expired)
    held.account.close(add=[created], less=[used, expired])
    return expired


def _deferred(section: Section, used: Used, expired: Line, created: Line, billed: Line) -> MakeUp:
    """Deferred revenue moves with the rights, at their average price."""
    title = section.title
    deferred = section.account("deferred", f"{title}: Deferred revenue")
    opening = used.account.opening
    gone = deferred.opening * ratio(used.whole, opening)
    used_money = section.line("make_up_money", f"{title}: Deferred revenue of rights used", gone)
    rest = deferred.opening - used_money + billed
    lost = rest * ratio(expired, opening - used.whole + created)
    lost_money = section.line("expired_money", f"{title}: Deferred revenue of rights expired", lost)
    deferred.close(add=[billed], less=[used_money, lost_money])
    released = section.line("deferred_released", f"{title}: Deferred revenue released", used_money + lost_money)
    return MakeUp(deferred, used_money, released, expired, lost_money)
