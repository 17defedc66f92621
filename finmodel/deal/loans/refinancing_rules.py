"""Rules of refinancing: a facility is drawn on a date of operation to repay others that are still owed then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from finmodel.case.expand import Fault
from finmodel.case.leaf import typed
from finmodel.case.wording import quoted
from finmodel.deal.loans.profiles.every import names
from finmodel.deal.loans.terms import Facility
from finmodel.deal.ruling import Rule, calendar_of, day, end_of_operations, later, unknown
from finmodel.deal.schema import CaseTables


def refinancing_repays_facilities_that_are_there(case: CaseTables) -> Iterator[Fault]:
    """Each name is another facility of the same rank, in the case's currency, that is not refinanced already."""
    taken: dict[str, str] = {}
    for name, facility in case.facility.items():
        for number, old in enumerate(facility.refinances):
            key = f"facility.{name}.refinances.{number}"
            other = case.facility.get(old)
            if other is None:
                yield unknown(key, old, case.facility, "facility", "facility")
            elif old == name or other.refinances or other.rank != facility.rank or other.rank == "bridge":
                wrong = f'"{old}" is not another facility of rank {facility.rank}, drawn before.'
                yield key, wrong, "Name facilities of the same rank that are drawn in construction."
            elif old in taken:
                yield key, f"{old} is refinanced by {taken[old]} already.", "Remove it in one of them."
            elif {facility.currency, other.currency} - {None, case.currency}:
                wrong = f"a refinancing is in {case.currency}: this one changes the currency."
                yield key, wrong, "Leave currency out of both."
            taken.setdefault(old, name)


def refinancing_has_a_date(case: CaseTables) -> Iterator[Fault]:
    """The date of the draw is the end of a period of operation; it stands beside what it repays."""
    for name, facility in case.facility.items():
        key = f"facility.{name}"
        if facility.refinances and facility.drawn_on is None:
            yield key, '"drawn_on" is missing: the date of the refinancing.', "Write drawn_on = 2031-12-31."
        elif facility.drawn_on is not None and not facility.refinances:
            wrong = "drawn_on is the date on which a facility refinances others, and this one names none."
            yield f"{key}.drawn_on", wrong, 'Write refinances = ["…"] beside it, or remove it.'
        elif facility.drawn_on is not None:
            yield from _date(case, name, facility)


def _date(case: CaseTables, name: str, facility: Facility) -> Iterator[Fault]:
    assert facility.drawn_on is not None
    terms, on, one = case.timeline, day(facility.drawn_on), timedelta(days=1)
    first = later(day(terms.financial_close), terms.construction.number)
    calendar = calendar_of(terms)
    if not first <= on <= end_of_operations(terms):
        wrong = f"{on} lies outside operations, from {first} to {end_of_operations(terms)}."
        yield f"facility.{name}.drawn_on", wrong, "Write a date of operation."
    elif not calendar.is_boundary(on + one):
        two = [str(near - one) for near in calendar.nearest(on + one)]
        yield (
            f"facility.{name}.drawn_on",
            f"{on} is not the last day of a period.",
            f"Write drawn_on = {' or '.join(two)}.",
        )


def refinancing_is_repaid_by_instalments(case: CaseTables) -> Iterator[Fault]:
    """A refinancing facility has a plain schedule of its own, and no terms of construction."""
    for name, facility in case.facility.items():
        key = f"facility.{name}"
        if not facility.refinances:
            continue
        if facility.profile not in names(by_date=False):
            wrong = f'a refinancing is not repaid in profile "{facility.profile}".'
            yield f"{key}.profile", wrong, f"Write profile = {quoted(names(by_date=False))}."
        unread = {
            "standby": facility.standby,
            "own_schedule": facility.own_schedule,
            "capitalise": facility.capitalise,
            "commitment_fee": typed(facility.commitment_fee),
        }
        for word in (word for word, given in unread.items() if given):
            yield f"{key}.{word}", f"{word} is not read of a facility that refinances others.", "Remove it."


RULES: list[Rule] = [
    refinancing_repays_facilities_that_are_there,
    refinancing_has_a_date,
    refinancing_is_repaid_by_instalments,
]
