"""Rules of equity: classes that are whole, tiers that someone is in, and exits that have a price and a buyer."""

from __future__ import annotations

from collections.abc import Iterator

from finmodel.case.expand import Fault
from finmodel.case.wording import quoted
from finmodel.deal.owners.terms import EquityClass, Exit
from finmodel.deal.ruling import TOLERANCE, Rule, day, end_of_operations, later, one_of, percent, sum_fault
from finmodel.deal.schema import CaseTables

_CLASS = 'Add a table [equity.sponsor] with share = "100 %".'


def a_cap_is_not_below_the_hurdle(case: CaseTables) -> Iterator[Fault]:
    """A class that stops at its cap must be able to reach its hurdle."""
    for name, owner in case.equity.items():
        if owner.cap is not None and owner.cap.number < owner.hurdle.number - TOLERANCE:
            wrong = f"the cap of {percent(owner.cap.number)} is below the hurdle of {percent(owner.hurdle.number)}."
            yield f"equity.{name}.cap", wrong, f'Write at least "{percent(owner.hurdle.number)} p.a.".'


def equity_is_whole(case: CaseTables) -> Iterator[Fault]:
    """The shares of equity sum to 100 %; some class comes first, and some class takes what caps leave."""
    shares = {name: owner.share for name, owner in case.equity.items()}
    if not shares:
        yield "equity", "the case has no class of equity: someone owns what debt does not pay for.", _CLASS
        return
    last = list(shares)[-1]
    yield from sum_fault(f"equity.{last}.share", shares, "the shares of equity")
    if all(owner.subordinated for owner in case.equity.values()):
        wrong = "every class is subordinated: one at least comes before the others."
        yield f"equity.{last}.subordinated", wrong, "Write subordinated = false in one of them."
    if all(owner.cap is not None for owner in case.equity.values()):
        wrong = "every class has a cap: nobody would receive what lies above."
        yield f"equity.{last}.cap", wrong, "Remove it from one of them."


def an_uncapped_class_owns_a_share(case: CaseTables) -> Iterator[Fault]:
    """What lies above caps goes to the classes without one by their shares, so they own something."""
    free = [owner for owner in case.equity.values() if owner.cap is None]
    capped = [name for name, owner in case.equity.items() if owner.cap is not None]
    if free and capped and sum(owner.share.number for owner in free) < TOLERANCE:
        wrong = "the classes without a cap own 0 %: nobody would receive what lies above the cap."
        yield f"equity.{capped[0]}.cap", wrong, "Remove it, or give a class without a cap a share above 0 %."


def someone_receives_what_is_left(case: CaseTables) -> Iterator[Fault]:
    """Of the classes without a cap, one at least is not deferred."""
    free = {name: owner for name, owner in case.equity.items() if owner.cap is None}
    if free and all(owner.deferred_until is not None for owner in free.values()):
        wrong = "every class without a cap is deferred: until then nobody would receive what is left."
        yield f"equity.{list(free)[-1]}.deferred_until", wrong, "Remove it from one of them."
    for name, owner in case.equity.items():
        if owner.catch_up is not None and not owner.subordinated:
            wrong = "catch_up is of a subordinated class: this one is in the first tier, which receives all."
            yield f"equity.{name}.catch_up", wrong, "Remove it, or write subordinated = true."
        end = end_of_operations(case.timeline)
        if owner.deferred_until is not None and day(owner.deferred_until) > end:
            wrong = (
                f"{day(owner.deferred_until)} is after the end of operations on {end}: the class would receive nothing."
            )
            yield f"equity.{name}.deferred_until", wrong, f"Write {end} or earlier."


def an_exit_has_a_buyer_and_a_price(case: CaseTables) -> Iterator[Fault]:
    """One buyer, who stays; one price; a date in operation."""
    for name, owner in case.equity.items():
        if owner.exit is not None:
            yield from _exit(case, name, owner, owner.exit)


def _exit(case: CaseTables, name: str, owner: EquityClass, terms: Exit) -> Iterator[Fault]:
    key = f"equity.{name}.exit"
    yield from one_of(key, terms, ("price", "multiple", "rate"), "an exit")
    others = [other for other in case.equity if other != name]
    if (terms.buyer is None) == (terms.outside_buyer is None):
        wrong = "an exit has one buyer: another class, or a name outside the deal."
        remedy = f'Write buyer = {quoted(others)}, or outside_buyer = "…".'
        yield key, wrong, remedy if terms.buyer is None else "Remove buyer or outside_buyer."
    elif terms.buyer is not None and terms.buyer not in others:
        wrong = f'"{terms.buyer}" is not another class of the case.'
        yield f"{key}.buyer", wrong, f'Write {quoted(others)}, or outside_buyer = "{terms.buyer}" in its place.'
    elif terms.buyer is not None and case.equity[terms.buyer].exit is not None:
        wrong = f"equity.{terms.buyer} leaves the deal itself: a buyer stays."
        yield f"{key}.buyer", wrong, "Name another class, or an outside buyer."
    start, end = (
        later(day(case.timeline.financial_close), case.timeline.construction.number),
        end_of_operations(case.timeline),
    )
    if not start <= day(terms.date) <= end:
        wrong = f"the exit on {day(terms.date)} is not in operation, which runs from {start} to {end}."
        yield f"{key}.date", wrong, "Write a date between them."


RULES: list[Rule] = [
    a_cap_is_not_below_the_hurdle,
    equity_is_whole,
    an_uncapped_class_owns_a_share,
    someone_receives_what_is_left,
    an_exit_has_a_buyer_and_a_price,
]
