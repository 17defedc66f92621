"""Rules of repayment: instalments, tables, balloons, and bridge loans that senior debt takes out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from finmodel.case.expand import Fault
from finmodel.case.leaf import typed
from finmodel.case.wording import words
from finmodel.deal.loans.profiles.every import ALL, KINDS
from finmodel.deal.loans.terms import Facility
from finmodel.deal.ruling import TOLERANCE, Rule, calendar_of, day, ends_in, later, percent, values
from finmodel.deal.schema import CaseTables
from finmodel.kernel.timeline import MONTH_NAMES, MONTHS, from_serial


def repayment_terms_are_stated(case: CaseTables) -> Iterator[Fault]:
    """A schedule by instalments states grace and number; a table and a takeout are dates themselves."""
    for name, facility in case.facility.items():
        key, bridge = f"facility.{name}", facility.rank == "bridge"
        if bridge or ALL[facility.profile].by_date:
            why = "senior debt takes out a bridge loan on one date" if bridge else "the table says when what is repaid"
            for word in ("grace", "instalments"):
                if typed(getattr(facility, word)):
                    yield f"{key}.{word}", f"{word} is not read here: {why}.", "Remove it."
            continue
        if not typed(facility.grace):
            wrong = '"grace" is missing: from completion to the first repayment date, at least.'
            yield f"{key}.grace", wrong, 'Write grace = "12 months".'
        if not typed(facility.instalments):
            yield f"{key}.instalments", '"instalments" is missing: number of repayments.', "Write instalments = 12."


def tables_repay_the_whole(case: CaseTables) -> Iterator[Fault]:
    """A table of repayments sums to 100 %, and falls on payment dates of operation."""
    for name, facility in case.facility.items():
        key, table = f"facility.{name}.table", facility.table
        if facility.profile == "table" and table is not None:
            total = sum(values(table))
            if abs(total - 1) > TOLERANCE:
                wrong = f"the repayments sum to {percent(total)}: they must sum to 100 %."
                yield key, wrong, "Change one of them."
            yield from _table_dates(case, name, facility)


def _table_dates(case: CaseTables, name: str, facility: Facility) -> Iterator[Fault]:
    """Each date of a table is a payment date after completion."""
    first = later(day(case.timeline.financial_close), case.timeline.construction.number)
    for at, _ in getattr(facility.table, "points", ()):
        typed_day, key = from_serial(at), f"facility.{name}.table"
        if typed_day < first:
            wrong = f"{typed_day} lies before completion, on {first}: repayment starts after it."
            yield f"{key}.{typed_day}", wrong, "Write a later date."
        elif MONTH_NAMES[typed_day.month - 1] in ends_in(case.timeline) and not _pays_in(facility, typed_day):
            wrong = f"{typed_day} is no payment date: the facility pays in {months_of(facility)}."
            yield f"{key}.{typed_day}", wrong, "Write a date in one of these months."


def _pays_in(facility: Facility, on: date) -> bool:
    return MONTH_NAMES[on.month - 1] in facility.payment_months


def a_profile_has_its_keys(case: CaseTables) -> Iterator[Fault]:
    """A table goes with its profile, and a balloon stands beside regular repayments."""
    for name, facility in case.facility.items():
        yield from KINDS.faults(f"facility.{name}", facility)


def bridges_are_taken_out(case: CaseTables) -> Iterator[Fault]:
    """A bridge loan is repaid at once by senior debt, in construction, and pays its interest from funding."""
    for name, facility in case.facility.items():
        key = f"facility.{name}"
        if facility.rank != "bridge":
            if facility.takeout is not None:
                wrong = f"takeout is the date of a bridge loan: this facility is {facility.rank}."
                yield f"{key}.takeout", wrong, "Remove it."
            continue
        if facility.profile != "bullet":
            wrong = f'a bridge loan is repaid at once: got profile = "{facility.profile}".'
            yield f"{key}.profile", wrong, 'Write profile = "bullet".'
        if typed(facility.balloon) and ALL[facility.profile].balloon:
            yield f"{key}.balloon", "a bridge loan is repaid at once, without a balloon.", "Remove it."
        if facility.capitalise:
            wrong = "interest of a bridge loan is paid from funding: got capitalise = true."
            yield f"{key}.capitalise", wrong, "Remove it: interest in construction is a use of funds."
        if not senior_of(case):
            yield key, "a bridge loan is taken out by senior debt, and the case has none.", "Add a senior facility."
        if facility.takeout is not None:
            yield from _takeout(case, name, day(facility.takeout))


def _takeout(case: CaseTables, name: str, on: date) -> Iterator[Fault]:
    """The takeout is the end of a period of construction, and not of the first: a bridge is drawn before it."""
    terms = case.timeline
    completion = later(day(terms.financial_close), terms.construction.number)
    first, last = later(day(terms.financial_close), MONTHS[terms.frequency]), completion - timedelta(days=1)
    after, calendar = on + timedelta(days=1), calendar_of(terms)
    if after <= first or after > completion:
        wrong = f"the takeout on {on} leaves a bridge no time in construction, which ends on {last}."
        yield f"facility.{name}.takeout", wrong, f"Write takeout = {last}, or leave it out."
    elif not calendar.is_boundary(after):
        one, two = (near - timedelta(days=1) for near in calendar.nearest(after))
        wrong = f"{on} is not the last day of a period."
        yield f"facility.{name}.takeout", wrong, f"Write takeout = {one} or {two}."


def senior_of(case: CaseTables) -> dict[str, Facility]:
    """Senior facilities of the sized debt by name."""
    return {name: loan for name, loan in case.facility.items() if loan.sized}


def months_of(facility: Facility) -> str:
    """The months in which a facility is paid, in words."""
    months = sorted(set(facility.payment_months), key=MONTH_NAMES.index)
    return words([f'"{month}"' for month in months]) if months else "none"


def forgiveness_is_of_what_was_put_off(case: CaseTables) -> Iterator[Fault]:
    """Only interest that was put off is forgiven."""
    for name, facility in case.facility.items():
        if facility.forgiven is not None and facility.deferred is None:
            wrong = "only interest that was put off is forgiven, and none is."
            yield f"facility.{name}.forgiven", wrong, 'Write deferred = { 2030-01-01 = "100 %", … } beside it.'


RULES: list[Rule] = [
    forgiveness_is_of_what_was_put_off,
    repayment_terms_are_stated,
    tables_repay_the_whole,
    a_profile_has_its_keys,
    bridges_are_taken_out,
]
