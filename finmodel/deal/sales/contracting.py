"""A sales contract while it is declared: when it runs, its contract years, and what force majeure takes from it.

Sign:    flags are 0 or 1; a share lost is positive.
Timing:  a contract year is twelve months from the contract's start. A buyer in default is gone from the default's
         date: the contract ends the day before, with what is due then. Rights to make up may outlive it by a tail.
Source:  make-up after the end (F18); what buyer and seller lose to force majeure at once is counted once.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.plant.goods import Goods
from finmodel.deal.sales.terms import Offtake
from finmodel.deal.time.calendar import MONTHS_PER_YEAR
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, month_of
from finmodel.kernel.model import Account, Line, Section
from finmodel.kernel.timeline import MONTH_NAMES, from_serial
from finmodel.kernel.units import MONTH, TONNE


@dataclass(frozen=True, eq=False, repr=False)
class Contracting:
    """A contract while it is declared: flags of its life and years (`starts` and `ends` a year), and what it buys.

    It is `active` for its term and `alive` while rights may still be used, `ended` marks the last of these periods.
    `spared` is the share of the quantity that force majeure leaves.
    """

    id: str
    offtake: Offtake
    section: Section
    active: Line
    ends: Line
    starts: Expr
    tail: Line | None
    alive: Line
    ended: Line
    defaulted: Line | None
    spared: Expr
    goods: list[Goods]
    rights: Account | None


def begin(context: Context, name: str, offtake: Offtake, goods: list[Goods]) -> Contracting:
    """Declare the flags of a contract.

    Args:
        name: Name of the contract.
        goods: The products that it buys, in the order of the chain.

    Returns:
        The contract with its flags.
    """
    clock = context.clock
    section = context.model.section(f"offtake.{name}", context.money.money, offtake.label)
    first = section.line("start_month", f"{offtake.label}: First month", month_of(offtake.start), MONTH)
    after = section.line("end_month", f"{offtake.label}: Month after the last", first + offtake.term, MONTH)
    defaulted = _defaulted(section, offtake, clock)
    runs = (first < clock.end_month) & (clock.end_month <= after) & clock.operations
    active = section.flag("active", f"{offtake.label}: In force", runs if defaulted is None else runs & ~defaulted)
    ends = clock.year_end(_month_before(section, offtake))
    closes = section.flag("closes", f"{offtake.label}: Last period", active & ~active.next)
    year_ends = section.flag("year_ends", f"{offtake.label}: Contract year ends", active & (ends | closes))
    tail = _tail(section, offtake, after, defaulted, clock)
    alive, ended = active, closes
    if tail is not None:
        alive = section.flag("alive", f"{offtake.label}: In force, or rights may be used", active | tail)
        ended = section.flag("ended", f"{offtake.label}: Last period of its rights", alive & ~alive.next)
    starts = year_ends.prev | (active & ~active.prev)
    early = tail is not None or offtake.make_up_extra
    rights = section.account("make_up", f"{offtake.label}: Make-up rights", TONNE) if early else None
    spared = _spared(section, offtake)
    return Contracting(
        name, offtake, section, active, year_ends, starts, tail, alive, ended, defaulted, spared, goods, rights
    )


def _defaulted(section: Section, offtake: Offtake, clock: Clock) -> Line | None:
    if offtake.default_date is None:
        return None
    gone = clock.end_month > month_of(offtake.default_date)
    return section.flag("defaulted", f"{offtake.label}: The buyer is in default", gone)


def _tail(section: Section, offtake: Offtake, after: Line, defaulted: Line | None, clock: Clock) -> Line | None:
    """Periods after the contract in which rights may still be used."""
    if offtake.make_up_tail is None:
        return None
    until = after + offtake.make_up_tail * MONTHS_PER_YEAR
    late = (after < clock.end_month) & (clock.end_month <= until) & clock.operations
    return section.flag("tail", f"{offtake.label}: Make-up tail", late if defaulted is None else late & ~defaulted)


def _spared(section: Section, offtake: Offtake) -> Expr:
    """The share of the quantity that force majeure of either side leaves."""
    left = (1 - offtake.force_majeure_buyer) * (1 - offtake.force_majeure_seller)
    lost = section.line("force_majeure", f"{offtake.label}: Share lost to force majeure", 1 - left, offtake.demand.unit)
    return 1 - lost


def _month_before(section: Section, offtake: Offtake) -> str:
    """The month that ends a contract year: the one before the contract's first."""
    return MONTH_NAMES[(from_serial(section.model.decides(offtake.start)).month - 2) % len(MONTH_NAMES)]
