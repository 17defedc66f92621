"""Rules of the waterfall: an order of payments that can be kept, and clauses that have what they read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from finmodel.case.expand import Fault
from finmodel.case.leaf import typed
from finmodel.case.wording import quoted
from finmodel.deal.ruling import Rule, day, one_of, unknown
from finmodel.deal.schema import CaseTables
from finmodel.deal.waterfall.terms import StepName, SweepTerms, whole_order


@dataclass(frozen=True)
class _Before:
    """A step, one that it must come before, and why."""

    first: StepName
    later: StepName
    why: str


_BEFORE = (
    _Before("senior_gate", "distribution_gate", "the distribution gate asks more than the senior gate"),
    _Before("reserve", "distribution_gate", "distributions are tested on a full reserve"),
)


def payments_have_an_order(case: CaseTables) -> Iterator[Fault]:
    """Each step stands once; senior debt is first, owners are last, and a test follows what it tests."""
    order = case.waterfall.order
    for number, name in enumerate(order):
        if name in order[:number]:
            yield f"waterfall.order.{number}", f'"{name}" stands twice in the order.', "Remove one of the two."
    for name in _needed(case):
        if name not in order:
            wrong = f'"{name}" is missing from the order, and the case has it to pay.'
            yield "waterfall.order", wrong, f"Write it into the list: order = {_list(whole_order(order))}."
    whole = whole_order(order)
    if whole[0] != "senior":
        wrong = f'"{whole[0]}" comes before "senior": senior debt is paid before all others.'
        yield "waterfall.order", wrong, 'Put "senior" first.'
    if whole[-1] != "distributions":
        wrong = f'"{whole[-1]}" comes after "distributions": owners take what all others leave.'
        yield "waterfall.order", wrong, 'Put "distributions" last.'
    for rule in _BEFORE:
        if whole.index(rule.first) > whole.index(rule.later):
            wrong = f'"{rule.first}" comes after "{rule.later}": {rule.why}.'
            yield "waterfall.order", wrong, f'Put "{rule.first}" before "{rule.later}".'


def _needed(case: CaseTables) -> Iterator[StepName]:
    """The steps that the case has something to pay at."""
    ranks = {facility.rank for facility in case.facility.values()}
    used: dict[StepName, bool] = {
        "senior": "senior" in ranks,
        "reserve": case.reserve.dsra is not None,
        "sweep": case.waterfall.sweep is not None,
        "mezzanine": "mezzanine" in ranks,
        "shareholder_loans": "shareholder" in ranks,
        "distributions": True,
    }
    return (name for name, needed in used.items() if needed)


def _list(order: list[StepName]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in order) + "]"


def clauses_of_senior_debt_have_senior_debt(case: CaseTables) -> Iterator[Fault]:
    """A sweep, a prepayment, arrears, a cure, contingent equity and the first test of cover are about senior debt."""
    if any(facility.rank == "senior" for facility in case.facility.values()):
        return
    for name, usual in (("first_test", "full_year"), ("forecast", "plan")):
        choice = getattr(case.waterfall, name)
        if choice != usual:
            wrong = f'{name} = "{choice}" is about cover of senior debt, and the case has none.'
            yield f"waterfall.{name}", wrong, 'Remove it, or add a facility with rank = "senior".'
    for name in ("sweep", "prepay_after", "default_arrears", "contingent_equity", "cure"):
        if getattr(case.waterfall, name) is not None:
            wrong = f"{name} is about senior debt, and the case has none."
            yield f"waterfall.{name}", wrong, 'Remove it, or add a facility with rank = "senior".'


def a_forecast_is_tested_on_what_it_moves(case: CaseTables) -> Iterator[Fault]:
    """Cover ahead is a test of distributions, so that there is a level of it."""
    terms = case.waterfall
    if terms.forecast == "plan" or all(facility.rank != "senior" for facility in case.facility.values()):
        return
    if terms.lockup.number <= 0:
        told = f'forecast = "{terms.forecast}"'
        wrong = f"{told} is of the cover ahead that distributions are tested on, and lockup is 0.00x: there is no test."
        yield "waterfall.forecast", wrong, 'Write lockup = "1.15x" beside it, or remove it.'


def a_sweep_can_open(case: CaseTables) -> Iterator[Fault]:
    """Its price is known and has a level, its dates and its covers leave room."""
    terms = case.waterfall.sweep
    if terms is None:
        return
    yield from _price(case, terms)
    if terms.start is not None and terms.end is not None and terms.end.number < terms.start.number:
        wrong = f"the sweep ends on {day(terms.end)}, before it starts on {day(terms.start)}."
        yield "waterfall.sweep.end", wrong, "Write a later end, or an earlier start."
    below, above = terms.cover_below, terms.cover_above
    if below is not None and above is not None and below.number <= above.number:
        wrong = f"cover is never below {below.number:g}x and at least {above.number:g}x at once: nothing is swept."
        yield "waterfall.sweep.cover_below", wrong, "Remove one of the two, or write a range."


def _price(case: CaseTables, terms: SweepTerms) -> Iterator[Fault]:
    if terms.price is not None and terms.price not in case.price:
        yield unknown("waterfall.sweep.price", terms.price, case.price, "price", "index")
    if terms.price is not None and terms.price_above is None:
        wrong = "the sweep names an index and no level."
        yield "waterfall.sweep.price", wrong, 'Write price_above = "120 USD/kg" beside it, or remove it.'
    if terms.price_above is not None and terms.price is None:
        wrong = "the sweep has a price level and names no index."
        yield "waterfall.sweep.price_above", wrong, f"Write price = {quoted(list(case.price))} beside it, or remove it."


def a_cure_has_a_default_level(case: CaseTables) -> Iterator[Fault]:
    """Owners cure a default on cover, so that there is a level of it."""
    terms = case.waterfall
    if terms.cure is not None and terms.default_cover.number <= 0:
        wrong = "a cure is of a default on debt service cover, and default_cover is 0.00x: there is no such default."
        yield "waterfall.cure", wrong, 'Write default_cover = "1.05x" under [waterfall], or remove [waterfall.cure].'


def a_reserve_reads_its_keys(case: CaseTables) -> Iterator[Fault]:
    """Cash earns interest; a letter of credit has a price."""
    terms = case.reserve.dsra
    if terms is None:
        return
    letter = terms.form == "letter_of_credit"
    for name in ("interest",) if letter else ("fee", "rate"):
        if typed(getattr(terms, name)):
            wrong = f'{name} is not read in form "{terms.form}".'
            other = "cash" if letter else "letter_of_credit"
            yield f"reserve.dsra.{name}", wrong, f'Remove it, or write form = "{other}".'
    if letter and terms.final_instalment:
        wrong = "a letter of credit holds no cash to pay the final instalment with."
        yield "reserve.dsra.final_instalment", wrong, 'Remove it, or write form = "cash".'


def cash_is_set_aside_for_something(case: CaseTables) -> Iterator[Fault]:
    """The maintenance reserve is for sustaining capital, the rehabilitation fund for a closure."""
    upkeep = case.reserve.maintenance
    if upkeep is not None:
        yield from one_of("reserve.maintenance", upkeep, ("months", "target"), "a maintenance reserve")
        if all(capex.sustaining is None for capex in case.capex.values()):
            wrong = "the reserve is for sustaining capital, and no capital cost of the case has any."
            some = next(iter(case.capex), "plant")
            yield "reserve.maintenance", wrong, f"Remove it, or add a table [capex.{some}.sustaining]."
    if case.reserve.rehabilitation is not None and case.closure is None:
        wrong = "the fund is for a closure, and the case has none."
        yield "reserve.rehabilitation", wrong, "Remove it, or add a table [closure] with its cost."


def a_closure_is_known(case: CaseTables) -> Iterator[Fault]:
    """Who closes the plant, and what its cost grows with."""
    if case.closure is None:
        return
    if case.closure.entity not in case.entity:
        yield unknown("closure.entity", case.closure.entity, case.entity, "entity", "entity")
    if case.closure.inflation is not None and case.closure.inflation not in case.inflation:
        yield unknown("closure.inflation", case.closure.inflation, case.inflation, "inflation", "inflation table")


RULES: list[Rule] = [
    payments_have_an_order,
    clauses_of_senior_debt_have_senior_debt,
    a_forecast_is_tested_on_what_it_moves,
    a_sweep_can_open,
    a_cure_has_a_default_level,
    a_reserve_reads_its_keys,
    cash_is_set_aside_for_something,
    a_closure_is_known,
]
