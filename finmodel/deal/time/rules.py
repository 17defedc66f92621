"""Rules of time: years and dates fall on the calendar, and what is paid later is paid before the timeline ends."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from finmodel.case.expand import Fault, year_end
from finmodel.case.wording import words
from finmodel.deal.loans.terms import Facility
from finmodel.deal.ruling import Rule, calendar_of, day, end_of_operations, ends_in, later, months_text
from finmodel.deal.schema import CaseTables, TimelineTerms
from finmodel.deal.time.calendar import missing_month
from finmodel.kernel.expr import Given
from finmodel.kernel.timeline import MONTH_NAMES, MONTHS, Timeline, month_number

_DAY = timedelta(days=1)
_MONTHS_PER_YEAR = 12


class _Lag(NamedTuple):
    """When the last payment of a kind is made, and the key that says so."""

    until: date
    key: str
    text: str


def year_ends_fall_on_period_ends(case: CaseTables) -> Iterator[Fault]:
    """Tax years, fiscal years and payment dates end with a period."""
    terms = case.timeline
    months: dict[str, str] = {}
    for name, entity in case.entity.items():
        months[f"entity.{name}.tax_year_end"] = entity.tax_year_end
    for name, programme in case.programme.items():
        months[f"programme.{name}.year_end"] = programme.year_end
    for name, facility in case.facility.items():
        for number, paid in enumerate(facility.payment_months):
            months[f"facility.{name}.payment_months.{number}"] = paid
    for key, month in months.items():
        if missing_month(calendar_of(terms), month):
            wrong = f"no {_period(terms)} ends in {month}: they end in {words(ends_in(terms))}."
            yield key, wrong, f'Write frequency = "{_fitting(terms, month)}" in [timeline], or another month here.'


def calendar_years_of_a_cap_are_whole(case: CaseTables) -> Iterator[Fault]:
    """A cap on what is given back in a calendar year needs a period that ends with the year."""
    terms = case.timeline
    for name, support in case.support.items():
        if support.share_cap is not None and missing_month(calendar_of(terms), "December"):
            ends, fitting = words(ends_in(terms)), _fitting(terms, "December")
            wrong = f"the cap holds for a calendar year, and no {_period(terms)} ends in December: they end in {ends}."
            remedy = f'Write frequency = "{fitting}" or year_ends = "December" in [timeline], or remove share_cap.'
            yield f"support.{name}.share_cap", wrong, remedy


def dates_fall_on_the_calendar(case: CaseTables) -> Iterator[Fault]:
    """What starts, starts with a period; what ends, ends with one."""
    terms, calendar = case.timeline, calendar_of(case.timeline)
    for key, given in _dates(case).items():
        name, last = key.rsplit(".", 1)[-1], key.endswith(".end")
        typed = day(given)
        edge = typed + _DAY if last else typed
        if not calendar.is_boundary(edge):
            one, two = (near - _DAY if last else near for near in calendar.nearest(edge))
            wrong = f"{typed} is not the {'last' if last else 'first'} day of a {_period(terms)}."
            yield key, wrong, f"Write {name} = {one} or {two}."


def contracts_run_whole_periods(case: CaseTables) -> Iterator[Fault]:
    """The term of a contract is a number of whole periods."""
    size = MONTHS[case.timeline.frequency]
    for name, offtake in case.offtake.items():
        months = offtake.term.number
        if months % size:
            below = int(months // size) * size
            lengths = [f'"{months_text(length)}"' for length in (below, below + size) if length]
            wrong = f"{months_text(months)} are not whole periods of one {_period(case.timeline)}."
            yield f"offtake.{name}.term", wrong, f"Write term = {' or '.join(lengths)}."


def contracts_meet_operations(case: CaseTables) -> Iterator[Fault]:
    """A contract runs while there is something to deliver."""
    terms, last = case.timeline, end_of_operations(case.timeline)
    first = later(day(terms.financial_close), terms.construction.number)
    for name, offtake in case.offtake.items():
        start, end = day(offtake.start), later(day(offtake.start), offtake.term.number) - _DAY
        if end < first or start > last:
            wrong = f"the contract, from {start} to {end}, lies outside operations, from {first} to {last}."
            yield f"offtake.{name}.start", wrong, f"Write start = {first} or a later first day of a period."


def the_wind_up_covers_the_longest_lag(case: CaseTables) -> Iterator[Fault]:
    """After operations the timeline goes on until the last of them is paid."""
    terms = case.timeline
    closing = end_of_operations(terms) + _DAY
    last = max(_lags(case, closing), key=lambda lag: lag.until, default=None)
    end = later(closing, terms.wind_up.number)
    if last is None or last.until <= end:
        return
    size = MONTHS[terms.frequency]
    months = month_number(last.until) - month_number(closing) + (last.until.day > 1)
    needed = f"{math.ceil(months / size) * size} months"
    wrong = (
        f"the wind-up of {months_text(terms.wind_up.number)} is too short: operations end on {closing - _DAY}, "
        f'and the longest lag, {last.key} = "{last.text}", is paid by {last.until - _DAY}.'
    )
    yield "timeline.wind_up", wrong, f'Write wind_up = "{needed}".'


def the_wind_up_has_room_for_the_closure(case: CaseTables) -> Iterator[Fault]:
    """The timeline goes on until the last of the closure is spent."""
    terms = case.timeline
    if case.closure is None or case.closure.duration.number <= terms.wind_up.number:
        return
    needed = months_text(_whole(case.closure.duration, terms))
    wrong = (
        f"the closure takes {months_text(case.closure.duration.number)} after operations end on "
        f"{end_of_operations(terms)}, and the wind-up is {months_text(terms.wind_up.number)}."
    )
    yield "closure.duration", wrong, f'Write wind_up = "{needed}" in [timeline], or a shorter duration.'


def grants_are_received_within_the_timeline(case: CaseTables) -> Iterator[Fault]:
    """The last spending of construction and the lag after it lie within the timeline."""
    terms = case.timeline
    months = terms.operations.number + terms.wind_up.number
    for name, grant in case.grant.items():
        if _whole(grant.lag, terms) > months:
            close = later(day(terms.financial_close), terms.construction.number)
            wrong = (
                f"the grant for the last spending, in construction up to {close - _DAY}, would come "
                f"{months_text(grant.lag.number)} later: the timeline ends on {later(close, months) - _DAY}."
            )
            yield f"grant.{name}.lag", wrong, f'Write lag = "{months_text(months)}" or less.'


def debt_is_repaid_within_operations(case: CaseTables) -> Iterator[Fault]:
    """The last repayment falls before operations end."""
    terms, end = case.timeline, end_of_operations(case.timeline)
    for name, facility in case.facility.items():
        if facility.rank == "bridge" or facility.profile == "table":
            continue
        if facility.grace.number > terms.operations.number:
            wrong = f"the grace period, {months_text(facility.grace.number)}, is longer than operations."
            yield f"facility.{name}.grace", wrong, f"Operations end on {end}: write a shorter one."
            continue
        dates = _repayments(facility, terms)
        late = [on for on in dates if on > end]
        if not late:
            continue
        count = len(dates) - len(late)
        wrong = f"the last of {len(dates)} repayments falls on {dates[-1]}, after operations end on {end}."
        remedy = "Write a shorter grace." if not count else f"Write instalments = {count} or less, or a shorter grace."
        yield f"facility.{name}.instalments", wrong, remedy


def _dates(case: CaseTables) -> dict[str, Given]:
    """Dates from or up to which something holds, by key."""
    dates: dict[str, Given | None] = {}
    for name, offtake in case.offtake.items():
        dates[f"offtake.{name}.start"] = offtake.start
        dates[f"offtake.{name}.default_date"] = offtake.default_date
    for name, support in case.support.items():
        dates[f"support.{name}.start"], dates[f"support.{name}.end"] = support.start, support.end
    for name, event in case.event.items():
        dates[f"event.{name}.start"] = event.start
    for name, entity in case.entity.items():
        if entity.incentive is not None:
            dates[f"entity.{name}.incentive.start"] = entity.incentive.start
            dates[f"entity.{name}.incentive.end"] = entity.incentive.end
    for name, capex in case.capex.items():
        if capex.sustaining is not None:
            dates[f"capex.{name}.sustaining.start"] = capex.sustaining.start
    for kind in ("grant", "subsidy"):
        for name, money in getattr(case, kind).items():
            dates[f"{kind}.{name}.start"], dates[f"{kind}.{name}.end"] = money.start, money.end
    return {key: given for key, given in dates.items() if given is not None}


def _lags(case: CaseTables, closing: date) -> Iterator[_Lag]:
    """What is paid after it is earned: by months, counted in whole periods, or by days."""
    for name, entity in case.entity.items():
        yield _months_lag(f"entity.{name}.tax_lag", entity.tax_lag, closing, case.timeline)
        if entity.incentive is not None:
            until = min(closing, day(entity.incentive.end) + _DAY)
            yield _months_lag(f"entity.{name}.incentive.lag", entity.incentive.lag, until, case.timeline)
    for name, cover in case.cover.items():
        dates = [
            d for id in cover.facilities if id in case.facility for d in _repayments(case.facility[id], case.timeline)
        ]
        if cover.waiting is not None and dates:
            yield _months_lag(f"cover.{name}.waiting", cover.waiting, max(dates) + _DAY, case.timeline)
    for name, subsidy in case.subsidy.items():
        until = min(closing, day(subsidy.end) + _DAY)
        yield _months_lag(f"subsidy.{name}.lag", subsidy.lag, until, case.timeline)
    for name, support in case.support.items():
        until = min(closing, day(support.end) + _DAY)
        yield _months_lag(f"support.{name}.lag", support.lag, until, case.timeline)
    for name, offtake in case.offtake.items():
        tail = 0.0 if offtake.make_up_tail is None else offtake.make_up_tail.number * _MONTHS_PER_YEAR
        until = min(closing, later(day(offtake.start), offtake.term.number + tail))
        yield _days_lag(f"offtake.{name}.payment_days", offtake.payment_days, until)
    for name, product in case.product.items():
        yield _days_lag(f"product.{name}.payment_days", product.payment_days, closing)
    for name, cost in case.cost.items():
        yield _days_lag(f"cost.{name}.payment_days", cost.payment_days, closing)
    for name, node in case.node.items():
        for feed, bought in node.buys.items():
            yield _days_lag(f"node.{name}.buys.{feed}.payment_days", bought.payment_days, closing)


def _months_lag(key: str, lag: Given, since: date, terms: TimelineTerms) -> _Lag:
    return _Lag(later(since, _whole(lag, terms)), key, months_text(lag.number))


def _whole(lag: Given, terms: TimelineTerms) -> int:
    """A lag in months, counted in whole periods."""
    size = MONTHS[terms.frequency]
    return math.ceil(lag.number / size) * size


def _days_lag(key: str, lag: Given, since: date) -> _Lag:
    return _Lag(since + timedelta(days=math.ceil(lag.number)), key, f"{lag.number:g} days")


def _repayments(facility: Facility, terms: TimelineTerms) -> list[date]:
    """The repayment dates: period ends in the payment months, the first of them a grace period after completion."""
    size = MONTHS[terms.frequency]
    months = {MONTH_NAMES.index(month) + 1 for month in facility.payment_months}
    if not any(month in facility.payment_months for month in ends_in(terms)):
        return []
    completion, built = day(terms.financial_close), terms.construction.number
    if facility.refinances and facility.drawn_on is not None:
        completion, built = day(facility.drawn_on) + _DAY, 0
        if not calendar_of(terms).is_boundary(completion):
            return []  # told by the rule of its date
    past = built + math.ceil(max(facility.grace.number, size) / size) * size
    dates: list[date] = []
    while len(dates) < facility.instalments.number:
        last = later(completion, past) - _DAY
        dates += [last] if last.month in months else []
        past += size
    return dates


def _fitting(terms: TimelineTerms, month: str) -> str:
    """The longest period of which one ends in a month."""
    for name in ("half", "quarter"):
        calendar = Timeline(calendar_of(terms).start, name, 1, year_end(terms))
        if not missing_month(calendar, month):
            return name
    return "month"


def _period(terms: TimelineTerms) -> str:
    return "half-year" if terms.frequency == "half" else terms.frequency


RULES: list[Rule] = [
    year_ends_fall_on_period_ends,
    calendar_years_of_a_cap_are_whole,
    dates_fall_on_the_calendar,
    contracts_run_whole_periods,
    contracts_meet_operations,
    the_wind_up_covers_the_longest_lag,
    the_wind_up_has_room_for_the_closure,
    grants_are_received_within_the_timeline,
    debt_is_repaid_within_operations,
]
