"""Exits: a class sells its whole position on a date, at a price by formula, to another class or outside the deal.

Sign:    prices are positive for the buyer to pay; net flows have their sign.
Timing:  the price falls in the period that contains the date, after its distributions; later ones, and later calls,
         are the buyer's. The position keeps its place in the tiers. Put and call are exercised on their date.
Source:  decisions on the subordinated class (F30): a transfer between owners, and no cash of the project.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmodel.deal.context import Context
from finmodel.deal.owners.terms import Exit
from finmodel.deal.time.calendar import DAYS_PER_YEAR, ONE_YEAR
from finmodel.deal.time.timing import Clock
from finmodel.kernel.expr import Expr, Given, hi, month_of
from finmodel.kernel.model import Line, Section
from finmodel.kernel.units import RATIO


@dataclass(frozen=True, eq=False, repr=False)
class Sale:
    """The price of a position in its period, and the flag of the periods after it."""

    terms: Exit
    price: Line
    after: Line


def growth(section: Section, name: str, rate: Given, clock: Clock) -> Line:
    """What one unit of an account grows to in the days of a period.

    Args:
        name: Name of the line.
        rate: Yearly rate [1/year].

    Returns:
        The growth [ratio].
    """
    years = clock.days / DAYS_PER_YEAR / ONE_YEAR
    label = f"{section.title}: Growth of its {name} account"
    return section.line(f"{name}_growth", label, (1 + rate * ONE_YEAR) ** years, RATIO)


def sale(context: Context, section: Section, terms: Exit, paid: Expr, received: Expr) -> Sale:
    """Declare the price of a position.

    Args:
        context: The deal's model, time and money.
        section: The section of the class that sells.
        terms: When it sells, and at what price.
        paid: What was paid in on the position, by whoever held it [reporting currency per period].
        received: What was received on it likewise.
    """
    clock = context.clock
    title = section.title
    now = section.flag("exit_date", f"{title}: Exit", clock.between(terms.date, terms.date))
    after = section.flag("exit_done", f"{title}: Has left", month_of(terms.date) < clock.last_month)
    price = section.line(
        "exit_price", f"{title}: Price of the exit", _value(context, section, terms, paid, received) * now
    )
    assert context.money.money == price.unit
    return Sale(terms, price, after)


def _value(context: Context, section: Section, terms: Exit, paid: Expr, received: Expr) -> Expr:
    if terms.price is not None:
        return context.money.convert(terms.price)
    if terms.multiple is not None:
        to_date = section.ahead("paid_to_date", f"{section.title}: Paid in to date")
        to_date.define(to_date.prev + paid)
        return to_date * terms.multiple
    assert terms.rate is not None
    owed = section.ahead("net_exit_account", f"{section.title}: Owed at the return of its exit")
    owed.define(owed.prev * growth(section, "exit", terms.rate, context.clock) + paid - received)
    return hi(0, owed)
