"""Senior facilities with a schedule of their own, beside sculpted ones: their service comes out of capacity first.

Sign:    every line is the positive amount that its label names.
Timing:  on each date the sculpted facilities have what the others' planned service leaves.
Source:  decisions on the senior profile (F11). Per unit of senior debt, sculpted facilities have the share `s` and the
         others a service of `o`; the debt is the D whose value left, v(D), is s·D. B is what v loses per unit of D: the
         value of `o`, or, where one date's capacity cuts the value short, `o` over the rate. As v is made of straight
         pieces, Newton's step D = (v + D·B)/(s + B) is exact on the piece on which it is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finmodel.deal.loans.facility import Loan
from finmodel.deal.sizing import sculpting, senior, shadow
from finmodel.deal.sizing.sculpting import Sculpted
from finmodel.deal.sizing.senior import AtCover, Capacity
from finmodel.deal.time.calendar import RATIO_ROUNDING
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Given, add, hi, ratio, where
from finmodel.kernel.folds import lowest, total
from finmodel.kernel.model import Line, Section
from finmodel.kernel.units import RATIO


@dataclass(frozen=True, eq=False, repr=False)
class _Unit:
    """Per unit of senior debt: the service of own schedules, interest of sculpted debt, and the sculpted share."""

    service: Line
    rate: Line
    part: Line


def limits(
    section: Section, clock: Clock, loans: Sequence[Loan], capacity: Capacity, debt: Given, uses: Line
) -> AtCover:
    """Declare the debt at the cover, the sculpted schedule, and what dates can carry that repay own schedules alone.

    Args:
        section: Where the lines stand.
        clock: Rows of time.
        loans: Senior debt.
        capacity: What may be paid on each date [reporting currency].
        debt: Senior debt, as the engine finds it [reporting currency].
        uses: All uses of funds [reporting currency]: more than any debt.
    """
    sculpted = senior.shared(loans)
    repaying = sculpted[0].repaying
    part = section.line(
        "sculpted_share", "Sculpted share of senior debt", add([senior.share(x) for x in sculpted]), RATIO
    )
    rate, growth = senior.interest(section, sculpted), senior.growth(section, sculpted, "sculpted_growth")
    shared = Sculpted(repaying, rate, growth, capacity.form)
    own = add([senior.unit_service(loan) * senior.worth(loan) for loan in senior.own(loans)])
    service = section.line("own_service", "Service of own schedules, per unit of senior debt", own, RATIO)
    label = "Capacity that the service of own schedules leaves"
    left = section.line("capacity_left", label, hi(0, capacity.service - service * debt) * repaying)
    carried = sculpting.valued(section, shared, left)
    value = carried.after
    worth = _worth(section, service, shared, carried.cut)
    first = clock.first
    whole = section.line("capacity_at_close", "Debt that all capacity can carry", (value + worth * debt) * first)
    each = section.line("unit_at_close", "Sculpted share, and own service at its value", (worth + part) * first, RATIO)
    by_cover = section.line("by_cover", "Debt at the debt service cover", ratio(total(whole), total(each)))
    at_close = section.line("sculpted_at_close", "Sculpted debt that the capacity left can carry", value * first)
    schedule = sculpting.schedule(section, shared, carried, total(at_close))
    added = shadow.sculpted(section, shared, carried, total(each))
    by_own = _by_own(section, sculpted[0], _Unit(service, rate, part), capacity, uses)
    return AtCover([by_cover, by_own], added, schedule=schedule)


def _worth(section: Section, service: Line, debt: Sculpted, cut: Line) -> Line:
    """What the value left loses per unit of senior debt, on sculpted dates."""
    repaying, rate, growth = debt.repaying, debt.rate, debt.growth
    owed = (1 if growth is None else growth) + rate
    worth = section.ahead("own_value", "Value of the service of own schedules to come, per unit", RATIO)
    kept = where(cut, ratio(service, rate), ratio((worth if growth is None else worth * growth) + service, owed))
    step = section.line("own_step", "Value of the service of own schedules at the date", repaying * kept, RATIO)
    return worth.define(step.next + ~repaying.next * worth.next)


def _by_own(section: Section, sculpted: Loan, unit: _Unit, capacity: Capacity, uses: Line) -> Line:
    """No date asks more for own schedules than its capacity; between sculpted dates, sculpted interest is paid too."""
    pays_own = capacity.dates.repaying & (unit.service > RATIO_ROUNDING)
    dates = section.flag("own_date", "Date that pays own schedules", pays_own)
    interest = unit.rate * unit.part * sculpted.planned.lag(1, 1) * ~sculpted.repaying
    carried = section.line(
        "own_carried", "Debt that such a date can carry", ratio(capacity.service, unit.service + interest) * dates
    )
    least = section.line("own_least", "Debt that such dates can carry", lowest(carried, dates))
    return section.line("by_own", "Debt at the cover on dates of own schedules", least + _unbound(section, dates, uses))


def _unbound(section: Section, dates: Line, uses: Line) -> Line:
    """Without such dates nothing is limited: what the uses of funds come to is more than any debt."""
    none = section.flag("own_none", "No date pays own schedules", total(dates).eq(0))
    return section.line("own_unbound", "No limit of such dates", none * uses)
